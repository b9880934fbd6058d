"""A function that is written for an object of a mapping gives what its pieces give when they are called."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.errors import MappingResolveError
from actions_core.js import Object
from actions_core.mapping import compile_mapping, compiler
from actions_core.mapping.forms import OFTEN, Read, object_source

EVENTS: list[Object] = [
    {},
    {"userId": "u", "traits": {"email": "e", "address": {"city": "c"}}},
    {"userId": None, "traits": {"email": None}},
    {"traits": ""},
    {"traits": "text", "products": [{"sku": 1}, {"sku": 2}, "three", {}]},
    {"traits": ["a", {"city": "x"}]},
    {"traits": {"email": False, "address": "street"}},
    {"traits": None, "products": {"sku": "alone"}},
]
MAPPING: Object = {
    "id": {"@path": "$.userId"},
    "email": {"@path": "$.traits.email"},
    "city": {"@path": "$.traits.address.city"},
    "length": {"@path": "$.traits.length"},
    "first": {"@path": "$.traits.0"},
    "all": {"@path": "$."},
    "name": {"@if": {"exists": {"@path": "$.event"}, "then": {"@path": "$.event"}, "else": {"@template": "pageview"}}},
    "mail": {
        "@if": {
            "exists": {"@case": {"operator": "lower", "value": {"@path": "$.traits.email"}}},
            "then": {"@template": "<{{traits.email}}>"},
        }
    },
    "items": {"@arrayPath": ["$.products", {"sku": {"@path": "$.sku"}, "from": "shop"}]},
    "const'ant\n": 'it"s',
}


@pytest.mark.parametrize("event", EVENTS, ids=repr)
def test_it_gives_what_its_pieces_give(event: Object, monkeypatch: pytest.MonkeyPatch) -> None:
    called = compile_mapping(MAPPING).resolve(event)
    monkeypatch.setattr(compiler, "OFTEN", 1)
    written = compile_mapping(MAPPING).resolve(event)
    assert written == called
    assert list(written) == list(called)


def test_nothing_changes_when_a_mapping_has_been_used_often() -> None:
    mapping = compile_mapping(MAPPING)
    results = [mapping.resolve(EVENTS[1]) for _ in range(OFTEN + 5)]
    assert all(result == results[0] for result in results)
    assert len({id(result) for result in results}) == len(results)


def test_what_cannot_be_carried_out_fails_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "OFTEN", 1)
    mapping = compile_mapping({"a": {"@path": "$.a"}, "b": {"@template": {"@path": "$.b"}}})
    assert mapping.resolve({"a": 1, "b": "{{a}}"}) == {"a": 1, "b": "1"}
    with pytest.raises(MappingResolveError, match="@template: expected string, got number"):
        mapping.resolve({"b": 5})


def test_an_event_that_is_a_kind_of_dict_is_read_like_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Event(dict[str, Any]):
        pass

    monkeypatch.setattr(compiler, "OFTEN", 1)
    mapping = compile_mapping({"email": {"@path": "$.traits.email"}})
    for event in (Event(traits={"email": "e"}), {"traits": Event(email="e")}, Event(traits=Event(email="e"))):
        assert mapping.resolve(event) == {"email": "e"}


@pytest.mark.parametrize("depth", [1, 30, 300])
def test_choices_and_paths_of_any_depth_can_be_written(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "OFTEN", 1)
    choice: Any = {"@path": "$." + ".".join("a" * depth)}
    for _ in range(min(depth, 40)):
        choice = {"@if": {"exists": {"@path": "$.b"}, "then": choice, "else": "none"}}
    event: Any = "found"
    for _ in range(depth):
        event = {"a": event, "b": 1}
    mapping = compile_mapping({"value": choice})
    assert mapping.resolve(event) == {"value": "found"}
    assert mapping.resolve({}) == {"value": "none"}


def test_no_text_of_a_mapping_is_taken_for_code() -> None:
    key = "'] = 1\n    raise SystemExit #"
    source, values = object_source([(key, Read((key,)))])
    names: dict[str, Any] = {**values, "MISSING": None}
    exec(source, names)  # noqa: S102 - what is tested
    assert names["make"]({key: 7}) == {key: 7}
