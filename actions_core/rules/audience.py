"""Whether an event says that its user is in an audience, as the reference decides it."""

from __future__ import annotations

from typing import Any, Final

from actions_core.inputs import SyncMode
from actions_core.js import MISSING, Object, to_string, truthy

_ADDS: Final[dict[str, tuple[str, ...]]] = {
    "add": ("new",),
    "update": ("updated",),
    "upsert": ("new", "updated"),
    "mirror": ("new", "updated"),
}
_REMOVES: Final[dict[str, tuple[str, ...]]] = {"delete": ("deleted",), "mirror": ("deleted",)}


def audience_membership(event: Object, sync_mode: SyncMode | None) -> bool | None:
    """Tell whether an event puts its user into an audience (True), takes it out (False) or says nothing of it (None).

    Engage says it in the trait or property that is called like `context.personas.computation_key`; reverse ETL in the
    name of the event (`new`, `updated`, `deleted`), as far as the mapping's sync mode is about such events.
    """
    engage = _engage_membership(event, personas_of(event))
    return _reverse_etl_membership(event, sync_mode) if engage is None else engage


def _engage_membership(event: Object, personas: Object | None) -> bool | None:
    if personas is None:
        return None
    key = personas.get("computation_key")
    if personas.get("computation_class") not in ("audience", "journey_step") or not truthy(key):
        return None
    place = {"identify": "traits", "track": "properties"}.get(str(event.get("type")))
    values: Any = event.get(place) if place else None
    value = values.get(to_string(key)) if isinstance(values, dict) else None
    return value if isinstance(value, bool) else None


def _reverse_etl_membership(event: Object, sync_mode: SyncMode | None) -> bool | None:
    if sync_mode is None or event.get("type") != "track":
        return None
    name = event.get("event", MISSING)
    if name in _ADDS.get(sync_mode, ()):
        return True
    return False if name in _REMOVES.get(sync_mode, ()) else None


def personas_of(event: Object) -> Object | None:
    """Give `context.personas`: what Engage says of the audience, computed trait or journey that an event came from."""
    context = event.get("context")
    personas = context.get("personas") if isinstance(context, dict) else None
    return personas if isinstance(personas, dict) else None
