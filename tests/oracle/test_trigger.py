"""Triggers against Segment's own: generated texts times generated events give the same error or the same verdict."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger import Trigger, compile_trigger, generate, parse
from tests.actions_core.trigger.generated import EVENTS, TEXTS
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import fuzz

# --- questions -------------------------------------------------------------------------------------------------------


def compiled(text: str) -> Trigger | None:
    try:
        return compile_trigger(text)
    except TriggerSyntaxError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - every error has a place
        return None


def refuses(oracle: Oracle, text: str) -> bool:
    return "error" in oracle.ask("parse", fql=text)["result"]


def verdict(oracle: Oracle, text: str, event: dict[str, Any]) -> bool:
    """Segment's verdict; an event on which it throws is delivered nowhere, so that counts as no match."""
    return oracle.ask("trigger", fql=text, event=event).get("result", False) is True


@fuzz
@given(text=TEXTS, events=st.lists(EVENTS, min_size=1, max_size=4))
def test_a_trigger_means_what_segment_makes_of_it(oracle: Oracle, text: str, events: list[dict[str, Any]]) -> None:
    """Varies triggers (sentences of every form, damaged ones, any tokens) and events (values from the same words)."""
    trigger = compiled(text)
    assert (trigger is None) is refuses(oracle, text)
    if trigger is None:
        return
    for event in events:
        expected = verdict(oracle, text, event)
        assert trigger.matches(event) is expected
        assert trigger.explain(event).matched is expected
        if expected and trigger.call_types is not None:
            assert event.get("type") in trigger.call_types


@fuzz
@given(text=TEXTS, events=st.lists(EVENTS, min_size=1, max_size=2))
def test_a_generated_trigger_means_the_same_to_segment(oracle: Oracle, text: str, events: list[dict[str, Any]]) -> None:
    """Varies triggers and events: a trigger, and what `generate` writes for it, get the same verdicts from Segment."""
    if compiled(text) is None:
        return
    tree = parse(text)
    again = generate(tree)
    assert parse(again) == tree
    assert not refuses(oracle, again)
    for event in events:
        assert verdict(oracle, again, event) is verdict(oracle, text, event)
