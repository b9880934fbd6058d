"""`python -m conformance.vectors FILE...`: run vectors and print what differs."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from actions_core.js import stringify
from conformance.vectors.runner import Failure, VectorError, run_vectors

_SHOWN: Final = 20


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--all", "show_all", is_flag=True, help=f"Print every difference, not only the first {_SHOWN}.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object for machines.")
def main(*, files: tuple[Path, ...], show_all: bool, as_json: bool) -> None:
    """Run the vectors of FILES (.jsonl or .jsonl.gz) through this runtime.

    The last line tells how many passed and failed. `python -m conformance.vectors conformance/vectors/*.jsonl*` runs
    those that come with the project.

    Exit status: 0 all passed, 1 something differs, 2 a file cannot be read, is empty or has a malformed vector.
    """
    failures: list[Failure] = []
    total = 0
    try:
        for failure in run_vectors(files):
            total += 1
            if failure is not None:
                failures.append(failure)
                if not as_json and (show_all or len(failures) <= _SHOWN):
                    click.echo("\n".join(_difference(failure)))
    except VectorError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(2) from None
    if as_json:
        listed = [{"index": one.index, "expected": one.expected, "got": one.got} for one in failures]
        click.echo(stringify({"total": total, "passed": total - len(failures), "failed": listed}))
    else:
        if len(failures) > _SHOWN and not show_all:
            click.echo(f"… and {len(failures) - _SHOWN} more; --all prints them")
        click.echo(f"passed {total - len(failures)}, failed {len(failures)}")
    raise SystemExit(1 if failures else 0)


def _difference(failure: Failure) -> Iterator[str]:
    yield click.style(f"{failure.place} (vector {failure.index})", bold=True)
    lines = difflib.unified_diff(_lines(failure.expected), _lines(failure.got), "expected", "got", lineterm="", n=2)
    colours = {"-": "red", "+": "green"}
    yield from (click.style(line, fg=colours.get(line[:1])) for line in lines)


def _lines(value: Any) -> list[str]:
    # 1.0 is written as 1, as it is in a payload, so that only what differs is marked.
    return json.dumps(json.loads(stringify(value)), indent=2, sort_keys=True).splitlines()


if __name__ == "__main__":
    main(prog_name="python -m conformance.vectors")
