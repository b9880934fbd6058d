"""`actions deliver`: a file of events through a destination's mappings."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter
from typing import BinaryIO, Final

import click

from actions_core import Delivery
from actions_core.runtime.stream import CONCURRENCY, in_order
from emulator import loop
from emulator.cli.options import (
    Route,
    Target,
    is_signed_in,
    json_option,
    route_options,
    target_options,
    transport_to,
)
from emulator.cli.output import Progress, echo_json
from emulator.cli.report import Read, Report, Style, Tally, Told, Writer
from emulator.cli.workers import Job, WorkerEndedError, open_workers
from emulator.events import NumberedEvent, parse_event
from emulator.feed import Chunk, feed, size_of

_MOST_WORKERS: Final = 64

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


def _count(_context: click.Context, _option: click.Parameter, text: str) -> int:
    """Read a number of processes."""
    if text == "auto":
        # Those that this process may use, where the system tells.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_WORKERS:
        raise click.BadParameter(f"expected auto or 1 to {_MOST_WORKERS}, got {text!r}")
    return int(text)


@click.command("deliver", help=_HELP)
@click.argument("events", type=click.File("rb"))
@target_options
@json_option
@route_options
@click.option("-v", "--verbose", is_flag=True, help="Show each request and its answer, without secrets.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what was rejected, failed or malformed, and the summary.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 1000),
    default=CONCURRENCY,
    show_default=True,
    help="Events under way at once, of all workers together.",
)
@click.option(
    "--workers",
    callback=_count,
    default="1",
    show_default=True,
    metavar="N",
    help="Processes that deliver; auto: one per core. The output is the same. They share the built-in partner, so "
    "that a fault's count holds for all of them.",
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
    workers: int,
) -> None:
    """Run the command."""
    workers = min(workers, concurrency)
    if workers > 1 and route.live and is_signed_in(target.destination):
        raise click.UsageError(
            f"{target.destination.name} is signed in to, and workers would replace each other's tokens: "
            "use --workers 1 with --live"
        )
    route.confirm(target.destination)
    progress = Progress(size_of(events), enabled=not as_json)
    report = Report(target.destination, route)
    style = Style(as_json=as_json, verbose=verbose, quiet=quiet)
    run = _Run(events, target, style, concurrency, progress, report)
    failure: WorkerEndedError | None = None
    started = perf_counter()
    try:
        loop.run(run.here() if workers == 1 else run.with_workers(workers))
    except (KeyboardInterrupt, WorkerEndedError) as error:
        report.interrupted = True
        failure = error if isinstance(error, WorkerEndedError) else None
    progress.clear()
    report.seconds = perf_counter() - started
    if as_json:
        echo_json({"summary": report.to_json()})
    else:
        click.echo(report.text())
    if failure is not None:
        raise click.ClickException(str(failure))
    raise SystemExit(130 if report.interrupted else 1 if report.went_wrong else 0)


@dataclass(frozen=True)
class _Run:
    """One run of the command."""

    events: BinaryIO
    target: Target
    style: Style
    concurrency: int
    progress: Progress
    report: Report

    async def here(self) -> None:
        """Deliver in this process."""
        position = 0

        async def reads() -> AsyncIterator[Read]:
            nonlocal position
            async for chunk in feed(self.events):
                position = chunk.position
                for text in chunk.texts:
                    yield parse_event(text)

        route = self.report.route
        async with route.open() as transport, self.target.instance(transport, live=route.live) as instance:

            async def deliver(read: Read) -> list[Delivery]:
                if not isinstance(read, NumberedEvent):
                    return []
                self.report.started += 1
                return await instance.deliver(read.event, own=True)

            writer = Writer(instance, self.style)
            async with aclosing(in_order(deliver, reads(), concurrency=self.concurrency)) as bursts:
                async for burst in bursts:
                    tally = Tally()
                    text = ""
                    for read, deliveries in burst:
                        writer.count(read, deliveries, tally)
                        text += writer.lines(read, deliveries)
                    self._show(Told(text, tally), position)

    async def with_workers(self, count: int) -> None:
        """Deliver with several processes; this one reads, writes, and runs the built-in partner."""
        route, target = self.report.route, self.target
        async with route.address() as address:
            async with target.instance(transport_to(address, route.transport), live=route.live):
                pass  # what is wrong with it is told here, once
            job = Job(
                slug=target.destination.slug,
                settings=target.settings,
                subscriptions=target.subscriptions,
                tokens=target.tokens,
                address=address,
                transport=route.transport,
                concurrency=self.concurrency,
                style=self.style,
            )
            async with open_workers(count, job) as workers:

                async def deliver(chunk: Chunk) -> Told:
                    self.report.started += len(chunk.texts)
                    return await workers.deliver(chunk.texts)

                async with aclosing(in_order(deliver, feed(self.events), concurrency=workers.concurrency)) as bursts:
                    async for burst in bursts:
                        for chunk, told in burst:
                            self.report.started -= told.tally.malformed  # which nobody could know before
                            self._show(told, chunk.position)

    def _show(self, told: Told, position: int) -> None:
        self.report.tally.add(told.tally)
        if told.text:
            self.progress.write(told.text)
        self.progress.update(position, self.report.tally.events + self.report.tally.malformed)
