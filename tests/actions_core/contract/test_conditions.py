from __future__ import annotations

from typing import Any

import pytest

from actions_core.contract import Contract
from tests.actions_core.contract.compiled import contract, failures, refusal

STRING = {"type": "string"}
MISSING_B = ["The root value is missing the required field 'b'.", 'The root value must match "then" schema.']


def when(*conditions: dict[str, Any], match: str = "all") -> dict[str, Any]:
    return {**STRING, "required": {"match": match, "conditions": list(conditions)}}


def is_(key: str, *value: Any) -> dict[str, Any]:
    return {"fieldKey": key, "operator": "is", **({"value": value[0]} if value else {})}


def is_not(key: str, *value: Any) -> dict[str, Any]:
    return {**is_(key, *value), "operator": "is_not"}


def demands_b(compiled: Contract, values: dict[str, Any]) -> bool:
    """Tell whether `b` is required of some values, in the reference's words if it is."""
    try:
        compiled.validate(values)
    except Exception:  # noqa: BLE001 - whatever it is, it must be the one error below
        assert failures(compiled, values) == MISSING_B
        return True
    return False


A_OF_ANY_TYPE = {"type": "object"}


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        pytest.param(is_("a", "x"), {"a": "x"}, True, id="is"),
        pytest.param(is_("a", "x"), {"a": "y"}, False, id="is something else"),
        pytest.param(is_("a", "x"), {}, False, id="is, but missing"),
        pytest.param(is_not("a", "x"), {"a": "y"}, True, id="is_not"),
        pytest.param(is_not("a", "x"), {"a": "x"}, False, id="is_not, but is"),
        pytest.param(is_not("a", "x"), {}, False, id="is_not, but missing"),
        pytest.param(is_("a", ["x", "y"]), {"a": "x"}, False, id="a list of values never matches one of them"),
        pytest.param(is_("o", {"k": [1, None]}), {"o": {"k": [1.0, None]}}, True, id="objects by content"),
        pytest.param(is_("o", {"k": True}), {"o": {"k": 1}}, False, id="true is not 1"),
        pytest.param(is_("o", {"k": [1]}), {"o": {"k": [1, 2]}}, False, id="lists of another length"),
        pytest.param(is_("a"), {}, True, id="is undefined"),
        pytest.param(is_("a"), {"a": "x"}, False, id="is undefined, but there"),
        pytest.param(is_not("a"), {"a": "x"}, True, id="is_not undefined"),
        pytest.param(is_not("a"), {}, False, id="is_not undefined, but missing"),
        pytest.param(is_("o.k", "x"), {"o": {"k": "x"}}, True, id="property"),
        pytest.param(is_("o.k", "x"), {"o": {}}, False, id="missing property"),
        pytest.param(is_("o.k", "x"), {}, False, id="property of a missing object"),
        pytest.param(is_("o.k.deeper", "x"), {"o": {"k": "x"}}, True, id="only two parts of a name count"),
        pytest.param(is_("unknown", "x"), {"unknown": "x"}, True, id="key that is no field"),
    ],
)
def test_field_is_required_if_its_condition_holds(
    condition: dict[str, Any], values: dict[str, Any], expected: bool
) -> None:
    assert demands_b(contract(a=STRING, o={"type": "object"}, b=when(condition)), values) is expected


@pytest.mark.parametrize(
    ("match", "values", "expected"),
    [
        pytest.param("all", {"a": "x", "c": "y"}, True, id="all, both"),
        pytest.param("all", {"a": "x"}, False, id="all, one"),
        pytest.param("any", {"a": "x"}, True, id="any, one"),
        pytest.param("any", {}, False, id="any, none"),
    ],
)
def test_conditions_hold_together_or_one_by_one(match: str, values: dict[str, Any], expected: bool) -> None:
    compiled = contract(a=STRING, c=STRING, b=when(is_("a", "x"), is_("c", "y"), match=match))
    assert demands_b(compiled, values) is expected


def test_undefined_among_several_conditions_asks_whether_the_key_is_there() -> None:
    compiled = contract(a=STRING, c=STRING, b=when(is_("a"), is_not("c")))
    assert demands_b(compiled, {"c": "x"})
    assert not demands_b(compiled, {"a": "x", "c": "x"})


def test_property_is_asked_for_at_its_object() -> None:
    compiled = contract(a=STRING, o={"type": "object", "properties": {"k": when(is_("a", "x"))}})
    assert failures(compiled, {"a": "x", "o": {}}) == [
        "The value at /o is missing the required field 'k'.",
        'The root value must match "then" schema.',
    ]
    assert failures(compiled, {"a": "x"}) == [
        "The root value is missing the required field 'o'.",
        'The root value must match "then" schema.',
    ]
    assert compiled.validate({"a": "x", "o": {"k": "v"}}) == {"a": "x", "o": {"k": "v"}}


@pytest.mark.parametrize("empty", ["", 0, False, [None], [0]], ids=repr)
def test_empty_value_counts_as_undefined_and_becomes_null(empty: Any) -> None:
    """Reference: "is undefined" is tested with a schema for null, and the reference coerces while it tests."""
    compiled = contract(a={"type": "number"}, b=when(is_("a")))
    assert demands_b(compiled, {"a": empty})
    # The null is then coerced to the type of the field, so that 0 is "" for a text.
    as_text = contract(a=STRING, b=when(is_not("a")))
    assert as_text.validate({"a": 0, "b": "x"}) == {"a": "", "b": "x"}


