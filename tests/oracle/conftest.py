"""Fixtures of the tests that ask Segment's own runtime."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.client import Oracle, unavailable


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """One process for a module's questions; its tests are skipped, with the reason, where it cannot run."""
    reason = unavailable()
    if reason is not None:
        pytest.skip(reason)
    with Oracle() as process:
        yield process
