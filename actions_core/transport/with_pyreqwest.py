"""Sending with pyreqwest: what a plain install sends with. Its client is Rust's reqwest, on threads of its own."""

from __future__ import annotations

import atexit
import errno
import os
import re
import ssl
import sys
import time
from datetime import timedelta
from functools import cache, lru_cache
from types import FrameType
from typing import TYPE_CHECKING, Final

from actions_core import errors
from actions_core.transport.protocol import (
    DEFAULT_HEADERS,
    MAX_BODY,
    MAX_IDLE_CONNECTIONS,
    MAX_IDLE_SECONDS,
    HttpRequest,
    HttpResponse,
    join_headers,
    names_authorities,
    no_answer,
    no_authorities,
)
from actions_core.transport.with_httpx import HttpxTransport

if TYPE_CHECKING:
    from pyreqwest.client import Client, ClientBuilder
    from pyreqwest.exceptions import PyreqwestError
    from pyreqwest.http import HeaderMap
    from pyreqwest.request import StreamRequest


class PyreqwestTransport:
    """Sends with pyreqwest: pooled connections, HTTP/2, TLS verification, proxies from the environment."""

    def __init__(self, *, trust_env: bool = True, max_body: int = MAX_BODY) -> None:
        """Of an answer's body at most `max_body` bytes are read; the rest is left where it is."""
        self._trust_env: Final = trust_env
        self._max_body: Final = max_body
        self._client: Client | None = None
        self._closed = False
        # For requests that pyreqwest cannot write; nothing is opened until there is one.
        self._httpx: Final = HttpxTransport(trust_env=trust_env, max_body=max_body)

    def _open(self) -> Client:
        if self._closed:
            raise RuntimeError("the transport is closed")
        _guard_exit()
        try:
            return self._configure().build()
        except _their_errors() as error:
            if names_authorities():
                raise no_authorities() from error
        # A machine that trusts nobody, as a container may: the authorities that httpx brings along stand in.
        import certifi  # noqa: PLC0415 - hardly ever needed

        builder = self._configure()
        for authority in ssl.create_default_context(cafile=certifi.where()).get_ca_certs(binary_form=True):
            builder = builder.add_root_certificate_der(authority)
        return builder.build()

    def _configure(self) -> ClientBuilder:
        from pyreqwest.client import ClientBuilder  # noqa: PLC0415 - a command that sends nothing does not load it

        builder = (
            ClientBuilder()
            .http2(enable=True)
            .follow_redirects(enable=False)
            .referer(enable=False)
            .brotli(enable=False)
            .zstd(enable=False)
            .http1_lower_case_headers()
            .user_agent(DEFAULT_HEADERS["user-agent"])
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .pool_idle_timeout(timedelta(seconds=MAX_IDLE_SECONDS))
        )
        return builder if self._trust_env and not _bypasses_all() else builder.no_proxy()

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        client = self._client = self._client or self._open()
        # pyreqwest writes headers as UTF-8, and HTTP's are latin-1; of ASCII both make the same.
        if not "".join(request.headers.values()).isascii():
            return await self._httpx.send(request)
        try:
            async with _build(client, request) as answer:
                body = await answer.body_reader.read(self._max_body)
                headers = _read_headers(answer.headers)
                status = answer.status
        except _their_errors() as error:  # looked up only when there is one
            raise _our_error(error, request) from ConnectionError(_explain(error))
        if status < 200:  # an upgrade to another protocol, for which nobody asked
            raise no_answer(request, "ECONNRESET")
        return HttpResponse(status, "", headers, b"" if body is None else body.to_bytes())

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        self._closed = True
        await self._httpx.aclose()
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()


@cache
def _guard_exit() -> None:
    atexit.register(_wait_for_thread)


def _wait_for_thread() -> None:
    """Wait until pyreqwest's thread has left Python, a second at most.

    It wakes the event loop with a call of asyncio's, which lets other threads run before it returns. A process whose
    last answer was the one that it waited for would end within that call, and Python aborts a thread that comes back.
    """
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline and any(map(_is_waking, sys._current_frames().values())):
        time.sleep(0.001)


def _is_waking(frame: FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_name != "call_soon_threadsafe":
        frame = frame.f_back
    return frame is not None


def _bypasses_all() -> bool:
    # pyreqwest takes the star for any name, but not for an address.
    bypassed = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return "*" in (one.strip() for one in bypassed.split(","))


def _build(client: Client, request: HttpRequest) -> StreamRequest:
    try:
        builder = client.request(request.method, request.url)
    except ValueError as error:
        raise no_answer(request, "ERR_INVALID_URL") from error
    try:
        builder = builder.headers(request.headers)
    except ValueError as error:
        raise no_answer(request, "ERR_INVALID_CHAR") from error
    if request.body:
        builder = builder.body_bytes(request.body)
    elif request.method in _WITH_BODY:
        builder = builder.header("content-length", "0")
    if request.timeout is not None:
        builder = builder.timeout(_duration(request.timeout))
    return builder.build_streamed()


_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


@lru_cache(maxsize=64)
def _duration(seconds: float) -> timedelta:
    return timedelta(seconds=max(seconds, 0))


def _read_headers(headers: HeaderMap) -> dict[str, str]:
    try:
        return join_headers(headers.items())
    except ValueError:  # one has a value that is not ASCII, which pyreqwest does not give
        return {name: ", ".join(values) for name in headers if (values := _values(headers, name)) is not None}


def _values(headers: HeaderMap, name: str) -> list[str] | None:
    try:
        return headers.getall(name)
    except ValueError:
        return None


def _their_errors() -> type[PyreqwestError]:
    from pyreqwest.exceptions import PyreqwestError  # noqa: PLC0415 - see `_open`

    return PyreqwestError


def _our_error(error: PyreqwestError, request: HttpRequest) -> errors.DeliveryError:
    from pyreqwest.exceptions import BuilderError, RequestTimeoutError  # noqa: PLC0415 - see `_open`

    if isinstance(error, RequestTimeoutError):
        return errors.TimeoutError(request)
    return no_answer(request, "ERR_INVALID_URL" if isinstance(error, BuilderError) else _code_of(_explain(error)))


def _explain(error: PyreqwestError) -> str:
    """Give what reqwest and those below it say, but for the first line, which holds the URL and its secrets."""
    from pyreqwest.exceptions import DetailedPyreqwestError  # noqa: PLC0415 - see `_open`

    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return "\n".join(cause["message"] for cause in (causes or [])[1:])


_OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")


def _code_of(said: str) -> str:
    """Name a failed exchange as Node does, by what was said about it; pyreqwest's errors have no numbers."""
    if system := _OS_ERROR.search(said):
        return errno.errorcode.get(int(system[1]), "ECONNRESET")
    if "dns error" in said:
        return "EAI_AGAIN" if "Temporary failure" in said or "Try again" in said else "ENOTFOUND"
    if "invalid peer certificate" in said:
        return "CERT_VERIFY_FAILED"
    if "client error (Connect)" in said and not any(word in said for word in ("tunnel", "socks", "eof")):
        return "EPROTO"  # neither the system nor a proxy refused, so the two could not agree on how to encrypt
    if "response body error" in said and "body from connection" not in said:
        return "Z_DATA_ERROR"
    # The other side closed the connection before it had answered: Node calls that "socket hang up".
    return "ECONNRESET"
