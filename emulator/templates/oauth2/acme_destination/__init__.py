"""Acme (Actions): saves users to Acme."""

from actions_core import Context, Destination, Preset, RequestOptions, hookimpl

from acme_destination.actions import SAVE_USER
from acme_destination.authentication import OAUTH
from acme_destination.settings import Settings


def common_options(data: Context[Settings]) -> RequestOptions:
    """Give what every request has in common."""
    return RequestOptions(
        headers={"authorization": f"Bearer {data.auth.access_token}", "x-region": data.settings.region or "eu"}
    )


destination = Destination(
    name="Acme (Actions)",
    slug="actions-acme",
    description="Save users to Acme.",
    settings=Settings,
    authentication=OAUTH,
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
