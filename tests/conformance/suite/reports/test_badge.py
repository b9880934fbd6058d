from __future__ import annotations

from typing import Any

import pytest

from conformance.suite.engine import Report, Verdict
from conformance.suite.model import PHASES
from conformance.suite.reports import badge
from tests.conformance.suite.reports.runs import as_it_is, divergence, report_of, result, with_divergences

TESTABLE = [one.id for one in as_it_is().contract.clauses.values() if one.testable != "external"]


def covered(*more: Verdict) -> Report:
    """Make a report in which every clause was tried."""
    return report_of(
        result("PASS", "", *TESTABLE, sides=frozenset({"inside", "outside"})), *(result(one) for one in more)
    )


def test_a_run_without_fault_conforms() -> None:
    assert badge(covered()) == {
        "schemaVersion": 1,
        "label": "conformance",
        "message": "conforms",
        "color": "brightgreen",
    }


def test_clauses_that_nothing_tried_are_told() -> None:
    some = report_of(result("PASS", "", *TESTABLE[2:], sides=frozenset({"inside"})))
    assert badge(some)["message"] == "conforms, 2 clauses not tried"
    assert badge(some)["color"] != "brightgreen"


@pytest.mark.parametrize("verdict", ["FAIL", "STALE", "FLAKY", "ERROR", "TIMEOUT"])
def test_a_red_result_does_not_conform(verdict: Verdict) -> None:
    assert badge(covered(verdict))["message"] == "does not conform"
    assert badge(covered(verdict))["color"] == "red"


def test_a_red_should_conforms() -> None:
    assert badge(report_of(result("PASS", "", *TESTABLE), result("FAIL", level="SHOULD")))["message"].startswith(
        "conforms"
    )


def test_nothing_tried_proves_nothing() -> None:
    assert badge(report_of())["message"] == "not proven"
    assert badge(covered("VACUOUS"))["message"] == "not proven"


@pytest.mark.parametrize(
    "options",
    [{"only": ("field",)}, {"subjects": ("identify.*",)}, {"phases": PHASES[:2]}],
    ids=lambda one: next(iter(one)),
)
def test_a_part_of_the_checks_proves_a_part(options: dict[str, Any]) -> None:
    assert badge(report_of(result("PASS"), **options))["message"] == "partial run"


@pytest.mark.parametrize(("count", "message"), [(5, "conforms"), (6, "diverges")])
def test_more_than_five_divergences_of_its_own_are_too_many(count: int, message: str) -> None:
    target = with_divergences(*(divergence(str(number)) for number in range(count)))
    report = report_of(result("PASS", "", *TESTABLE, sides=frozenset({"inside"})), target=target)
    assert badge(report)["message"] == message


@pytest.mark.parametrize(("clauses", "message"), [(2, "conforms"), (3, "diverges")])
def test_two_per_cent_of_the_clauses_are_the_most_that_may_diverge(clauses: int, message: str) -> None:
    assert len(as_it_is().contract.clauses) == 143
    sides = frozenset({"inside", "outside"})
    diverged = result("DIVERGED", "one", *TESTABLE[:clauses], sides=sides)
    others = result("PASS", "two", *TESTABLE, sides=sides)
    report = report_of(diverged, others, target=with_divergences(divergence("one")))
    assert badge(report)["message"] == message


def test_what_segment_itself_does_not_keep_is_nobodys_fault(kept: Report) -> None:
    assert sum(one.verdict == "DIVERGED" for one in kept.results) > 5
    assert badge(kept)["message"].startswith("conforms")
