"""`actions conformance mutants`: wrong versions of a destination, and whether its contract notices them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from actions_core.js import Object
from conformance.mutants.generic import ADVICE, generic_mutants, survivors_by_source
from conformance.mutants.matrix import Fate, Matrix, run_matrix
from conformance.suite.checks import CHECKS
from conformance.suite.engine import Options
from conformance.suite.model import NotApplicable
from emulator.cli.conformance.options import (
    SelectionError,
    SuiteCommand,
    contract_option,
    open_target,
    require_checks,
)
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading, shown, table

_HELP: Final = """Find out whether the contract of the destination NAME is strong enough.

Makes many wrong versions of the plugin, each with one mistake that somebody could make, and runs the checks on each:
a mistake that no check notices is one that the page and the annex leave open. Each is told with what would notice it.

With --fast each version is run only until something notices it, which takes seconds where all checks take minutes. The
conclusion is the same; without it --json tells every check that has noticed a mistake.

\b
Exit status:
  0  every mistake is noticed
  1  some are not
  2  the plugin or its contract cannot be used
  4  the command was used wrongly

\b
Example:
  actions conformance mutants usermotion --fast
"""


@click.command("mutants", cls=SuiteCommand, help=_HELP)
@click.argument("name", required=False)
@contract_option
@click.option("--only", multiple=True, metavar="ID", help="Checks that may notice; default: all. May be repeated.")
@click.option("--fast", is_flag=True, help="Stop at the first check that notices a mistake.")
@json_option
def mutants(*, name: str | None, contract: Path | None, only: tuple[str, ...], fast: bool, as_json: bool) -> None:
    """Run the command."""
    require_checks(only)
    checks = [check for check in CHECKS if Options(only=only).wants(check)]
    target = open_target(name, contract)
    if all(isinstance(check.subjects(target), NotApplicable) for check in checks):
        raise SelectionError("none of the selected checks is about this destination or what its annex tells")
    matrix = run_matrix(target, generic_mutants(target), checks, fast=fast)
    if as_json:
        for fate in matrix.fates:
            echo_json(_json(fate))
        echo_json(
            {
                "mutants": len(matrix.fates),
                "noticed": len(matrix.killed),
                "survivors": [fate.mutant.id for fate in matrix.survivors],
                "fast": fast,
                "seconds": round(matrix.seconds, 1),
            }
        )
    else:
        click.echo("\n".join(_lines(matrix)))
    raise SystemExit(1 if matrix.survivors else 0)


def _json(fate: Fate) -> Object:
    return {
        "mutant": fate.mutant.id,
        "mistake": fate.mutant.mistake,
        "noticed": fate.is_dead,
        "by": list(fate.killers),
        "refused": fate.refused or None,
        "equivalent": fate.mutant.equivalent or None,
    }


def _lines(matrix: Matrix) -> Iterator[str]:
    made = Counter(fate.mutant.group for fate in matrix.fates)
    noticed = Counter(fate.mutant.group for fate in matrix.killed)
    rows = [(group, str(noticed[group]), str(count)) for group, count in made.items()]
    yield table(("Mistake", "Noticed", "Of"), rows, indent="")
    for source, survivors in survivors_by_source(matrix.survivors).items():
        yield f"\n{heading('not noticed')}; {ADVICE[source]}"
        yield from (f"  {shown(one.id)}  {shown(one.mistake)}" for one in survivors)
    share = f"{len(matrix.killed)} of {len(matrix.fates)} mistakes noticed"
    colour = "yellow" if matrix.survivors else "green"
    yield f"\n{click.style(share, fg=colour)} in {matrix.seconds:.1f} s{' (fast)' if matrix.fast else ''}"
