"""URLs as fetch takes them: which ones are refused, and how the others are written before they are sent.

Source: the URL Standard (https://url.spec.whatwg.org/), as far as it speaks of http and https; what is given here has
passed the field's format `uri` already, so that it is ASCII and has no spaces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote, unquote

_PARTS: Final = re.compile(r"(?P<scheme>[^:]*):/*(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<rest>[?#].*)?")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_FORBIDDEN_IN_HOST: Final = re.compile(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f]")
_IPV4_NUMBER: Final = re.compile(r"[0-9]+\Z|0[xX][0-9a-fA-F]*\Z")


@lru_cache(maxsize=256)  # a mapping sends all of its events to one address, most often
def web_url(text: str) -> str:
    """Write an http or https URL as fetch sends it: scheme and host in lower case, no default port, no `..`.

    Raises `ValueError` with fetch's sentence for one that it refuses. The validity of `xn--` labels is not checked.
    """
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise ValueError("Invalid URL")
    scheme = parts["scheme"].lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError("Only HTTP(S) protocols are supported")
    credentials, _, address = parts["authority"].rpartition("@")
    host, port = _address(address, _DEFAULT_PORTS[scheme])
    # Node's fetch escapes an apostrophe everywhere, which the standard does in a query only.
    rest = (_path(parts["path"]) + (parts["rest"] or "")).replace("'", "%27")
    return f"{scheme}://{_credentials(credentials)}{host}{port}{rest}"


def _address(address: str, default_port: int) -> tuple[str, str]:
    found = re.fullmatch(r"(\[.*\]|[^:]*)(?::([0-9]*))?", address)
    if found is None:
        raise ValueError("Invalid URL")
    port = int(found[2] or default_port) if len((found[2] or "").lstrip("0")) <= 5 else 65536
    if port > 65535:
        raise ValueError("Invalid URL")
    return _host(found[1]), "" if port == default_port else f":{port}"


def _host(text: str) -> str:
    if text.startswith("["):
        try:
            # Python takes a zone behind a percent sign, which no URL has.
            return f"[{IPv6Address(text[1:-1].replace('%', 'x'))}]"
        except AddressValueError:
            raise ValueError("Invalid URL") from None
    host = unquote(text).lower()
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise ValueError("Invalid URL") from None
    if not host or _FORBIDDEN_IN_HOST.search(host):
        raise ValueError("Invalid URL")
    labels = host.removesuffix(".").split(".")
    return str(_ipv4(labels)) if _IPV4_NUMBER.match(labels[-1]) else host


def _ipv4(labels: list[str]) -> IPv4Address:
    """Read an address of one to four numbers, the last of which fills the rest; each may be octal or hexadecimal."""
    if len(labels) > 4 or not all(_IPV4_NUMBER.match(label) for label in labels):
        raise ValueError("Invalid URL")
    *first, last = (_number(label) for label in labels)
    if any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise ValueError("Invalid URL")
    return IPv4Address(sum(number << 8 * (3 - place) for place, number in enumerate(first)) + last)


def _number(label: str) -> int:
    base, digits = (16, label[2:]) if label[1:2] in ("x", "X") else (8 if label.startswith("0") else 10, label)
    if len(digits.lstrip("0")) > 12:
        return 2**32
    try:
        return int(digits or "0", base)
    except ValueError:
        raise ValueError("Invalid URL") from None


def _credentials(text: str) -> str:
    name, _, password = text.partition(":")
    shown = quote(unquote(f"{name}:{password}" if password else name), safe="!'()*:")
    return f"{shown}@" if shown else ""


def _path(path: str) -> str:
    *folders, last = path.removeprefix("/").split("/")
    kept: list[str] = []
    for segment in folders:
        _step(kept, segment)
    dots = _dots(last)
    _step(kept, last)
    return "/" + "/".join([*kept, ""] if dots else kept)


def _step(kept: list[str], segment: str) -> None:
    dots = _dots(segment)
    if dots == 2 and kept:
        kept.pop()
    elif not dots:
        kept.append(segment)


def _dots(segment: str) -> int:
    """Give 1 for `.`, 2 for `..`, however they are written, else 0."""
    dots = re.fullmatch(r"(?:\.|%2e){1,2}", segment, re.IGNORECASE)
    return len(re.sub("%2e", ".", segment, flags=re.IGNORECASE)) if dots else 0
