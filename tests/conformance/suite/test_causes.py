"""One bug is one block: what is put together as one cause, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions_core import ExecuteInput, Request
from conformance.suite.checks import BY_ID
from conformance.suite.engine import Options, Session
from conformance.suite.failures import Group, by_cause
from conformance.suite.target import Target, find_target


def groups(target: Target, *checks: str) -> list[Group]:
    report = Session(target, [BY_ID[check] for check in checks], Options(budget="smoke")).run()
    return by_cause(target, [one for one in report.results if one.is_red(strict=True)])


def test_what_every_action_fails_alike_is_told_once() -> None:
    found = find_target("usermotion")
    common = found.destination.extend_request
    assert common is not None
    lenient = replace(found.destination, extend_request=lambda data: replace(common(data), throw_http_errors=False))
    (group,) = groups(replace(found, destination=lenient), "http.taxonomy")
    assert {one.subject for one in group.results} == {"identify", "group", "track"}
    assert group.cause.place is not None
    assert "what every request has in common" in str(group.cause.place)


def broken_identify(perform: Any) -> Target:
    found = find_target("usermotion")
    actions = {**found.destination.actions}
    actions["identify"] = replace(actions["identify"], perform=perform)
    return replace(found, destination=replace(found.destination, actions=actions))


def test_what_is_made_of_the_answer_hides_under_nothing_that_is_sent() -> None:
    async def perform(request: Request, data: ExecuteInput[Any, Any]) -> object:
        user = data.payload
        anonymous = user.anonymousId or user.userId  # a fallback that nobody has promised
        return await request.post(
            "https://api.usermotion.com/v1/identify",
            json={
                "id": user.userId,
                "anonymousId": anonymous,
                "properties": {**(user.traits or {}), "email": user.email},
            },
            throw_http_errors=False,
        )

    found = groups(broken_identify(perform), "field.isolation.absent", "http.taxonomy")
    assert sorted(one.check.id for group in found for one in group.results[:1]) == [
        "field.isolation.absent",
        "http.taxonomy",
    ]


def test_what_must_hold_leads_what_only_should() -> None:
    async def perform(request: Request, data: ExecuteInput[Any, Any]) -> object:
        return await request.post("https://api.usermotion.com/v1/identify", json={"id": data.payload.userId})

    for group in groups(broken_identify(perform), "idempotent.resend", "wire.body", "field.precedence", "wire.headers"):
        levels = [one.check.level for one in group.results]
        assert levels == sorted(levels)  # MUST before SHOULD
