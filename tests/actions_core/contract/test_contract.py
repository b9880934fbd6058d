from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest

from actions_core.contract import Note
from actions_core.errors import PayloadValidationError
from actions_core.js import MISSING
from tests.actions_core.contract.compiled import contract, failures, payload, refusal, sentences

STRING = {"type": "string"}
LIST = {"type": "string", "multiple": True}
ITEMS = {"type": "object", "multiple": True, "properties": {"id": STRING, "n": {"type": "number"}}}


# --- what is dropped, wrapped and stripped -----------------------------------------------------------------------------


@pytest.mark.parametrize("field", [STRING, {"type": "number"}, {"type": "object"}, LIST], ids=str)
@pytest.mark.parametrize("empty", [None, "", MISSING], ids=repr)
def test_empty_value_of_a_single_event_is_dropped(field: dict[str, Any], empty: Any) -> None:
    assert payload(field, empty) == {}


def test_null_stays_where_it_is_allowed() -> None:
    assert payload({**STRING, "allowNull": True}, None) == {"x": None}


def test_blank_text_stays_in_a_batch_if_the_field_holds_text() -> None:
    """Reference: '' is dropped from every field of a single event, but in a batch only where it is no text."""
    assert payload({**STRING, "required": True}, "", "batch") == {"x": ""}
    assert payload({"type": "number"}, "", "batch") == {}
    assert payload(LIST, "", "batch") == {}
    assert sentences({**STRING, "required": True}, "") == ["The root value is missing the required field 'x'."]


def test_settings_keep_what_is_empty() -> None:
    assert payload(STRING, None, "settings") == {"x": ""}
    assert payload({**STRING, "required": True}, "", "settings") == {"x": ""}
    assert contract().validate({"x": 1}, mode="settings") == {}


def test_empty_property_is_dropped_from_an_object_in_every_mode() -> None:
    field = {"type": "object", "properties": {"a": STRING, "n": {"type": "number"}}}
    assert payload(field, {"a": None, "n": ""}) == {"x": {}}
    assert payload(field, {"a": "", "n": MISSING}) == {"x": {"a": ""}}


def test_single_value_of_a_list_field_is_wrapped() -> None:
    assert payload(LIST, "a") == {"x": ["a"]}
    assert payload({"type": "object", "multiple": True}, {"a": 1}) == {"x": [{"a": 1}]}


def test_single_value_of_a_nested_list_field_is_wrapped_unless_it_is_an_object() -> None:
    field = {"type": "object", "properties": {"list": ITEMS, "texts": LIST}}
    assert payload(field, {"texts": "a"}) == {"x": {"texts": ["a"]}}
    assert sentences(field, {"list": {"id": "a"}}) == ["The value at /x/list must be an array but it was an object."]


def test_items_are_filtered_and_coerced() -> None:
    assert payload(LIST, ["a", None, "", 1, MISSING]) == {"x": ["a", "", "1"]}
    assert payload({"type": "number", "multiple": True}, ["", "1", None]) == {"x": [1]}


def test_empty_values_inside_an_item_are_coerced_instead_of_dropped() -> None:
    """Reference: only the items themselves are looked at; null becomes '' or 0."""
    assert payload(ITEMS, [{"id": None, "n": None}, None]) == {"x": [{"id": "", "n": 0}]}


def test_list_field_ignores_format_limits_and_null() -> None:
    """Reference: a list loses format, minimum, maximum and allowNull; its items keep the choices only."""
    field = {**LIST, "format": "email", "maximum": 1, "allowNull": True}
    assert payload(field, ["abc"]) == {"x": ["abc"]}
    assert payload(field, None) == {}
    assert sentences({**LIST, "choices": ["a", "b"]}, ["c"]) == ['The value at /x/0 must be one of: "a" or "b".']
    assert payload({**ITEMS, "choices": ["a"]}, [{"id": "1"}]) == {"x": [{"id": "1"}]}


def test_keys_that_are_no_fields_are_stripped() -> None:
    assert contract(x=STRING).validate({"x": "a", "y": 1}) == {"x": "a"}
    assert payload({"type": "object", "properties": {"a": STRING}}, {"a": "1", "b": "2"}) == {"x": {"a": "1"}}
    kept = {"type": "object", "properties": {"a": STRING}, "additionalProperties": True}
    assert payload(kept, {"a": 1, "b": None}) == {"x": {"a": "1", "b": None}}
    assert payload({"type": "object", "properties": {}}, {"a": 1}) == {"x": {}}


