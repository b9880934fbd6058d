"""What each directive gives for an event; the oddities that are Segment's are marked in the code with `Reference:`."""

from __future__ import annotations

import json
from typing import Any

import pytest

from actions_core.errors import MappingResolveError
from actions_core.js import MISSING, stringify
from actions_core.mapping import compile_mapping

EVENT: dict[str, Any] = {
    "userId": "u1",
    "text": "Ab-Ab",
    "empty": "",
    "zero": 0,
    "no": False,
    "null": None,
    "traits": {"email": "a@b.c", "name": "Ann", "gone": None, "in": {"x": None, "y": 1, "list": [None]}},
    "products": [{"sku": 1}, {"sku": 2, "qty": 3}, "text"],
    "one": {"sku": 7},
    "json": '{"a": [1, 2]}',
    "$": "dollar",
    "ab": "joined",
    "emoji": "é😀",
}


def resolve(part: Any, event: Any = None) -> Any:
    return compile_mapping({"key": part}).resolve(EVENT if event is None else event).get("key", MISSING)


def failure(part: Any, event: Any = None) -> str:
    # A list keeps the part from the structural check, as it does in Segment's runtime.
    compiled = compile_mapping({"key": [part]})
    with pytest.raises(MappingResolveError) as caught:
        compiled.resolve(EVENT if event is None else event)
    return str(caught.value)


def path(where: str) -> dict[str, Any]:
    return {"@path": where}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("$.traits.email", "a@b.c"),
        ("traits.email", "a@b.c"),
        ("$.products.0.sku", 1),
        ("$.products[1].sku", 2),
        ("$.traits['email']", "a@b.c"),
        ('$.traits["email"]', "a@b.c"),
        ("$.products[9].sku", MISSING),
        ("$.missing.deeper", MISSING),
        ("$..userId", "u1"),
    ],
)
def test_path_reads_keys_indexes_and_quoted_keys(where: str, value: Any) -> None:
    assert resolve(path(where)) == value


@pytest.mark.parametrize("where", ["", ".", "$.", ".."])
def test_path_without_a_key_gives_the_whole_event(where: str) -> None:
    assert resolve(path(where)) is EVENT


@pytest.mark.parametrize(
    ("where", "value"), [("$.null.x", None), ("$.empty.x.y", ""), ("$.zero.x", 0), ("$.no.x", False)]
)
def test_path_through_a_falsy_value_gives_that_value(where: str, value: Any) -> None:
    assert resolve(path(where)) is value or resolve(path(where)) == value


def test_path_drops_the_first_dollar_dot_wherever_it_stands() -> None:
    assert resolve(path("a$.b")) == "joined"


def test_path_of_a_dollar_alone_reads_the_key_of_that_name() -> None:
    assert resolve(path("$")) == "dollar"


def test_path_cannot_reach_a_key_that_contains_a_dot() -> None:
    assert resolve(path("['a.b']"), {"a.b": 1, "a": {"b": 2}}) == 2


def test_path_reads_the_length_of_lists_and_texts_in_utf16_units() -> None:
    assert [resolve(path("$.products.length")), resolve(path("$.emoji.length"))] == [3, 3]


def test_path_reads_no_inherited_function_of_javascript() -> None:
    assert resolve(path("$.text.constructor")) is MISSING


def test_path_may_come_from_another_directive() -> None:
    assert resolve({"@path": {"@template": "$.traits.{{which}}"}}, {"traits": {"a": 1}, "which": "a"}) == 1


