"""The small words of the report: verdicts, states, how many cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from conformance.suite.engine import Counted, Verdict
from conformance.suite.model import Phase
from conformance.suite.reports.markup import Markup, tag
from conformance.suite.reports.states import SIGNS, State

_MARKS: Final[Mapping[Counted, str]] = {
    "ERROR": "✗", "FAIL": "✗", "STALE": "✗", "FLAKY": "✗", "TIMEOUT": "✗", "ADVISED": SIGNS["advised"].mark,
    "VACUOUS": "◐", "DIVERGED": "≠", "INFO": "i", "PASS": "✓", "N/A": "–",
}  # fmt: skip
"""From the worst to the best."""
RANK: Final[Mapping[Counted, int]] = {verdict: rank for rank, verdict in enumerate(_MARKS)}
_WORDS: Final[Mapping[Counted, str]] = {"ADVISED": "advised"}
_CLASSES: Final[Mapping[Counted, str]] = {"ADVISED": "advised", "N/A": "not-applicable"}
_ONE_OF: Final[Mapping[Phase, str]] = {"vectors": "vector"}


def pill(verdict: Verdict) -> Markup:
    """Show a verdict."""
    return _pill(f"{_MARKS[verdict]} {verdict}", verdict)


def advised(verdict: Verdict) -> Markup:
    """Show a red verdict of what only SHOULD hold: it fails no run."""
    return _pill(f"{_MARKS['ADVISED']} {verdict}, advised (SHOULD)", "ADVISED")


def counted(counts: Mapping[Counted, int]) -> Iterable[Markup]:
    """Show how many results count as what, the worst first."""
    for verdict in sorted(counts, key=RANK.__getitem__):
        if counts[verdict]:
            yield _pill(f"{_MARKS[verdict]} {counts[verdict]} {_WORDS.get(verdict, verdict)}", verdict)


def _pill(text: str, verdict: Counted) -> Markup:
    return tag("span", text, class_=f"pill {_CLASSES.get(verdict, verdict)}")


def state_pill(state: State) -> Markup:
    """Show what became of a clause."""
    return tag("span", f"{SIGNS[state].mark} {SIGNS[state].word}", class_=f"pill {state}", title=SIGNS[state].meaning)


def cases(counts: Mapping[Phase, int]) -> str:
    """Tell how many cases were judged; a phase's name is a kind of case, of which there may be one."""
    told = [f"{count} {_ONE_OF.get(phase, phase) if count == 1 else phase}" for phase, count in counts.items() if count]
    return ", ".join(told) or "no cases"