def test_action_without_fields_passes_everything() -> None:
    """Reference: it has no contract, and its payload is whatever the mapping gave."""
    values = {"a": None, "b": ""}
    assert contract().validate(values) == values


@pytest.mark.parametrize(
    ("values", "kind"), [(None, "undefined"), ("", "undefined"), ("x", "a string"), ([], "an array"), (0, "a number")]
)
def test_values_that_are_no_object_are_refused_and_what_is_empty_is_called_undefined(values: Any, kind: str) -> None:
    """Reference: null and '' are dropped even here, where nothing is left then."""
    assert failures(contract(x=STRING), values) == [f"The root value must be an object but it was {kind}."]


def test_dynamic_auth_settings_are_no_field_and_yet_passed_through() -> None:
    """Reference: they are exempt; what is inside them is coerced all the same, if they are a field."""
    compiled = contract(x=STRING)
    assert list(compiled.validate({"dynamicAuthSettings": {"token": None}, "x": 1}).items()) == [
        ("x", "1"),
        ("dynamicAuthSettings", {"token": None}),
    ]
    assert contract(dynamicAuthSettings=STRING).validate({"dynamicAuthSettings": 4}) == {"dynamicAuthSettings": 4}
    assert contract(dynamicAuthSettings=LIST).validate({"dynamicAuthSettings": [4]}) == {"dynamicAuthSettings": ["4"]}
    inside = contract(dynamicAuthSettings=ITEMS)
    assert inside.validate({"dynamicAuthSettings": {"id": 4}}) == {"dynamicAuthSettings": {"id": "4"}}


def test_object_with_properties_may_not_be_null() -> None:
    """Reference: an object with `properties` loses allowNull."""
    assert payload({"type": "object", "allowNull": True, "properties": {"a": STRING}}, None) == {}
    assert payload({"type": "object", "allowNull": True}, None) == {"x": None}


def test_field_named_like_an_inherited_function_is_like_any_other() -> None:
    compiled = contract(constructor={**STRING, "required": True})
    assert compiled.validate({"constructor": 1}) == {"constructor": "1"}
    assert failures(compiled, {}) == ["The root value is missing the required field 'constructor'."]


def test_default_is_not_filled_in() -> None:
    assert contract(x={**STRING, "default": "d"}).validate({}) == {}


def test_order_of_the_values_is_kept() -> None:
    assert list(contract(a=STRING, b=STRING).validate({"b": "1", "z": 0, "a": "2"})) == ["b", "a"]


def test_values_are_shared_but_never_changed() -> None:
    inner = {"id": 1, "extra": True}
    free = {"deep": [{"a": None}]}
    values = {"list": [inner, None], "free": free, "object": {"texts": 5}}
    compiled = contract(list=ITEMS, free={"type": "object"}, object={"type": "object", "properties": {"texts": LIST}})
    result = compiled.validate(values)
    assert result == {"list": [{"id": "1"}], "free": free, "object": {"texts": ["5"]}}
    assert result["free"] is free
    assert values == {"list": [{"id": 1, "extra": True}, None], "free": free, "object": {"texts": 5}}


def test_subclasses_of_json_types_are_taken_for_them() -> None:
    class Text(str):
        __slots__ = ()

    compiled = contract(x={**STRING, "choices": ["a"]}, o={"type": "object", "properties": {"k": STRING}})
    values = {"x": Text("a"), "o": OrderedDict(k=Text("b"))}
    assert compiled.validate(values) == {"x": "a", "o": {"k": "b"}}


def test_deeply_nested_value_does_not_exhaust_the_stack() -> None:
    value: Any = None
    for _ in range(100_000):
        value = {"a": [value]}
    assert payload({"type": "object"}, value)["x"] is value
    assert sentences(STRING, value) == ["The value at /x must be a string but it was an object."]


# --- rules -----------------------------------------------------------------------------------------------------------


