"""What a run has shown of a clause, and how that is marked: always by a sign and a word, never by colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

State: TypeAlias = Literal[
    "failed", "advised", "diverged", "inside", "outside", "untested", "external", "compared", "both"
]


@dataclass(frozen=True)
class Sign:
    """How a state is shown."""

    mark: str
    word: str
    meaning: str


SIGNS: Final[Mapping[State, Sign]] = {
    "failed": Sign("✗", "failed", "a check found that it is not kept, or could not run"),
    "advised": Sign("!", "should", "a check that is only a SHOULD found that it is not kept"),
    "diverged": Sign("≠", "diverges", "known not to be kept, with a case that shows it"),
    "untested": Sign("○", "not tried", "no check of this run has tried it"),
    "inside": Sign("◐", "inside only", "tried with what it lets through, not with what it keeps out"),
    "outside": Sign("◑", "outside only", "tried with what it keeps out, not with what it lets through"),
    "external": Sign("↗", "external", "nobody can try it here"),
    "compared": Sign("=", "compared", "compared with what the plugin declares"),
    "both": Sign("✓", "both sides", "tried with what it lets through and with what it keeps out"),
}
"""From the worst to the best."""
GREEN: Final[frozenset[State]] = frozenset({"both", "compared"})
RANK: Final[Mapping[State, int]] = {state: rank for rank, state in enumerate(SIGNS)}
