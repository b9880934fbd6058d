"""The Integrations object: which destinations an event asks to be sent to, or kept from.

Source: the documentation page "Filtering your Segment data"; for what it does not say (values that are neither a
boolean nor an object) Segment's own reader of events, `@segment/facade` 3.4 on npm.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from actions_core.js import Object

FILTERED_BY_INTEGRATIONS_OBJECT: Final = "FILTERED_BY_INTEGRATIONS_OBJECT"

OFF_BY_DEFAULT: Final = frozenset({"Salesforce"})
"""Destinations that get only the events which name them, whatever `All` says."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Whether an event goes to a destination, as far as its Integrations object is concerned."""

    sends: bool
    reason: Literal["FILTERED_BY_INTEGRATIONS_OBJECT"] | None = None
    """Segment's code for an event that does not go there."""
    options: Object | None = field(default=None, repr=False)
    """What the event says to this destination alone."""

    @property
    def overrides_schema_filters(self) -> bool:
        """Whether the event goes there even if a filter of the source's schema keeps others of its name away."""
        return self.options is not None


SENT: Final = Routing(sends=True)
FILTERED: Final = Routing(sends=False, reason=FILTERED_BY_INTEGRATIONS_OBJECT)


def route(
    integrations: object,
    name: str,
    *,
    warehouse: bool = False,
    off_by_default: Container[str] = OFF_BY_DEFAULT,
) -> Routing:
    """Decide whether an event with these `integrations` goes to the destination of this name.

    `integrations` is the event's value as it came, `MISSING` if it has none; what is no object says nothing. The name
    is the one on the destination's page, compared character for character, and addresses every instance of the
    destination. An entry for the name decides, else `All` (in any case), which is true unless it is `False`. A
    warehouse gets every event.

    Reference: an entry that is neither a boolean nor an object, such as null, 0 or "false", is a yes, and an `All` of
    that kind is no entry.
    """
    if warehouse or not isinstance(integrations, dict):
        return SENT if warehouse or name not in off_by_default else FILTERED
    if name in integrations:
        entry = integrations[name]
        if isinstance(entry, dict):
            return Routing(sends=True, options=entry)
        return FILTERED if entry is False else SENT
    return FILTERED if name in off_by_default or _all(integrations) is False else SENT


def _all(integrations: Object) -> Any:
    # Reference: `all` and `ALL` are read as `All`; of several the first one counts.
    return next((value for key, value in integrations.items() if key.lower() == "all"), None)


def reaches_segment(event: Object) -> bool:
    """Tell whether an event comes as far as the source's debugger: not if its Integrations object bars `Segment.io`.

    Only Analytics.js takes `"Segment.io": false` for an order, and drops the event in the browser; so does this, also
    for an event that does not tell its library. The mobile libraries set the same entry to say that a destination's
    own SDK has sent the event already, and their events do appear in the debugger.
    """
    integrations = event.get("integrations")
    if not isinstance(integrations, dict) or integrations.get("Segment.io") is not False:
        return True
    context = event.get("context")
    library = context.get("library") if isinstance(context, dict) else None
    name = library.get("name") if isinstance(library, dict) else None
    return isinstance(name, str) and name != "analytics.js"
