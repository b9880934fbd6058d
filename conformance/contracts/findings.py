"""Where a plugin and its page part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from conformance.contracts.model import Clause, Level

Difference: TypeAlias = Literal["differs", "missing", "undocumented", "untold"]
"""The plugin says something else; it lacks what the page promises; it has what the page does not tell, or what an
annex's entry of a field leaves out."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between a page and the definition of its plugin."""

    kind: Difference
    level: Level
    clause: Clause | None
    """The promise; None for what is undocumented."""
    place: str
    """In the definition, such as `actions.identify.fields.email.required`."""
    message: str

    def __str__(self) -> str:
        origin = f"{self.clause.origin}: " if self.clause is not None else ""
        return f"{origin}{self.place} {self.message}"
