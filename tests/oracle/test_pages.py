"""Every destination of Segment's npm package that loads, on a page written from its definition and read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions_core import Destination, Object
from tests.oracle.client import Oracle
from tests.oracle.survey import is_true, read_destinations, round_trip, tables

PAGE = Path(__file__).parents[2] / "docs/catalog-findings.md"


@pytest.fixture(scope="module")
def destinations(oracle: Oracle) -> dict[str, Destination[Object]]:
    return read_destinations(oracle)


def test_a_definition_differs_from_its_page_in_nothing_but_its_own_mistakes(
    destinations: dict[str, Destination[Object]],
) -> None:
    clauses = 0
    for name, destination in destinations.items():
        contract, findings = round_trip(destination)
        assert [str(finding) for finding in findings if not is_true(finding, destination)] == [], name
        clauses += len(contract.clauses)
    assert len(destinations) >= 215
    assert clauses >= 30_000


def test_the_page_about_the_findings_has_the_tables_that_the_survey_prints(
    destinations: dict[str, Destination[Object]],
) -> None:
    assert tables(destinations) in PAGE.read_text("utf-8")
