"""The pieces of work that our side of a comparison does; `reference/peer.js` does the same with Segment's runtime.

A work is made from its description, a JSON object: everything is read, parsed and compiled then. Its steps are what is
timed, over and over in the same order; a step is one event, or one batch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Protocol, TypeAlias

from actions_core import (
    BatchDelivery,
    ConfigurationError,
    Destination,
    DestinationInstance,
    HttpRequest,
    HttpResponse,
    InputField,
    MappingResolveError,
    Object,
    PayloadValidationError,
    Plan,
    Subscription,
    open_transport,
    preset_subscriptions,
    read_metadata,
)
from actions_core.contract import compile_contract
from actions_core.encoding import decode, encode
from actions_core.js import MISSING, loads
from actions_core.mapping import compile_mapping
from actions_core.trigger import compile_trigger

Call: TypeAlias = tuple[Callable[[Any], Any], Any]
"""A function and what it is called with."""
REFUSALS: Final = (MappingResolveError, PayloadValidationError)


class Work(Protocol):
    """Steps that can be run as often as one likes."""

    @property
    def lengths(self) -> list[int]:
        """How many steps there are before they repeat; one number for each part."""
        ...

    async def outputs(self) -> list[Any]:
        """Give what each step comes to, as JSON values, to be compared with the other side's."""
        ...

    async def run(self, request: Object) -> Object | None:
        """Do `count` steps, from the first one on; gives what was noted on the way, if anything was."""
        ...


class Steps:
    """A work whose steps are calls: of a function with one argument each."""

    def __init__(self, calls: Sequence[Call], output: Callable[[Any], Any] = lambda value: value) -> None:
        """Say with `output` what is compared of what a call gives."""
        self._calls: Final = calls
        self.lengths: Final = [len(calls)]
        self._output: Final = output

    async def outputs(self) -> list[Any]:
        """See `Work.outputs`."""
        return [self._answer(function, argument) for function, argument in self._calls]

    def _answer(self, function: Callable[[Any], Any], argument: Any) -> Object | None:
        """Give what a call comes to; a refusal is an answer, too: both sides have to refuse the same."""
        try:
            value = function(argument)
        except REFUSALS:
            return {"refused": True}
        return None if value is MISSING else {"value": self._output(value)}

    async def run(self, request: Object) -> None:
        """See `Work.run`."""
        for function, argument in islice(cycle(self._calls), request["count"]):
            try:
                function(argument)
            except REFUSALS:
                continue


class Waiting:
    """A work whose steps are calls of a coroutine function, which sends through a stub."""

    def __init__(self, calls: Sequence[Call], stub: Stub, output: Callable[[Any], Object]) -> None:
        """Say with `output` what is compared, besides the requests, of what a call gives."""
        self._calls: Final = calls
        self.lengths: Final = [len(calls)]
        self._stub: Final = stub
        self._output: Final = output

    async def outputs(self) -> list[Any]:
        """See `Work.outputs`."""
        found = []
        for function, argument in self._calls:
            value, requests = await self._stub.watch(function(argument))
            found.append({**self._output(value), "requests": requests})
        return found

    async def run(self, request: Object) -> None:
        """See `Work.run`."""
        for function, argument in islice(cycle(self._calls), request["count"]):
            await function(argument)


class Parts:
    """Several works in one process: a request says which by its `part`, a number."""

    def __init__(self, parts: Sequence[Work]) -> None:
        self._parts: Final = parts
        self.lengths: Final = [length for part in parts for length in part.lengths]

    async def outputs(self) -> list[Any]:
        """See `Work.outputs`; those of all parts."""
        return [output for part in self._parts for output in await part.outputs()]

    async def run(self, request: Object) -> Object | None:
        """See `Work.run`."""
        return await self._parts[request["part"]].run(request)


class Crowd:
    """A work whose steps are under way side by side, `concurrency` of them at a time; notes how long each took."""

    def __init__(self, items: Sequence[Object], step: Callable[[Object], Awaitable[bool]]) -> None:
        """Take items and what to do with each, which tells whether it was refused."""
        self._items: Final = items
        self.lengths: Final = [len(items)]
        self._step: Final = step

    async def outputs(self) -> list[Any]:
        """See `Work.outputs`."""
        return [await self._step(item) for item in self._items]

    async def run(self, request: Object) -> Object:
        """See `Work.run`."""
        items = islice(cycle(self._items), request["count"])
        latencies: list[float] = []
        refused = 0

        async def worker() -> None:
            nonlocal refused
            for item in items:
                started = perf_counter()
                refused += await self._step(item)
                latencies.append(perf_counter() - started)

        await asyncio.gather(*(worker() for _ in range(request["concurrency"])))
        return {"latencies": latencies, "refused": refused}


