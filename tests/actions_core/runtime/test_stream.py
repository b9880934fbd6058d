from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions_core import DestinationInstance, HttpxTransport, Object, deliver_all, load_catalog
from actions_core.runtime.stream import in_order


def identify(user: int) -> Object:
    return {"type": "identify", "userId": f"u{user}", "traits": {"email": f"{user}@example.com"}}


async def asynchronously(items: Any) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


async def collect(bursts: AsyncIterator[list[Any]], found: list[Any]) -> None:
    async for burst in bursts:
        found += burst


@pytest.mark.parametrize("source", [list, iter, asynchronously])
def test_events_are_yielded_with_their_deliveries_in_the_order_of_the_input(source: Any) -> None:
    events = [{"type": "alias"} if user % 3 == 0 else identify(user) for user in range(50)]

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.001 * (len(request.content) % 3))  # the later ones are often answered first
        return httpx.Response(200, json={})

    async def run() -> list[Any]:
        usermotion = load_catalog().find("usermotion")
        transport = HttpxTransport(httpx.MockTransport(answer))
        async with DestinationInstance(usermotion, {"apiKey": "k"}, transport=transport) as instance:
            return [
                (event, deliveries[0].outcome, deliveries[0].payload)
                async for event, deliveries in deliver_all(instance, source(events), concurrency=7)
            ]

    found = asyncio.run(run())
    assert [event for event, _, _ in found] == events
    for event, outcome, payload in found:
        assert outcome == ("not subscribed" if event["type"] == "alias" else "delivered")
        assert not payload or payload["userId"] == event["userId"]


@given(
    count=st.integers(0, 40),
    concurrency=st.integers(1, 12),
    turns=st.lists(st.integers(0, 5), min_size=1, max_size=7),
    is_async=st.booleans(),
)
def test_no_more_than_asked_for_is_held_or_under_way(
    count: int, concurrency: int, turns: list[int], is_async: bool
) -> None:
    """Varies how long the input is, how many turns of the loop each call takes, and how the input is given."""
    read = yielded = underway = most_held = most_underway = 0

    def items() -> Iterator[int]:
        nonlocal read, most_held
        for number in range(count):
            read += 1
            most_held = max(most_held, read - yielded)
            yield number

    async def work(number: int) -> int:
        nonlocal underway, most_underway
        underway += 1
        most_underway = max(most_underway, underway)
        for _ in range(turns[number % len(turns)]):
            await asyncio.sleep(0)
        underway -= 1
        return -number

    async def run() -> list[tuple[int, int]]:
        nonlocal yielded
        found = []
        source = asynchronously(items()) if is_async else items()
        async for burst in in_order(work, source, concurrency=concurrency):
            found += burst
            await asyncio.sleep(0)  # whoever iterates may be slow
            yielded += len(burst)
        return found

    assert asyncio.run(run()) == [(number, -number) for number in range(count)]
    assert most_held <= concurrency
    assert most_underway <= concurrency


def test_events_may_be_given_as_text() -> None:
    async def run() -> list[Any]:
        transport = HttpxTransport(httpx.MockTransport(lambda _: httpx.Response(200, json={})))
        async with DestinationInstance(
            load_catalog().find("usermotion"), {"apiKey": "k"}, transport=transport
        ) as instance:
            texts = [json.dumps(identify(1)).encode(), b'{"type": "alias"}']
            return [deliveries[0].outcome async for _, deliveries in deliver_all(instance, texts)]

    assert asyncio.run(run()) == ["delivered", "not subscribed"]


def test_an_error_is_raised_in_its_place_and_ends_what_is_under_way() -> None:
    ended: list[int] = []

    async def work(number: int) -> None:
        if number == 3:
            raise RuntimeError("the third")
        try:
            await asyncio.sleep(0 if number < 3 else 3600)
        except asyncio.CancelledError:
            ended.append(number)
            raise

    async def run() -> None:
        found: list[Any] = []
        with pytest.raises(RuntimeError, match="the third"):
            await collect(in_order(work, range(100), concurrency=6), found)
        assert found == [(0, None), (1, None), (2, None)]
        assert ended
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_an_error_of_the_input_is_raised_after_the_results_of_what_was_read() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("a bad disk")

    async def run() -> None:
        found: list[Any] = []
        with pytest.raises(OSError, match="a bad disk"):
            await collect(in_order(asyncio.sleep, items(), concurrency=4), found)
        assert found == [(1, None)]

    asyncio.run(run())


def test_whoever_leaves_early_leaves_nothing_running() -> None:
    async def run() -> None:
        async with aclosing(
            in_order(asyncio.sleep, (0 if n == 0 else 3600 for n in range(9)), concurrency=4)
        ) as bursts:
            async for _ in bursts:
                break
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())


def test_a_concurrency_below_one_is_refused() -> None:
    async def run() -> None:
        async for _ in in_order(asyncio.sleep, [0], concurrency=0):
            pass

    with pytest.raises(ValueError, match="concurrency must be 1 or more, got 0"):
        asyncio.run(run())
