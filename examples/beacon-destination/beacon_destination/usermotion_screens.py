"""Adds to a destination that somebody else maintains: screen calls to UserMotion, which ignores them by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from actions_core import MISSING, Action, Destination, ExecuteInput, Field, Missing, Object, Preset, Request
from actions_core import Response, hookimpl, path


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A screen of a mobile app that somebody looked at."""

    userId: Annotated[str, Field("User ID", "Who looked", default=path("$.userId"))] | Missing = MISSING
    anonymousId: Annotated[str, Field("Anonymous ID", "Who looked", default=path("$.anonymousId"))] | Missing = MISSING
    name: Annotated[str, Field("Screen", "The screen's name", default=path("$.name"))]
    properties: Annotated[Object, Field("Properties", "About it", default=path("$.properties"))] | Missing = MISSING


async def send_screen(request: Request, data: ExecuteInput[Screen, Any]) -> Response:
    """Record a screen view as an event called after the screen."""
    screen = data.payload
    return await request.post(
        "https://api.usermotion.com/v1/track",
        json={
            "event": f"Viewed {screen.name}",
            "userId": screen.userId,
            "anonymousId": screen.anonymousId,
            "context": {},
            "properties": screen.properties or {},
        },
    )


@hookimpl
def actions_extra_actions(destination: Destination[Any]) -> Mapping[str, Action[Any, Any]]:
    """Give UserMotion one more action."""
    if destination.slug != "actions-usermotion":
        return {}
    return {
        "screen": Action(
            title="Track Screen",
            description="Send screen views to UserMotion",
            default_subscription='type = "screen"',
            payload=Screen,
            perform=send_screen,
        )
    }


@hookimpl
def actions_extra_presets(destination: Destination[Any]) -> Sequence[Preset]:
    """Give UserMotion one more preset."""
    if destination.slug != "actions-usermotion":
        return []
    return [Preset(name="Screen Views", action="screen", trigger='type = "screen"')]
