"""Why an event did or did not match: the clauses that decided, and what they found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from actions_core.js import MISSING, Object, stringify
from actions_core.trigger.compiler import Check, Combination, Compiled, ReferenceCrashError

_SHOWN_CLAUSES: Final = 3
_SHOWN_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One clause that decided."""

    clause: str
    """Its text, as written in the trigger."""
    actual: Any
    """The value in the event that the clause is about; `MISSING` if there is none."""
    holds: bool
    crashes: bool = False
    """Whether Segment's runtime throws at this clause, so that the trigger matches nothing that gets here."""

    def __str__(self) -> str:
        """Write `type = "track" (it was "page")`."""
        found = "Segment's runtime throws here" if self.crashes else f"it was {_shown(self.actual)}"
        return f"{_one_line(self.clause)} ({found})"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether an event matched, and because of which clauses.

    If all of several clauses had to hold and did, each of them decided; if one did not, that one alone; and the other
    way round where one was enough.
    """

    matched: bool
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        """Write the findings on one short line, the first three of them if there are many."""
        shown = "; ".join(map(str, self.findings[:_SHOWN_CLAUSES]))
        more = len(self.findings) - _SHOWN_CLAUSES
        return f"{shown}; and {more} more" if more > 0 else shown


def explain(text: str, compiled: Compiled, event: Object) -> Explanation:
    """Run an event through a compiled trigger and keep what decided."""
    try:
        matched, checks = _decide(compiled, event)
    except ReferenceCrashError as crash:
        return Explanation(False, (Finding(text[slice(*crash.span)], MISSING, holds=False, crashes=True),))
    return Explanation(
        matched, tuple(Finding(text[slice(*check.span)], check.read(event), verdict) for check, verdict in checks)
    )


def _decide(compiled: Compiled, event: Object) -> tuple[bool, list[tuple[Check, bool]]]:
    if isinstance(compiled, Check):
        verdict = compiled.holds(event)
        return verdict, [(compiled, verdict)]
    if not isinstance(compiled, Combination):
        verdict, checks = _decide(compiled.part, event)
        return not verdict, checks
    decisive = compiled.operator == "or"  # the verdict of one part that settles the whole
    gathered: list[tuple[Check, bool]] = []
    for part in compiled.parts:
        verdict, checks = _decide(part, event)
        if verdict is decisive:
            return decisive, checks
        gathered += checks
    return not decisive, gathered


def _shown(value: Any) -> str:
    """Write a value in a few characters; lists and objects by their size alone, however deep they are."""
    if value is MISSING:
        return "missing"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    return _shortened(stringify(value[: _SHOWN_CHARACTERS + 1] if isinstance(value, str) else value))


def _one_line(clause: str) -> str:
    return _shortened(" ".join(clause[: 10 * _SHOWN_CHARACTERS].split()))


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"
