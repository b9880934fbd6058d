from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

import pytest

from actions_core import ConfigurationError, Delivery, Object
from actions_core.rules.audience import audience_membership
from actions_core.rules.engage import (
    Address,
    Computation,
    ComputationClass,
    Outlet,
    Profile,
    addresses,
    membership_events,
    snake_case,
    trait_events,
)
from actions_core.rules.integrations import route
from destinations.usermotion import destination as usermotion
from tests.support import FakePartner, deliver

NOW = "2026-07-01T12:00:00.000Z"
AUDIENCE = Computation(key=snake_case("Order Completed Last 30days"), kind="audience", id="aud_1", space_id="spa_1")
TRAIT = Computation(key="total_revenue_180_days", kind="trait", id="tra_1", space_id="spa_1")
IDENTIFY = Outlet(destination=usermotion.name)
TRACK = Outlet(destination=usermotion.name, call="track")

ANN = Profile(id="1", user_ids=("ann",), emails=("ann@example.com",))
BOB = Profile(id="2", user_ids=("bob",), emails=("bob@example.com",))
EVE = Profile(id="3", user_ids=("eve",))


def message_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"personas_{next(numbers)}"


def members(
    previous: Iterable[Profile],
    current: Iterable[Profile],
    computation: Computation = AUDIENCE,
    outlet: Outlet = IDENTIFY,
) -> list[Object]:
    return list(
        membership_events(
            computation, outlet, previous=previous, current=current, new_message_id=message_ids(), timestamp=NOW
        )
    )


def values(
    previous: Iterable[tuple[Profile, Any]], current: Iterable[tuple[Profile, Any]], outlet: Outlet = IDENTIFY
) -> list[Object]:
    return list(
        trait_events(TRAIT, outlet, previous=previous, current=current, new_message_id=message_ids(), timestamp=NOW)
    )


def told(events: list[Object]) -> list[tuple[Any, Any, Any]]:
    """Give who is told of, with which email and value, of each identify call."""
    return [
        (
            event.get("userId", event.get("anonymousId")),
            event["traits"].get("email"),
            event["traits"][event["context"]["personas"]["computation_key"]],
        )
        for event in events
    ]


# --- the key ---------------------------------------------------------------------------------------------------------


def test_the_documented_key_comes_of_a_name_with_30days_in_one_word() -> None:
    assert snake_case("Order Completed Last 30days") == "order_completed_last_30days"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Orders Last 30 Days", "orders_last_30_days"),
        ("first_time_shopper", "first_time_shopper"),
        ("VIP2 Customers", "vip2_customers"),
        ("30Days", "30days"),
        ("iPhone Users", "iphone_users"),
        ("OrderCompleted", "ordercompleted"),
        ("A/B test: variant (B)", "a_b_test_variant_b"),
        ("Women's shoes", "women_s_shoes"),
        ("  spaces \t and\nlines  ", "spaces_and_lines"),
        ("__already__snake__", "already_snake"),
        ("-10 % off!", "10_off"),
        ("Größte Käufer", "größte_käufer"),
        ("Cafe\u0301 goers", "caf\u00e9_goers"),
        ("ΑΓΟΡΕΣ 2026", "αγορες_2026"),
        ("हिन्दी पाठक", "हिन्दी_पाठक"),
        ("常连 客户", "常连_客户"),
        ("🎉 party", "party"),
    ],
    ids=str,
)
def test_a_key_is_the_names_words_in_lower_case(name: str, key: str) -> None:
    assert snake_case(name) == key


@pytest.mark.parametrize("name", ["", " ", "___", "!?", "🎉"], ids=repr)
def test_a_name_without_a_word_makes_no_key(name: str) -> None:
    with pytest.raises(ConfigurationError, match="has no letter or digit to make a key of"):
        snake_case(name)


# --- audiences -------------------------------------------------------------------------------------------------------


def test_a_member_is_told_of_by_this_identify_call() -> None:
    assert members([], [ANN]) == [
        {
            "type": "identify",
            "messageId": "personas_1",
            "timestamp": NOW,
            "userId": "ann",
            "traits": {"email": "ann@example.com", "order_completed_last_30days": True},
            "context": {
                "personas": {
                    "computation_class": "audience",
                    "computation_id": "aud_1",
                    "computation_key": "order_completed_last_30days",
                    "namespace": "spa_1",
                    "space_id": "spa_1",
                },
                "library": {"name": "unknown", "version": "unknown"},
            },
            "integrations": {"All": False, "UserMotion (Actions)": True},
        }
    ]


def test_a_member_is_told_of_by_this_track_call() -> None:
    (event,) = members([], [ANN], outlet=TRACK)
    assert event == {
        "type": "track",
        "messageId": "personas_1",
        "timestamp": NOW,
        "userId": "ann",
        "event": "Audience Entered",
        "properties": {"audience_key": "order_completed_last_30days", "order_completed_last_30days": True},
        "context": {
            "personas": AUDIENCE.personas,
            "library": {"name": "unknown", "version": "unknown"},
            "traits": {"email": "ann@example.com"},
        },
        "integrations": {"All": False, "UserMotion (Actions)": True},
    }


