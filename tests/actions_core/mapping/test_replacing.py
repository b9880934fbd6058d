"""JavaScript's text operations that directives lean on."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core import js


@pytest.mark.parametrize(
    ("text", "pattern", "ignore_case", "result"),
    [
        ("Straße", "ß", True, "Stra_e"),
        ("sſS", "S", True, "_ſ_"),
        ("kK\u212a", "k", True, "__\u212a"),
        ("éÉ", "é", True, "__"),
        ("éÉ", "é", False, "_É"),
        ("ab.b", ".", False, "ab_b"),
    ],
)
def test_replacing_ignores_case_without_leaving_or_entering_ascii(
    text: str, pattern: str, ignore_case: bool, result: str
) -> None:
    assert js.replace_text(text, pattern, "_", ignore_case=ignore_case) == result


def test_replacing_an_empty_pattern_is_refused() -> None:
    with pytest.raises(ValueError, match="matches everywhere"):
        js.replace_text("a", "", "b")


@pytest.mark.parametrize(("replacement", "result"), [("$$&", "a$&c"), ("$1$<x>$", "a$1$<x>$c"), ("<$`|$'>", "a<a|c>c")])
def test_dollar_patterns_stand_for_parts_of_the_text(replacement: str, result: str) -> None:
    assert js.replace_text("abc", "b", replacement) == result


@pytest.mark.parametrize("value", ["", 0, -0.0, False, [], [[]], [None]], ids=repr)
def test_some_values_equal_the_empty_text(value: Any) -> None:
    assert js.equals_empty_text(value) is True


@pytest.mark.parametrize("value", [" ", 1, True, None, js.MISSING, {}, [0], float("nan")], ids=repr)
def test_other_values_do_not_equal_the_empty_text(value: Any) -> None:
    assert js.equals_empty_text(value) is False


def test_trimming_cuts_javascripts_blanks_only() -> None:
    assert js.trim("\ufeff \u2003x\x1c\n") == "x\x1c"


def test_a_character_beyond_the_first_plane_has_two_units() -> None:
    assert js.utf16_units("a😀") == ["a", "\ud83d", "\ude00"]
