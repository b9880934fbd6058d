"""`actions deliver`: a file of events through a destination's mappings."""

from __future__ import annotations

import asyncio
import os
import stat
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, BinaryIO, Final, TypeAlias

import click

from actions_core import Delivery, Destination, DestinationInstance, Object, errors
from actions_core.errors import HTTPError
from actions_core.js import stringify
from actions_core.runtime.results import exchange_to_json
from emulator.cli.options import Route, Target, json_option, route_options, target_options
from emulator.cli.output import Progress, echo_json, faint, outcome_text
from emulator.events import MalformedEvent, NumberedEvent, read_events

Read: TypeAlias = NumberedEvent | MalformedEvent


_HELP: Final = """Send EVENTS through every enabled mapping and show what became of each.

EVENTS is a JSONL file (one event per line), a JSON array, or - for standard input. It is read as it is needed, so it
may be larger than memory. A malformed line is reported and the rest goes on.

Requests go to a mock partner that runs inside this command; nothing leaves the machine without --live.

\b
Outcomes:
  delivered       the partner answered 200 to 299
  not subscribed  the mapping's trigger does not match the event
  rejected        refused before anything was sent, with the reason
  failed          the partner refused, or did not answer

\b
Exit status: 0 everything delivered or not subscribed, 1 something rejected, failed or malformed, 2 wrong usage.

\b
Examples:
  actions deliver examples/events.jsonl --setting apiKey=my-key
  actions deliver events.json -m mapping.json -v
  actions deliver events.jsonl --json | jq 'select(.outcome == "rejected")'
  actions deliver events.jsonl --fault "POST /v1/track status=503 probability=0.1"
"""


@click.command("deliver", help=_HELP)
@click.argument("events", type=click.File("rb"))
@target_options
@json_option
@route_options
@click.option("-v", "--verbose", is_flag=True, help="Show each request and its answer, without secrets.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what was rejected, failed or malformed, and the summary.")
@click.option(
    "--concurrency", type=click.IntRange(1, 1000), default=16, show_default=True, help="Events under way at once."
)
def command(
    *,
    events: BinaryIO,
    target: Target,
    route: Route,
    as_json: bool,
    verbose: bool,
    quiet: bool,
    concurrency: int,
) -> None:
    """Run the command."""
    route.confirm(target.destination)
    report = _Report(target.destination, route)

    async def run() -> None:
        async with route.open() as transport, target.instance(transport) as instance:
            progress = Progress(_size(events), enabled=not as_json)
            show = _Show(instance, as_json=as_json, verbose=verbose, quiet=quiet, progress=progress)
            await _deliver_all(events, instance, concurrency, report, show)

    started = perf_counter()
    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        report.interrupted = True
    except ExceptionGroup as group:  # one task's failure has ended the others; its own exception tells why
        raise group.exceptions[0] from None
    report.seconds = perf_counter() - started
    if as_json:
        echo_json({"summary": report.to_json()})
    else:
        click.echo(report.text())
    raise SystemExit(130 if report.interrupted else 1 if report.went_wrong else 0)


def _size(events: BinaryIO) -> int | None:
    """Give a regular file's size in bytes; None for a pipe or a terminal."""
    try:
        found = os.fstat(events.fileno())
    except OSError:  # not a file of the system, such as a buffer in a test
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


async def _iterate(events: BinaryIO) -> AsyncIterator[tuple[Read, int]]:
    """Yield events with the number of bytes read so far; a pipe is read in a thread, because it may have to wait."""
    reading: Iterator[Read] = read_events(events)
    if _size(events) is not None:
        for read in reading:
            yield read, events.tell()
        return
    while (read_or_end := await asyncio.to_thread(next, reading, None)) is not None:
        yield read_or_end, 0


@dataclass(frozen=True, slots=True)
class _Underway:
    """One thing that was read: an event that is being delivered, or none."""

    read: NumberedEvent | MalformedEvent
    deliveries: asyncio.Future[list[Delivery]]
    position: int


async def _deliver_all(
    events: BinaryIO, instance: DestinationInstance[Any], concurrency: int, report: _Report, show: _Show
) -> None:
    """Deliver with bounded concurrency and report in the order of the input."""
    underway: asyncio.Queue[_Underway | None] = asyncio.Queue()
    places = asyncio.Semaphore(concurrency)

    async def deliver(read: Read) -> list[Delivery]:
        return await instance.deliver(read.event) if isinstance(read, NumberedEvent) else []

    async def start() -> None:
        async for read, position in _iterate(events):
            await places.acquire()
            underway.put_nowait(_Underway(read, group.create_task(deliver(read)), position))
        underway.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        group.create_task(start())
        while (item := await underway.get()) is not None:
            deliveries = await item.deliveries
            places.release()
            report.count(item.read, deliveries)
            show.read(item.read, deliveries)
            show.progress.update(item.position, report.events + report.malformed)
    show.progress.clear()


