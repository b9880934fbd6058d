"""`python -m tests.conformance.seeds`: the suite with many seeds on destinations that are right, which no check may blame."""

from __future__ import annotations

import sys
from collections import Counter
from time import perf_counter

import click

from conformance.suite.checks import CHECKS
from conformance.suite.engine import Options, Session, Verdict
from conformance.suite.target import find_target


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1)
@click.option("--seeds", default=200, show_default=True, help="How many.")
@click.option("--first", default=0, show_default=True, help="The first of them.")
def main(*, names: tuple[str, ...], seeds: int, first: int) -> None:
    """Run the random phases of every check on NAMES (usermotion, webhook, roster) with many seeds.

    Prints what a seed has found, and in the end the verdicts of all of them. Exit status: 0 if nothing was blamed.
    """
    counts: Counter[Verdict] = Counter()
    cases = false_alarms = 0
    started = perf_counter()
    for seed in range(first, first + seeds):
        for name in names or ("usermotion", "webhook", "roster"):
            options = Options(budget="ci", seed=seed, phases=("fuzz", "stateful"))
            random = [check for check in CHECKS if check.fuzz is not None or check.stateful is not None]
            report = Session(find_target(name), random, options).run()
            counts += report.counts
            cases += sum(result.tried for result in report.results)
            for result in report.red(strict=True):
                false_alarms += 1
                case = result.found.case if result.found is not None else None
                click.echo(
                    f"seed {seed} {name} {result.verdict} {result.check.id} {result.subject}: {result.reason} {case}"
                )
        if sys.stderr.isatty():
            click.echo(f"\r{seed + 1 - first} of {seeds}", err=True, nl=False)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    click.echo(
        f"{seeds} seeds, {cases:,} cases in {perf_counter() - started:.0f} s: {told}; false alarms: {false_alarms}"
    )
    raise SystemExit(1 if false_alarms else 0)


if __name__ == "__main__":
    main(prog_name="python -m tests.conformance.seeds")
