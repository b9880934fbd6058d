"""`python -m benchmarks`: measure, show a table, and keep the figures where they are asked for."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import click
import psutil

from benchmarks import tables
from benchmarks.ab import DifferentOutputsError, Run
from benchmarks.peers import PeerError
from benchmarks.results import Row
from benchmarks.suites import batch, contract, floor, growth, loopback, mapping, memory, path, profile, startup, trigger
from benchmarks.targets import judge
from tests.oracle.client import unavailable

SUITES: Final[dict[str, Callable[[Run], Iterator[Row]]]] = {
    "floor": floor.rows,
    "trigger": trigger.rows,
    "mapping": mapping.rows,
    "contract": contract.rows,
    "path": path.rows,
    "batch": batch.rows,
    "loopback": loopback.rows,
    "startup": startup.rows,
    "growth": growth.rows,
    "memory": memory.rows,
    "profile": profile.rows,
}
_BY_DEFAULT: Final = tuple(name for name in SUITES if name != "profile")
_FILE: Final = click.Path(dir_okay=False, path_type=Path)


class _MissingError(click.ClickException):
    exit_code = 2


@click.command(epilog=f"Suites: {' '.join(_BY_DEFAULT)}; without any, all of these are run. And: profile.")
@click.argument("suites", nargs=-1, type=click.Choice(list(SUITES)), metavar="[SUITE]...")
@click.option("--quick", is_flag=True, help="Everything on tiny sizes: shows that it works, the figures mean nothing.")
@click.option("--rounds", type=click.IntRange(1), help="Turns that each side takes.  [default: 5; 2 with --quick]")
@click.option("--no-reference", is_flag=True, help="Measure our runtime alone, without Node.js.")
@click.option(
    "--stream",
    type=click.FloatRange(0.1),
    help="Megabytes to stream through a command.  [default: 1000; with --quick 0.1]",
)
@click.option("--flame", type=_FILE, help="Where the profile puts a flame graph (SVG).")
@click.option("--json", "json_file", type=_FILE, help="Write every figure of every round here.")
@click.option("--markdown", "page", type=_FILE, help="Write tables here; between the marks of a page that has them.")
@click.option("--check", is_flag=True, help="Exit with status 1 if a target is missed.")
def main(
    *,
    suites: tuple[str, ...],
    quick: bool,
    rounds: int | None,
    no_reference: bool,
    stream: float | None,
    flame: Path | None,
    json_file: Path | None,
    page: Path | None,
    check: bool,
) -> None:
    """Measure what the runtime costs, side by side with Segment's own."""
    reason = None if no_reference else unavailable()
    if reason is not None:
        raise _MissingError(f"{reason}; or measure ours alone with --no-reference")
    chosen = suites or _BY_DEFAULT
    what = "profile" if chosen == ("profile",) else "benchmarks"
    if page is not None and page.exists():
        try:
            tables.around(page, what)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--markdown") from error
    before = psutil.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        run = Run(
            Path(folder),
            rounds=rounds or (2 if quick else 5),
            quick=quick,
            flame=flame,
            reference=not no_reference,
            stream=stream or (0.1 if quick else 100),
        )
        try:
            rows = list(_measured(run, chosen))
        except (DifferentOutputsError, PeerError) as error:
            raise click.ClickException(str(error)) from error
    # What tiny sizes give says nothing about a target.
    verdicts = [] if quick else list(judge(rows, chosen))
    load = (before, psutil.getloadavg()[0])
    click.echo(tables.text(rows, verdicts))
    if json_file is not None:
        told = tables.to_json(rows, verdicts, tables.machine(), load)
        json_file.write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
    if page is not None:
        tables.fill(page, what, tables.markdown(rows, verdicts, tables.machine(), load))
    if check and not all(verdict.is_met for verdict in verdicts):
        raise SystemExit(1)


def _measured(run: Run, suites: tuple[str, ...]) -> Iterator[Row]:
    for suite in suites:
        for row in SUITES[suite](run):
            click.echo(f"{row.suite}: {row.name}", err=True)
            yield row


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
