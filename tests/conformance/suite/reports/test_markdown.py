from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from conformance.suite.engine import Report
from conformance.suite.reports import markdown
from tests.conformance.suite.reports.runs import (
    as_it_is,
    divergence,
    report_of,
    result,
    run,
    with_divergences,
)


def test_two_runs_write_the_same(kept: Report) -> None:
    again = run(as_it_is())
    assert again.started != kept.started
    assert markdown([kept]) == markdown([again])


def test_it_says_how_it_is_written_anew(kept: Report) -> None:
    text = markdown([kept])
    assert "Generated: do not edit" in text.splitlines()[2]
    assert "`actions conformance report usermotion --budget smoke --markdown COMPLIANCE.md`" in text


def test_the_command_has_every_option_that_was_given() -> None:
    report = report_of(result("PASS"), profile="reference", seed=7, only=("field",), subjects=("identify.*",))
    assert (
        "`actions conformance report usermotion --profile reference --seed 7 --only field --subject 'identify.*' "
        "--markdown COMPLIANCE.md`"
    ) in markdown([report])


def test_it_has_a_row_for_each_destination_and_a_column_for_each_group(kept: Report, broken: Report) -> None:
    lines = markdown([kept, broken]).splitlines()
    header = next(line for line in lines if line.startswith("| Destination | Conclusion"))
    groups = list({one.check.group: None for one in kept.results})
    assert header == f"| Destination | Conclusion | {' | '.join(groups)} |"
    rows = [line for line in lines if line.startswith("| UserMotion (Actions) | **")]
    assert ["**conforms**" in row for row in rows] == [True, False]
    column = groups.index("contract") + 3
    assert "1 fail" in rows[1].split("|")[column]


def test_only_clauses_that_are_not_green_are_listed(broken: Report) -> None:
    text = markdown([broken])
    assert "| `action/identify/field/email/required` | page.md:92 | ✗ failed |" in text
    assert "| `engage/first-sync-time` | page.md:107 | ↗ external |" in text
    assert "`action/identify/field/email/label`" not in text


def test_divergences_have_their_reason_and_their_end() -> None:
    one = divergence("one", until=date(2027, 3, 1), issue="https://issues.example/12")
    text = markdown([report_of(result("DIVERGED", "one", "engage/value"), target=with_divergences(one))])
    told = "the partner's API is older than the page | own | 2027-03-01 | https://issues.example/12 |"
    assert f"| `made.up` | one | {told}" in text


def test_a_cell_is_a_cell_whatever_is_in_it() -> None:
    target = as_it_is()
    named = replace(target.destination, name="A | B\n<script>\\| C")
    text = markdown([report_of(result("PASS"), target=replace(target, destination=named))])
    row = next(line for line in text.splitlines() if line.startswith("| A"))
    assert row.startswith(r"| A \| B &lt;script>\\\| C | **conforms** |")
    header = next(line for line in text.splitlines() if line.startswith("| Destination"))
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == header.count("|")
