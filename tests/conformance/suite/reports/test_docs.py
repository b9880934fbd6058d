"""The page about reports says what they hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from conformance.suite.reports import schema
from conformance.suite.reports.build import MOST_DIVERGED, MOST_DIVERGENCES
from conformance.suite.reports.document import SCHEMA_VERSION, Conclusion
from conformance.suite.reports.states import RANK, SIGNS

PAGE = (Path(__file__).parents[4] / "docs/conformance-reports.md").read_text("utf-8")


def section(name: str) -> str:
    return PAGE.split(f"\n## {name}\n")[1].split("\n## ")[0]


def first_cells(name: str) -> list[str]:
    return [cell.strip("` ") for cell in re.findall(r"^\|([^|]+)\|", section(name), re.MULTILINE)[2:]]


def test_the_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(code, "conformance-reports.md", "exec"), {"__name__": "page"})  # noqa: S102 - our own page
    assert capsys.readouterr().out.startswith("conforms")


def test_every_conclusion_is_told_with_its_bounds() -> None:
    assert set(first_cells("Conclusions")) == set(get_args(Conclusion))
    assert f"more than {MOST_DIVERGENCES} divergences" in section("Conclusions")
    assert f"more than {MOST_DIVERGED * 100:.0f} % of its clauses" in section("Conclusions")


def test_every_state_is_told_with_its_sign_from_the_best_to_the_worst() -> None:
    rows = re.findall(r"^\| (\S) \| (\w+) \|", section("States of a clause"), re.MULTILINE)
    assert {state: sign for sign, state in rows} == {state: sign.mark for state, sign in SIGNS.items()}
    assert [state for _, state in rows] == sorted(SIGNS, key=RANK.__getitem__, reverse=True)


def test_every_key_of_the_report_is_told() -> None:
    assert first_cells("JSON") == [key for key in schema()["properties"] if key != "schema_version"]
    assert f"`schema_version` is {SCHEMA_VERSION}" in section("JSON")
