"""The kill matrix: `python -m tests.conformance.mutants`."""

from __future__ import annotations

from pathlib import Path

import click

from actions_core.js import stringify
from conformance.mutants.matrix import run_by_knowledge, run_matrix
from conformance.mutants.show import knowledge_lines, matrix_json, matrix_lines
from conformance.suite.checks import CHECKS
from tests.conformance.mutants.all_mutants import SETS


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(SETS)))
@click.option("--fast", is_flag=True, help="Look for the first kill of each mutant only.")
@click.option("--knowledge", is_flag=True, help="Tell how much of a contract is needed instead.")
@click.option("--only", default="", help="Only mutants whose id has this text.")
@click.option("--processes", type=click.IntRange(min=1), help="How many run side by side.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write the matrix to a file.")
def main(
    *, names: tuple[str, ...], fast: bool, knowledge: bool, only: str, processes: int | None, file: Path | None
) -> None:
    """Find out which checks notice which wrong versions of destinations; exits with 1 if any of them survives."""
    survivors = 0
    found = {}
    idle = {check.id for check in CHECKS}
    for name in names or tuple(SETS):
        target = SETS[name].right()
        mutants = [mutant for mutant in SETS[name].mutants if only in mutant.id]
        click.secho(f"{name}: {len(mutants)} mutants", bold=True)
        if knowledge:
            matrices = run_by_knowledge(target, mutants, CHECKS, processes=processes)
            lines = knowledge_lines(matrices, SETS[name].parts)
            survivors += len(matrices["everything"].survivors)
        else:
            matrix = run_matrix(target, mutants, CHECKS, fast=fast, processes=processes)
            lines = matrix_lines(matrix)
            survivors += len(matrix.survivors)
            found[name] = matrix_json(matrix)
            idle &= set(matrix.idle_checks)
        for line in lines:
            click.echo(line)
    if found and not fast:
        click.echo(f"\nchecks that notice nothing here: {', '.join(sorted(idle)) or 'none'}")
    if file is not None:
        file.write_text(stringify(found), "utf-8")
    raise SystemExit(1 if survivors else 0)


if __name__ == "__main__":
    main()
