"""Known divergences: what they take, and what an annex may say of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from actions_core.errors import ConfigurationError
from conformance.contracts import Divergence
from conformance.suite.checks import BY_ID
from conformance.suite.divergences import OF_SEGMENT, PREDICATES, divergences_for, is_over, is_taken, require_known
from conformance.suite.model import Whole
from tests.conformance.suite import tiny


def divergence(where: str, witness: dict[str, Any] | None = None, **changes: Any) -> Divergence:
    given: dict[str, Any] = {"check": "field.required.missing", "subject": None, "reason": "a reason of some length"}
    return Divergence(**{**given, "where": where, "witness": witness or {}, **changes})


@pytest.mark.parametrize(
    ("where", "case", "taken"),
    [
        ("list-of-an-empty-value", {"value": [None]}, True),
        ("list-of-an-empty-value", {"value": [""]}, True),
        ("list-of-an-empty-value", {"value": [False]}, False),
        ("list-of-an-empty-value", {"value": [None, None]}, False),
        ("list-of-an-empty-value", {}, False),
        ("blank", {"value": ""}, True),
        ("blank", {"value": None}, True),
        ("blank", {"value": False}, False),
        ("blank", {"value": 0}, False),
        ("blank", {}, False),
        ("mixed-conjunctions", {"trigger": 'a = 1 and b = 2 or c = 3'}, True),
        ("mixed-conjunctions", {"trigger": 'a = 1 or c = 3'}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_predicate_takes_the_cases_that_it_is_about(where: str, case: dict[str, Any], taken: bool) -> None:
    assert is_taken(case, [divergence(where)]) is taken


def test_the_witness_alone_is_taken_where_nothing_else_is_said_and_true_is_not_one() -> None:
    one = divergence("witness", {"value": 1})
    assert is_taken({"value": 1}, [one])
    assert not is_taken({"value": True}, [one])
    assert not is_taken({"value": 1, "more": 2}, [one])


def test_an_annex_names_only_checks_that_there_are() -> None:
    target = tiny.target(divergences=(divergence("witness", check="field.requird"),), annex="contract.toml")
    with pytest.raises(
        ConfigurationError, match=r"contract.toml: the divergence about field.requird: there is no such"
    ):
        require_known(target, BY_ID)


def test_an_annex_names_only_predicates_that_there_are() -> None:
    target = tiny.target(divergences=(divergence("sometimes"),), annex="contract.toml")
    with pytest.raises(ConfigurationError, match="where is 'sometimes'; expected one of witness, "):
        require_known(target, BY_ID)


def test_a_divergence_is_of_its_check_and_its_subject() -> None:
    everywhere, elsewhere = divergence("witness"), divergence("witness", subject="send.note")
    target = tiny.diverging(everywhere, elsewhere)
    assert divergences_for(target, "field.required.missing", Whole("send.userId")) == [everywhere]
    assert divergences_for(target, "field.required.missing", Whole("send.note")) == [everywhere, elsewhere]
    assert divergences_for(target, "field.optional.absent", Whole("send.note")) == []


def test_a_divergence_holds_on_its_last_day() -> None:
    one = divergence("witness", until=date(2026, 5, 1))
    assert not is_over(one, date(2026, 5, 1))
    assert is_over(one, date(2026, 5, 2))
    assert not is_over(divergence("witness"), date(2999, 1, 1))


@pytest.mark.parametrize("one", OF_SEGMENT, ids=lambda one: f"{one.check}-{one.where}")
def test_what_diverges_in_segment_is_about_a_check_and_takes_its_own_witness(one: Divergence) -> None:
    assert one.check in BY_ID
    assert one.where in PREDICATES
    assert is_taken(one.witness, [one])
    assert len(one.reason) >= 20
