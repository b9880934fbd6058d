"""When two answers are the same: as JSON values, whoever wrote them."""

from __future__ import annotations

import re
from typing import Any, Final

from actions_core.js import number

_STACK: Final = re.compile(r"\s+at ")
_KIND: Final = re.compile(r"\s*ValidationError: ")


def same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: 1 is 1.0 but not true, key order does not count, integers are doubles."""
    pending = [(one, other)]
    while pending:
        left, right = pending.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pending.extend((left[key], right[key]) for key in left)
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pending.extend(zip(left, right, strict=True))
        elif not _same_leaf(left, right):
            return False
    return True


def _same_leaf(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return number(one) == number(other)
    return type(one) is type(other) and bool(one == other)


def sentences(message: str) -> str:
    """Take the stack traces out of a message of the reference, which has them where it reports several faults."""
    if "\n" not in message:
        return message
    lines = [line for line in message.split("\n") if line.strip() and not _STACK.match(line)]
    return "\n".join(_KIND.sub("", line, count=1) for line in lines)
