"""`actions conformance list`: the checks, and what they look at in a destination."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from actions_core.js import Object
from conformance.suite.checks import CHECKS
from conformance.suite.engine import Options, Session
from conformance.suite.lab import Lab
from conformance.suite.model import Check, NotApplicable, Subject
from conformance.suite.target import Target
from emulator.cli.conformance.options import SelectionError, SuiteCommand, contract_option, open_target, require_checks
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading, shown

_WIDTH: Final = 100
_HELP: Final = """List the checks; with a destination NAME, each with what it looks at there and which clauses it tries.

With --dry-run the fixed cases of each are made and counted, but not tried.

\b
Examples:
  actions conformance list
  actions conformance list --only setting
  actions conformance list usermotion --dry-run
"""


@dataclass(frozen=True)
class _Planned:
    """A check and a subject that would be run."""

    check: Check[Any]
    subject: str
    clauses: tuple[str, ...] = ()
    reason: str | None = None
    """Why it has nothing to look at."""
    cases: Object | None = None
    """How many of each phase; None if nobody has asked."""

    def to_json(self) -> Object:
        """Give it as a JSON object."""
        told: Object = {"check": self.check.id, "subject": self.subject, "clauses": [*self.clauses]}
        if self.reason is not None:
            told["notApplicable"] = self.reason
        return told if self.cases is None else {**told, "cases": self.cases}


@click.command("list", cls=SuiteCommand, help=_HELP)
@click.argument("name", required=False)
@contract_option
@click.option("--only", multiple=True, metavar="ID", help="A check, a group, or a pattern; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Count the fixed cases that a run would try.")
@json_option
def list(  # noqa: A001 - the command's name
    *, name: str | None, contract: Path | None, only: tuple[str, ...], dry_run: bool, as_json: bool
) -> None:
    """Run the command."""
    require_checks(only)
    options = Options(only=only)
    if name is None:
        if dry_run or contract is not None:
            raise SelectionError(f"{'--dry-run' if dry_run else '--contract'} is about a destination: say which")
        _show(check for check in CHECKS if options.wants(check)) if not as_json else _show_json(options)
        return
    planned = [*_plan(open_target(name, contract), options, dry_run=dry_run)]
    if as_json:
        for one in planned:
            echo_json(one.to_json())
    else:
        click.echo("\n".join(_lines(planned)))


def facts(check: Check[Any]) -> Object:
    """Give what can be said of a check without a destination."""
    phases = {"vectors": check.vectors, "boundary": check.boundary, "fuzz": check.fuzz, "stateful": check.stateful}
    return {
        "check": check.id,
        "level": check.level,
        "source": check.source,
        "statement": check.statement,
        "phases": [phase for phase, make in phases.items() if make is not None],
    }


def _show(checks: Iterable[Check[Any]]) -> None:
    group = ""
    for check in checks:
        if check.group != group:
            click.echo(f"{'' if not group else chr(10)}{heading(check.group)}")
            group = check.group
        told = textwrap.wrap(check.statement, _WIDTH - 4)
        click.echo(f"  {check.id}  {check.level}, {check.source}")
        click.echo("\n".join(f"    {line}" for line in told))


def _show_json(options: Options) -> None:
    for check in CHECKS:
        if options.wants(check):
            echo_json(facts(check))


def _plan(target: Target, options: Options, *, dry_run: bool) -> Iterator[_Planned]:
    with Lab(target) as lab:
        for check, subject in Session(target, CHECKS, options).plan():
            if isinstance(subject, NotApplicable):
                yield _Planned(check, "", reason=subject.reason)
            else:
                cases = _cases(check, lab, subject) if dry_run else None
                yield _Planned(check, subject.name, check.clauses(subject), cases=cases)


def _cases(check: Check[Any], lab: Lab, subject: Subject) -> Object:
    promoted = sum((one.check, one.subject) == (check.id, subject.name) for one in lab.target.vectors)
    vectors = sum(1 for _ in check.vectors(lab, subject)) if check.vectors is not None else 0
    boundary = sum(1 for _ in check.boundary(lab, subject)) if check.boundary is not None else 0
    return {
        "vectors": vectors + promoted,
        "boundary": boundary,
        "fuzz": check.fuzz is not None,
        "stateful": check.stateful is not None,
    }


def _lines(planned: Iterable[_Planned]) -> Iterator[str]:
    check, total = "", 0
    for one in planned:
        if one.check.id != check:
            check = one.check.id
            yield heading(check)
        if one.reason is not None:
            yield f"  n/a: {one.reason}"
            continue
        total += 1
        parts = [shown(one.subject) or "the destination"]
        if one.cases is not None:
            random = [phase for phase in ("fuzz", "stateful") if one.cases[phase]]
            fixed = f"{one.cases['vectors']} vectors, {one.cases['boundary']} boundary"
            parts.append(fixed + (f", then {' and '.join(random)}" if random else ""))
        if one.clauses:
            parts.append(", ".join(one.clauses))
        yield f"  {'  '.join(parts)}"
    yield f"{total} to run"