def test_a_user_that_left_is_told_of_by_audience_exited() -> None:
    (event,) = members([ANN], [], outlet=TRACK)
    assert event["event"] == "Audience Exited"
    assert event["properties"] == {
        "audience_key": "order_completed_last_30days",
        "order_completed_last_30days": False,
    }


def test_the_first_sync_tells_of_every_member() -> None:
    assert told(members([], [ANN, BOB, EVE])) == [
        ("ann", "ann@example.com", True),
        ("bob", "bob@example.com", True),
        ("eve", None, True),
    ]


def test_later_syncs_tell_of_users_whose_membership_changed() -> None:
    assert told(members([ANN, BOB], [BOB, EVE])) == [("eve", None, True), ("ann", "ann@example.com", False)]


def test_a_sync_without_a_change_tells_nothing() -> None:
    assert members([ANN, BOB], [BOB, ANN]) == []


def test_message_ids_are_asked_for_one_by_one() -> None:
    assert [event["messageId"] for event in members([], [ANN, BOB])] == ["personas_1", "personas_2"]


@pytest.mark.parametrize("kind", ["audience", "journey_step"])
@pytest.mark.parametrize("outlet", [IDENTIFY, TRACK], ids=["identify", "track"])
def test_the_runtime_reads_the_membership_that_an_event_tells(kind: ComputationClass, outlet: Outlet) -> None:
    step = Computation(key="j_o_1", kind=kind, id="aud_2", space_id="spa_1")
    memberships = [audience_membership(event, None) for event in members([ANN], [BOB], step, outlet)]
    assert memberships == [True, False]


def test_only_the_one_destination_gets_the_events() -> None:
    (event,) = members([], [ANN])
    assert route(event["integrations"], "UserMotion (Actions)").sends
    assert not route(event["integrations"], "HubSpot").sends


# --- identifiers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "anonymous", "expected"),
    [
        (ANN, False, [("ann", None, "ann@example.com")]),
        (EVE, False, [("eve", None, None)]),
        (
            Profile(id="1", user_ids=("ann",), emails=("a@x.example", "b@x.example")),
            False,
            [("ann", None, "a@x.example"), ("ann", None, "b@x.example")],
        ),
        (
            Profile(id="1", user_ids=("ann", "anna"), emails=("a@x.example",)),
            False,
            [("ann", None, "a@x.example"), ("anna", None, "a@x.example")],
        ),
        (Profile(id="1", user_ids=("ann", "ann")), False, [("ann", None, None)]),
        (Profile(id="1", user_ids=("ann",), anonymous_ids=("x",)), False, [("ann", None, None)]),
        (Profile(id="1", user_ids=("ann",), anonymous_ids=("x",)), True, [("ann", None, None), (None, "x", None)]),
        (Profile(id="1", anonymous_ids=("x",)), False, []),
        (Profile(id="1", anonymous_ids=("x", "y")), True, [(None, "x", None), (None, "y", None)]),
        (Profile(id="1", emails=("a@x.example",)), False, [(None, None, "a@x.example")]),
        (Profile(id="1"), True, []),
    ],
    ids=[
        "one email", "no email", "two emails", "two user ids", "one user id twice", "anonymous id not asked for",
        "anonymous id asked for", "anonymous only, not asked for", "anonymous only, asked for", "email only", "nothing",
    ],
)  # fmt: skip
def test_there_is_one_call_per_identifier_and_per_email(
    profile: Profile, anonymous: bool, expected: list[tuple[str | None, str | None, str | None]]
) -> None:
    assert addresses(profile, include_anonymous=anonymous) == [Address(*one) for one in expected]


def test_a_call_by_anonymous_id_has_no_user_id() -> None:
    audience = Computation(key="k", kind="audience", id="aud_1", space_id="spa_1", include_anonymous=True)
    (event,) = members([], [Profile(id="1", anonymous_ids=("x",))], audience)
    assert event["anonymousId"] == "x"
    assert "userId" not in event


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (Profile(id="1", user_ids=("ann",), emails=("ann@example.com", "new@example.com")), [("ann", "new@example.com", True)]),
        (Profile(id="1", user_ids=("ann", "anna"), emails=("ann@example.com",)), [("anna", "ann@example.com", True)]),
        (Profile(id="1", user_ids=("ann",)), [("ann", None, True)]),
    ],
    ids=["an email more", "a user id more", "its only email lost"],
)  # fmt: skip
def test_a_member_with_new_identifiers_is_told_of_by_those(now: Profile, expected: list[Any]) -> None:
    assert told(members([ANN], [now])) == expected


def test_a_user_that_left_is_told_of_by_the_identifiers_it_had() -> None:
    both = Profile(id="1", user_ids=("ann",), emails=("a@x.example", "b@x.example"))
    assert told(members([both], [])) == [("ann", "a@x.example", False), ("ann", "b@x.example", False)]


