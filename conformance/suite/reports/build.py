"""Makes the document of a run. Everything that came out of the plugin loses its secrets here, once for all formats."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeVar, get_args

from conformance.contracts import Divergence
from conformance.suite.divergences import OF_SEGMENT
from conformance.suite.engine import RED, Coverage, Report, Result, Verdict
from conformance.suite.failures import Group, by_cause, failure_of, plain
from conformance.suite.lab import Lab
from conformance.suite.model import PHASES
from conformance.suite.placeholders import Placeholders
from conformance.suite.reports.document import (
    SCHEMA_VERSION,
    About,
    CauseFacts,
    CheckFacts,
    ClauseFacts,
    ClauseTotals,
    Conclusion,
    DivergenceFacts,
    Document,
    Place,
    ResultFacts,
    Run,
    SourceFile,
    Sources,
    Totals,
    Tried,
)
from conformance.suite.reports.states import SIGNS, State
from conformance.suite.target import Target

MOST_DIVERGENCES: Final = 5
"""Of a destination's own; with more it does not conform any longer."""
MOST_DIVERGED: Final = 0.02
"""Of the clauses, likewise."""

K = TypeVar("K")


def document_of(report: Report) -> Document:
    """Make the document of a run."""
    found = [one for one in report.results if one.verdict in RED or one.found is not None]
    groups = by_cause(report.target, found)
    places = {id(result): group.cause.place for group in groups for result in group.results}
    with Lab(report.target, report.options.profile) as lab:
        hide = Placeholders.of(lab)
        failures = {id(one): failure_of(lab, report.options, one, places[id(one)]) for one in found}
    ids = {result: failure.id for result, failure in failures.items() if failure is not None}
    clauses = tuple(_clauses(report, ids))
    divergences = tuple(_divergence(one, report, ids) for one in _divergences(report))
    totals = _totals(report, clauses, divergences)
    return Document(
        schema_version=SCHEMA_VERSION,
        conclusion=_conclusion(report, totals),
        run=_run(report),
        destination=About(
            name=report.target.destination.name, slug=report.target.destination.slug, origin=report.target.origin
        ),
        contract=_sources(report.target),
        totals=totals,
        checks=tuple(_checks(report)),
        results=tuple(_result(one, hide, ids.get(id(one))) for one in report.results),
        clauses=clauses,
        # Two checks may never have found the same, but one may be run twice.
        failures=tuple({one.id: one for one in failures.values() if one is not None}.values()),
        causes=tuple(_cause(group, ids) for group in groups),
        divergences=divergences,
    )


def _cause(group: Group, failures: Mapping[int, str]) -> CauseFacts:
    return CauseFacts(
        about=group.cause.about,
        likely=None if group.cause.place is None else str(group.cause.place),
        red=any(result.is_red() for result in group.results),
        results=_tried(group.results, failures),
    )


# --- the sources -----------------------------------------------------------------------------------------------------


def page_text(target: Target) -> str:
    """Give the text of the page, read from its file if the target does not have it; "" if that is not there."""
    return target.page or _text(target.contract.file)


def annex_text(target: Target) -> str:
    """Give the text of the annex likewise; "" if there is none."""
    return target.annex or (_text(target.contract.annex) if target.contract.annex is not None else "")


def _text(file: str) -> str:
    path = Path(file)
    return path.read_text("utf-8") if path.is_file() else ""


def _sources(target: Target) -> Sources:
    contract = target.contract
    annex = None if contract.annex is None else _source(contract.annex, annex_text(target))
    return Sources(page=_source(contract.file, page_text(target)), annex=annex, layers=tuple(sorted(contract.layers)))


def _source(file: str, text: str) -> SourceFile:
    return SourceFile(file=file, sha256=hashlib.sha256(text.encode()).hexdigest() if text else None)


def _run(report: Report) -> Run:
    options = report.options
    return Run(
        started=report.started,
        seconds=round(report.seconds, 3),
        profile=options.profile,
        budget=options.budget,
        seed=options.seed,
        only=options.only,
        subjects=options.subjects,
        phases=options.phases,
        versions={
            "actions": version("segment-actions-emulator"),
            "python": platform.python_version(),
            "hypothesis": version("hypothesis"),
        },
    )


# --- checks and results ----------------------------------------------------------------------------------------------


def _checks(report: Report) -> Iterable[CheckFacts]:
    for check in {one.check.id: one.check for one in report.results}.values():
        yield CheckFacts(
            id=check.id, group=check.group, statement=check.statement, level=check.level, source=check.source
        )


