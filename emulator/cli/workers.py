"""Delivering with several processes: each takes chunks of events and gives back what is to be printed of them."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from actions_core import Delivery, OAuthCredentials, Object, Subscription, TransportName, load_catalog
from actions_core.runtime.stream import in_order
from emulator import loop
from emulator.cli.options import Target, transport_to
from emulator.cli.report import Read, Style, Tally, Told, Writer
from emulator.events import EventText, NumberedEvent, parse_event

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

_AHEAD: Final = 2  # chunks that a process has at once, so that it need not wait for the next one


@dataclass(frozen=True, kw_only=True)
class Job:
    """What each process needs to know; told through a pipe, since a process's arguments are for everybody to see."""

    slug: str
    settings: Object = field(repr=False)
    subscriptions: list[Subscription] | None
    tokens: OAuthCredentials | None
    address: str | None
    """Of the built-in partner; None: requests go to the real one."""
    transport: TransportName | None
    concurrency: int
    """Events under way at once, of all processes together."""
    style: Style


class WorkerEndedError(Exception):
    """A process has ended before its work; the message is one sentence."""


class Workers:
    """Processes that deliver chunks of events, any number of chunks at once; see `open_workers`."""

    def __init__(self, workers: list[_Worker]) -> None:
        self._workers: Final = workers
        self.concurrency: Final = len(workers) * _AHEAD
        """Chunks that are worth giving them at once."""

    async def deliver(self, chunk: list[EventText]) -> Told:
        """Let the process deliver that has the least to do; raises `WorkerEndedError`."""
        return await min(self._workers, key=lambda worker: worker.underway).deliver(chunk)


@asynccontextmanager
async def open_workers(count: int, job: Job) -> AsyncIterator[Workers]:
    """Start processes; at the end of the block they end, at once if it is left by an error.

    Raises `WorkerEndedError` for one that does not end well.
    """
    with ExitStack() as stack:
        workers = []
        with _interrupts_ignored():
            for index in range(count):
                worker = _Worker(replace(job, concurrency=(job.concurrency + index) // count))
                stack.callback(worker.kill)
                workers.append(worker)
        yield Workers(workers)
        for worker in workers:
            await worker.finish()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Start processes that a Ctrl-C does not reach, from their first moment on: this one ends them."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


class _Worker:
    """One process as its parent sees it. It answers in the order in which it was asked."""

    def __init__(self, job: Job) -> None:
        # Not by fork: a copy of a process with threads may wait for ever for a lock that one of them held.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process: Final[SpawnProcess] = context.Process(target=_work, args=(theirs, job), daemon=True)
        self._process.start()
        theirs.close()  # so that theirs is the only one, and reading ends when they do
        # Both may wait: a pipe holds little.
        self._sending: Final = ThreadPoolExecutor(1, "send")
        self._receiving: Final = ThreadPoolExecutor(1, "receive")
        self.underway = 0

    async def deliver(self, chunk: list[EventText]) -> Told:
        running = asyncio.get_running_loop()
        self.underway += 1
        try:
            await running.run_in_executor(self._sending, self._connection.send, chunk)
            told: Told = await running.run_in_executor(self._receiving, self._connection.recv)
        except (EOFError, ConnectionError):
            raise await self._ended() from None
        self.underway -= 1
        return told

    async def finish(self) -> None:
        # One that has ended already does not read this; its exit status tells why.
        with suppress(ConnectionError):
            await asyncio.get_running_loop().run_in_executor(self._sending, self._connection.send, None)
        await asyncio.to_thread(self._process.join)
        if self._process.exitcode:
            raise await self._ended()

    async def _ended(self) -> WorkerEndedError:
        await asyncio.to_thread(self._process.join)
        code = self._process.exitcode or 0
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit status {code}"
        return WorkerEndedError(f"a worker process {how} before it had delivered its events")

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._sending.shutdown()
        self._receiving.shutdown()
        self._connection.close()


# --- in the process --------------------------------------------------------------------------------------------------


def _work(connection: Connection, job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it is not inherited
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    loop.run(_deliver(connection, job))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - for the type checker: this is a child
    parent.join()
    os._exit(1)  # whatever hangs: nobody is left to be told


async def _deliver(connection: Connection, job: Job) -> None:
    running = asyncio.get_running_loop()
    target = Target(load_catalog().find(job.slug), job.settings, job.subscriptions, tokens=job.tokens)

    async def reads() -> AsyncIterator[tuple[Read, bool]]:
        """Yield events, with whether one is the last of its chunk."""
        while (chunk := await running.run_in_executor(None, connection.recv)) is not None:
            *others, last = chunk
            for text in others:
                yield parse_event(text), False
            yield parse_event(last), True

    async with target.instance(transport_to(job.address, job.transport), live=job.address is None) as instance:

        async def deliver(read: tuple[Read, bool]) -> list[Delivery]:
            return await instance.deliver(read[0].event, own=True) if isinstance(read[0], NumberedEvent) else []

        writer = Writer(instance, job.style)
        text: list[str] = []
        tally = Tally()
        async for burst in in_order(deliver, reads(), concurrency=job.concurrency):
            for (read, is_last), deliveries in burst:
                writer.count(read, deliveries, tally)
                text.append(writer.lines(read, deliveries))
                if is_last:
                    connection.send(Told("".join(text), tally))
                    text, tally = [], Tally()
