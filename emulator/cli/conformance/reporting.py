"""`actions conformance report`: a run as files for people and machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from conformance.suite.engine import Options, Report
from conformance.suite.failures import pretty
from conformance.suite.reports import badge, html, json_report, junit, markdown
from emulator.cli.conformance.options import (
    FILE,
    SelectionError,
    SuiteCommand,
    contract_option,
    open_session,
    open_target,
    selection_options,
)

FORMATS: Final = {
    "html": "index.html",
    "json": "report.json",
    "junit": "junit.xml",
    "markdown": "COMPLIANCE.md",
    "badge": "badge.json",
}
"""The files of a folder of reports, by format."""

_ONE: Final[Mapping[str, Callable[[Report], str]]] = {
    "html": html,
    "json": lambda report: pretty(json_report(report)),
    "junit": junit,
    "badge": lambda report: pretty(badge(report)),
}

_HELP: Final = """Run the checks on each destination NAME and write reports; nothing is shown but where they are.

NAME is as for `actions conformance run`. Several may share one table, with --markdown; the other reports are about one.

\b
Exit status: as `actions conformance run`, the worst of all destinations; the reports are written whatever it is.

\b
Examples:
  actions conformance report usermotion --html report.html --junit junit.xml
  actions conformance report usermotion roster webhook --markdown COMPLIANCE.md
"""


@click.command("report", cls=SuiteCommand, help=_HELP)
@click.argument("names", nargs=-1, metavar="NAME...")
@contract_option
@selection_options
@click.option("--html", type=FILE, help="One page, with the documentation on the left.")
@click.option("--json", "as_file", type=FILE, help="All that was found, for machines.")
@click.option("--junit", type=FILE, help="For CI systems.")
@click.option("--markdown", type=FILE, help="A table of destinations and groups of checks.")
@click.option("--badge", type=FILE, help="For shields.io.")
def report(
    *,
    names: tuple[str, ...],
    contract: Path | None,
    options: Options,
    as_file: Path | None,
    **files: Path | None,
) -> None:
    """Run the command."""
    wanted = {kind: file for kind, file in {**files, "json": as_file}.items() if file is not None}
    if not wanted:
        raise SelectionError(f"say what to write: {', '.join(f'--{kind} FILE' for kind in FORMATS)}")
    if len(names) > 1 and (set(wanted) != {"markdown"} or contract is not None):
        raise SelectionError("several destinations go into a table only, with --markdown and their own contracts")
    reports = [open_session(open_target(name, contract), options).run() for name in names or (None,)]
    write_reports(reports, wanted)
    for file in wanted.values():
        click.echo(str(file))
    statuses = {one.exit_status() for one in reports}
    raise SystemExit(1 if 1 in statuses else max(statuses))


def write_reports(reports: Sequence[Report], files: Mapping[str, Path]) -> None:
    """Write reports into files, by format."""
    for kind, file in files.items():
        text = markdown(reports) if kind == "markdown" else _ONE[kind](reports[0])
        file.write_text(text, "utf-8")
