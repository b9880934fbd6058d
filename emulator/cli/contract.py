"""`actions contract diff`: what has changed from one documentation page to another, and whether it breaks anything."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from actions_core import ActionsError, Object, load_catalog
from conformance.contracts import Clause, Contract, find_page, read_page
from conformance.contracts.diff import KINDS, Change, Kind, compare, verdict
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, faint, shown

_COLOURS: Final[dict[Kind, str]] = {"breaking": "red", "compatible": "green", "cosmetic": "bright_black"}


_HELP: Final = """Tell what has changed from the page OLD to the page NEW, promise by promise.

Each of them is a file, a file of an earlier commit as git writes it (main:destinations/acme/page.md), or the name of an
installed destination, for the page beside its plugin.

A change is breaking if events, mappings or settings that were right by the old page may not be by the new one.

\b
Exit status: 0 nothing breaking, 1 something breaking, 2 a page that cannot be read.
"""


@click.group("contract")
def command() -> None:
    """Compare documentation pages."""


@command.command("diff", help=_HELP)
@click.argument("old")
@click.argument("new")
@json_option
def diff(*, old: str, new: str, as_json: bool) -> None:
    """Run the command."""
    changes = compare(read_source(old), read_source(new))
    worst = verdict(changes)
    if as_json:
        for change in changes:
            echo_json(_json(change))
        echo_json({"verdict": worst, **{kind: _count(changes, kind) for kind in KINDS}})
    else:
        click.echo("\n".join([*map(_text, changes), _summary(changes)]))
    raise SystemExit(1 if worst == "breaking" else 0)


# --- where pages come from -------------------------------------------------------------------------------------------


def read_source(source: str) -> Contract:
    """Read a contract: of a page, of `REV:FILE` as git writes it, or of an installed destination."""
    file = Path(source)
    try:
        content = file.read_bytes() if file.is_file() else None
    except OSError as error:
        # Not with status 1, which says that something breaks.
        raise click.UsageError(f"{source} cannot be read: {error.strerror}") from None
    if content is None and ":" in source:
        content = _show(source)
    if content is not None:
        return read_page(_decode(content, source), source)
    catalog = load_catalog()
    try:
        destination = catalog.find(source)
    except ActionsError as error:
        raise click.UsageError(f"there is no file {source!r}, and {error}") from None
    return read_page(*find_page(catalog, destination))


def _show(source: str) -> bytes:
    """Ask git for a file of a commit."""
    try:
        found = subprocess.run(  # noqa: S603 - git, and nothing in its arguments can be an option
            ["git", "show", "--no-textconv", "--end-of-options", source],  # noqa: S607 - the git that the user has
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},  # its errors are told in an English sentence
        )
    except FileNotFoundError:
        raise click.UsageError(f"there is no file {source!r}, and no git to look for it in an earlier commit") from None
    if found.returncode:
        told = found.stderr.decode("utf-8", "replace").strip().splitlines() or ["it did not say why"]
        raise click.UsageError(f"git has no {source!r}: {told[0].removeprefix('fatal: ')}")
    return found.stdout


def _decode(content: bytes, source: str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{source} is not text in UTF-8: byte {error.start} is no part of it") from None


# --- what is shown ---------------------------------------------------------------------------------------------------


def _text(change: Change) -> str:
    kind = click.style(change.kind.ljust(10), fg=_COLOURS[change.kind])
    lines = [f"{kind}  {shown(str(change))}"]
    lines += [
        faint(f"            {sign} {clause.origin}: {shown(clause.quote)}")
        for sign, clause in (("-", change.old), ("+", change.new))
        if clause is not None
    ]
    return "\n".join(lines)


def _summary(changes: Sequence[Change]) -> str:
    worst = verdict(changes)
    if worst is None:
        return "both pages promise the same"
    counts = ", ".join(f"{_count(changes, kind)} {kind}" for kind in KINDS)
    return f"{click.style(worst, fg=_COLOURS[worst], bold=True)}: {counts}"


def _count(changes: Sequence[Change], kind: Kind) -> int:
    return sum(change.kind == kind for change in changes)


def _json(change: Change) -> Object:
    return {
        "change": change.kind,
        "clause": change.subject,
        "was": change.was,
        "now": change.now,
        "reason": change.reason or None,
        "old": _place(change.old),
        "new": _place(change.new),
    }


def _place(clause: Clause | None) -> Object | None:
    if clause is None:
        return None
    return {"file": clause.origin.file, "line": clause.origin.line, "quote": clause.quote}
