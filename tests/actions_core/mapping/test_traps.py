"""check_mapping: an error for each fault that Segment refuses, a warning for what works otherwise than it looks."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from actions_core.errors import MappingError
from actions_core.mapping import check_mapping, compile_mapping


@pytest.mark.parametrize(
    ("part", "place", "words"),
    [
        ({"@if": {"exists": {"@path": "x"}, "else": 0}}, "/@if/else", "dropped"),
        ({"@if": {"exists": "", "then": 1}}, "/@if/exists", "counts as no test"),
        ({"@if": {"then": 1}}, "/@if", "neither"),
        ({"@if": {"blank": {"@path": "x"}, "then": 1}}, "/@if/blank", "other way round"),
        ({"@if": {"blank": "x", "exists": "x", "then": 1}}, "/@if/blank", "ignored"),
        ({"@case": {"value": "x"}}, "/@case", "operator"),
        ({"@case": {"operator": "title", "value": "x"}}, "/@case/operator", "lower"),
        ({"@case": {"operator": "lower"}}, "/@case", "left out"),
        ({"@replace": {"pattern": "a", "value": ""}}, "/@replace/value", "left out"),
        ({"@replace": {"pattern": "a", "value": "x", "pattern2": "a" * 11}}, "/@replace/pattern2", "more than 10"),
        ({"@replace": {"pattern": "a", "value": "x", "pattern2": 5}}, "/@replace/pattern2", "no text"),
        ({"@replace": {"pattern": "a", "value": "x", "replacement": "$&"}}, "/@replace/replacement", "dollar"),
        ({"@path": "$"}, "/@path", "whole event"),
        ({"@path": "a$.b"}, "/@path", "wherever"),
        ({"@path": "$.context['a.b']"}, "/@path", "cannot be reached"),
        ({"@arrayPath": ["$['a.b']", {}]}, "/@arrayPath/0", "cannot be reached"),
        ({"@template": "{{ $.x }}"}, "/@template", "gives an empty text"),
        ({"@template": "{{ }}"}, "/@template", "[object Object]"),
        ({"@flatten": {"value": {"@path": "x"}}}, "/@flatten", "separator"),
        ({"@flatten": {"separator": ".", "value": 5}}, "/@flatten/value", 'the key ""'),
        ({"@json": {"mode": "encode", "value": ""}}, "/@json/value", "fails for every event"),
        ({"@json": {"mode": "Encode", "value": 1}}, "/@json/mode", "lower case"),
        ({"@merge": {"objects": []}}, "/@merge", "direction"),
        ({"@merge": {"objects": [], "direction": "LEFT"}}, "/@merge/direction", "anything else is right"),
        ({"@merge": {"objects": [{"@template": "x"}], "direction": "left"}}, "/@merge/objects/0", "character"),
        ([{"@foo": 1}], "/0", "run time only"),
        ({"@literal": {"x": {"@path": 5}}}, "/@literal/x/@path", "run time only"),
        ({"x": {"@excludeWhenNull": [{"@path": "$"}]}}, "/x/@excludeWhenNull/0/@path", "whole event"),
        (
            {"@transform": {"apply": {"__segment_internal_directive": {}}, "mapping": {"a": 1}}},
            "/@transform/apply",
            "The root directive must be an object",
        ),
        ({"@liquid": "{{ event.properties.x }}"}, "/@liquid", "write properties.x"),
        ({"@liquid": "{% for a in b %}{% endfor %}"}, "/@liquid", 'tag "for" is disabled'),
        ({"@liquid": "{{ a | map: 'b' }}"}, "/@liquid", 'The filter "map" is disabled'),
        ({"@liquid": "{{ a | nope }}"}, "/@liquid", 'no filter "nope"'),
        ({"@liquid": "x" * 1001}, "/@liquid", "more than 1000"),
    ],
    ids=str,
)
def test_a_trap_is_warned_about_at_its_place(part: Any, place: str, words: str) -> None:
    findings = check_mapping({"key": part})

    assert ("warning", f"/key{place}") in [
        (found.severity, found.place) for found in findings if words in found.message
    ]
    compile_mapping({"key": part})  # a warning never keeps a mapping from being used


@pytest.mark.parametrize(
    "mapping",
    [
        {
            "a": {"@path": "$.x"},
            "b": {"@if": {"exists": {"@path": "$.x"}, "then": 1, "else": 2}},
            "c": [1, {"d": None}],
        },
        {"a": {"@template": "{{x}} {{{y}}}"}, "b": {"@liquid": "{{ properties.x | upcase }}"}},
        {"a": {"@merge": {"direction": "right", "objects": [{"@path": "$.x"}, {"k": 1}]}}},
    ],
)
def test_a_sound_mapping_has_no_findings(mapping: Any) -> None:
    assert check_mapping(mapping) == []


@pytest.mark.parametrize(
    "mapping",
    [
        {"a": {"@path": 1}},
        {"a": {"@arrayPath": [1, {"@path": 2}]}, "b": {"@foo": 1}},
        {"a": (1,)},
        [],
        {"__segment_internal_directive": {}},
        {"__segment_internal_directive": {"@transform": {"apply": 5}}, "x": {"@path": 1}},
    ],
    ids=str,
)
def test_there_is_an_error_for_each_problem_of_a_mapping_that_does_not_compile(mapping: Any) -> None:
    with pytest.raises(MappingError) as caught:
        compile_mapping(mapping)

    errors = [(found.place, found.message) for found in check_mapping(mapping) if found.severity == "error"]
    assert errors == [(problem.place, problem.message) for problem in caught.value.problems]


def test_keys_that_are_no_fields_are_warned_about_but_segments_own() -> None:
    mapping = {"userId": 1, "usreId": 1, "__segment_internal_sync_mode": "add", "onMappingSave": {}}

    findings = check_mapping(mapping, fields=["userId"])

    assert [str(found) for found in findings] == [
        "warning: /usreId: This key is no field of the action, so it is removed."
    ]


def test_a_template_without_the_library_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "liquid", None)

    with pytest.raises(MappingError, match=r"install segment-actions-emulator\[liquid\]"):
        compile_mapping({"a": {"@liquid": "{{ x }}"}})
    assert [found.severity for found in check_mapping({"a": {"@liquid": "{{ x }}"}})] == ["error"]


def test_a_mapping_without_a_template_needs_no_liquid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "liquid", None)

    assert compile_mapping({"a": {"@path": "$.x"}}).resolve({"x": 1}) == {"a": 1}
