"""JSON by orjson is JSON as JavaScript writes and reads it."""

from __future__ import annotations

import math
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions_core.encoding import decode, encode
from actions_core.errors import JSONSyntaxError, NotJSONError
from actions_core.js import MISSING, loads, stringify

# What could be taken for a number, for a key or for the end of either.
TEXTS = ["", "a", "1", "500.0", "e", "é😀", "\u2028", "\ud800", "\x00\x1f\x7f", '"', "\\", ":5.0,", '":5.0,', ",5.0,"]
MORE_TEXTS = ["[5.0]", '\\":1.0,', '{"1":1.0}', "1e16", ":1e21}", "x:1e-7,", '","1":']
KEYS = ["a", "b", "", "1", "10", "2", "01", "-1", "1a", "é", "500.0", '"1', "e"]
NUMBERS = [0, 1, -1, 2**53 - 1, 2**53, 2**64, -(10**30), 0.0, -0.0, 0.5, 500.0, -500.0, 1e15, 1e16, 1.5e16, 1e21, 1e22]
MORE_NUMBERS = [1e-5, 1e-6, 1e-7, 1.5e-7, 5e-324, 1.7976931348623157e308, math.nan, math.inf, -math.inf]

LEAVES = st.one_of(
    st.sampled_from([None, True, False, MISSING]),
    st.sampled_from(NUMBERS + MORE_NUMBERS),
    st.floats(),
    st.integers(),
    st.sampled_from(TEXTS + MORE_TEXTS),
    st.text(max_size=4),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES.filter(lambda value: value is not MISSING))
def test_a_value_is_written_as_javascript_writes_it(value: Any) -> None:
    """Varies numbers (whole doubles, exponents, beyond 2^53), keys that are indices, texts that look like either."""
    assert encode(value) == stringify(value).encode()


@pytest.mark.parametrize("value", [{"a": 5.0}, {"a": {"2": 1, "1": 2}}, [1e21], 1e16, 5.0, "5.0", [[1.0], 2.0]])
def test_what_orjson_writes_otherwise_is_mended(value: Any) -> None:
    assert encode(value) == stringify(value).encode()


def test_every_character_is_escaped_alike() -> None:
    text = "".join(map(chr, range(0xD800))) + "".join(map(chr, range(0xE000, 0x11000)))
    assert encode(text) == stringify(text).encode()


def test_values_that_every_json_library_takes_are_taken() -> None:
    identifier = uuid.UUID(int=7)
    assert encode({"ids": (identifier, 5.0)}) == b'{"ids":["00000000-0000-0000-0000-000000000007",5]}'


def test_a_value_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(NotJSONError, match="set is not a JSON value"):
        encode({"ids": {1, 2}})
    with pytest.raises(TypeError):
        encode(MISSING)


def test_deeply_nested_values_are_written_as_long_as_pythons_stack_lasts() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    assert encode(value) == b"[" * 300 + b"1" + b"]" * 300


@given(VALUES.filter(lambda value: value is not MISSING))
def test_a_text_is_read_as_javascript_reads_it(value: Any) -> None:
    """Varies what `encode` writes: all of it can be read, by either reader, to the same value."""
    text = encode(value)
    assert stringify(decode(text)) == stringify(loads(text))


@pytest.mark.parametrize("text", ["[1,]", "NaN", "", "{'a': 1}", "[" * 100_000])
def test_what_is_no_json_is_refused_in_the_same_words(text: str) -> None:
    with pytest.raises(JSONSyntaxError) as slow:
        loads(text)
    with pytest.raises(JSONSyntaxError) as quick:
        decode(text.encode())
    assert str(quick.value) == str(slow.value)


@pytest.mark.parametrize("text", [b'"\\ud800"', b"1e400", b"123456789012345678901234567890"])
def test_what_only_javascript_reads_is_read(text: bytes) -> None:
    assert decode(text) == loads(text)
