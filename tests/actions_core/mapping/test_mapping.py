"""Mappings as a whole: what is refused, how results look, and that nothing is changed."""

from __future__ import annotations

import copy
import json
import threading
from typing import Any

import pytest

from actions_core.errors import MappingError, MappingResolveError
from actions_core.js import MISSING
from actions_core.mapping import MAX_DEPTH, compile_mapping


def refused(mapping: Any) -> MappingError:
    with pytest.raises(MappingError) as caught:
        compile_mapping(mapping)
    return caught.value


def nested(depth: int, leaf: Any) -> Any:
    for _ in range(depth):
        leaf = {"a": leaf}
    return leaf


def test_missing_values_are_no_keys_and_null_in_lists() -> None:
    mapping = {"a": {"@path": "$.x"}, "b": {"c": {"@path": "$.x"}}, "d": [{"@path": "$.x"}, {"e": {"@path": "$.x"}}]}

    assert compile_mapping(mapping).resolve({}) == {"b": {}, "d": [None, {}]}


def test_keys_come_in_javascripts_order() -> None:
    assert list(compile_mapping({"b": 1, "10": 1, "a": 1, "9": 1}).resolve({})) == ["9", "10", "b", "a"]


def test_segments_own_keys_are_ordinary_keys() -> None:
    mapping = {"__segment_internal_sync_mode": "upsert", "onMappingSave": {"outputs": {"id": {"@path": "$.id"}}}}

    assert compile_mapping(mapping).resolve({"id": 1}) == {**mapping, "onMappingSave": {"outputs": {"id": 1}}}


def test_a_key_called_proto_is_like_any_other() -> None:
    assert compile_mapping({"__proto__": {"@path": "$.a.__proto__"}}).resolve({"a": {"__proto__": 1}}) == {
        "__proto__": 1
    }
    assert compile_mapping({"x": {"@path": "$.a.__proto__"}}).resolve({"a": {}}) == {}


def test_neither_mapping_nor_event_is_changed() -> None:
    mapping = {
        "__segment_internal_directive": {"@transform": {"apply": {"t": {"@path": "$.t"}}}},
        "r": {"@replace": {"pattern": "a", "value": {"@path": "$.t.s"}}},
        "m": {"@merge": {"direction": "left", "objects": [{"@path": "$.t"}, {"k": 2}]}},
        "n": {"@excludeWhenNull": {"@path": "$.t"}},
    }
    event = {"t": {"s": "abc", "k": 1, "gone": None, "list": [None]}}
    before = copy.deepcopy((mapping, event))

    compile_mapping(mapping).resolve(event)

    assert (mapping, event) == before


def test_what_is_taken_from_the_event_is_shared_with_it() -> None:
    event = {"traits": {"a": 1}}

    assert compile_mapping({"t": {"@path": "$.traits"}}).resolve(event)["t"] is event["traits"]


def test_constants_are_built_anew_for_each_event() -> None:
    compiled = compile_mapping({"a": {"b": [1]}})
    compiled.resolve({})["a"]["b"].append(2)

    assert compiled.resolve({}) == {"a": {"b": [1]}}


def test_one_compiled_mapping_serves_many_threads() -> None:
    compiled = compile_mapping(
        {"a": {"@template": "{{x}}"}, "b": {"@flatten": {"separator": ".", "value": {"@path": ""}}}}
    )
    results: list[bool] = []

    def run(number: int) -> None:
        results.extend(compiled.resolve({"x": number}) == {"a": str(number), "b": {"x": number}} for _ in range(200))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert results == [True] * 1600


@pytest.mark.parametrize(
    ("event", "kind"), [(None, "null"), ([], "array"), ("x", "string"), (1, "number"), (True, "boolean")]
)
def test_an_event_that_is_no_object_is_refused(event: Any, kind: str) -> None:
    with pytest.raises(MappingResolveError, match=f"data must be an object, got {kind}"):
        compile_mapping({}).resolve(event)


def test_a_mapping_that_is_a_directive_gives_any_value_or_none() -> None:
    compiled = compile_mapping({"@path": "$.x"})

    assert (compiled.resolve({"x": 5}), compiled.resolve({})) == (5, MISSING)


