"""Connecting Roster and setting a mapping up: tokens that expire, dynamic fields, the mapping hook."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actions_core import (
    InvalidAuthenticationError,
    OAuthCredentials,
    Object,
    PayloadValidationError,
    RefreshedTokens,
    load_catalog,
)
from emulator.partner import Fault, Partner, Roster
from tests.destinations.roster_account import (
    ADA,
    TOKENS,
    Instance,
    deliver,
    members,
    on,
    use,
    with_lists,
)


def test_it_is_found_like_any_other_plugin() -> None:
    assert load_catalog().find("roster").slug == "actions-roster"


# --- OAuth -----------------------------------------------------------------------------------------------------------


def test_an_expired_access_token_is_refreshed_and_the_event_arrives() -> None:
    async def scenario(instance: Instance, roster: Roster, partner: Partner) -> None:
        (delivery, _) = await instance.deliver(ADA)
        assert delivery.outcome == "delivered"
        assert [(request.path, request.status) for request in partner.requests] == [
            ("/v1/lists/everyone/members", 401),
            ("/oauth/token", 200),
            ("/v1/lists/everyone/members", 201),
        ]
        assert on(roster) == ["email:ada@example.com"]

    use(scenario)


def test_a_token_that_is_good_is_used_again() -> None:
    async def scenario(instance: Instance, _roster: Roster, partner: Partner) -> None:
        await instance.deliver(ADA)
        await instance.deliver(ADA)
        assert [request.path for request in partner.requests].count("/oauth/token") == 1

    use(scenario)


def test_new_tokens_are_told_to_whoever_keeps_them_and_used_for_the_next_refresh() -> None:
    told: list[RefreshedTokens] = []

    async def keep(tokens: RefreshedTokens) -> None:
        told.append(tokens)

    async def scenario(instance: Instance, roster: Roster, _partner: Partner) -> None:
        await instance.deliver(ADA)
        roster.expire_tokens()
        (delivery, _) = await instance.deliver(ADA)
        assert delivery.outcome == "delivered"

    # Roster takes each refresh token once.
    use(scenario, roster=Roster(refresh_tokens=["first-r3fr3sh"]), on_token_refresh=keep)
    assert [tokens.access_token for tokens in told] == ["access-1", "access-2"]
    assert [tokens.refresh_token for tokens in told] == ["refresh-1", "refresh-2"]


def test_deliveries_that_meet_one_expired_token_share_its_refresh() -> None:
    async def scenario(instance: Instance, _roster: Roster, partner: Partner) -> None:
        events: list[Object] = [{**ADA, "traits": {"email": f"{number}@example.com"}} for number in range(10)]
        deliveries = await asyncio.gather(*map(instance.deliver, events))
        assert {first.outcome for first, _ in deliveries} == {"delivered"}
        assert [request.path for request in partner.requests].count("/oauth/token") == 1

    use(scenario, roster=Roster(refresh_tokens=["first-r3fr3sh"]))


@pytest.mark.parametrize(
    ("oauth", "message"),
    [
        (TOKENS, "Failed to refresh access token: Bad Request"),
        (None, "Failed to refresh access token: there is no refresh token; connect Roster again"),
    ],
    ids=["void", "absent"],
)
def test_without_a_good_refresh_token_the_event_fails(oauth: OAuthCredentials | None, message: str) -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        (delivery, _) = await instance.deliver(ADA)
        assert (delivery.outcome, delivery.status) == ("failed", 401)
        assert delivery.error is not None
        assert (str(delivery.error), delivery.error.code) == (message, "OAUTH_REFRESH_FAILED")

    use(scenario, roster=Roster(refresh_tokens=["another"]), oauth=oauth)


def test_no_token_is_shown() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> str:
        (delivery, _) = await instance.deliver(ADA)
        return repr(delivery) + str(delivery.to_json(instance.redact))

    shown = use(scenario)
    for secret in ("stale-4cc355", "first-r3fr3sh", "s3cret", "access-1"):
        assert secret not in shown


def test_the_authentication_check_accepts_a_token_that_can_be_refreshed() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        await instance.check_authentication()

    use(scenario)


def test_the_authentication_check_refuses_one_that_cannot() -> None:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> None:
        with pytest.raises(InvalidAuthenticationError, match="Credentials are invalid"):
            await instance.check_authentication()

    use(scenario, roster=Roster(refresh_tokens=[]))


# --- dynamic fields --------------------------------------------------------------------------------------------------


def choices(field: str, roster: Roster | None = None, **asked: Any) -> Any:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> Any:
        action = "logOrder" if field.startswith("items") else "syncMember"
        return await instance.dynamic_choices(action, field, **asked)

    return use(scenario, roster=roster)


def test_a_dynamic_field_offers_one_page_after_the_other() -> None:
    roster = with_lists("Leads", "Customers", "Partners", page_size=2)
    first = choices("listId", roster)
    assert [(choice.value, choice.label) for choice in first.choices] == [("everyone", "Everyone"), ("l0", "Leads")]
    second = choices("listId", roster, page=first.next_page)
    assert [choice.label for choice in second.choices] == ["Customers", "Partners"]
    assert second.next_page is None


def test_a_dynamic_field_offers_what_was_searched_for() -> None:
    found = choices("listId", with_lists("Leads", "Customers"), query="cust")
    assert [(choice.value, choice.description) for choice in found.choices] == [("l1", "0 members")]


def test_a_dynamic_field_says_why_it_has_nothing_to_offer() -> None:
    async def scenario(instance: Instance, _roster: Roster, partner: Partner) -> Any:
        partner.add_fault(Fault(endpoint="/v1/lists", status=503))
        return await instance.dynamic_choices("syncMember", "listId")

    found = use(scenario)
    assert (found.error, found.error_code) == ("Roster did not give its lists: Service Unavailable", "503")
    assert list(found.choices) == []


def test_the_keys_of_an_object_are_offered() -> None:
    assert [choice.value for choice in choices("attributes.__keys__").choices] == ["plan", "lifecycle", "city"]
    assert [choice.value for choice in choices("attributes.__keys__", query="PL").choices] == ["plan"]


def test_the_values_of_an_objects_key_are_offered() -> None:
    assert [choice.value for choice in choices("attributes.plan").choices] == ["free", "team", "business"]


def test_a_property_of_an_item_is_offered_for_its_position() -> None:
    payload = {"items": [{"sku": "mug"}, {"sku": "poster"}]}
    assert [choice.value for choice in choices("items.[1].sku", payload=payload).choices] == ["poster", "notebook"]
    assert [choice.value for choice in choices("items.[2].sku", payload=payload).choices] == ["notebook"]


def test_a_field_that_is_not_dynamic_offers_nothing() -> None:
    found = choices("email")
    assert (found.error, found.error_code) == ("No dynamic field named email found.", "404")


# --- the mapping hook ------------------------------------------------------------------------------------------------


def hook(inputs: Object, roster: Roster) -> Any:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> Any:
        return await instance.run_hook("syncMember", "onMappingSave", inputs)

    return use(scenario, roster=roster)


def test_saving_a_mapping_creates_its_list_and_events_go_there() -> None:
    roster = Roster()
    result = hook({"operation": "create", "listName": "Leads"}, roster)
    assert result.success_message == "Members are kept in the list 'Leads'."
    list_id = result.saved_data["listId"]
    saved = {"inputs": {"operation": "create", "listName": "Leads"}, "outputs": result.saved_data}
    assert deliver(ADA, members({"onMappingSave": saved}, mode="upsert"), roster).outcome == "delivered"
    assert (on(roster, list_id), on(roster)) == (["email:ada@example.com"], [])


def test_saving_a_mapping_may_pick_a_list_that_exists() -> None:
    result = hook({"operation": "existing", "listId": "l0"}, with_lists("Leads"))
    assert result.saved_data == {"listId": "l0", "listName": "Leads"}


@pytest.mark.parametrize(
    ("inputs", "message", "code"),
    [
        ({"operation": "create", "listName": "Everyone"}, "There is a list 'Everyone' already.", "list_exists"),
        ({"operation": "existing", "listId": "l9"}, "There is no list 'l9'.", "unknown_list"),
    ],
    ids=["taken", "unknown"],
)
def test_the_hook_says_what_the_partner_has_against_it(inputs: Object, message: str, code: str) -> None:
    result = hook(inputs, Roster())
    assert (result.error, result.error_code, result.saved_data) == (message, code, None)


@pytest.mark.parametrize(
    ("inputs", "missing"),
    [
        ({"operation": "create"}, "listName"),
        ({"operation": "existing", "listName": "x"}, "listId"),
        ({"listName": "x"}, "operation"),
    ],
    ids=["create", "existing", "neither"],
)
def test_the_hooks_inputs_have_a_contract_of_their_own(inputs: Object, missing: str) -> None:
    with pytest.raises(PayloadValidationError, match=f"missing the required field '{missing}'"):
        hook(inputs, Roster())
