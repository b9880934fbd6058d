"""The report for CI: JUnit XML, one test case for each check and subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias
from xml.etree import ElementTree as ET

from conformance.suite.engine import RED, Report, Result
from conformance.suite.reports.build import document_of
from conformance.suite.reports.document import ResultFacts
from conformance.suite.reports.markup import seen
from conformance.suite.text import Look, block, tell

Outcome: TypeAlias = Literal["passed", "failure", "error", "skipped"]
_COUNTED: Final[Mapping[str, Outcome]] = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def junit(report: Report) -> str:
    """Write a run as JUnit XML.

    A test case fails only if it fails the run: red or vacuous, and MUST. What a SHOULD found, what is known to diverge
    and what does not apply is skipped, with the reason.
    """
    document = document_of(report)
    lines = {clause.id: f"{clause.origin.file}:{clause.origin.line}" for clause in document.clauses}
    root = ET.Element("testsuites", name=f"conformance of {document.destination.slug}")
    suites: dict[str, ET.Element] = {}
    for result, facts in zip(report.results, document.results, strict=True):
        group = result.check.group
        if group not in suites:
            suites[group] = ET.SubElement(root, "testsuite", name=f"{document.destination.slug}.{group}")
            suites[group].set("timestamp", f"{document.run.started:%Y-%m-%dT%H:%M:%S}")
        case = _case(facts, document.destination.slug, lines)
        _conclude(case, report, result, facts)
        suites[group].append(case)
    for one in [*suites.values(), root]:
        _count(one)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(facts: ResultFacts, slug: str, lines: Mapping[str, str]) -> ET.Element:
    case = ET.Element(
        "testcase",
        classname=f"{slug}.{facts.check}",
        name=seen(facts.subject) or "the destination",
        time=f"{facts.seconds:.4f}",
    )
    told = [("check", facts.check), ("verdict", facts.verdict)]
    for clause in facts.clauses:
        told.append(("clause", clause))
        if clause in lines:
            told.append(("documented", lines[clause]))
    if facts.failure is not None:
        told.append(("case", facts.failure))
    properties = ET.SubElement(case, "properties")
    for name, value in told:
        ET.SubElement(properties, "property", name=name, value=seen(value))
    return case


def _conclude(case: ET.Element, report: Report, result: Result, facts: ResultFacts) -> None:
    """Say how a test case went, in the words in which a terminal is told."""
    outcome = _outcome(result)
    if outcome == "passed" and result.found is None:
        return
    is_found = result.verdict in RED or result.found is not None
    blocks = tell(report.target, report.options, [result]) if is_found else []
    text = seen("\n".join(block(told, report.target, Look()) for told in blocks) or facts.reason)
    if outcome == "passed":
        ET.SubElement(case, "system-out").text = text
        return
    element = ET.SubElement(case, outcome, message=seen(f"{facts.verdict}: {facts.reason}"))
    if outcome != "skipped":
        element.set("type", facts.verdict)
    element.text = text


def _outcome(result: Result) -> Outcome:
    if result.is_red():
        return "error" if result.verdict == "ERROR" else "failure"
    if result.verdict == "VACUOUS" and result.check.level == "MUST":
        return "failure"
    return "passed" if result.verdict in ("PASS", "INFO") else "skipped"


def _count(element: ET.Element) -> None:
    cases = element.findall(".//testcase")
    element.set("tests", str(len(cases)))
    for name, outcome in _COUNTED.items():
        element.set(name, str(sum(case.find(outcome) is not None for case in cases)))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in cases):.3f}")
