"""Conformance of destinations: their contracts, and the suite that proves whether they are kept.

from conformance import destination_suite
from mydest import plugin

TestMyDest = destination_suite(plugin, contract="mydest/contract.toml")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from actions_core.testing import Answer, SentRequest
    from conformance.suite.engine import Budget
    from conformance.suite.lab import Profile

__all__ = ["destination_suite"]


def destination_suite(
    plugin: object,
    contract: str | Path | None = None,
    *,
    budget: Budget | None = None,
    profile: Profile | None = None,
    only: tuple[str, ...] = (),
    settings: dict[str, Any] | None = None,
    answer: Callable[[SentRequest], Answer] | None = None,
) -> type:
    """Make a test class for pytest: a test for each check of the suite and each thing that it looks at.

    `plugin` is the module that contributes the destination, or the destination itself; it need not be installed.
    `contract` is its page or its annex, from the current directory, pytest's root directory or the test file on;
    without one they are those beside the plugin. The command line's options beat `budget` and `profile`. `settings`
    are used instead of made-up ones; `answer` is a partner that is content with everything, where 200 and an empty
    JSON object is not what the real one says.
    """
    # Not before it is needed: whoever reads a contract needs neither pytest nor Hypothesis.
    from conformance.suite.testing import make_suite  # noqa: PLC0415

    options: dict[str, Any] = {"budget": budget, "profile": profile, "only": only}
    given = {name: value for name, value in options.items() if value is not None}
    return make_suite(plugin, contract, settings=settings, answer=answer, options=given)
