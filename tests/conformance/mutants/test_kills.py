"""The suite notices every mutant, without a random case: each is killed by a value that is there every time."""

from __future__ import annotations

from functools import cache

import pytest

from conformance.mutants.matrix import Hunt
from conformance.mutants.model import Mutant
from conformance.suite.checks import CHECKS
from conformance.suite.engine import RED
from tests.conformance.mutants.all_mutants import SETS

ALL = [(name, mutant) for name, one in SETS.items() for mutant in one.mutants]
ALIVE = [(name, mutant) for name, mutant in ALL if not mutant.equivalent]


@cache
def hunt(name: str) -> Hunt:
    return Hunt(SETS[name].right(), CHECKS)


@pytest.mark.parametrize(("name", "mutant"), [pytest.param(*one, id=f"{one[0]}-{one[1].id}") for one in ALIVE])
def test_a_mutant_is_noticed(name: str, mutant: Mutant) -> None:
    fate = hunt(name).fate(mutant, fast=True)

    assert fate.is_dead, f"nothing notices that {mutant.mistake}"


@pytest.mark.parametrize("name", SETS)
def test_what_has_no_mistake_keeps_its_contract(name: str) -> None:
    assert {key: verdict for key, verdict in hunt(name).clean.items() if verdict in RED or verdict == "VACUOUS"} == {}


def test_hardly_any_mutant_is_said_to_be_equivalent() -> None:
    equivalent = [mutant for _, mutant in ALL if mutant.equivalent]

    assert len(equivalent) <= 0.03 * len(ALL)
