"""How Engage reaches a destination that takes audiences as a user property; the same on every such page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from actions_core.definitions import CallType


@dataclass(frozen=True, slots=True)
class UserPropertySync:
    """What Engage sends for each user that joins or leaves an audience, and when."""

    call: CallType
    key: str
    joined: bool
    left: bool
    first_sync: str
    later_syncs: str


USER_PROPERTY: Final = UserPropertySync(
    call="identify",
    key="the audience's name in snake case, as a trait",
    joined=True,
    left=False,
    first_sync="every user of the audience",
    later_syncs="only users whose membership has changed",
)
