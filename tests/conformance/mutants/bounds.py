"""Wrong versions of a Roster whose annex tells how much an order may cost; that of the real one does not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from conformance.contracts import read_annex, read_page
from conformance.mutants.edit import edit_field
from conformance.mutants.model import Mutant
from conformance.suite.target import Target, find_target

_ROSTER: Final = Path(__file__).parents[3] / "destinations/roster"
_TOTAL: Final = "[actions.logOrder.fields.total]\n"


def with_bounds() -> Target:
    """Give Roster with a least and a greatest Total, declared and documented."""
    roster = edit_field("logOrder", "total", minimum=1, maximum=10_000)(find_target("roster"))
    page = read_page((_ROSTER / "page.md").read_text("utf-8"), "page.md")
    annex = (_ROSTER / "contract.toml").read_text("utf-8")
    assert annex.count(_TOTAL) == 1
    bounded = annex.replace(_TOTAL, f"{_TOTAL}minimum = 1\nmaximum = 10000\n")
    return roster.with_contract(read_annex(bounded, "contract.toml", page))


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant("bounds/no-minimum", "an order may cost less than one", edit_field("logOrder", "total", minimum=None)),
    Mutant("bounds/no-maximum", "an order may cost anything", edit_field("logOrder", "total", maximum=None)),
    Mutant("bounds/minimum", "an order must cost more than one", edit_field("logOrder", "total", minimum=1.01)),
    Mutant("bounds/maximum", "an order may cost a cent more", edit_field("logOrder", "total", maximum=10_000.01)),
)
