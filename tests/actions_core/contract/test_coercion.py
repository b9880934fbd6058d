from __future__ import annotations

import math
from typing import Any

import pytest

from actions_core.js import MISSING, stringify
from tests.actions_core.contract.compiled import payload, sentences

STRING, NUMBER, INTEGER, BOOLEAN = ({"type": name} for name in ("string", "number", "integer", "boolean"))
DATETIME, OBJECT = {"type": "datetime"}, {"type": "object"}


def or_null(field: dict[str, Any]) -> dict[str, Any]:
    return {**field, "allowNull": True}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param(STRING, 42, '"42"', id="number to string"),
        pytest.param(STRING, 1.0, '"1"', id="whole double to string"),
        pytest.param(STRING, 1e21, '"1e+21"', id="large number to string"),
        pytest.param(STRING, 2**53 + 1, '"9007199254740992"', id="integer beyond 2^53 to string"),
        pytest.param(STRING, -0.0, '"0"', id="negative zero to string"),
        pytest.param(STRING, math.inf, '"Infinity"', id="infinity to string"),
        pytest.param(STRING, True, '"true"', id="true to string"),
        pytest.param(STRING, False, '"false"', id="false to string"),
        pytest.param(STRING, ["x"], '"x"', id="list of one to string"),
        pytest.param(STRING, [1], '"1"', id="list of one number to string"),
        pytest.param(STRING, [None], '""', id="list of null to string"),
        pytest.param(NUMBER, "5", "5", id="text to number"),
        pytest.param(NUMBER, " 1e3\n", "1000", id="text with blanks and exponent to number"),
        pytest.param(NUMBER, " ", "0", id="blank text to number"),
        pytest.param(NUMBER, "0x10", "16", id="hexadecimal text to number"),
        pytest.param(NUMBER, "-0", "0", id="negative zero text to number"),
        pytest.param(NUMBER, "9007199254740993", "9007199254740992", id="large text to number"),
        pytest.param(NUMBER, "Infinity", "null", id="Infinity to number"),
        pytest.param(NUMBER, True, "1", id="true to number"),
        pytest.param(NUMBER, ["5"], "5", id="list of one text to number"),
        pytest.param(INTEGER, "5.0", "5", id="whole text to integer"),
        pytest.param(INTEGER, 5.0, "5", id="whole double is an integer"),
        pytest.param(INTEGER, 1e300, "1e+300", id="any large double is an integer"),
        pytest.param(INTEGER, False, "0", id="false to integer"),
        pytest.param(BOOLEAN, "true", "true", id="text to true"),
        pytest.param(BOOLEAN, "false", "false", id="text to false"),
        pytest.param(BOOLEAN, 1, "true", id="1 to true"),
        pytest.param(BOOLEAN, 0.0, "false", id="0 to false"),
        pytest.param(BOOLEAN, [1], "true", id="list of 1 to true"),
        pytest.param(DATETIME, 1609459200, "1609459200", id="number is a datetime"),
        pytest.param(DATETIME, ["1609459200"], "1609459200", id="list of one numeric text to datetime"),
        pytest.param(OBJECT, {"a": None, "b": ""}, '{"a":null,"b":""}', id="empty values in a free object stay"),
        pytest.param(or_null(STRING), None, "null", id="null where it is allowed"),
        pytest.param(or_null(STRING), 5, '"5"', id="number to string that may be null"),
        pytest.param(or_null(BOOLEAN), 0, "false", id="boolean comes before null"),
        pytest.param(or_null(OBJECT), 0, "null", id="0 to object that may be null"),
        pytest.param(or_null(OBJECT), False, "null", id="false to object that may be null"),
    ],
)
def test_value_is_coerced_to_the_type_of_its_field(field: dict[str, Any], value: Any, expected: str) -> None:
    assert stringify(payload(field, value)["x"]) == expected


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        pytest.param(STRING, [], "a string but it was an array", id="empty list"),
        pytest.param(STRING, ["a", "b"], "a string but it was an array", id="list of two"),
        pytest.param(STRING, {"a": 1}, "a string but it was an object", id="object"),
        pytest.param(STRING, [{}], "a string but it was an object", id="list of one object"),
        pytest.param(STRING, [MISSING], "a string but it was undefined", id="list of undefined"),
        pytest.param(NUMBER, "x", "a number but it was a string", id="word"),
        pytest.param(NUMBER, "1_000", "a number but it was a string", id="underscore"),
        pytest.param(NUMBER, "١", "a number but it was a string", id="digit of another script"),
        pytest.param(NUMBER, "nan", "a number but it was a string", id="nan"),
        pytest.param(NUMBER, math.inf, "a number but it was a number", id="infinity"),
        pytest.param(INTEGER, 5.5, "an integer but it was a number", id="fraction"),
        pytest.param(INTEGER, "5.5", "an integer but it was a string", id="text with a fraction"),
        pytest.param(BOOLEAN, "True", "a boolean but it was a string", id="Python's True"),
        pytest.param(BOOLEAN, 2, "a boolean but it was a number", id="2 is no boolean"),
        pytest.param(OBJECT, "{}", "an object but it was a string", id="JSON text"),
        pytest.param(OBJECT, [{}], "an object but it was an array", id="list of one object is no object"),
        pytest.param(DATETIME, {}, "a string or number but it was an object", id="object as datetime"),
        pytest.param(or_null(DATETIME), {}, "a string, number, or null but it was an object", id="datetime or null"),
        pytest.param(or_null(OBJECT), 1, "an object or null but it was a number", id="object or null"),
    ],
)
def test_value_that_cannot_be_coerced_is_named_in_the_error(field: dict[str, Any], value: Any, expected: str) -> None:
    assert sentences(field, value) == [f"The value at /x must be {expected}."]


def test_list_of_null_is_a_blank_text_even_where_one_is_required() -> None:
    """Reference: null is the empty text, so that a required text is there when it is given [null]."""
    assert payload({**STRING, "required": True}, [None]) == {"x": ""}


def test_list_of_one_is_taken_for_its_element_unless_an_object_is_asked_for() -> None:
    """Reference: an object is never made of anything else."""
    assert payload(STRING, ["x"]) == {"x": "x"}
    assert payload(NUMBER, ["5"]) == {"x": 5}
    assert sentences(OBJECT, [{}]) == ["The value at /x must be an object but it was an array."]


def test_infinity_as_text_is_an_integer() -> None:
    """Reference: the remainder of an infinite number is no number, which passes for "no fraction"."""
    assert payload(INTEGER, "-Infinity") == {"x": -math.inf}


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (or_null(STRING), ["x"], "must be a string or null but it was a string"),
        (DATETIME, ["2020-01-01"], "must be a string or number but it was a string"),
    ],
    ids=["string or null", "datetime"],
)
def test_list_of_one_right_value_is_refused_where_several_types_are_allowed(
    field: dict[str, Any], value: Any, expected: str
) -> None:
    """Reference: the element must be coerced there; it is not taken as it is."""
    assert sentences(field, value) == [f"The value at /x {expected}."]


def test_number_made_from_a_whole_text_is_an_int_for_the_author() -> None:
    assert isinstance(payload(NUMBER, "5")["x"], int)
    assert payload(NUMBER, "5.5") == {"x": 5.5}


def test_value_of_the_right_type_stays_the_same_object() -> None:
    value = {"a": [1, {"b": None}]}
    assert payload(OBJECT, value)["x"] is value
