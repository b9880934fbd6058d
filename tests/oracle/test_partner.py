"""The mock partner accepts what Segment's own destination sends, for the example events and for any others."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from emulator.partner import USERMOTION, ReceivedRequest
from emulator.partner.received import read_json
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import EXAMPLES, fuzz

EVENTS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "examples" / "events.jsonl").read_text(encoding="utf-8").splitlines()
]


def path(where: str) -> dict[str, str]:
    return {"@path": f"$.{where}"}


def either(first: dict[str, str], otherwise: object) -> dict[str, Any]:
    return {"@if": {"exists": first, "then": first, "else": otherwise}}


IDS = {"userId": path("userId"), "anonymousId": path("anonymousId")}
PRESETS = [
    {
        "subscribe": 'type = "identify"',
        "partnerAction": "identify",
        "mapping": {**IDS, "email": either(path("traits.email"), path("email")), "traits": path("traits")},
    },
    {
        "subscribe": 'type = "group"',
        "partnerAction": "group",
        "mapping": {**IDS, "groupId": path("groupId"), "traits": path("traits")},
    },
    {
        "subscribe": 'type = "track" or type = "page"',
        "partnerAction": "track",
        "mapping": {
            **IDS,
            "eventName": either(path("event"), "pageview"),
            "context": path("context"),
            "properties": path("properties"),
        },
    },
]


def ask(oracle: Oracle, event: dict[str, Any]) -> dict[str, Any]:
    """Let Segment's destination handle an event; gives its outcome and the requests it would send."""
    presets = [{"name": preset["partnerAction"], "enabled": True, **preset} for preset in PRESETS]
    found: dict[str, Any] = oracle.ask(
        "event", name="usermotion", event=event, settings={"apiKey": "s3cret", "subscriptions": presets}
    )["result"]
    return found


def status_of(request: dict[str, Any]) -> int:
    """Hand a captured request to the mock partner."""
    body = request["body"].encode()
    value, problem = read_json(body)
    url = urlsplit(request["url"])
    assert url.hostname == USERMOTION.host
    received = ReceivedRequest(
        method=request["method"],
        host=USERMOTION.host,
        path=url.path,
        query=url.query,
        headers=request["headers"],
        body=body,
        json=value,
        json_problem=problem,
    )
    return USERMOTION.respond(received, {"s3cret"}).status


def test_the_partner_accepts_every_request_for_the_example_events(oracle: Oracle) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    for event in EVENTS:
        answer = ask(oracle, event)
        statuses = [status_of(request) for request in answer["requests"]]
        outcome = "rejected" if "error" in answer else "delivered" if statuses else "not subscribed"
        assert statuses == [200] * (outcome == "delivered")
        outcomes[event["type"], outcome] += 1
    assert outcomes == {
        ("identify", "delivered"): 11,
        ("identify", "rejected"): 10,
        ("group", "delivered"): 5,
        ("group", "rejected"): 1,
        ("track", "delivered"): 36,
        ("track", "rejected"): 1,
        ("page", "delivered"): 9,
        ("screen", "not subscribed"): 3,
        ("alias", "not subscribed"): 2,
    }


_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.just(0.1) | st.sampled_from(["", "a", "é🙂"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["email", "a", "b"]), inner, max_size=3)
    ),
    max_leaves=5,
)
_EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "group", "track", "page"])},
    optional={
        "userId": st.just("u1") | _SCALARS,
        "anonymousId": _SCALARS,
        "groupId": st.just("g1") | _SCALARS,
        "event": _SCALARS,
        "email": st.just("a@example.com") | _SCALARS,
        "traits": _VALUES,
        "properties": _VALUES,
        "context": _VALUES,
    },
)


def test_the_partner_accepts_whatever_segments_destination_sends(oracle: Oracle) -> None:
    """Varies the event: its type, and every field that UserMotion's mappings read, absent or any JSON value."""
    sent = 0

    @fuzz
    @given(_EVENTS)
    def check(event: dict[str, Any]) -> None:
        nonlocal sent
        for request in ask(oracle, event)["requests"]:
            assert status_of(request) == 200
            sent += 1

    check()
    assert sent > EXAMPLES / 10
