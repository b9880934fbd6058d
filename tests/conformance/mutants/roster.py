"""All wrong versions of Roster: in what it declares, in the members and orders that it sends, in its batches."""

from __future__ import annotations

from typing import Final

from conformance.mutants.model import Mutant
from tests.conformance.mutants import roster_account, roster_batches, roster_declarations, roster_requests

MUTANTS: Final[tuple[Mutant, ...]] = (
    *roster_declarations.MUTANTS,
    *roster_requests.MUTANTS,
    *roster_batches.MUTANTS,
    *roster_account.MUTANTS,
)
