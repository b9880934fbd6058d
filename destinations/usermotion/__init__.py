"""UserMotion (Actions): sends identify, group, track and page events to UserMotion's REST API."""

from __future__ import annotations

from actions_core import (
    Authentication,
    Context,
    Destination,
    ExecuteInput,
    Preset,
    Request,
    RequestOptions,
    Response,
    hookimpl,
)
from destinations.usermotion.actions import ACTIONS
from destinations.usermotion.settings import API, Settings


def common_options(data: Context[Settings]) -> RequestOptions:
    """Give every request the API key; UserMotion takes it raw, not encoded as Basic credentials are."""
    return RequestOptions(
        headers={
            "x-source": "Segment",
            "authorization": f"Basic {data.settings.apiKey}",
            "content-type": "application/json",
        }
    )


async def verify(request: Request, data: ExecuteInput[None, Settings]) -> Response:
    """Ask UserMotion whether it knows the API key."""
    return await request.post(f"{API}/verify")


destination = Destination(
    name="UserMotion (Actions)",
    slug="actions-usermotion",
    description="Send server-side events to the UserMotion REST API.",
    settings=Settings,
    authentication=Authentication(scheme="custom", check=verify),
    extend_request=common_options,
    actions=ACTIONS,
    presets=(
        Preset(name="Identify User", action="identify", trigger='type = "identify"'),
        Preset(name="Identify Group", action="group", trigger='type = "group"'),
        Preset(name="Track Analytics Event", action="track", trigger='type = "track" or type = "page"'),
    ),
    # Alias calls are accepted although no action takes them: no preset fires.
    calls=("page", "alias", "group", "identify", "track"),
    maturity="beta",
    owner="partner",
    engage=True,
)


@hookimpl
def actions_destination() -> Destination[Settings]:
    """Contribute UserMotion."""
    return destination
