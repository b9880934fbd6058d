"""`actions list`: the installed destinations."""

from __future__ import annotations

import click

from actions_core import load_catalog
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, table


@click.command("list")
@json_option
def command(as_json: bool) -> None:
    """List the installed destinations.

    A destination is a plugin: any installed package with an entry point in the group `actions_core` is listed.
    """
    catalog = load_catalog()
    if as_json:
        echo_json(
            [
                {
                    "slug": slug,
                    "name": destination.name,
                    "plugin": catalog.origins[slug],
                    "actions": list(destination.actions),
                    "presets": [preset.name for preset in destination.presets],
                    "calls": list(destination.calls),
                }
                for slug, destination in catalog.destinations.items()
            ]
        )
        return
    rows = [
        (slug, destination.name, ", ".join(destination.actions), str(len(destination.presets)), catalog.origins[slug])
        for slug, destination in catalog.destinations.items()
    ]
    click.echo(table(("Slug", "Name", "Actions", "Presets", "From"), rows, indent=""))
