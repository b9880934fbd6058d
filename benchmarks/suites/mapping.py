"""Mappings: from an event to values."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ab import Case, Run
from benchmarks.accounts import heavy_routes, presets
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES


def rows(run: Run) -> Iterator[Row]:
    """Map with the preset that is for an event, and with the 46 fields of the heavy action."""
    routes = {"presets": presets(), **({"heavy": heavy_routes()} if run.reference else {})}
    for name, chosen in routes.items():
        for size, title in SIZES.items():
            work = {"work": "mapping", "corpus": run.corpus(size), "routes": chosen}
            yield run.measure(Case("mapping", f"{name}, {title}", run.sides(work)))
