from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest

from conformance.suite.engine import Report
from conformance.suite.lab import SECRET
from conformance.suite.reports import badge, html, json_report, junit, markdown
from destinations.usermotion.actions import IdentifyPayload
from tests.conformance.suite.reports.runs import as_it_is, broken, leaky, report_of, result, run

OWN = "sk live/äöü+42"
FORMATS: dict[str, Callable[[Report], str]] = {
    "html": html,
    "json": lambda report: json.dumps(json_report(report), ensure_ascii=False),
    "junit": junit,
    "markdown": lambda report: markdown([report]),
    "badge": lambda report: json.dumps(badge(report)),
}


@pytest.fixture(scope="module")
def leaked() -> Report:
    return run(broken(leaky, IdentifyPayload))


@pytest.fixture(scope="module")
def leaked_own() -> Report:
    return run(replace(broken(leaky, IdentifyPayload), settings={"apiKey": OWN}))


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_no_report_holds_a_secret_that_the_suite_made_up(write: Callable[[Report], str], leaked: Report) -> None:
    assert any(SECRET in str(one.found) for one in leaked.results), "the plugin was meant to leak"
    assert SECRET.lower() not in write(leaked).lower()


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
def test_no_report_holds_a_secret_of_the_owner_in_any_form(write: Callable[[Report], str], leaked_own: Report) -> None:
    text = write(leaked_own)
    for form in (OWN, quote(OWN, safe=""), base64.b64encode(OWN.encode()).decode(), json.dumps(OWN)[1:-1]):
        assert form not in text


def test_the_name_of_the_setting_stands_for_its_secret(leaked: Report) -> None:
    assert "${apiKey}" in html(leaked)
    assert "${apiKey}" in junit(leaked)


def test_a_reason_is_without_secrets_as_well() -> None:
    key = f"{SECRET}-apiKey-1"
    report = report_of(result("ERROR", reason=f"RuntimeError: {key} is wrong"), target=as_it_is())
    for write in FORMATS.values():
        assert SECRET not in write(report)
