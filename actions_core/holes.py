"""Values with `MISSING` inside them, which no event has and no JSON text can have."""

from __future__ import annotations

from typing import Any

from actions_core.js import MISSING


def settle(value: Any, *, keep_keys: bool, keep_items: bool, keep_items_below: bool) -> Any:
    """Copy a value without the `MISSING` inside it: keys go, items of lists become null.

    `keep_keys` and `keep_items` leave them in the outermost object or list, `keep_items_below` in the lists below.
    """
    if not isinstance(value, (dict, list)):
        return value
    result, todo = _shallow(value, keep_keys=keep_keys, keep_items=keep_items)
    while todo:
        target, key, member = todo.pop()
        target[key], more = _shallow(member, keep_keys=False, keep_items=keep_items_below)
        todo += more
    return result


def _shallow(value: Any, *, keep_keys: bool, keep_items: bool) -> tuple[Any, list[tuple[Any, Any, Any]]]:
    result: Any
    if isinstance(value, dict):
        result = {key: member for key, member in value.items() if keep_keys or member is not MISSING}
        members = list(result.items())
    else:
        result = [None if item is MISSING and not keep_items else item for item in value]
        members = list(enumerate(result))
    return result, [(result, key, member) for key, member in members if isinstance(member, (dict, list))]
