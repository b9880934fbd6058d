"""The benchmarks work, on tiny sizes: rows are complete and both sides do the same. Nothing here is about time."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import corpus, tables
from benchmarks.__main__ import SUITES, main
from benchmarks.ab import Case, DifferentOutputsError, Run, Side
from benchmarks.peers import Peer, PeerError
from benchmarks.results import Figure, Row
from benchmarks.targets import TARGETS, judge
from tests.oracle.client import unavailable

WITHOUT = ["--no-reference"] if unavailable() else []
COMPARED = {"floor", "trigger", "mapping", "contract", "path", "batch", "loopback"}
"""Suites whose every row is about something that both sides do."""


def measured(suite: str, folder: Path, *options: str) -> list[dict[str, Any]]:
    file = folder / "results.json"
    done = CliRunner().invoke(main, [suite, "--quick", "--rounds", "1", "--json", str(file), *options])
    if "the profile cannot be made" in done.output and "ermission" in done.output:
        pytest.skip("py-spy may not look at processes here")
    assert done.exit_code == 0, done.output
    results: dict[str, Any] = json.loads(file.read_text("utf-8"))
    assert {"processor", "cores", "python", "node", "commit", "packages"} <= results["machine"].keys()
    assert results["load"].keys() == {"before", "after"}
    rows: list[dict[str, Any]] = results["rows"]
    for row in rows:
        assert row["suite"] == suite
        assert row["name"] in done.output
        assert row["figures"], row
        for figure in row["figures"].values():
            assert figure["rounds"], row
            assert all(map(isfinite, figure["rounds"])), row
    return rows


@pytest.mark.parametrize("suite", SUITES)
def test_every_suite_gives_complete_rows_and_both_sides_do_the_same(suite: str, tmp_path: Path) -> None:
    rows = measured(suite, tmp_path, *WITHOUT)
    assert rows
    if suite in COMPARED and not WITHOUT:
        assert all(row["compared"] > 0 for row in rows)
        assert all({"reference", "ours"} <= row["figures"].keys() or suite == "loopback" for row in rows)
    if suite == "growth" and not WITHOUT:
        assert sum(row["compared"] > 0 for row in rows) > len(rows) / 2


def test_our_side_can_be_measured_alone(tmp_path: Path) -> None:
    rows = measured("path", tmp_path, "--no-reference")
    assert all("ours" in row["figures"] and "reference" not in row["figures"] for row in rows)


def test_without_node_it_says_in_a_sentence_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = CliRunner().invoke(main, ["mapping", "--quick"])
    assert done.exit_code == 2
    assert done.output == (
        "Error: Node.js is not installed, so Segment's own runtime cannot be asked; "
        "or measure ours alone with --no-reference\n"
    )


def test_nothing_is_timed_if_the_sides_do_not_do_the_same(tmp_path: Path) -> None:
    run = Run(tmp_path, rounds=1, quick=True, reference=False)
    work = {"work": "trigger", "corpus": run.corpus("1k"), "triggers": ['type = "track"']}
    other = {**work, "triggers": ['type = "page"']}
    case = Case("trigger", "two", [Side("other", "ours", other), Side("ours", "ours", work)], equal=("other", "ours"))
    told = r'^trigger, two, step \d+: other gave {"value":\[\w+\]}, ours {"value":\[\w+\]}$'
    with pytest.raises(DifferentOutputsError, match=told):
        run.measure(case)


def test_a_side_that_fails_says_why(tmp_path: Path) -> None:
    work = {"work": "trigger", "corpus": str(tmp_path / "missing.jsonl"), "triggers": []}
    with pytest.raises(PeerError, match=r"^ours, trigger: "):
        Peer("ours", work)


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "digest"),
    [
        ("1k", "2588a3c00b8194cd627f036380b179328829ca54926bf7114170266dcee112d8"),
        ("4k", "878e8726814aac68f665f61b1e1e47b92594c576f295fffe68e364f7b6d5d730"),
        ("16k", "3f7cd79ec39e5d51128cac0c517f3057e40a978bd65e675e75be2617aac178a0"),
        ("64k", "bd696c5785c8d001365a4242ad67a2d0df7cd43bdc852533b58b36fea890128c"),
        ("500k", "ea780e28fd05aae472f5e2791614a1102f2ecf0b9342250eb29d8c71784c7dcf"),
    ],
)  # fmt: skip
def test_the_events_are_the_same_everywhere(size: corpus.Size, digest: str) -> None:
    assert corpus.digest(size, 20) == digest


def test_the_events_are_a_usual_mix() -> None:
    events = list(corpus.events("1k", 5000))
    calls = {event["type"] for event in events}
    assert calls == {"track", "page", "identify", "screen", "group", "alias"}
    identifies = [event for event in events if event["type"] == "identify"]
    without = [event for event in identifies if "email" not in event["traits"]]
    assert 0.05 < len(without) / len(identifies) < 0.11
    assert 0.47 < sum(event["type"] == "track" for event in events) / len(events) < 0.53


# --- what is told ----------------------------------------------------------------------------------------------------


def test_a_target_is_met_missed_or_not_measured() -> None:
    def rows(cheaper: float) -> list[Row]:
        return [Row("path", "presets, 1 KB", (Figure("reference / ours", "times", (1.0, cheaper, cheaper)),))]

    def verdict(given: list[Row]) -> tuple[bool, str]:
        one = next(judge(given, {"path"}))
        (line,) = (line for line in tables.text(given, [one]).splitlines() if line.startswith("| full path, 1 KB"))
        return one.is_met, line.split("|")[-2].strip()

    assert verdict(rows(12.0)) == (True, "met")
    assert verdict(rows(11.9)) == (False, "missed")
    assert verdict([Row("path", "something else", ())]) == (False, "not measured")
    assert list(judge(rows(1.0), {"floor"})) == []


def test_every_target_is_about_a_suite() -> None:
    assert {target.suite for target in TARGETS} <= SUITES.keys()
    assert all((target.at_least is None) != (target.at_most is None) for target in TARGETS)


def test_tables_go_between_the_marks_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n\n<!-- this: begin -->\nold\n<!-- this: end -->\n\nafter\n", "utf-8")
    for new in ("one\n", "two\n"):
        tables.fill(page, "this", new)
    assert page.read_text("utf-8") == "before\n\n<!-- this: begin -->\n\ntwo\n\n<!-- this: end -->\n\nafter\n"


def test_a_page_without_marks_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("something else\n", "utf-8")
    done = CliRunner().invoke(main, ["path", "--no-reference", "--markdown", str(page)])
    assert done.exit_code == 2
    told = "expected the lines <!-- benchmarks: begin --> and <!-- benchmarks: end -->, between which the tables go\n"
    assert done.output.endswith(f"{page}: {told}")
    assert page.read_text("utf-8") == "something else\n"
