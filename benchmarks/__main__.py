"""`python -m benchmarks`: measure, show a table, and keep the figures where they are asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click

from benchmarks.ab import DifferentOutputsError, Run
from benchmarks.peers import PeerError
from benchmarks.results import Row
from benchmarks.suites import batch, contract, floor, loopback, mapping, path, trigger
from tests.oracle.client import unavailable

SUITES: Final[dict[str, Callable[[Run], Iterator[Row]]]] = {
    "floor": floor.rows,
    "trigger": trigger.rows,
    "mapping": mapping.rows,
    "contract": contract.rows,
    "path": path.rows,
    "batch": batch.rows,
    "loopback": loopback.rows,
}


@click.command()
@click.argument("suites", nargs=-1, type=click.Choice(list(SUITES)), metavar="[SUITE]...")
@click.option("--quick", is_flag=True, help="Everything on tiny sizes: shows that it works, the figures mean nothing.")
@click.option("--rounds", type=click.IntRange(1), help="Turns that each side takes.  [default: 5; 2 with --quick]")
@click.option("--no-reference", is_flag=True, help="Measure our runtime alone, without Node.js.")
def main(*, suites: tuple[str, ...], quick: bool, rounds: int | None, no_reference: bool) -> None:
    """Measure what the runtime costs, side by side with Segment's own where that is installed.

    \b
    Suites: floor trigger mapping contract path batch
    """
    reason = None if no_reference else unavailable()
    if reason is not None:
        raise click.UsageError(f"{reason}; or measure ours alone with --no-reference")
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        run = Run(Path(folder), rounds=rounds or (2 if quick else 5), quick=quick, reference=not no_reference)
        try:
            for name in suites or SUITES:
                for row in SUITES[name](run):
                    shown = [f"{one.name} {one.median:,.2f}" for one in row.figures if one.shown]
                    click.echo(f"{row.suite:10}{row.name:32}{'   '.join(shown)}   ({row.compared} compared)")
        except (DifferentOutputsError, PeerError) as error:
            raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
