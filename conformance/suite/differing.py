"""Tells where two JSON objects differ, for people: by pointer, and whether it is missing, extra or another value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from conformance.suite.sent import Number, write

_MOST: Final = 12


def differing(expected: str, observed: str) -> str | None:
    """Name what differs, such as `/send_at missing, /sendAt extra`; None if the texts are not both JSON objects."""
    try:
        left, right = (
            json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
            for text in (expected, observed)
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(left, dict) or not isinstance(right, dict):
        return None
    found = list(_differences(left, right, ""))
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more if found else None


def _differences(expected: Any, observed: Any, pointer: str) -> Iterator[str]:
    if isinstance(expected, (dict, list)) and type(expected) is type(observed):
        left, right = _parts(expected), _parts(observed)
        yield from (f"{pointer}/{key} missing" for key in left if key not in right)
        yield from (f"{pointer}/{key} extra" for key in right if key not in left)
        for key in left:
            if key in right:
                yield from _differences(left[key], right[key], f"{pointer}/{key}")
    elif type(expected) is not type(observed) or write(expected) != write(observed):
        yield f"{pointer} other value"


def _parts(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return {key.replace("~", "~0").replace("/", "~1"): inner for key, inner in value.items()}
    return {str(index): inner for index, inner in enumerate(value)}
