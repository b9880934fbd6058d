"""Random cases, by Hypothesis: only what it generates is used, since cases are made smaller by `reduce`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from hypothesis.strategies import SearchStrategy

from actions_core.js import Object


def examples(strategy: SearchStrategy[Any], attempt: Callable[[Object], bool], *, count: int, seed: int) -> None:
    """Try `count` cases of a strategy, or as many as it has, until `attempt` says that it has seen enough."""
    more = True

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        # The others show a bad generator; that the machine is busy says nothing about it.
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy)
    def try_one(case: Any) -> None:
        nonlocal more
        if more:
            more = attempt(case)

    with _nothing_left_behind():
        try_one()


@contextmanager
def _nothing_left_behind() -> Iterator[None]:
    """Keep what Hypothesis writes even without a database, such as tables of characters, out of the current folder.

    Tests of an author's own, in the same process, have the folder afterwards that they had before.
    """
    if os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY"):
        yield
        return
    before = storage_directory(intent_to_write=False).home_directory
    with TemporaryDirectory(prefix="conformance-") as directory:
        set_hypothesis_home_dir(directory)
        try:
            yield
        finally:
            set_hypothesis_home_dir(before)
