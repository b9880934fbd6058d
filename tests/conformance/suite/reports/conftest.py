from __future__ import annotations

import pytest

from conformance.suite.engine import Report
from tests.conformance.suite.reports import runs


@pytest.fixture(scope="session")
def kept() -> Report:
    """A run of UserMotion as it is."""
    return runs.run(runs.as_it_is())


@pytest.fixture(scope="session")
def broken() -> Report:
    """A run of UserMotion whose identify action needs no email and loses the anonymous ID."""
    return runs.run(runs.broken())
