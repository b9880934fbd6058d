"""When two answers are the same: as JSON values, whoever wrote them."""

from __future__ import annotations

import re
from typing import Any, Final

from actions_core.js import number

_STACK: Final = re.compile(r"\s+at ")
_KIND: Final = re.compile(r"\s*ValidationError: ")


def same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: 1 is 1.0 but not true, key order does not count, integers are doubles."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return number(one) == number(other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_json, one, other))
    return type(one) is type(other) and bool(one == other)


def sentences(message: str) -> str:
    """Take the stack traces out of a message of the reference, which has them where it reports several faults."""
    if "\n" not in message:
        return message
    lines = [line for line in message.split("\n") if line.strip() and not _STACK.match(line)]
    return "\n".join(_KIND.sub("", line, count=1) for line in lines)
