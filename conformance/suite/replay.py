"""Stored failures judged again, and promoted to vectors that every later run tries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from actions_core.errors import ConfigurationError
from conformance.suite.failures import Failure, pretty
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check
from conformance.suite.placeholders import Placeholders
from conformance.suite.places import subject_named
from conformance.suite.promoted import FOLDER
from conformance.suite.quiet import quiet
from conformance.suite.target import Target

Fate: TypeAlias = Literal["still fails", "fixed", "cannot be tried"]
TargetOf: TypeAlias = Callable[[Failure], Target]

_TRIES_OF_FLAKY: Final = 20
"""How often what failed once and held the next time has to hold before it counts as fixed."""


@dataclass(frozen=True)
class Replayed:
    """What became of a stored failure."""

    failure: Failure
    file: Path
    fate: Fate
    told: str
    """What was observed now, or why it cannot be tried."""


def replay(
    stored: Iterable[tuple[Path, Failure]], checks: Mapping[str, Check[Any]], target_of: TargetOf
) -> Iterator[Replayed]:
    """Judge stored failures again, each in a lab of its own; what cannot be tried is told, not left out."""
    for file, failure in stored:
        check = checks.get(failure.check)
        if failure.name is None:
            yield Replayed(
                failure, file, "cannot be tried", "no command can find its destination: run the tests that found it"
            )
        elif check is None:
            yield Replayed(failure, file, "cannot be tried", f"there is no check {failure.check} any more")
        else:
            fate, told = _judge_again(failure, check, target_of(failure))
            yield Replayed(failure, file, fate, told)


def _judge_again(failure: Failure, check: Check[Any], target: Target) -> tuple[Fate, str]:
    subject = subject_named(check, target, failure.subject)
    if subject is None:
        return "cannot be tried", f"{failure.check} has no subject {failure.subject!r} any more"
    target = replace(target, settings={**target.settings, **_settings_of(failure)})
    with Lab(target, failure.profile) as lab:
        case = Placeholders.of(lab).reveal(failure.case)
        for _ in range(_TRIES_OF_FLAKY if failure.verdict == "FLAKY" else 1):
            try:
                with quiet():
                    judgement = check.judge(lab, subject, case)
            except Exception as error:  # noqa: BLE001 - as in the engine: a check that cannot run says so
                return "cannot be tried", Placeholders.of(lab).text(f"{type(error).__name__}: {error}")
            if isinstance(judgement, Broken):
                return "still fails", Placeholders.of(lab).text(judgement.observed)
    if judgement is None:
        return "fixed", "the rule no longer says anything about the case"
    return "fixed", "the rule holds"


def _settings_of(failure: Failure) -> dict[str, Any]:
    """Give the settings that the failure was found with, but for secrets, which nobody has stored."""
    return {key: value for key, value in failure.settings.items() if not (isinstance(value, str) and "${" in value)}


def promote(failure: Failure, target: Target) -> Path:
    """Write the case of a failure as a vector beside the page; gives its file, which must be new.

    Raises `ConfigurationError` if it is there already, or if the page is in nothing that can be written to.
    """
    if failure.name is None:
        raise ConfigurationError(f"no command can find the destination of {failure.id}, so that it has no folder")
    if not isinstance(target.directory, Path):
        raise ConfigurationError(
            f"the page of {failure.destination} is in {target.directory}, where nothing is written"
        )
    file = target.directory / FOLDER / f"{failure.id}.json"
    file.parent.mkdir(exist_ok=True)
    vector = {
        "id": failure.id,
        "check": failure.check,
        "subject": failure.subject,
        "clause": failure.clauses[0].id if failure.clauses else None,
        "rule": failure.rule,
        "expected": failure.expected,
        "source": f"found in phase {failure.phase}, observed: {failure.observed}",
        "case": failure.case,
    }
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(pretty(vector))
    except FileExistsError:
        raise ConfigurationError(f"{file} is there already, and was not changed") from None
    return file


def require_known_vectors(target: Target, checks: Mapping[str, Check[Any]]) -> None:
    """Raise `ConfigurationError` for a promoted vector about a check or a subject that is not there."""
    for one in target.vectors:
        check = checks.get(one.check)
        if check is None:
            raise ConfigurationError(
                f"{one.file}: there is no check {one.check}; `actions conformance list` shows them"
            )
        if subject_named(check, target, one.subject) is None:
            raise ConfigurationError(f"{one.file}: {one.check} has no subject {one.subject!r} in this destination")
