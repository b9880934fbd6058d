"""Which call types a trigger can match at all, so that an event need not meet the triggers of other types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Final, TypeAlias

from actions_core.trigger.nodes import (
    Broken,
    Clause,
    Comparison,
    Condition,
    Constant,
    Group,
    IsTrue,
    ListOf,
    Not,
    Operand,
    Path,
)

CallTypes: TypeAlias = frozenset[str] | None

_TYPE: Final = Path(("type",))
_NONE: Final[frozenset[str]] = frozenset()


def call_types(condition: Condition) -> CallTypes:
    """Collect the values of `type` outside which a condition cannot hold; None if there is no such bound.

    The answer may be too wide, never too narrow: whatever an event's `type` is, if it is not in the set then the
    condition does not hold.
    """
    match condition:
        case Group("and", children):
            bounds = [bound for bound in map(call_types, children) if bound is not None]
            return reduce(frozenset.intersection, bounds) if bounds else None
        case Group("or", children):
            return _union([call_types(child) for child in children])
        case Clause(path, "=", str() as expected) if path == _TYPE:
            return frozenset({expected})
        case Clause(_, "never") | Broken():
            return _NONE
        case Comparison(left, "=", right) if _TYPE in (left, right):
            return _texts(right if left == _TYPE else left)
        case Comparison(left, "in", ListOf(items)) if left == _TYPE:
            return _union([_texts(item) for item in items])
        case IsTrue(Constant(value)):
            return None if value is True else _NONE
        case Group() | Clause() | Comparison() | IsTrue() | Not():
            return None


def _union(bounds: Sequence[CallTypes]) -> CallTypes:
    known = [bound for bound in bounds if bound is not None]
    return _NONE.union(*known) if len(known) == len(bounds) else None


def _texts(operand: Operand) -> CallTypes:
    """Bound a comparison with an operand: only a text is a call type, anything else may equal an odd event's type."""
    return frozenset({operand.value}) if isinstance(operand, Constant) and isinstance(operand.value, str) else None
