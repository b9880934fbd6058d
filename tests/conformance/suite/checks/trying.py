"""Runs one check on a destination, as it is or with something wrong in it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from typing import Any

from actions_core import Destination, Request
from conformance.suite.checks import CHECKS
from conformance.suite.engine import Budget, Options, Result, Session
from conformance.suite.target import Target, find_target

Perform = Callable[[Request, Any], Awaitable[Any]]
Wrong = Callable[[Perform, Request, Any], Awaitable[Any]]
"""Runs an author's function, which it is given first, more or less."""
CLEAN = ("usermotion", "webhook", "roster")


@cache
def clean(name: str) -> Target:
    """Give a destination as it is."""
    return find_target(name)


def results(target: Target, check: str, *, budget: Budget = "smoke") -> list[Result]:
    """Run one check on all of its subjects."""
    report = Session(target, CHECKS, Options(budget=budget, only=(check,))).run()
    return [result for result in report.results if result.check.id == check]


def verdicts(target: Target, check: str, *, budget: Budget = "smoke") -> set[str]:
    """Give the different verdicts of one check."""
    return {result.verdict for result in results(target, check, budget=budget)}


def failure(target: Target, check: str) -> Result:
    """Give the first failure of one check; there has to be one."""
    found = [result for result in results(target, check) if result.verdict == "FAIL"]
    assert found, f"{check} does not notice"
    assert found[0].found is not None
    return found[0]


def with_destination(target: Target, change: Callable[[Destination[Any]], Destination[Any]]) -> Target:
    """Give a target with another destination."""
    return replace(target, destination=change(target.destination))


def with_platform(target: Target, **parts: Any) -> Target:
    """Give a target with Segment around it in part another one."""
    return replace(target, platform=replace(target.platform, **parts))


def performing(target: Target, wrong: Wrong, *, batch: bool = False) -> Target:
    """Give a target all of whose actions run their `perform`, or `perform_batch`, inside of another function."""
    name = "perform_batch" if batch else "perform"

    def wrapped(function: Perform) -> Perform:
        async def run(request: Request, data: Any) -> Any:
            return await wrong(function, request, data)

        return run

    def change(destination: Destination[Any]) -> Destination[Any]:
        actions = dict(destination.actions)
        for slug, action in actions.items():
            if getattr(action, name) is not None:
                changes: dict[str, Any] = {name: wrapped(getattr(action, name))}
                actions[slug] = replace(action, **changes)
        return replace(destination, actions=actions)

    return with_destination(target, change)


async def sending_nothing(_perform: Perform, _request: Request, _data: Any) -> None:
    """Send nothing at all."""