class Stub:
    """A transport that answers at once, as the reference's stubbed fetch does; it remembers requests when asked to."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] | None = None

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        if self.requests is not None:
            self.requests.append(request)
        return HttpResponse(200, "OK", {"content-type": "application/json"}, b"{}")

    async def aclose(self) -> None:
        """See `Transport.aclose`."""

    async def watch(self, call: Awaitable[Any]) -> tuple[Any, list[Object]]:
        """Give what a call gives, and the requests that it sent."""
        sent: list[HttpRequest] = []
        self.requests = sent
        given = await call
        self.requests = None
        return given, [
            {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "body": request.body.decode(),
            }
            for request in sent
        ]


# --- what descriptions hold ------------------------------------------------------------------------------------------


def read_lines(file: str) -> list[bytes]:
    """Read a corpus as the lines that a file or a socket gives."""
    return Path(file).read_bytes().split(b"\n")[:-1]


def read_events(file: str) -> list[Object]:
    """Read a corpus as events."""
    return [loads(line) for line in read_lines(file)]


def destination_of(work: Object) -> Destination[Any]:
    """Find the destination of a work: the definition that it brings along, else our own of that name."""
    if work.get("definition") is not None:
        return read_metadata(work["definition"])
    found: Destination[Any] = import_module(f"destinations.{work['destination']}").destination
    return found


def subscriptions_of(work: Object) -> list[Subscription]:
    """Read the subscriptions of a work."""
    return [Subscription(**subscription) for subscription in work["subscriptions"]]


def _routed(work: Object) -> list[tuple[Object, Object]]:
    """Pair each event with the routes that are for it; a route without a trigger is for all."""
    routes = [
        (route, None if route["trigger"] is None else compile_trigger(route["trigger"]).matches)
        for route in work["routes"]
    ]
    return [
        (event, route)
        for event in read_events(work["corpus"])
        for route, matches in routes
        if matches is None or matches(event)
    ]


def _instances(work: Object, transport: Stub) -> list[tuple[Callable[[Object], bool], DestinationInstance[Any]]]:
    """Make the instances of a work, each with a test of the events that it is given."""
    destination, settings, subscriptions = destination_of(work), work["settings"], subscriptions_of(work)
    if not work["alone"]:
        return [(lambda _: True, DestinationInstance(destination, settings, subscriptions, transport=transport))]
    return [
        (compile_trigger(one.trigger).matches, DestinationInstance(destination, settings, [one], transport=transport))
        for one in subscriptions
    ]


# --- the works -------------------------------------------------------------------------------------------------------


async def floor(work: Object) -> Work:
    """Make a line an event and write it again, with the JSON of our runtime or with orjson alone."""
    import orjson  # noqa: PLC0415 - only the floors need it

    def ours(line: bytes) -> bytes:
        return encode(decode(line))

    def alone(line: bytes) -> bytes:
        return orjson.dumps(orjson.loads(line))

    step = ours if work["json"] == "ours" else alone
    return Steps([(step, line) for line in read_lines(work["corpus"])], loads)


async def trigger(work: Object) -> Work:
    """Ask several triggers about an event."""
    tests = [compile_trigger(text).matches for text in work["triggers"]]

    def ask(event: Object) -> list[bool]:
        return [matches(event) for matches in tests]

    return Steps([(ask, event) for event in read_events(work["corpus"])])


async def mapping(work: Object) -> Work:
    """Map an event with the mapping that is for it."""
    compiled = {id(route): compile_mapping(route["mapping"]).resolve for route in work["routes"]}
    return Steps([(compiled[id(route)], event) for event, route in _routed(work)])


async def contract(work: Object) -> Work:
    """Make a payload of the values that an event was mapped to."""
    if "fields" in work:
        fields = {"send": {key: InputField.model_validate(field) for key, field in work["fields"].items()}}
    else:
        fields = {slug: dict(action.fields) for slug, action in destination_of(work).actions.items()}
    compiled = {id(route): compile_mapping(route["mapping"]).resolve for route in work["routes"]}
    contracts = {id(route): compile_contract(fields[route["action"]]).validate for route in work["routes"]}
    return Steps([(contracts[id(route)], compiled[id(route)](event)) for event, route in _routed(work)])


async def path(work: Object) -> Work:
    """Run an event through a destination, from its line or parsed already, with the network stubbed.

    With `alone` an event meets the one subscription that matches it, as production does it; events that none matches
    are left out then. With `own` an event is given away, as by `actions deliver`, and not copied.
    """
    stub = Stub()
    instances = _instances(work, stub)
    calls = [
        (partial(instance.deliver, own=work.get("own", False)), line if work["parse"] else loads(line))
        for line in read_lines(work["corpus"])
        for matches, instance in instances
        if matches(loads(line))
    ]
    return Waiting(
        calls, stub, lambda deliveries: {"refused": any(delivery.error is not None for delivery in deliveries)}
    )


async def path_floor(work: Object) -> Work:
    """Do what would be left of `path` without a runtime: parse the event and write the body, with orjson."""
    import orjson  # noqa: PLC0415 - only the floors need it

    sent = await (await path({**work, "parse": True})).outputs()
    bodies = [[loads(request["body"]) for request in output["requests"]] for output in sent]

    def step(item: tuple[bytes, list[Any]]) -> None:
        line, bodies = item
        orjson.loads(line)
        for body in bodies:
            orjson.dumps(body)

    return Steps([(step, item) for item in zip(read_lines(work["corpus"]), bodies, strict=True)])


async def loopback(work: Object) -> Work:
    """Deliver events over a socket, to a server on this machine that a mapping names."""
    instance = DestinationInstance(
        destination_of(work),
        work["settings"],
        subscriptions_of(work),
        transport=open_transport(work["transport"]),
    )

    async def step(event: Object) -> bool:
        (delivery,) = await instance.deliver(event, own=True)
        return delivery.error is not None

    return Crowd(read_events(work["corpus"]), step)


async def compiling(work: Object) -> Work:
    """Make mappings ready, instead of running them."""
    return Steps([(compile_mapping, mapping) for mapping in work["mappings"]])


async def catalog(work: Object) -> Work:
    """Read many definitions, and if asked to, make all of their presets ready; a step is nothing then."""
    read = [read_metadata(loads(line)) for line in read_lines(work["file"])]
    plans: list[Plan] = []
    if work["presets"]:
        for destination in read:
            for subscription in preset_subscriptions(destination):
                with suppress(ConfigurationError):  # some of Segment's own have mistakes
                    plans.append(Plan.compile(destination, subscription))
    return Steps([(id, one) for one in (*read, *plans)])


async def in_flight(work: Object) -> Work:
    """Hold many deliveries in the middle of their request, and see what they take."""
    lines, gate = read_lines(work["corpus"]), asyncio.Event()

    class Held(Stub):
        async def send(self, request: HttpRequest) -> HttpResponse:
            await gate.wait()
            return await super().send(request)

    instance = DestinationInstance(destination_of(work), work["settings"], subscriptions_of(work), transport=Held())
    return Holding(lines, instance, gate)


class Holding:
    """The work of `in_flight`: all steps are under way before the first one ends."""

    def __init__(self, lines: Sequence[bytes], instance: DestinationInstance[Any], gate: asyncio.Event) -> None:
        """Deliveries wait for the gate."""
        self._lines: Final = lines
        self._instance: Final = instance
        self._gate: Final = gate
        self.lengths: Final = [len(lines)]

    async def outputs(self) -> list[Any]:
        """See `Work.outputs`; nothing here is compared."""
        return []

    async def run(self, request: Object) -> Object:
        """See `Work.run`; notes by how many `bytes` the process has grown."""
        import psutil  # noqa: PLC0415 - no part of what a process of ours starts with

        process = psutil.Process()
        before = process.memory_info().rss
        chosen = islice(cycle(self._lines), request["count"])
        tasks = [asyncio.create_task(self._instance.deliver(line)) for line in chosen]
        await asyncio.sleep(0.1)
        grown = process.memory_info().rss - before
        self._gate.set()
        await asyncio.gather(*tasks)
        return {"bytes": grown}


async def parts(work: Object) -> Work:
    """Make several works ready."""
    return Parts([await WORKS[part["work"]](part) for part in work["parts"]])


async def batch(work: Object) -> Work:
    """Run events through a destination in batches, with the network stubbed."""
    stub, size = Stub(), work["size"]
    instance = DestinationInstance(destination_of(work), work["settings"], subscriptions_of(work), transport=stub)
    events = read_events(work["corpus"])
    batches = [events[start : start + size] for start in range(0, len(events) - size + 1, size)]

    def output(deliveries: list[BatchDelivery]) -> Object:
        return {"statuses": [status.status for delivery in deliveries for status in delivery.statuses]}

    return Waiting([(partial(instance.deliver_batch, own=True), batch) for batch in batches], stub, output)


WORKS: Final[dict[str, Callable[[Object], Coroutine[Any, Any, Work]]]] = {
    "floor": floor,
    "trigger": trigger,
    "mapping": mapping,
    "contract": contract,
    "path": path,
    "path floor": path_floor,
    "batch": batch,
    "loopback": loopback,
    "compiling": compiling,
    "catalog": catalog,
    "in flight": in_flight,
    "parts": parts,
}
