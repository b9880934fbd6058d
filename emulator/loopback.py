"""Sending to the mock partner instead of the internet."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from actions_core import HttpRequest, HttpResponse, Transport, open_transport


class LoopbackTransport:
    """Sends every request, whatever its URL, to one address on this machine.

    The partner sees the host that the destination meant in the Host header; nothing can leave the machine, redirects
    included, because the runtime follows them through the same transport.
    """

    def __init__(self, address: str, backend: Transport | None = None) -> None:
        """Take the address as a URL with scheme, host and port, such as `http://127.0.0.1:8700`."""
        scheme, netloc, *_ = urlsplit(address)

        @lru_cache(256)
        def redirected(url: str) -> tuple[str, str]:
            meant = urlsplit(url)
            return urlunsplit(meant._replace(scheme=scheme, netloc=netloc)), meant.netloc.rpartition("@")[2]

        self._redirected: Final = redirected
        self._backend: Final = backend or open_transport(trust_env=False)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        local, host = self._redirected(request.url)
        return await self._backend.send(replace(request, url=local, headers={**request.headers, "host": host}))

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        await self._backend.aclose()