# --- structure -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ({"@path": 5}, "/a/@path should be a string or a mapping directive but it is a number."),
        ({"@template": []}, "/a/@template should be a string or a mapping directive but it is an array."),
        ({"@foo": 1}, "/a has an invalid directive: @foo."),
        ({"@path": "x", "b": 1}, "/a should only have one @-prefixed key but it has 2 keys."),
        ({"@path": "x", "@if": 1}, "/a should only have one @-prefixed key but it has 2 keys."),
        ({"@if": {"@path": "x"}}, "/a/@if should be an object but it is a directive."),
        ({"@if": 5}, "/a/@if should be an object but it is a number."),
        ({"@case": {"operator": 1, "value": "x"}}, "/a/@case/operator should be a string but it is a number."),
        ({"@replace": {"pattern": "", "value": "x"}}, "/a/@replace/pattern should be a string of length 1 or greater."),
        (
            {"@replace": {"pattern": "a" * 11, "value": "x"}},
            "/a/@replace/pattern should be a string of length 10 or less.",
        ),
        ({"@arrayPath": {}}, "/a/@arrayPath should be an array but it is an object."),
        ({"@arrayPath": []}, "/a/@arrayPath should be a string or a mapping directive but it is an undefined."),
        ({"@json": {"mode": "x", "value": 1}}, '/a/@json/mode should be one of encode, decode but it is "x".'),
        ({"@json": {"mode": "encode"}}, '/a/@json should have field "value" but it doesn\'t.'),
        ({"@flatten": {"value": 1, "separator": 1}}, "/a/@flatten/separator should be a string but it is a number."),
        ({"@merge": {"objects": 1}}, "/a/@merge/objects should be an array but it is a number."),
        (
            {"@transform": {"apply": 1, "mapping": {}}},
            "/a/@transform/apply should be a object or a mapping directive but it is a number.",
        ),
        ({"@liquid": 1}, "/a/@liquid should be a string but it is a number."),
    ],
    ids=str,
)
def test_a_misshapen_directive_is_refused_in_segments_words(part: Any, sentence: str) -> None:
    assert str(refused({"a": part})) == sentence


@pytest.mark.parametrize(
    "part", [{"@arrayPath": {"@path": "x"}}, {"@merge": {"objects": {"@path": "x"}}}], ids=["@arrayPath", "@merge"]
)
def test_a_directive_in_the_place_of_a_list_is_called_an_object(part: Any) -> None:
    assert "should be an array but it is an object." in str(refused({"a": part}))


def test_every_fault_is_told_with_its_json_pointer() -> None:
    error = refused({"a/b": {"@path": 1}, "c": {"d": {"@foo": 1}}, "e": {"@arrayPath": [1, {"@path": 2}]}})

    assert [problem.place for problem in error.problems] == [
        "/a~1b/@path",
        "/c/d",
        "/e/@arrayPath/0",
        "/e/@arrayPath/1/@path",
    ]


def test_the_message_has_only_the_faults_that_segment_gets_to() -> None:
    error = refused({"e": {"@arrayPath": [1, {"@path": 2}]}})

    assert str(error) == "/e/@arrayPath should be a string or a mapping directive but it is a number."


def test_an_operand_of_merge_is_placed_at_the_root_in_segments_words() -> None:
    error = refused({"a": {"@merge": {"direction": "left", "objects": [{}, {"b": {"@path": 1}}]}}})

    assert str(error) == "/b/@path should be a string or a mapping directive but it is a number."
    assert error.problems[0].place == "/a/@merge/objects/1/b/@path"


@pytest.mark.parametrize("value", [{1, 2}, (1,), object(), MISSING], ids=["set", "tuple", "object", "MISSING"])
def test_what_json_cannot_hold_is_refused_with_its_place(value: Any) -> None:
    assert refused({"a": [value]}).problems[0].place == "/a/0"


@pytest.mark.parametrize("mapping", [None, [], "x"], ids=repr)
def test_a_mapping_that_is_no_object_is_refused(mapping: Any) -> None:
    assert str(refused(mapping)).startswith("a mapping should be an object but it is ")


# --- the root directive ----------------------------------------------------------------------------------------------

ROOT = "__segment_internal_directive"


def test_a_root_directive_is_applied_around_the_other_keys() -> None:
    mapping = {ROOT: {"@transform": {"apply": {"mail": {"@path": "$.traits.email"}}}}, "to": {"@path": "$.mail"}}

    assert compile_mapping(mapping).resolve({"traits": {"email": "e"}}) == {"to": "e"}


@pytest.mark.parametrize(
    ("root", "message"),
    [
        ({"@transform": {}, "@path": {}}, "The root mapping must only have a single directive object"),
        ("ab", "The root mapping must only have a single directive object"),
        ({}, "The root directive must be an object"),
        ({"@path": "x"}, "The root directive must be an object"),
        (5, "The root directive must be an object"),
        (None, "Cannot convert undefined or null to object"),
    ],
    ids=repr,
)
def test_a_root_directive_that_is_none_is_refused(root: Any, message: str) -> None:
    assert str(refused({ROOT: root, "a": 1})) == message


