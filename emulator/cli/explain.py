"""`actions explain`: why one event is, or is not, sent as it is."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final

import click

from actions_core import MISSING, Explanation
from actions_core.errors import ConfigurationError
from actions_core.js import Object, stringify
from actions_core.redaction import Redactor
from actions_core.transport import open_transport
from emulator import loop
from emulator.cli.options import Target, json_option, rehearsal_options
from emulator.cli.output import echo_json, faint, heading, pretty_json, shown
from emulator.events import MalformedEvent, read_events

_LONGEST: Final = 60


_HELP: Final = """Tell, for each mapping, what would happen to one EVENT and why; nothing is sent.

EVENT is a file, - for standard input, or the JSON text itself. Of a file with several events, --number chooses one.

For each mapping: the trigger with the clause that decided; each field of the payload with the path or directive that
its value came from, what was coerced or dropped; and the request that would be sent (as if the partner answered 200).

\b
Examples:
  actions explain examples/events.jsonl -n 7 --setting apiKey=my-key
  actions explain '{"type": "identify", "userId": "u1"}' --setting apiKey=my-key
"""


@click.command("explain", help=_HELP)
@click.argument("event")
@click.option("-n", "--number", type=click.IntRange(1), default=1, show_default=True, help="Which event of the file.")
@rehearsal_options
@json_option
def command(*, event: str, number: int, target: Target, as_json: bool) -> None:
    """Run the command."""
    chosen = _read_event(event, number)
    instance = target.instance(open_transport())
    explanations = loop.run(instance.explain(chosen))
    if as_json:
        for explanation in explanations:
            echo_json(explanation.to_json(instance.redact))
        return
    titles = {slug: action.title for slug, action in target.destination.actions.items()}
    click.echo("\n\n".join(_text(one, titles, instance.redact) for one in explanations))


def _read_event(source: str, number: int) -> Object:
    if source.lstrip().startswith(("{", "[")):
        return _pick(io.BytesIO(source.encode("utf-8", "surrogateescape")), "the event", number)
    if source == "-":
        return _pick(sys.stdin.buffer, "standard input", number)
    path = Path(source)
    try:
        with path.open("rb") as file:
            return _pick(file, source, number)
    except OSError as error:
        raise click.BadParameter(f"{source}: {error.strerror}", param_hint="EVENT") from None


def _pick(stream: BinaryIO, source: str, number: int) -> Object:
    count = 0
    for read in read_events(stream):
        count = read.number
        if read.number == number:
            if isinstance(read, MalformedEvent):
                raise ConfigurationError(f"{source}: {read.place} {read.message}")
            return read.event
    raise ConfigurationError(f"{source} has {count} events, so there is no number {number}")


def _text(explanation: Explanation, titles: dict[str, str], redact: Redactor) -> str:
    subscription = explanation.subscription
    verdict = click.style("matched", fg="green") if explanation.trigger.matched else faint("not subscribed")
    lines = [
        f"{heading(shown(subscription.name))} -> {titles[subscription.action]} ({subscription.action})",
        f"  trigger  {shown(subscription.trigger)}",
        f"           {verdict}: {shown(str(explanation.trigger), redact)}",
    ]
    if explanation.fields:
        lines.append("  fields")
        width = max(len(field.key) for field in explanation.fields)
        for field in explanation.fields:
            value = faint("(nothing)") if field.payload is MISSING else _short(redact.value(field.payload))
            origin = "not mapped" if field.origin is None else f"from {shown(str(field.origin), redact)}"
            lines.append(f"    {field.key.ljust(width)}  {value}  {faint(origin)}")
            lines += [
                f"    {' ' * width}  {click.style(shown(str(note), redact), fg='yellow')}" for note in field.notes
            ]
    if explanation.error is not None:
        lines.append(
            f"  {click.style('error', fg='red')}    {explanation.error.status} {shown(str(explanation.error), redact)}"
        )
    for exchange in explanation.to_json(redact)["requests"]:
        lines.append(f"  request  {exchange['method']} {exchange['url']}")
        lines += [f"           {name}: {value}" for name, value in exchange["headers"].items()]
        if exchange["body"] is not None:
            lines.append(pretty_json(exchange["body"], " " * 11))
    return "\n".join(lines)


def _short(value: Any) -> str:
    text = stringify(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
