"""An account at the mock partner of Roster, which remembers what it is told, and mappings for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from actions_core import (
    DestinationInstance,
    OAuthCredentials,
    Object,
    Subscription,
    SyncMode,
    default_values,
)
from destinations.roster import destination
from emulator.loopback import LoopbackTransport
from emulator.partner import Partner, Roster
from emulator.partner.roster import RosterList

T = TypeVar("T")
Instance = DestinationInstance[Any]

TOKENS = OAuthCredentials(
    access_token="stale-4cc355", refresh_token="first-r3fr3sh", client_id="c", client_secret="s3cret"
)
SETTINGS = {"workspace": "acme"}
ADA: Object = {"type": "identify", "userId": "u1", "traits": {"email": "ada@example.com", "firstName": "Ada"}}


def use(
    scenario: Callable[[Instance, Roster, Partner], Awaitable[T]],
    *,
    roster: Roster | None = None,
    subscriptions: Sequence[Subscription] | None = None,
    oauth: OAuthCredentials | None = TOKENS,
    **options: Any,
) -> T:
    """Run a scenario with an account at a partner of its own; its access token has expired."""
    roster = roster or Roster()

    async def run() -> T:
        async with (
            Partner(apis=[roster.api]) as partner,
            DestinationInstance(
                destination,
                SETTINGS,
                subscriptions,
                transport=LoopbackTransport(partner.url),
                oauth=oauth,
                **options,
            ) as instance,
        ):
            return await scenario(instance, roster, partner)

    return asyncio.run(run())


def members(mapping: Object | None = None, *, mode: SyncMode | None = None, trigger: str = "type != 1") -> Subscription:
    """Make a mapping of Sync Member: the defaults, with some keys replaced."""
    values = {**default_values(destination.actions["syncMember"].fields), **(mapping or {})}
    if mode is not None:
        values["__segment_internal_sync_mode"] = mode
    return Subscription(name="Members", action="syncMember", trigger=trigger, mapping=values)


def orders(mapping: Object | None = None) -> Subscription:
    values = {**default_values(destination.actions["logOrder"].fields), **(mapping or {})}
    return Subscription(name="Orders", action="logOrder", trigger='type = "track"', mapping=values)


def deliver(event: Object, subscription: Subscription, roster: Roster | None = None) -> Any:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> Any:
        (delivery,) = await instance.deliver(event)
        return delivery

    return use(scenario, roster=roster, subscriptions=[subscription])


def deliver_batch(events: list[Object], subscription: Subscription, roster: Roster | None = None) -> Any:
    async def scenario(instance: Instance, _roster: Roster, _partner: Partner) -> Any:
        (delivery,) = await instance.deliver_batch(events)
        return delivery

    return use(scenario, roster=roster, subscriptions=[subscription])


def on(roster: Roster, list_id: str = "everyone") -> list[str]:
    return list(roster.lists[list_id].members)


def with_lists(*names: str, page_size: int = 50) -> Roster:
    roster = Roster(page_size=page_size)
    roster.lists.update({f"l{number}": RosterList(f"l{number}", name) for number, name in enumerate(names)})
    return roster
