"""`actions deliver`: a file of events through a destination's mappings."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import perf_counter
from typing import Any, BinaryIO, Final

import click

from actions_core import Delivery, DestinationInstance
from emulator.cli.options import Route, Target, json_option, route_options, target_options
from emulator.cli.output import Progress, echo_json
from emulator.cli.report import Lines, Read, Report
from emulator.events import NumberedEvent
from emulator.feed import feed, size_of

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
    report = Report(target.destination, route)

    async def run() -> None:
        async with route.open() as transport, target.instance(transport, live=route.live) as instance:
            progress = Progress(size_of(events), enabled=not as_json)
            lines = Lines(instance, as_json=as_json, verbose=verbose, quiet=quiet, progress=progress)
            await _deliver_all(events, instance, concurrency, report, lines)

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


@dataclass(frozen=True, slots=True)
class _Underway:
    """One thing that was read: an event that is being delivered, or none."""

    read: Read
    deliveries: asyncio.Future[list[Delivery]]
    position: int


async def _deliver_all(
    events: BinaryIO, instance: DestinationInstance[Any], concurrency: int, report: Report, lines: Lines
) -> None:
    """Deliver with bounded concurrency and report in the order of the input."""
    underway: asyncio.Queue[_Underway | None] = asyncio.Queue()
    places = asyncio.Semaphore(concurrency)

    async def deliver(read: Read) -> list[Delivery]:
        return await instance.deliver(read.event) if isinstance(read, NumberedEvent) else []

    async def start() -> None:
        async for read, position in feed(events):
            await places.acquire()
            report.started += isinstance(read, NumberedEvent)
            underway.put_nowait(_Underway(read, group.create_task(deliver(read)), position))
        underway.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        group.create_task(start())
        while (item := await underway.get()) is not None:
            deliveries = await item.deliveries
            places.release()
            report.count(item.read, deliveries, instance.redact)
            lines.read(item.read, deliveries)
            lines.progress.update(item.position, report.events + report.malformed)
    lines.progress.clear()
