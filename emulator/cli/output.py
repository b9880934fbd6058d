"""How the commands look: colours, tables, errors, JSON lines, a progress line."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import Any, Final

import click

from actions_core.errors import ActionsError, DefinitionError, MappingError, TriggerSyntaxError
from actions_core.js import stringify
from actions_core.redaction import Redactor

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|\n|\t")


def shown(text: str, redact: Redactor | None = None) -> str:
    """Write text that came from outside: without secrets, and with control characters spelt out, not carried out."""
    hidden = redact.text(text) if redact else text
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], hidden)


OUTCOME_COLOURS: Final = {
    "delivered": "green",
    "not subscribed": "bright_black",
    "rejected": "yellow",
    "failed": "red",
    "malformed": "red",
}


def outcome_text(outcome: str, width: int = 14) -> str:
    """Write an outcome in its colour, padded."""
    return click.style(outcome.ljust(width), fg=OUTCOME_COLOURS[outcome])


def heading(text: str) -> str:
    """Write a heading."""
    return click.style(text, bold=True)


def faint(text: str) -> str:
    """Write something that only some readers need."""
    return click.style(text, fg="bright_black")


def echo_json(value: Any) -> None:
    """Write one JSON value on a line of its own."""
    click.echo(stringify(value))


def pretty_json(value: Any, indent: str) -> str:
    """Write a JSON value over several lines, each after `indent`."""
    import json  # noqa: PLC0415 - only this function lays JSON out

    text = json.dumps(json.loads(stringify(value)), ensure_ascii=False, indent=2)
    return "\n".join(indent + line for line in text.encode("utf-8", "replace").decode().splitlines())


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], indent: str = "  ") -> str:
    """Lay out rows under headers, each column as wide as its widest cell."""
    cells = [list(headers), *(list(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = [
        indent + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    return "\n".join([click.style(lines[0], underline=False, bold=True), *lines[1:]])


def explain_error(error: ActionsError) -> str:
    """Write an error for somebody who reads a terminal: what is wrong, and where."""
    if isinstance(error, DefinitionError):
        return f"{error.subject} cannot be used:\n" + "\n".join(f"  {problem}" for problem in error.problems)
    where = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
    if isinstance(error, MappingError) and error.problems:
        return f"what is mapped is not valid{where}:\n" + "\n".join(f"  {problem}" for problem in error.problems)
    if isinstance(error, TriggerSyntaxError):
        return f"the trigger does not parse{where}: {error}\n  {error.text}\n  {' ' * error.position}^"
    return f"{error}{where}"


class Progress:
    """A line at the bottom of the terminal that tells how far long input has been read; nothing elsewhere."""

    _EVERY: Final = 0.1  # seconds between redrawings

    def __init__(self, total: int | None, *, enabled: bool) -> None:
        """`total` is the input's size in bytes; None where nobody can know."""
        self._total: Final = total
        self._enabled: Final = enabled and sys.stderr.isatty()
        self._drawn = ""
        self._next = monotonic() + 5 * self._EVERY  # short input never sees it

    def write(self, text: str) -> None:
        """Print lines of output above the progress line."""
        drawn = self._drawn
        self.clear()
        click.echo(text, nl=False)
        if drawn:
            self._draw(drawn)

    def _draw(self, text: str) -> None:
        click.echo(text, nl=False, err=True)
        self._drawn = text

    def update(self, done: int, events: int) -> None:
        """Redraw, if it is time: `done` bytes read, `events` finished."""
        if not self._enabled or monotonic() < self._next:
            return
        self.clear()
        self._next = monotonic() + self._EVERY
        if self._total:
            share = min(1.0, done / self._total)
            bar = ("#" * round(share * 30)).ljust(30, "-")
            text = f"[{bar}] {share:4.0%}  {events:,} events"
        else:
            text = f"{events:,} events"
        self._draw(text)

    def clear(self) -> None:
        """Take the progress line away."""
        if self._drawn:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._drawn = ""
