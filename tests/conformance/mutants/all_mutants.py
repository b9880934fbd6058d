"""All mutants, in sets: what each is a wrong version of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from conformance.mutants.model import Mutant
from conformance.suite.target import Target, find_target
from tests.conformance.mutants import bounds, contracts, roster, segment, usermotion, usermotion_batch, webhook


@dataclass(frozen=True)
class MutantSet:
    """Wrong versions of one thing."""

    right: Callable[[], Target]
    """Gives it without a mistake."""
    mutants: Sequence[Mutant]
    parts: Mapping[str, Sequence[Mutant]] = field(default_factory=dict)
    """The same mutants by where the mistake is, where that is told apart."""


def _usermotion() -> Target:
    return find_target("usermotion")


def _with_batches() -> Target:
    return usermotion_batch.with_batch()(_usermotion())


SETS: Final[Mapping[str, MutantSet]] = {
    "usermotion": MutantSet(
        _usermotion, usermotion.MUTANTS, {"declarations": usermotion.DECLARATIONS, "code": usermotion.CODE}
    ),
    "contracts": MutantSet(_usermotion, contracts.MUTANTS),
    "segment": MutantSet(_with_batches, segment.MUTANTS),
    "roster": MutantSet(lambda: find_target("roster"), roster.MUTANTS),
    "bounds": MutantSet(bounds.with_bounds, bounds.MUTANTS),
    "webhook": MutantSet(lambda: find_target("webhook"), webhook.MUTANTS),
}