def test_choices_are_compared_as_javascript_does() -> None:
    field = {"type": "number", "choices": [{"label": "one", "value": 1}, {"label": "yes", "value": True}]}
    assert payload(field, "1") == {"x": 1}
    assert sentences(field, 2) == ["The value at /x must be one of: 1 or true."]
    assert sentences({"type": "object", "choices": ["a", "b", "c"]}, {}) == [
        'The value at /x must be one of: "a", "b", or "c".'
    ]


def test_null_is_one_of_the_choices_where_it_is_allowed() -> None:
    field = {**STRING, "choices": ["a"], "allowNull": True}
    assert payload(field, None) == {"x": None}
    assert sentences(field, "b") == ['The value at /x must be one of: "a" or null.']


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param({**STRING, "maximum": 2}, "abc", "2 characters or fewer but it was 3 characters", id="too long"),
        pytest.param(
            {**STRING, "maximum": 1}, "ab", "1 character or fewer but it was 2 characters", id="one character"
        ),
        pytest.param({**STRING, "minimum": 2}, "a", "2 characters or more but it was 1 character", id="too short"),
        pytest.param({"type": "number", "maximum": 5.5}, 6, "equal to or less than 5.5", id="too large"),
        pytest.param({"type": "number", "minimum": 1e21}, "6", "equal to or greater than 1e+21", id="too small"),
    ],
)
def test_limit_is_told(field: dict[str, Any], value: Any, expected: str) -> None:
    assert sentences(field, value) == [f"The value at /x must be {expected}."]


def test_limit_counts_characters_but_tells_utf16_units() -> None:
    """Reference: the limit counts characters, but the length that is told counts UTF-16 units."""
    assert payload({**STRING, "maximum": 2}, "😀😀") == {"x": "😀😀"}
    assert sentences({**STRING, "maximum": 1}, "😀😀") == [
        "The value at /x must be 1 character or fewer but it was 4 characters."
    ]


def test_infinite_number_has_no_limit() -> None:
    assert payload({"type": "number", "maximum": 5}, "Infinity") == {"x": float("inf")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ({"type": "number", "minimum": 0}, -5),
        ({**STRING, "maximum": 0}, "long"),
        ({"type": "integer", "maximum": 1}, 5),
        ({"type": "text", "maximum": 1}, "long"),
        ({"type": "password", "minimum": 10}, "short"),
    ],
    ids=["minimum 0", "maximum 0", "integer", "text", "password"],
)
def test_limit_without_effect(field: dict[str, Any], value: Any) -> None:
    """Reference: a limit of 0 is no limit, and only the types string and number have any."""
    assert payload(field, value) == {"x": value}


def test_type_decides_the_format_of_datetime_and_password() -> None:
    """Reference: the types datetime, password and text have a format of their own, whatever the field says."""
    assert payload({"type": "password", "format": "email"}, "secret") == {"x": "secret"}
    assert payload({"type": "text", "format": "email"}, "text") == {"x": "text"}
    assert sentences({"type": "datetime", "format": "email"}, "a@b.co") == [
        "The value at /x must be a valid date-like string but it was not."
    ]


def test_rules_are_asked_even_if_the_type_is_wrong() -> None:
    field = {"type": "number", "format": "email", "choices": ["a"]}
    assert sentences(field, "b") == [
        "The value at /x must be a number but it was a string.",
        'The value at /x must be one of: "a".',
        "The value at /x must be a valid email address string but it was not.",
    ]


def test_wrong_type_is_told_last_for_an_object_with_properties() -> None:
    """Reference: its choices and format are told first; an object without properties has it the other way round."""
    field = {"type": "object", "choices": ["a"], "properties": {"a": STRING}}
    wrong_type, wrong_choice = "must be an object but it was a string.", 'must be one of: "a".'
    assert sentences(field, "b") == [f"The value at /x {text}" for text in (wrong_choice, wrong_type)]
    del field["properties"]
    assert sentences(field, "b") == [f"The value at /x {text}" for text in (wrong_type, wrong_choice)]


# --- errors ----------------------------------------------------------------------------------------------------------


