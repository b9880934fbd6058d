from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

Event = dict[str, Any]

LINES = (Path(__file__).parent.parent / "examples" / "events.jsonl").read_text(encoding="utf-8").splitlines()
EVENTS: list[Event] = [json.loads(line) for line in LINES]


def traits(event: Event) -> Event:
    found = event.get("traits")
    return found if isinstance(found, dict) else {}


def properties(event: Event) -> Event:
    found: Event = event.get("properties", {})
    return found


def personas(event: Event) -> Event:
    found: Event = event["context"].get("personas", {})
    return found


def is_identify(event: Event) -> bool:
    return bool(event["type"] == "identify")


def is_from_engage(event: Event) -> bool:
    """Tell whether Engage addressed the event to UserMotion alone, saying what it computed."""
    return event["integrations"] == {"All": False, "UserMotion (Actions)": True} and set(personas(event)) == {
        "computation_class",
        "computation_id",
        "computation_key",
        "namespace",
        "space_id",
    }


def is_membership(event: Event, member: bool) -> bool:
    key = personas(event).get("computation_key", "")
    return (
        is_identify(event)
        and is_from_engage(event)
        and personas(event)["computation_class"] == "audience"
        and traits(event).get(key) is member
    )


def test_there_are_at_least_60_events() -> None:
    assert len(EVENTS) >= 60


def test_every_line_is_one_json_object() -> None:
    assert all(isinstance(event, dict) for event in EVENTS)


def test_every_type_of_call_occurs() -> None:
    assert set(Counter(event["type"] for event in EVENTS)) == {"identify", "track", "page", "screen", "group", "alias"}


def test_message_ids_are_unique_and_of_legal_length() -> None:
    ids = [event["messageId"] for event in EVENTS]
    assert len(set(ids)) == len(ids)
    assert all(0 < len(message_id) <= 100 for message_id in ids)


def test_every_event_has_the_common_fields() -> None:
    for event in EVENTS:
        assert event.keys() >= {"type", "context", "integrations", "channel", "version"}
        assert "userId" in event or "anonymousId" in event
        assert event["context"]["library"].keys() == {"name", "version"}


def test_timestamps_are_computed_as_segment_does() -> None:
    # timestamp = receivedAt - (sentAt - originalTimestamp), which takes out a device's wrong clock.
    for event in EVENTS:
        timestamp, received, sent, original = (
            datetime.fromisoformat(event[name]) for name in ("timestamp", "receivedAt", "sentAt", "originalTimestamp")
        )
        assert sent >= original
        assert timestamp == received - (sent - original)


def test_events_stay_below_the_tracking_apis_limit_of_32_kb() -> None:
    assert max(len(line.encode()) for line in LINES) <= 32 * 1024


def test_only_domains_reserved_for_examples_occur() -> None:
    hosts = set(re.findall(r"(?:https?://|[\w.+-]@)([\w.-]+)", "\n".join(LINES)))
    assert {host for host in hosts if not re.search(r"(^|\.)example(\.(com|net|org))?$", host)} == set()


@pytest.mark.parametrize(
    ("library", "keys"),
    [
        ("analytics.js", {"page", "userAgent", "locale", "ip", "timezone"}),
        ("analytics-swift", {"app", "device", "os", "network", "screen", "locale", "timezone"}),
        ("analytics-kotlin", {"app", "device", "os", "network", "screen", "locale", "timezone"}),
        ("@segment/analytics-node", set()),
        ("analytics-python", set()),
    ],
)
def test_each_source_has_the_context_that_its_library_sends(library: str, keys: set[str]) -> None:
    contexts = [event["context"] for event in EVENTS if event["context"]["library"]["name"] == library]
    assert contexts
    assert all(context.keys() >= keys for context in contexts)


@pytest.mark.parametrize(
    "name",
    [
        "Account Created",
        "Trial Started",
        "Trial Ended",
        "Signed Up",
        "Invite Sent",
        "Account Added User",
        "Demo Requested",
        "Product Viewed",
        "Product Added",
        "Cart Viewed",
        "Checkout Started",
        "Order Completed",
        "Order Refunded",
        "Application Installed",
        "Application Opened",
    ],
)
def test_the_specs_named_events_occur(name: str) -> None:
    assert any(event["type"] == "track" and event.get("event") == name for event in EVENTS)


