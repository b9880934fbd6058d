"""What a mutant is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.suite.model import Source
from conformance.suite.target import Target


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake that somebody could make."""

    id: str
    """Its group and a name, such as `required/drop-identify-email`."""
    mistake: str
    """What is wrong, in one sentence."""
    apply: Callable[[Target], Target]
    """Gives the target with the mistake in it; the one given stays as it is."""
    told_by: Source | None = None
    """What has to be told for it to be noticed: the page, the annex's catalog or wire part, or nothing but what holds
    for every destination; None if nobody has said."""
    equivalent: str = ""
    """Why nobody could notice, for a mutant that no check kills: a proof, not a guess."""

    @property
    def group(self) -> str:
        """The first part of the id."""
        return self.id.partition("/")[0]
