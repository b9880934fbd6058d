"""What is aimed at, in one table: a target looks at one figure of one row. Missing it is told, and fails `--check`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from actions_core import Object
from actions_core.transport import DEFAULT_TRANSPORT
from benchmarks.results import Figure, Row


@dataclass(frozen=True)
class Target:
    """A bound for the median of a figure."""

    work: str
    """What it is about, in words."""
    suite: str
    row: str
    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, value: float) -> bool:
        """Tell whether a value is within the bounds."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    @property
    def bound(self) -> str:
        """The bound in words."""
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"


@dataclass(frozen=True)
class Verdict:
    """A target, and what was found; None if it was not measured, be it that the reference is not there."""

    target: Target
    figure: Figure | None

    @property
    def is_met(self) -> bool:
        """Whether it was measured and the target is met."""
        return self.figure is not None and self.target.is_met(self.figure.median)

    def to_json(self) -> Object:
        """Give the target with what was found."""
        target = self.target
        place = {"suite": target.suite, "row": target.row, "figure": target.figure}
        bounds = {"at_least": target.at_least, "at_most": target.at_most}
        value = None if self.figure is None else self.figure.median
        return {"work": target.work, **place, **bounds, "value": value, "met": self.is_met}


_CHEAPER: Final = "reference / ours"
_FLOOR: Final = "ours / floor"
_RATE: Final = "events/s / reference"
_SLOPE: Final = "ours, slope"
_FAST: Final = f"{DEFAULT_TRANSPORT} on uvloop"

TARGETS: Final = (
    Target("full path, 1 KB, cheaper than the reference", "path", "presets, 1 KB", _CHEAPER, 12),
    Target("the same, with parsing", "path", "presets with parsing, 1 KB", _CHEAPER, 12),
    Target("the same, the one subscription that matches", "path", "one subscription, 1 KB", _CHEAPER, 12),
    Target("full path, 4 KB, cheaper than the reference", "path", "presets, 4 KB", _CHEAPER, 10),
    Target("the same, with parsing", "path", "presets with parsing, 4 KB", _CHEAPER, 10),
    Target("the same, the one subscription that matches", "path", "one subscription, 4 KB", _CHEAPER, 10),
    Target("full path with parsing, 1 KB, against orjson alone", "path", "presets with parsing, 1 KB", _FLOOR, None, 4),
    Target("the same, 4 KB", "path", "presets with parsing, 4 KB", _FLOOR, None, 4),
    Target("heavy mapping, 1 KB", "mapping", "heavy, 1 KB", _CHEAPER, 8),
    Target("heavy mapping, 4 KB", "mapping", "heavy, 4 KB", _CHEAPER, 8),
    Target("heavy contract, 1 KB", "contract", "heavy, 1 KB", _CHEAPER, 3),
    Target("heavy contract, 4 KB", "contract", "heavy, 4 KB", _CHEAPER, 3),
    Target("batch of 100, whole events, 1 KB", "batch", "100 whole events, 1 KB", _CHEAPER, 3),
    Target("batch of 100, whole events, 4 KB", "batch", "100 whole events, 4 KB", _CHEAPER, 3),
    Target("batch of 100, three values, 1 KB", "batch", "100 three values, 1 KB", _CHEAPER, 3),
    Target("batch of 100, three values, 4 KB", "batch", "100 three values, 4 KB", _CHEAPER, 3),
    Target("loopback, 16 in flight, fast transport", "loopback", f"16 in flight, {_FAST}", _RATE, 5),
    Target("loopback, 64 in flight, fast transport", "loopback", f"64 in flight, {_FAST}", _RATE, 5),
    Target("loopback, 16 in flight, default install", "loopback", f"16 in flight, {DEFAULT_TRANSPORT}", _RATE, 1.2),
    Target("loopback, 64 in flight, default install", "loopback", f"64 in flight, {DEFAULT_TRANSPORT}", _RATE, 1.2),
    Target("50 mappings, none matching, against one", "growth", "mappings of other calls", "50 / 1", None, 1.5),
    Target("`@flatten` of 10,000 keys", "growth", "@flatten, keys: 10,000", "ours, ms", None, 5),
    Target("`@if` nested 14 deep: compile", "growth", "@if, compiling: 14", "ours, ms", None, 10),
    Target("`@if` nested 14 deep: run", "growth", "@if, nested: 14", "ours", None, 5),
    Target("growth with fields", "growth", "fields", _SLOPE, None, 1.15),
    Target("growth with fields and a contract", "growth", "fields of a contract", _SLOPE, None, 1.15),
    Target("growth with keys", "growth", "@flatten, keys", _SLOPE, None, 1.15),
    Target("growth with items", "growth", "@arrayPath, items", _SLOPE, None, 1.15),
    Target("growth with conditions", "growth", "conditions", _SLOPE, None, 1.15),
    Target("growth with mappings", "growth", "mappings, all matching", _SLOPE, None, 1.15),
    Target("growth with depth", "growth", "depth of an object", _SLOPE, None, 1.15),
    Target("growth with a batch", "growth", "events of a batch", _SLOPE, None, 1.15),
    Target("growth with the size of an event", "growth", "bytes of an event", _SLOPE, None, 1.15),
    Target("500 KB event, against orjson alone", "growth", "bytes of an event: 500,000", _FLOOR, None, 2),
    Target("template with 50 placeholders", "growth", "placeholders: 50", _CHEAPER, 1),
    Target("copy of an object, 100 deep", "growth", "depth of an object: 100", _CHEAPER, 1),
    Target("payload with 50 errors", "growth", "errors: 50", _CHEAPER, 1),
    Target("memory over 100,000 events", "memory", "100,000 events", "ours, growth", None, 1),
    Target("streaming a big file: peak of memory", "memory", "actions deliver", "peak", None, 150),
    Target("streaming with two workers: peak of memory", "memory", "actions deliver --workers 2", "peak", None, 150),
    Target("streaming with two workers: cores", "memory", "actions deliver --workers 2", "cores", 1.5),
    Target("actions --version", "startup", "actions --version", "ours, CPU", None, 150),
    Target("actions list", "startup", "actions list", "ours, CPU", None, 400),
)


def judge(rows: Iterable[Row], suites: Collection[str]) -> Iterator[Verdict]:
    """Yield what became of each target of the suites that were run."""
    found = {(row.suite, row.name): row for row in rows}
    for target in TARGETS:
        if target.suite in suites:
            row = found.get((target.suite, target.row))
            yield Verdict(target, None if row is None else row.figure(target.figure))
