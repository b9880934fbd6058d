"""Runs that reports are made of: UserMotion as it is, and wrong in several ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from actions_core import MISSING, ExecuteInput, Field, Missing, Object, Request, Response, coalesce, path
from conformance.contracts import Divergence
from conformance.suite.checks import CHECKS
from conformance.suite.engine import Options, Report, Result, Session, Verdict
from conformance.suite.model import Broken, Kept, OnClause, check
from conformance.suite.target import Target, find_target, target_of
from destinations import usermotion
from destinations.usermotion.actions import AnonymousId, IdentifyPayload, UserId
from destinations.usermotion.settings import API, Settings


def run(target: Target, **options: Any) -> Report:
    """Run every check with fixed values only, which takes a second or two."""
    return Session(target, CHECKS, Options(budget="smoke", **options)).run()


def as_it_is() -> Target:
    return find_target("usermotion")


@dataclass(frozen=True, kw_only=True)
class CarelessPayload:
    """As IdentifyPayload, but nobody has to have an email address."""

    userId: UserId
    anonymousId: AnonymousId | Missing = MISSING
    email: (
        Annotated[
            str,
            Field("Email", "The email address of the identified user", default=coalesce("$.traits.email", "$.email")),
        ]
        | Missing
    ) = MISSING
    traits: (
        Annotated[Object, Field("Traits", "Traits to associate with the user", default=path("$.traits"))] | Missing
    ) = MISSING


async def careless(request: Request, data: ExecuteInput[CarelessPayload, Settings]) -> Response:
    """Identify, and lose the anonymous ID."""
    user = data.payload
    return await request.post(
        f"{API}/identify", json={"id": user.userId, "properties": {**(user.traits or {}), "email": user.email}}
    )


async def leaky(request: Request, data: ExecuteInput[IdentifyPayload, Settings]) -> Response:
    """Tell everybody the key: in the URL, in the body, and in an error."""
    key = data.settings.apiKey
    await request.post(f"{API}/identify?key={key}", json={"id": data.payload.userId, "key": key, key: 1})
    raise RuntimeError(f"cannot go on with {key}")


def broken(perform: Callable[..., Any] = careless, payload: type[Any] = CarelessPayload) -> Target:
    """Give UserMotion with another identify action."""
    target = as_it_is()
    identify = replace(target.destination.actions["identify"], perform=perform, payload=payload)
    actions = {**target.destination.actions, "identify": identify}
    return replace(target, destination=replace(target.destination, actions=actions))


def with_page(directory: Path, change: Callable[[str], str]) -> Target:
    """Give UserMotion with another page, and no annex."""
    file = directory / "page.md"
    file.write_text(change(as_it_is().page), "utf-8")
    return target_of(usermotion.destination, file)


@check("made.up", subjects=lambda _target: [OnClause("made up")], source="page")
def made_up(_lab: Any, _at: OnClause, _case: Object) -> Kept | Broken:
    """Something that always holds."""
    return Kept()


def report_of(*results: Result, target: Target | None = None, **options: Any) -> Report:
    """Make a report of results, without running anything."""
    return Report(
        target=target or as_it_is(),
        options=Options(**options),
        results=results,
        seconds=1.5,
        started=datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC),
    )


def result(verdict: Verdict, subject: str = "", *clauses: str, **more: Any) -> Result:
    """Make a result of a check that has tried one case."""
    asked = replace(made_up, level=more.pop("level", "MUST"))
    cases = {} if verdict in ("VACUOUS", "N/A") else {"vectors": 1}
    return Result(check=asked, subject=subject, verdict=verdict, clauses=clauses, **{"cases": cases, **more})


def divergence(subject: str | None = None, **more: Any) -> Divergence:
    return Divergence("made.up", subject, "witness", {"value": 1}, "the partner's API is older than the page", **more)


def with_divergences(*divergences: Divergence) -> Target:
    target = as_it_is()
    return target.with_contract(replace(target.contract, divergences=divergences))
