from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from actions_core import TriggerSyntaxError
from actions_core.definitions import CALL_TYPES
from actions_core.trigger import compile_trigger
from conformance.contracts.model import DocumentedType
from conformance.contracts.narrowing import no_longer_accepted, trigger_change, types_of
from tests.actions_core.trigger.generated import CLAUSES, EVENTS, SENTENCES

# --- types -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("string", "text"), ("text", "string"), ("string", "password"), ("integer", "number"), ("number", "string"),
        ("boolean", "string"), ("datetime", "string"), ("select", "string"), ("string", "array"), ("object", "object"),
    ],
)  # fmt: skip
def test_some_types_take_all_that_others_take(old: DocumentedType, new: DocumentedType) -> None:
    assert no_longer_accepted(old, new) is None


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        ("string", "number", "text"), ("string", "integer", "text"), ("string", "boolean", "text"),
        ("string", "datetime", "text"), ("string", "object", "text"), ("string", "select", "text"),
        ("number", "integer", "1.5"), ("number", "boolean", "12"), ("boolean", "number", "true"),
        ("datetime", "number", "2024-02-29"), ("object", "string", {"key": 1}), ("array", "string", ["a", "b"]),
        ("select", "number", "choice"),
    ],
)  # fmt: skip
def test_others_refuse_a_value_that_was_taken(old: DocumentedType, new: DocumentedType, refused: Any) -> None:
    assert no_longer_accepted(old, new) == refused


# --- triggers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ('type = "track"', 'type="track"', "the same"),
        ('type = "track"', '(type = "track")', "the same"),
        ('type = "track" or type = "page"', 'type = "page" or type = "track"', "the same"),
        ('type = "track"', 'type = "track" or type = "page"', "wider"),
        ('type = "track"', 'type != "alias"', "wider"),
        ('type != "alias"', 'type = "track"', "narrower"),
        ('type = "track"', 'type = "page"', "different"),
        ('type = "track"', 'type = "track" and event = "Order"', "narrower"),
        ('type = "track" and event = "Order"', 'type = "track"', "wider"),
        ('type = "track" and event = "Order"', 'event = "Order"', "wider"),
        ('type = "track" and event = "Order"', 'type != "page" and event = "Order"', "wider"),
        ('event = "A"', 'event = "A" or event = "B"', "wider"),
        ('event = "A" or event = "B"', 'event = "B" or event = "A"', "the same"),
        ('event = "A" and type = "track"', 'type = "track" and event = "A"', "the same"),
        ('event = "A"', 'event = "B"', "different"),
        ('type = "track"', 'type = "track" or properties.\\. = 1', "different"),
    ],
)  # fmt: skip
def test_what_has_become_of_a_trigger(old: str, new: str, change: str) -> None:
    assert trigger_change(old, new) == change


def test_a_trigger_about_the_type_alone_has_its_types() -> None:
    assert types_of('type != "track" and type != "page"') == frozenset(CALL_TYPES) - {"track", "page"}
    assert types_of('type = "track" and event = "Order"') is None


@given(
    st.lists(st.tuples(SENTENCES, st.sampled_from([" and ", " or "]), CLAUSES), min_size=1, max_size=2),
    st.sampled_from([0, 1, 2]),
    st.lists(EVENTS, min_size=1, max_size=5),
    st.sampled_from(CALL_TYPES),
)
def test_a_verdict_is_never_refuted_by_an_event(
    drawn: list[tuple[str, str, str]], which: int, events: list[dict[str, Any]], call: str
) -> None:
    """The new trigger is the old one with a clause more or fewer, in half of the cases that of another one too."""
    first, joint, clause = drawn[0]
    other = drawn[-1][0]
    old, new = [
        (first, f"{first}{joint}{clause}"),
        (f"{first}{joint}{clause}", first),
        (f"{first}{joint}{clause}", other),
    ][which]
    try:
        before, after = compile_trigger(old), compile_trigger(new)
    except TriggerSyntaxError:
        assume(False)
        raise
    change = trigger_change(old, new)
    for event in events:
        typed = {**event, "type": call}
        matched, matches = before.matches(typed), after.matches(typed)
        assert matches or not matched or change in ("narrower", "different"), typed
        assert matched or not matches or change in ("wider", "different"), typed
