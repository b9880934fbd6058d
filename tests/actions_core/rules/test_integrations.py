from __future__ import annotations

from typing import Any

import pytest

from actions_core.js import MISSING
from actions_core.rules.integrations import FILTERED, SENT, Routing, reaches_segment, route

NAME = "UserMotion (Actions)"

MALFORMED = {"null": None, "text": "false", "empty text": "", "zero": 0, "one": 1, "list": [False], "empty list": []}


@pytest.mark.parametrize(
    ("integrations", "expected"),
    [
        (MISSING, SENT),
        ({}, SENT),
        ({"All": True}, SENT),
        ({"All": False}, FILTERED),
        ({NAME: True}, SENT),
        ({NAME: False}, FILTERED),
        ({"All": True, NAME: False}, FILTERED),
        ({"All": False, NAME: True}, SENT),
        ({"All": False, "Mixpanel": True}, FILTERED),
        ({"Mixpanel": False}, SENT),
        ({"All": False, "HubSpot": True, "Warehouses": {"all": False}}, FILTERED),
    ],
    ids=str,
)
def test_an_entry_for_the_destination_decides_and_else_the_one_for_all(integrations: Any, expected: Routing) -> None:
    assert route(integrations, NAME) == expected


def test_a_filtered_event_has_segments_code() -> None:
    assert route({"All": False}, NAME) == Routing(sends=False, reason="FILTERED_BY_INTEGRATIONS_OBJECT")


@pytest.mark.parametrize("everything_else", [{}, {"All": True}, {"All": False}], ids=str)
def test_an_options_object_is_a_yes_and_overrides_the_schemas_filters(everything_else: dict[str, Any]) -> None:
    routing = route({**everything_else, NAME: {"clientId": "c1"}}, NAME)
    assert routing == Routing(sends=True, options={"clientId": "c1"})
    assert routing.overrides_schema_filters


def test_an_empty_options_object_is_one_too() -> None:
    assert route({"All": False, NAME: {}}, NAME).overrides_schema_filters


def test_an_options_object_that_says_it_is_disabled_is_still_a_yes() -> None:
    assert route({NAME: {"enabled": False}}, NAME).sends


@pytest.mark.parametrize("entry", [MISSING, True], ids=["none", "true"])
def test_no_entry_and_true_leave_the_schemas_filters_alone(entry: object) -> None:
    assert not route({} if entry is MISSING else {NAME: entry}, NAME).overrides_schema_filters


@pytest.mark.parametrize(
    "name", ["usermotion (actions)", "UserMotion", "UserMotion (Actions) ", "actions-usermotion"], ids=repr
)
def test_names_are_compared_character_for_character(name: str) -> None:
    assert route({name: False}, NAME) == SENT
    assert route({"All": False, name: True}, NAME) == FILTERED


@pytest.mark.parametrize("integrations", [{"All": False}, {"Snowflake": False}, {}, None], ids=str)
def test_a_warehouse_gets_every_event(integrations: Any) -> None:
    assert route(integrations, "Snowflake", warehouse=True) == SENT


@pytest.mark.parametrize(
    ("integrations", "sends"),
    [
        (MISSING, False),
        ({}, False),
        ({"All": True}, False),
        ({"Salesforce": True}, True),
        ({"All": False, "Salesforce": {}}, True),
    ],
    ids=str,
)
def test_salesforce_gets_only_events_that_name_it(integrations: Any, sends: bool) -> None:
    assert route(integrations, "Salesforce").sends is sends


def test_which_destinations_are_off_by_default_is_an_argument() -> None:
    assert route({}, "Salesforce", off_by_default=()) == SENT
    assert route({}, NAME, off_by_default={NAME}) == FILTERED


@pytest.mark.parametrize("entry", MALFORMED.values(), ids=MALFORMED.keys())
def test_an_entry_that_is_neither_a_boolean_nor_an_object_is_a_yes(entry: Any) -> None:
    assert route({"All": False, NAME: entry}, NAME) == SENT


@pytest.mark.parametrize("entry", [*MALFORMED.values(), {}], ids=[*MALFORMED, "object"])
def test_an_all_that_is_no_boolean_is_no_entry(entry: Any) -> None:
    assert route({"All": entry}, NAME) == SENT
    assert route({"All": entry}, "Salesforce") == FILTERED


@pytest.mark.parametrize("integrations", [*MALFORMED.values(), True, False], ids=[*MALFORMED, "true", "false"])
def test_integrations_that_are_no_object_say_nothing(integrations: Any) -> None:
    assert route(integrations, NAME) == SENT


@pytest.mark.parametrize("key", ["all", "ALL", "aLL"])
def test_all_is_read_in_any_case(key: str) -> None:
    assert route({key: False}, NAME) == FILTERED


@pytest.mark.parametrize(
    ("integrations", "expected"),
    [({"All": False, "all": True}, FILTERED), ({"all": True, "All": False}, SENT)],
    ids=str,
)
def test_of_two_spellings_of_all_the_first_counts(integrations: Any, expected: Routing) -> None:
    assert route(integrations, NAME) == expected


def test_the_options_are_not_part_of_the_routings_text() -> None:
    assert "s3cret" not in repr(route({NAME: {"token": "s3cret"}}, NAME))


def from_library(name: Any, entry: Any) -> dict[str, Any]:
    return {"context": {"library": {"name": name}}, "integrations": {"Segment.io": entry}}


@pytest.mark.parametrize(
    "event",
    [
        from_library("analytics.js", False),
        from_library(None, False),
        {"integrations": {"Segment.io": False}},
        {"context": "none", "integrations": {"Segment.io": False}},
    ],
    ids=["analytics.js", "library without a name", "no context", "malformed context"],
)
def test_an_event_that_bars_segment_itself_does_not_reach_the_debugger(event: dict[str, Any]) -> None:
    assert not reaches_segment(event)


def test_a_mobile_library_bars_segment_only_from_sending_again() -> None:
    assert reaches_segment(from_library("analytics-ios", False))


@pytest.mark.parametrize("entry", [True, {}, *MALFORMED.values()], ids=["true", "object", *MALFORMED])
def test_only_false_bars_segment(entry: Any) -> None:
    assert reaches_segment(from_library("analytics.js", entry))


@pytest.mark.parametrize("integrations", [{"All": False}, {}, None, [], False], ids=str)
def test_all_does_not_bar_segment(integrations: Any) -> None:
    assert reaches_segment({"integrations": integrations})
