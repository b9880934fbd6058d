from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from conformance.suite.engine import Report
from conformance.suite.reports import json_report, schema
from conformance.suite.reports.document import Document
from conformance.suite.reports.json_report import generated_schema
from tests.conformance.suite.reports.runs import as_it_is, divergence, report_of, result, with_divergences


def test_the_published_schema_is_the_one_of_the_models() -> None:
    assert schema() == generated_schema(), (
        "run `python -m conformance.suite.reports`, and see whether the version is new"
    )


def test_a_report_keeps_the_schema(kept: Report, broken: Report) -> None:
    for report in (kept, broken):
        read = json.loads(json.dumps(json_report(report), allow_nan=False))
        assert Document.model_validate(read).model_dump() == Document.model_validate(json_report(report)).model_dump()
        assert list(read) == list(schema()["properties"])


def test_a_report_says_what_was_run_on_what(kept: Report) -> None:
    report = json_report(kept)
    assert report["schema_version"] == 1
    assert report["destination"]["slug"] == "actions-usermotion"
    assert report["destination"]["origin"].startswith("segment-actions-emulator")
    assert report["contract"]["page"]["file"] == "destinations/usermotion/page.md"
    assert len(report["contract"]["page"]["sha256"]) == len(report["contract"]["annex"]["sha256"]) == 64
    assert report["contract"]["layers"] == ["catalog", "page", "wire"]
    assert report["run"]["profile"] == "documented"
    assert report["run"]["budget"] == "smoke"
    assert set(report["run"]["versions"]) == {"actions", "python", "hypothesis"}


def test_every_result_and_every_clause_is_told_once(kept: Report) -> None:
    report = json_report(kept)
    assert [(one["check"], one["subject"]) for one in report["results"]] == [
        (one.check.id, one.subject) for one in kept.results
    ]
    assert [one["id"] for one in report["clauses"]] == [one.id for one in kept.clauses]
    assert {one["id"]: one["coverage"] for one in report["clauses"]} == kept.coverage()
    assert sum(report["totals"]["verdicts"].values()) == report["totals"]["results"] == len(kept.results)
    assert sum(report["totals"]["clauses"]["states"].values()) == len(report["clauses"])
    assert report["totals"]["cases"]["vectors"] == sum(one.cases.get("vectors", 0) for one in kept.results)


def test_a_clause_tells_where_it_stands_and_what_tried_it(kept: Report) -> None:
    clause = next(one for one in json_report(kept)["clauses"] if one["id"] == "action/identify/field/email/required")
    assert (clause["origin"]["line"], clause["level"], clause["layer"], clause["testable"]) == (
        92,
        "MUST",
        "page",
        "auto",
    )
    assert "The email address of the identified user" in clause["quote"]
    assert clause["coverage"] == "both"
    assert {
        "check": "field.required.missing",
        "subject": "identify.email",
        "verdict": "PASS",
        "failure": None,
    } in clause["results"]


def test_what_was_found_has_a_failure_with_its_smallest_case(broken: Report) -> None:
    report = json_report(broken)
    failures = {one["id"]: one for one in report["failures"]}
    found = next(
        one
        for one in report["results"]
        if (one["check"], one["subject"]) == ("field.required.missing", "identify.email")
    )
    assert report["conclusion"] == "does not conform"
    assert found["verdict"] == "FAIL"
    failure = failures[found["failure"]]
    assert failure["expected"] == "PayloadValidationError, 0 requests"
    assert failure["requests"][0]["url"].endswith("/identify")
    assert {one["failure"] for one in report["results"] if one["failure"]} == set(failures)
    together = next(one for one in report["causes"] if one["about"] == "identify.email")
    assert "field.required.missing" in {one["check"] for one in together["results"]}
    assert together["red"]


def test_a_clause_that_is_not_kept_is_failed_whatever_else_was_tried_of_it() -> None:
    email = "action/identify/field/email/required"
    both = {"sides": frozenset({"inside", "outside"})}
    report = json_report(
        report_of(
            result("PASS", "one", email, **both),
            result("FAIL", "two", email),
            result("FAIL", "three", "identity/name", level="SHOULD"),
            result("DIVERGED", "four", "preset/identify-user/trigger", **both),
            result("PASS", "five", "engage/value", **both),
        )
    )
    states = {one["id"]: one["state"] for one in report["clauses"]}
    assert states[email] == "failed"
    assert states["identity/name"] == "advised"
    assert states["preset/identify-user/trigger"] == "diverged"
    assert states["engage/value"] == "both"
    assert states["engage/first-sync-time"] == "external"
    assert states["engage/key"] == "untested"
    assert [one["red"] for one in report["results"]] == [False, True, False, False, False]


def test_a_divergence_tells_how_long_it_is_accepted() -> None:
    one = divergence("one", until=date(2026, 5, 14), issue="https://issues.example/12")
    report = json_report(report_of(result("DIVERGED", "one", "engage/value"), target=with_divergences(one)))
    (told,) = report["divergences"]
    assert (told["until"], told["days_left"], told["own"]) == ("2026-05-14", 10, True)
    assert told["clauses"] == ["engage/value"]
    assert report["totals"]["own_divergences"] == report["totals"]["own_diverged_clauses"] == 1


def test_without_an_annex_and_its_page_a_report_says_so() -> None:
    target = as_it_is()
    contract = replace(target.contract, file="gone/page.md", annex=None)
    report = json_report(report_of(result("PASS"), target=replace(target.with_contract(contract), page="")))
    assert report["contract"]["page"] == {"file": "gone/page.md", "sha256": None}
    assert report["contract"]["annex"] is None
