"""Beacon (Actions): sends track events to Beacon, a partner that does not exist."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import MISSING, Action, Destination, ExecuteInput, Field, Missing, Object, Preset, Request
from actions_core import RequestOptions, Response, hookimpl, path


@dataclass(frozen=True, kw_only=True)
class Settings:
    token: Annotated[str, Field("Token", "Beacon: Settings, API, Tokens", type="password")]


@dataclass(frozen=True, kw_only=True)
class Signal:
    user: Annotated[str, Field("User", "Who did it", default=path("$.userId"))]
    name: Annotated[str, Field("Name", "What was done", default=path("$.event"))]
    amount: Annotated[float, Field("Amount", "Its worth", default=path("$.properties.revenue"))] | Missing = MISSING
    details: Annotated[Object, Field("Details", "Anything else", default=path("$.properties"))] | Missing = MISSING


async def send_signal(request: Request, data: ExecuteInput[Signal, Settings]) -> Response:
    signal = data.payload
    body = {"who": signal.user, "what": signal.name, "worth": signal.amount, "details": signal.details}
    return await request.post("https://api.beacon.example/signals", json=body)


@hookimpl
def actions_destination() -> Destination[Settings]:
    return Destination(
        name="Beacon (Actions)",
        slug="actions-beacon",
        settings=Settings,
        extend_request=lambda data: RequestOptions(headers={"authorization": f"Bearer {data.settings.token}"}),
        actions={"signal": Action(title="Send Signal", description="Tell Beacon", payload=Signal, perform=send_signal)},
        presets=[Preset(name="All Track Calls", action="signal", trigger='type = "track"')],
    )
