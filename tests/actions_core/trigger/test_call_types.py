"""Which call types a trigger can match."""

from __future__ import annotations

import pytest

from actions_core.trigger import compile_trigger


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ('type = "track"', {"track"}),
        ('type = "track" or type = "page"', {"track", "page"}),
        ('type = "track" and event = "A"', {"track"}),
        ('event = "A"', None),
        ('type = "track" or event = "A"', None),
        ('type != "track"', None),
        ('type starts_with "t"', None),
        ('type = "track" and type = "page"', set()),
        ('(type = "track" or type = "page") and (type = "page" or type = "group")', {"page"}),
        ('type = "track" and event = "A" or event = "B"', None),
        ('type = "track" or ()', {"track"}),
        ('type = "track" and type in ["page"]', set()),
    ],
)
def test_a_reference_trigger_is_bound_by_its_type_clauses(text: str, types: set[str] | None) -> None:
    assert compile_trigger(text).call_types == types


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("type = 'track'", {"track"}),
        ("'track' = type", {"track"}),
        ("type in ['track', 'page']", {"track", "page"}),
        ("type in []", set()),
        ("type in ['track', properties.type]", None),
        ("type in properties.types", None),
        ("type = 5", None),
        ("type = event", None),
        ("!(type = 'track')", None),
        ("type = 'track' and event = 'A' or type = 'page'", {"track", "page"}),
        ("type = 'track' and !contains( event, 'x' )", {"track"}),
        ("false", set()),
        ("true", None),
        ("type = 'track' or null", {"track"}),
        ("properties.type = 'track'", None),
    ],
)
def test_a_documented_condition_is_bound_likewise(text: str, types: set[str] | None) -> None:
    assert compile_trigger(text, "documented").call_types == types
