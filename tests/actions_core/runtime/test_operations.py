from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest

from actions_core import (
    MISSING,
    Action,
    Audience,
    Audiences,
    CreateAudienceInput,
    DeletionPayload,
    Destination,
    DestinationInstance,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Field,
    GetAudienceInput,
    HookResult,
    IntegrationError,
    MappingHook,
    Missing,
    Object,
    PayloadValidationError,
    Request,
    Subscription,
    SyncMode,
    SyncModes,
    UnknownActionError,
)
from tests.support import FakePartner, deliver, open_instance


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Payload:
    list_id: Annotated[str, Field("List", dynamic=True)] | Missing = MISSING
    traits: Annotated[Object, Field("Traits", dynamic=True)] | Missing = MISSING
    items: Annotated[list[Object], Field("Items", dynamic=True)] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class HookInputs:
    name: Annotated[str, Field("Name")]


@dataclass(frozen=True, kw_only=True)
class AudienceSettings:
    region: Annotated[str, Field("Region", choices=["eu", "us"])]


def choices(label: str) -> Callable[[Request, ExecuteInput[Any, NoSettings]], Awaitable[DynamicChoices]]:
    async def offer(request: Request, data: ExecuteInput[Any, NoSettings]) -> DynamicChoices:
        context = data.dynamic_field_context
        told = (
            f"{label} {context.selected_key} {context.selected_array_index} {context.query} {data.page} {data.payload}"
        )
        return DynamicChoices(choices=[DynamicChoice(value="1", label=told)], next_page="2")

    return offer


async def save(request: Request, data: ExecuteInput[Any, NoSettings]) -> HookResult:
    return HookResult(saved_data={"id": f"list of {data.hook_inputs['name']}"}, success_message="made")


async def create(request: Request, data: CreateAudienceInput[NoSettings]) -> Audience:
    await request.post("https://a.example/audiences", json={"name": data.audience_name, **data.audience_settings})
    return Audience(external_id=f"{data.audience_name}-{data.personas.get('computation_id')}")


async def get(request: Request, data: GetAudienceInput[NoSettings]) -> Audience:
    await request.get(f"https://a.example/audiences/{data.external_id}")
    return Audience(external_id=data.external_id)


async def delete(request: Request, data: ExecuteInput[DeletionPayload, NoSettings]) -> None:
    await request.delete(f"https://a.example/users/{data.payload.user_id}")


seen: list[ExecuteInput[Any, NoSettings]] = []


async def perform(request: Request, data: ExecuteInput[Payload, NoSettings]) -> None:
    seen.append(data)


ACTION = Action(
    title="A",
    description="",
    payload=Payload,
    perform=perform,
    sync_modes=SyncModes(default="add", choices=["add", "delete"]),
    hooks={
        "onMappingSave": MappingHook(
            label="Make", description="", perform=save, inputs=HookInputs, dynamic_fields={"name": choices("name")}
        )
    },
    dynamic_fields={
        "list_id": choices("list"),
        "traits": {"plan": choices("plan"), "__keys__": choices("keys"), "__values__": choices("values")},
        "items": {"sku": choices("sku")},
    },
)
PLAIN: Action[Any, NoSettings] = Action(title="P", description="", payload=Payload, perform=perform)
DESTINATION = Destination(
    name="Everything",
    slug="actions-everything",
    settings=NoSettings,
    actions={"a": ACTION, "plain": PLAIN},
    audiences=Audiences(mode="synced", create=create, get=get, settings=AudienceSettings),
    on_delete=delete,
)
BARE = Destination(name="Bare", slug="actions-bare", settings=NoSettings, actions={"plain": PLAIN})


def use(
    ask: Callable[[DestinationInstance[NoSettings]], Awaitable[Any]],
    partner: FakePartner | None = None,
    destination: Destination[NoSettings] = DESTINATION,
) -> Any:
    async def run() -> Any:
        async with open_instance(destination, partner or FakePartner(), {}, []) as instance:
            return await ask(instance)

    return asyncio.run(run())


# --- dynamic fields --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "told"),
    [
        ("list_id", "list None None q 3 {'x': 1}"),
        ("traits.plan", "plan None None q 3 {'x': 1}"),
        ("traits.other", "values other None q 3 {'x': 1}"),
        ("traits.__keys__", "keys None None q 3 {'x': 1}"),
        ("items.[2].sku", "sku None 2 q 3 {'x': 1}"),
    ],
)
def test_a_dynamic_field_is_asked_with_its_context(field: str, told: str) -> None:
    answer = use(lambda instance: instance.dynamic_choices("a", field, payload={"x": 1}, query="q", page="3"))
    assert answer.choices[0].label == told
    assert answer.next_page == "2"


