"""`actions check-auth`: whether a partner accepts the settings."""

from __future__ import annotations

import click

from actions_core import InvalidAuthenticationError
from emulator import loop
from emulator.cli.options import Route, Target, account_options, json_option, route_options
from emulator.cli.output import echo_json, shown


@click.command("check-auth")
@account_options
@json_option
@route_options
def command(*, target: Target, route: Route, as_json: bool) -> None:
    r"""Ask the partner behind DESTINATION whether the settings are right.

    The built-in partner accepts any credentials of the right form; --live asks the real one.

    \b
    Exit status: 0 accepted, 1 refused, 2 wrong usage.
    """
    route.confirm(target.destination)

    async def run() -> str | None:
        async with route.open() as transport, target.instance(transport, live=route.live) as instance:
            try:
                await instance.check_authentication()
            except InvalidAuthenticationError as error:
                return str(error)
        return None

    authentication = target.destination.authentication
    checked = authentication is not None and authentication.check is not None
    reason = loop.run(run())
    if as_json:
        echo_json(
            {"destination": target.destination.slug, "checked": checked, "accepted": reason is None, "error": reason}
        )
    elif reason is not None:
        click.echo(f"{click.style('refused', fg='red')} by {route.partner}: {shown(reason)}")
    elif checked:
        click.echo(f"{click.style('accepted', fg='green')} by {route.partner}")
    else:
        click.echo(f"{target.destination.name} has no authentication check; the settings have the right form")
    raise SystemExit(0 if reason is None else 1)
