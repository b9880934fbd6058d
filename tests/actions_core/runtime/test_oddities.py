"""What the runtime does as nobody would expect because Segment's does, and what it does otherwise on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core import Action, DestinationInstance, ExecuteInput, Object, Request, Subscription
from actions_core.definitions import Destination
from actions_core.errors import ConfigurationError, MappingError, TriggerSyntaxError
from actions_core.fields import InputField
from actions_core.request import DEFAULT_TIMEOUT
from tests.actions_core.runtime.test_operations import perform_with, use
from tests.support import FakePartner, deliver, open_instance

SETTINGS: dict[str, InputField] = {}


def destination(**actions: Action[Object, Object]) -> Destination[Object]:
    return Destination(name="Odd", slug="actions-odd", settings=SETTINGS, actions=actions)


def action(perform: Any, *, title: str = "Send", **fields: InputField) -> Action[Object, Object]:
    return Action(title=title, description="", payload=fields, perform=perform)


def subscription(name: str, **mapping: Any) -> Subscription:
    return Subscription(name=name, action=name, trigger='type = "track"', mapping=mapping)


async def nothing(request: Request, data: ExecuteInput[Object, Object]) -> None:
    pass


def test_audience_settings_are_checked_only_if_there_are_any() -> None:
    """Reference: the contract asks for a region, and yet none at all is no mistake."""
    partner = FakePartner()

    async def create(instance: DestinationInstance[Any]) -> Any:
        return await instance.create_audience("vips")

    use(create, partner)
    assert partner.bodies == [{"name": "vips"}]


def test_a_sync_mode_that_the_action_does_not_offer_is_taken() -> None:
    """Reference: the action offers add and delete."""
    assert perform_with(__segment_internal_sync_mode="mirror").sync_mode == "mirror"


def test_a_request_waits_for_ten_seconds() -> None:
    assert DEFAULT_TIMEOUT == 10


@pytest.mark.parametrize(
    ("event", "kind"),
    [(None, "null"), ([], "array"), ("x", "string"), (5, "number")],
    ids=["null", "list", "text", "5"],
)
def test_an_event_that_is_no_object_is_rejected_with_a_sentence(event: Any, kind: str) -> None:
    (delivery,) = deliver(destination(a=action(nothing)), event, subscriptions=[subscription("a")])
    assert delivery.outcome == "rejected"
    assert str(delivery.error) == f"data must be an object, got {kind}"


@pytest.mark.parametrize(
    ("trigger", "mapping", "error"),
    [('type = "a" and (', {}, TriggerSyntaxError), ('type = "track"', {"x": {"@path": 5}}, MappingError)],
    ids=["trigger", "mapping"],
)
def test_a_mapping_that_cannot_work_is_refused_before_any_event(
    trigger: str, mapping: Object, error: type[ConfigurationError]
) -> None:
    broken = Subscription(name="a", action="a", trigger=trigger, mapping=mapping)
    with pytest.raises(error):
        open_instance(destination(a=action(nothing)), FakePartner(), {}, [broken])


def test_two_actions_with_one_title_keep_a_contract_each() -> None:
    optional, required = InputField(type="string"), InputField(type="string", required=True)
    deliveries = deliver(
        destination(a=action(nothing, x=optional), b=action(nothing, x=required)),
        {"type": "track"},
        subscriptions=[subscription("a"), subscription("b")],
    )
    assert [delivery.outcome for delivery in deliveries] == ["delivered", "rejected"]
    assert str(deliveries[1].error) == "The root value is missing the required field 'x'."
