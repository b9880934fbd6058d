"""The reference dialect: what Segment's runtime makes of a trigger, one test per behaviour."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger import compile_trigger, generate, parse


def matches(text: str, event: dict[str, Any]) -> bool:
    return compile_trigger(text).matches(event)


def reading(text: str) -> str:
    """What a text is taken for, written as an ordinary trigger."""
    return generate(parse(text))


# --- operators -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "holding", "failing"),
    [
        ('properties.a = "x"', ["x"], ["X", "", None, 5, True, ["x"], {}]),
        ('properties.a != "x"', ["X", None, 5, ["x"]], ["x"]),
        ("properties.a = 5", [5, 5.0], ["5", True, None, 6, [5]]),
        ("properties.a != 5", [6, 5.5], [5, 5.0, "6", None, False]),
        ("properties.a < 5", [4, -1e300], [5, 6, "4", None, True]),
        ("properties.a <= 5", [5, 4], [6, "4"]),
        ("properties.a > 5", [6, 1e300], [5, "6", None]),
        ("properties.a >= 5", [5, 6], [4, "6"]),
        ("properties.a = true", [True], [False, 1, "true", None]),
        ("properties.a = false", [False], [True, 0, "", "false", None]),
        ("properties.a = null", [None], ["", 0, False, "null", []]),
        ("properties.a != null", ["", 0, False, "null", []], [None]),
        ('contains(properties.a, "el")', ["hello", "el"], ["EL", "", None, 5, ["el"]]),
        ('!contains(properties.a, "el")', ["EL", ""], ["hello", None, 5, ["x"]]),
        ('match(properties.a, "he*")', ["hello", "he"], ["the", "", None, 5]),
        ('!match(properties.a, "he*")', ["the", ""], ["hello", None, 5]),
        ('match(properties.a, "*lo")', ["hello", "lo"], ["lob", None]),
        ('!match(properties.a, "*lo")', ["lob"], ["hello", None]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_operator_judges_the_value_at_its_path(clause: str, holding: list[Any], failing: list[Any]) -> None:
    trigger = compile_trigger(clause)
    assert [value for value in holding if not trigger.matches({"properties": {"a": value}})] == []
    assert [value for value in failing if trigger.matches({"properties": {"a": value}})] == []


@pytest.mark.parametrize("field", ["type", "event", "name", "userId", "properties.a", "traits.a", "context.a"])
def test_every_known_field_can_be_compared(field: str) -> None:
    event = dict.fromkeys(("type", "event", "name", "userId"), "yes") | {
        name: {"a": "yes"} for name in ("properties", "traits", "context")
    }
    assert matches(f'{field} = "yes"', event)
    assert not matches(f'{field} = "no"', event)


def test_and_needs_every_clause_and_or_needs_one() -> None:
    event = {"type": "track", "event": "Signed Up"}
    assert matches('type = "track" and event = "Signed Up"', event)
    assert not matches('type = "track" and event = "Signed In"', event)
    assert matches('type = "page" or event = "Signed Up"', event)
    assert not matches('type = "page" or event = "Signed In"', event)


def test_one_level_of_parentheses_groups_comparisons() -> None:
    trigger = compile_trigger('type = "track" and (event = "A" or event = "B")')
    assert trigger.matches({"type": "track", "event": "B"})
    assert not trigger.matches({"type": "track", "event": "C"})
    assert not trigger.matches({"type": "page", "event": "A"})


# --- reading values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["type = 'track'", "event = 'a'", "properties.a = 'x'"])
def test_a_single_quoted_text_keeps_its_quotes(text: str) -> None:
    assert not matches(text, {"type": "track", "event": "a", "properties": {"a": "x"}})
    assert matches(text, {"type": "'track'", "event": "'a'", "properties": {"a": "'x'"}})


@pytest.mark.parametrize("field", ["type", "event"])
def test_type_and_event_compare_null_as_a_text(field: str) -> None:
    assert matches(f"{field} = null", {field: "null"})
    assert not matches(f"{field} = null", {})
    assert matches(f"{field} != null", {})


@pytest.mark.parametrize("field", ["type", "event", "name"])
def test_type_event_and_name_compare_true_as_a_text(field: str) -> None:
    assert matches(f"{field} = true", {field: "true"})
    assert not matches(f"{field} = true", {field: True})


@pytest.mark.parametrize("value", [True, False, None, "x"])
def test_not_equal_to_true_holds_for_true_as_well(value: Any) -> None:
    assert matches("properties.a != true", {"properties": {"a": value}})


@pytest.mark.parametrize("field", ["type", "event", "name", "userId"])
def test_a_number_is_a_text_beside_a_field_that_is_no_object(field: str) -> None:
    assert matches(f"{field} = 42", {field: "42"})
    assert not matches(f"{field} = 42", {field: 42})


def test_a_numeric_user_id_equals_no_text() -> None:
    assert not matches('userId = "42"', {"userId": 42})


@pytest.mark.parametrize("properties", [{}, {"a": None}, {"a": 5}, {"a": ["x"]}], ids=str)
def test_not_equal_holds_for_whatever_is_no_text(properties: Any) -> None:
    assert matches('properties.a != "x"', {"properties": properties})


@pytest.mark.parametrize("clause", ["properties.a != 5", "properties.a < 5", "properties.a >= 5"])
@pytest.mark.parametrize("properties", [{}, {"a": None}, {"a": "4"}, {"a": "6"}, {"a": True}], ids=str)
def test_a_comparison_with_a_number_holds_for_numbers_only(clause: str, properties: Any) -> None:
    assert not matches(clause, {"properties": properties})


@pytest.mark.parametrize("clause", ['!contains(properties.a, "x")', '!match(properties.a, "x*")'])
@pytest.mark.parametrize("properties", [{}, {"a": None}, {"a": 5}, {"a": ["y"]}], ids=str)
def test_a_negated_function_holds_for_texts_only(clause: str, properties: Any) -> None:
    assert not matches(clause, {"properties": properties})


def test_a_number_beside_a_text_field_is_written_as_javascript_does() -> None:
    assert matches("event = 1000000000000000000000", {"event": "1e+21"})
    assert matches("event = 007", {"event": "7"})


def test_order_takes_true_for_one_and_blank_text_for_zero() -> None:
    assert matches("properties.a < true", {"properties": {"a": 0}})
    assert not matches("properties.a < true", {"properties": {"a": 1}})
    assert matches('properties.a >= ""', {"properties": {"a": 0}})


def test_a_lone_sign_is_a_number_that_nothing_equals() -> None:
    assert not matches("properties.a = -", {"properties": {"a": 0}})
    assert matches("properties.a != -", {"properties": {"a": 0}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type = track", 'type = "track"'),
        ("type = event", 'type = "event"'),
        ("type = and", 'type = "and"'),
        ("type = (", 'type = "("'),
        ('event == "x"', 'event = "="'),
        ("type =", 'type = "eos"'),
        ("contains(event,", 'contains(event, "eos")'),
    ],
)
def test_any_token_passes_for_a_value_even_the_end(text: str, expected: str) -> None:
    assert parse(text) == parse(expected)


# --- reading functions -----------------------------------------------------------------------------------------------


def test_match_without_a_star_takes_its_first_character_for_one() -> None:
    assert reading('match(event, "Order")') == 'match(event, "*rder")'
    assert matches('match(event, "Order")', {"event": "Border"})


def test_match_knows_a_star_at_one_end_only() -> None:
    assert matches('match(event, "*a*")', {"event": "*ab"})
    assert not matches('match(event, "*a*")', {"event": "bab"})


def test_match_can_cut_a_character_beyond_the_basic_plane_in_two() -> None:
    trigger = compile_trigger('match(event, "😀")')
    assert trigger.matches({"event": "x😀"})
    assert trigger.matches({"event": "\U0001fa00"})  # ends in the same half
    assert not trigger.matches({"event": "😁"})


@pytest.mark.parametrize("field", ["type", "groupId", "event.a", "anonymousId"])
def test_a_function_on_an_unknown_field_is_dropped(field: str) -> None:
    assert parse(f'contains({field}, "x") and name = "a"') == parse('name = "a"')


def test_a_function_takes_a_field_that_only_begins_like_an_object() -> None:
    assert parse('contains(propertiesX, "x")') == parse('contains(properties.propertiesX, "x")')


@pytest.mark.parametrize(
    "text", ['contains, event, "x",', 'contains = event = "x" =', 'contains "(" event "," "x" ")"']
)
def test_a_function_does_not_look_at_its_brackets_and_comma(text: str) -> None:
    assert parse(text) == parse('contains(event, "x")')


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("starts_with", 'match(event, "x*")'),
        ("ends_with", 'match(event, "*x")'),
        ("contains", 'contains(event, "x")'),
        ("not_contains", '!contains(event, "x")'),
    ],
)
def test_an_operators_inner_name_works_between_field_and_value(word: str, written: str) -> None:
    assert parse(f'event {word} "x"') == parse(written)


def test_an_inner_name_asks_a_text_field_what_nothing_else_can() -> None:
    assert matches("event not_exists x", {})
    assert matches("event exists x", {"event": ""})
    assert matches("type is_true x", {"type": True})
    assert matches('type contains "rac"', {"type": "track"})


@pytest.mark.parametrize("text", ['type in ["track"]', 'event like "x"', 'type "=" x', "type ( x"])
def test_a_word_that_is_no_operator_never_holds(text: str) -> None:
    trigger = compile_trigger(text)
    assert not any(trigger.matches({"type": value, "event": value}) for value in ("track", "x", "[", None))
    assert trigger.call_types == frozenset()


# --- reading sentences -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["groupId", "anonymousId", "messageId", "timestamp", "integrations.All", "Type"])
def test_a_clause_about_an_unknown_field_is_dropped_beside_another(field: str) -> None:
    assert parse(f'type = "track" and {field} = "x"') == parse('type = "track"')


def test_a_clause_about_an_unknown_field_is_an_error_alone() -> None:
    with pytest.raises(TriggerSyntaxError, match="no clause here that Segment knows"):
        compile_trigger('groupId = "x"')


def test_an_inherited_name_takes_operator_and_value_along() -> None:
    assert parse('constructor = type and event = "x"') == parse('event = "x"')
    assert parse('groupId = type and event = "x"') != parse('event = "x"')


def test_the_last_and_or_decides_for_all_clauses() -> None:
    trigger = compile_trigger('type = "track" and event = "A" or event = "B"')
    assert trigger.matches({"type": "track", "event": "C"})


def test_a_trailing_or_decides_too() -> None:
    assert parse('type = "track" and event = "A" or') == parse('type = "track" or event = "A"')


@pytest.mark.parametrize("joint", ["AND", "OR", ",", "xor", "", "maybe not"])
def test_any_other_joint_means_and(joint: str) -> None:
    assert parse(f'type = "track" {joint} event = "A"') == parse('type = "track" and event = "A"')


def test_a_function_in_parentheses_ends_them() -> None:
    text = 'type = "identify" and (contains(event, "x") or event = "y")'
    assert parse(text) == parse('type = "identify" or contains(event, "x") or event = "y"')
    assert matches(text, {"type": "track", "event": "y"})


@pytest.mark.parametrize("text", ['!(type = "track")', '!type = "track"'])
def test_a_negation_of_anything_but_a_function_is_ignored(text: str) -> None:
    assert matches(text, {"type": "track"})


def test_parentheses_in_parentheses_are_an_error_at_the_inner_one() -> None:
    with pytest.raises(TriggerSyntaxError, match="parentheses may not stand in parentheses") as failure:
        compile_trigger('(type = "a" or (type = "b"))')
    assert failure.value.position == 15


@pytest.mark.parametrize("text", ["()", "( )", "(and)", "!()"])
def test_empty_parentheses_alone_are_an_error(text: str) -> None:
    with pytest.raises(TriggerSyntaxError):
        compile_trigger(text)


def test_an_event_that_reaches_empty_parentheses_does_not_match() -> None:
    trigger = compile_trigger('type = "page" or () or type = "track"')
    assert trigger.matches({"type": "page"})
    assert not trigger.matches({"type": "track"})  # Segment's runtime throws before it gets to the last clause


def test_an_event_that_reaches_a_path_of_separators_does_not_match() -> None:
    trigger = compile_trigger('type != "track" or properties.\\. != "x"')
    assert trigger.matches({"type": "page"})
    assert not trigger.matches({"type": "track"})
    assert not compile_trigger("contains(traits.\\[, 5)").matches({"type": "track"})


# --- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clause", "event"),
    [
        ("properties.a.length = 2", {"properties": {"a": ["x", "y"]}}),
        ("properties.a.length = 3", {"properties": {"a": "x😀"}}),
        ('properties.a.\\1 = "y"', {"properties": {"a": ["x", "y"]}}),
        ('properties.a.\\1 = "y"', {"properties": {"a": "xy"}}),
        ("properties.length = 0", {"properties": []}),
        ('properties.\\0 = "t"', {"properties": "text"}),
    ],
)
def test_a_path_goes_into_lists_and_texts(clause: str, event: dict[str, Any]) -> None:
    assert matches(clause, event)


@pytest.mark.parametrize(
    ("clause", "value"),
    [
        ('properties.a.b = ""', ""),
        ("properties.a.b = 0", 0),
        ("properties.a.b = false", False),
        ("properties.a.b = null", None),
    ],
)
def test_a_falsy_value_on_the_way_is_the_value_of_the_path(clause: str, value: Any) -> None:
    assert matches(clause, {"properties": {"a": value}})


@pytest.mark.parametrize("value", [5, True, "x", [1], {}, {"b": None}])
def test_a_path_that_ends_early_is_missing(value: Any) -> None:
    assert matches("properties.a.b = null", {"properties": {"a": value}})


@pytest.mark.parametrize("name", ["constructor", "toString", "hasOwnProperty", "__proto__"])
def test_an_inherited_function_is_missing(name: str) -> None:
    """Chosen otherwise than Segment's runtime, which finds JavaScript's functions there."""
    assert not matches(f"properties.{name} != null", {"properties": {}})


def test_an_escaped_dot_or_bracket_separates_names() -> None:
    assert matches('properties.a\\.b\\[c\\] = "x"', {"properties": {"a": {"b": {"c": "x"}}}})
    assert not matches('properties.a\\.b = "x"', {"properties": {"a.b": "x"}})


def test_an_escaped_blank_is_part_of_a_name() -> None:
    assert matches('properties.product\\ 1.price = "19"', {"properties": {"product 1": {"price": "19"}}})


def test_an_object_field_alone_is_looked_up_in_itself() -> None:
    assert parse('properties = "x"') == parse('properties.properties = "x"')


def test_an_object_field_with_an_empty_name_is_missing() -> None:
    assert matches("properties\\. = null", {"properties": {"": 1}})


def test_only_the_first_name_of_a_text_field_counts() -> None:
    assert parse('event.name.first = "x"') == parse('event = "x"')


def test_a_keyword_after_a_dot_breaks_the_path() -> None:
    assert parse('properties.and = "x" type = "a"') != parse('properties.\\and = "x" type = "a"')
    assert matches('properties.\\and = "x"', {"properties": {"and": "x"}})


# --- reading characters ----------------------------------------------------------------------------------------------


def test_an_operator_of_two_signs_needs_a_blank_after_it() -> None:
    with pytest.raises(TriggerSyntaxError):
        compile_trigger('type !="track"')
    assert reading("properties.a <=5") == "properties.a < -"
    assert parse('type="track"') == parse('type = "track"')


def test_a_closing_quote_without_a_blank_opens_the_next_text() -> None:
    assert parse('type = "track"or event = "x"') == parse('type = "track"')


@pytest.mark.parametrize(("text", "expected"), [("type = an", "a"), ("type = nul", "n"), ("type = at", "a")])
def test_a_word_like_a_keyword_is_cut_at_the_very_end(text: str, expected: str) -> None:
    assert parse(text) == parse(f'type = "{expected}"')


def test_the_same_word_is_whole_before_a_blank() -> None:
    assert parse("type = an ") == parse('type = "an"')


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ('type = "track', 7),
        ("type = 'track\"", 7),
        ("type = 1.", 7),
        ("type = 1.2.3", 7),
        ("type & event", 5),
        ("type\r= event", 4),
        ("type \\", 5),
        ("propertiés = 1", 8),
        ("event<5", 5),
        ("type ! = 5", 5),
        ("type", 4),
        ('type = "a" and (event = "b"', 15),
        ("contains(event", 14),
        ("contains(", 9),
        ('event = "😀" & 1', 12),
    ],
)
def test_a_mistake_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(TriggerSyntaxError) as failure:
        compile_trigger(text)
    assert failure.value.position == position
    assert failure.value.text == text


@pytest.mark.parametrize(
    "shape", ['type = "{}"', "type = '{}'", "properties.a{} = 1", "properties.a = 1{}", "type = \\1{}"]
)
def test_a_piece_of_a_hundred_thousand_units_is_refused(shape: str) -> None:
    compile_trigger(shape.format("1" * 99_998))
    with pytest.raises(TriggerSyntaxError, match="too many|may not be followed"):
        compile_trigger(shape.format("1" * 100_000))


def test_units_are_counted_not_characters() -> None:
    compile_trigger(f'event = "{"😀" * 49_999}"')
    with pytest.raises(TriggerSyntaxError):
        compile_trigger(f'event = "{"😀" * 50_000}"')


# --- events ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("holder", [None, "", "text", 0, 5, True, [], ["x"], {}])
def test_any_event_gets_a_verdict(holder: Any) -> None:
    event = dict.fromkeys(["type", "event", "name", "userId", "properties", "traits", "context"], holder)
    for path in ("type", "event", "name", "userId", "properties.a.b", "traits.length", "context.\\0.a"):
        for clause in ('{} = "x"', "{} < 5", "{} != null", "{} = false", 'contains({}, "x")', '!match({}, "x*")'):
            text = clause.format(path)
            if "(type" not in text:
                assert isinstance(compile_trigger(text).matches(event), bool)


def test_an_integer_beyond_double_precision_is_rounded_as_in_javascript() -> None:
    assert matches("properties.a = 9007199254740992", {"properties": {"a": 9007199254740993}})


def test_matching_leaves_the_event_alone_and_can_be_repeated() -> None:
    event = {"type": "track", "properties": {"a": [1, {"b": 2}]}}
    trigger = compile_trigger('type = "track" and properties.a.length = 2')
    assert trigger.matches(event)
    assert trigger.matches(event)
    assert event == {"type": "track", "properties": {"a": [1, {"b": 2}]}}
