"""Options and errors that the commands about conformance share."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias, get_args

import click

from conformance.suite.checks import BY_ID, CHECKS
from conformance.suite.divergences import require_known
from conformance.suite.engine import Budget, Options, Session
from conformance.suite.lab import Profile
from conformance.suite.loading import target_named
from conformance.suite.model import Check, NotApplicable
from conformance.suite.replay import require_known_vectors
from conformance.suite.target import Target

Command: TypeAlias = Callable[..., None]

_MOST_HINTS: Final = 8
WRONG_USAGE: Final = 4
"""The exit status for a command that was used wrongly; 2 is for contracts, plugins and settings."""
FILE: Final = click.Path(dir_okay=False, path_type=Path)


class SelectionError(click.UsageError):
    """Nothing was selected that could be run."""

    exit_code = WRONG_USAGE


class SuiteCommand(click.Command):
    """A command whose wrong usage has an exit status of its own, so that CI can tell it from a broken contract."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, see `click.Command`."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise SelectionError(error.format_message(), ctx) from None


def contract_option(function: Command) -> Command:
    """Add `--contract`."""
    return click.option("--contract", type=FILE, help="The page or its annex; default: those beside the plugin.")(
        function
    )


def selection_options(function: Command) -> Command:
    """Add what chooses checks and how hard they try; the command receives `options`."""

    @functools.wraps(function)
    def resolve(
        *,
        profile: Profile,
        budget: Budget,
        seed: int | None,
        only: tuple[str, ...],
        subjects: tuple[str, ...],
        **rest: Any,
    ) -> None:
        stop_at_first = bool(rest.pop("stop_at_first", False))
        options = Options(
            profile=profile, budget=budget, seed=seed, only=only, subjects=subjects, stop_at_first=stop_at_first
        )
        require_checks(only)
        function(options=options, **rest)

    decorated: Command = resolve
    for option in reversed(_SELECTION):
        decorated = option(decorated)
    return decorated


_SELECTION: Final = (
    click.option(
        "--profile",
        type=click.Choice(get_args(Profile)),
        default="documented",
        show_default=True,
        help="Whether the page is the law, or what Segment's own runtime does.",
    ),
    click.option(
        "--budget",
        type=click.Choice(get_args(Budget)),
        default="ci",
        show_default=True,
        help="smoke: named and boundary values only; ci: some random ones; nightly: thousands.",
    ),
    click.option("--seed", type=int, help="Other random values; default: the same every time."),
    click.option("--only", multiple=True, metavar="ID", help="A check, a group, or a pattern; may be repeated."),
    click.option(
        "-s", "--subject", "subjects", multiple=True, metavar="NAME", help="Only about this, e.g. identify.email."
    ),
)


def require_checks(only: Sequence[str]) -> None:
    """Raise `SelectionError` for what selects no check."""
    for pattern in only:
        if not any(Options(only=(pattern,)).wants(check) for check in CHECKS):
            beginnings = {".".join(known.split(".")[:length]) for known in BY_ID for length in (1, 2, 3)}
            close = difflib.get_close_matches(pattern, sorted(beginnings, key=len), n=1)
            hint = f"did you mean {close[0]}?" if close else "`actions conformance list` shows them"
            raise SelectionError(f"--only {pattern} selects no check; {hint}")


def find_check(wanted: str) -> Check[Any]:
    """Find a check by its id; raises `SelectionError`."""
    if wanted not in BY_ID:
        close = difflib.get_close_matches(wanted, BY_ID, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "`actions conformance list` shows them"
        raise SelectionError(f"there is no check {wanted}; {hint}")
    return BY_ID[wanted]


def open_target(name: str | None, contract: Path | None) -> Target:
    """Find a target and see that its annex and its vectors are about checks that there are."""
    if name is None:
        raise SelectionError(
            "say which destination to run: an installed one (see `actions list`), a module or a file of Python"
        )
    target = target_named(name, contract)
    require_known(target, BY_ID)
    require_known_vectors(target, BY_ID)
    return target


def open_session(target: Target, options: Options) -> Session:
    """Make a session that has something to run; raises `SelectionError`."""
    session = Session(target, CHECKS, options)
    planned = [subject for _, subject in session.plan()]
    if not planned:
        known = sorted(
            {
                subject.name
                for _, subject in Session(target, CHECKS, Options(only=options.only)).plan()
                if not isinstance(subject, NotApplicable) and subject.name
            }
        )
        wanted = " or ".join(options.subjects)
        beside = [name for name in known for one in options.subjects if name.partition(".")[0] == one.partition(".")[0]]
        hint = list(dict.fromkeys([*difflib.get_close_matches(wanted, known, n=3), *beside]))[:_MOST_HINTS] or known[:5]
        raise SelectionError(
            f"nothing is selected: no subject is called {wanted}; there is {', '.join(hint) or 'none'}"
        )
    return session
