"""Why an event did or did not match."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.js import MISSING
from actions_core.trigger import Dialect, Explanation, compile_trigger


def explain(text: str, event: dict[str, Any], dialect: Dialect = "reference") -> Explanation:
    return compile_trigger(text, dialect).explain(event)


def test_a_clause_is_shown_with_the_value_found() -> None:
    explanation = explain('type = "track"', {"type": "page"})
    assert not explanation.matched
    assert str(explanation) == 'type = "track" (it was "page")'
    (finding,) = explanation.findings
    assert (finding.clause, finding.actual, finding.holds) == ('type = "track"', "page", False)


def test_the_first_clause_that_fails_decides_an_and() -> None:
    text = 'type = "track" and event = "A" and name = "B"'
    assert str(explain(text, {"type": "track", "event": "C"})) == 'event = "A" (it was "C")'


def test_all_clauses_decide_an_and_that_holds() -> None:
    explanation = explain('type = "track" and properties.n > 5', {"type": "track", "properties": {"n": 6}})
    assert explanation.matched
    assert str(explanation) == 'type = "track" (it was "track"); properties.n > 5 (it was 6)'


def test_the_first_clause_that_holds_decides_an_or() -> None:
    assert str(explain('type = "a" or type = "b" or type = "c"', {"type": "b"})) == 'type = "b" (it was "b")'


def test_all_clauses_decide_an_or_that_fails() -> None:
    explanation = explain('type = "a" or type = "b"', {"type": "c"})
    assert [finding.clause for finding in explanation.findings] == ['type = "a"', 'type = "b"']


def test_a_group_decides_by_its_own_clauses() -> None:
    text = 'type = "track" and (event = "A" or event = "B")'
    assert [finding.clause for finding in explain(text, {"type": "track", "event": "C"}).findings] == [
        'event = "A"',
        'event = "B"',
    ]


def test_a_negation_is_decided_by_what_it_negates() -> None:
    explanation = explain("!( type in ['track', 'page'] )", {"type": "track"}, "documented")
    assert not explanation.matched
    (finding,) = explanation.findings
    assert finding.holds
    assert str(finding) == "type in ['track', 'page'] (it was \"track\")"


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("contains( event, 'x' )", "E"),
        ("match( 'E*', event )", "E"),
        ("length( event ) > 3", 1),
        ("'E' = event", "E"),
        ("'b' in properties.list", ["a"]),
        ("lowercase( event ) = 'x'", "e"),
        ("properties.gone", None),
        ("1 = 2", 1),
        ("contains( 'a', 'b' )", False),
    ],
)
def test_a_documented_clause_shows_what_depends_on_the_event(text: str, actual: Any) -> None:
    explanation = explain(text, {"event": "E", "properties": {"list": ["a"]}}, "documented")
    assert explanation.findings[0].actual == actual


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1.0, "1"),
        ("a\nb  c", '"a\\nb  c"'),
        ([1, 2], "a list of 2"),
        ({"a": 1}, "an object of 1"),
        ("x" * 500, '"' + "x" * 58 + "…"),
    ],
)
def test_a_value_is_shown_in_a_few_characters(value: Any, shown: str) -> None:
    assert str(explain('properties.a = "no"', {"properties": {"a": value}})) == f'properties.a = "no" (it was {shown})'


def test_a_missing_value_is_called_missing() -> None:
    explanation = explain('properties.a.b = "x"', {})
    assert explanation.findings[0].actual is MISSING
    assert str(explanation) == 'properties.a.b = "x" (it was missing)'


def test_many_findings_are_counted() -> None:
    text = " or ".join(f'type = "{name}"' for name in "abcde")
    assert str(explain(text, {"type": "z"})).endswith("; and 2 more")


def test_a_long_clause_over_several_lines_is_shown_on_one() -> None:
    text = 'properties.a\n\t=\n "' + "x" * 500 + '"'
    line = str(explain(text, {}))
    assert line.startswith('properties.a = "xxx')
    assert len(line) < 100


def test_a_clause_at_which_segment_throws_says_so() -> None:
    explanation = explain('type = "track" and ()', {"type": "track"})
    assert not explanation.matched
    assert str(explanation) == "() (Segment's runtime throws here)"
    assert explanation.findings[0].crashes
    assert str(explain('type = "track" and ()', {"type": "page"})) == 'type = "track" (it was "page")'


def test_a_deep_value_is_shown_too() -> None:
    deep: Any = []
    for _ in range(10_000):
        deep = [deep]
    assert str(explain('properties.a = "x"', {"properties": {"a": deep}})).endswith("(it was a list of 1)")
