"""How Engage tells a destination who is in an audience and what a computed trait is: one call per user that changed.

Source: the page "Using Engage Data", and a destination's own page about audiences as a user property. Where they say
nothing, the docstrings below say what was chosen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal, TypeAlias

from actions_core.definitions import CallType
from actions_core.errors import ConfigurationError
from actions_core.js import Object, stringify


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

# --- what is computed ------------------------------------------------------------------------------------------------

ComputationClass: TypeAlias = Literal["trait", "audience", "journey_step"]


def snake_case(name: str) -> str:
    """Make a key of a display name: letters in lower case, with one underscore for whatever stands between words.

    Segment documents one key, `order_completed_last_30days`, and not the rule. So a digit is a letter like any other
    and begins no word, nor does a capital inside one. Letters of every script keep their accents and marks; anything
    that is no letter or digit separates, however much of it there is. Raises `ConfigurationError` if nothing is left.
    Whoever knows a better rule gives a `Computation` the key that it makes.

    >>> snake_case("Order Completed Last 30days"), snake_case("iPhone users (EU)"), snake_case("Größte  Käufer!")
    ('order_completed_last_30days', 'iphone_users_eu', 'größte_käufer')
    """
    composed = unicodedata.normalize("NFC", name).lower()
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else " " for char in composed).split(" ")
    key = "_".join(word for word in words if word)
    if not key:
        raise ConfigurationError(f"the name {name!r} has no letter or digit to make a key of")
    return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Computation:
    """An audience, a computed trait or a journey's step."""

    key: str
    """The name of the trait or property; Segment makes it of the display name, see `snake_case`."""
    kind: ComputationClass
    id: str
    """Such as `aud_…` for an audience, `tra_…` for a trait."""
    space_id: str
    """Of the Engage space, `spa_…`; the events name it a second time as their namespace."""
    include_anonymous: bool = False
    """Whether users are told of by their anonymous ids too."""

    @property
    def personas(self) -> Object:
        """What every event of the computation carries as `context.personas`."""
        return {
            "computation_class": self.kind,
            "computation_id": self.id,
            "computation_key": self.key,
            "namespace": self.space_id,
            "space_id": self.space_id,
        }


# --- who it is computed for ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A user with all identifiers that Engage has found to be one person."""

    id: str
    """Engage's own, by which a profile is known again when an identifier has been added."""
    user_ids: tuple[str, ...] = ()
    anonymous_ids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Address:
    """The identifiers of one call; two calls are the same to Engage if these are."""

    user_id: str | None
    anonymous_id: str | None
    email: str | None


def addresses(profile: Profile, *, include_anonymous: bool = False) -> list[Address]:
    """List the calls that a profile is told of with: one per identifier, and of each one per email address.

    The identifiers are user ids, then anonymous ids if they are asked for. A profile with none of them is told of by
    its email addresses alone, and one without those not at all.
    """
    identifiers: list[tuple[str | None, str | None]] = [(user, None) for user in profile.user_ids]
    if include_anonymous:
        identifiers += [(None, anonymous) for anonymous in profile.anonymous_ids]
    found = [
        Address(user, anonymous, email)
        for (user, anonymous), email in product(identifiers or [(None, None)], profile.emails or (None,))
    ]
    return [address for address in dict.fromkeys(found) if address != Address(None, None, None)]


# --- what is sent ----------------------------------------------------------------------------------------------------