def test_path_that_turns_out_to_be_no_text_fails() -> None:
    assert failure({"@path": path("$.zero")}) == "@path: expected string, got number"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hi {{traits.name}}!", "Hi Ann!"),
        ("{{ traits.name }}", "Ann"),
        ("no placeholder }}", "no placeholder }}"),
        ("{{null}}|{{missing}}", "|"),
        ("{{zero}} {{no}}", "0 false"),
        ("{{traits}}", "[object Object]"),
        ("{{products.0.sku}}{{products}}", "1[object Object],[object Object],text"),
        ("{{}}", "{{}}"),
        ("{{{traits.name}}}", "Ann"),
        ("{{a}b}} {{text}}", "{{a}b}} Ab-Ab"),
    ],
)
def test_template_fills_in_paths(text: str, value: str) -> None:
    assert resolve({"@template": text}) == value


def test_template_path_takes_no_dollar() -> None:
    assert resolve({"@template": "<{{$.userId}}>"}) == "<>"


def test_template_reads_no_inherited_function_of_javascript() -> None:
    assert resolve({"@template": "<{{userId.constructor}}>"}) == "<>"


def test_two_halves_of_a_character_that_meet_stay_two_here_and_are_one_when_sent() -> None:
    text = resolve({"@template": "{{a}}{{b}}"}, {"a": "\ud83d", "b": "\ude00"})
    assert text == "\ud83d\ude00"
    assert len(text) == 2
    assert json.loads(stringify(text)) == "😀"


def test_template_looks_through_what_triple_braces_gave() -> None:
    assert resolve({"@template": "{{{a}}}"}, {"a": "{{b}}", "b": "deep"}) == "deep"


def test_template_with_a_blank_placeholder_prints_the_whole_event() -> None:
    assert resolve({"@template": "{{ }}"}) == "[object Object]"


def test_template_of_many_unclosed_braces_takes_linear_time() -> None:
    assert resolve({"@template": "{" * 200_000}) == "{" * 200_000


def test_literal_has_nested_directives_carried_out() -> None:
    assert resolve({"@literal": {"id": path("$.userId"), "n": [1, None]}}) == {"id": "u1", "n": [1, None]}


@pytest.mark.parametrize(
    ("where", "value"), [("$.userId", "then"), ("$.empty", "then"), ("$.null", "else"), ("$.missing", "else")]
)
def test_if_exists_takes_then_unless_null_or_missing(where: str, value: str) -> None:
    assert resolve({"@if": {"exists": path(where), "then": "then", "else": "else"}}) == value


@pytest.mark.parametrize("dropped", ["", 0, False, None])
def test_if_drops_a_falsy_else(dropped: Any) -> None:
    assert resolve({"@if": {"exists": path("$.missing"), "else": dropped}}) is MISSING


@pytest.mark.parametrize("constant", ["", 0, False, None])
def test_if_fails_on_a_falsy_constant_as_its_test(constant: Any) -> None:
    with pytest.raises(MappingResolveError, match='@if requires an "exists" key or a "blank" key'):
        resolve({"@if": {"exists": constant, "then": 1}})


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("x", "then"),
        (" ", "then"),
        ([1], "then"),
        ({}, "then"),
        ("", "else"),
        (0, "else"),
        (False, "else"),
        (None, "else"),
        ([], "else"),
        ([[]], "else"),
        ([None], "else"),
    ],
)
def test_if_blank_takes_then_for_what_is_not_blank(value: Any, taken: str) -> None:
    assert resolve({"@if": {"blank": path("$.x"), "then": "then", "else": "else"}}, {"x": value}) == taken


@pytest.mark.parametrize(("operator", "value"), [("lower", "ab-ab"), ("upper", "AB-AB")])
def test_case_changes_text(operator: str, value: str) -> None:
    assert resolve({"@case": {"operator": operator, "value": path("$.text")}}) == value


def test_case_passes_on_what_is_no_text() -> None:
    assert resolve({"@case": {"operator": "lower", "value": path("$.zero")}}) == 0


def test_case_with_another_operator_fails_for_text_only() -> None:
    assert resolve({"@case": {"operator": "title", "value": path("$.zero")}}) == 0
    with pytest.raises(MappingResolveError, match='operator key should have a value of "lower" or "upper"'):
        resolve({"@case": {"operator": "title", "value": path("$.text")}})


