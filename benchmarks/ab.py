"""Measuring sides against each other: in one run, turn by turn, after it is certain that they do the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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

WARM: Final[Mapping[Runtime, int]] = {"reference": 20_000, "ours": 2_000}
"""Events before anything is timed: a count, not a time, for under load a time leaves Node.js half warm."""
SAMPLE: Final = 300_000
"""Microseconds that one side of a round should take at least, in whole passes of its items."""
_SHOWN: Final = 2000
"""Characters of an output that differs."""
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
    warm: Mapping[Runtime, int] = field(default_factory=lambda: WARM)
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
    stream: float = 100
    """Megabytes to stream through a command."""
    flame: Path | None = None
    """Where a flame graph goes."""
    reference: bool = True
    """Whether Segment's runtime is there to compare with."""

    def corpus(self, size: Size) -> str:
        """Give a file of events of a size."""
        return str(corpus.write(self.folder, size, (_QUICK_EVENTS if self.quick else _EVENTS)[size]))

    def sides(self, work: Object, **others: Object) -> list[Side]:
        """Give the usual sides: the reference, if it is there, others of our runtime by name, and ours."""
        reference = [Side("reference", "reference", work)] if self.reference else []
        return [*reference, *(Side(name, "ours", other) for name, other in others.items()), Side("ours", "ours", work)]

    def events(self, name: str, events: Sequence[Object]) -> str:
        """Give a file of events of one's own."""
        path = self.folder / f"{name}.jsonl"
        path.write_text("".join(f"{stringify(event)}\n" for event in events), "utf-8")
        return str(path)

    def measure(self, case: Case) -> Row:
        """Measure a case; raises `DifferentOutputsError`, or `PeerError` if a side cannot do its work."""
        return measure(case, rounds=self.rounds, quick=self.quick)


def measure(case: Case, *, rounds: int, quick: bool) -> Row:
    """Measure a case: check outputs, warm the sides, then let them take turns."""
    with ExitStack() as stack:
        peers = start(stack, case.sides)
        compared = compare(f"{case.suite}, {case.name}", {name: peers[name] for name in case.equal if name in peers})
        requests: dict[str, Object] = {}
        for side in case.sides:
            warm = max(1, case.warm[side.runtime] // case.per)
            requests[side.name] = {"count": warmed(peers[side.name], {"count": warm}, quick=quick)}
        told = take_turns(peers, requests, rounds)
    steps = {name: request["count"] * case.per for name, request in requests.items()}
    return Row(case.suite, case.name, tuple(_figures(told, steps)), compared)


def start(stack: ExitStack, sides: Sequence[Side]) -> dict[str, Peer]:
    """Start a process for each side, which ends with the stack."""
    return {side.name: stack.enter_context(Peer(side.runtime, side.work)) for side in sides}


def take_turns(peers: Mapping[str, Peer], requests: Mapping[str, Object], rounds: int) -> dict[str, list[Object]]:
    """Have each side do what it is asked for, one at a time, in reversed order every other round."""
    told: dict[str, list[Object]] = {name: [] for name in peers}
    for turn in range(rounds):
        for name in list(peers)[:: -1 if turn % 2 else 1]:
            told[name].append(peers[name].ask({"op": "run", **requests[name]}))
    return told


def warmed(peer: Peer, request: Object, *, length: int | None = None, quick: bool, sample: float = SAMPLE) -> int:
    """Warm a side with a request, and give how many of its steps to time at once: whole passes of its items."""
    length = peer.lengths[0] if length is None else length
    if quick:
        return length
    told = peer.ask({"op": "run", **request})
    one_pass: float = told["wall_us"] / request["count"] * length
    return length * max(1, round(sample / one_pass))


def compare(place: str, peers: Mapping[str, Peer]) -> int:
    """Give how many outputs are equal on all sides; raises `DifferentOutputsError`."""
    if len(peers) < 2:
        return 0
    answers = {name: peer.ask({"op": "outputs"})["outputs"] for name, peer in peers.items()}
    (one, first), *others = answers.items()
    for other, second in others:
        if len(first) != len(second):
            raise DifferentOutputsError(f"{place}: {one} gave {len(first)} outputs, {other} {len(second)}")
        for index, (left, right) in enumerate(zip(map(_read, first), map(_read, second), strict=True)):
            if not same_json(left, right):
                told = f"{one} gave {_shown(left)}, {other} {_shown(right)}"
                raise DifferentOutputsError(f"{place}, step {index}: {told}")
    return len(first)


def _shown(output: Any) -> str:
    text = stringify(output)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


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


def _figures(told: Mapping[str, Sequence[Object]], steps: Mapping[str, int]) -> Iterator[Figure]:
    """Yield the time of an event on each side, and how the others compare with ours."""

    def of(name: str, key: str) -> tuple[float, ...]:
        return tuple(one[key] / steps[name] for one in told[name])

    processor = {name: Figure(name, "µs", of(name, "cpu_us")) for name in told}
    yield from processor.values()
    for name, figure in processor.items():
        if name != "ours":
            # How many times cheaper than the reference; how many times the cost of what nobody can do without.
            yield ratio(f"{name} / ours", figure, processor["ours"], shown=name == "reference")
            yield ratio(f"ours / {name}", processor["ours"], figure, shown=name != "reference")
    for name in told:
        yield Figure(f"{name}, wall", "µs", of(name, "wall_us"), shown=False)