@pytest.mark.parametrize("path", [".list_id", "list_id..", "items..[2].sku"])
def test_a_path_to_a_dynamic_field_may_have_empty_keys(path: str) -> None:
    assert use(lambda instance: instance.dynamic_choices("a", path)).error is None


@pytest.mark.parametrize("field", ["nope", "list_id.x", "items.[0].nope", "items", "traits"])
def test_a_field_without_a_function_answers_404(field: str) -> None:
    answer = use(lambda instance: instance.dynamic_choices("a", field))
    assert (answer.error, answer.error_code) == (f"No dynamic field named {field} found.", "404")


def test_an_action_that_does_not_exist_is_told() -> None:
    with pytest.raises(UnknownActionError, match="has no action 'x'; it has a, plain"):
        use(lambda instance: instance.dynamic_choices("x", "list_id"))


# --- mapping hooks ---------------------------------------------------------------------------------------------------


def test_a_hook_is_given_its_inputs_coerced_and_gives_what_is_to_be_saved() -> None:
    result = use(lambda instance: instance.run_hook("a", "onMappingSave", {"name": 5, "other": 1}))
    assert result == HookResult(saved_data={"id": "list of 5"}, success_message="made")


def test_a_hook_refuses_inputs_that_break_its_contract() -> None:
    with pytest.raises(PayloadValidationError, match="The root value is missing the required field 'name'."):
        use(lambda instance: instance.run_hook("a", "onMappingSave", {}))


@pytest.mark.parametrize(
    ("action", "kind", "message"),
    [
        ("plain", "onMappingSave", "This action does not support any hooks."),
        ("a", "retlOnMappingSave", "Missing implementation for hook: retlOnMappingSave."),
    ],
)
def test_a_hook_that_is_not_there_is_a_501(action: str, kind: Any, message: str) -> None:
    with pytest.raises(IntegrationError) as caught:
        use(lambda instance: instance.run_hook(action, kind))
    assert (str(caught.value), caught.value.status, caught.value.code) == (message, 501, "NotImplemented")


def test_a_dynamic_input_of_a_hook_is_asked_for() -> None:
    answer = use(lambda instance: instance.hook_choices("a", "onMappingSave", "name", query="q"))
    assert answer.choices[0].label == "name None None q None {}"
    assert use(lambda instance: instance.hook_choices("a", "onMappingSave", "x")).error_code == "404"


def test_a_hook_sees_what_was_saved_before() -> None:
    async def again(request: Request, data: ExecuteInput[Any, NoSettings]) -> HookResult:
        return HookResult(saved_data={"was": data.hook_outputs, "in": data.audience_settings})

    hook = MappingHook(label="", description="", perform=again)
    of = replace(DESTINATION, actions={"a": replace(ACTION, hooks={"onMappingSave": hook})})
    result = use(
        lambda instance: instance.run_hook(
            "a", "onMappingSave", hook_outputs={"onMappingSave": {"id": 1}}, audience_settings={"region": "eu"}
        ),
        destination=of,
    )
    assert result.saved_data == {"was": {"onMappingSave": {"id": 1}}, "in": {"region": "eu"}}


# --- what a mapping carries beside its fields ------------------------------------------------------------------------


def perform_with(action: str = "a", event: Object | None = None, **internal: Any) -> ExecuteInput[Any, NoSettings]:
    seen.clear()
    subscription = Subscription(name="x", action=action, trigger='type != "x"', mapping={"list_id": "l", **internal})
    (delivery,) = deliver(DESTINATION, event or {"type": "track"}, None, {}, [subscription])
    assert delivery.outcome == "delivered"
    return seen[0]


def test_saved_outputs_of_a_hook_are_there_for_perform() -> None:
    data = perform_with(onMappingSave={"outputs": {"id": "list of x"}})
    assert data.hook_outputs == {"onMappingSave": {"outputs": {"id": "list of x"}}}
    assert perform_with("plain", onMappingSave={"outputs": {}}).hook_outputs == {}


