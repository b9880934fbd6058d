"""Contracts: from values to a payload, or to what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator

from actions_core import Object
from benchmarks.ab import Case, Run
from benchmarks.accounts import HEAVY, definition, heavy_routes, presets
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES


def rows(run: Run) -> Iterator[Row]:
    """Check what the presets map to, and what the heavy action's 46 fields do."""
    works: dict[str, Object] = {"light": {"destination": "usermotion", "routes": presets()}}
    if run.reference:
        name = HEAVY["destination"]
        works["heavy"] = {"destination": name, "definition": definition(name), "routes": heavy_routes()}
    for name, chosen in works.items():
        for size, title in SIZES.items():
            work = {"work": "contract", "corpus": run.corpus(size), **chosen}
            yield run.measure(Case("contract", f"{name}, {title}", run.sides(work)))
