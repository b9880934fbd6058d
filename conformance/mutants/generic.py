"""Mutants of any destination, made from its contract and from what it sends.

They tell whether a contract is strong enough: which mistakes would it not notice? Each of these mutants knows what
would have told it: the page, the annex, or nothing but what holds for every destination.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from actions_core.check import check_destination
from conformance.mutants.generic_code import code_mutants
from conformance.mutants.generic_declarations import declaration_mutants
from conformance.mutants.generic_requests import request_mutants
from conformance.mutants.matrix import Fate
from conformance.mutants.model import Mutant
from conformance.suite.model import Source
from conformance.suite.target import Target

ADVICE: Final[Mapping[Source, str]] = {
    "page": "the page could tell it: a row, a sentence, a trigger",
    "catalog": "the annex could tell it: [actions.SLUG.fields.KEY] with the field's default, choices, format, …",
    "wire": "the annex could tell it: [actions.SLUG.wire], [wire.headers], [wire.probe], or a [[golden]] event",
    "runtime": "no contract tells it; if it is no mistake here, nothing has to be done",
}
"""What its author can do about a mutant that nothing has noticed."""


def generic_mutants(target: Target) -> tuple[Mutant, ...]:
    """Make all mutants of a destination that load; what cannot be loaded needs no suite."""
    made = (*declaration_mutants(target), *request_mutants(target), *code_mutants(target))
    return tuple(mutant for mutant in made if not check_destination(mutant.apply(target).destination))


def survivors_by_source(fates: Iterable[Fate]) -> dict[Source, list[Mutant]]:
    """Give what nothing has noticed by what could have told it."""
    found: dict[Source, list[Mutant]] = {}
    for fate in fates:
        if not fate.is_dead:
            found.setdefault(fate.mutant.told_by or "runtime", []).append(fate.mutant)
    return found
