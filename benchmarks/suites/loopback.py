"""The full path over a real socket, to a server on this machine, with 1 to 256 events in flight."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import Final

import psutil

from actions_core import Object
from actions_core.transport import DEFAULT_TRANSPORT, TRANSPORTS
from benchmarks.ab import WARM, Run, Side, compare, start, take_turns, warmed
from benchmarks.accounts import webhook_account
from benchmarks.peers import HERE, Peer, PeerError
from benchmarks.results import Figure, Row, ratio

_IN_FLIGHT: Final = (1, 16, 64, 256)
_SAMPLE: Final = 1_000_000
"""Microseconds that one side of a round should take."""


def rows(run: Run) -> Iterator[Row]:
    """Send 1 KB events through Webhook; our runtime with each of its transports, and the default one on uvloop."""
    with ExitStack() as stack:
        port = stack.enter_context(_server())
        account = webhook_account(f"http://127.0.0.1:{port}/in")
        work = {"work": "loopback", "corpus": run.corpus("1k"), **account}
        sides = [Side("reference", "reference", work)] if run.reference else []
        sides += (Side(name, "ours", {**work, "transport": name}) for name in TRANSPORTS)
        if find_spec("uvloop") is not None:
            fastest = {**work, "transport": DEFAULT_TRANSPORT, "uvloop": True}
            sides.append(Side(f"{DEFAULT_TRANSPORT} on uvloop", "ours", fastest))
        peers = start(stack, sides)
        compared = compare("loopback", peers)
        for side in sides:
            warmed(peers[side.name], {"count": WARM[side.runtime], "concurrency": 16}, quick=run.quick)
        for in_flight in _IN_FLIGHT[: 2 if run.quick else None]:
            yield from _rows_of(run, peers, in_flight, compared)


def _rows_of(run: Run, peers: dict[str, Peer], in_flight: int, compared: int) -> Iterator[Row]:
    requests: dict[str, Object] = {}
    for name, peer in peers.items():
        first = {"count": 8 * in_flight, "concurrency": in_flight}
        peer.ask({"op": "run", **first})  # opens the connections
        count = warmed(peer, first, length=8 * in_flight, quick=run.quick, sample=_SAMPLE)
        requests[name] = {**first, "count": count}
    told = take_turns(peers, requests, run.rounds)
    baseline: dict[str, Figure] = {}
    for name, peer in peers.items():
        figures = {figure.name: figure for figure in _figures(told[name], requests[name]["count"], peer)}
        baseline = baseline or figures
        compare_with = next(iter(peers))
        ratios = (
            ratio(f"events/s / {compare_with}", figures["events/s"], baseline["events/s"]),
            ratio(f"{compare_with} CPU / CPU", baseline["CPU"], figures["CPU"]),
        )
        yield Row("loopback", f"{in_flight} in flight, {name}", (*figures.values(), *ratios), compared)


def _figures(told: Sequence[Object], count: int, peer: Peer) -> Iterator[Figure]:
    if any(one["refused"] for one in told):
        raise PeerError("loopback: some events were not delivered, so that the figures would mean nothing")
    yield Figure("events/s", "/s", tuple(count / one["wall_us"] * 1e6 for one in told))
    yield Figure("CPU", "µs", tuple(one["cpu_us"] / count for one in told))
    yield Figure("p50", "ms", tuple(one["p50_ms"] for one in told))
    yield Figure("p99", "ms", tuple(one["p99_ms"] for one in told))
    yield Figure("memory", "MB", (psutil.Process(peer.pid).memory_info().rss / 1e6,))


@contextmanager
def _server() -> Iterator[int]:
    """Run the server in a process of its own; gives its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"], cwd=HERE.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None  # noqa: S101 - for the type checker: it is a pipe
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()
