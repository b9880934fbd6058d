"""Mapping and contract as one function give what they give one after the other."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.contract import Mode, compile_contract
from actions_core.errors import MappingResolveError, PayloadValidationError
from actions_core.fields import InputField
from actions_core.js import Object, stringify
from actions_core.mapping import compile_mapping
from actions_core.runtime import quick
from actions_core.runtime.quick import Quick

FIELDS: dict[str, dict[str, Any]] = {
    "id": {"type": "string", "required": True},
    "name": {"type": "string"},
    "price": {"type": "number"},
    "paid": {"type": "boolean"},
    "note": {"type": "string", "allowNull": True},
    "tags": {"type": "string", "multiple": True},
    "sizes": {"type": "integer", "multiple": True},
    "user": {"type": "object", "properties": {"mail": {"type": "string", "required": True}, "age": {"type": "number"}}},
    "rest": {"type": "object"},
    "kind": {"type": "string", "choices": ["a", "b"]},
}
MAPPING: Object = {
    **{key: {"@path": f"$.{key}"} for key in FIELDS},
    "kind": "a",
    "sizes": [1, "2"],
    "nofield": {"@template": "{{id}}"},
}
EVENTS: list[Object] = [
    {"id": "1", "name": "n", "price": 5, "paid": False, "note": None, "tags": ["x"], "user": {"mail": "m"}, "rest": {}},
    {"id": 7, "name": True, "price": "5.50", "paid": "true", "tags": "x", "user": {"mail": 1, "age": "2"}},
    {"id": "1", "name": "", "price": "", "paid": "", "note": "", "tags": ["", None], "user": "", "rest": ""},
    {"id": "1", "name": None, "price": None, "tags": None, "user": None, "rest": None},
    {"name": "n"},
    {"id": ""},
    {"id": None},
    {"id": "1", "user": {}, "price": "dear"},
    {"id": {"a": 1}, "rest": [1]},
]


@pytest.mark.parametrize("mode", ["single", "batch"])
@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_it_gives_the_same_payload_or_gives_up(event: Object, mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "OFTEN", 1)
    mapping = compile_mapping(MAPPING)
    contract = compile_contract({key: InputField.model_validate(field) for key, field in FIELDS.items()})
    payload = Quick(mapping, contract, single=mode == "single").payload_of(event)
    try:
        expected = contract.validate(mapping.resolve(event), mode=mode)
    except PayloadValidationError:
        assert payload is None
    else:
        assert payload is not None
        assert stringify(payload) == stringify(expected)


def test_lists_of_a_mapping_are_new_for_every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "OFTEN", 1)
    contract = compile_contract({"keys": InputField(type="string", multiple=True)})
    made = Quick(compile_mapping({"keys": ["url", "method"]}), contract, single=True)
    first = made.payload_of({})
    assert first is not None
    first["keys"].append("changed")
    assert made.payload_of({}) == {"keys": ["url", "method"]}


def test_a_directive_that_cannot_be_carried_out_fails_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "OFTEN", 1)
    contract = compile_contract({"text": InputField(type="string")})
    mapping = compile_mapping({"other": {"@template": {"@path": "$.x"}}, "text": "a"})
    with pytest.raises(MappingResolveError, match="expected string, got number"):
        Quick(mapping, contract, single=True).payload_of({"x": 1})


@pytest.mark.parametrize(
    ("fields", "mapping"),
    [
        ({}, {"a": 1}),
        ({"a": InputField(type="string", required=True)}, {"b": "x"}),
        ({"a": InputField(type="string")}, {"@path": "$.a"}),
        ({"a": InputField(type="string")}, {"a": "x", "dynamicAuthSettings": {"oauth": 1}}),
    ],
    ids=["no fields", "never complete", "a directive", "an exempt key"],
)
def test_what_cannot_be_written_is_left_to_the_long_way(
    fields: dict[str, InputField], mapping: Object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "OFTEN", 1)
    made = Quick(compile_mapping(mapping), compile_contract(fields), single=True)
    assert made.payload_of({"a": {"a": "x"}}) is None
