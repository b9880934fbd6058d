"""Roster's actions: sync modes, audiences, batches, deletion, and what their contracts refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from actions_core import (
    DestinationInstance,
    IntegrationError,
    Object,
    PayloadValidationError,
    SyncMode,
)
from destinations.roster import destination
from emulator.loopback import LoopbackTransport
from emulator.partner import Fault, Partner, Roster
from tests.destinations.roster_account import (
    ADA,
    SETTINGS,
    TOKENS,
    Instance,
    deliver,
    deliver_batch,
    members,
    on,
    orders,
    use,
    with_lists,
)

# --- sync modes and audiences ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "known", "status", "there"),
    [
        ("add", False, 201, True),
        ("add", True, 409, True),
        ("update", False, 404, False),
        ("update", True, 200, True),
        ("upsert", False, 201, True),
        ("upsert", True, 200, True),
        ("delete", True, 200, False),
        ("delete", False, 200, False),
    ],
)
def test_the_sync_mode_decides_what_becomes_of_the_member(
    mode: SyncMode, known: bool, status: int, there: bool
) -> None:
    roster = Roster()
    if known:
        deliver(ADA, members(mode="upsert"), roster)
    delivery = deliver(ADA, members(mode=mode), roster)
    assert delivery.status == status
    assert on(roster) == ["email:ada@example.com"] * there


@pytest.mark.parametrize(("row", "there"), [("new", True), ("updated", True), ("deleted", False)])
def test_mirroring_follows_the_rows_of_a_model(row: str, there: bool) -> None:
    roster = Roster()
    event: Object = {"type": "track", "event": row, "context": {"traits": {"email": "ada@example.com"}}}
    deliver(ADA, members(mode="upsert"), roster)
    assert deliver(event, members(mode="mirror"), roster).outcome == "delivered"
    assert on(roster) == ["email:ada@example.com"] * there


def audience_event(*, entered: bool, **personas: Any) -> Object:
    told = {"computation_class": "audience", "computation_key": "big_spenders", **personas}
    return {**ADA, "traits": {**ADA["traits"], "big_spenders": entered}, "context": {"personas": told}}


def test_an_audience_puts_members_on_its_list_and_takes_them_off() -> None:
    roster = Roster()

    async def create(instance: Instance, _roster: Roster, _partner: Partner) -> str:
        settings = {"folder": "Engage", "retentionDays": 30}
        made = await instance.create_audience("Big Spenders", audience_settings=settings)
        assert await instance.get_audience(made.external_id) == made
        return made.external_id

    list_id = use(create, roster=roster)
    assert roster.lists[list_id].to_json() == {
        "id": list_id, "name": "Big Spenders", "folder": "Engage", "retentionDays": 30, "memberCount": 0,
    }  # fmt: skip
    personas = {"external_audience_id": list_id, "audience_settings": {"retentionDays": 30}}
    entering = deliver(audience_event(entered=True, **personas), members(), roster)
    assert (entering.outcome, on(roster, list_id)) == ("delivered", ["email:ada@example.com"])
    assert roster.lists[list_id].members["email:ada@example.com"]["expiresAfterDays"] == 30
    leaving = deliver(audience_event(entered=False, **personas), members(), roster)
    assert (leaving.outcome, on(roster, list_id)) == ("delivered", [])


def test_the_audience_is_asked_before_the_sync_mode() -> None:
    roster = Roster()
    deliver(ADA, members(mode="upsert"), roster)
    deliver(audience_event(entered=False), members(mode="upsert"), roster)
    assert on(roster) == []


def test_an_event_that_says_neither_is_refused() -> None:
    delivery = deliver(ADA, members())
    assert (delivery.error.status, delivery.error.code) == (400, "INVALID_AUDIENCE_MEMBERSHIP")
    assert str(delivery.error) == "The event does not say whether its user is in the audience."


def test_audience_settings_have_a_contract() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        with pytest.raises(PayloadValidationError, match="Retention must be equal to or less than 365."):
            await instance.create_audience("Big Spenders", audience_settings={"retentionDays": 400})

    use(scenario)


def test_an_unknown_audience_is_told() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        with pytest.raises(IntegrationError, match="Roster has no list 'l9'.") as caught:
            await instance.get_audience("l9")
        assert (caught.value.status, caught.value.code) == (404, "AUDIENCE_NOT_FOUND")

    use(scenario)


def test_the_preset_for_linked_audiences_is_set_up_by_segment_and_not_by_itself() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> list[str]:
        return [plan.subscription.name for plan in instance.plans]

    assert use(scenario) == ["Sync Identified Users", "Log Orders"]
    assert destination.presets[2].event_slug == "warehouse_audience_membership_changed_identify"


# --- batches ---------------------------------------------------------------------------------------------------------


def person(name: str, **event: Any) -> Object:
    return {"type": "identify", "traits": {"email": f"{name}@example.com"}, **event}


def test_a_batch_tells_what_became_of_each_event() -> None:
    roster = Roster()
    deliver(person("known"), members(mode="upsert"), roster)
    events = [person("new"), person("known"), {"type": "identify"}, {"type": "page"}, person("other")]
    delivery = deliver_batch(events, members(mode="add", trigger='type = "identify"'), roster)
    assert delivery.outcome == "partial"
    assert [(status.status, status.code, status.message) for status in delivery.statuses] == [
        (201, None, None),
        (409, "CONFLICT", "known@example.com is in the list already."),
        (400, "PAYLOAD_VALIDATION_FAILED", delivery.statuses[2].message),
        (400, "PAYLOAD_VALIDATION_FAILED", "Payload is either invalid or does not match the subscription"),
        (201, None, None),
    ]
    assert "missing the required field 'email'" in delivery.statuses[2].message
    assert [status.reporter for status in delivery.statuses] == [None, "DESTINATION", *["INTEGRATIONS"] * 2, None]
    assert on(roster) == ["email:known@example.com", "email:new@example.com", "email:other@example.com"]


def test_a_batch_is_one_request_for_each_list() -> None:
    async def scenario(instance: Instance, roster: Roster, partner: Partner) -> None:
        events = [person("a", list="l0"), person("b", list="l9"), person("c", list="l0"), person("d")]
        (delivery,) = await instance.deliver_batch(events)
        assert [(request.path, request.status) for request in partner.requests[-3:]] == [
            ("/v1/lists/l0/members/batch", 207),
            ("/v1/lists/l9/members/batch", 404),
            ("/v1/lists/everyone/members/batch", 207),
        ]
        assert [status.status for status in delivery.statuses] == [201, 404, 201, 201]
        assert delivery.statuses[1].body["error"]["message"] == "There is no list 'l9'."
        assert on(roster, "l0") == ["email:a@example.com", "email:c@example.com"]

    mapping: Object = {"listId": {"@path": "$.list"}}
    use(scenario, roster=with_lists("Leads"), subscriptions=[members(mapping, mode="upsert")])


def test_a_list_whose_connection_breaks_does_not_harm_the_others() -> None:
    async def scenario(instance: Instance, roster: Roster, partner: Partner) -> None:
        partner.add_fault(Fault(endpoint="/v1/lists/l1/members/batch", reset=True))
        (delivery,) = await instance.deliver_batch([person("a", list="l0"), person("b", list="l1"), person("c")])
        assert [(status.status, status.code) for status in delivery.statuses] == [
            (201, None),
            (500, "ECONNRESET"),
            (201, None),
        ]
        assert on(roster, "l0") == ["email:a@example.com"]

    mapping: Object = {"listId": {"@path": "$.list"}}
    use(scenario, roster=with_lists("Leads", "Customers"), subscriptions=[members(mapping, mode="upsert")])


def test_a_batch_of_an_audience_has_those_who_enter_and_those_who_leave() -> None:
    roster = Roster()
    deliver(person("leaver"), members(mode="upsert"), roster)
    events = []
    for name, entered in (("joiner", True), ("leaver", False), ("nobody", None)):
        event = audience_event(entered=bool(entered))
        event["traits"] = {"email": f"{name}@example.com", "big_spenders": entered}
        events.append(event)
    delivery = deliver_batch(events, members(), roster)
    assert [(status.status, status.code) for status in delivery.statuses] == [
        (201, None),
        (200, None),
        (400, "INVALID_AUDIENCE_MEMBERSHIP"),
    ]
    assert on(roster) == ["email:joiner@example.com"]


def test_a_batch_whose_token_has_expired_is_sent_again_as_a_whole() -> None:
    async def scenario(instance: Instance, roster: Roster, partner: Partner) -> None:
        (delivery,) = await instance.deliver_batch([person("a"), person("b")])
        assert delivery.outcome == "delivered"
        assert [request.status for request in partner.requests] == [401, 200, 207]
        assert len(on(roster)) == 2

    use(scenario, subscriptions=[members(mode="add")])


@pytest.mark.parametrize("body", ["{}", "nonsense", '{"results": [{"status": 200}]}'], ids=["none", "no JSON", "fewer"])
def test_what_the_partner_does_not_answer_for_has_failed(body: str) -> None:
    async def scenario(instance: Instance, _roster: Roster, partner: Partner) -> Any:
        partner.add_fault(Fault(endpoint="/v1/lists/everyone/members/batch", status=207, body=body))
        await instance.check_authentication()
        (delivery,) = await instance.deliver_batch([person("a"), person("b")])
        return delivery.statuses[-1]

    status = use(scenario, subscriptions=[members(mode="upsert")])
    assert (status.status, status.message) == (
        500,
        "MultiStatusResponse is missing a response at the specified index",
    )


def test_an_action_without_batches_refuses_one() -> None:
    delivery = deliver_batch([{"type": "track"}], orders())
    assert (delivery.error.status, str(delivery.error)) == (501, "This action does not support batched requests.")


# --- deletion --------------------------------------------------------------------------------------------------------


def test_a_deleted_user_leaves_every_list_and_is_not_taken_again() -> None:
    roster = Roster()
    by_user_id = members({"identifierType": "userId"}, mode="upsert")
    deliver(ADA, by_user_id, roster)

    async def delete(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        await instance.delete_user("u1", "a1")

    use(delete, roster=roster)
    assert on(roster) == []
    refused = deliver(ADA, by_user_id, roster)
    assert (refused.outcome, refused.status) == ("failed", 422)


# --- the contracts of the actions ------------------------------------------------------------------------------------


def sent(event: Object, mapping: Object | None = None) -> Any:
    """Give the member that Roster is told of."""
    return deliver(event, members(mapping, mode="upsert")).exchanges[-1].request.body.decode()


@pytest.mark.parametrize(
    ("kind", "event", "missing"),
    [
        ("email", {"traits": {"email": "a@example.com"}}, None),
        ("email", {"userId": "u1"}, "email"),
        ("phone", {"traits": {"phone": "+49 30 1"}}, None),
        ("phone", {"traits": {"email": "a@example.com"}}, "phone"),
        ("userId", {"userId": "u1"}, None),
        ("userId", {"traits": {"email": "a@example.com"}}, "userId"),
    ],
)
def test_the_identifier_that_was_chosen_is_required(kind: str, event: Object, missing: str | None) -> None:
    delivery = deliver({"type": "identify", **event}, members({"identifierType": kind}, mode="upsert"))
    if missing is None:
        assert delivery.outcome == "delivered"
    else:
        assert delivery.outcome == "rejected"
        assert f"missing the required field '{missing}'" in str(delivery.error)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"identifierType": "postcard"}, 'Identify By must be one of: "email", "phone", or "userId".'),
        ({"email": "not an address"}, "Email must be a valid email address"),
        ({"consent": {"status": "maybe"}}, 'Status must be one of: "granted"'),
        ({"consent": {"givenAt": "2024-02-29"}}, "missing the required field 'status'"),
        ({"joinedAt": "tomorrow"}, "Joined At must be a"),
        ({"batch_size": 501}, "Batch Size must be equal to or less than 500."),
        ({"attributes": "plan"}, "Attributes must be an object but it was a string."),
    ],
    ids=["choice", "format", "nested choice", "nested required", "datetime", "maximum", "object"],
)
def test_a_wrong_value_is_refused_before_anything_is_sent(mapping: Object, message: str) -> None:
    delivery = deliver(ADA, members(mapping, mode="upsert"))
    assert (delivery.outcome, delivery.exchanges) == ("rejected", ())
    assert message in str(delivery.error)


def test_null_reaches_a_field_that_allows_it_and_is_dropped_elsewhere() -> None:
    body = sent({**ADA, "traits": {"email": "a@example.com", "firstName": None, "tags": None}})
    assert '"firstName":null' in body
    assert "tags" not in body


def test_nested_objects_lists_and_dates_reach_the_partner() -> None:
    mapping: Object = {"consent": {"status": "granted", "givenAt": 1700000000, "unknown": 1}, "tags": "vip"}
    body = sent({**ADA, "timestamp": "2024-02-29T10:00:00.000Z"}, mapping)
    assert '"consent":{"status":"granted","givenAt":1700000000}' in body
    assert '"tags":["vip"]' in body
    assert '"joinedAt":"2024-02-29T10:00:00.000Z"' in body


ORDER: Object = {
    "type": "track",
    "event": "Order Completed",
    "userId": "u1",
    "timestamp": "2024-02-29T10:00:00.000Z",
    "properties": {
        "order_id": "o1",
        "total": "27.5",
        "currency": "EUR",
        "coupon": None,
        "products": [{"sku": "mug", "quantity": 2, "price": 10}, {"sku": "poster", "quantity": "1", "name": "Dropped"}],
    },
}


def test_an_order_is_logged_with_its_items() -> None:
    roster = Roster()
    assert deliver(ORDER, orders(), roster).outcome == "delivered"
    assert roster.orders["o1"] == {
        "orderId": "o1",
        "userId": "u1",
        "total": 27.5,
        "currency": "EUR",
        "placedAt": "2024-02-29T10:00:00.000Z",
        "coupon": None,
        "items": [{"sku": "mug", "quantity": 2, "price": 10}, {"sku": "poster", "quantity": 1}],
        "delivery": {"method": "pickup"},
    }


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"delivery": "shipping"}, "missing the required field 'address'"),
        ({"delivery": "shipping", "address": {"line1": "Main St 1"}}, "missing the required field 'country'"),
        ({"items": [{"sku": "mug", "quantity": 1.5}]}, "Quantity must be an integer"),
        ({"currency": "XYZ"}, 'Currency must be one of: "EUR"'),
        ({"receiptUrl": "no url"}, "Receipt URL must be a valid URI"),
    ],
    ids=["condition", "nested", "item", "choice", "format"],
)
def test_a_wrong_order_is_refused_before_anything_is_sent(mapping: Object, message: str) -> None:
    delivery = deliver(ORDER, orders(mapping))
    assert (delivery.outcome, delivery.exchanges) == ("rejected", ())
    assert message in str(delivery.error)


def test_a_shipped_order_has_an_address() -> None:
    roster = Roster()
    address = {"line1": "Main St 1", "postalCode": "10115", "country": "DE"}
    deliver(ORDER, orders({"delivery": "shipping", "address": address}), roster)
    assert roster.orders["o1"]["delivery"] == {"method": "shipping", "address": address}


def test_the_built_in_partner_takes_what_the_presets_send() -> None:
    async def run() -> list[Mapping[str, Any]]:
        async with (
            Partner() as partner,
            DestinationInstance(
                destination, SETTINGS, transport=LoopbackTransport(partner.url), oauth=TOKENS
            ) as instance,
        ):
            return [
                delivery.to_json(instance.redact)
                for event in (ADA, ORDER)
                for delivery in await instance.deliver(event)
            ]

    assert [found["outcome"] for found in asyncio.run(run())] == [
        "delivered", "not subscribed", "not subscribed", "delivered",
    ]  # fmt: skip
