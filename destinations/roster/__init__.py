"""Roster (Actions): keeps lists at Roster, an imaginary partner, and shows all that a destination can do.

UserMotion is as plain as a destination gets. This one has OAuth tokens that expire, dynamic fields, a mapping hook,
sync modes, audiences, batches that fail in part, deletion, and fields of every kind. Its partner is
`emulator.partner.Roster`.
"""

from __future__ import annotations

from actions_core import Authentication, Destination, Preset, SyncMode, default_values, hookimpl
from actions_core.js import Object
from destinations.roster.account import Settings, check, common_options, delete_user, refresh
from destinations.roster.lists import AUDIENCES
from destinations.roster.members import SYNC_MEMBER
from destinations.roster.orders import LOG_ORDER


def _synced(mode: SyncMode) -> Object:
    """Give the mapping of a preset for members, with its sync mode where Segment's app keeps it."""
    return {**default_values(SYNC_MEMBER.fields), "__segment_internal_sync_mode": mode}


destination = Destination(
    name="Roster (Actions)",
    slug="actions-roster",
    description="Keep lists of people at Roster, an imaginary partner.",
    settings=Settings,
    authentication=Authentication(scheme="oauth2", check=check, refresh_access_token=refresh),
    extend_request=common_options,
    actions={"syncMember": SYNC_MEMBER, "logOrder": LOG_ORDER},
    presets=(
        Preset(
            name="Sync Identified Users", action="syncMember", trigger='type = "identify"', mapping=_synced("upsert")
        ),
        Preset(name="Log Orders", action="logOrder", trigger='type = "track" and event = "Order Completed"'),
        Preset(
            name="Sync Linked Audiences",
            action="syncMember",
            trigger=None,
            mapping=_synced("mirror"),
            event_slug="warehouse_audience_membership_changed_identify",
        ),
    ),
    calls=("identify", "track"),
    engage=True,
    audiences=AUDIENCES,
    on_delete=delete_user,
)


@hookimpl
def actions_destination() -> Destination[Settings]:
    """Contribute Roster."""
    return destination