AWKWARD: dict[str, Callable[[Event], bool]] = {
    "identify without userId": lambda e: is_identify(e) and "userId" not in e and bool(traits(e).get("email")),
    "identify without userId and email": lambda e: is_identify(e) and "userId" not in e and "email" not in traits(e),
    "identify with email null and a root email": lambda e: (
        is_identify(e) and traits(e).get("email", "") is None and bool(e.get("email"))
    ),
    "identify with email null and no root email": lambda e: (
        is_identify(e) and traits(e).get("email", "") is None and "email" not in e
    ),
    "identify with an empty email": lambda e: is_identify(e) and traits(e).get("email") == "" and "email" not in e,
    "identify with an empty email and a root email": lambda e: (
        is_identify(e) and traits(e).get("email") == "" and bool(e.get("email"))
    ),
    "identify with a root email only": lambda e: is_identify(e) and "email" not in traits(e) and bool(e.get("email")),
    "identify without any email": lambda e: (
        is_identify(e) and "userId" in e and bool(traits(e)) and "email" not in traits(e) and "email" not in e
    ),
    "identify without traits": lambda e: is_identify(e) and "traits" not in e,
    "identify with a list of one email": lambda e: (
        isinstance(traits(e).get("email"), list) and len(e["traits"]["email"]) == 1
    ),
    "identify with a list of emails": lambda e: (
        isinstance(traits(e).get("email"), list) and len(e["traits"]["email"]) > 1
    ),
    "identify with traits as text": lambda e: is_identify(e) and isinstance(e.get("traits"), str),
    "userId that is a number": lambda e: is_identify(e) and e.get("userId") == 42,
    "nested and unicode traits": lambda e: (
        is_identify(e)
        and any(isinstance(value, dict) for value in traits(e).values())
        and any(char > "\uffff" for char in json.dumps(e["traits"], ensure_ascii=False))
    ),
    "a number beyond the integers of JavaScript": lambda e: traits(e).get("lifetime_value") == 1e21,
    "page without name": lambda e: e["type"] == "page" and "name" not in e,
    "page with event": lambda e: e["type"] == "page" and bool(e.get("event")),
    "page with a campaign": lambda e: e["type"] == "page" and "campaign" in e["context"],
    "track without event": lambda e: e["type"] == "track" and "event" not in e,
    "track with an empty event": lambda e: e["type"] == "track" and e.get("event") == "",
    "track with event null": lambda e: e["type"] == "track" and e.get("event", "") is None,
    "track with 30 products": lambda e: e["type"] == "track" and len(properties(e).get("products", ())) == 30,
    "track sent hours later": lambda e: e["sentAt"][:13] > e["originalTimestamp"][:13] and e["channel"] == "mobile",
    "screen without name": lambda e: e["type"] == "screen" and "name" not in e,
    "alias with previousId": lambda e: e["type"] == "alias" and bool(e.get("previousId")) and "userId" in e,
    "group without traits": lambda e: e["type"] == "group" and "traits" not in e and "groupId" in e,
    "group without groupId": lambda e: e["type"] == "group" and "groupId" not in e,
    "group with nested and unicode traits": lambda e: (
        e["type"] == "group"
        and any(isinstance(value, list) for value in traits(e).values())
        and any(char > "\uffff" for char in json.dumps(e["traits"], ensure_ascii=False))
    ),
    "Engage: audience entered, as an identify": lambda e: is_membership(e, True) and "email" in traits(e),
    "Engage: audience exited, as an identify": lambda e: is_membership(e, False) and "email" in traits(e),
    "Engage: audience entered without email": lambda e: is_membership(e, True) and "email" not in traits(e),
    "Engage: computed trait": lambda e: (
        is_identify(e) and is_from_engage(e) and personas(e)["computation_class"] == "trait"
    ),
    "Engage: audience entered, as a track": lambda e: is_from_engage(e) and e.get("event") == "Audience Entered",
    "Engage: audience exited, as a track": lambda e: is_from_engage(e) and e.get("event") == "Audience Exited",
    "Engage: trait computed, as a track": lambda e: is_from_engage(e) and e.get("event") == "Trait Computed",
}


@pytest.mark.parametrize("wanted", AWKWARD.values(), ids=AWKWARD.keys())
def test_the_awkward_events_occur(wanted: Callable[[Event], bool]) -> None:
    assert any(wanted(event) for event in EVENTS)
