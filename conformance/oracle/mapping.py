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

_SIMPLE: Final = re.compile(r"\$\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\['[\w -]+'\])*\Z")
"""The paths that defaults are made of; what others mean is not for this to say."""


def steps(path: str) -> list[str]:
    """Split `$.a.b` into its keys."""
    return [found[1] or found[2] or found[3] or "" for found in _STEP.finditer(path.removeprefix("$"))]


def read(path: str, event: Any) -> Any:
    """Read a path; null, false, 0 and an empty text on the way are what it leads to."""
    for key in steps(path):
        if event is None or (isinstance(event, (bool, int, float, str)) and not event):
            return event
        if isinstance(event, dict) and key in event:
            event = event[key]
        elif isinstance(event, list) and key.isdigit() and int(key) < len(event):
            event = event[int(key)]
        else:
            return ABSENT
    return event


def resolve(mapping: Any, event: Any) -> Any:
    """Give the value of a mapping: plain values, `@path`, `@template` without variables, `@if` with exists."""
    if isinstance(mapping, list):
        items = [resolve(one, event) for one in mapping]
        return UNKNOWN if UNKNOWN in items else [None if item is ABSENT else item for item in items]
    if not isinstance(mapping, dict):
        return mapping
    match mapping:
        case {"@path": str(path), **rest} if not rest:
            return read(path, event) if _SIMPLE.match(path) else UNKNOWN
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
    value = resolve(condition["exists"], event) if "exists" in condition else UNKNOWN
    if value is UNKNOWN:
        return UNKNOWN
    branch = "then" if value is not ABSENT and value is not None else "else"
    if branch not in condition or (branch == "else" and not condition[branch]):
        return ABSENT  # Segment takes an `else` that is false, 0 or empty for none
    return resolve(condition[branch], event)


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
