"""`actions check`: what is wrong with a mapping before it is saved, and what works otherwise than it looks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import click

from actions_core import Destination, Object, Subscription, TriggerSyntaxError, load_catalog, preset_subscriptions
from actions_core.mapping import check_mapping
from actions_core.rules.limits import check_mapping_count
from actions_core.trigger import compile_trigger, lint
from emulator.cli.options import destination_option, json_option
from emulator.cli.output import echo_json, heading, shown
from emulator.mappings import read_mappings

_HELP: Final = """Tell what is wrong with the mappings of FILE, and what works otherwise than it looks; nothing is sent.

FILE is a JSON file as `actions deliver --mapping` takes it. Without one, the destination's presets are checked.

An error is refused, here and by Segment. A warning is something that Segment's runtime accepts and treats otherwise
than its documentation or a reader would: a clause of the trigger that is dropped, a falsy else, a key that is no field,
a required field that the mapping leaves out.

\b
Exit status: 0 no errors, 1 errors (with --strict: or warnings), 2 wrong usage.
"""


@dataclass(frozen=True)
class Remark:
    """One thing that the owner of a mapping should know."""

    severity: Literal["error", "warning"]
    place: str
    """`trigger`, `trigger at 12`, or a JSON pointer into the mapping."""
    message: str

    def to_json(self) -> Object:
        """Give the remark as a JSON object."""
        return {"severity": self.severity, "place": self.place, "message": self.message}


@click.command("check", help=_HELP)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@destination_option
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@json_option
def command(*, file: Path | None, name: str, strict: bool, as_json: bool) -> None:
    """Run the command."""
    destination = load_catalog().find(name)
    subscriptions = preset_subscriptions(destination) if file is None else read_mappings(file, destination)
    check_mapping_count(len(subscriptions))
    checked = [(one, list(remarks_on(one, destination))) for one in subscriptions]
    if as_json:
        for subscription, remarks in checked:
            echo_json(
                {
                    "mapping": subscription.name,
                    "action": subscription.action,
                    "remarks": [remark.to_json() for remark in remarks],
                }
            )
    else:
        click.echo("\n".join(_text(subscription, remarks) for subscription, remarks in checked))
    counted = [remark for _, remarks in checked for remark in remarks if strict or remark.severity == "error"]
    raise SystemExit(1 if counted else 0)


def remarks_on(subscription: Subscription, destination: Destination[Any]) -> Iterator[Remark]:
    """Yield everything that its owner should know about one mapping."""
    try:
        compile_trigger(subscription.trigger)
    except TriggerSyntaxError as error:
        yield Remark("error", f"trigger at {error.position}", f"{error}.")
    else:
        for caution in lint(subscription.trigger):
            yield Remark("warning", f"trigger at {caution.position}", f"{caution.clause}: {caution.advice}")
    fields = destination.actions[subscription.action].fields
    for finding in check_mapping(subscription.mapping, fields):
        yield Remark(finding.severity, finding.place, finding.message)
    for key, field in fields.items():
        if field.required is True and key not in subscription.mapping:
            yield Remark("warning", f"/{key}", f"{field.label} is required and not mapped, so every event is rejected.")


def _text(subscription: Subscription, remarks: list[Remark]) -> str:
    verdict = "" if remarks else click.style("  nothing to say", fg="green")
    lines = [f"{heading(shown(subscription.name))} -> {subscription.action}  {shown(subscription.trigger)}{verdict}"]
    colours = {"error": "red", "warning": "yellow"}
    for remark in remarks:
        severity = click.style(remark.severity.ljust(7), fg=colours[remark.severity])
        lines.append(f"  {severity}  {shown(remark.place) or '/'}  {shown(remark.message)}")
    return "\n".join(lines)
