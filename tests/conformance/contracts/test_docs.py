"""The page about contracts, and the examples in docstrings, are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import conformance.contracts
from actions_core import load_catalog
from conformance.contracts import contract_of

PAGE = (Path(__file__).parents[3] / "docs/contracts.md").read_text("utf-8")
MODULES = [f"conformance.contracts.{found.name}" for found in pkgutil.iter_modules(conformance.contracts.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_pages_program_gives_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "contracts.md", "exec"), {"__name__": "page"})  # noqa: S102 - our own page
    count, clause = capsys.readouterr().out.splitlines()
    (page, annex) = map(int, re.findall(r"UserMotion's page has (\d+) clauses and its annex (\d+)", PAGE)[0])
    assert page + annex == int(count)
    assert "required" in clause


def test_every_kind_of_clause_is_in_the_table_with_the_way_it_is_tested() -> None:
    catalog = load_catalog()
    table = re.findall(r"^\| (`.+?) \| .+ \| (structural|auto|external) \|$", PAGE, re.MULTILINE)
    told: dict[tuple[str, str], str] = {}
    for ids, testable in table:
        names = re.findall(r"`([^`]+)`", ids)
        whole = names[0].rpartition("/")[0]
        for name in names:
            parts = name.replace("…", whole).split("/")
            told["field" if "field" in parts else parts[0], parts[-1]] = testable
    for destination in catalog.destinations.values():
        contract = contract_of(catalog, destination)
        set_up_by_segment = {preset.id for preset in contract.presets or () if preset.event_slug is not None}
        for clause in contract.clauses.values():
            if clause.id.rpartition("/")[0] in set_up_by_segment:
                assert clause.testable == "structural"
                continue
            parts = clause.id.split("/")
            kind = "field" if "field" in parts else parts[0]
            # What stands last is a name or a number in these.
            shown = {"call": "page", "index": "identify", "golden": "1"}
            last = shown.get(parts[1] if kind == "identity" else kind, parts[-1])
            assert told[kind, last] == clause.testable, clause
