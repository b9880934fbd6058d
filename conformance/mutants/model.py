"""What a mutant is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    equivalent: str = ""
    """Why nobody could notice, for a mutant that no check kills: a proof, not a guess."""

    @property
    def group(self) -> str:
        """The first part of the id."""
        return self.id.partition("/")[0]
