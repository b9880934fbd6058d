"""What a default mapping makes of an event, for the directives that defaults are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

ABSENT: Final = object()
"""Nothing, which is not null."""
UNKNOWN: Final = object()
"""A directive that this does not know."""

_STEP: Final = re.compile(r"\.?([^.\[\]]+)|\['([^']*)'\]|\[(\d+)\]")


def steps(path: str) -> list[str]:
    """Split `$.a.b` into its keys."""
    return [found[1] or found[2] or found[3] or "" for found in _STEP.finditer(path.removeprefix("$"))]


def read(path: str, event: Any) -> Any:
    """Read a path."""
    for key in steps(path):
        if isinstance(event, dict) and key in event:
            event = event[key]
        elif isinstance(event, list) and key.isdigit() and int(key) < len(event):
            event = event[int(key)]
        else:
            return ABSENT
    return event


def resolve(mapping: Any, event: Any) -> Any:
    """Give the value of a mapping: plain values, `@path`, `@template` without variables, `@if` with exists or blank."""
    if isinstance(mapping, list):
        items = [resolve(one, event) for one in mapping]
        return UNKNOWN if UNKNOWN in items else [None if item is ABSENT else item for item in items]
    if not isinstance(mapping, dict):
        return mapping
    match mapping:
        case {"@path": str(path), **rest} if not rest:
            return read(path, event)
        case {"@template": str(text), **rest} if not rest:
            return UNKNOWN if "{" in text else text
        case {"@if": dict(condition), **rest} if not rest:
            return _branch(condition, event)
    if any(key.startswith("@") for key in mapping):
        return UNKNOWN
    found = {key: resolve(inner, event) for key, inner in mapping.items()}
    if UNKNOWN in found.values():
        return UNKNOWN
    return {key: value for key, value in found.items() if value is not ABSENT}


def _branch(condition: dict[str, Any], event: Any) -> Any:
    kind = next((one for one in ("exists", "blank") if one in condition), None)
    if kind is None:
        return UNKNOWN
    value = resolve(condition[kind], event)
    if value is UNKNOWN:
        return UNKNOWN
    there = value is not ABSENT and value is not None
    if kind == "blank":
        there = not there or value == ""
    branch = "then" if there else "else"
    return resolve(condition[branch], event) if branch in condition else ABSENT


def paths(mapping: Any) -> Iterator[str]:
    """Yield the paths that a mapping reads, once each."""
    seen: set[str] = set()
    pending = [mapping]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending.extend(one)
        elif isinstance(one, dict):
            path = one.get("@path")
            if isinstance(path, str) and path not in seen:
                seen.add(path)
                yield path
            pending.extend(inner for key, inner in one.items() if key != "@path")


def put(path: str, value: Any, event: dict[str, Any]) -> None:
    """Set the value that a path reads, in place; `$` alone cannot be set."""
    *above, last = steps(path)
    for key in above:
        inner = event.get(key)
        if not isinstance(inner, dict):
            inner = event[key] = {}
        event = inner
    event[last] = value
