"""The functions of the documented dialect, one Python function each, in a table.

They take JSON values, `None` standing for null and for whatever is missing, and never raise. What the documentation
leaves open is decided here, in each docstring; as a rule, a function gives null for a kind of value it is not for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from actions_core.js import number as js_number
from actions_core.js import to_string, type_of
from actions_core.trigger.glob import PatternError, compile_pattern


def contains(text: Any, part: Any) -> bool:
    """Tell whether a text contains another; false for anything but two texts."""
    return isinstance(text, str) and isinstance(part, str) and part in text


def length(value: Any) -> int | None:
    """Count the items of a list or the bytes of a text in UTF-8; 0 for null, null for any other kind."""
    if value is None:
        return 0
    if isinstance(value, str):
        return len(value) if value.isascii() else len(value.encode("utf-8", "surrogatepass"))
    return len(value) if isinstance(value, list) else None


def lowercase(value: Any) -> str | None:
    """Write a text in lower case, by Unicode's rules; null for any other kind."""
    return value.lower() if isinstance(value, str) else None


def uppercase(value: Any) -> str | None:
    """Write a text in upper case, by Unicode's rules; null for any other kind."""
    return value.upper() if isinstance(value, str) else None


def snakecase(value: Any) -> str | None:
    """Write underscores for spaces and change nothing else, as documented; null for any other kind."""
    return value.replace(" ", "_") if isinstance(value, str) else None


def kebabcase(value: Any) -> str | None:
    """Write dashes for spaces and change nothing else, as documented; null for any other kind."""
    return value.replace(" ", "-") if isinstance(value, str) else None


def titlecase(value: Any) -> str | None:
    """Begin every word with a capital; null for any other kind.

    The documented sentence speaks of dashes but its example gives "Test String", which is what counts here; letters
    after the first stay as they are.
    """
    if not isinstance(value, str):
        return None
    return " ".join(word[:1].upper() + word[1:] for word in value.split(" "))


def type_name(value: Any) -> str:
    """Name the kind of a value: string, number, list, bool, null, and (undocumented) object."""
    return _TYPE_NAMES[type_of(value)]


def match(text: Any, pattern: Any) -> bool:
    """Tell whether a whole text matches a glob pattern; false for anything but two texts and for a broken pattern."""
    if not isinstance(text, str) or not isinstance(pattern, str):
        return False
    try:
        return compile_pattern(pattern)(text)
    except PatternError:
        return False  # a broken pattern out of an event matches nothing; one written in a trigger never gets here


def boolean(value: Any) -> bool:
    """Convert to a boolean: null, false, 0, '' and what is empty are false, all else is true (also 'false')."""
    return bool(value)


def string(value: Any) -> str | None:
    """Convert to a text: null is '', numbers are as in JSON, a list's items are joined by commas; objects are null."""
    if value is None:
        return ""
    return None if isinstance(value, dict) else to_string(value)


def number(value: Any) -> int | float | None:
    """Convert to a number: a decimal numeral is read; null for any other text and kind."""
    if isinstance(value, str):
        read = float(value) if _NUMERAL.fullmatch(value) else math.inf
        return None if math.isinf(read) else read
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return js_number(value)
    return None


@dataclass(frozen=True, slots=True)
class Function:
    """A function and the number of its arguments, one or two."""

    apply: Callable[..., Any]
    arity: int


FUNCTIONS: Final[dict[str, Function]] = {
    "contains": Function(contains, 2),
    "match": Function(match, 2),
    "length": Function(length, 1),
    "lowercase": Function(lowercase, 1),
    "uppercase": Function(uppercase, 1),
    "snakecase": Function(snakecase, 1),
    "kebabcase": Function(kebabcase, 1),
    "titlecase": Function(titlecase, 1),
    "typeof": Function(type_name, 1),
    "bool": Function(boolean, 1),
    "string": Function(string, 1),
    "number": Function(number, 1),
}
"""By the names that the documentation gives them."""

_NUMERAL: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_TYPE_NAMES: Final = {
    "undefined": "null",
    "null": "null",
    "boolean": "bool",
    "number": "number",
    "string": "string",
    "array": "list",
    "object": "object",
}
