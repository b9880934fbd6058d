"""The documented dialect: the documentation's own examples, and what we decided where it is silent."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger import compile_trigger, parse

CLICK = {
    "event": "Button Clicked",
    "type": "track",
    "context": {"library": {"name": "analytics.js", "version": "1.0"}},
    "properties": {"features": ["discounts", "dark-mode"]},
}


def matches(text: str, event: dict[str, Any]) -> bool:
    return compile_trigger(text, "documented").matches(event)


# --- the documentation's examples ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event = 'Button Clicked'", True),
        ("event = 'Screen Tapped'", False),
        ("context.path.path = '/login'", False),
        ("type = 'identify' or type = 'track'", True),
        ("event = 'Button Clicked' and type = 'track'", True),
        ("match( context.library.version, '1.*' )", True),
        ("match( context.library.version, '2.*' )", False),
        ("type = 'track' and ( event = 'Click' or match( event, 'Button *' ) )", True),
        ("!contains( context.library.name, 'js' )", False),
        ("'dark-mode' in properties.features", True),
        ("'blink' in properties.features", False),
    ],
)
def test_an_example_has_its_documented_result(text: str, expected: bool) -> None:
    assert matches(text, CLICK) is expected


@pytest.mark.parametrize(
    ("text", "event", "expected"),
    [
        ("type = 'track' and ( event = 'Click' or match( 'Button *', event ) )", CLICK, False),
        (
            "( type = 'track' or type = 'identify' ) and ( properties.enabled or match( traits.email, '*@company.com' ) )",
            {"type": "identify", "traits": {"email": "ann@company.com"}},
            True,
        ),
        (
            "( type = 'track' or type = 'identify' ) and ( properties.enabled or match( traits.email, '*@company.com' ) )",
            {"type": "track", "properties": {"enabled": True}},
            True,
        ),
        ("!( type in ['track', 'identify'] )", {"type": "page"}, True),
        ("!( type in ['track', 'identify'] )", {"type": "track"}, False),
        ("properties.product\\ 1.price = '19.99'", {"properties": {"product 1": {"price": "19.99"}}}, True),
        ("length( userId ) > 0", {"userId": "u"}, True),
        ("length( userId ) > 0", {}, False),
        ("typeof( userId ) = 'string' and length( userId ) > 0", {"userId": "u"}, True),
    ],
)
def test_a_subexpression_path_or_function_example_works(text: str, event: dict[str, Any], expected: bool) -> None:
    assert matches(text, event) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("contains( null, 'x' )", False),
        ("length( null ) = 0", True),
        ("lowercase( null ) = null", True),
        ("typeof( null ) = 'null'", True),
        ("match( null, '*' )", False),
    ],
)
def test_a_function_of_null_has_its_documented_result(text: str, expected: bool) -> None:
    assert matches(text, {}) is expected


def test_the_documented_invalid_statement_is_refused() -> None:
    with pytest.raises(TriggerSyntaxError) as failure:
        compile_trigger('userId = oops"', "documented")
    assert failure.value.position == 13


# --- operators -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "holding", "failing"),
    [
        ("v = 'x'", ["x"], ["X", None, 1, ["x"], {}]),
        ("v != 'x'", ["X", None, 1, ["x"]], ["x"]),
        ("v = 1", [1, 1.0], [True, "1", None, [1]]),
        ("v != 1", [True, "1", None, 2], [1, 1.0]),
        ("v = true", [True], [1, "true", False, None]),
        ("v != true", [1, "true", False, None], [True]),
        ("v = null", [None], [0, "", False, [], {}]),
        ("v != null", [0, "", False, [], {}], [None]),
        ("v = [1, 'a', null]", [[1, "a", None], [1.0, "a", None]], [[1, "a"], [1, "a", 0], "1,a,", {}]),
        ("v != []", [None, [None], ""], [[]]),
        ("v < 5", [4, -1.5], [5, "4", None, True, [1]]),
        ("v <= 5", [5, 4], [5.1, "5"]),
        ("v > 5", [6], [5, "6", None]),
        ("v >= 5", [5], [4.9, "5"]),
        ("v < 'b'", ["a", "", "B"], ["b", "c", 1, None]),
        ("v >= 'b'", ["b", "é", "ba"], ["a", 5]),
        ("v in ['a', 'b']", ["a", "b"], ["c", "ab", None, ["a"], 1]),
        ("v in ['a', 1, null, true]", ["a", 1, 1.0, None, True], ["b", 0, False, []]),
        ("v in [[1], []]", [[1], [1.0], []], [1, [2], None, [True]]),
        ("'a' in v", [["a"], ["b", "a"]], [["b"], "a", "abc", None, {"a": 1}]),
        ("null in v", [[None]], [[], None]),
        ("1 in v", [[1.0]], [[True], ["1"]]),
        ("v in v", [], [["a"], None, "a"]),
        ("v = v", ["a", None, [1, [2]], {"a": [1]}], []),
        ("v", [True], [1, "true", [True], None, False]),
        ("!v", [1, "true", None, False], [True]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_operator_compares_values_of_one_type(clause: str, holding: list[Any], failing: list[Any]) -> None:
    trigger = compile_trigger(clause, "documented")
    assert [value for value in holding if not trigger.matches({"v": value})] == []
    assert [value for value in failing if trigger.matches({"v": value})] == []


@pytest.mark.parametrize("text", ["v = 1", "v < 1", "v in [1]", "v = null", "contains( v, 'x' )", "v = w.x.y"])
def test_a_missing_value_is_null(text: str) -> None:
    assert matches(text, {}) is matches(text, {"v": None})


def test_and_binds_tighter_than_or() -> None:
    assert matches("a or b and c", {"a": True})
    assert matches("b and c or a", {"a": True})
    assert not matches("(a or b) and c", {"a": True})


def test_negation_covers_the_whole_comparison_after_it() -> None:
    assert matches("!type = 'track'", {"type": "page"})
    assert not matches("!type = 'track' and a", {"type": "page"})
    assert matches("!!a", {"a": True})


def test_texts_are_ordered_by_code_points() -> None:
    assert matches("v < '😀'", {"v": "\uff5e"})  # the other way round in UTF-16


def test_an_integer_is_the_double_it_is_in_javascript() -> None:
    assert matches("v = 9007199254740992", {"v": 9007199254740993})


# --- paths -----------------------------------------------------------------------------------------------------------


def test_any_field_can_be_read() -> None:
    assert matches("groupId = 'g' and integrations.All = false", {"groupId": "g", "integrations": {"All": False}})


@pytest.mark.parametrize("text", ["v.0 = 'a'", "v.length = 1", "v.0 != null", "v.b.c != null"])
@pytest.mark.parametrize("value", [["a"], "a", None, 0, True, ""])
def test_a_path_goes_through_objects_only(text: str, value: Any) -> None:
    assert not matches(text, {"v": value})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("properties.2fa = true", ("properties", "2fa")),
        ("properties.-1 = true", ("properties", "-1")),
        ("properties . and .or = true", ("properties", "and", "or")),
        ("properties.a\\.b = true", ("properties", "a.b")),
        ("properties.\\😀 = true", ("properties", "😀")),
        ("\\null.\\true = true", ("null", "true")),
        ("\\true = true", ("true",)),
        ("contains = true", ("contains",)),
    ],
)
def test_a_name_may_look_like_something_else(text: str, names: tuple[str, ...]) -> None:
    event: Any = True
    for name in reversed(names):
        event = {name: event}
    assert matches(text, event)


# --- texts and numbers -----------------------------------------------------------------------------------------------


def test_both_kinds_of_quotes_are_alike() -> None:
    assert parse("event = 'it\"s'", "documented") != parse('event = "its"', "documented")
    assert parse("event = 'a'", "documented") == parse('event = "a"', "documented")


def test_a_backslash_in_a_text_is_a_character() -> None:
    assert matches("v = 'a\\b\\'", {"v": "a\\b\\"})


@pytest.mark.parametrize(("text", "value"), [("-1.5", -1.5), ("+2", 2), ("007", 7), ("1e3", 1000), ("2.5E-1", 0.25)])
def test_numbers_may_have_sign_fraction_and_exponent(text: str, value: float) -> None:
    assert matches(f"v = {text}", {"v": value})


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "a value is expected here but the text ends"),
        ("   ", 3, "a value"),
        ("type =", 6, "a value"),
        ("type = 'a' and", 14, "a value"),
        ("type = 'a' AND event = 'b'", 11, "write 'and' in lower case"),
        ("type == 'a'", 6, "a value"),
        ("type 'a'", 5, "'and', 'or' or the end"),
        ("(type = 'a'", 11, "'and', 'or' or '\\)'"),
        ("type = 'a')", 10, "'and', 'or' or the end"),
        ("type in ['a'", 12, "',' or '\\]'"),
        ("type in ['a',]", 13, "a value"),
        ("(type = 'a') = true", 13, "'and', 'or' or the end"),
        ("type = ('a')", 7, "a value"),
        ("type = 'a", 7, "no closing quote"),
        ("type = 1.", 8, "'and', 'or' or the end"),
        ("type = 1x", 7, "a number"),
        ("v = 1" + "0" * 400, 4, "too large"),
        ("a.'b' = 1", 2, "a name"),
        ("a. = 1", 3, "a name"),
        ("a & b", 2, "has no place here"),
        ("a\\", 1, "in the middle of an escape"),
        ("foo( a )", 0, "no function 'foo'"),
        ("contains( a )", 0, "takes two arguments, not 1"),
        ("length()", 0, "takes one argument, not 0"),
        ("length( a, b )", 0, "takes one argument, not 2"),
        ("contains( a = b, 'x' )", 12, "',' or '\\)'"),
        ("match( a, 'x[' )", 12, "in the pattern, a '\\[' needs its '\\]'"),
        ("match( a, '[z-a]' )", 11, "runs backwards"),
        ("match( a, 'x\\' )", 12, "a backslash needs a character"),
        ("!", 1, "a value"),
        ("true.x", 4, "'and', 'or' or the end"),
    ],
)
def test_a_mistake_is_refused_with_its_place_and_in_words(text: str, position: int, message: str) -> None:
    with pytest.raises(TriggerSyntaxError, match=message) as failure:
        compile_trigger(text, "documented")
    assert failure.value.position == position
