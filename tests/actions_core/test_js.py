from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core import js
from actions_core.errors import JSONSyntaxError
from actions_core.js import MISSING

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["0", "10", "01"]), inner),
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        (1e16, "10000000000000000"),
        (123456789012345680000.0, "123456789012345680000"),
        (1.5e-7, "1.5e-7"),
        (0.000001, "0.000001"),
        (9007199254740993, "9007199254740992"),
        (10**400, "Infinity"),
        (math.nan, "NaN"),
        (-math.inf, "-Infinity"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
    ids=str,
)
def test_numbers_are_written_as_javascript_writes_them(value: float, text: str) -> None:
    assert js.number_to_string(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (MISSING, "undefined"),
        (True, "true"),
        ({}, "[object Object]"),
        ([], ""),
        ([1, None, [2, MISSING], {}], "1,,2,,[object Object]"),
        ([[], [[]]], ","),
    ],
    ids=repr,
)
def test_any_value_has_a_text(value: object, text: str) -> None:
    assert js.to_string(value) == text


def test_a_list_nested_ten_thousand_deep_has_a_text() -> None:
    nested: list[Any] = ["x"]
    for _ in range(10_000):
        nested = [nested]
    assert js.to_string(nested) == "x"


@pytest.mark.parametrize("value", [[], {}, "0", "false", 1, -1.5, True, math.inf], ids=repr)
def test_truthy_values(value: object) -> None:
    assert js.truthy(value)


@pytest.mark.parametrize("value", [None, MISSING, "", 0, -0.0, False, math.nan], ids=repr)
def test_falsy_values(value: object) -> None:
    assert not js.truthy(value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        (" \n\u00a0", 0),
        ("1e3", 1000),
        ("0x10", 16),
        ("0b11", 3),
        ("0o17", 15),
        (" 12.50 ", 12.5),
        (".5", 0.5),
        ("5.", 5),
        ("-Infinity", -math.inf),
    ],
    ids=repr,
)
def test_texts_that_are_numbers(text: str, number: float) -> None:
    assert js.string_to_number(text) == number


@pytest.mark.parametrize("text", ["1_000", "nan", "inf", "infinity", "-0x10", "1e", "٣", "1 2", "0x"], ids=repr)
def test_texts_that_python_reads_as_numbers_but_javascript_does_not(text: str) -> None:
    assert math.isnan(js.string_to_number(text))


def test_lengths_and_slices_count_utf16_units() -> None:
    assert js.utf16_length("a😀b") == 4
    assert js.utf16_slice("a😀b", 0, 3) == "a😀"
    assert js.utf16_slice("a😀b", -1) == "b"
    assert js.utf16_slice("a😀b", 0, 2) == "a\ud83d"


def test_integer_like_keys_come_first_and_ascend() -> None:
    assert js.object_keys({"b": 1, "10": 1, "9": 1, "01": 1, "-1": 1, "4294967295": 1}) == [
        "9", "10", "b", "01", "-1", "4294967295",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "key", "found"),
    [
        ({"a": None}, "a", None),
        ({}, "a", MISSING),
        (["x"], "0", "x"),
        (["x"], "1", MISSING),
        (["x"], "00", MISSING),
        (["x"], "length", 1),
        ("😀b", "length", 3),
        ("ab", "1", "b"),
        ("ab", "2", MISSING),
        (5, "toFixed", MISSING),
        (None, "a", MISSING),
    ],
    ids=repr,
)
def test_properties_are_read_as_javascript_reads_them(value: object, key: str, found: object) -> None:
    assert js.get_property(value, key) == found


def test_text_is_written_with_what_json_cannot_hold_left_out() -> None:
    value = {"b": MISSING, "n": math.nan, "10": [MISSING, 1.0, -math.inf], "s": '"\ud800é\n'}
    assert js.stringify(value) == r'{"10":[null,1,null],"n":null,"s":"\"\ud800é\n"}'


@given(JSON_VALUES)
@settings(derandomize=True, database=None)
def test_any_json_value_is_written_as_json_that_reads_back_equal(value: Any) -> None:
    """Varies the value: every JSON type, nested, with integer-like keys and integers beyond 2^53."""
    written = js.stringify(value)
    assert js.loads(written) == js.loads(json.dumps(value))


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="set is not a JSON value"):
        js.stringify({"a": {1}})


def test_integers_beyond_doubles_lose_digits_as_in_javascript() -> None:
    assert js.stringify(js.loads("[9007199254740993, 1" + "0" * 5000 + "]")) == "[9007199254740992,null]"
    assert js.stringify([10**5000, -(10**5000)]) == "[null,null]"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": }', "expecting value at column 7"),
        ('{\n"a": 1,}', "at line 2 column 8"),
        ("NaN", "NaN is not JSON"),
        (b"\xff", "byte 0 is not UTF-8"),
        ("[" * 100_000, "nested too deeply to be read"),
    ],
    ids=["syntax", "line", "constant", "encoding", "depth"],
)
def test_text_that_is_not_json_is_one_clear_sentence(text: str | bytes, message: str) -> None:
    with pytest.raises(JSONSyntaxError, match=message):
        js.loads(text)
