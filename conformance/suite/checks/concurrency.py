"""Many deliveries at once, deliveries that are broken off, and the end of an instance."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from actions_core.definitions import Subscription
from actions_core.js import Object
from actions_core.runtime import Delivery, DestinationInstance
from actions_core.testing.partner import ScriptedPartner, sent_request
from actions_core.transport import HttpRequest, HttpResponse
from conformance.contracts import BoundAction
from conformance.suite.checks.subjects import actions
from conformance.suite.lab import EVERY_EVENT, Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, check, once
from conformance.suite.numbered import numbered_inputs
from conformance.suite.sent import Sent
from conformance.suite.values import complete_inputs

AT_ONCE: Final = 40
"""Deliveries of one instance."""
_PATIENCE: Final = 1.0
"""Seconds for a delivery that needs none: whoever takes them waits for something that never comes."""


@dataclass
class _Partner:
    """A partner who makes deliveries wait, in an order of their own, and notes when it is closed."""

    lab: Lab
    waits: Callable[[int], Awaitable[None]]
    """Awaited before the answer to each request, which are counted from 0."""
    closed: int = 0
    scripted: ScriptedPartner = field(init=False)

    def __post_init__(self) -> None:
        self.scripted = ScriptedPartner(self.lab.content)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        if self.closed:
            raise RuntimeError("the transport is closed")
        place = len(self.scripted.received)
        answer = await self.scripted.send(request)
        await self.waits(place)
        return answer

    async def aclose(self) -> None:
        """See `Transport.aclose`."""
        self.closed += 1


def _open(lab: Lab, action: BoundAction, partner: _Partner) -> DestinationInstance[Any]:
    subscription = Subscription(
        name="probe", action=action.slug, trigger=EVERY_EVENT, mapping=lab.probe_mapping(action)
    )
    target = lab.target
    return target.platform.instance(
        target.destination, lab.settings, [subscription], transport=partner, oauth=lab.oauth
    )


async def _a_few_turns(place: int) -> None:
    # Later requests are often answered before earlier ones, and the same ones every time.
    for _ in range(place * 7 % 5):
        await asyncio.sleep(0)


def _sent(delivery: Delivery) -> Sent:
    requests = tuple(sent_request(exchange.request) for exchange in delivery.exchanges)
    return Sent(delivery.outcome, requests, delivery.error, delivery.payload)


def _many(_lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"inputs": [numbered_inputs(at.action, number, complete=number % 3 > 0) for number in range(AT_ONCE)]}


@check("concurrency.same_instance", subjects=actions, source="runtime", boundary=_many)
def concurrency_same_instance(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Forty events at once through one instance lead to the requests that they lead to one by one."""
    inputs = case.get("inputs")
    if not isinstance(inputs, list) or len(inputs) < 2:
        return None
    mapping = lab.probe_mapping(at.action)
    with lab.fresh() as other:
        alone = [other.deliver(at.action, probe_event(one), mapping) for one in inputs]
    if not any(one.requests for one in alone):
        return None
    partner = _Partner(lab, _a_few_turns)

    async def at_once() -> list[list[Delivery]]:
        instance = _open(lab, at.action, partner)
        try:
            return await asyncio.gather(*(instance.deliver(probe_event(one)) for one in inputs))
        finally:
            await instance.aclose()

    deliveries, escaped = lab.run(at_once())
    if escaped is not None or deliveries is None:
        return Broken("deliveries that end well", f"{type(escaped).__name__} came out of one: {escaped}")
    for index, (single, (delivery,)) in enumerate(zip(alone, deliveries, strict=True)):
        sent = _sent(delivery)
        if sent.outcome != single.outcome:
            return Broken(f"event {index + 1} {single.outcome}, as alone", sent.told, sent)
        if sent.wire() != single.wire():
            expected = f"event {index + 1} sent as alone: {lab.redact.text(single.wire())}"
            return Broken(expected, lab.redact.text(sent.wire()) or "nothing", sent)
    expected_count, count = sum(len(one.requests) for one in alone), len(partner.scripted.received)
    if count != expected_count:
        return Broken(f"{expected_count} requests", f"{count} reached the partner")
    return Kept()