def test_every_error_is_told_at_once_and_in_order() -> None:
    compiled = contract(
        b={**STRING, "required": True, "label": "Bee"},
        a={"type": "number", "label": "Ay"},
        **{"1": {"type": "number", "required": True}},
    )
    assert failures(compiled, {"a": "x"}) == [
        "The root value is missing the required field '1'.",
        "The root value is missing the required field 'b'.",
        "Ay must be a number but it was a string.",
    ]


def test_missing_property_is_told_with_the_label_of_its_object() -> None:
    field = {"type": "object", "label": "user data", "properties": {"id": {**STRING, "required": True}}}
    assert sentences(field, {}) == ["User data is missing the required field 'id'."]
    assert sentences({**field, "multiple": True}, [{}]) == ["The value at /x/0 is missing the required field 'id'."]


def test_fifty_errors_have_one_entry_each() -> None:
    fields: dict[str, Any] = {f"f{at}": STRING for at in range(50)}
    assert len(failures(contract(**fields), {key: [] for key in fields})) == 50


def test_error_has_the_paths_of_its_values() -> None:
    compiled = contract(**{"a.b/~": {"type": "object", "properties": {"0": LIST}}})
    with pytest.raises(PayloadValidationError) as caught:
        compiled.validate({"a.b/~": {"0": [1, {}]}})
    (error,) = caught.value.errors
    assert error.path == "$.a\\.b/~[0][1]"
    assert error.message == "The value at /a.b~1~0/0/1 must be a string but it was an object."
    assert (caught.value.status, caught.value.code) == (400, "PAYLOAD_VALIDATION_FAILED")


# --- notes -----------------------------------------------------------------------------------------------------------


def test_notes_tell_what_was_done_to_each_value() -> None:
    compiled = contract(
        n={"type": "number"},
        empty=STRING,
        list=LIST,
        object={"type": "object", "properties": {"k": STRING, "items": LIST}},
    )
    notes: list[Note] = []
    values = {"n": "5", "empty": None, "list": "a", "object": {"k": 1, "items": [None]}, "other": [1]}
    compiled.validate(values, notes=notes)
    assert notes == [
        Note("dropped", "empty", "$.empty", None),
        Note("dropped", "object", "$.object.items[0]", None),
        Note("wrapped", "list", "$.list", "a", ["a"]),
        Note("stripped", "other", "$.other", [1]),
        Note("coerced", "n", "$.n", "5", 5),
        Note("coerced", "object", "$.object.k", 1, "1"),
    ]
    assert [str(note) for note in notes[2:5]] == [
        '$.list: wrapped "a" to ["a"]',
        "$.other: stripped [1] because it is no field",
        '$.n: coerced "5" to 5',
    ]
    assert str(notes[0]) == "$.empty: dropped null because it is empty"


def test_note_of_a_deep_or_long_value_stays_short() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert str(Note("stripped", "x", "$.x", deep)) == "$.x: stripped a deeply nested value because it is no field"
    assert len(str(Note("stripped", "x", "$.x", "a" * 1000))) < 130


def test_value_that_is_right_has_no_note() -> None:
    notes: list[Note] = []
    contract(x=STRING, list=LIST).validate({"x": "a", "list": ["b"]}, notes=notes)
    assert notes == []


# --- definitions that are refused --------------------------------------------------------------------------------------


def test_every_mistake_of_a_definition_is_told_with_its_place() -> None:
    assert refusal(
        a={**STRING, "choices": []},
        b={"type": "object", "properties": {"c": {**STRING, "minimum": -1, "choices": ["x", "x"]}}},
    ) == [
        ("a.choices", "must NOT have fewer than 1 items"),
        ("b.properties.c.minimum", "limits the length of a text, so it must be a whole number of characters"),
        ("b.properties.c.choices", "must NOT have duplicate items"),
    ]


@pytest.mark.parametrize("name", ["__proto__", "\ud800"], ids=ascii)
def test_name_that_the_reference_cannot_compile_is_refused(name: str) -> None:
    assert refusal(**{name: STRING}) == [(name, "is not a name that a field can have")]


def test_definition_nested_beyond_all_reason_is_refused() -> None:
    field: dict[str, Any] = STRING
    for _ in range(70):
        field = {"type": "object", "properties": {"a": field}}
    ((_, message),) = refusal(x=field)
    assert message == "is nested more than 64 levels deep"
