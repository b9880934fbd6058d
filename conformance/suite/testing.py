"""The suite for pytest: a test for each check and each of its subjects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from actions_core.errors import ActionsError, ConfigurationError
from actions_core.js import Object
from actions_core.testing import Answer, SentRequest
from conformance.suite.checks import BY_ID, CHECKS
from conformance.suite.divergences import require_known
from conformance.suite.engine import Options, Result, Session
from conformance.suite.failures import store
from conformance.suite.lab import Lab
from conformance.suite.loading import target_named
from conformance.suite.model import Check, NotApplicable, Subject
from conformance.suite.places import clauses_of, file_of
from conformance.suite.replay import require_known_vectors
from conformance.suite.target import Plugged, Target, target_of
from conformance.suite.text import Look, block, is_vacuous, tell


@dataclass(frozen=True)
class Item:
    """One check on one subject, or why the check has none."""

    session: Session
    check: Check[Any]
    subject: Subject | NotApplicable

    @property
    def id(self) -> str:
        """As it is written after `--only` and shown by pytest: `field.required.missing[identify.email]`."""
        name = "" if isinstance(self.subject, NotApplicable) else self.subject.name
        return f"{self.check.id}[{name}]" if name else self.check.id


def options_of(config: pytest.Config, **defaults: Any) -> Options:
    """Give the options that the command line has, and defaults for those that it does not have."""
    given = {
        "budget": config.getoption("--conformance-budget"),
        "profile": config.getoption("--conformance-profile"),
        "seed": config.getoption("--conformance-seed"),
    }
    return Options(**{**defaults, **{name: value for name, value in given.items() if value is not None}})


def items_for(name: str, contract: str | None, options: Options) -> list[Item]:
    """List what there is to test of a destination that the command line names."""
    with _told_in_a_sentence():
        return items_of(target_named(name, None if contract is None else Path(contract)), options)


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """Let pytest show what is wrong with a plugin or a contract without a traceback."""
    try:
        yield
    except ActionsError as error:
        raise pytest.Collector.CollectError(str(error)) from None


def items_of(target: Target, options: Options) -> list[Item]:
    """List what there is to test, in the order in which it is run; the same in every process."""
    require_known(target, BY_ID)
    require_known_vectors(target, BY_ID)
    session = Session(target, CHECKS, options)
    return [Item(session, check, subject) for check, subject in session.plan()]


def run_item(item: Item, request: pytest.FixtureRequest) -> None:
    """Run a check on a subject, and let pytest know: passed, skipped, expected to fail, or failed with the whole story.

    What is known to diverge, and what only SHOULD hold, is an expected failure: it is listed with its reason.
    """
    session = item.session
    target = session.target
    with Lab(target, session.options.profile) as lab:
        result = session.run_one(lab, item.check, item.subject)
    strict: bool = request.config.getoption("--conformance-strict")
    told = tell(target, session.options, [result])[0] if _is_worth_telling(result) else None
    failure = told.failures[0] if told is not None else None
    _note(request, target, result, None if failure is None else failure.id)
    if result.verdict == "N/A":
        pytest.skip(result.reason)
    if result.verdict == "DIVERGED":
        pytest.xfail(f"known to diverge: {result.reason}")
    if told is None:
        return
    if failure is not None:
        store(failure)
    if result.is_red(strict=strict) or is_vacuous(result, strict=strict):
        pytest.fail(block(told, target, Look()), pytrace=False)
    pytest.xfail(f"{item.check.level}, not MUST: {result.reason}")


def _is_worth_telling(result: Result) -> bool:
    return result.is_red(strict=True) or is_vacuous(result, strict=True)


def _note(request: pytest.FixtureRequest, target: Target, result: Result, case: str | None) -> None:
    """Note what JUnit reports show of a test besides its name."""
    properties: list[tuple[str, object]] = [("check", result.check.id), ("verdict", result.verdict)]
    for clause in clauses_of(target, result):
        properties += [("clause", clause.id), ("documented", f"{file_of(target, clause)}:{clause.origin.line}")]
    if case is not None:
        properties.append(("case", case))
    request.node.user_properties.extend(properties)


# --- the suite in somebody's own tests -------------------------------------------------------------------------------


def make_suite(
    plugin: Plugged,
    contract: str | Path | None,
    *,
    settings: Object | None,
    answer: Callable[[SentRequest], Answer] | None,
    options: Object,
) -> type:
    """Make the test class of a destination; see `conformance.destination_suite`."""

    class DestinationSuite:
        """A test for each check and each of its subjects."""

        def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
            if "item" not in metafunc.fixturenames:
                return  # a test that somebody has added
            with _told_in_a_sentence():
                target = target_of(plugin, _found(contract, metafunc))
                target = replace(target, settings={**target.settings, **(settings or {})}, answer=answer)
                items = items_of(target, options_of(metafunc.config, **options))
            metafunc.parametrize("item", items, ids=[item.id for item in items])

        def test(self, item: Item, request: pytest.FixtureRequest) -> None:
            run_item(item, request)

    return DestinationSuite


_CONTRACT_PLACES: Final = "the current directory, pytest's root directory and the test file's"


def _found(contract: str | Path | None, metafunc: pytest.Metafunc) -> Path | None:
    """Find a contract that is told relative to wherever its author was thinking of."""
    if contract is None:
        return None
    places: Sequence[Path] = (Path(), metafunc.config.rootpath, Path(metafunc.definition.path).parent)
    for place in places:
        if (place / contract).is_file():
            return place / contract
    raise ConfigurationError(f"there is no contract {contract}: looked for it from {_CONTRACT_PLACES}")
