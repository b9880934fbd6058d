from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

from conformance.suite.engine import Report
from conformance.suite.reports import json_report, junit
from tests.conformance.suite.reports.runs import report_of, result


def cases(report: Report) -> list[ET.Element]:
    return ET.fromstring(junit(report)).findall("testsuite/testcase")  # noqa: S314 - written by us


def properties(case: ET.Element) -> dict[str, str]:
    return {one.attrib["name"]: one.attrib["value"] for one in case.findall("properties/property")}


def test_there_is_a_test_case_for_each_check_and_subject(kept: Report) -> None:
    found = cases(kept)
    assert Counter((properties(one)["check"], one.attrib["name"]) for one in found) == Counter(
        (one.check.id, one.subject or "the destination") for one in kept.results
    )


def test_the_counts_are_those_of_the_run(broken: Report) -> None:
    root = ET.fromstring(junit(broken))  # noqa: S314 - written by us
    passed = broken.counts["PASS"] + broken.counts["INFO"]
    assert root.attrib["tests"] == str(len(broken.results))
    assert root.attrib["failures"] == str(len(broken.red()))
    assert root.attrib["errors"] == "0"
    assert root.attrib["skipped"] == str(len(broken.results) - passed - len(broken.red()))
    for suite in root:
        assert suite.attrib["tests"] == str(len(suite.findall("testcase")))
        assert suite.attrib["failures"] == str(len(suite.findall("testcase/failure")))
    assert sum(int(suite.attrib["tests"]) for suite in root) == len(broken.results)


def test_a_failure_tells_what_a_terminal_is_told(broken: Report) -> None:
    (case,) = [
        one
        for one in cases(broken)
        if (one.attrib["name"], properties(one)["check"]) == ("identify.email", "field.required.missing")
    ]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib == {"message": "FAIL: delivered, 1 request", "type": "FAIL"}
    text = failure.text or ""
    assert "page.md:92" in text
    assert "PayloadValidationError, 0 requests" in text
    assert f"actions conformance replay {properties(case)['case']}" in text
    assert properties(case)["documented"] == "destinations/usermotion/page.md:92"
    assert properties(case)["clause"] == "action/identify/field/email/required"
    assert properties(case)["case"] in {one["id"] for one in json_report(broken)["failures"]}


def test_what_does_not_fail_the_run_fails_no_test_case() -> None:
    outcomes = {
        properties(case)["verdict"] + case.attrib["name"]: next(
            (one.tag for one in case if one.tag != "properties"), "passed"
        )
        for case in cases(
            report_of(
                result("PASS"),
                result("INFO"),
                result("N/A", reason="no field is optional"),
                result("DIVERGED", reason="known"),
                result("FAIL", " should", level="SHOULD"),
                result("VACUOUS", " should", level="SHOULD"),
                result("FAIL"),
                result("ERROR"),
                result("VACUOUS"),
                result("TIMEOUT"),
            )
        )
    }
    whole = "the destination"
    assert outcomes == {
        f"PASS{whole}": "passed",
        f"INFO{whole}": "passed",
        f"N/A{whole}": "skipped",
        f"DIVERGED{whole}": "skipped",
        "FAIL should": "skipped",
        "VACUOUS should": "skipped",
        f"FAIL{whole}": "failure",
        f"ERROR{whole}": "error",
        f"VACUOUS{whole}": "failure",
        f"TIMEOUT{whole}": "failure",
    }


def test_what_is_skipped_says_why() -> None:
    (case,) = cases(report_of(result("N/A", reason="no field is optional")))
    skipped = case.find("skipped")
    assert skipped is not None
    assert skipped.attrib == {"message": "N/A: no field is optional"}


def test_characters_that_xml_does_not_know_are_spelt_out() -> None:
    hostile = "\x00 \x1b[31m \ud800 \ufffe <b> & ]]>"
    text = junit(report_of(result("FAIL", hostile, reason=hostile)))
    (case,) = ET.fromstring(text.encode("utf-8")).findall("testsuite/testcase")  # noqa: S314 - written by us
    assert case.attrib["name"] == r"\u0000 \u001b[31m \ud800 \ufffe <b> & ]]>"


def test_every_verdict_is_counted_once(kept: Report) -> None:
    found = Counter(properties(one)["verdict"] for one in cases(kept))
    assert found == kept.counts
