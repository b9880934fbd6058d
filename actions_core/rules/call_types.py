"""Whether a destination takes a call of some type at all; asked before any mapping is looked at."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from actions_core.definitions import CallType
from actions_core.js import Object

UNSUPPORTED_EVENT_TYPE: Final = "UNSUPPORTED_EVENT_TYPE"


def refuse_call_type(event: Object, calls: Collection[CallType]) -> Literal["UNSUPPORTED_EVENT_TYPE"] | None:
    """Give Segment's code if an event is of a type that a destination does not accept; None if it is accepted.

    `calls` are those of the destination. A `type` that is missing, no text or written in another case is none of them.
    An accepted call may still match no mapping: UserMotion accepts alias calls and has no action for them.
    """
    return None if event.get("type") in tuple(calls) else UNSUPPORTED_EVENT_TYPE
