"""What a partner expects of a JSON body, said in a few words and compiled to closures.

    record({"id": text(empty=False), "properties": record(others=True)}, optional={"userId": text()})

A check takes a value and its place (`properties.email`) and gives the first `Refusal`, or None. A check walks its own
shape, never the value's, so that no body can be too deep for it.
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
