"""COMPLIANCE.md is what the suite says today."""

from __future__ import annotations

from pathlib import Path

from conformance.suite.checks import CHECKS
from conformance.suite.engine import Options, Session
from conformance.suite.reports import markdown
from conformance.suite.target import find_target

FILE = Path(__file__).parents[3] / "COMPLIANCE.md"
COMMAND = "actions conformance report usermotion webhook roster --markdown COMPLIANCE.md"


def test_the_page_about_compliance_is_what_the_suite_finds() -> None:
    reports = [Session(find_target(name), CHECKS, Options()).run() for name in ("usermotion", "webhook", "roster")]
    assert markdown(reports) == FILE.read_text("utf-8"), f"run: {COMMAND}"
