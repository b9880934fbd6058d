"""`python -m benchmarks.ours`: our side of a comparison, in a process of its own, so that CPU and memory are its own.

It speaks as `reference/peer.js` does: a JSON request per line in, a JSON answer per line out.
"""

from __future__ import annotations

import asyncio
import json
import platform
import sys
from time import perf_counter_ns, process_time_ns
from typing import Any

from actions_core import Object
from benchmarks.works import WORKS, Work


async def answer(work: Work, request: Object) -> Object:
    """Answer a request about a work: its outputs, or some of its steps timed."""
    if request["op"] == "outputs":
        return {"outputs": await work.outputs()}
    cpu, wall = process_time_ns(), perf_counter_ns()  # of all threads, whatever they do
    told = await work.run(request) or {}
    cpu, wall = process_time_ns() - cpu, perf_counter_ns() - wall
    if "latencies" in told:
        ordered = sorted(told.pop("latencies"))
        told |= {f"p{part}_ms": ordered[len(ordered) * part // 100] * 1000 for part in (50, 99)}
    return {"cpu_us": cpu / 1000, "wall_us": wall / 1000, **told}


def main() -> None:
    """Read the work, then requests about it, until standard input ends."""

    def tell(answered: Any) -> None:
        sys.stdout.write(f"{json.dumps(answered, ensure_ascii=True)}\n")
        sys.stdout.flush()

    description = json.loads(sys.stdin.readline())
    # One event loop for all of it, as for a process that delivers.
    with asyncio.Runner(loop_factory=_uvloop if description.get("uvloop") else None) as runner:
        work = runner.run(WORKS[description["work"]](description))
        tell({"lengths": work.lengths, "version": platform.python_version()})
        for line in sys.stdin:
            tell(runner.run(answer(work, json.loads(line))))


def _uvloop() -> asyncio.AbstractEventLoop:
    import uvloop  # noqa: PLC0415 - not on every system

    return uvloop.new_event_loop()


if __name__ == "__main__":
    main()
