"""`actions conformance init`: the beginning of a contract and of a test file."""

from __future__ import annotations

import inspect
from collections import Counter
from pathlib import Path
from typing import Final

import click

from actions_core.errors import ConfigurationError
from conformance.contracts import Contract
from conformance.contracts.sources import ANNEX
from conformance.suite.init import Beginning, begin_annex, begin_tests, ledger
from conformance.suite.loading import target_named
from conformance.suite.places import shown_path
from conformance.suite.target import Target, read_contract
from emulator.cli.conformance.options import FILE, SelectionError, SuiteCommand
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading, shown

_HELP: Final = """Begin a contract for the destination NAME, or for a page that has no plugin yet.

Reads the page, lists what it promises clause by clause, and writes contract.toml beside it, with the key on the wire of
each label as the plugin has it, and tests/test_conformance.py. What the plugin does not tell is left to be filled in,
never guessed. A file that is there already is left as it is.

\b
Examples:
  actions conformance init usermotion
  actions conformance init mydest/plugin.py
  actions conformance init --from docs/page.md
"""


@click.command("init", cls=SuiteCommand, help=_HELP)
@click.argument("name", required=False)
@click.option("--from", "page", type=FILE, help="The page; default: page.md beside the plugin.")
@click.option(
    "--tests",
    "test_file",
    type=FILE,
    default=Path("tests/test_conformance.py"),
    show_default=True,
    help="Where to write the test file.",
)
@json_option
def init(*, name: str | None, page: Path | None, test_file: Path, as_json: bool) -> None:
    """Run the command."""
    if name is None and page is None:
        raise SelectionError("say which destination to begin with, or --from which page")
    target = None if name is None else target_named(name, page)
    if target is None:
        assert page is not None  # noqa: S101 - for the type checker: one of them is given
        contract, directory = read_contract(page), page.parent
    else:
        contract, directory = target.contract, _directory(target)
    beginning = begin_annex(contract, target)
    annex = directory / ANNEX
    written = {shown_path(annex): _write(annex, beginning.text)}
    if target is not None:
        text = begin_tests(_module(target), shown_path(annex))
        written[shown_path(test_file)] = _write(test_file, text)
    if as_json:
        echo_json(
            {
                "files": written,
                "missing": list(beginning.missing),
                "clauses": [dict(zip(_COLUMNS, row, strict=True)) for row in ledger(contract)],
            }
        )
    else:
        _echo(contract, beginning, written, has_plugin=target is not None)


_COLUMNS: Final = ("id", "level", "testable", "quote")


def _directory(target: Target) -> Path:
    if not isinstance(target.directory, Path):
        raise ConfigurationError(f"the page is in {target.directory}, where nothing can be written")
    return target.directory


def _module(target: Target) -> str:
    module = inspect.getmodule(target.plugin)
    if module is None:
        raise ConfigurationError(f"the plugin of {target.destination.slug} is no module that a test could import")
    return module.__name__


def _write(file: Path, text: str) -> bool:
    """Write a new file; gives False if it is there already."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        return False
    return True


def _echo(contract: Contract, beginning: Beginning, written: dict[str, bool], *, has_plugin: bool) -> None:
    rows = ledger(contract)
    width = max(len(row[0]) for row in rows)
    click.echo(heading(contract.title))
    for clause, level, testable, quote in rows:
        click.echo(f"  {clause:<{width}}  {level:<6}  {testable:<10}  {shown(quote)[:120]}")
    counts = Counter(row[2] for row in rows)
    click.echo(f"\n{len(rows)} clauses: {', '.join(f'{count} {kind}' for kind, count in counts.items())}")
    for file, is_new in written.items():
        click.echo(f"{'written' if is_new else 'is there already, and was left as it is'}: {file}")
    if not has_plugin:
        click.echo("no test file: it imports the plugin, so give its NAME as well")
    if beginning.missing and any(written.values()):
        click.echo(f"to be filled in: {len(beginning.missing)} keys, listed as comments")
