"""`required` that depends on other values: a condition holds, so a field must be there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from actions_core.contract.coercion import coercion
from actions_core.contract.messages import UNMET_CONDITION, Findings, Place, missing
from actions_core.errors import Problem
from actions_core.fields import Condition, Conditions
from actions_core.js import MISSING, Object, number

Test: TypeAlias = Callable[[Object], bool]

_OPERATORS: Final = ("is", "is_not")
_to_null: Final = coercion(["null"])


@dataclass(frozen=True, slots=True)
class Demand:
    """One conditional `required`, compiled: when it holds and what must be there then."""

    holds: Test
    key: str
    child: str | None
    """For a property of an object: its key there, with the object's as `key`."""
    nulled: str | None
    """The key whose empty value becomes null when the condition is tested."""

    def null_of(self, values: Object) -> bool:
        """Tell whether testing the condition makes the value of `nulled` null.

        Reference: "is undefined" is tested with a schema for null, and the reference coerces while it tests, so that
        '', 0, false and a list of one of them become null in the payload.
        """
        if self.nulled is None:
            return False
        value = values.get(self.nulled)
        return value is not None and value is not MISSING and _to_null(value)[0]

    def check(self, values: Object, place: Place, findings: Findings) -> None:
        """Report what is missing."""
        before = len(findings.errors)
        value = values.get(self.key, MISSING)
        if value is MISSING:
            findings.fail(place, "", missing(self.key))
        elif self.child is not None and isinstance(value, dict) and value.get(self.child, MISSING) is MISSING:
            findings.fail((place, self.key), "", missing(self.child))
        if len(findings.errors) > before:
            findings.fail(place, "", UNMET_CONDITION)


def compile_demand(field_key: str, required: Conditions, place: str, problems: list[Problem]) -> Demand | None:
    """Compile the condition under which a field is required; `field_key` is "parent.child" for a nested one.

    Gives None and adds to `problems` where the reference would refuse the definition.
    """
    found = len(problems)
    for at, condition in enumerate(required.conditions):
        where = f"{place}.conditions[{at}]"
        alone = len(required.conditions) == 1
        if condition.field_key is None:
            problems.append(Problem(where, "names no field; the sync mode cannot decide what is required"))
        # Reference: among several conditions an unknown operator counts as "is_not", unless the value is left out.
        elif condition.operator not in _OPERATORS and (alone or _is_undefined(condition)):
            text = f"Unsupported conditionally required field operator: {condition.operator}"
            problems.append(Problem(f"{where}.operator", text))
    if not required.conditions:
        problems.append(Problem(f"{place}.conditions", "has no conditions"))
    if len(problems) > found:
        return None
    parts = field_key.split(".")
    key, child = parts[0], parts[1] if len(parts) > 1 else None
    if len(required.conditions) == 1:
        (condition,) = required.conditions
        if _is_undefined(condition):
            return Demand(_null_test(condition), key, child, condition.key)
        return Demand(_test(condition), key, child, None)
    tests = [_test(condition) for condition in required.conditions]
    combine = any if required.match == "any" else all
    # Reference: with several conditions the whole of a nested field's name is asked for at the top, where nothing has
    # that name, so that a nested field is missing whenever they hold.
    return Demand(lambda values: combine(test(values) for test in tests), field_key, None, None)


def _is_undefined(condition: Condition) -> bool:
    return condition.value is MISSING and "." not in condition.key


def _null_test(condition: Condition) -> Test:
    key = condition.key
    if condition.operator == "is":
        return lambda values: values.get(key) in (None, MISSING)
    return lambda values: values.get(key) not in (None, MISSING)


def _test(condition: Condition) -> Test:
    positive = condition.operator == "is"
    # Reference: `a.b.c` is read as `a.b`.
    key, *rest = condition.key.split(".")
    if _is_undefined(condition):
        return lambda values: _is_there(values.get(key, MISSING), key) is not positive
    if not rest:
        return _property_test(key, condition.value, positive)
    test_inside = _property_test(rest[0], condition.value, positive)

    def test(values: Object) -> bool:
        parent = values.get(key, MISSING)
        # Reference: the test of a property passes for whatever is no object, as long as it is there.
        return test_inside(parent) if isinstance(parent, dict) else _is_there(parent, key)

    return test


def _property_test(key: str, wanted: Any, positive: bool) -> Test:
    is_wanted = _equality(wanted)

    def test(values: Object) -> bool:
        value = values.get(key, MISSING)
        return _is_there(value, key) if value is MISSING else is_wanted(value) is positive

    return test


def _is_there(value: Any, key: str) -> bool:
    # Reference: a condition never finds the key "" missing.
    return value is not MISSING or not key


# --- equality --------------------------------------------------------------------------------------------------------


def _equality(wanted: Any) -> Callable[[Any], bool]:
    """Compile `value === wanted`; objects and lists are compared by their content.

    Reference: a list of values is no choice of values; only the same list equals it.
    """
    if wanted is MISSING:
        return lambda _: True  # Reference: a property compared with undefined is equal to it, whatever it is
    return lambda value: _equal(value, wanted)


def _equal(left: Any, right: Any) -> bool:
    stack = [(left, right)]  # not recursion: a value may be nested more deeply than Python's stack
    while stack:
        one, other = stack.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            stack.extend((one[key], other[key]) for key in one)
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            stack.extend(zip(one, other, strict=True))
        elif not _same(one, other):
            return False
    return True


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return number(one) == number(other)
    return bool(one == other)