def _result(result: Result, hide: Placeholders, failure: str | None) -> ResultFacts:
    return ResultFacts(
        check=result.check.id,
        subject=result.subject,
        verdict=result.verdict,
        red=result.is_red(),
        reason=plain(hide.text(result.reason)),
        clauses=result.clauses,
        cases={phase: result.cases[phase] for phase in PHASES if phase in result.cases},
        sides=tuple(sorted(result.sides)),
        left_out=result.left_out,
        unfit=result.unfit,
        cut_short=result.cut_short,
        deliveries=result.deliveries,
        reached=result.reached,
        seconds=round(result.seconds, 4),
        failure=failure,
    )


def _tried(results: Iterable[Result], failures: Mapping[int, str]) -> tuple[Tried, ...]:
    return tuple(
        Tried(check=one.check.id, subject=one.subject, verdict=one.verdict, failure=failures.get(id(one)))
        for one in results
    )


# --- clauses ---------------------------------------------------------------------------------------------------------


def _clauses(report: Report, failures: Mapping[int, str]) -> Iterable[ClauseFacts]:
    coverage = report.coverage()
    about: dict[str, list[Result]] = {}
    for result in report.results:
        for name in result.clauses:
            about.setdefault(name, []).append(result)
    for clause in report.clauses:
        results = about.get(clause.id, [])
        yield ClauseFacts(
            id=clause.id,
            level=clause.level,
            layer=clause.layer,
            testable=clause.testable,
            origin=Place(file=clause.origin.file, line=clause.origin.line, column=clause.origin.column),
            quote=clause.quote,
            coverage=coverage[clause.id],
            state=_state(coverage[clause.id], results),
            results=_tried(results, failures),
        )


def _state(coverage: Coverage, results: Iterable[Result]) -> State:
    results = list(results)
    if any(result.is_red() for result in results):
        return "failed"
    if any(result.is_red(strict=True) for result in results):
        return "advised"
    return "diverged" if any(result.verdict == "DIVERGED" for result in results) else coverage


# --- divergences -----------------------------------------------------------------------------------------------------


def _divergences(report: Report) -> list[Divergence]:
    """List the destination's own, and those of Segment's that a result of the run is about."""
    of_segment = [one for one in OF_SEGMENT if any(_about(one, report))]
    return [*report.target.contract.divergences, *of_segment]


def _about(divergence: Divergence, report: Report) -> list[Result]:
    return [
        result
        for result in report.results
        if result.check.id == divergence.check
        and divergence.subject in (None, result.subject)
        and result.verdict != "N/A"
    ]


def _divergence(divergence: Divergence, report: Report, failures: Mapping[int, str]) -> DivergenceFacts:
    results = _about(divergence, report)
    return DivergenceFacts(
        check=divergence.check,
        subject=divergence.subject,
        where=divergence.where,
        reason=divergence.reason,
        issue=divergence.issue,
        until=divergence.until,
        days_left=None if divergence.until is None else (divergence.until - report.started.date()).days,
        own=divergence not in OF_SEGMENT,
        witness=divergence.witness,
        clauses=tuple({clause: None for result in results for clause in result.clauses}),
        results=_tried(results, failures),
    )


# --- sums ------------------------------------------------------------------------------------------------------------


def _totals(report: Report, clauses: tuple[ClauseFacts, ...], divergences: tuple[DivergenceFacts, ...]) -> Totals:
    coverage = _count(get_args(Coverage), (clause.coverage for clause in clauses))
    testable = len(clauses) - coverage["external"]
    own = [one for one in divergences if one.own]
    diverged = {
        clause for one in own if any(result.verdict == "DIVERGED" for result in one.results) for clause in one.clauses
    }
    return Totals(
        results=len(report.results),
        red=len(report.red()),
        advised=report.tally()["ADVISED"],
        verdicts=_count(get_args(Verdict), (result.verdict for result in report.results)),
        cases={phase: sum(result.cases.get(phase, 0) for result in report.results) for phase in PHASES},
        left_out=sum(result.left_out for result in report.results),
        unfit=sum(result.unfit for result in report.results),
        deliveries=sum(result.deliveries for result in report.results),
        reached=sum(result.reached for result in report.results),
        clauses=ClauseTotals(
            total=len(clauses),
            testable=testable,
            tried=testable - coverage["untested"],
            coverage=coverage,
            states=_count(SIGNS, (clause.state for clause in clauses)),
        ),
        divergences=len(divergences),
        own_divergences=len(own),
        own_diverged_clauses=len(diverged),
    )


def _count(known: Iterable[K], found: Iterable[K]) -> dict[K, int]:
    counts = Counter(found)
    return {one: counts[one] for one in known}


def _conclusion(report: Report, totals: Totals) -> Conclusion:
    status = report.exit_status()
    if status == 1:
        return "does not conform"
    if status != 0:
        return "not proven"
    if report.options.only or report.options.subjects or set(report.options.phases) != set(PHASES):
        return "partial run"
    too_many = totals.own_divergences > MOST_DIVERGENCES
    too_much = totals.own_diverged_clauses > MOST_DIVERGED * totals.clauses.total
    return "diverges" if too_many or too_much else "conforms"
