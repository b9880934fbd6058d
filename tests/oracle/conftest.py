"""Fixtures of the tests that ask Segment's own runtime."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how much was compared; `make fuzz` adds it up."""
    if Oracle.asked:
        counts = ", ".join(f"{count:,} {op}" for op, count in sorted(Oracle.asked.items()))
        terminalreporter.write_line(f"asked Segment's runtime: {counts}")


def pytest_sessionfinish() -> None:
    """Leave the counts where `make fuzz` asked for them."""
    if file := os.environ.get("ACTIONS_FUZZ_COUNTS"):
        Path(file).write_text("\n".join(f"{op} {count}" for op, count in Oracle.asked.items()), "utf-8")
