"""The checks of the Integrations object and of accepted calls: each mistake is noticed by the check that is about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions_core.rules.call_types import refuse_call_type
from actions_core.rules.integrations import FILTERED, SENT, Routing, route
from conformance.suite.checks import integrations
from conformance.suite.engine import RED
from tests.conformance.suite.checks.trying import (
    CLEAN,
    clean,
    failure,
    results,
    verdicts,
    with_destination,
    with_platform,
)

IDS = [check.id for check in integrations.CHECKS]


@pytest.mark.parametrize("check", IDS)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_pass(name: str, check: str) -> None:
    not_accepted = check == "integrations.alias" and name == "roster"
    assert verdicts(clean(name), check, budget="ci") == {"N/A" if not_accepted else "PASS"}


def test_both_sides_of_the_name_and_of_each_call_are_tried() -> None:
    for check in ("integrations.named", "calls.accepted"):
        assert {result.sides for result in results(clean("usermotion"), check)} == {frozenset({"inside", "outside"})}
    assert {clause for result in results(clean("usermotion"), "integrations.named") for clause in result.clauses} == {
        "identity/name"
    }
    calls = ["page", "alias", "group", "identify", "track"]
    assert [result.clauses for result in results(clean("usermotion"), "calls.accepted")] == [
        (f"identity/call/{call}",) for call in calls
    ]


@pytest.mark.parametrize("check", ["integrations.named", "integrations.precedence"])
@pytest.mark.parametrize("name", ["UserMotion", "usermotion (actions)", "actions-usermotion"])
def test_another_name_than_the_pages_is_noticed(name: str, check: str) -> None:
    target = with_destination(clean("usermotion"), lambda destination: replace(destination, name=name))
    found = failure(target, check).found
    assert found is not None
    assert "'UserMotion (Actions)'" in found.broken.expected


def ignoring_case(given: object, name: str) -> Routing:
    if isinstance(given, dict):
        given = {name if key.lower() == name.lower() else key: value for key, value in given.items()}
    return route(given, name)


def ignoring_all(given: object, name: str) -> Routing:
    return route(
        {key: value for key, value in given.items() if key != "All"} if isinstance(given, dict) else given, name
    )


def all_beats_names(given: object, name: str) -> Routing:
    return FILTERED if isinstance(given, dict) and given.get("All") is False else route(given, name)


def falsy_is_no(given: object, name: str) -> Routing:
    return FILTERED if isinstance(given, dict) and not given.get(name, True) else route(given, name)


def only_objects(given: object, name: str) -> Routing:
    return FILTERED if given is None else route(given, name)


def nothing_is_blocked(_given: object, _name: str) -> Routing:
    return SENT


@pytest.mark.parametrize(
    ("check", "wrong"),
    [
        ("integrations.named", nothing_is_blocked),
        ("integrations.all", ignoring_all),
        ("integrations.precedence", all_beats_names),
        ("integrations.case", ignoring_case),
        ("integrations.malformed", falsy_is_no),
        ("integrations.malformed", only_objects),
    ],
)
def test_another_reading_of_the_integrations_object_is_noticed(check: str, wrong: Callable[..., Routing]) -> None:
    failure(with_platform(clean("usermotion"), route=wrong), check)


def test_a_crash_is_red() -> None:
    def crash(given: Any, name: str) -> Routing:
        return SENT if given.get(name, True) else FILTERED

    assert verdicts(with_platform(clean("usermotion"), route=crash), "integrations.malformed") <= RED


def test_alias_calls_that_go_everywhere_are_shown() -> None:
    (result,) = results(with_platform(clean("usermotion"), route=nothing_is_blocked), "integrations.alias")
    assert result.verdict == "INFO"
    assert not result.is_red(strict=True)


def test_a_call_that_is_refused_though_the_page_accepts_it_is_noticed() -> None:
    target = with_destination(
        clean("usermotion"), lambda one: replace(one, calls=("page", "group", "identify", "track"))
    )
    assert failure(target, "calls.accepted").subject == "identity/call/alias"


def test_a_call_that_is_accepted_though_the_page_does_not_is_noticed() -> None:
    target = with_destination(clean("usermotion"), lambda one: replace(one, calls=(*one.calls, "screen")))
    found = failure(target, "calls.accepted").found
    assert found is not None
    assert found.case == {"type": "screen"}


def test_a_segment_that_reads_types_in_any_case_is_noticed() -> None:
    def lenient(event: Any, calls: Any) -> Any:
        kind = event.get("type")
        return refuse_call_type({**event, "type": kind.lower() if isinstance(kind, str) else kind}, calls)

    failure(with_platform(clean("usermotion"), refuse_call_type=lenient), "calls.accepted")
