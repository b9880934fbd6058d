"""What pytest finds by itself where this package is installed: the fixture `destination_tester`.

Importing it loads neither the runtime nor a destination, so that it costs nothing where it is not used. That is why it
is not part of `actions_core`, whose parts all bring the whole runtime along.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from actions_core.testing import DestinationTester, TesterFactory


@pytest.fixture
def destination_tester(request: pytest.FixtureRequest) -> Iterator[TesterFactory]:
    """Make testers of destinations, with the arguments of `actions_core.testing.DestinationTester`.

    For the whole test nothing leaves the machine, and the test fails if it scripted an answer that no request asked
    for.
    """
    from actions_core.testing import DestinationTester, no_network  # noqa: PLC0415 - see above

    testers: list[DestinationTester[Any]] = []

    def make(*arguments: Any, **options: Any) -> DestinationTester[Any]:
        tester: DestinationTester[Any] = DestinationTester(*arguments, **options)
        testers.append(tester)
        return tester

    failures_before = request.session.testsfailed
    with no_network():
        yield make
    unused = sum(len(tester.unused_answers) for tester in testers)
    # A test that failed has stopped early: its own failure tells more.
    if unused and request.session.testsfailed == failures_before:
        raise AssertionError(f"the partner was told {unused} answers that no request asked for")
