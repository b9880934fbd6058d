"""The checks by group, each with what it says about its subjects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from conformance.suite.reports.document import CheckFacts, Document, ResultFacts, Tried
from conformance.suite.reports.markup import Markup, anchor, join, link, tag
from conformance.suite.reports.pills import RANK, advised, cases, counted, pill


def checks_view(document: Document) -> Iterable[Markup]:
    """Show each group of checks; what is not as it should be is unfolded."""
    by_check: dict[str, list[ResultFacts]] = {}
    for result in document.results:
        by_check.setdefault(result.check, []).append(result)
    groups: dict[str, list[CheckFacts]] = {}
    for check in document.checks:
        groups.setdefault(check.group, []).append(check)
    for name, checks in groups.items():
        verdicts = Counter(result.counted_as for check in checks for result in by_check[check.id])
        yield tag(
            "div",
            tag("h4", name, " ", *counted(verdicts)),
            *(_check(check, by_check[check.id]) for check in checks),
            class_="group",
        )


def _check(check: CheckFacts, results: Sequence[ResultFacts]) -> Markup:
    verdicts = Counter(result.counted_as for result in results)
    is_open = any(result.verdict not in ("PASS", "N/A", "INFO") for result in results)
    return tag(
        "details",
        tag("summary", *counted(verdicts), tag("code", check.id)),
        tag(
            "div",
            tag("p", check.statement, class_="statement"),
            tag("p", f"{check.level}, needs: {check.source}", class_="muted small"),
            tag("ul", *map(_result, sorted(results, key=lambda one: RANK[one.counted_as])), class_="results"),
            class_="body",
        ),
        id=anchor(f"k-{check.id}"),
        class_="check",
        open=is_open,
    )


def _result(result: ResultFacts) -> Markup:
    facts = [cases(result.cases)]
    if result.sides:
        facts.append(f"{' and '.join(result.sides)}")
    if result.left_out:
        facts.append(f"{result.left_out} left out for a known divergence")
    if result.unfit:
        facts.append(f"{result.unfit} did not meet the premise")
    if result.cut_short:
        facts.append("cut short for want of time")
    facts.append(f"{result.seconds * 1000:.0f} ms")
    return tag(
        "li",
        advised(result.verdict) if result.counted_as == "ADVISED" else pill(result.verdict),
        tag("b", result.subject or "the destination"),
        " ",
        tag("span", " · ".join(facts), class_="muted small"),
        tag("p", result.reason) if result.reason else "",
        tag("p", link(f"f-{result.failure}", f"failure {result.failure}")) if result.failure else "",
        tag("p", *clause_links(result.clauses), class_="small") if result.clauses else "",
    )


def clause_links(clauses: Iterable[str]) -> Iterable[Markup]:
    """Name clauses, each with a link to what is told of it."""
    for at, clause in enumerate(clauses):
        yield join(", " if at else "", link(f"c-{clause}", clause, class_="mono"))


def tried(result: Tried) -> Markup:
    """Show a result in one line, with links to its check and to what it found."""
    failure = join(" ", link(f"f-{result.failure}", result.failure, class_="mono")) if result.failure else ""
    check = link(f"k-{result.check}", tag("code", result.check))
    return join(pill(result.verdict), " ", check, f" {result.subject}", failure)
