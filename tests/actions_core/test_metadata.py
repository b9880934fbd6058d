from __future__ import annotations

import json
from typing import Any

import pytest

from actions_core import DefinitionError, JSONSyntaxError, Object, PayloadValidationError, Plan, preset_subscriptions
from actions_core.check import check_destination
from actions_core.metadata import read_metadata, write_metadata
from destinations.usermotion import destination as usermotion
from tests.support import deliver

# What the reference's generator writes for one field: every key, null where nothing was said.
FIELD: Object = {
    "label": "Name", "description": "A name", "type": "string", "required": True, "multiple": False, "allowNull": False,
    "dynamic": False, "default": {"@path": "$.event"}, "choices": None, "placeholder": None, "properties": None,
    "category": None, "depends_on": None, "readOnly": None, "hidden": None, "minimum": None, "maximum": None,
    "defaultObjectUI": None, "disabledInputMethods": None, "displayMode": None, "additionalProperties": False,
}  # fmt: skip
SETTING: Object = {
    "label": "Key", "description": "", "type": "password", "required": False, "multiple": False, "choices": None,
    "default": None, "depends_on": None,
}  # fmt: skip


def metadata(**fields: Object) -> Object:
    return {
        "slug": "actions-a",
        "name": "A",
        "mode": "cloud",
        "description": "About A",
        "authentication": {"scheme": "oauth2", "fields": {"key": SETTING}},
        "audienceConfig": {
            "mode": {"type": "synced", "full_audience_sync": False},
            "audienceFields": {"key": SETTING},
            "supportsAudienceFunctions": True,
        },
        "actions": {
            "send": {
                "title": "Send", "description": "Sends", "platform": "cloud", "defaultSubscription": 'type = "track"',
                "hidden": False, "hasPerformBatch": True,
                "syncMode": {"label": "How", "description": "", "default": "add", "choices": [{"label": "Add them", "value": "add"}]},
                "hooks": {"onMappingSave": {"label": "H", "description": "", "inputFields": {"name": FIELD}, "outputFields": {"id": FIELD}}},
                "fields": {"name": FIELD, **fields},
            }
        },
        "presets": [
            {"name": "All", "type": "automatic", "partnerAction": "send", "subscribe": 'type = "track"', "mapping": {"name": {"@path": "$.event"}}, "eventSlug": None},
            {"name": "Added", "type": "specificEvent", "partnerAction": "send", "subscribe": None, "mapping": {}, "eventSlug": "warehouse_entity_added_track"},
        ],
    }  # fmt: skip


CONDITION = {"match": "any", "conditions": [{"fieldKey": "name", "operator": "is", "value": "x"}]}
OTHER_FIELDS: dict[str, Object] = {
    "size": {**FIELD, "type": "number", "required": CONDITION, "default": 0, "minimum": 0, "maximum": 9, "allowNull": True},
    "kind": {**FIELD, "required": False, "default": None, "choices": [{"label": "A", "value": "a"}], "multiple": True},
    "when": {**FIELD, "type": "datetime", "required": False, "dynamic": True, "readOnly": True, "hidden": True, "depends_on": CONDITION},
    "item": {**FIELD, "type": "object", "required": False, "default": None, "properties": {"sku": FIELD}, "additionalProperties": True, "defaultObjectUI": "keyvalue"},
    "mail": {**FIELD, "required": False, "format": "email"},
}  # fmt: skip


def test_what_was_read_is_written_as_it_was() -> None:
    content = metadata(**OTHER_FIELDS)
    assert json.loads(json.dumps(write_metadata(read_metadata(json.dumps(content))))) == content


def test_a_destination_of_our_own_survives_being_written_and_read() -> None:
    written = write_metadata(usermotion)
    read = read_metadata(written)
    assert write_metadata(read) == written
    assert check_destination(read) == []
    assert [preset.trigger for preset in read.presets] == [preset.trigger for preset in usermotion.presets]


def test_a_destination_that_was_read_maps_and_validates() -> None:
    read = read_metadata(metadata(**OTHER_FIELDS))
    (subscription,) = preset_subscriptions(read)  # the preset for a certain event is not one for every event
    plan = Plan.compile(read, subscription)
    assert plan.payload_of({"event": 5}) == {"name": "5"}
    with pytest.raises(PayloadValidationError):
        plan.payload_of({})


def test_performing_its_actions_is_refused() -> None:
    (delivery,) = deliver(read_metadata(metadata()), {"type": "track", "event": "x"})
    assert delivery.outcome == "failed"
    assert delivery.error is not None
    assert (delivery.error.code, delivery.error.status) == ("NotImplemented", 501)
    assert "no code to perform" in str(delivery.error)


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"name": None}, ["name"]),
        ({"actions": {"send": {"title": 5}}}, ["actions.send.title"]),
        ({"presets": [{"name": "x"}]}, ["presets.0.partnerAction"]),
        (
            {"actions": {"send": {"title": "S", "fields": {"a": {"type": "strng"}, "b": 5}}}},
            ["actions.send.fields.a.type", "actions.send.fields.b."],
        ),
    ],
    ids=["name", "title", "preset", "fields"],
)
def test_what_is_not_of_the_shape_is_told_with_its_place(change: Object, places: list[str]) -> None:
    with pytest.raises(DefinitionError) as caught:
        read_metadata({**metadata(), **change})
    assert [problem.place for problem in caught.value.problems] == places


def test_text_that_is_not_json_is_told() -> None:
    with pytest.raises(JSONSyntaxError):
        read_metadata(b"{")


def test_reading_changes_nothing() -> None:
    content: Any = metadata(**OTHER_FIELDS)
    before = json.dumps(content)
    read_metadata(content)
    assert json.dumps(content) == before
