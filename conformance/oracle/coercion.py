"""Which values a field of a type takes, and as what."""

from __future__ import annotations

import re
from math import isinf
from typing import Any, Final, Literal, TypeAlias

Verdict: TypeAlias = Literal["accepted", "refused", "absent", "unsure"]
"""`absent`: counts as if nothing was given."""

_NUMERIC: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_MOMENT: Final = re.compile(
    r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{3})?Z)?\Z"
)
_WORDS: Final = re.compile(r"[a-z]+(?: [a-z]+)*\Z")


def verdict(type_: str, value: Any) -> Verdict:
    """Say what becomes of one value, outside of a list of values, for a field that is not null."""
    if value is None or value == "":
        return "absent"
    match type_:
        case "string" | "text" | "password":
            return _text(value)
        case "number" | "integer":
            return _number(type_, value)
        case "boolean":
            return _boolean(value)
        case "datetime":
            return _datetime(value)
        case "object":
            return "accepted" if isinstance(value, dict) else "refused"
    return "unsure"


def _text(value: Any) -> Verdict:
    if isinstance(value, (str, bool, int, float)):
        return "accepted"
    # A list of one is what is in it, which may be anything.
    return "unsure" if isinstance(value, list) and len(value) == 1 else "refused"


def _number(type_: str, value: Any) -> Verdict:
    if isinstance(value, bool):
        return "accepted"
    if isinstance(value, (int, float)):
        return "accepted" if type_ == "number" or float(value).is_integer() else "refused"
    if isinstance(value, str):
        if not _NUMERIC.match(value):
            return "refused" if _WORDS.match(value) and value not in ("infinity", "nan") else "unsure"
        number = float(value)
        return "unsure" if isinf(number) else "accepted" if type_ == "number" or number.is_integer() else "refused"
    return "unsure" if isinstance(value, list) and len(value) == 1 else "refused"


def _boolean(value: Any) -> Verdict:
    if isinstance(value, bool) or value in ("true", "false"):
        return "accepted"
    if isinstance(value, (int, float)):
        return "accepted" if value in (0, 1) else "refused"
    if isinstance(value, list) and len(value) == 1:
        return "unsure"
    return "refused"


def _datetime(value: Any) -> Verdict:
    if isinstance(value, bool):
        return "refused"
    if isinstance(value, (int, float)):
        return "accepted"
    if isinstance(value, str):
        if _MOMENT.match(value):
            return "accepted"
        return "refused" if _WORDS.match(value) else "unsure"
    return "unsure" if isinstance(value, list) and len(value) == 1 else "refused"
