"""The tools that mutants are made with change what they say and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from actions_core import MISSING, ConfigurationError, Object, Request, Subscription, load_catalog
from actions_core.check import check_destination
from actions_core.definitions import Destination, Preset
from actions_core.fields import fields_of
from actions_core.runtime import DestinationInstance
from actions_core.testing import Answer
from actions_core.testing.partner import ScriptedPartner, sent_request
from conformance.mutants.code import (
    Perform,
    around_perform,
    before_perform,
    edit_body,
    edit_headers,
    edit_request,
    edit_url,
    value_of,
    with_values,
)
from conformance.mutants.edit import (
    Edit,
    add_field,
    add_preset,
    both,
    drop_field,
    drop_preset,
    edit_action,
    edit_field,
    edit_preset,
    edit_setting,
)
from conformance.mutants.payloads import with_fields
from conformance.suite.target import Target, find_target

CATALOG = load_catalog()


@cache
def usermotion() -> Target:
    return find_target("usermotion", catalog=CATALOG)


def requests(target: Target, action: str, **inputs: Any) -> list[Any]:
    """Send an event whose properties are an action's inputs."""
    partner = ScriptedPartner(lambda _request: Answer())
    fields = target.destination.actions[action].fields
    mapping: Object = {key: {"@path": f"$.properties.{key}"} for key in fields}
    subscription = Subscription(name="probe", action=action, trigger='type = "track"', mapping=mapping)
    settings = {"apiKey": "k3y"}
    instance: DestinationInstance[Any] = DestinationInstance(
        target.destination, settings, [subscription], transport=partner
    )
    (delivery,) = asyncio.run(instance.deliver({"type": "track", "properties": inputs}))
    assert delivery.error is None, delivery.error
    return [sent_request(one) for one in partner.received]


def body(target: Target, action: str, **inputs: Any) -> Any:
    (request,) = requests(target, action, **inputs)
    return request.json


# --- declarations ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("destination", CATALOG.destinations.values(), ids=list(CATALOG.destinations))
def test_a_contract_that_is_written_anew_has_the_same_fields(destination: Destination[Any]) -> None:
    for action in destination.actions.values():
        again = with_fields(action.payload, action.fields)
        assert isinstance(again, type)
        assert list(fields_of(again).items()) == list(action.fields.items())


def test_a_field_that_is_no_longer_required_is_missing_to_the_author() -> None:
    optional = edit_field("identify", "email", required=False)(usermotion())

    assert check_destination(optional.destination) == []
    assert body(optional, "identify", userId="u-1") == {"id": "u-1", "properties": {}}


def test_a_field_has_the_type_that_it_was_given() -> None:
    number = edit_field("identify", "userId", type="number")(usermotion())

    assert body(number, "identify", userId="7", email="a@b.example")["id"] == 7


def test_a_field_that_was_dropped_is_missing_to_the_author() -> None:
    dropped = drop_field("track", "context")(usermotion())

    assert "context" not in dropped.destination.actions["track"].fields
    assert body(dropped, "track", eventName="x", context={"a": 1})["context"] == {}


def test_a_field_that_was_added_is_in_the_payload() -> None:
    added = both(
        add_field("group", "plan", type="string", label="Plan"),
        edit_body(lambda sent, data: {**sent, "plan": value_of(data.payload, "plan")}, "group"),
    )(usermotion())

    assert body(added, "group", groupId="g-1", plan="team")["plan"] == "team"
    assert "plan" not in body(added, "group", groupId="g-1")


def test_a_property_of_a_field_can_be_edited() -> None:
    roster = edit_field("logOrder", "items.price", required=True)(find_target("roster", catalog=CATALOG))

    items = roster.destination.actions["logOrder"].fields["items"]
    assert items.properties is not None
    assert items.properties["price"].required is True
    assert items.properties["quantity"].required is True
    assert check_destination(roster.destination) == []


def test_the_target_that_was_given_stays_as_it_is() -> None:
    fields = dict(usermotion().destination.actions["identify"].fields)

    edit_field("identify", "email", required=False, label="Other")(usermotion())
    drop_preset("Identify User")(usermotion())

    assert dict(usermotion().destination.actions["identify"].fields) == fields
    assert len(usermotion().destination.presets) == 3


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (edit_action("nothing", title="x"), "UserMotion (Actions) has no action 'nothing'; it has identify, group, track"),
        (edit_field("group", "email"), "actions.group.fields.email: there is no field 'email'; expected one of userId,"),
        (edit_field("group", "groupId", requird=False), "actions.group.fields.groupId: there is no option 'requird'"),
        (drop_field("group", "email"), "actions.group.fields: there is no field 'email'; expected one of userId,"),
        (edit_setting("key"), "settings.key: there is no field 'key'; expected one of apiKey"),
        (edit_preset("Nothing"), "presets: there is none called 'Nothing'; expected one of 'Identify User',"),
    ],
    ids=["action", "field", "option", "dropped", "setting", "preset"],
)  # fmt: skip
def test_what_is_not_there_cannot_be_edited(edit: Edit, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        edit(usermotion())

    assert str(caught.value).startswith(told)


def test_presets_can_be_added_and_changed() -> None:
    edited = both(
        add_preset(Preset(name="Alias User", action="identify", trigger='type = "alias"')),
        edit_preset("Alias User", action="group"),
    )(usermotion())

    assert edited.destination.presets[-1] == Preset(name="Alias User", action="group", trigger='type = "alias"')


# --- functions -------------------------------------------------------------------------------------------------------


def test_requests_are_edited_for_one_action_or_for_all() -> None:
    one = edit_url(lambda url: url.replace("/v1/", "/v2/"), "track")(usermotion())
    every = edit_headers(x_source="Nobody")(usermotion())

    assert [sent.url for sent in requests(one, "track", eventName="x")] == ["https://api.usermotion.com/v2/track"]
    assert [sent.url for sent in requests(one, "group", groupId="g")] == ["https://api.usermotion.com/v1/group"]
    assert [sent.headers["x-source"] for sent in requests(every, "group", groupId="g")] == ["Nobody"]


def test_edits_of_requests_add_up() -> None:
    edited = both(
        edit_request(lambda request, _data: replace(request, method="PUT")),
        edit_body(lambda sent, _data: {**sent, "properties": MISSING}),
    )(usermotion())

    (sent,) = requests(edited, "group", groupId="g-1")
    assert (sent.method, sent.text) == ("PUT", '{"id":"g-1"}')


def test_the_check_of_the_credentials_is_no_request_for_an_event() -> None:
    edited = edit_request(lambda request, _data: replace(request, method="PUT"))(usermotion())
    partner = ScriptedPartner(lambda _request: Answer())
    instance: DestinationInstance[Any] = DestinationInstance(
        edited.destination, {"apiKey": "k3y"}, [], transport=partner
    )

    asyncio.run(instance.check_authentication())

    assert [request.method for request in partner.received] == ["POST"]


def test_payloads_are_changed_before_the_author_has_them() -> None:
    louder = before_perform(lambda payload: with_values(payload, eventName=payload.eventName.upper()), "track")

    assert body(louder(usermotion()), "track", eventName="signed up")["event"] == "SIGNED UP"


def test_functions_run_inside_of_others() -> None:
    async def around(perform: Perform, request: Request, data: Any) -> Any:
        await perform(request, data)
        return await perform(request, data)

    assert len(requests(around_perform(around, "group")(usermotion()), "group", groupId="g-1")) == 2