@pytest.mark.parametrize("constant", ["", 0, False, None])
@pytest.mark.parametrize(
    "directive",
    [{"@case": {"operator": "lower"}}, {"@replace": {"pattern": "a"}}],
    ids=["@case", "@replace"],
)
def test_case_and_replace_of_a_falsy_constant_leave_the_key_out(directive: Any, constant: Any) -> None:
    (name,) = directive
    part = {name: {**directive[name], "value": constant}}
    # A list keeps the part from the structural check, which takes no constant but a text.
    assert compile_mapping({"key": [{"in": part}]}).resolve(EVENT) == {"key": [{}]}


@pytest.mark.parametrize(("operator", "char"), [("upper", "\u019b"), ("lower", "\ua7dc")])
def test_case_knows_the_letters_that_python_knows(operator: str, char: str) -> None:
    """Chosen otherwise than Segment's runtime, whose JavaScript engine has tables of a Unicode version of its own."""
    part = {"@case": {"operator": operator, "value": path("$.x")}}
    assert resolve(part, {"x": char}) == (char.upper() if operator == "upper" else char.lower())


@pytest.mark.parametrize(
    ("options", "value"),
    [
        ({"pattern": "-"}, "AbAb"),
        ({"pattern": "a", "replacement": "_"}, "Ab-Ab"),
        ({"pattern": "a", "replacement": "_", "ignorecase": True}, "_b-_b"),
        ({"pattern": "A", "replacement": "_", "global": False}, "_b-Ab"),
        ({"pattern": "A", "replacement": "b", "pattern2": "b", "replacement2": "c"}, "cc-cc"),
        ({"pattern": "A", "replacement": "", "pattern2": "b"}, "-"),
        ({"pattern": "-", "replacement": "[$&$$$1]"}, "Ab[-$$1]Ab"),
        ({"pattern": "-", "replacement": "$`$'"}, "AbAbAbAb"),
    ],
    ids=str,
)
def test_replace_swaps_literal_text(options: dict[str, Any], value: str) -> None:
    assert resolve({"@replace": {**options, "value": path("$.text")}}) == value


@pytest.mark.parametrize(("where", "value"), [("$.zero", "X"), ("$.no", "false"), ("$.traits", ""), ("$.null", "")])
def test_replace_writes_numbers_and_booleans_and_empties_anything_else(where: str, value: str) -> None:
    assert resolve({"@replace": {"pattern": "0", "replacement": "X", "value": path(where)}}) == value


@pytest.mark.parametrize(("key", "named"), [("pattern2", "pattern"), ("replacement2", "replacement")])
def test_replace_counts_the_second_pair_at_run_time_and_says_less_than(key: str, named: str) -> None:
    options = {"pattern": "a", "pattern2": "b", key: "12345678901", "value": path("$.text")}
    with pytest.raises(MappingResolveError, match=f'@replace requires a "{named}" less than 10 characters'):
        resolve({"@replace": options})


def test_replace_ignores_a_second_pair_that_is_no_text() -> None:
    options = {"pattern": "A", "replacement": "5", "pattern2": 5, "replacement2": "x", "value": path("$.text")}
    assert resolve({"@replace": options}) == "5b-5b"


def test_replace_of_half_a_character_works_on_utf16_units() -> None:
    given = {"@replace": {"pattern": "\ud83d", "replacement": "", "value": path("$.emoji")}}
    assert json.dumps(resolve(given)) == json.dumps("é\ude00")


def test_array_path_shapes_each_item_and_leaves_out_what_is_missing() -> None:
    shape = {"id": path("$.sku"), "n": path("$.qty")}
    assert resolve({"@arrayPath": ["$.products", shape]}) == [{"id": 1}, {"id": 2, "n": 3}, {}]


def test_array_path_takes_one_object_for_a_list_of_one() -> None:
    assert resolve({"@arrayPath": ["$.one", {"id": path("$.sku")}]}) == [{"id": 7}]


