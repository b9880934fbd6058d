"""Events that are made to be taken by default mappings, and values that arrive in another form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions_core import ExecuteInput, Request
from conformance.suite.checks import BY_ID
from conformance.suite.checks.mappings import event_for
from conformance.suite.engine import Options, Result, Session
from conformance.suite.target import Target, find_target
from tests.conformance.suite.checks.test_bounds import target


def results(check: str, subject: Target) -> dict[str, Result]:
    return {one.subject: one for one in Session(subject, [BY_ID[check]], Options(budget="smoke")).run().results}


@pytest.mark.parametrize("turned", [False, True])
def test_a_default_that_holds_another_does_not_take_its_place(turned: bool) -> None:
    (action,) = target().cloud_actions
    mapping = {"code": {"@path": "$.properties.code"}, "player": {"@path": "$.properties"}}
    given = dict(reversed(mapping.items())) if turned else mapping
    event = event_for(action, {"type": "track"}, given)
    assert event["properties"]["code"] == "rt-1"  # of 2 to 4 characters
    assert event["properties"]["name"] == "player_name Wert-1"


def changed(field: str, change: Any) -> Target:
    """Give Roster with one field of its members written in another form."""
    found = find_target("roster")
    action = found.destination.actions["syncMember"]

    async def perform(request: Request, data: ExecuteInput[Any, Any]) -> object:
        value = getattr(data.payload, field)
        payload = replace(data.payload, **{field: change(value)}) if value else data.payload
        return await action.perform(request, replace(data, payload=payload))

    actions = {**found.destination.actions, "syncMember": replace(action, perform=perform)}
    return replace(found, destination=replace(found.destination, actions=actions))


def test_a_list_that_is_joined_is_noticed() -> None:
    assert results("field.list.verbatim", find_target("roster"))["syncMember.tags"].verdict == "PASS"
    result = results("field.list.verbatim", changed("tags", ",".join))["syncMember.tags"]
    assert result.verdict == "FAIL"


def test_a_moment_that_is_cut_to_its_day_is_noticed() -> None:
    assert results("field.datetime.verbatim", find_target("roster"))["syncMember.joinedAt"].verdict == "PASS"
    result = results("field.datetime.verbatim", changed("joinedAt", lambda moment: str(moment)[:10]))
    assert result["syncMember.joinedAt"].verdict == "FAIL"