def test_a_root_value_is_taken_apart_as_whatever_it_is() -> None:
    assert compile_mapping({ROOT: [{"x": 1}], "a": 2}).resolve({}) == [{"x": 1, "mapping": {"a": 2}}]


def test_faults_within_a_root_directive_point_into_the_mapping_as_written() -> None:
    error = refused({ROOT: {"@transform": {"apply": {"x": {"@path": 1}}}}, "a": {"@path": 2}})

    assert {problem.place for problem in error.problems} == {f"/{ROOT}/@transform/apply/x/@path", "/a/@path"}


# --- size and depth --------------------------------------------------------------------------------------------------


def test_nested_ifs_compile_in_linear_time() -> None:
    part: Any = "end"
    for _ in range(60):
        part = {"@if": {"exists": {"@path": "$.x"}, "then": part}}

    assert compile_mapping({"a": part}).resolve({"x": 1}) == {"a": "end"}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda part: {"k": part},
        lambda part: [part],
        lambda part: {"@literal": part},
        lambda part: {"@if": {"exists": "x", "then": part}},
        lambda part: {"@merge": {"direction": "left", "objects": [{"k": part}]}},
        lambda part: {"@transform": {"apply": {"k": part}, "mapping": {"k": {"@path": "$.k"}}}},
        lambda part: [{"@transform": {"apply": {"k": part}, "mapping": {"k": {"@path": "$.k"}}}}],
        lambda part: {"@flatten": {"separator": ".", "value": part}},
    ],
    ids=["object", "list", "literal", "if", "merge", "transform", "unchecked transform", "flatten"],
)
def test_a_mapping_as_deep_as_may_be_works_and_a_deeper_one_is_refused(wrap: Any) -> None:
    parts: list[Any] = [{"@path": "$.x"}]
    while _depth({"a": parts[-1]}) < MAX_DEPTH:
        parts.append(wrap(parts[-1]))
    too_deep = parts.pop() if _depth({"a": parts[-1]}) > MAX_DEPTH else wrap(parts[-1])

    assert compile_mapping({"a": parts[-1]}).resolve({"x": 1})
    assert str(refused({"a": too_deep})) == f"a mapping may be nested {MAX_DEPTH} levels deep at most."


def _depth(value: Any) -> int:
    members = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if members is None else 1 + max(map(_depth, members), default=0)


def test_a_mapping_nested_thousands_of_levels_deep_is_refused() -> None:
    assert "levels deep at most" in str(refused(nested(100_000, 1)))


@pytest.mark.parametrize(
    "part",
    [
        {"@path": "$.deep"},
        {"@excludeWhenNull": {"@path": "$.deep"}},
        {"@flatten": {"separator": ".", "value": {"@path": "$.deep"}}},
        {"@merge": {"direction": "left", "objects": [{"@path": "$.deep"}]}},
        {"@template": "{{deep}}"},
        {"@transform": {"apply": {"x": [{"@path": "$.deep"}]}, "mapping": {"@path": "$.x"}}},
    ],
    ids=lambda part: next(iter(part)),
)
def test_a_deep_event_passes_through(part: Any) -> None:
    deep = nested(20_000, 1)

    assert compile_mapping({"a": part}).resolve({"deep": deep})["a"] is not None


def test_json_of_a_value_too_deep_to_be_written_fails_with_a_sentence() -> None:
    part = {"@json": {"mode": "encode", "value": {"@path": "$.deep"}}}

    with pytest.raises(MappingResolveError, match="nested too deeply"):
        compile_mapping({"a": part}).resolve({"deep": nested(20_000, 1)})


def test_json_text_too_deep_to_be_read_fails_with_a_sentence() -> None:
    part = {"@json": {"mode": "decode", "value": {"@path": "$.deep"}}}

    with pytest.raises(MappingResolveError, match="nested too deeply"):
        compile_mapping({"a": part}).resolve({"deep": "[" * 100_000 + "]" * 100_000})


def test_a_replacement_that_would_not_fit_into_a_javascript_text_fails() -> None:
    part = {"@replace": {"pattern": "a", "replacement": "$'$'$'$'$'", "value": {"@path": "$.x"}}}

    with pytest.raises(MappingResolveError, match="Invalid string length"):
        compile_mapping({"a": part}).resolve({"x": "a" * 20_000})


def test_results_are_plain_json() -> None:
    compiled = compile_mapping({"a": {"@merge": {"direction": "left", "objects": [{"b": [{"@path": "$.x"}]}]}}})

    assert json.dumps(compiled.resolve({})) == '{"a": {"b": [null]}}'
