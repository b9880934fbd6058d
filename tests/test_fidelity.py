"""docs/fidelity.md is complete: a row for each oddity that is tagged, a test for each row, a witness for each difference."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/fidelity.md"
PACKAGES = ("actions_core", "destinations", "conformance", "emulator")
ODDITIES = ["what Segment does", "where", "test"]
DIFFERENCES = ["what Segment does, and what we do", "why", "witness", "test"]
TAG = "Reference:"

Row = list[str]


def cells(line: str) -> Row:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]


def rows(page: str, heading: Row) -> Iterator[Row]:
    """Yield the rows of every table that has this heading."""
    inside = False
    for line in page.splitlines():
        if not line.startswith("|"):
            inside = False
        elif cells(line) == heading:
            inside = True
        elif inside and not set(line) <= set("|- "):
            yield cells(line)


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


ODDITY_ROWS = list(rows(PAGE.read_text("utf-8"), ODDITIES))
DIFFERENCE_ROWS = list(rows(PAGE.read_text("utf-8"), DIFFERENCES))
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def defined_tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        if "node_modules" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    }


def test_every_table_of_the_page_is_one_of_the_two_kinds() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    headings = [cells(before) for before, line in itertools.pairwise(lines) if line.startswith("|---")]
    assert [heading for heading in headings if heading not in (ODDITIES, DIFFERENCES)] == []
    in_tables = sum(line.startswith("|") for line in lines) - 2 * len(headings)
    assert in_tables == len(ODDITY_ROWS) + len(DIFFERENCE_ROWS) > 100


def test_every_oddity_tagged_in_the_code_has_a_row() -> None:
    tags = Counter({str(path.relative_to(ROOT)): path.read_text("utf-8").count(TAG) for path in SOURCES})
    named = Counter(module for _, where, _ in ODDITY_ROWS for module in code(where))
    wrong = {
        module: f"{tags[module]} tags, {named[module]} rows" for module in tags | named if tags[module] != named[module]
    }
    assert wrong == {}, "docs/fidelity.md and the tags `Reference:` disagree"


@pytest.mark.parametrize("row", ODDITY_ROWS, ids=lambda row: row[0][:40])
def test_an_oddity_is_told_once_with_its_module(row: Row) -> None:
    what, where, _ = row
    assert len(what) > 20
    assert len(code(where)) == 1, f"one module, in backquotes: {where}"


@pytest.mark.parametrize("row", DIFFERENCE_ROWS, ids=lambda row: row[0][:40])
def test_a_difference_has_a_reason_and_a_witness(row: Row) -> None:
    what, why, witness, _ = row
    assert len(what) > 20
    assert why, f"no reason: {what}"
    assert witness, f"no witness: {what}"


def test_every_row_names_tests_that_exist() -> None:
    known = defined_tests()
    for what, *_, test in [*ODDITY_ROWS, *DIFFERENCE_ROWS]:
        assert code(test), f"no test: {what}"
        missing = [name for name in code(test) if name not in known]
        assert missing == [], f"{what}: there is no such test"


def test_no_row_stands_there_twice() -> None:
    counted = Counter(what for what, *_ in [*ODDITY_ROWS, *DIFFERENCE_ROWS])
    assert [what for what, times in counted.items() if times > 1] == []
