"""What many tests need: a partner behind `httpx.MockTransport` and a way to run one event."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from actions_core import Delivery, Destination, DestinationInstance, HttpxTransport, Object, Subscription
from actions_core.js import loads


@dataclass
class FakePartner:
    """Answers every request alike and remembers it."""

    status: int = 200
    body: str = "{}"
    error: Exception | None = None
    received: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        if self.error is not None:
            raise self.error
        return httpx.Response(self.status, text=self.body, headers={"content-type": "application/json"})

    @property
    def bodies(self) -> list[Any]:
        return [loads(request.content) for request in self.received]


def open_instance(
    destination: Destination[Any],
    partner: FakePartner,
    settings: Object | None = None,
    subscriptions: Sequence[Subscription] | None = None,
) -> DestinationInstance[Any]:
    transport = HttpxTransport(httpx.MockTransport(partner))
    return DestinationInstance(destination, {} if settings is None else settings, subscriptions, transport=transport)


def deliver(
    destination: Destination[Any],
    event: Object,
    partner: FakePartner | None = None,
    settings: Object | None = None,
    subscriptions: Sequence[Subscription] | None = None,
) -> list[Delivery]:
    """Send one event through an instance of its own."""

    async def run() -> list[Delivery]:
        async with open_instance(destination, partner or FakePartner(), settings, subscriptions) as instance:
            return await instance.deliver(event)

    return asyncio.run(run())
