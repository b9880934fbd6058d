"""The suite as tests: `pytest --pyargs conformance --destination NAME`."""

from __future__ import annotations

import pytest

from conformance.suite.testing import Item, items_for, options_of, run_item


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each check and each of its subjects."""
    config = metafunc.config
    name = config.getoption("--destination")
    if not name:
        raise pytest.Collector.CollectError("say which destination to run: --destination NAME (see `actions list`)")
    items = items_for(name, config.getoption("--contract"), options_of(config))
    metafunc.parametrize("item", items, ids=[item.id for item in items])


def test(item: Item, request: pytest.FixtureRequest) -> None:
    """Try one check on one subject."""
    run_item(item, request)
