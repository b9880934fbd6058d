"""Conditions and operands of the documented dialect as functions of an event.

An operand's function gives a JSON value; `None` is null, and what is missing is null too. What the documentation
leaves open is decided here: a path goes through objects only (never into a list or a text); `=` compares lists and
objects item by item, 1 and 1.0 are one number; `<` and its kind compare two numbers or two texts (by code points,
which is the order of their UTF-8 bytes, as `length` counts them) and do not hold for anything else; `in` does not hold
if its right side is no list. `!` holds for whatever is not `true`, so `!properties.internal` holds where it is missing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from actions_core.js import Object, number, type_of
from actions_core.trigger.functions import FUNCTIONS
from actions_core.trigger.glob import compile_pattern
from actions_core.trigger.nodes import Call, Comparison, Constant, IsTrue, ListOf, Operand, Path

Reader: TypeAlias = Callable[[Object], Any]
Test: TypeAlias = Callable[[Object], bool]


def compile_condition(condition: Comparison | IsTrue) -> Test:
    """Compile one clause; its function never raises."""
    if isinstance(condition, IsTrue):
        read = compile_operand(condition.operand)
        return lambda event: read(event) is True
    left = compile_operand(condition.left)
    if isinstance(condition.right, Constant) and condition.comparator in ("=", "!="):
        return _compile_equality(left, condition.right.value, wanted=condition.comparator == "=")
    if condition.comparator == "in" and (texts := _texts(condition.right)) is not None:
        return lambda event: isinstance(value := left(event), str) and value in texts
    right = compile_operand(condition.right)
    compare = _COMPARISONS[condition.comparator]
    return lambda event: compare(left(event), right(event))


def compile_subject(condition: Comparison | IsTrue) -> Reader:
    """Compile what an explanation shows of a clause: the operand that depends on the event, else the first one."""
    operands: tuple[Operand, ...] = (
        (condition.left, condition.right) if isinstance(condition, Comparison) else (condition.operand,)
    )
    subject = next((operand for operand in operands if not isinstance(operand, (Constant, ListOf))), operands[0])
    if isinstance(subject, Call) and subject.function in ("contains", "match"):
        subject = next((part for part in subject.arguments if not isinstance(part, Constant)), subject)
    return compile_operand(subject)


def compile_operand(operand: Operand) -> Reader:
    """Compile an operand; its function never raises."""
    match operand:
        case Constant(value):
            return lambda event: value
        case ListOf(items):
            readers = [compile_operand(item) for item in items]
            return lambda event: [read(event) for read in readers]
        case Path(names):
            return _compile_path(names)
        case Call("match", (text, Constant(str() as pattern))):
            matches, read_text = compile_pattern(pattern), compile_operand(text)
            return lambda event: isinstance(value := read_text(event), str) and matches(value)
        case Call(function, arguments):
            apply = FUNCTIONS[function].apply
            first, *rest = [compile_operand(argument) for argument in arguments]
            if not rest:
                return lambda event: apply(first(event))
            (second,) = rest
            return lambda event: apply(first(event), second(event))


def _compile_path(names: tuple[str, ...]) -> Reader:
    if len(names) == 1:
        (name,) = names
        return lambda event: event.get(name)

    def read_path(event: Object) -> Any:
        value: Any = event
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return read_path


def _compile_equality(read: Reader, constant: str | float | bool | None, *, wanted: bool) -> Test:
    """Compare with a constant: only a text equals a text, and null, true and false are single objects."""
    if isinstance(constant, str):
        return (lambda event: read(event) == constant) if wanted else (lambda event: read(event) != constant)
    if constant is None or isinstance(constant, bool):
        return lambda event: (read(event) is constant) is wanted
    return lambda event: equal(read(event), constant) is wanted


def _texts(operand: Operand) -> frozenset[str] | None:
    """Collect a list of texts for one look-up; None for any other operand."""
    if not isinstance(operand, ListOf):
        return None
    texts = [item.value for item in operand.items if isinstance(item, Constant) and isinstance(item.value, str)]
    return frozenset(texts) if len(texts) == len(operand.items) else None


def equal(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are of one type and the same, however deep they are."""
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        kind = type_of(one)
        if kind != type_of(other):
            return False
        if kind == "array":
            if len(one) != len(other):
                return False
            pairs.extend(zip(one, other, strict=True))
        elif kind == "object":
            if one.keys() != other.keys():
                return False
            pairs.extend((one[key], other[key]) for key in one)
        elif kind == "number":
            if number(one) != number(other):
                return False
        elif one != other:
            return False
    return True


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(left: Any, right: Any) -> bool:
        kind = type_of(left)
        if kind != type_of(right):
            return False
        if kind == "number":
            return compare(number(left), number(right))
        return kind == "string" and compare(left, right)

    return holds


def _among(item: Any, items: Any) -> bool:
    return isinstance(items, list) and any(equal(item, candidate) for candidate in items)


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
    "in": _among,
}