def test_unknown_operator_among_several_conditions_means_is_not() -> None:
    """Reference: only a condition that stands alone, or has no value, is looked at closely."""
    compiled = contract(a=STRING, c=STRING, b=when({**is_("a", "x"), "operator": "equals"}, is_("c", "y")))
    assert demands_b(compiled, {"a": "other", "c": "y"})
    assert not demands_b(compiled, {"a": "x", "c": "y"})


def test_property_required_by_several_conditions_is_missing_whenever_they_hold() -> None:
    """Reference: its whole name is asked for at the top, where nothing has that name."""
    compiled = contract(a=STRING, o={"type": "object", "properties": {"k": when(is_("a", "x"), is_not("a", "y"))}})
    assert (
        failures(compiled, {"a": "x", "o": {"k": "there"}})[0] == "The root value is missing the required field 'o.k'."
    )


@pytest.mark.parametrize("value", ["text", 5, [{"k": "other"}]], ids=repr)
def test_condition_on_a_property_holds_for_what_is_no_object(value: Any) -> None:
    """Reference: the test of a property passes for whatever is no object, as long as it is there."""
    assert demands_b(contract(b=when(is_("u.k", "x"))), {"u": value})


def test_condition_never_finds_an_empty_key_missing() -> None:
    """Reference: the name of the missing key is what the reference asks for, and '' is false."""
    assert demands_b(contract(o={"type": "object"}, b=when(is_("o.", "x"))), {"o": {}})


def test_property_compared_with_undefined_only_has_to_be_there() -> None:
    """Reference: a property compared with undefined is equal to it, whatever it is."""
    compiled = contract(o={"type": "object"}, b=when(is_("o.k")))
    assert demands_b(compiled, {"o": {"k": "anything"}})
    assert not demands_b(compiled, {"o": {}})


def test_list_of_values_is_no_choice_of_values() -> None:
    """Reference: the value is compared with the list itself."""
    assert not demands_b(contract(a=STRING, b=when(is_("a", ["x", "y"]))), {"a": "x"})
    assert demands_b(contract(a={**STRING, "multiple": True}, b=when(is_("a", ["x", "y"]))), {"a": ["x", "y"]})


def test_only_two_parts_of_a_conditions_key_count() -> None:
    """Reference: `o.k.deeper` is read as `o.k`."""
    compiled = contract(o={"type": "object"}, b=when(is_("o.k.deeper", "x")))
    assert demands_b(compiled, {"o": {"k": "x"}})
    assert not demands_b(compiled, {"o": {"k": {"deeper": "x"}}})


@pytest.mark.parametrize("name", ["valueOf", "toString"])
def test_value_with_a_key_like_an_inherited_function_is_compared_like_any_other(name: str) -> None:
    compiled = contract(o={"type": "object"}, b=when(is_("o", {name: 1})))
    assert demands_b(compiled, {"o": {name: 1}})
    assert not demands_b(compiled, {"o": {name: 2}})


def test_properties_required_on_a_condition_free_those_that_always_are() -> None:
    """Reference: if one property is required on a condition, no property is required otherwise."""
    inner = {"k": {**STRING, "required": True}, "c": when(is_("a", "x"))}
    assert contract(o={"type": "object", "properties": inner}).validate({"o": {}}) == {"o": {}}


def test_condition_below_the_second_level_is_lost_with_the_level_above() -> None:
    """Reference: what a property needs on a condition is asked for by the object around it, two levels only."""
    inner = {"type": "object", "properties": {"k": when(is_("a", "x"))}}
    assert failures(contract(o={"type": "object", "properties": {"a": STRING, "p": inner}}), {"o": {"a": "x"}}) == [
        "The value at /o is missing the required field 'p'.",
        'The value at /o must match "then" schema.',
    ]
    freed = {"a": STRING, "p": inner, "c": when(is_("a", "x"))}
    assert contract(o={"type": "object", "properties": freed}).validate({"o": {"a": "x"}}) == {"o": {"a": "x"}}


def test_values_nested_deeply_are_compared_without_recursion() -> None:
    value: Any = "leaf"
    wanted: Any = "leaf"
    for _ in range(50_000):
        value = [value]
    for _ in range(100):
        wanted = [wanted]
    assert not demands_b(contract(o={"type": "object"}, b=when(is_("o", wanted))), {"o": {"deep": value}})


def test_definition_with_an_unsupported_operator_is_refused() -> None:
    assert refusal(b=when({"fieldKey": "a", "operator": "equals", "value": 1})) == [
        ("b.required.conditions[0].operator", "Unsupported conditionally required field operator: equals")
    ]


def test_definition_with_a_sync_mode_condition_in_required_is_refused() -> None:
    assert refusal(b=when({"type": "syncMode", "operator": "is", "value": "add"})) == [
        ("b.required.conditions[0]", "names no field; the sync mode cannot decide what is required")
    ]


def test_definition_without_any_condition_is_refused() -> None:
    assert refusal(b=when()) == [("b.required.conditions", "has no conditions")]
