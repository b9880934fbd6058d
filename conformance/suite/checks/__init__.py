"""Every check, by subject; see `conformance.suite.model` for what one is."""

from __future__ import annotations

from typing import Any, Final

from conformance.suite.checks import (
    batch,
    concurrency,
    contract,
    engage,
    errors,
    fields,
    hostile,
    http,
    integrations,
    mappings,
    options,
    plugin,
    purity,
    reach,
    redirects,
    sending,
    settings,
    tokens,
    triggers,
    types,
    wire,
)
from conformance.suite.model import Check

CHECKS: Final[tuple[Check[Any], ...]] = (
    *contract.CHECKS,
    *fields.CHECKS,
    *types.CHECKS,
    *options.CHECKS,
    *sending.CHECKS,
    *reach.CHECKS,
    *settings.CHECKS,
    *tokens.CHECKS,
    *mappings.CHECKS,
    *wire.CHECKS,
    *purity.CHECKS,
    *hostile.CHECKS,
    *triggers.CHECKS,
    *engage.CHECKS,
    *batch.CHECKS,
    *http.CHECKS,
    *redirects.CHECKS,
    *errors.CHECKS,
    *integrations.CHECKS,
    *concurrency.CHECKS,
    *plugin.CHECKS,
)
"""In the order in which they run."""

BY_ID: Final = {check.id: check for check in CHECKS}
