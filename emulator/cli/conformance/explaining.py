"""`actions conformance explain`: what a check looks for, and why."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, Final

import click

from actions_core.js import Object, stringify
from conformance.suite.divergences import OF_SEGMENT
from conformance.suite.model import Check, NotApplicable
from conformance.suite.target import Target
from emulator.cli.conformance.listing import facts
from emulator.cli.conformance.options import SuiteCommand, contract_option, find_check, open_target
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading, shown

_WIDTH: Final = 100
_SOURCES: Final = {
    "page": "the documentation page",
    "catalog": "the annex's part that Segment's catalog knows: keys, defaults, choices, …",
    "wire": "the annex's part about the partner's API: requests, headers, golden events",
    "runtime": "nothing: it holds for every destination",
}
_LEVELS: Final = {
    "MUST": "a failure fails the run",
    "SHOULD": "a failure is told, and fails a run with --strict",
    "INFO": "what it finds is told, and fails nothing",
}
_PHASES: Final = {
    "vectors": "values that are the same for every destination",
    "boundary": "values made of the contract, just inside and just outside of it",
    "fuzz": "random values",
    "stateful": "random sequences",
}
_HELP: Final = """Tell what the check ID looks for, what it needs to know, and where Segment itself does not keep it.

With --destination, also which clauses of that destination's contract it tries.

\b
Examples:
  actions conformance explain field.required.missing
  actions conformance explain field.required.missing -d usermotion
"""


@click.command("explain", cls=SuiteCommand, help=_HELP)
@click.argument("id", metavar="ID")
@click.option("-d", "--destination", "name", help="A destination, as for `actions conformance run`.")
@contract_option
@json_option
def explain(*, id: str, name: str | None, contract: Path | None, as_json: bool) -> None:  # noqa: A002 - its name
    """Run the command."""
    check = find_check(id)
    clauses = None if name is None else _clauses(check, open_target(name, contract))
    if as_json:
        echo_json(_json(check, clauses))
    else:
        click.echo("\n".join(_lines(check, clauses)))


def _clauses(check: Check[Any], target: Target) -> list[tuple[str, str]] | str:
    """List the clauses that a check tries, each with its place and quote; or tell why it has nothing to look at."""
    subjects = check.subjects(target)
    if isinstance(subjects, NotApplicable):
        return subjects.reason
    known = target.contract.clauses
    ids = dict.fromkeys(one for subject in subjects for one in check.clauses(subject) if one in known)
    return [(one, f"{known[one].origin}  {known[one].quote}") for one in ids]


def _json(check: Check[Any], clauses: list[tuple[str, str]] | str | None) -> Object:
    told: Object = {
        **facts(check),
        "divergencesOfSegment": [
            {"where": one.where, "witness": one.witness, "reason": one.reason}
            for one in OF_SEGMENT
            if one.check == check.id
        ],
    }
    if isinstance(clauses, str):
        told["notApplicable"] = clauses
    elif clauses is not None:
        told["clauses"] = [clause for clause, _ in clauses]
    return told


def _lines(check: Check[Any], clauses: list[tuple[str, str]] | str | None) -> list[str]:
    told = facts(check)
    lines = [
        heading(check.id),
        *_row("rule", check.statement),
        *_row("level", f"{check.level}: {_LEVELS[check.level]}"),
        *_row("needs", _SOURCES[check.source]),
    ]
    for phase in told["phases"]:
        lines += _row("tries", f"{phase}: {_PHASES[phase]}")
    for one in OF_SEGMENT:
        if one.check == check.id:
            where = f" on {one.subject}" if one.subject else ""
            lines += _row("diverges", f"Segment itself does not keep it{where}: {one.reason}")
            lines += _row("", f"for example {stringify(one.witness)}, and whatever else is {one.where}")
    if isinstance(clauses, str):
        lines += _row("clauses", f"none: {clauses}")
    elif clauses is not None:
        for clause, quote in clauses or [("none", "it holds whatever a page says")]:
            lines += _row("clauses", f"{clause}  {quote}")
    return lines


def _row(name: str, text: str) -> list[str]:
    lines = textwrap.wrap(shown(text), _WIDTH - 12, break_on_hyphens=False)
    return [f"  {name if not index else '':<10}{line}" for index, line in enumerate(lines)]
