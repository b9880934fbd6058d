"""The top of the page: what it comes to, how much of the contract was tried, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from conformance.suite.model import PHASES
from conformance.suite.reports.build import MOST_DIVERGED, MOST_DIVERGENCES
from conformance.suite.reports.document import Conclusion, Document, Run
from conformance.suite.reports.markup import Markup, join, tag
from conformance.suite.reports.pills import cases, counted
from conformance.suite.reports.states import SIGNS, State

_CONCLUSIONS: Final[Mapping[Conclusion, tuple[State, str]]] = {
    "conforms": ("both", "Nothing that the documentation promises was found broken."),
    "does not conform": ("failed", "Something that the documentation promises is not kept."),
    "diverges": (
        "diverged",
        f"Nothing is red, but over {MOST_DIVERGENCES} divergences, or {MOST_DIVERGED:.0%} of the clauses, are known.",
    ),
    "not proven": ("inside", "Nothing was tried, or a check that must hold had nothing to try."),
    "partial run": ("untested", "Only some of the checks were asked for, so that nothing is said of the rest."),
}
_SHOWN_STATES: Final[tuple[State, ...]] = (
    "both", "compared", "inside", "outside", "diverged", "advised", "failed", "untested", "external",
)  # fmt: skip


def summary_view(document: Document, links: Iterable[Markup]) -> Markup:
    """Show the summary; the links lead to the parts below."""
    state, sentence = _CONCLUSIONS[document.conclusion]
    told = f"{SIGNS[state].mark} {document.conclusion}"
    return tag(
        "header",
        tag(
            "div",
            tag("h1", document.destination.name),
            tag("span", told, class_=f"conclusion {state}"),
            class_="title",
        ),
        tag("p", sentence, " ", _clause_sentence(document), class_="sentence"),
        _coverage_bar(document),
        tag(
            "ul",
            *(tag("li", one) for one in counted(Counter(result.counted_as for result in document.results))),
            class_="counts",
            aria_label="Verdicts",
        ),
        _facts(document),
        tag("nav", *links, class_="contents", aria_label="Contents"),
    )


def _clause_sentence(document: Document) -> str:
    clauses = document.totals.clauses
    both, compared = clauses.coverage["both"], clauses.coverage["compared"]
    return (
        f"{clauses.tried} of {clauses.testable} testable clauses were tried, {both} of them on both sides and "
        f"{compared} by comparing."
    )


def _coverage_bar(document: Document) -> Markup:
    totals = document.totals.clauses
    states = [state for state in _SHOWN_STATES if totals.states[state]]
    segments = [
        tag("span", class_=state, style=f"width:{100 * totals.states[state] / max(1, totals.total):.3f}%")
        for state in states
    ]
    legend = [
        tag(
            "li",
            tag("span", SIGNS[state].mark, class_=f"swatch {state}"),
            f" {totals.states[state]} {SIGNS[state].word}",
            title=SIGNS[state].meaning,
        )
        for state in states
    ]
    told = ", ".join(f"{totals.states[state]} {SIGNS[state].word}" for state in states)
    return join(
        tag("div", *segments, class_="bar", role="img", aria_label=f"Clauses: {told}"),
        tag("ul", *legend, class_="legend", aria_label="Clauses"),
    )


def _facts(document: Document) -> Markup:
    run, contract, totals = document.run, document.contract, document.totals
    facts = {
        "Destination": f"{document.destination.slug}, from {document.destination.origin or 'a definition in code'}",
        "Page": _source_fact(contract.page.file, contract.page.sha256),
        "Annex": "none" if contract.annex is None else _source_fact(contract.annex.file, contract.annex.sha256),
        "Profile": f"{run.profile}, budget {run.budget}, {'derandomised' if run.seed is None else f'seed {run.seed}'}",
        "Selection": _selection(run),
        "Cases": cases(totals.cases),
        "Deliveries": f"{totals.deliveries}, of which {totals.reached} reached the partner",
        "Started": f"{run.started:%Y-%m-%d %H:%M:%S} UTC, took {run.seconds:.1f} s",
        "Versions": ", ".join(f"{name} {version}" for name, version in run.versions.items()),
    }
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", told)) for name, told in facts.items()), class_="facts")


def _source_fact(file: str, sha256: str | None) -> Markup:
    return join(
        _breakable(file), " ", tag("code", f"sha256 {sha256[:12]}", title=sha256) if sha256 else "(text not at hand)"
    )


def _breakable(file: str) -> Markup:
    """Let a long name be broken after its slashes."""
    return join(*file.split("/"), between=Markup("/<wbr>"))


def _selection(run: Run) -> str:
    parts = [f"checks {', '.join(run.only)}" if run.only else "all checks"]
    if run.subjects:
        parts.append(f"subjects {', '.join(run.subjects)}")
    if set(run.phases) != set(PHASES):
        parts.append(f"phases {', '.join(run.phases)}")
    return "; ".join(parts)
