"""How the tests call a partner: as UserMotion's destination does, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import httpx

from emulator.partner import Partner

T = TypeVar("T")

HEADERS = {
    "host": "api.usermotion.com",
    "authorization": "Basic s3cret",
    "x-source": "Segment",
    "content-type": "application/json",
}
BODIES: dict[str, dict[str, Any]] = {
    "/v1/identify": {"id": "u1", "anonymousId": "a1", "properties": {"name": "Ada", "email": "ada@example.com"}},
    "/v1/group": {"id": "g1", "userId": "u1", "anonymousId": "a1", "properties": {"plan": "team"}},
    "/v1/track": {"event": "Demo Requested", "userId": "u1", "anonymousId": "a1", "context": {}, "properties": {}},
}


def run(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario in an event loop of its own; one that takes 20 seconds has failed."""

    async def limited() -> T:
        async with asyncio.timeout(20):
            return await scenario

    return asyncio.run(limited())


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until something that happens on the other side of a connection has happened."""
    while not condition():  # noqa: ASYNC110 - there is no event to wait for: the partner only keeps records
        await asyncio.sleep(0.01)


async def call(
    partner: Partner,
    path: str = "/v1/identify",
    *,
    method: str = "POST",
    json: Any = None,
    content: bytes | None = None,
    headers: Mapping[str, str | None] | None = None,
) -> httpx.Response:
    """Send one request: a valid one, but for what is given; a header of None is left out."""
    if content is None and method == "POST":
        body = json if json is not None else BODIES.get(path)
        content = b"" if body is None else httpx.Request("POST", "http://x", json=body).content
    wanted = {name: value for name, value in {**HEADERS, **(headers or {})}.items() if value is not None}
    async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
        return await client.request(method, partner.url + path, content=content, headers=wanted)
