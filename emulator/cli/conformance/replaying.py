"""`actions conformance replay` and `promote`: stored failures judged again, and kept as vectors."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from conformance.suite.checks import BY_ID
from conformance.suite.failures import HOME, Failure, find, load, remove, stored
from conformance.suite.loading import target_named
from conformance.suite.places import shown_path
from conformance.suite.replay import Fate, Replayed
from conformance.suite.replay import promote as promote_failure
from conformance.suite.replay import replay as replay_failures
from conformance.suite.target import Target
from emulator.cli.conformance.options import SuiteCommand
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, shown

_COLOURS: Final[dict[Fate, str]] = {"still fails": "red", "fixed": "green", "cannot be tried": "yellow"}

_MANY: Final[dict[Fate, str]] = {"still fails": "still fail"}
_LONGEST: Final = 100

_REPLAY: Final = """Judge stored failures again: those of the given IDs, such as C-7f3a91c2, or all below .actions.

An ID may be shortened. What is fixed is taken away if all that was replayed is, unless --keep is given.

\b
Exit status:
  0  all fixed
  1  something still fails
  2  a plugin or a contract cannot be used
  3  there is nothing to replay, or something cannot be tried any more
  4  the command was used wrongly

\b
Examples:
  actions conformance replay
  actions conformance replay C-7f3a91c2 --keep
"""

_PROMOTE: Final = """Keep the case of a stored failure as a vector, which every later run tries.

It becomes the file vectors/ID.json beside the destination's page: readable, to be committed.

\b
Example:
  actions conformance promote C-7f3a91c2
"""


@click.command("replay", cls=SuiteCommand, help=_REPLAY)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--keep", is_flag=True, help="Take nothing away.")
@json_option
def replay(*, ids: tuple[str, ...], keep: bool, as_json: bool) -> None:
    """Run the command."""
    files = [find(one) for one in ids] if ids else list(stored())
    replayed = list(replay_failures([(file, load(file)) for file in files], BY_ID, _target_of))
    green = all(one.fate == "fixed" for one in replayed)
    for one in replayed:
        removed = green and not keep
        if removed:
            remove(one.file)
        if as_json:
            echo_json(_json(one, removed=removed))
        else:
            click.echo(_text(one))
    if not replayed:
        click.echo(f"no failures are stored below {HOME}", err=True)
        raise SystemExit(3)
    if not as_json:
        click.echo(_summary(replayed, removed=green and not keep))
    fates = {one.fate for one in replayed}
    raise SystemExit(1 if "still fails" in fates else 3 if "cannot be tried" in fates else 0)


def _target_of(failure: Failure) -> Target:
    assert failure.name is not None  # noqa: S101 - for the type checker: `replay` has looked
    return target_named(failure.name, None if failure.contract is None else Path(failure.contract))


def _json(one: Replayed, *, removed: bool) -> dict[str, object]:
    told = asdict(one)
    failure = told.pop("failure")
    return {
        "id": failure.id,
        "check": failure.check,
        "subject": failure.subject,
        "file": str(told.pop("file")),
        **told,
        "removed": removed,
    }


def _text(one: Replayed) -> str:
    subject = f" [{one.failure.subject}]" if one.failure.subject else ""
    fate = click.style(f"{one.fate:<11}", fg=_COLOURS[one.fate])
    told = one.told[:_LONGEST] if sys.stdout.isatty() else one.told
    return f"{fate}  {one.failure.id}  {shown(one.failure.check)}{shown(subject)}  {shown(told)}"


def _summary(replayed: list[Replayed], *, removed: bool) -> str:
    counts = {fate: sum(one.fate == fate for one in replayed) for fate in _COLOURS}
    told = ", ".join(
        f"{count} {_MANY.get(fate, fate) if count > 1 else fate}" for fate, count in counts.items() if count
    )
    return f"{told}{'; taken away' if removed else ''}"


@click.command("promote", cls=SuiteCommand, help=_PROMOTE)
@click.argument("id", metavar="ID")
@json_option
def promote(*, id: str, as_json: bool) -> None:  # noqa: A002 - the argument's name
    """Run the command."""
    failure = load(find(id))
    file = promote_failure(failure, target_of(failure))
    if as_json:
        echo_json({"id": failure.id, "file": shown_path(file)})
    else:
        click.echo(f"{shown_path(file)}: {shown(failure.check)} tries it in every run from now on")


def target_of(failure: Failure) -> Target:
    """Find the target of a failure, for a command that needs more than its case."""
    if failure.name is None:
        raise click.UsageError(f"no command can find the destination of {failure.id}: it was found by tests of its own")
    return _target_of(failure)
