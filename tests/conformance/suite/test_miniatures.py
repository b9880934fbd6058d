"""The suite on destinations that are wrong as a whole: each gets the verdicts that it deserves, and no gentler ones.

A miniature has UserMotion's page and declarations, and another way to run: it sends nothing, refuses everything, takes
everything, and so on.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from actions_core import Destination, ExecuteInput, IntegrationError, PayloadValidationError, Request
from actions_core.fields import InputField
from conformance.suite.checks import CHECKS
from conformance.suite.engine import RED, Options, Report, Session
from conformance.suite.target import Target, find_target

Perform = Callable[[Request, ExecuteInput[Any, Any]], Awaitable[object]]


@cache
def usermotion() -> Target:
    return find_target("usermotion")


def running(perform: Callable[[str, Perform], Perform], *, loose: bool = False) -> Target:
    """Give UserMotion with another way to perform each action, and with `loose` without any field being checked."""
    target = usermotion()
    destination: Destination[Any] = target.destination
    actions = {
        slug: replace(
            action,
            perform=perform(slug, action.perform),
            payload=_loose(action.fields) if loose else action.payload,
        )
        for slug, action in destination.actions.items()
    }
    return replace(target, destination=replace(destination, actions=actions))


def _loose(fields: Mapping[str, InputField]) -> dict[str, InputField]:
    return {key: field.model_copy(update={"required": False}) for key, field in fields.items()}


def smoke(target: Target) -> Report:
    return Session(target, CHECKS, Options(budget="smoke", phases=("vectors", "boundary"), reduce=False)).run()


@cache
def red(name: str) -> frozenset[str]:
    return frozenset(result.check.id for result in smoke(MINIATURES[name]).results if result.verdict in RED)


def _null(slug: str, perform: Perform) -> Perform:
    async def nothing(request: Request, data: ExecuteInput[Any, Any]) -> None: ...

    return nothing


def _refuses(slug: str, perform: Perform) -> Perform:
    async def refuse(request: Request, data: ExecuteInput[Any, Any]) -> None:
        raise PayloadValidationError("no")

    return refuse


def _accepts(slug: str, perform: Perform) -> Perform:
    async def send(request: Request, data: ExecuteInput[Any, Any]) -> object:
        # Whatever comes, an answer is a success.
        body = data.payload if isinstance(data.payload, dict) else vars(data.payload)
        return await request.post("https://api.usermotion.com/v1/any", json=body, throw_http_errors=False)

    return send


def _lies(slug: str, perform: Perform) -> Perform:
    return perform


def _leaks(slug: str, perform: Perform) -> Perform:
    async def send(request: Request, data: ExecuteInput[Any, Any]) -> object:
        logging.getLogger("leaky").debug("sending with %s", data.settings.apiKey)
        try:
            return await perform(request, data)
        except Exception as error:
            raise IntegrationError(f"failed with {data.settings.apiKey}", "LEAK", 500) from error

    return send


def _forgets(slug: str, perform: Perform) -> Perform:
    seen: list[object] = []

    async def send(request: Request, data: ExecuteInput[Any, Any]) -> object:
        # Every second event is forgotten.
        seen.append(data.payload)
        return await perform(request, data) if len(seen) % 2 else None

    return send


def _lying() -> Target:
    target = running(_lies)
    destination = target.destination
    (first, *others) = destination.presets
    wrong = replace(first, trigger='type = "screen"')
    return replace(
        target, destination=replace(destination, name="UserMotion", calls=("identify",), presets=(wrong, *others))
    )


MINIATURES: dict[str, Target] = {}


@pytest.fixture(autouse=True, scope="module")
def _make() -> None:
    MINIATURES.update(
        null=running(_null),
        always_refuses=running(_refuses),
        always_accepts=running(_accepts, loose=True),
        lies_about_contract=_lying(),
        leaky=running(_leaks),
        amnesiac=running(_forgets),
    )


DESERVED = {
    "null": {
        "field.influence", "field.object.verbatim", "field.value.verbatim", "request.exactly_one", "setting.used",
        "wire.body", "wire.golden", "wire.headers", "wire.method_url", "engage.value.bool",
    },
    "always_refuses": {
        "field.optional.absent", "field.required.missing", "field.type.accept", "mapping.default.delivered",
        "preset.delivers", "setting.required.missing", "wire.golden", "engage.value.bool",
    },
    "always_accepts": {
        "contract.fields.equal", "field.required.missing", "field.required.null", "field.required.blank",
        "http.taxonomy", "wire.body", "wire.method_url", "wire.golden",
    },
    "lies_about_contract": {
        "contract.identity.equal", "contract.calls.equal", "contract.presets.equal", "preset.trigger.exact",
        "integrations.named",
    },
    "leaky": {"setting.secret.logs", "setting.secret.errors"},
    "amnesiac": {"request.exactly_one", "field.value.verbatim"},
}  # fmt: skip


@pytest.mark.parametrize("name", DESERVED)
def test_a_miniature_gets_the_verdicts_that_it_deserves(name: str) -> None:
    missing = DESERVED[name] - red(name)
    assert not missing, f"{name} got away with {sorted(missing)}"


def test_what_is_not_wrong_is_not_blamed() -> None:
    assert all(check.startswith(("setting.secret.", "http.", "error.")) for check in red("leaky"))
    assert not {check for check in red("lies_about_contract") if check.startswith(("field.", "wire.method", "event."))}


def test_usermotion_itself_is_clean() -> None:
    report = smoke(usermotion())
    assert [(one.check.id, one.subject, one.reason) for one in report.results if one.verdict in RED] == []
    assert not [one.check.id for one in report.results if one.verdict == "VACUOUS"]
    assert report.exit_status() == 0
