"""The functions of the documented dialect, and glob patterns."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.trigger.functions import FUNCTIONS
from actions_core.trigger.glob import PatternError, compile_pattern

OTHERS: list[Any] = [None, True, 5, 1.5, ["a"], {"a": 1}]


@pytest.mark.parametrize(
    ("function", "value", "expected"),
    [
        ("length", "a", 1),
        ("length", "ア", 3),
        ("length", "😀", 4),
        ("length", "\ud83d", 3),
        ("length", "", 0),
        ("length", ["a", None], 2),
        ("length", None, 0),
        ("length", 5, None),
        ("length", {"a": 1}, None),
        ("lowercase", "ÄB c", "äb c"),
        ("uppercase", "äb c", "ÄB C"),
        ("snakecase", "test string", "test_string"),
        ("kebabcase", "test string", "test-string"),
        ("titlecase", "test string", "Test String"),
        ("titlecase", "éa  bC", "Éa  BC"),
        ("titlecase", "", ""),
        ("typeof", "x", "string"),
        ("typeof", 1.5, "number"),
        ("typeof", [], "list"),
        ("typeof", False, "bool"),
        ("typeof", None, "null"),
        ("typeof", {}, "object"),
        ("bool", None, False),
        ("bool", "", False),
        ("bool", "false", True),
        ("bool", 0, False),
        ("bool", -1, True),
        ("bool", [], False),
        ("bool", [0], True),
        ("bool", True, True),
        ("string", None, ""),
        ("string", 1.0, "1"),
        ("string", 1e21, "1e+21"),
        ("string", True, "true"),
        ("string", ["a", 1], "a,1"),
        ("string", {"a": 1}, None),
        ("number", "1.50", 1.5),
        ("number", "-2e3", -2000),
        ("number", "", None),
        ("number", " 1", None),
        ("number", "0x10", None),
        ("number", "٣", None),
        ("number", "9" * 400, None),
        ("number", 7, 7),
        ("number", True, None),
        ("number", None, None),
        ("number", ["1"], None),
    ],
)
def test_a_function_converts_its_argument(function: str, value: Any, expected: Any) -> None:
    found = FUNCTIONS[function].apply(value)
    assert found == expected
    assert type(found) is type(expected) or isinstance(found, float)


@pytest.mark.parametrize("function", ["lowercase", "uppercase", "snakecase", "kebabcase", "titlecase"])
@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_a_text_function_gives_null_for_anything_else(function: str, value: Any) -> None:
    assert FUNCTIONS[function].apply(value) is None


@pytest.mark.parametrize("function", ["contains", "match"])
@pytest.mark.parametrize("value", OTHERS, ids=repr)
def test_contains_and_match_hold_for_texts_only(function: str, value: Any) -> None:
    apply = FUNCTIONS[function].apply
    assert apply("a", "a") is True
    assert apply(value, "a") is False
    assert apply("a", value) is False


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("abcd", "a*d", True),
        ("", "*", True),
        ("abc", "ab", False),
        ("abcd", "a??d", True),
        ("abcd", "*d", True),
        ("ab*d", "ab\\*d", True),
        ("abxd", "ab\\*d", False),
        ("abCd", "ab[cC]d", True),
        ("abcd", "ab[a-z]d", True),
        ("abcd", "ab[A-Z]d", False),
    ],
)
def test_a_documented_pattern_has_its_documented_result(text: str, pattern: str, expected: bool) -> None:
    assert compile_pattern(pattern)(text) is expected
    assert FUNCTIONS["match"].apply(text, pattern) is expected


@pytest.mark.parametrize(
    ("text", "pattern", "expected"),
    [
        ("", "", True),
        ("a", "", False),
        ("abc", "abc", True),
        ("ABC", "abc", False),
        ("a\nb/c", "a*c", True),
        ("a\n", "a?", True),
        ("a\n", "a", False),
        ("😀", "?", True),
        ("abab", "*ab", True),
        ("aXbXc", "a*b*c", True),
        ("ac", "a*b*c", False),
        ("^", "[^a]", True),
        ("b", "[^a]", False),
        ("!", "[!a]", True),
        ("-", "[a-]", True),
        ("-", "[-a]", True),
        ("]", "[\\]]", True),
        ("b", "[a\\-c]", False),
        ("-", "[a\\-c]", True),
        ("\\", "[\\\\]", True),
        ("[", "[[]", True),
        ("&", "[a&&b]", True),
        ("]", "]", True),
        (".", ".", True),
        ("x", ".", False),
        ("(a)", "(?)", True),
    ],
)
def test_a_pattern_matches_a_whole_text(text: str, pattern: str, expected: bool) -> None:
    assert compile_pattern(pattern)(text) is expected


@pytest.mark.parametrize(
    ("pattern", "position"), [("a[", 1), ("a[b", 1), ("[]", 0), ("x[z-a]", 1), ("ab\\", 2), ("[a\\", 0)]
)
def test_a_broken_pattern_is_refused_with_its_place(pattern: str, position: int) -> None:
    with pytest.raises(PatternError) as failure:
        compile_pattern(pattern)
    assert failure.value.position == position
    assert FUNCTIONS["match"].apply("a", pattern) is False


def test_many_stars_take_no_time() -> None:
    matches = compile_pattern("*a" * 50 + "*b")
    assert not matches("a" * 5_000)
    assert matches("a" * 5_000 + "b")


def slow_match(text: str, pattern: str) -> bool:
    """The definition of `*` and `?`, tried in every way."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(slow_match(text[start:], pattern[1:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and slow_match(text[1:], pattern[1:])


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(text=st.text("ab", max_size=6), pattern=st.text("ab?**", max_size=6))
def test_a_pattern_agrees_with_its_definition(text: str, pattern: str) -> None:
    """Varies short texts of two letters and patterns of the same letters, stars and question marks."""
    assert compile_pattern(pattern)(text) is slow_match(text, pattern)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(pattern=st.text("ab?*[]\\-^&|~", max_size=8), text=st.text("ab-^[]\\", max_size=4))
def test_any_pattern_compiles_or_is_refused(pattern: str, text: str) -> None:
    """Varies patterns made of every sign that means something in a glob or in a regular expression."""
    try:
        matches = compile_pattern(pattern)
    except PatternError as error:
        assert 0 <= error.position < len(pattern)  # noqa: PT017 - every error has a place
        assert re.search(r"[\[\\]", pattern)
        return
    assert isinstance(matches(text), bool)
