"""Where the two dialects differ about a trigger."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.trigger import compile_trigger, generate, lint
from tests.actions_core.trigger.generated import EVENTS, TEXTS
from tests.actions_core.trigger.test_generate import CONDITIONS


@pytest.mark.parametrize(
    "text",
    [
        'type = "track"',
        'type = "track" and (event = "A" or event != "B")',
        'type = "track" and event = "A" and properties.a != null',
        'properties.price > 5 and properties.b = true and traits.c = 1 and properties.a.b = "x"',
        'contains(event, "x") or match(name, "a*") or match(userId, "*b")',
        "userId != null",
    ],
)
def test_a_trigger_that_both_read_alike_has_no_caution(text: str) -> None:
    assert lint(text) == []


@pytest.mark.parametrize(
    ("text", "position", "clause", "advice"),
    [
        ("type = 'track'", 0, "type = 'track'", "write double quotes"),
        ('type = "a" and groupId = "x"', 15, 'groupId = "x"', "drops this clause"),
        ('type = "a" and contains(type, "x")', 15, 'contains(type, "x")', "drops this clause"),
        ('type = "a"or event = "x"', 13, 'event = "x"', "drops this clause"),
        ('"a" = type and event = "b"', 0, '"a" = type', "drops this clause"),
        ('"a" = type and event = "b"', 6, "type and event", "where the documentation has no clause"),
        ('type = "a" and event = "b" or name = "c"', 0, None, "the last and/or"),
        ('type = "a" and (contains(event, "x") or name = "c")', 0, None, "end at the first '\\)'"),
        ('!(type = "track")', 0, '!(type = "track")', "ignores this one"),
        ('!type = "track"', 0, '!type = "track"', "ignores this one"),
        ('!(contains(event, "x"))', 0, '!(contains(event, "x"))', "ignores this one"),
        ("event != null", 0, "event != null", 'reads `event != "null"`'),
        ("name = true", 0, "name = true", 'reads `name = "true"`'),
        ("userId = 42", 0, "userId = 42", 'reads `userId = "42"`'),
        ("properties.a != true", 0, "properties.a != true", "this always holds"),
        ("properties.a != 5", 0, "properties.a != 5", "not for a missing value"),
        ('properties.a < "x"', 0, 'properties.a < "x"', "numbers only"),
        ("properties.a < 1e5", 0, "properties.a < 1e5", "reads `properties.a < 1`"),
        ("properties.a <=5", 0, "properties.a <=5", "only with a blank after it"),
        ('!contains(event, "x")', 0, '!contains(event, "x")', "not for a missing value"),
        ('!match(event, "x*")', 0, '!match(event, "x*")', "not for a missing value"),
        ('match(event, "Order")', 0, 'match(event, "Order")', "one star"),
        ('match(event, "a?*")', 0, 'match(event, "a?*")', "one star"),
        ("contains(event, name)", 0, "contains(event, name)", "any word for a text"),
        ('type in ["a", "b"]', 0, 'type in ["a", "b"]', "never holds"),
        ("type = event", 0, "type = event", "any word for a text"),
        ('event.name = "x"', 0, 'event.name = "x"', "nothing is below"),
        ('properties.a\\.b = "x"', 0, 'properties.a\\.b = "x"', "separates names"),
        ("properties.a.length = 1", 0, "properties.a.length = 1", "into lists and texts"),
        ('properties.a.\\0 = "x"', 0, 'properties.a.\\0 = "x"', "into lists and texts"),
        ("properties.a.b != null", 0, "properties.a.b != null", "takes that for the value"),
        ("properties.a.b = 0", 0, "properties.a.b = 0", "takes that for the value"),
        ("properties.\\. = 1", 0, "properties.\\. = 1", "throws a TypeError"),
        ('type = "a" or ()', 14, "()", "throws a TypeError"),
        ('type = "track" AND event = "x"', 15, 'AND event = "x"', "the documentation has no such thing"),
        ('event == "x"', 7, '= "x"', 'reads `event = "="`'),
        ('event starts_with "x"', 6, 'starts_with "x"', "the documentation has no such thing"),
        ('((type = "a"))', 1, '(type = "a"))', "refuses the whole trigger"),
        ("'a' in properties.b", 19, "'a' in properties.b", "refuses the whole trigger"),
        ('groupId = "x"', 0, 'groupId = "x"', "though the documentation allows it"),
        ("(", 0, "(", "so that it matches nothing\\.$"),
    ],
)
def test_a_difference_is_named_with_place_clause_and_advice(
    text: str, position: int, clause: str | None, advice: str
) -> None:
    found = [caution for caution in lint(text) if caution.position == position and re.search(advice, caution.advice)]
    assert len(found) == 1
    assert found[0].clause == (text if clause is None else clause)
    assert str(found[0]) == f"{found[0].clause}: {found[0].advice}"


def test_cautions_come_in_the_order_of_the_text() -> None:
    cautions = lint("type = 'a' and event != null and properties.a != 5 and groupId = \"x\"")
    assert [caution.position for caution in cautions] == [0, 15, 33, 55]


@pytest.mark.parametrize(
    "text", ['type = "a"', "type = 'a'", "(", 'type = "a" AND b', "!(a = b)", "properties.a != 5 or x"]
)
def test_every_advice_is_one_sentence(text: str) -> None:
    for caution in lint(text):
        assert caution.advice.endswith(".")
        assert "\n" not in caution.advice


def test_a_long_clause_is_shortened() -> None:
    (caution,) = lint(f"event = '{'x' * 1000}'")
    assert len(caution.clause) == 200


def holders_are_objects(event: dict[str, Any]) -> bool:
    return all(isinstance(event.get(name, {}), (dict, type(None))) for name in ("properties", "traits", "context"))


@settings(max_examples=400, derandomize=True, database=None, deadline=None)
@given(
    text=TEXTS | CONDITIONS.map(generate), events=st.lists(EVENTS.filter(holders_are_objects), min_size=3, max_size=6)
)
def test_without_a_caution_the_dialects_agree(text: str, events: list[dict[str, Any]]) -> None:
    """Varies triggers of both dialects, and events made of the same words whose objects are objects."""
    cautions = lint(text)
    assert all(0 <= caution.position <= len(text) and caution.clause for caution in cautions) or not text
    if cautions:
        return
    reference, documented = compile_trigger(text), compile_trigger(text, "documented")
    assert [reference.matches(event) for event in events] == [documented.matches(event) for event in events]
