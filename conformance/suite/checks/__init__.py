"""Every check, by subject; see `conformance.suite.model` for what one is."""

from __future__ import annotations

from typing import Any, Final

from conformance.suite.checks import (
    contract,
    engage,
    fields,
    hostile,
    mappings,
    purity,
    sending,
    settings,
    triggers,
    types,
    wire,
)
from conformance.suite.model import Check

CHECKS: Final[tuple[Check[Any], ...]] = (
    *contract.CHECKS,
    *fields.CHECKS,
    *types.CHECKS,
    *sending.CHECKS,
    *settings.CHECKS,
    *mappings.CHECKS,
    *wire.CHECKS,
    *purity.CHECKS,
    *hostile.CHECKS,
    *triggers.CHECKS,
    *engage.CHECKS,
)
"""In the order in which they run."""

BY_ID: Final = {check.id: check for check in CHECKS}
