"""How liquidjs, the Liquid of Segment's runtime, treats values: truth, order, text, numbers, the reading of keys."""

from __future__ import annotations

import math
from time import perf_counter
from typing import Any, Final, TypeAlias

from actions_core import js
from actions_core.js import MISSING, Object

RENDER_SECONDS: Final = 0.5
"""How long one template may take for one event."""

MEMORY_LIMIT: Final = 100_000_000
"""What the filters of one rendering may use, in UTF-16 units of text and items of lists that they take and give."""


class LiquidFailureError(Exception):
    """A template that cannot be rendered for an event; the place is added where it is known."""


class Literal:
    """The words `nil`, `empty` and `blank` in a comparison; anywhere else they are null, "" and ""."""

    def __init__(self, value: str | None) -> None:
        self.value = value


NIL: Final = Literal(None)
EMPTY: Final = Literal("")
BLANK: Final = Literal("")

Value: TypeAlias = Any
"""A JSON value, `MISSING`, or one of `NIL`, `EMPTY` and `BLANK`."""


class Rendering:
    """One template being rendered for one event: its variables and what is left of its limits."""

    __slots__ = ("_deadline", "_used", "counters", "cycles", "event", "variables")

    def __init__(self, event: Any) -> None:
        self.event = event if isinstance(event, dict) else {}
        self.variables: Object = {}
        self.counters: dict[str, int | float] = {}
        self.cycles: dict[str, int] = {}
        self._used: float = 0
        self._deadline = perf_counter() + RENDER_SECONDS

    def use(self, count: float) -> None:
        """Count what a filter takes; raises `LiquidFailureError` beyond `MEMORY_LIMIT`."""
        if count > 0:
            if self._used + count > MEMORY_LIMIT:
                raise LiquidFailureError("memory alloc limit exceeded")
            self._used += count

    def check_time(self) -> None:
        """Raise `LiquidFailureError` once `RENDER_SECONDS` have passed."""
        if perf_counter() > self._deadline:
            raise LiquidFailureError("template render limit exceeded")

    def find(self, name: str) -> Value:
        """Read a variable: an assigned one, a counter, or the event's own key.

        Reference: the event itself is the root, so that `event.properties.plan`, as documented, is nothing.
        """
        for space in (self.variables, self.counters, self.event):
            if name in space:
                return space[name]
        return MISSING


def plain(value: Value) -> Any:
    """Give the JSON value of `nil`, `empty` and `blank`, and any other value as it is."""
    return value.value if isinstance(value, Literal) else value


def is_nil(value: Value) -> bool:
    """Tell whether a value is null, missing or `nil`."""
    return value is None or value is MISSING or value is NIL


def truthy(value: Value) -> bool:
    """Tell whether a condition holds: everything does but false, null and what is missing."""
    return not (value is False or is_nil(value))


def text_of(value: Value) -> str:
    """Write a value as output does: null and missing as "", the items of a list one after the other."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if is_nil(value):
        return ""
    if not isinstance(value, list):
        return js.to_string(value)
    texts: list[str] = []
    stack = [iter(value)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list):
                stack.append(iter(item))
                break
            texts.append(text_of(item))
        else:
            stack.pop()
    return "".join(texts)


def number_of(value: Value) -> float:
    """Read a value as JavaScript's unary plus does; NaN for what is no number."""
    value = plain(value)
    if isinstance(value, bool) or value is None:
        return float(bool(value))
    if isinstance(value, (int, float)):
        return float(js.number(value))
    return math.nan if value is MISSING else js.string_to_number(js.to_string(value))


def number_or_zero(value: Value) -> float:
    """Read a filter's number; what is none counts as 0."""
    found = number_of(value)
    return 0.0 if math.isnan(found) else found


def tidy(value: float) -> int | float:
    """Give whole numbers back as integers, which is how the rest of the runtime likes them."""
    return int(value) if value.is_integer() and abs(value) <= js.MAX_SAFE_INTEGER else value


def equal(left: Value, right: Value) -> bool:
    """Tell whether `==` holds: same type and value, lists by their items, `empty` and `blank` by their meaning."""
    stack = [(left, right)]
    while stack:
        one, other = stack.pop()
        if isinstance(other, Literal) and not isinstance(one, Literal):
            one, other = other, one
        if isinstance(one, Literal):
            if not _means(one, other):
                return False
        elif isinstance(one, list):
            if not isinstance(other, list) or len(one) != len(other):
                return False
            stack += zip(one, other, strict=True)
        elif not _same(one, other):
            return False
    return True


def _means(word: Literal, value: Value) -> bool:
    if word is NIL:
        return is_nil(value)
    if isinstance(value, Literal) and value is not NIL:
        return False
    value = plain(value)
    if word is BLANK and (value is False or is_nil(value) or (isinstance(value, str) and not js.trim(value))):
        return True
    return isinstance(value, (str, list, dict)) and not value


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) or isinstance(other, (dict, list)):
        return one is other
    if one is None or other is None or one is MISSING or other is MISSING:
        return one is other
    return bool(one == other)


def less(left: Value, right: Value, *, or_equal: bool = False) -> bool:
    """Tell whether `<` (or `<=`) holds as in JavaScript: texts by their UTF-16 units, anything else as numbers."""
    if isinstance(left, Literal) or isinstance(right, Literal):
        return False
    one, other = _primitive(left), _primitive(right)
    if isinstance(one, str) and isinstance(other, str):
        first, second = (text.encode("utf-16-be", "surrogatepass") for text in (one, other))
        return first <= second if or_equal else first < second
    low, high = number_of(one), number_of(other)
    return low <= high if or_equal else low < high


def _primitive(value: Any) -> Any:
    return js.to_string(value) if isinstance(value, (list, dict)) else value


def contains(left: Value, right: Value) -> bool:
    """Tell whether a list has an item, or a text a part."""
    left = plain(left)
    if isinstance(left, list):
        return any(equal(item, right) for item in left)
    return isinstance(left, str) and js.to_string(plain(right)) in left


def read_key(value: Value, key: Value) -> Value:
    """Read a key, an index (from the end if negative), or `size`, `first` and `last`."""
    value, key = plain(value), plain(key)
    if value is None or value is MISSING:
        return value
    name = js.to_string(key)
    if isinstance(value, list) and number_of(key) < 0:
        index = number_of(key)
        return value[int(index)] if index.is_integer() and -index <= len(value) else MISSING
    found = js.get_property(value, name)
    if found is not MISSING:
        return found
    if name == "size":
        return len(value) if isinstance(value, (dict, list)) else _size_of_text(value)
    if name in ("first", "last") and isinstance(value, list) and value:
        return value[0] if name == "first" else value[-1]
    return MISSING


def _size_of_text(value: Any) -> Value:
    return js.utf16_length(value) if isinstance(value, str) else MISSING


def items_of(value: Value) -> list[Any]:
    """Take a value for a list: null for an empty one, anything but a list for a list of one."""
    value = plain(value)
    if is_nil(value):
        return []
    return value if isinstance(value, list) else [value]
