"""Acme (Actions): saves users to Acme."""

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

from acme_destination.actions import SAVE_USER
from acme_destination.settings import API, Settings


def common_options(data: Context[Settings]) -> RequestOptions:
    """Give what every request has in common."""
    return RequestOptions(headers={"authorization": f"Bearer {data.settings.apiKey}"})


async def who_am_i(request: Request, data: ExecuteInput[None, Settings]) -> Response:
    """Ask Acme whether it knows the API key."""
    return await request.get(f"{API}/me")


destination = Destination(
    name="Acme (Actions)",
    slug="actions-acme",
    description="Save users to Acme.",
    settings=Settings,
    authentication=Authentication(scheme="custom", check=who_am_i),
    extend_request=common_options,
    actions={"saveUser": SAVE_USER},
    presets=[Preset(name="Save Users", action="saveUser", trigger='type = "identify"')],
    calls=["identify"],
    maturity="beta",
    owner="partner",
)


@hookimpl
def actions_destination() -> Destination[Settings]:
    """Contribute Acme."""
    return destination
