"""What pytest finds by itself where this package is installed: options for `pytest --pyargs conformance`.

Importing it loads neither the runtime nor Hypothesis nor a check, so that it costs nothing where it is not used.
"""

from __future__ import annotations

from typing import Final

import pytest

_BUDGETS: Final = ("smoke", "ci", "nightly")
_PROFILES: Final = ("documented", "reference")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("conformance", "conformance of a destination with its documentation page")
    group.addoption(
        "--destination",
        metavar="NAME",
        help="with --pyargs conformance: an installed destination, a module or a file of Python",
    )
    group.addoption("--contract", metavar="FILE", help="its page or annex; default: those beside the plugin")
    group.addoption("--conformance-budget", choices=_BUDGETS, default=None, help="how much is tried; default: ci")
    group.addoption(
        "--conformance-profile",
        choices=_PROFILES,
        default=None,
        help="documented (default): the page is the law; reference: what Segment's runtime does",
    )
    group.addoption("--conformance-seed", type=int, default=None, metavar="N", help="other random values")
    group.addoption("--conformance-strict", action="store_true", help="fail for what SHOULD hold as well")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run the suite on nothing, which would look like success."""
    if config.option.pyargs and not config.option.destination and any(map(_is_suite, config.args)):
        raise pytest.UsageError(
            "--pyargs conformance needs to know which destination to run: add --destination NAME (see `actions list`)"
        )


def _is_suite(argument: str) -> bool:
    return argument.partition("::")[0] in ("conformance", "conformance.test_destination")
