"""The only way out: one request value in, one response value out.

Authors never see a transport; tests, the emulator and embedders choose one. `HttpxTransport` is the first; a test
gives it an `httpx.MockTransport`.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

from actions_core import errors
from actions_core.frozen import frozen

if TYPE_CHECKING:
    import httpx


MAX_BODY: Final = 16 * 1024 * 1024
"""Bytes of an answer that are read; a partner that sends more has nothing to say in the rest."""


@frozen()
class HttpRequest:
    """One request, ready to be sent.

    Header names are lower case. `timeout` is the whole exchange's, in seconds; None waits for ever.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    timeout: float | None = field(default=10.0, repr=False)

    def __repr__(self) -> str:
        # A query, a header or the body may hold a secret.
        return f"<HttpRequest {self.method} {self.url.partition('?')[0]}>"


@frozen()
class HttpResponse:
    """One answer as it came; header names are lower case, repeated ones joined by a comma."""

    status: int
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


def standard_reason(status: int) -> str:
    """Name a status as JavaScript does, of which Python names a few otherwise; "" for one that has no name."""
    if status in _REASONS:
        return _REASONS[status]
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else ""


_REASONS: Final = {
    413: "Payload Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Entity",
    509: "Bandwidth Limit Exceeded",
}


class Transport(Protocol):
    """Sends requests; shared by all deliveries of a destination instance."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Send one request and read its whole answer; redirects are not followed.

        Raises `errors.TimeoutError` when `request.timeout` has passed, `errors.TransportError` when there is no answer.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; the transport cannot be used again."""
        ...


class HttpxTransport:
    """Sends with httpx: pooled connections, TLS verification, proxies from the environment unless told otherwise."""

    def __init__(
        self,
        backend: httpx.AsyncBaseTransport | None = None,
        *,
        trust_env: bool = True,
        max_body: int = MAX_BODY,
    ) -> None:
        """Of an answer's body at most `max_body` bytes are read; the rest is left where it is."""
        self._max_body: Final = max_body
        self._backend: Final = backend
        self._trust_env: Final = trust_env
        self._client: httpx.AsyncClient | None = None

    def _open(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - half of a command's start-up time, and many commands send nothing

        # The deadline is ours, one for the whole exchange; httpx's are per step.
        return httpx.AsyncClient(
            transport=self._backend,
            # Two deliveries have nothing to do with each other: no answer's cookie is ever sent back.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            # Whoever delivers bounds how much is under way; a queue in here would be waited for inside the deadline.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
            timeout=None,  # noqa: S113 - see above
            follow_redirects=False,
            trust_env=self._trust_env,
        )

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        import httpx  # noqa: PLC0415 - see `_open`

        client = self._client = self._client or self._open()
        try:
            async with asyncio.timeout(request.timeout):
                headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()]
                async with client.stream(
                    request.method, request.url, headers=headers, content=request.body or None
                ) as answer:
                    body = await self._read(answer)
        except TimeoutError:
            raise errors.TimeoutError(request) from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            code = _code_of(error)
            host = request.headers.get("host") or urlsplit(request.url).hostname
            raise errors.TransportError(f"{request.method} to {host} got no answer: {code}", code, request) from error
        return HttpResponse(answer.status_code, answer.reason_phrase, dict(answer.headers.items()), body)

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) >= self._max_body:
                break
        return bytes(body[: self._max_body])

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        if self._client is not None:
            await self._client.aclose()


def _code_of(error: BaseException) -> str:
    """Name a failed exchange as Node does, so that Segment's tables of error codes apply."""
    import httpx  # noqa: PLC0415 - loaded already: this is one of its errors

    cause: BaseException | None = error
    while cause is not None:
        match cause:
            case socket.gaierror(errno=number):
                return "EAI_AGAIN" if number == socket.EAI_AGAIN else "ENOTFOUND"
            case ssl.SSLCertVerificationError():
                return "CERT_VERIFY_FAILED"
            case ssl.SSLError():
                return "EPROTO"
            case OSError(errno=int(number)) if number in errno.errorcode:
                return errno.errorcode[number]
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.InvalidURL)):
        return "ERR_INVALID_URL"
    # The other side closed the connection before it had answered: Node calls that "socket hang up".
    return "ECONNRESET"
