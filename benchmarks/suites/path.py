"""The full path of an event, from its line to the answer, with the network stubbed on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ab import Case, Run
from benchmarks.accounts import usermotion_account
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES


def rows(run: Run) -> Iterator[Row]:
    """Deliver through UserMotion's presets: all three asked, or the one that matches; parsed before, or on the way.

    Our side gives events away, as `actions deliver` does; where the caller keeps them, they are copied.
    """
    for size, title in SIZES.items():
        how = {"parse": False, "alone": False, "own": True}
        work = {"work": "path", "corpus": run.corpus(size), **how, **usermotion_account()}
        yield run.measure(Case("path", f"presets, {title}", run.sides(work)))
        yield run.measure(Case("path", f"presets, events kept, {title}", run.sides({**work, "own": False})))
        yield run.measure(Case("path", f"one subscription, {title}", run.sides({**work, "alone": True})))
        whole = {**work, "parse": True}
        sides = run.sides(whole, floor={**whole, "work": "path floor"})
        yield run.measure(Case("path", f"presets with parsing, {title}", sides))
