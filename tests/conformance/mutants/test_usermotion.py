"""Every mutant of UserMotion is a mistake that loads and that somebody could notice; nothing here asks the suite."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from actions_core.check import check_destination
from conformance.mutants.model import Mutant
from conformance.suite.target import Target, find_target
from tests.conformance.mutants.observe import Experiments, observe
from tests.conformance.mutants.usermotion import CODE, DECLARATIONS, MUTANTS
from tests.conformance.mutants.usermotion_batch import with_batch

USER: dict[str, Any] = {
    "userId": " u-1 ",
    "anonymousId": "a-1",
    "email": "Mira@Northlight.example",
    "traits": {
        "email": "old@northlight.example",
        "plan": "Größe",
        "camelCase": 1,
        "_hidden": "x",
        "": "empty",
        "off": False,
        "none": None,
        "zero": 0,
        "large": 9007199254740991,
        "list": [],
    },
}
COMPANY = {"groupId": "g-1", "userId": "u-1", "anonymousId": "a-1", "traits": {"id": "t-1"}}
ACTIVITY: dict[str, Any] = {
    "eventName": "Order " * 60,
    "userId": "u-1",
    "anonymousId": "a-1",
    "context": {"page": {"path": "/"}, "on": True},
    "properties": {"event": "mine", "price": float("nan"), "count": 3},
}
CONTEXT = {"ip": "192.0.2.14", "groupId": "c-1", "page": {"path": "/"}}
EXPERIMENTS = Experiments(
    settings={"apiKey": "k3y-One"},
    other_settings={"apiKey": "k3y-Two"},
    events=[
        {
            "type": "identify",
            "userId": "u-1",
            "anonymousId": "a-1",
            "email": "event@northlight.example",
            "traits": {"email": "trait@northlight.example", "order_completed_last_30days": False},
            "context": {
                "personas": {"computation_key": "order_completed_last_30days", "computation_class": "audience"}
            },
        },
        {"type": "identify", "userId": "u-1", "email": "event@northlight.example"},
        {"type": "group", "groupId": "g-1", "traits": {"id": "t-1"}, "properties": {}, "context": CONTEXT},
        {
            "type": "track",
            "event": "Signed Up",
            "userId": "u-1",
            "properties": {"a": 1},
            "traits": {},
            "context": CONTEXT,
        },
        {"type": "track", "userId": "u-1", "traits": {"email": "trait@northlight.example"}},
        {"type": "page", "name": "Pricing", "anonymousId": "a-1"},
        {"type": "screen", "name": "Home", "userId": "u-2"},
        {"type": "alias", "userId": "u-2", "previousId": "u-1", "traits": {"email": "trait@northlight.example"}},
    ],
    inputs={
        "identify": [
            USER,
            {"userId": "u-1", "email": "a@b.example"},
            {"userId": "u-1", "email": "a@b.example", "traits": {}},
            {"userId": "u-1"},
            {"email": "a@b.example"},
        ],
        "group": [COMPANY, {"groupId": "g-1"}, {}],
        "track": [ACTIVITY, {"eventName": "Signed Up"}, {}],
    },
)


@cache
def clean() -> Target:
    return find_target("usermotion")


@cache
def right(*, with_batches: bool) -> dict[str, str]:
    """Give what is seen of UserMotion, or of UserMotion as it would be with batches."""
    return observe(with_batch()(clean()) if with_batches else clean(), EXPERIMENTS)


def test_there_are_as_many_mutants_as_the_suite_is_measured_with() -> None:
    assert (len(DECLARATIONS), len(CODE)) == (45, 66)
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS) == 111


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_loads(mutant: Mutant) -> None:
    assert check_destination(mutant.apply(clean()).destination) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_can_be_noticed(mutant: Mutant) -> None:
    expected = right(with_batches=mutant.group == "batch")

    found = observe(mutant.apply(clean()), EXPERIMENTS)

    assert {name for name in expected if found[name] != expected[name]}


def test_what_is_no_mutant_looks_the_same_every_time() -> None:
    assert observe(clean(), EXPERIMENTS) == right(with_batches=False)


def test_an_event_that_is_sent_in_batches_is_sent_as_it_is_alone() -> None:
    alone, batched = right(with_batches=False), right(with_batches=True)

    assert {name for name in alone if batched[name] != alone[name]} == {"metadata"}
