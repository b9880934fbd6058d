from __future__ import annotations

import time

import pytest

from conformance.contracts.triggers import event_slug_of, same_trigger, trigger_of


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ('Event type = "track", Event  type = "page"', 'type = "track" or type = "page"'),
        ('Event type = "track" and event = "Order Completed"', 'type = "track" and event = "Order Completed"'),
        ('Event type = "track" and event = "Event a, Event  b"', 'type = "track" and event = "Event a, Event  b"'),
        (r'Event event = "a \", b", Event type = "c"', r'event = "a \", b" or type = "c"'),
        ('contains(event, "x"), Event type = "page"', 'contains(event, "x") or type = "page"'),
        ('Event type in ["track", "page"]', 'type in ["track", "page"]'),
        ('type = "track" or\n  type = "page"', 'type = "track" or type = "page"'),
        ('properties.Event = "x"', 'properties.Event = "x"'),
    ],
    ids=[
        "comma is or",
        "and stays",
        "texts stay",
        "escaped quote",
        "comma of a function",
        "comma of a list",
        "several lines",
        "a field of that name",
    ],
)
def test_a_shown_trigger_is_written_in_the_trigger_language(shown: str, expected: str) -> None:
    assert trigger_of(shown) == expected


def test_an_event_of_segments_own_products_is_no_trigger() -> None:
    assert event_slug_of("on journeys_step_entered_track") == "journeys_step_entered_track"
    assert event_slug_of('Event type = "on"') is None


def test_triggers_are_the_same_but_for_blanks() -> None:
    assert same_trigger('type  =\n"track"', 'type = "track"')
    assert not same_trigger('event = "a  b"', 'event = "a b"')


@pytest.mark.parametrize("hostile", ['"\\', '"', "Event ", " , ", "( ", "\t"])
def test_long_nonsense_takes_no_long_time(hostile: str) -> None:
    began = time.perf_counter()
    trigger_of(hostile * 100_000 + "x")
    assert time.perf_counter() - began < 5


def test_a_text_that_is_never_closed_goes_on_to_the_end() -> None:
    assert trigger_of('Event type = "a, Event b') == 'type = "a, Event b'
