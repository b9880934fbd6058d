"""Random cases, by Hypothesis: only what it generates is used, since cases are made smaller by `reduce`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
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

    try_one()
