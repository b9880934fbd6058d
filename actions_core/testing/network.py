"""Nothing leaves the machine while a test runs, whatever library an author's function sends with."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


class NetworkAccessError(AssertionError):
    """A test tried to leave the machine."""

    def __init__(self, target: str) -> None:
        self.target: Final = target
        super().__init__(
            f"the test tried to reach {target}: tests of destinations do not leave the machine; send with the request "
            f"client that the function is given, and script the partner's answers with tester.respond(…)"
        )


_watches: Final[list[list[str]]] = []
"""For each `no_network` under way, what was tried to be reached meanwhile."""


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse every connection and every look-up of a host but this machine, in all threads, while the block runs.

    Raises `NetworkAccessError` where it is tried, and once more at the end of the block, because an author's function
    may have caught the first one. Child processes are out of its sight.
    """
    _install()
    tried: list[str] = []
    _watches.append(tried)
    try:
        yield
    finally:
        # By identity: two empty lists are equal.
        del _watches[next(index for index, watch in enumerate(_watches) if watch is tried)]
        if tried:
            raise NetworkAccessError(tried[0])


_installed = False


def _install() -> None:
    """Add the interpreter's audit hook; it cannot be removed, and does nothing outside of `no_network`."""
    global _installed  # noqa: PLW0603 - the interpreter's list of hooks is global too
    if not _installed:
        _installed = True
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if not _watches or not event.startswith("socket."):
        return
    target = _target(event, arguments)
    if target is not None:
        for tried in _watches:
            tried.append(target)
        raise NetworkAccessError(target)


def _target(event: str, arguments: tuple[object, ...]) -> str | None:
    """Name the host that an audited call would reach; None if it stays on the machine."""
    match event, arguments:
        case (("socket.connect" | "socket.sendto" | "socket.sendmsg"), (_, (host, port, *_))):
            shown = f"{_text(host)}:{port}"
        case "socket.getaddrinfo", (host, port, *_):
            shown = f"{_text(host)}:{_text(port)}" if port else _text(host)
        case "socket.gethostbyname", (host, *_):
            shown = _text(host)
        case _:
            return None
    return None if _is_local(host) else shown


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)


def _is_local(host: object) -> bool:
    if not isinstance(host, (str, bytes)):
        return True  # no address, or none of the internet's
    name = _text(host).lower().removesuffix(".")
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False