@pytest.mark.parametrize("rest", [[], [{}], [5]])
def test_array_path_without_a_shape_gives_what_is_there(rest: list[Any]) -> None:
    assert resolve({"@arrayPath": ["$.products", *rest]}) is EVENT["products"]


def test_array_path_with_a_directive_for_items_gives_null_for_missing_ones() -> None:
    assert resolve({"@arrayPath": ["$.products", path("$.qty")]}) == [None, 3, None]


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        ({"a": {"b": 1}, "c": [1, {"d": 2}]}, {"a.b": 1, "c.0": 1, "c.1.d": 2}),
        ({"a": {}, "b": [], "c": None}, {"c": None}),
        ({"": {"": {"a": 1}}, "x": {"": 2}}, {"a": 1, "x.": 2}),
        ({"a.b": 1, "a": {"b": 2}}, {"a.b": 2}),
        ("text", {"": "text"}),
        (None, {"": None}),
    ],
    ids=repr,
)
def test_flatten_joins_keys(value: Any, flat: Any) -> None:
    assert resolve({"@flatten": {"separator": ".", "value": path("$.x")}}, {"x": value}) == flat


def test_flatten_leaves_lists_alone_when_told_to() -> None:
    options = {"separator": "_", "value": path("$.x"), "omitArrays": True}
    assert resolve({"@flatten": options}, {"x": {"a": [1, {"b": 2}]}}) == {"a": [1, {"b": 2}]}


def test_flatten_takes_linear_time() -> None:
    wide = {str(index): {"k": index} for index in range(50_000)}
    assert len(resolve({"@flatten": {"separator": ".", "value": path("$.x")}}, {"x": wide})) == 50_000


def test_json_encodes_as_javascript_does() -> None:
    part = {"@json": {"mode": "encode", "value": {"n": path("$.n"), "gone": path("$.missing"), "l": [path("$.gone")]}}}
    assert resolve(part, {"n": 1.0}) == '{"n":1,"l":[null]}'


@pytest.mark.parametrize(("text", "value"), [('{"a": [1, 2]}', {"a": [1, 2]}), ("{", "{"), (5, 5), ("", "")])
def test_json_decodes_text_and_leaves_the_rest(text: Any, value: Any) -> None:
    assert resolve({"@json": {"mode": "decode", "value": path("$.x")}}, {"x": text}) == value


def test_json_mode_in_capitals_passes_the_check_and_does_nothing() -> None:
    assert resolve({"@json": {"mode": "Encode", "value": path("$.text")}}) is MISSING


@pytest.mark.parametrize("constant", ["", 0, False])
def test_json_of_a_falsy_constant_fails(constant: Any) -> None:
    with pytest.raises(MappingResolveError, match='@json requires a "value" key'):
        resolve({"@json": {"mode": "encode", "value": constant}})


@pytest.mark.parametrize(("direction", "winner"), [("left", 1), ("right", 2), ("LEFT", 2)])
def test_merge_lets_one_side_win_and_knows_lower_case_only(direction: str, winner: int) -> None:
    assert resolve({"@merge": {"direction": direction, "objects": [{"a": 1}, {"a": 2}]}}) == {"a": winner}


def test_merge_lets_a_missing_value_hide_an_earlier_one() -> None:
    operands = [{"a": 1, "b": 1}, {"a": path("$.missing")}]
    assert resolve({"@merge": {"direction": "right", "objects": operands}}) == {"b": 1}


def test_merge_spreads_texts_and_lists_and_ignores_the_rest() -> None:
    operands = [path("$.emoji"), path("$.null"), path("$.zero"), path("$.missing")]
    merged = resolve({"@merge": {"direction": "right", "objects": operands}})
    assert merged == {"0": "é", "1": "\ud83d", "2": "\ude00"}


