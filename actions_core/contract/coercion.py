"""JSON types: which value has the right one, and what becomes of a value that has not.

This is the table of AJV 8 with `coerceTypes: 'array'`, which Segment's runtime uses.
Reference: it is nobody else's. Here "true" is true and "TRUE" nothing, true is 1, " " is 0 and "0x10" is 16.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, TypeAlias

from actions_core.js import MAX_SAFE_INTEGER, MISSING, number, number_to_string, string_to_number

Kind: TypeAlias = Literal["string", "number", "integer", "boolean", "null", "object", "array"]
"""A type of JSON Schema."""

Test: TypeAlias = Callable[[Any], bool]
Coercion: TypeAlias = Callable[[Any], tuple[bool, Any]]
"""From a value of the wrong type: whether it could be made right, and what the value is now."""


def is_number(value: Any) -> bool:
    """Tell whether a value is a finite number."""
    if type(value) is float or (type(value) is int and -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER):
        return math.isfinite(value)  # nearly all of them, without asking further
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(number(value))


def _is_integer(value: Any) -> bool:
    return is_number(value) and number(value) % 1 == 0


_RIGHT: Final[dict[Kind, Test]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": _is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def type_test(kinds: Sequence[Kind]) -> Test:
    """Compile the test whether a value has one of some types."""
    tests = [_RIGHT[kind] for kind in kinds]
    if len(tests) == 1:
        return tests[0]
    first, *others = tests
    return lambda value: first(value) or any(test(value) for test in others)


# --- one function per type: the value that it makes of another, or MISSING -------------------------------------------


def _to_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_to_string(value)
    # Reference: null is the empty text, so that a required text is there when it is given [null].
    return "" if value is None else MISSING


def _to_number(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return int(value or 0)
    if not isinstance(value, str) or not value:
        return MISSING
    found = string_to_number(value)
    return MISSING if math.isnan(found) else _plain(found)


def _to_integer(value: Any) -> Any:
    # Reference: the remainder of an infinite number is no number, which passes for "no fraction", so that the text
    # "Infinity" becomes an integer (and null in JSON).
    found = _to_number(value)
    return MISSING if found is not MISSING and math.isfinite(found) and found % 1 else found


def _to_boolean(value: Any) -> Any:
    if value is None or value == "false" or _is_exactly(value, 0):
        return False
    return True if value == "true" or _is_exactly(value, 1) else MISSING


def _to_null(value: Any) -> Any:
    return None if value == "" or value is False or _is_exactly(value, 0) else MISSING


def _to_list(value: Any) -> Any:
    return [value] if value is None or isinstance(value, (str, int, float)) else MISSING


def _is_exactly(value: Any, wanted: int) -> bool:
    return bool(value == wanted) and not isinstance(value, bool)


def _plain(value: float) -> int | float:
    """Write 5.0 as 5, as JSON would; -0 stays the double that it is."""
    whole = value.is_integer() and abs(value) <= MAX_SAFE_INTEGER and (value != 0 or math.copysign(1, value) > 0)
    return int(value) if whole else value


_COERCIONS: Final[dict[Kind, Callable[[Any], Any]]] = {
    "string": _to_text,
    "number": _to_number,
    "integer": _to_integer,
    "boolean": _to_boolean,
    "null": _to_null,
    "array": _to_list,
}


def coercion(kinds: Sequence[Kind]) -> Coercion:
    """Compile what is tried for a value that has none of some types.

    The types are tried in their order. Where all fail the second result is what the reference goes on with and talks
    about: the value itself, or the element of a list of one.
    Reference: a list of one is taken for its element, but where an object is asked for.
    """
    steps = [_COERCIONS[kind] for kind in kinds if kind in _COERCIONS]
    accepts_element = type_test(kinds) if len(kinds) == 1 else None

    def coerce(value: Any) -> tuple[bool, Any]:
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
            # Reference: where several types are allowed, an element that already has one of them is not taken as it
            # is; it must be coerced, so that ["x"] is refused for a string that may be null.
            if accepts_element is not None and accepts_element(value):
                return True, value
        for step in steps:
            coerced = step(value)
            if coerced is not MISSING:
                return True, coerced
        return False, value

    return coerce if steps else lambda value: (False, value)
