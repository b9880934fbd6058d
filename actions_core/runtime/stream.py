"""Many events through one destination instance: so many at once and no more, in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, Final, TypeVar

from actions_core.js import Object
from actions_core.runtime.instance import DestinationInstance
from actions_core.runtime.results import Delivery

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
EventT = TypeVar("EventT", bound=Object | bytes)

CONCURRENCY: Final = 16
"""Events that are under way at once unless somebody says otherwise."""


async def deliver_all(
    instance: DestinationInstance[Any],
    events: Iterable[EventT] | AsyncIterable[EventT],
    *,
    concurrency: int = CONCURRENCY,
) -> AsyncGenerator[tuple[EventT, list[Delivery]], None]:
    """Deliver events as they are read, and yield each with its deliveries in the order of the input.

        async for event, deliveries in deliver_all(instance, events):
            ...

    An event may be its JSON text, as for `DestinationInstance.deliver`.

    At most `concurrency` events have been read and not yet been yielded, however slow the partner and however long the
    input. Whoever leaves the loop early wraps this in `contextlib.aclosing`, which ends what is under way.
    """
    async with aclosing(in_order(instance.deliver, events, concurrency=concurrency)) as bursts:
        async for burst in bursts:
            for event_and_deliveries in burst:
                yield event_and_deliveries


async def in_order(
    function: Callable[[ItemT], Coroutine[Any, Any, ResultT]],
    items: Iterable[ItemT] | AsyncIterable[ItemT],
    *,
    concurrency: int,
) -> AsyncGenerator[list[tuple[ItemT, ResultT]], None]:
    """Call a function for every item, `concurrency` times at once, and yield items with results in their order.

    What is ready is yielded together. An item keeps its place until whoever iterates asks for more, so that at most
    `concurrency` items are held. An error of the function or of the input is raised in its place, after the results of
    the items before it, and ends the calls that are under way. Raises `ValueError` for a concurrency below 1.
    """
    if concurrency < 1:
        raise ValueError(f"concurrency must be 1 or more, got {concurrency}")
    underway: deque[tuple[ItemT, asyncio.Task[ResultT]]] = deque()
    room, news = asyncio.Event(), asyncio.Event()

    async def start() -> None:
        async for item in items if isinstance(items, AsyncIterable) else _each(items):
            underway.append((item, asyncio.create_task(function(item))))
            news.set()
            while len(underway) >= concurrency:
                room.clear()
                await room.wait()

    starting = asyncio.create_task(start())
    starting.add_done_callback(lambda _: news.set())
    try:
        while underway or not starting.done():
            if not underway:
                news.clear()
                await news.wait()
                continue
            await underway[0][1]
            ready = []
            for item, call in underway:
                if not call.done() or call.exception() is not None:
                    break
                ready.append((item, call.result()))
            yield ready
            for _ in ready:
                underway.popleft()
            room.set()
        await starting
    finally:
        tasks = [starting, *(call for _, call in underway)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _each(items: Iterable[ItemT]) -> AsyncIterator[ItemT]:
    for item in items:
        yield item