def test_merge_without_a_direction_passes_the_check_and_fails() -> None:
    with pytest.raises(MappingResolveError, match='@merge requires a "direction" key'):
        resolve({"@merge": {"objects": []}})


def test_transform_applies_one_mapping_to_the_result_of_another() -> None:
    part = {"@transform": {"apply": {"mail": path("$.traits.email")}, "mapping": {"to": path("$.mail")}}}
    assert resolve(part) == {"to": "a@b.c"}


def test_transform_keeps_a_missing_item_missing_between_its_mappings() -> None:
    apply = {"list": [path("$.missing"), path("$.null")]}
    part = {"@transform": {"apply": apply, "mapping": {"a": path("$.list.0"), "b": path("$.list.1")}}}
    assert resolve(part) == {"b": None}


def test_transform_result_holds_null_where_an_item_is_missing() -> None:
    part = {"@transform": {"apply": {"list": [path("$.missing")]}, "mapping": path("$.list")}}
    assert resolve(part) == [None]


def test_transform_checks_what_the_structural_check_did_not_see() -> None:
    part = {"@transform": {"apply": {"a": path("$.x"), "b": {"@nope": 1}}, "mapping": {"c": 1}}}
    assert failure(part) == "/b has an invalid directive: @nope."


def test_transform_of_what_is_no_object_fails() -> None:
    shape = {"@transform": {"apply": {"a": 1}, "mapping": {"b": path("$.a")}}}
    assert failure({"@arrayPath": ["$.list", shape]}, {"list": ["x"]}) == "data must be an object, got string"


def test_exclude_when_null_drops_a_null_and_the_null_keys_of_objects() -> None:
    assert resolve({"@excludeWhenNull": path("$.null")}) is MISSING
    assert resolve({"@excludeWhenNull": path("$.traits")}) == {
        "email": "a@b.c",
        "name": "Ann",
        "in": {"y": 1, "list": [None]},
    }


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"@foo": 1}, "@foo is not a valid directive, got undefined"),
        ({"@if": 5}, '@if requires an object with an "exists" key'),
        ({"@case": 5}, '@case requires an object with a "operator" key'),
        ({"@case": {}}, '@case requires a "operator" key'),
        ({"@replace": []}, '@replace requires an object with a "pattern" key'),
        ({"@replace": {}}, '@replace requires a "pattern" key'),
        ({"@arrayPath": "x"}, "@arrayPath expected array, got string"),
        ({"@template": None}, "@template: expected string, got null"),
        ({"@flatten": None}, '@flatten requires an object with a "separator" key'),
        ({"@flatten": {"value": 1}}, '@flatten requires a "separator" key'),
        ({"@flatten": {"separator": {"@path": "$.zero"}}}, "@flatten requires a string separator"),
        ({"@json": 1}, '@json requires an object with a "value" key'),
        ({"@json": {"value": 1}}, '@json requires a "mode" key'),
        ({"@merge": 1}, '@merge requires an object with an "objects" key and a "direction" key'),
        ({"@merge": {"direction": "left"}}, '@merge requires a "objects" key'),
        ({"@merge": {"direction": "left", "objects": {}}}, "@merge: expected opts.array, got object"),
        ({"@transform": 1}, '@transform requires an object with an "apply" key and a "mapping" key'),
        ({"@transform": {}}, '@transform requires a "mapping" key'),
        ({"@transform": {"mapping": {}}}, '@transform requires a "apply" key'),
        ({"@transform": {"mapping": {}, "apply": []}}, '@transform "apply" key should be an object'),
        ({"@liquid": 5}, "liquid template value must be a string"),
    ],
    ids=str,
)
def test_a_misshapen_directive_within_a_list_fails_when_it_is_carried_out(part: Any, message: str) -> None:
    assert failure(part) == message


def test_metadata_beside_a_directive_is_ignored() -> None:
    assert resolve({"@path": "$.userId", "_metadata": {"label": "User"}}) == "u1"
