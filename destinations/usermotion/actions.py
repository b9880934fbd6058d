"""UserMotion's three actions. Labels and descriptions are the documentation page's, as they stand there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from actions_core import MISSING, Action, ExecuteInput, Field, Missing, Object, Request, Response, coalesce, path
from actions_core.directives import if_exists, template
from destinations.usermotion.settings import API, Settings

UserId = Annotated[str, Field("User ID", "A identifier for a known user.", default=path("$.userId"))]
AnonymousId = Annotated[
    str, Field("Anonymous ID", "An identifier for an anonymous user", default=path("$.anonymousId"))
]


@dataclass(frozen=True, kw_only=True)
class IdentifyPayload:
    """A user with an email address."""

    userId: UserId
    anonymousId: AnonymousId | Missing = MISSING
    email: Annotated[
        str, Field("Email", "The email address of the identified user", default=coalesce("$.traits.email", "$.email"))
    ]
    traits: (
        Annotated[Object, Field("Traits", "Traits to associate with the user", default=path("$.traits"))] | Missing
    ) = MISSING


async def identify(request: Request, data: ExecuteInput[IdentifyPayload, Settings]) -> Response:
    """Create or update a user; the email field wins over a trait of that name."""
    user = data.payload
    return await request.post(
        f"{API}/identify",
        json={
            "id": user.userId,
            "anonymousId": user.anonymousId,
            "properties": {**(user.traits or {}), "email": user.email},
        },
    )


@dataclass(frozen=True, kw_only=True)
class GroupPayload:
    """A company."""

    userId: UserId | Missing = MISSING
    anonymousId: AnonymousId | Missing = MISSING
    groupId: Annotated[str, Field("Group ID", "A identifier for a known company.", default=path("$.groupId"))]
    traits: (
        Annotated[Object, Field("Traits", "Traits to associate with the company", default=path("$.traits"))] | Missing
    ) = MISSING


async def group(request: Request, data: ExecuteInput[GroupPayload, Settings]) -> Response:
    """Create or update a company."""
    company = data.payload
    return await request.post(
        f"{API}/group",
        json={
            "id": company.groupId,
            "userId": company.userId,
            "anonymousId": company.anonymousId,
            "properties": {**(company.traits or {})},
        },
    )


@dataclass(frozen=True, kw_only=True)
class TrackPayload:
    """Something that a user did."""

    userId: UserId | Missing = MISSING
    anonymousId: AnonymousId | Missing = MISSING
    eventName: Annotated[
        str,
        Field(
            "Event Name",
            "The name of the track() event or page() event",
            # Reference: a name is never read, so a page is a "pageview" whatever it is called, and so is a track call
            # without an event.
            default=if_exists(path("$.event"), path("$.event"), template("pageview")),
        ),
    ]
    context: (
        Annotated[
            Object, Field("Context properties", "Context properties to send with the event", default=path("$.context"))
        ]
        | Missing
    ) = MISSING
    properties: (
        Annotated[Object, Field("Event Properties", "Properties to send with the event.", default=path("$.properties"))]
        | Missing
    ) = MISSING


async def track(request: Request, data: ExecuteInput[TrackPayload, Settings]) -> Response:
    """Record an event; UserMotion expects both objects, empty ones included."""
    event = data.payload
    return await request.post(
        f"{API}/track",
        json={
            "event": event.eventName,
            "userId": event.userId,
            "anonymousId": event.anonymousId,
            "context": {**(event.context or {})},
            "properties": {**(event.properties or {})},
        },
    )


ACTIONS: Final[Mapping[str, Action[Any, Settings]]] = {
    "identify": Action(
        title="Identify",
        description="Identify user in UserMotion",
        default_subscription='type = "identify"',
        payload=IdentifyPayload,
        perform=identify,
    ),
    "group": Action(
        title="Identify Company",
        description="Create or update a company in UserMotion",
        default_subscription='type = "group"',
        payload=GroupPayload,
        perform=group,
    ),
    "track": Action(
        title="Track Analytics Event",
        description="Send user and page events to UserMotion",
        default_subscription='type = "track" or type = "page"',
        payload=TrackPayload,
        perform=track,
    ),
}
