"""The report as one HTML file that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from conformance.suite.engine import Report
from conformance.suite.reports.build import annex_text, document_of, page_text
from conformance.suite.reports.checks_view import checks_view, clause_links, tried
from conformance.suite.reports.document import CauseFacts, ClauseFacts, DivergenceFacts, Document, ResultFacts
from conformance.suite.reports.failure_view import failure_view
from conformance.suite.reports.markup import Markup, anchor, join, link, pretty, tag
from conformance.suite.reports.pills import advised, pill, state_pill
from conformance.suite.reports.source_view import annex_view, list_view, page_view
from conformance.suite.reports.summary_view import summary_view


def html(report: Report) -> str:
    """Write a run as a page: the documentation with its clauses on the left, what was tried of them on the right."""
    document = document_of(report)
    title = f"{document.destination.name} {document.conclusion} – conformance report"
    head = tag(
        "head",
        Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", title),
        tag("style", Markup(files(__package__).joinpath("style.css").read_text("utf-8"))),
    )
    left = _pane("What is promised", "sources", _sources(report, document))
    right = _pane("What was tried", "findings", _findings(document))
    body = tag("body", summary_view(document, _links(document)), tag("main", left, right), _footer(document))
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _pane(name: str, id: str, content: Iterable[Markup]) -> Markup:  # noqa: A002 - HTML's word for it
    """Make one of the two columns, which the keyboard can scroll."""
    return tag("div", *content, class_="pane", id=id, role="region", aria_label=name, tabindex="0")


# --- left: the page and the annex ------------------------------------------------------------------------------------


def _sources(report: Report, document: Document) -> Iterable[Markup]:
    contract = document.contract
    on_page = [one for one in document.clauses if one.origin.file == contract.page.file]
    others = [one for one in document.clauses if one.origin.file != contract.page.file]
    catalog = report.target.contract.catalog
    in_catalog = [one for one in others if one.origin.file == catalog]
    others = [one for one in others if one.origin.file != catalog]
    page, annex = page_text(report.target), annex_text(report.target)
    links = [link("page", f"{len(on_page)} clauses of the page")]
    if others:
        links.append(link("annex", f"{len(others)} of the annex"))
    if in_catalog:
        links.append(link("catalog", f"{len(in_catalog)} of the catalog"))
    yield tag("div", tag("h2", "What is promised"), *links, class_="bar-top")
    shown = page_view(page, on_page) if page else join(_not_at_hand(contract.page.file), list_view(on_page))
    yield tag("section", tag("h3", contract.page.file), shown, id="page")
    if contract.annex is not None:
        shown = annex_view(annex, others) if annex else join(_not_at_hand(contract.annex.file), list_view(others))
        yield tag("section", tag("h3", contract.annex.file), shown, id="annex")
    if in_catalog:
        # Its text is that of all destinations.
        yield tag("section", tag("h3", in_catalog[0].origin.file), list_view(in_catalog), id="catalog")


def _not_at_hand(file: str) -> Markup:
    return tag("p", f"The text of {file} is not at hand; these are its clauses.", class_="muted")


# --- right: what was tried -------------------------------------------------------------------------------------------


def _findings(document: Document) -> Iterable[Markup]:
    red = [cause for cause in document.causes if cause.red]
    notes = [cause for cause in document.causes if not cause.red]
    yield tag("div", tag("h2", "What was tried"), *_links(document)[1:], class_="bar-top")
    shown = [_cause(cause, document) for cause in red]
    yield tag("section", tag("h3", "Failures"), *(shown or [_none("Nothing was found broken.")]), id="failures")
    if notes:
        told = tag("p", "No failure of the run: what a SHOULD or an INFO has found.", class_="muted")
        yield tag("section", tag("h3", "Notes"), told, *(_cause(cause, document) for cause in notes), id="notes")
    divergences = [_divergence(one) for one in document.divergences]
    yield tag("section", tag("h3", "Known divergences"), *(divergences or [_none("None is known.")]), id="divergences")
    yield tag("section", tag("h3", "Checks"), *checks_view(document), id="checks")
    yield tag("section", tag("h3", "Clauses"), *map(_clause, document.clauses), id="clauses")


def _links(document: Document) -> list[Markup]:
    failing = document.totals.red
    return [
        link("sources", "the page"),
        link("failures", f"{failing} failing"),
        link("divergences", f"{len(document.divergences)} divergences"),
        link("checks", f"{len(document.checks)} checks"),
        link("clauses", f"{len(document.clauses)} clauses"),
    ]


def _cause(cause: CauseFacts, document: Document) -> Markup:
    """Show what one bug has probably caused: the first failure in full, the others folded."""
    failures = {failure.id: failure for failure in document.failures}
    results = {(result.check, result.subject): result for result in document.results}
    cards: list[Markup] = []
    for found in cause.results:
        result = results[found.check, found.subject]
        failure = failures.get(result.failure or "")
        card = _without_case(result, document) if failure is None else failure_view(failure, _heading(result))
        cards.append(card if not cards else tag("details", tag("summary", *_title(result)), card))
    count = len(cause.results)
    told = f"{cause.about or 'the destination'}: {count} finding{'' if count == 1 else 's'}, probably of one cause"
    where = tag("p", f"likely {cause.likely}", class_="muted small") if cause.likely is not None else ""
    return tag("div", tag("h4", told) if count > 1 else "", where if count > 1 else "", *cards, class_="cause")


def _heading(result: ResultFacts) -> Markup:
    return tag("h4", *_title(result))


def _title(result: ResultFacts) -> list[str]:
    name = join(tag("code", result.check), f" {result.subject}")
    verdict = advised(result.verdict) if result.counted_as == "ADVISED" else pill(result.verdict)
    return [verdict, name, " ", tag("span", result.failure or "", class_="muted mono")]


def _without_case(result: ResultFacts, document: Document) -> Markup:
    """Show what has no case, such as a check that could not run."""
    statement = next(check.statement for check in document.checks if check.id == result.check)
    facts = {"Rule": statement, "Observed": tag("b", result.reason)}
    if result.clauses:
        facts = {"Documented": join(*clause_links(result.clauses)), **facts}
    shown = [join(tag("dt", name), tag("dd", told)) for name, told in facts.items()]
    return tag("article", _heading(result), tag("dl", *shown), class_=f"failure {result.verdict}")


def _none(told: str) -> Markup:
    return tag("p", told, class_="muted")


def _divergence(one: DivergenceFacts) -> Markup:
    until = "no end" if one.until is None else f"until {one.until} ({_days(one.days_left or 0)})"
    whose = "this destination's own" if one.own else "Segment's, the same for every destination"
    issue = join("; see ", one.issue) if one.issue else Markup("")
    name = tag("code", one.check)
    name = link(f"k-{one.check}", name) if one.results else name
    return tag(
        "div",
        tag("p", name, f" {one.subject or ''}"),
        tag("p", one.reason),
        tag("p", f"{whose}; {until}", issue, class_="muted small"),
        tag("details", tag("summary", f"The case that shows it, for {one.where}"), tag("pre", pretty(one.witness))),
        tag("ul", *(tag("li", tried(result)) for result in one.results), class_="results"),
        class_="entry",
    )


def _days(left: int) -> str:
    if left < 0:
        return f"over for {-left} days"
    return "its last day" if left == 0 else f"{left} days left"


def _clause(clause: ClauseFacts) -> Markup:
    place = f"{clause.origin.file.rpartition('/')[2]}:{clause.origin.line}"
    how = {"auto": "tried by sending", "structural": "compared", "external": "cannot be tried here"}[clause.testable]
    results = [tag("li", tried(result)) for result in clause.results]
    return tag(
        "div",
        tag("p", state_pill(clause.state), " ", tag("span", clause.id, class_="id")),
        tag("blockquote", clause.quote),
        tag("p", link(f"p-{clause.id}", place), f" · {clause.level} · {clause.layer} · {how}", class_="muted small"),
        tag("ul", *results) if results else "",
        id=anchor(f"c-{clause.id}"),
        class_="entry",
    )


def _footer(document: Document) -> Markup:
    run = document.run
    return tag(
        "footer",
        f"Written by actions {run.versions['actions']}. Each clause has a sign as well as a colour; follow it to the "
        "checks that try it. Secrets are shown as the names of their settings.",
    )
