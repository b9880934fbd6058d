"""`make fuzz`: compare with Segment's own runtime, with other inputs every time, for as long as asked."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

import click

from tests.oracle.client import HERE, unavailable

EXAMPLES_PER_ROUND = 2000


@click.command()
@click.option("--minutes", type=click.FloatRange(0), default=30, show_default=True)
def main(*, minutes: float) -> None:
    """Run the comparisons over and over; stop at the first difference, which pytest has shown in its smallest form."""
    reason = unavailable()
    if reason is not None:
        raise click.UsageError(reason)
    end = monotonic() + minutes * 60
    total: Counter[str] = Counter()
    rounds = 0
    with tempfile.TemporaryDirectory() as folder:
        counts = Path(folder) / "counts"
        environment = {
            **os.environ,
            "ACTIONS_FUZZ_RANDOM": "1",
            "ACTIONS_FUZZ_EXAMPLES": str(EXAMPLES_PER_ROUND),
            "ACTIONS_FUZZ_COUNTS": str(counts),
        }
        while rounds == 0 or monotonic() < end:
            found = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-x", str(HERE)], env=environment, check=False
            )
            for line in counts.read_text("utf-8").splitlines():
                op, count = line.split()
                total[op] += int(count)
            rounds += 1
            summary = ", ".join(f"{count:,} {op}" for op, count in sorted(total.items()))
            click.echo(f"{rounds} rounds so far: {summary}")
            if found.returncode:
                raise SystemExit(found.returncode)
    click.echo("no difference")


if __name__ == "__main__":
    main()