EngageCall: TypeAlias = Literal["identify", "track"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """The destination that a computation is sent to, and how its owner has set that up."""

    destination: str
    """Its name in the Integrations object."""
    call: EngageCall = "identify"
    trait_event: str = "Trait Computed"
    """What track calls of a computed trait are called."""

    def event(
        self, computation: Computation, address: Address, value: Any, *, message_id: str, timestamp: str
    ) -> Object:
        """Make the event that tells a value of one user; for an audience it is whether the user is in it."""
        context: Object = {"personas": computation.personas, "library": {"name": "unknown", "version": "unknown"}}
        event: Object = {"type": self.call, "messageId": message_id, "timestamp": timestamp}
        if address.user_id is not None:
            event["userId"] = address.user_id
        if address.anonymous_id is not None:
            event["anonymousId"] = address.anonymous_id
        contact = {} if address.email is None else {"email": address.email}
        told = {computation.key: value}
        if self.call == "identify":
            event["traits"] = contact | told
        else:
            name_of_key = "trait_key" if computation.kind == "trait" else "audience_key"
            event["event"] = self._event_name(computation, value)
            event["properties"] = {name_of_key: computation.key} | told
            if contact:
                context["traits"] = contact
        event["context"] = context
        event["integrations"] = {"All": False, self.destination: True}
        return event

    def _event_name(self, computation: Computation, value: Any) -> str:
        if computation.kind == "trait":
            return self.trait_event
        return "Audience Entered" if value else "Audience Exited"


def membership_events(
    computation: Computation,
    outlet: Outlet,
    *,
    previous: Iterable[Profile],
    current: Iterable[Profile],
    new_message_id: Callable[[], str],
    timestamp: str,
) -> Iterator[Object]:
    """Yield the events of one sync of an audience or a journey's step: first who came in, then who left.

    `previous` are the members at the last sync; none at the first, so that every member is told of. Of a member that
    stayed, only calls with an identifier are sent that the profile did not have before. One that left is told of by
    the identifiers it had as a member. `new_message_id` is asked once per event, `timestamp` is the same for all.
    """
    yield from _sync(
        computation,
        outlet,
        {profile.id: (profile, True) for profile in previous},
        {profile.id: (profile, True) for profile in current},
        gone=False,
        new_message_id=new_message_id,
        timestamp=timestamp,
    )


def trait_events(
    computation: Computation,
    outlet: Outlet,
    *,
    previous: Iterable[tuple[Profile, Any]],
    current: Iterable[tuple[Profile, Any]],
    new_message_id: Callable[[], str],
    timestamp: str,
) -> Iterator[Object]:
    """Yield the events of one sync of a computed trait: users whose value has changed, as `membership_events`.

    Values are JSON; null is one. A user that has lost its value is not told of, as Segment does not say how.
    """
    yield from _sync(
        computation,
        outlet,
        {profile.id: (profile, value) for profile, value in previous},
        {profile.id: (profile, value) for profile, value in current},
        gone=None,
        new_message_id=new_message_id,
        timestamp=timestamp,
    )


_Standing: TypeAlias = dict[str, tuple[Profile, Any]]


def _sync(
    computation: Computation,
    outlet: Outlet,
    previous: _Standing,
    current: _Standing,
    *,
    gone: bool | None,
    new_message_id: Callable[[], str],
    timestamp: str,
) -> Iterator[Object]:
    for address, value in _changes(computation, previous, current, gone):
        yield outlet.event(computation, address, value, message_id=new_message_id(), timestamp=timestamp)


def _changes(
    computation: Computation, previous: _Standing, current: _Standing, gone: bool | None
) -> Iterator[tuple[Address, Any]]:
    """Yield whom to tell which value; `gone` is the value of those who have none any more, None to say nothing."""

    def calls(profile: Profile) -> list[Address]:
        return addresses(profile, include_anonymous=computation.include_anonymous)

    for key, (profile, value) in current.items():
        known: set[Address] = set()
        if key in previous:
            earlier, earlier_value = previous[key]
            if _same(earlier_value, value):
                known = set(calls(earlier))
        yield from ((address, value) for address in calls(profile) if address not in known)
    if gone is not None:
        for key, (profile, _) in previous.items():
            if key not in current:
                yield from ((address, gone) for address in calls(profile))


def _same(left: Any, right: Any) -> bool:
    try:
        return stringify(left) == stringify(right)  # `==` would take 1 for true
    except RecursionError:
        return False  # sent once too often rather than never
