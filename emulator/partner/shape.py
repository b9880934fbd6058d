"""What a partner expects of a JSON body, said in a few words and compiled to closures.

    record({"id": text(empty=False), "properties": record(others=True)}, optional={"userId": text()})

A check takes a value and its place (`properties.email`) and gives the first `Refusal`, or None. A check goes only as
deep as its own shape, so that no body can be too deep for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from actions_core.js import MISSING, type_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a body is refused: the field, and one sentence that tells what was expected of it."""

    field: str
    message: str


Check: TypeAlias = Callable[[object, str], Refusal | None]


def text(*, empty: bool = True) -> Check:
    """Expect a string, and with `empty=False` one that is not empty."""
    expected = "a string" if empty else "a non-empty string"

    def check(value: object, place: str) -> Refusal | None:
        if isinstance(value, str) and (empty or value):
            return None
        return _unlike(place, expected, value)

    return check


def number(*, whole: bool = False) -> Check:
    """Expect a number, and with `whole=True` one without a fraction."""
    expected = "a whole number" if whole else "a number"

    def check(value: object, place: str) -> Refusal | None:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and not (whole and value % 1):
            return None
        return _unlike(place, expected, value)

    return check


def one_of(*texts: str) -> Check:
    """Expect one of some texts."""
    expected = f"one of {', '.join(texts)}"

    def check(value: object, place: str) -> Refusal | None:
        if not isinstance(value, str):
            return _unlike(place, expected, value)
        return None if value in texts else Refusal(place, f"{place} must be {expected}, got {value!r}")

    return check


def nullable(check: Check) -> Check:
    """Expect null, or what another check expects."""
    return lambda value, place: None if value is None else check(value, place)


def items(each: Check, *, at_most: int) -> Check:
    """Expect a list of what another check expects, of a limited length."""

    def check(value: object, place: str) -> Refusal | None:
        if not isinstance(value, list):
            return _unlike(place, "an array", value)
        if len(value) > at_most:
            return Refusal(place, f"{place} may have {at_most} items at most, got {len(value)}")
        refusals = (each(item, f"{place}[{index}]") for index, item in enumerate(value))
        return next((refusal for refusal in refusals if refusal), None)

    return check


def record(
    required: Mapping[str, Check] | None = None, *, optional: Mapping[str, Check] | None = None, others: bool = False
) -> Check:
    """Expect an object with some fields; one that is neither required nor optional is refused unless `others`.

    The fields are looked at in the order in which they are declared, required ones first, then the unknown ones.
    """
    required, optional = dict(required or {}), dict(optional or {})
    known = required.keys() | optional.keys()
    names = ", ".join([*required, *optional])

    def check(value: object, place: str) -> Refusal | None:
        if not isinstance(value, dict):
            return _unlike(place, "an object", value)
        prefix = f"{place}." if place else ""
        for name, expected in required.items():
            if refusal := expected(value.get(name, MISSING), prefix + name):
                return refusal
        for name, expected in optional.items():
            if name in value and (refusal := expected(value[name], prefix + name)):
                return refusal
        unknown = None if others else next((name for name in value if name not in known), None)
        if unknown is None:
            return None
        return Refusal(prefix + unknown, f"{prefix}{unknown} is not a known field; expected only {names}")

    return check


def _unlike(place: str, expected: str, value: object) -> Refusal:
    kind = type_of(value)
    if kind == "undefined":
        return Refusal(place, f"{place} is missing; expected {expected}")
    found = "an empty string" if value == "" else kind if kind == "null" else f"a{'n' * (kind[0] in 'ao')} {kind}"
    return Refusal(place, f"{place or 'the body'} must be {expected}, got {found}")