@dataclass
class _Report:
    """What the summary says."""

    destination: Destination[Any]
    route: Route
    events: int = 0
    malformed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def went_wrong(self) -> bool:
        return bool(self.malformed or self.outcomes["rejected"] or self.outcomes["failed"])

    def count(self, read: Read, deliveries: list[Delivery]) -> None:
        if isinstance(read, MalformedEvent):
            self.malformed += 1
            return
        self.events += 1
        for delivery in deliveries:
            self.outcomes[delivery.outcome] += 1
            for exchange in delivery.exchanges:
                self.requests[f"{exchange.request.method} {exchange.request.url.partition('?')[0]}"] += 1

    def to_json(self) -> Object:
        return {
            "destination": self.destination.slug,
            "events": self.events,
            "malformed": self.malformed,
            **{outcome.replace(" ", "_"): self.outcomes[outcome] for outcome in _OUTCOMES},
            "requests": dict(self.requests),
            "partner": "live" if self.route.live else "built-in",
            "interrupted": self.interrupted,
            "seconds": round(self.seconds, 3),
        }

    def text(self) -> str:
        counts = ", ".join(f"{self.outcomes[outcome]:,} {outcome}" for outcome in _OUTCOMES)
        lines = [
            f"{_count(self.events, 'event')} to {self.destination.name} in {self.seconds:.1f} s"
            + (" (interrupted)" if self.interrupted else ""),
            f"  {counts}" + (f"; {self.malformed:,} malformed" if self.malformed else ""),
        ]
        where = "" if self.route.live else "; nothing left this machine"
        lines.append(f"  {_count(sum(self.requests.values()), 'request')} to {self.route.partner}{where}")
        lines += [f"    {count:,} {what}" for what, count in sorted(self.requests.items())]
        return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


_OUTCOMES: Final = ("delivered", "not subscribed", "rejected", "failed")


class _Show:
    """Prints what became of each event."""

    def __init__(
        self, instance: DestinationInstance[Any], *, as_json: bool, verbose: bool, quiet: bool, progress: Progress
    ) -> None:
        self._redact: Final = instance.redact
        self._as_json: Final = as_json
        self._verbose: Final = verbose
        self._quiet: Final = quiet
        self._width: Final = max((len(plan.subscription.name) for plan in instance.plans), default=0)
        self.progress: Final = progress

    def read(self, read: Read, deliveries: list[Delivery]) -> None:
        """Print one line for each mapping, or one for what is no event."""
        if isinstance(read, NumberedEvent):
            self._deliveries(read, deliveries)
        elif self._as_json:
            place = {"event": read.number, "place": read.place}
            echo_json({**place, "outcome": "malformed", "error": {"message": read.message}})
        else:
            self.progress.line(f"{read.number:>5}  {outcome_text('malformed')}  {read.place} {read.message}")

    def _deliveries(self, read: NumberedEvent, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if self._quiet and delivery.outcome in ("delivered", "not subscribed"):
                continue
            if self._as_json:
                known = {key: read.event.get(key) for key in ("messageId", "type")}
                echo_json(
                    {
                        "event": read.number,
                        "place": read.place,
                        **self._redact.value(known),
                        **delivery.to_json(self._redact),
                    }
                )
                continue
            self.progress.line(self._line(read, delivery))
            if self._verbose:
                for exchange in delivery.exchanges:
                    self._show_exchange(exchange_to_json(exchange, self._redact))

    def _line(self, read: NumberedEvent, delivery: Delivery) -> str:
        call = str(read.event.get("type", "?"))[:8].ljust(8)
        name = delivery.subscription.name.ljust(self._width)
        return f"{read.number:>5}  {call}  {name}  {outcome_text(delivery.outcome)}  {self._detail(delivery)}".rstrip()

    def _detail(self, delivery: Delivery) -> str:
        if delivery.error is not None:
            retry = faint(" (Segment would retry)") if delivery.error.retryable and delivery.outcome == "failed" else ""
            shown = self._redact.text(str(delivery.error))
            if isinstance(delivery.error, HTTPError):
                body = self._redact.text(delivery.error.response.content[:200])
                shown = f"{shown} {body}".strip()
            silent = isinstance(delivery.error, (errors.TimeoutError, errors.TransportError))
            return f"{delivery.error.code if silent else delivery.error.status} {shown}{retry}"
        if delivery.exchanges:
            last = delivery.exchanges[-1].request
            return self._redact.text(f"{delivery.status} {last.method} {last.url}")
        return ""

    def _show_exchange(self, exchange: Object) -> None:
        lines = [f"> {exchange['method']} {exchange['url']}"]
        lines += [f"> {name}: {value}" for name, value in exchange["headers"].items()]
        if exchange["body"] is not None:
            lines.append(f"> {_compact(exchange['body'])}")
        if "response" in exchange:
            answer = exchange["response"]
            lines.append(f"< {answer['status']} {_compact(answer['body'])}")
        if "error" in exchange:
            lines.append(f"< {exchange['error']['message']}")
        for line in lines:
            self.progress.line(faint(f"         {line}"))


def _compact(body: Any) -> str:
    return body if isinstance(body, str) else stringify(body)
