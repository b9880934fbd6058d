"""Starting: the commands that people wait for, the first event, and a catalog of all of Segment's destinations."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final, TypeAlias

import psutil

from benchmarks.ab import Run, Side
from benchmarks.accounts import all_definitions, usermotion_account
from benchmarks.peers import Peer
from benchmarks.results import Figure, Row, ratio

_COMMANDS: Final = (["--version"], ["list"])
_TURNS: Final = 3
"""Starts for each round of the other suites: they are short, and spread widely."""

Start: TypeAlias = dict[str, float]
"""One start: `CPU` and `wall` in ms, `memory` in MB."""


def rows(run: Run) -> Iterator[Row]:
    """Start commands of ours, and processes of both sides up to the first event, or with a catalog."""
    turns = run.rounds if run.quick else run.rounds * _TURNS
    for arguments in _COMMANDS:
        started = [_command(arguments) for _ in range(turns + 1)][1:]  # the first one finds nothing in the disk's cache
        yield Row("startup", f"actions {' '.join(arguments)}", tuple(_figures({"ours": started})), table="commands")
    first = {"work": "path", "parse": True, "alone": False, **usermotion_account()}
    first["corpus"] = run.events("first", [{"type": "track", "event": "Started", "userId": "u1"}])
    yield _row("import and first event", run.sides(first), turns)
    if run.reference:
        found = all_definitions(quick=run.quick)
        file = run.events("catalog", list(found.values()))
        work = {"work": "catalog", "names": list(found), "file": file, "presets": False}
        yield _row(f"{len(found)} definitions", run.sides(work), run.rounds)
        ready = Side("ours", "ours", {**work, "presets": True})
        yield _row(f"{len(found)} definitions, their presets compiled", [ready], run.rounds)


def _row(name: str, sides: list[Side], turns: int) -> Row:
    found: dict[str, list[Start]] = {side.name: [] for side in sides}
    for turn in range(turns):
        for side in sides[:: -1 if turn % 2 else 1]:
            found[side.name].append(_process(side))
    return Row("startup", name, tuple(_figures(found)), table="processes")


def _figures(found: dict[str, list[Start]]) -> Iterator[Figure]:
    for name, starts in found.items():
        for what, unit in (("CPU", "ms"), ("wall", "ms"), ("memory", "MB")):
            if what in starts[0]:
                yield Figure(f"{name}, {what}", unit, tuple(start[what] for start in starts))
    if "reference" in found:
        reference, ours = (
            Figure(name, "ms", tuple(start["CPU"] for start in found[name])) for name in ("reference", "ours")
        )
        yield ratio("reference / ours", reference, ours)


def _command(arguments: list[str]) -> Start:
    """Run a command of ours to its end."""
    command = [str(Path(sys.executable).with_name("actions")), *arguments]

    def spent() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (used.ru_utime + used.ru_stime) * 1000

    cpu, wall = spent(), perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
    return {"CPU": spent() - cpu, "wall": (perf_counter() - wall) * 1000}


def _process(side: Side) -> Start:
    """Start a side, have it do one step, and see what that took since the process began."""
    wall = perf_counter()
    with Peer(side.runtime, side.work) as peer:
        peer.ask({"op": "run", "count": 1})
        elapsed = (perf_counter() - wall) * 1000
        process = psutil.Process(peer.pid)
        used = process.cpu_times()
        return {
            "CPU": (used.user + used.system) * 1000,
            "wall": elapsed,
            "memory": process.memory_info().rss / 1e6,
        }
