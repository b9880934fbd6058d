"""Triggers as pages show them."""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"""
      (?P<text>"(?:[^"\\]|\\.)*"?)      # nothing in quotes is anything else, to the end where they stay open
    | (?P<open>[(\[])
    | (?P<close>[)\]])
    | (?P<comma>[ \t\n]*,[ \t\n]*)
    | (?P<event>\bEvent[ \t\n]+(?=\w))  # pages call a field of the event by its full name
    | (?P<blank>[ \t\n]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_ON_EVENT: Final = re.compile(r"on (\w+)\Z")


def trigger_of(shown: str) -> str:
    """Write a trigger that a table of presets shows in the trigger language.

    There `Event type` is `type`, and a comma outside of brackets and quotes is "or".

    >>> trigger_of('Event type = "track", Event  type = "page"')
    'type = "track" or type = "page"'
    """
    depth = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal depth
        match found.lastgroup:
            case "open" | "close":
                depth += 1 if found.lastgroup == "open" else -1
                return found[0]
            case "comma":
                return ", " if depth else " or "
            case "event":
                return ""
            case "blank":
                return " "
        return found[0]

    return _PIECE.sub(replaced, shown).strip()


def event_slug_of(shown: str) -> str | None:
    """Give the event of Segment's own products that sets a preset up, shown as `on its_slug`; None for a trigger."""
    found = _ON_EVENT.match(shown)
    return found[1] if found else None


def same_trigger(one: str, other: str) -> bool:
    """Tell whether two triggers differ in nothing but white space outside of quotes."""
    return trigger_of(one) == trigger_of(other)
