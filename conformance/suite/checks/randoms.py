"""Random values, valid by construction, and whether a value that was made smaller still is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.fields import InputField
from conformance.contracts import BoundAction
from conformance.oracle.coercion import verdict
from conformance.suite.values import complete_inputs, conditions_of, required_inputs, two_values

TEXTS: Final = ("string", "text", "password")


def random_inputs(action: BoundAction) -> SearchStrategy[Any]:
    """Vary which optional fields there are, and the values of those whose content is free."""
    complete, needed = complete_inputs(action), required_inputs(action)
    read = {one.key for field in action.fields for one in conditions_of(field.facts)}

    def values(key: str) -> SearchStrategy[Any]:
        field = next(one for one in action.fields if one.key == key)
        # What decides on other fields, or is read by the plugin, is no free content.
        free = key not in read and field.facts.choices is None and field.documented.sent == "verbatim"
        return random_value(field.facts) if free else st.just(complete[key])

    return st.fixed_dictionaries(
        {key: values(key) for key in needed},
        optional={key: values(key) for key in complete if key not in needed},
    )


def random_value(facts: InputField) -> SearchStrategy[Any]:
    """Vary valid values of a field."""
    one = _random_scalar(facts)
    return st.lists(one, min_size=1, max_size=3) if facts.multiple else one


def _random_scalar(facts: InputField) -> SearchStrategy[Any]:
    choices = facts.choice_values()
    if choices:
        return st.sampled_from(choices)
    if facts.format is not None or facts.type == "datetime":
        return st.sampled_from(two_values(facts.model_copy(update={"multiple": False}), "x"))
    if facts.type in TEXTS:
        shortest = max(1, int(facts.minimum or 0))
        longest = shortest + 20 if facts.maximum is None else max(shortest, int(facts.maximum))
        return st.text(st.characters(exclude_categories=["C"]), min_size=shortest, max_size=longest)
    if facts.type == "boolean":
        return st.booleans()
    if facts.type == "object":
        return _random_object(facts)
    low = -1e6 if facts.minimum is None else facts.minimum
    high = 1e6 if facts.maximum is None else facts.maximum
    integers = st.integers(int(low), int(high))
    return integers if facts.type == "integer" else st.one_of(integers, st.floats(low, high))


def _random_object(facts: InputField) -> SearchStrategy[Any]:
    if facts.properties is None:
        return st.dictionaries(random_key, random_json, min_size=1, max_size=4)
    required = {key: random_value(inner) for key, inner in facts.properties.items() if inner.required is True}
    optional = {key: random_value(inner) for key, inner in facts.properties.items() if inner.required is not True}
    return st.fixed_dictionaries(required, optional=optional)


random_key: Final = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8).filter(
    lambda key: not key.startswith(("@", "$"))
)
random_json: Final = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["C"]), max_size=12),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(random_key, inner, max_size=3)),
    max_leaves=6,
)


_NATURAL: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "datetime": (str, int, float),
}


def is_valid(facts: InputField, value: Any) -> bool:
    """Tell whether a value is certainly one that a field takes; used where a case was made smaller."""
    if facts.multiple:
        single = facts.model_copy(update={"multiple": False})
        return isinstance(value, list) and bool(value) and all(is_valid(single, one) for one in value)
    if facts.choices is not None:
        return value in (facts.choice_values() or ())
    if facts.format is not None or facts.properties is not None:
        return value in two_values(facts, "x")
    if not is_within(facts, value):
        return False
    natural = _NATURAL.get(facts.type, (str,))
    fits = isinstance(value, natural) and (facts.type == "boolean") == isinstance(value, bool)
    return fits and verdict(facts.type, value) == "accepted"


def is_within(facts: InputField, value: Any) -> bool:
    """Tell whether a number, or the length of a text, is within a field's bounds."""
    if facts.minimum is None and facts.maximum is None:
        return True
    size = len(value) if isinstance(value, str) else value
    return (
        isinstance(size, (int, float))
        and (facts.minimum is None or size >= facts.minimum)
        and (facts.maximum is None or size <= facts.maximum)
    )
