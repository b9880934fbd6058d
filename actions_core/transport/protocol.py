"""What every transport has in common: the values it takes and gives, and what it adds to a request."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit

from actions_core import errors
from actions_core.frozen import frozen

MAX_BODY: Final = 16 * 1024 * 1024
"""Bytes of an answer that are read; a partner that sends more has nothing to say in the rest."""


_CREDENTIALS: Final = re.compile(r"//[^/]*@")


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
        # A query, a header or the body may hold a secret, and so may what stands before the host.
        return f"<HttpRequest {self.method} {_CREDENTIALS.sub('//', self.url.partition('?')[0])}>"


@frozen()
class HttpResponse:
    """One answer; header names are lower case, repeated ones joined by a comma.

    The body is unpacked if it came compressed, and then the headers say nothing of its encoding and length any more.
    A `reason` of "" is none, as HTTP/2 has none and pyreqwest does not tell one.
    """

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

        Raises `errors.TimeoutError` when `request.timeout` has passed, `errors.TransportError` when there is no answer,
        `RuntimeError` when the transport is closed.
        """
        ...

    async def aclose(self) -> None:
        """Close every connection; the transport cannot be used again."""
        ...


DEFAULT_HEADERS: Final = {"accept": "*/*", "accept-encoding": "gzip,deflate", "user-agent": "segment-actions-emulator"}
"""What a request carries that does not say otherwise.

Those of node-fetch, which Segment sends with, but for the name; it unpacks these two encodings.
"""
MAX_IDLE_CONNECTIONS: Final = 100
MAX_IDLE_SECONDS: Final = 5.0
"""How long an unused connection is kept: less than most servers keep theirs, so that no request meets a closed one."""


def join_headers(pairs: Collection[tuple[str, str]]) -> dict[str, str]:
    """Make one mapping of an answer's headers; the values of a repeated name are joined by a comma."""
    headers = dict(pairs)
    if len(headers) == len(pairs):
        return headers
    headers.clear()
    for name, value in pairs:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def no_answer(request: HttpRequest, code: str) -> errors.TransportError:
    """Make the error of a request that got no answer; `code` is Node's name for the reason."""
    host = request.headers.get("host") or _host_of(request.url)
    return errors.TransportError(f"{request.method} to {host} got no answer: {code}", code, request)


def _host_of(url: str) -> str:
    try:
        return urlsplit(url).hostname or "nobody"
    except ValueError:  # a URL that cannot be read names nobody, and its text may hold a secret
        return "nobody"


def names_authorities() -> bool:
    """Say whether the environment names the certificate authorities to trust."""
    return any(os.environ.get(name) for name in _AUTHORITIES)


def no_authorities() -> errors.ConfigurationError:
    """Make the error of an environment whose certificate authorities cannot be read."""
    named = " or ".join(f"{name}={os.environ[name]}" for name in _AUTHORITIES if os.environ.get(name))
    return errors.ConfigurationError(f"no certificates to trust can be read from {named}")


_AUTHORITIES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")
