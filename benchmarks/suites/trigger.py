"""Triggers: which mappings an event is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.ab import Case, Run
from benchmarks.accounts import presets
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES

_LONG: Final = (
    'type = "track" and (event contains "Order" or event = "Signed Up") and properties.price > 10'
    ' and context.library.name != "none" and match(context.page.path, "/d*")'
)


def rows(run: Run) -> Iterator[Row]:
    """Ask UserMotion's three triggers, and one with five conditions; the reference parses them for each event."""
    triggers = {"three presets": [one["trigger"] for one in presets()], "five conditions": [_LONG]}
    for name, texts in triggers.items():
        for size, title in SIZES.items():
            work = {"work": "trigger", "corpus": run.corpus(size), "triggers": texts}
            yield run.measure(Case("trigger", f"{name}, {title}", run.sides(work)))