# --- computed traits -------------------------------------------------------------------------------------------------


def test_a_value_is_told_of_by_an_identify_call() -> None:
    (event,) = values([], [(ANN, 450.5)])
    assert event["type"] == "identify"
    assert event["traits"] == {"email": "ann@example.com", "total_revenue_180_days": 450.5}
    assert event["context"]["personas"]["computation_class"] == "trait"


def test_a_value_is_told_of_by_a_track_call_with_the_traits_key() -> None:
    (event,) = values([], [(ANN, 450.5)], TRACK)
    assert event["event"] == "Trait Computed"
    assert event["properties"] == {"trait_key": "total_revenue_180_days", "total_revenue_180_days": 450.5}
    assert event["context"]["traits"] == {"email": "ann@example.com"}


def test_the_event_of_a_computed_trait_may_have_another_name() -> None:
    (event,) = values([], [(ANN, 1)], Outlet(destination="D", call="track", trait_event="Revenue Computed"))
    assert event["event"] == "Revenue Computed"


def test_only_changed_values_are_told_of() -> None:
    assert told(values([(ANN, 1), (BOB, 2)], [(ANN, 1), (BOB, 3), (EVE, 4)])) == [
        ("bob", "bob@example.com", 3),
        ("eve", None, 4),
    ]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [(1, 1.0, False), (1, True, True), (0, False, True), ([1], [True], True), ("1", 1, True), (None, 0, True), (None, None, False)],
    ids=str,
)  # fmt: skip
def test_a_change_is_one_that_json_can_show(before: Any, after: Any, changed: bool) -> None:
    assert bool(values([(ANN, before)], [(ANN, after)])) is changed


def test_a_value_of_null_is_told_of_and_one_that_is_gone_is_not() -> None:
    assert told(values([(ANN, 1)], [(ANN, None)])) == [("ann", "ann@example.com", None)]
    assert values([(ANN, 1)], []) == []


def test_a_profile_with_a_new_email_is_told_of_though_its_value_is_the_same() -> None:
    now = Profile(id="1", user_ids=("ann",), emails=("ann@example.com", "new@example.com"))
    assert told(values([(ANN, 1)], [(now, 1)])) == [("ann", "new@example.com", 1)]


def test_a_new_value_is_told_of_by_every_identifier() -> None:
    now = Profile(id="1", user_ids=("ann",), emails=("ann@example.com", "new@example.com"))
    assert told(values([(ANN, 1)], [(now, 2)])) == [("ann", "ann@example.com", 2), ("ann", "new@example.com", 2)]


def test_a_value_nested_too_deeply_to_compare_is_told_of() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert len(values([(ANN, deep)], [(ANN, deep)])) == 1


def test_what_is_given_is_not_changed() -> None:
    value = {"plan": "free"}
    before = copy.deepcopy(value)
    (event,) = values([], [(ANN, value)])
    assert value == before
    assert event["traits"]["total_revenue_180_days"] is value


# --- scenario: UserMotion with its presets ---------------------------------------------------------------------------


def sent_to_usermotion(event: Object) -> tuple[list[Delivery], list[tuple[str, Any]]]:
    partner = FakePartner()
    deliveries = deliver(usermotion, event, partner, {"apiKey": "k"})
    return deliveries, [(one.url.path, body) for one, body in zip(partner.received, partner.bodies, strict=True)]


@pytest.mark.parametrize(("previous", "current", "member"), [([], [ANN], True), ([ANN], [], False)], ids=["in", "out"])
def test_usermotion_gets_a_membership_as_a_user_property(
    previous: list[Profile], current: list[Profile], member: bool
) -> None:
    (event,) = members(previous, current)
    _, sent = sent_to_usermotion(event)
    properties = {"email": "ann@example.com", "order_completed_last_30days": member}
    assert sent == [("/v1/identify", {"id": "ann", "properties": properties})]


def test_usermotion_gets_a_computed_trait_as_a_user_property() -> None:
    (event,) = values([], [(ANN, 450.5)])
    _, sent = sent_to_usermotion(event)
    properties = {"email": "ann@example.com", "total_revenue_180_days": 450.5}
    assert sent == [("/v1/identify", {"id": "ann", "properties": properties})]


def test_usermotion_gets_a_membership_as_an_event() -> None:
    (event,) = members([], [EVE], outlet=TRACK)
    _, sent = sent_to_usermotion(event)
    ((path, body),) = sent
    assert (path, body["event"], body["userId"]) == ("/v1/track", "Audience Entered", "eve")
    assert body["properties"] == event["properties"]


def test_usermotion_refuses_a_member_whose_email_engage_does_not_know() -> None:
    """The page promises an identify call for every user of an audience; UserMotion's contract wants an email."""
    (event,) = members([], [EVE])
    deliveries, sent = sent_to_usermotion(event)
    assert sent == []
    (refused,) = [delivery for delivery in deliveries if delivery.outcome == "rejected"]
    assert refused.status == 400
    assert str(refused.error) == "The root value is missing the required field 'email'."
