"""What directives do to whole values. Each function keeps its own stack, so that no depth of an event overflows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from actions_core.js import MISSING, Object, object_keys, utf16_units


def without_nulls(value: Any, *, keep_keys: bool, keep_keys_below: bool) -> Any:
    """Copy an object without its null keys, and the objects in it likewise; lists stay as they are.

    A kept key becomes `MISSING` instead: `keep_keys` for the outermost object, `keep_keys_below` for those in it.
    """
    if not isinstance(value, dict):
        return value
    result: Object = {}
    todo = [(value, result, keep_keys)]
    while todo:
        source, target, keep = todo.pop()
        for key, member in source.items():
            if isinstance(member, dict):
                target[key] = {}
                todo.append((member, target[key], keep_keys_below))
            elif member is None:
                if keep:
                    target[key] = MISSING
            else:
                target[key] = member
    return result


def flatten(value: Any, separator: str, *, into_lists: bool) -> Object:
    """Bring what is nested up to one level, its keys joined by `separator`.

    Reference: an empty object or list vanishes, an empty key that leads a path is left out of it, and a value that is
    neither object nor list gets the key `""`.
    """
    if not _opens(value, into_lists=into_lists):
        return {"": value}
    result: Object = {}
    keys: list[str] = []
    stack = [(0, _members(value))]
    while stack:
        depth, members = stack[-1]
        del keys[depth:]
        for key, member in members:
            # An empty key counts only once something stands before it.
            path = [key] if key or keys else []
            if _opens(member, into_lists=into_lists):
                keys += path
                stack.append((len(keys), _members(member)))
                break
            result[separator.join(keys + path)] = member
        else:
            stack.pop()
    return result


def _opens(value: object, *, into_lists: bool) -> bool:
    return isinstance(value, dict) or (into_lists and isinstance(value, list))


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        return ((key, value[key]) for key in object_keys(value))
    return ((str(index), item) for index, item in enumerate(value))


def spread(target: Object, value: Any) -> None:
    """Lay a value's own members over an object, as `Object.assign` does.

    Reference: a text gives its UTF-16 units and a list its items, each under its index; anything else gives nothing.
    """
    if isinstance(value, dict):
        target.update(value)
    elif isinstance(value, list):
        target.update((str(index), item) for index, item in enumerate(value))
    elif isinstance(value, str):
        target.update((str(index), unit) for index, unit in enumerate(utf16_units(value)))