@check(
    "concurrency.cancel",
    subjects=actions,
    source="runtime",
    level="SHOULD",
    vectors=once,
)
def concurrency_cancel(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A delivery that is broken off while it waits for the partner ends at once, and the next one is as any other."""
    if case:
        return None
    event = probe_event(complete_inputs(at.action))
    usual = lab.deliver(at.action, event, lab.probe_mapping(at.action))
    if not usual.requests:
        return None
    broken_off, escaped = lab.run(_break_off(lab, at.action, event))
    if escaped is not None or broken_off is None:
        return Broken("a delivery that can be broken off", f"{type(escaped).__name__} came out of it: {escaped}")
    if isinstance(broken_off, str):
        return Broken("the delivery cancelled, and the next one delivered", broken_off)
    sent = _sent(broken_off)
    if (sent.outcome, sent.wire()) != (usual.outcome, usual.wire()):
        return Broken(f"{usual.told}, as without a delivery that was broken off", sent.told, sent)
    return Kept()


async def _break_off(lab: Lab, action: BoundAction, event: Object) -> Delivery | str:
    """Cancel a delivery while the partner lets it wait, and give the next one, or what went wrong."""
    reached = asyncio.Event()

    async def wait(place: int) -> None:
        if place == 0:
            reached.set()
            await asyncio.Event().wait()

    instance = _open(lab, action, _Partner(lab, wait))
    first = asyncio.create_task(instance.deliver(event))
    tasks: list[asyncio.Task[Any]] = [first, asyncio.create_task(reached.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        await asyncio.wait({first}, timeout=_PATIENCE)
        if not first.cancelled():
            return (
                "the cancelled delivery goes on"
                if not first.done()
                else "the cancelled delivery ended as if it were not"
            )
        following = asyncio.create_task(instance.deliver(event))
        tasks.append(following)
        await asyncio.wait({following}, timeout=_PATIENCE)
        return following.result()[0] if following.done() else "the next delivery never ends"
    finally:
        for task in tasks:
            task.cancel()
        await instance.aclose()


@check("lifecycle.close", subjects=actions, source="runtime", vectors=once)
def lifecycle_close(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A closed instance leaves no task, thread or warning behind, and delivers nothing any more."""
    if case or not lab.probe(at.action, complete_inputs(at.action)).requests:
        return None
    partner = _Partner(lab, _a_few_turns)
    threads = set(threading.enumerate())
    with _fresh_garbage(), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        found, escaped = lab.run(_live(lab, at.action, partner))
        gc.collect()
    if escaped is not None or found is None:
        return Broken("an instance that can be closed", f"{type(escaped).__name__} came out of it: {escaped}")
    tasks, after = found
    # The event loop keeps the threads that it lends, under a name of its own, until it is closed itself.
    started = [one for one in threading.enumerate() if one not in threads and not one.name.startswith("asyncio_")]
    left = [f"the thread {one.name}" for one in started]
    left += [f"the task {name}" for name in tasks]
    left += [f"the warning {lab.redact.text(str(one.message))!r}" for one in told]
    left += [] if partner.closed else ["the open transport"]
    if left:
        return Broken("nothing left after closing", ", ".join(left))
    if after.delivered:
        return Broken("no delivery once the instance is closed", after.told, after)
    return Kept("outside")


@contextmanager
def _fresh_garbage() -> Iterator[None]:
    """Let the garbage collector see only what is made meanwhile: it is quick, and warns of nothing else."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


async def _live(lab: Lab, action: BoundAction, partner: _Partner) -> tuple[list[str], Sent]:
    """Open an instance, send with it, close it and try to send again; gives the tasks that are left as well."""
    before = asyncio.all_tasks()
    instance = _open(lab, action, partner)
    event = probe_event(complete_inputs(action))
    await asyncio.gather(*(instance.deliver(event) for _ in range(3)))
    await instance.aclose()
    (delivery,) = await instance.deliver(event)
    return [task.get_name() for task in asyncio.all_tasks() - before], _sent(delivery)


CHECKS: Final[tuple[Check[Any], ...]] = (concurrency_same_instance, concurrency_cancel, lifecycle_close)
