"""`actions conformance run`: the checks on one destination, and what they found."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Final, Literal

import click

from conformance.suite.engine import Options, Report, Result, Session
from conformance.suite.failures import store
from conformance.suite.reports import json_report
from conformance.suite.reports.build import document_of
from conformance.suite.text import (
    WIDTH,
    Look,
    Told,
    block,
    brief,
    count_of,
    github,
    groups,
    header,
    not_tried,
    remarks,
    summary,
    tell,
    worth_telling,
)
from emulator.cli.conformance.options import (
    SuiteCommand,
    contract_option,
    open_session,
    open_target,
    selection_options,
)
from emulator.cli.conformance.reporting import FORMATS, write_reports
from emulator.cli.contract import read_source
from emulator.cli.options import json_option
from emulator.cli.output import echo_json

_HELP: Final = """Prove that the destination NAME keeps the contract of its documentation page.

NAME is an installed destination, a module (mydest.plugin) or a file of Python (mydest/plugin.py); page.md, and
contract.toml if there is one, are beside it.

Each failure is told once for its cause: the line of the documentation, the rule, the smallest case that breaks it, what
was expected and observed, and where in the plugin to look. It is stored below .actions/conformance and can be replayed.

\b
Exit status:
  0  it conforms: nothing that MUST hold is broken (with --strict: nor what SHOULD hold)
  1  something is broken
  2  the page, the annex or the plugin cannot be used
  3  nothing was tried, or a check that MUST hold had nothing to try
  4  the command was used wrongly, or selects nothing

\b
Examples:
  actions conformance run usermotion
  actions conformance run mydest/plugin.py --budget smoke --stop-at-first
  actions conformance run usermotion --only field.required --subject identify.email
  actions conformance run usermotion --output github --report report/
"""
Output = Literal["text", "github"]


@click.command("run", cls=SuiteCommand, help=_HELP)
@click.argument("name", required=False)
@contract_option
@selection_options
@click.option("--strict", is_flag=True, help="Fail for what SHOULD hold and for clauses never tried.")
@click.option("--stop-at-first", is_flag=True, help="Stop at the first failure.")
@click.option(
    "--since",
    metavar="PAGE",
    help="An earlier page, a file or git's REV:FILE: what has changed since must break nothing.",
)
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Write one line for each failure, and nothing else.")
@click.option(
    "--output",
    type=click.Choice(["text", "github"]),
    default="text",
    show_default=True,
    help="github: failures are annotations of the lines of the documentation.",
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Write reports into a folder: {', '.join(FORMATS.values())}.",
)
def run(
    *,
    name: str | None,
    contract: Path | None,
    options: Options,
    strict: bool,
    since: str | None,
    as_json: bool,
    quiet: bool,
    output: Output,
    folder: Path | None,
) -> None:
    """Run the command."""
    target = open_target(name, contract)
    if since is not None:
        target = replace(target, previous=read_source(since))
    session = open_session(target, options)
    look = Look(colour=sys.stdout.isatty() and click.get_current_context().color is not False)
    told_all = not (as_json or quiet)
    if told_all:
        click.echo(f"{header(session.target, options, look)}\n")
    report = watch(session)
    told = tell(report.target, options, worth_telling(report, strict=strict))
    for failure in (one for each in told for one in each.failures if one is not None):
        store(failure)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_reports([report], {kind: folder / file for kind, file in FORMATS.items()})
    if as_json:
        echo_json(json_report(report))
    elif quiet:
        width = WIDTH if sys.stdout.isatty() else None
        for line in [
            *(line for one in told for line in brief(one, report.target, width)),
            *not_tried(report, strict=strict),
        ]:
            click.echo(line)
    else:
        _echo(report, told, look, output, strict=strict)
        if folder is not None:
            click.echo(f"report: {folder / FORMATS['html']}")
    raise SystemExit(report.exit_status(strict=strict))


def _echo(report: Report, told: Sequence[Told], look: Look, output: Output, *, strict: bool) -> None:
    click.echo(f"{groups(report, look, strict=strict)}\n")
    for one in told:
        click.echo(
            "\n".join(github(one, report.target)) if output == "github" else f"{block(one, report.target, look)}\n"
        )
    lines = remarks(report, look, strict=strict)
    if lines:
        click.echo("\n".join([*lines, ""]))
    count = count_of(report, told, strict=strict)
    if count:
        click.echo(count)
    click.echo(summary(report, conclusion_of(report, strict=strict), look, strict=strict))


def conclusion_of(report: Report, *, strict: bool) -> str:
    """Give in words what a run comes to."""
    if strict and report.exit_status() == 0:
        # The documents know of no strictness: what is said of it is said here.
        status = report.exit_status(strict=True)
        if status != 0:
            return "does not conform" if status == 1 else "not proven"
    return document_of(report).conclusion


def watch(session: Session) -> Report:
    """Run a session; on a terminal a line tells how far it is."""
    if not sys.stderr.isatty():
        return session.run()
    line = _Progress(sum(1 for _ in session.plan()))
    try:
        return session.run(line.hear)
    finally:
        line.clear()


class _Progress:
    """A line at the bottom of the terminal."""

    _EVERY: Final = 0.1  # seconds between redrawings

    def __init__(self, total: int) -> None:
        self._total: Final = total
        self._done = 0
        self._red = 0
        self._next = 0.0

    def hear(self, result: Result) -> None:
        """Take note of a result."""
        self._done += 1
        self._red += result.is_red()
        if monotonic() < self._next:
            return
        self._next = monotonic() + self._EVERY
        bar = ("#" * round(self._done / self._total * 20)).ljust(20, "-")
        failing = f"  {self._red} failing" if self._red else ""
        text = f"[{bar}] {self._done}/{self._total}{failing}  {result.check.id} [{result.subject}]"
        click.echo(f"\r\x1b[K{text[:99]}", nl=False, err=True)

    def clear(self) -> None:
        """Take the line away."""
        click.echo("\r\x1b[K", nl=False, err=True)