def test_sync_mode_and_matching_key_come_from_the_mapping() -> None:
    data = perform_with(__segment_internal_sync_mode="delete", __segment_internal_matching_key=5)
    assert (data.sync_mode, data.matching_key) == ("delete", "5")
    data = perform_with(__segment_internal_sync_mode="nonsense", __segment_internal_matching_key="")
    assert (data.sync_mode, data.matching_key) == (None, None)
    assert perform_with("plain", __segment_internal_sync_mode="delete").sync_mode is None


def personas(**parts: Any) -> Object:
    return {"context": {"personas": {"computation_class": "audience", "computation_key": "vip", **parts}}}


@pytest.mark.parametrize(
    ("event", "sync_mode", "membership"),
    [
        ({"type": "identify", "traits": {"vip": True}, **personas()}, None, True),
        ({"type": "identify", "traits": {"vip": False}, **personas()}, None, False),
        ({"type": "track", "properties": {"vip": True}, **personas()}, None, True),
        ({"type": "track", "traits": {"vip": True}, **personas()}, None, None),
        ({"type": "identify", "traits": {"vip": "yes"}, **personas()}, None, None),
        ({"type": "identify", "traits": {"vip": True}, **personas(computation_class="trait")}, None, None),
        ({"type": "identify", "traits": {"vip": True}, **personas(computation_class="journey_step")}, None, True),
        ({"type": "identify", "traits": {"vip": True}, **personas(computation_key="")}, None, None),
        ({"type": "track", "event": "new"}, "add", True),
        ({"type": "track", "event": "new"}, "update", None),
        ({"type": "track", "event": "updated"}, "upsert", True),
        ({"type": "track", "event": "deleted"}, "mirror", False),
        ({"type": "track", "event": "deleted"}, "delete", False),
        ({"type": "track", "event": "new"}, None, None),
        ({"type": "identify", "event": "new"}, "add", None),
    ],
    ids=repr,
)
def test_audience_membership_is_told_by_engage_and_reverse_etl(
    event: Object, sync_mode: SyncMode | None, membership: bool | None
) -> None:
    assert perform_with(event=event, __segment_internal_sync_mode=sync_mode).audience_membership is membership


def test_audience_settings_come_from_the_events_personas() -> None:
    data = perform_with(event={"type": "track", **personas(audience_settings={"region": "eu"})})
    assert data.audience_settings == {"region": "eu"}
    assert data.personas is not None
    assert perform_with(event={"type": "track"}).audience_settings == {}


# --- audiences and deletion ------------------------------------------------------------------------------------------


def test_an_audience_is_made_and_looked_up() -> None:
    partner = FakePartner()
    made = use(
        lambda instance: instance.create_audience(
            "vips", audience_settings={"region": "eu"}, personas={"computation_id": "c1"}
        ),
        partner,
    )
    assert made == Audience(external_id="vips-c1")
    assert partner.bodies == [{"name": "vips", "region": "eu"}]
    assert use(lambda instance: instance.get_audience("x1")) == Audience(external_id="x1")


def test_audience_settings_are_checked_before_anything_is_sent() -> None:
    partner = FakePartner()
    with pytest.raises(PayloadValidationError, match='Region must be one of: "eu" or "us"'):
        use(lambda instance: instance.create_audience("vips", audience_settings={"region": "x"}), partner)
    assert partner.received == []


def test_audience_settings_that_no_field_is_for_are_left_out() -> None:
    partner = FakePartner()
    assert DESTINATION.audiences is not None
    of = replace(DESTINATION, audiences=replace(DESTINATION.audiences, settings={}))
    use(lambda instance: instance.create_audience("vips", audience_settings={"x": 1}), partner, of)
    assert partner.bodies == [{"name": "vips"}]


def test_a_user_is_deleted() -> None:
    partner = FakePartner()
    use(lambda instance: instance.delete_user("u1"), partner)
    assert (partner.received[0].method, partner.received[0].url.path) == ("DELETE", "/users/u1")


def test_a_partner_that_refuses_is_the_operations_error() -> None:
    with pytest.raises(Exception, match="Forbidden"):
        use(lambda instance: instance.delete_user("u1"), FakePartner(status=403))


@pytest.mark.parametrize(
    "ask",
    [
        lambda instance: instance.create_audience("a"),
        lambda instance: instance.get_audience("a"),
        lambda instance: instance.delete_user("u"),
    ],
    ids=["create", "get", "delete"],
)
def test_what_a_destination_cannot_do_is_a_501(ask: Any) -> None:
    with pytest.raises(IntegrationError) as caught:
        use(ask, destination=BARE)
    assert caught.value.status == 501
