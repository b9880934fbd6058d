"""Sending with httpx: every test's vocabulary, and the client to choose where pyreqwest cannot be installed."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
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
    no_answer,
    no_authorities,
)

if TYPE_CHECKING:
    import httpx


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
        self._closed = False

    def _open(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 - half of a command's start-up time, and many commands send nothing

        if self._closed:
            raise RuntimeError("the transport is closed")
        try:
            # Whom to trust is a question about the machine; `trust_env` is about proxies.
            verify = httpx.create_ssl_context() if self._backend is None else False
        except OSError as error:
            raise no_authorities() from error
        try:
            # The deadline is ours, one for the whole exchange; httpx's are per step.
            client = httpx.AsyncClient(
                transport=self._backend,
                # Two deliveries have nothing to do with each other: no answer's cookie is ever sent back.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                http2=find_spec("h2") is not None,
                # Whoever delivers bounds how much is under way; a queue here would be waited for inside the deadline.
                limits=httpx.Limits(
                    max_connections=None,
                    max_keepalive_connections=MAX_IDLE_CONNECTIONS,
                    keepalive_expiry=MAX_IDLE_SECONDS,
                ),
                timeout=None,  # noqa: S113 - see above
                follow_redirects=False,
                verify=verify,
                trust_env=self._trust_env,
            )
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise errors.ConfigurationError(f"the environment's proxy cannot be used: {error}") from error
        client.headers.clear()
        client.headers.update(DEFAULT_HEADERS)
        return client

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        import httpx  # noqa: PLC0415 - see `_open`

        client = self._client = self._client or self._open()
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()]
        # An own authorization wins over credentials in the URL.
        auth = httpx.Auth() if "authorization" in request.headers else httpx.USE_CLIENT_DEFAULT
        try:
            async with (
                asyncio.timeout(request.timeout),
                client.stream(
                    request.method, _parse(request), headers=headers, content=request.body or None, auth=auth
                ) as answer,
            ):
                body = await self._read(answer)
        except TimeoutError:
            raise errors.TimeoutError(request) from None
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise no_answer(request, _code_of(error)) from error
        pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in answer.headers.raw]
        received = join_headers(pairs)
        if received.get("content-encoding") in _UNPACKED:
            del received["content-encoding"]
            received.pop("content-length", None)
        # httpx would make one up where there is none.
        reason: bytes = answer.extensions.get("reason_phrase", b"")
        return HttpResponse(answer.status_code, reason.decode("latin-1"), received, body)

    async def _read(self, answer: httpx.Response) -> bytes:
        body = bytearray()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) >= self._max_body:
                break
        return bytes(body[: self._max_body])

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        self._closed = True
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()


def _parse(request: HttpRequest) -> httpx.URL:
    import httpx  # noqa: PLC0415 - see `HttpxTransport`

    url = httpx.URL(request.url)
    # Both would come as far as the system's calls; httpx has escaped the space.
    if (url.port or 0) > 65535 or "%20" in url.host:
        raise no_answer(request, "ERR_INVALID_URL")
    return url


_UNPACKED: Final = frozenset(DEFAULT_HEADERS["accept-encoding"].split(","))


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
            case ssl.SSLEOFError():
                return "ECONNRESET"
            case ssl.SSLError():
                return "EPROTO"
            case OSError(errno=int(number)) if number in errno.errorcode:
                return errno.errorcode[number]
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            return "ERR_INVALID_URL"
        case httpx.LocalProtocolError():
            return "ERR_INVALID_CHAR"
        case httpx.DecodingError():
            return "Z_DATA_ERROR"
    # The other side closed the connection before it had answered: Node calls that "socket hang up".
    return "ECONNRESET"
