"""The JSON alone: reading a line and writing it again. Nothing that delivers events can cost less."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ab import Case, Run
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES


def rows(run: Run) -> Iterator[Row]:
    """Compare Node's JSON, orjson's, and what our runtime reads and writes with."""
    for size, title in SIZES.items():
        work = {"work": "floor", "corpus": run.corpus(size), "json": "ours"}
        sides = run.sides(work, orjson={**work, "json": "orjson"})
        yield run.measure(Case("floor", f"JSON, {title}", sides, equal=("reference", "orjson", "ours")))
