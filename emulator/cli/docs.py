"""`actions docs build`: a destination's documentation page, written from its definition."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Final

import click

from actions_core import Catalog, Destination, Object, load_catalog
from conformance.contracts import Contract, Origin, find_page, read_page
from conformance.contracts.diff import Change, compare
from conformance.contracts.write_page import left_out, write_page
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, shown

_ORDERS: Final = ("actions/order", "presets/order")
"""Of no account between a page and its definition, as `bind` has it."""


_HELP: Final = """Write the page of DESTINATION from its definition.

It has the form of `page.md` and says what the definition knows: calls, settings, presets, actions, fields. Prose is for
a person to add, and a file that is there is replaced, prose included.

With --check nothing is written: the page beside the plugin is compared with the one that would be, promise by promise.
Its prose, and the order of its actions and presets, may differ.

\b
Exit status: 0 done, 1 the page that is shipped differs (--check), 2 wrong usage.
"""


@click.group("docs")
def command() -> None:
    """Write a destination's documentation page."""


@command.command("build", help=_HELP)
@click.argument("destination")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the page to this file.")
@click.option("--check", is_flag=True, help="Write nothing; tell where the page that is shipped promises otherwise.")
@json_option
def build(*, destination: str, output: Path | None, check: bool, as_json: bool) -> None:
    """Run the command."""
    if check and output is not None:
        raise click.UsageError("--check writes nothing; leave out --output")
    catalog = load_catalog()
    found = catalog.find(destination)
    page = write_page(found)
    if check:
        raise SystemExit(_check(found, page, catalog, as_json=as_json))
    for problem in left_out(found):
        click.echo(f"note: {shown(str(problem))}", err=True)
    if output is not None:
        _replace(output, page)
    if as_json:
        where = {} if output is None else {"file": str(output)}
        echo_json({"destination": found.slug, **where, "page": page})
    elif output is None:
        click.echo(page, nl=False)
    else:
        click.echo(f"wrote {output}")


def _replace(file: Path, text: str) -> None:
    """Write a file so that there is the old text or the new one, and never half of it."""
    target = file.resolve()
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        draft.write_text(text, "utf-8")
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


# --- comparing -------------------------------------------------------------------------------------------------------


def _check(destination: Destination[Any], page: str, catalog: Catalog, *, as_json: bool) -> int:
    """Tell each difference of the page that is shipped; give the exit status."""
    shipped = read_page(*find_page(catalog, destination))
    written = read_page(page, f"the page of {destination.slug}")
    changes = [change for change in compare(shipped, written) if _is_about_the_definition(change)]
    if as_json:
        for change in changes:
            echo_json(_json(change, shipped))
        echo_json({"destination": destination.slug, "page": shipped.file, "differences": len(changes)})
    elif changes:
        click.echo("\n".join(shown(_text(change, shipped)) for change in changes))
    else:
        click.echo(f"{shipped.file} and the definition of {destination.slug} agree")
    return 1 if changes else 0


def _is_about_the_definition(change: Change) -> bool:
    """Leave out what no definition says: in which order things are told, examples, how long a sync takes."""
    clause = change.old or change.new
    return change.subject not in _ORDERS and (clause is None or clause.level != "INFO")


def _place(change: Change, shipped: Contract) -> Origin | None:
    """Give the line of the shipped page; of what it lacks, the line that comes closest, after which it is missing."""
    if change.old is not None:
        return change.old.origin
    parts = change.subject.split("/")
    for length in range(len(parts) - 1, 0, -1):
        above = "/".join(parts[:length])
        near = [clause.origin for id_, clause in shipped.clauses.items() if id_.startswith(f"{above}/")]
        if near:
            return near[-1]
    return None


def _text(change: Change, shipped: Contract) -> str:
    page = "nothing" if change.was is None else repr(change.was)
    definition = "nothing" if change.now is None else repr(change.now)
    place = _place(change, shipped) or shipped.file
    return f"{place}: {change.subject}: the page says {page}, the definition {definition}"


def _json(change: Change, shipped: Contract) -> Object:
    place = _place(change, shipped)
    return {
        "clause": change.subject,
        "page": change.was,
        "definition": change.now,
        "file": shipped.file,
        "line": None if place is None else place.line,
    }
