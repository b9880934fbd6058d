"""Memory: what stays of events that are done, what one under way takes, and what a big file takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import repeat
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

import psutil

from benchmarks.ab import WARM, Run, start
from benchmarks.accounts import usermotion_account
from benchmarks.corpus import lines
from benchmarks.peers import Peer, PeerError
from benchmarks.results import Figure, Row

_EVENTS: Final = 100_000
_IN_FLIGHT: Final = 5_000
_PAUSE: Final = 0.05
"""Seconds between two looks at the memory of a command."""


def rows(run: Run) -> Iterator[Row]:
    """Deliver many events, hold many at once, and stream a file through a command."""
    account = {"corpus": run.corpus("1k"), **usermotion_account()}
    events, in_flight = (500, 50) if run.quick else (_EVENTS, _IN_FLIGHT)
    with ExitStack() as stack:
        sides = run.sides({"work": "path", "parse": True, "alone": False, **account})
        peers = start(stack, sides)
        figures = []
        for name, peer in peers.items():
            peer.ask({"op": "run", "count": events if run.quick else WARM["reference"]})
            grown = tuple(_growth(peer, events) for _ in range(run.rounds))
            figures += [
                Figure(f"{name}, growth", "MB", grown),
                Figure(f"{name}, memory", "MB", (_resident(peer),)),
            ]
    yield Row("memory", f"{events:,} events", tuple(figures), table="what stays")
    with ExitStack() as stack:
        peers = start(stack, run.sides({"work": "in flight", **account}))
        each = [
            Figure(f"{name}, each", "KB", (peer.ask({"op": "run", "count": in_flight})["bytes"] / in_flight / 1000,))
            for name, peer in peers.items()
        ]
    yield Row("memory", f"{in_flight:,} in flight", tuple(each), table="events under way")
    yield from _streams(run)


def _resident(peer: Peer) -> float:
    return psutil.Process(peer.pid).memory_info().rss / 1e6


def _growth(peer: Peer, events: int) -> float:
    """Give by how many MB a process has grown when it has delivered events."""
    before = _resident(peer)
    peer.ask({"op": "run", "count": events})
    return _resident(peer) - before


def _streams(run: Run) -> Iterator[Row]:
    """Stream a file through `actions deliver`, to its partner on this machine."""
    file = run.folder / "stream.jsonl"
    some = "".join(f"{line}\n" for line in lines("1k", 100))
    times = max(1, round(run.stream * 1_000_000 / len(some.encode())))
    with file.open("w", encoding="utf-8") as stream:
        stream.writelines(repeat(some, times))
    count = 100 * times
    ways: tuple[list[str], ...] = ([], ["--workers", "2"])
    for more in ways:
        command = [str(Path(sys.executable).with_name("actions")), "deliver", str(file), "--quiet", *more]
        name = " ".join(["actions deliver", *more])
        yield Row("memory", name, tuple(_watch(command, count, file.stat().st_size)), table="a big file")


def _watch(command: list[str], count: int, size: int) -> Iterator[Figure]:
    """Run a command to its end and look at it, its own processes included, while it works; raises `PeerError`."""
    started = perf_counter()
    process = psutil.Popen([*command, "--setting", "apiKey=a-key-of-some-length"], stdout=subprocess.DEVNULL)
    peak = cpu = 0.0
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            peak = max(peak, sum(map(_share, family)) / 1e6)
            times = [one.cpu_times() for one in family]
        except psutil.NoSuchProcess:
            continue  # one of them has just ended
        cpu = max(cpu, sum(one.user + one.system for one in times))
        sleep(_PAUSE)
    elapsed = perf_counter() - started
    # 1 says that some events were rejected, and the corpus has some that should be.
    if process.returncode not in (0, 1):
        raise PeerError(f"{' '.join(command)}: exit status {process.returncode} (its own words are above)")
    yield Figure("file", "MB", (size / 1e6,))
    yield Figure("peak", "MB", (peak,))
    yield Figure("cores", "", (cpu / elapsed,))
    yield Figure("events/s", "/s", (count / elapsed,))


def _share(process: psutil.Process) -> int:
    """Give the bytes that a process holds, of those that several share its part, where the system tells (Linux)."""
    held = process.memory_full_info()
    return getattr(held, "pss", held.uss)
