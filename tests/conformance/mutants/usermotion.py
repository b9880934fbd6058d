"""All wrong versions of UserMotion: 45 in what it declares, 66 in what it does."""

from __future__ import annotations

from typing import Final

from conformance.mutants.model import Mutant
from tests.conformance.mutants import (
    usermotion_batch,
    usermotion_declarations,
    usermotion_requests,
    usermotion_runs,
    usermotion_values,
)

DECLARATIONS: Final[tuple[Mutant, ...]] = usermotion_declarations.MUTANTS
CODE: Final[tuple[Mutant, ...]] = (
    *usermotion_requests.MUTANTS,
    *usermotion_runs.MUTANTS,
    *usermotion_values.MUTANTS,
    *usermotion_batch.MUTANTS,
)
MUTANTS: Final = (*DECLARATIONS, *CODE)
