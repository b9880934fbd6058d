"""Measuring sides against each other: in one run, turn by turn, after it is certain that they do the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from actions_core import JSONSyntaxError, Object
from actions_core.js import loads, stringify
from benchmarks import corpus
from benchmarks.corpus import Size
from benchmarks.peers import Peer, Runtime
from benchmarks.results import Figure, Row, ratio
from conformance.vectors import same_json

WARM: Final = 20_000
"""Events before anything is timed: a count, not a time, for under load a time leaves Node.js half warm."""
_SAMPLE: Final = 300_000
"""Microseconds that one side of a round should take at least, in whole passes of its items."""
_EVENTS: Final[dict[Size, int]] = {"1k": 5000, "4k": 2500, "16k": 200, "64k": 60, "500k": 20}
_QUICK_EVENTS: Final[dict[Size, int]] = {"1k": 200, "4k": 100, "16k": 5, "64k": 3, "500k": 2}


class DifferentOutputsError(Exception):
    """The sides of a case do not do the same, so that nothing can be said of their speed."""


@dataclass(frozen=True)
class Side:
    """One side of a case: a piece of work for one of the runtimes."""

    name: str
    runtime: Runtime
    work: Object = field(repr=False)


@dataclass(frozen=True)
class Case:
    """Sides that do the same; one is named "ours", and the others are compared with it."""

    suite: str
    name: str
    sides: Sequence[Side]
    per: int = 1
    """Events in one step."""
    warm: int = WARM
    """Events before anything is timed."""
    equal: Sequence[str] = ("reference", "ours")
    """The sides whose outputs must be equal."""


@dataclass(frozen=True)
class Run:
    """How to measure, for all suites of a run."""

    folder: Path
    """Where corpora are kept while it lasts."""
    rounds: int = 5
    quick: bool = False
    """Everything on tiny sizes: the figures mean nothing then."""
    reference: bool = True
    """Whether Segment's runtime is there to compare with."""

    def corpus(self, size: Size) -> str:
        """Give a file of events of a size."""
        return str(corpus.write(self.folder, size, (_QUICK_EVENTS if self.quick else _EVENTS)[size]))

    def sides(self, work: Object, **others: Object) -> list[Side]:
        """Give the usual sides: the reference, if it is there, others of our runtime by name, and ours."""
        reference = [Side("reference", "reference", work)] if self.reference else []
        return [*reference, *(Side(name, "ours", other) for name, other in others.items()), Side("ours", "ours", work)]

    def measure(self, case: Case) -> Row:
        """Measure a case; raises `DifferentOutputsError`, or `PeerError` if a side cannot do its work."""
        return measure(case, rounds=self.rounds, quick=self.quick)


def measure(case: Case, *, rounds: int, quick: bool) -> Row:
    """Measure a case: check outputs, warm both sides, then let them take turns, in reversed order each round."""
    with ExitStack() as stack:
        peers = {side.name: stack.enter_context(Peer(side.runtime, side.work)) for side in case.sides}
        compared = _compare(case, {name: peers[name] for name in case.equal if name in peers})
        counts = {name: _warm(peer, max(1, case.warm // case.per), quick=quick) for name, peer in peers.items()}
        cpu: dict[str, list[float]] = {name: [] for name in peers}
        wall: dict[str, list[float]] = {name: [] for name in peers}
        for turn in range(rounds):
            for name in list(peers)[:: -1 if turn % 2 else 1]:
                told = peers[name].ask({"op": "run", "count": counts[name]})
                cpu[name].append(told["cpu_us"] / counts[name] / case.per)
                wall[name].append(told["wall_us"] / counts[name] / case.per)
    return Row(case.suite, case.name, tuple(_figures(cpu, wall)), compared)


def _figures(cpu: dict[str, list[float]], wall: dict[str, list[float]]) -> Iterator[Figure]:
    processor = {name: Figure(name, "µs", tuple(values)) for name, values in cpu.items()}
    yield from processor.values()
    for name, figure in processor.items():
        if name != "ours":
            yield ratio(f"{name} / ours", figure, processor["ours"])
            yield ratio(f"ours / {name}", processor["ours"], figure, shown=False)
    elapsed = {name: Figure(f"{name}, wall", "µs", tuple(values), shown=False) for name, values in wall.items()}
    yield from elapsed.values()


def _warm(peer: Peer, steps: int, *, quick: bool) -> int:
    """Warm a side, and give how many of its steps to time at once."""
    if quick:
        return peer.length
    told = peer.ask({"op": "run", "count": steps})
    one_pass = told["wall_us"] / steps * peer.length
    return peer.length * max(1, round(_SAMPLE / one_pass))


def _compare(case: Case, peers: dict[str, Peer]) -> int:
    """Give how many outputs are equal on all sides; raises `DifferentOutputsError`."""
    if len(peers) < 2:
        return 0
    answers = {name: peer.ask({"op": "outputs"})["outputs"] for name, peer in peers.items()}
    (one, first), *others = answers.items()
    for other, second in others:
        if len(first) != len(second):
            raise DifferentOutputsError(
                f"{case.suite}, {case.name}: {one} gave {len(first)} outputs, {other} {len(second)}"
            )
        for index, (left, right) in enumerate(zip(map(_read, first), map(_read, second), strict=True)):
            if not same_json(left, right):
                raise DifferentOutputsError(
                    f"{case.suite}, {case.name}, step {index}: {one} gave {stringify(left)}, {other} {stringify(right)}"
                )
    return len(first)


def _read(output: Any) -> Any:
    """Read the bodies of an output's requests: they have to be equal as JSON, not as text."""
    if not isinstance(output, dict) or "requests" not in output:
        return output
    return {**output, "requests": [{**request, "body": _body(request["body"])} for request in output["requests"]]}


def _body(text: str) -> Any:
    try:
        return loads(text)
    except JSONSyntaxError:
        return text
