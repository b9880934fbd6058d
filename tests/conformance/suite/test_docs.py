"""The page about the suite tells what there is."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import get_args

from conformance.suite.checks import CHECKS
from conformance.suite.engine import Verdict
from conformance.suite.model import PHASES

PAGE = (Path(__file__).parents[3] / "docs/conformance.md").read_text("utf-8")


def test_every_group_of_checks_is_told_with_how_many_there_are() -> None:
    told: dict[str, int] = {}
    for names, counts in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([\d +]+) \|", PAGE, re.MULTILINE):
        groups = re.findall(r"`(\w+)`", names)
        told |= dict(zip(groups, map(int, counts.split(" + ")), strict=True))
    assert told == dict(Counter(check.group for check in CHECKS))


def test_every_verdict_and_every_phase_is_told() -> None:
    rows = re.findall(r"^\| ([A-Z/]+|[a-z]+) \|", PAGE, re.MULTILINE)
    assert set(get_args(Verdict)) <= set(rows)
    assert set(PHASES) <= set(rows)


def test_every_check_has_an_id_of_its_group_and_says_what_it_asks() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", check.id)
        assert check.statement.endswith(".")
        # What is promised is told as a fact; modal verbs would leave it open.
        assert not re.search(r"\b(?:should|must|shall|might)\b", check.statement), check.statement


def test_every_check_has_something_to_try() -> None:
    for check in CHECKS:
        assert any((check.vectors, check.boundary, check.fuzz, check.stateful)), check.id
        # Random cases alone are no proof that is the same tomorrow.
        assert check.vectors is not None or check.boundary is not None, check.id
