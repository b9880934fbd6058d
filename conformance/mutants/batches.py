"""Mistakes that can be made in any `perform_batch`, as edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from actions_core.answers import Failure, MultiStatus, Success
from actions_core.errors import IntegrationError
from actions_core.inputs import BatchInput
from actions_core.js import stringify
from actions_core.request import Request
from conformance.mutants.code import Perform, around_batch, values_of
from conformance.mutants.edit import Edit

Answer = Success | Failure | None


def part_of(data: BatchInput[Any, Any], places: Sequence[int]) -> BatchInput[Any, Any]:
    """Give the batch of some of a batch's events, in this order."""
    return replace(
        data,
        payloads=[data.payloads[place] for place in places],
        raw_data=[data.raw_data[place] for place in places],
        audience_membership=[data.audience_membership[place] for place in places],
    )


def drop_last(action: str | None = None) -> Edit:
    """Leave out the last event of a batch."""

    async def around(perform: Perform, request: Request, data: BatchInput[Any, Any]) -> Any:
        return await perform(request, part_of(data, range(len(data.payloads) - 1)))

    return around_batch(around, action)


def reverse(action: str | None = None) -> Edit:
    """Send and answer a batch backwards."""

    async def around(perform: Perform, request: Request, data: BatchInput[Any, Any]) -> Any:
        return await perform(request, part_of(data, range(len(data.payloads))[::-1]))

    return around_batch(around, action)


def send_once(action: str | None = None) -> Edit:
    """Send events that are alike once."""

    async def around(perform: Perform, request: Request, data: BatchInput[Any, Any]) -> Any:
        texts = [stringify(values_of(payload)) for payload in data.payloads]
        firsts = {text: place for place, text in reversed(list(enumerate(texts)))}
        places = sorted(firsts.values())
        answer = await perform(request, part_of(data, places))
        if not isinstance(answer, MultiStatus):
            return answer
        return _multi_status([answer[places.index(firsts[text])] for text in texts])

    return around_batch(around, action)


def edit_answers(change: Callable[[list[Answer]], Sequence[Answer]], action: str | None = None) -> Edit:
    """Change the answers for the events of a batch, where each has one of its own."""

    async def around(perform: Perform, request: Request, data: BatchInput[Any, Any]) -> Any:
        answer = await perform(request, data)
        if not isinstance(answer, MultiStatus):
            return answer
        return _multi_status(change([answer[place] for place in range(len(data.payloads))]))

    return around_batch(around, action)


def fail_together(action: str | None = None) -> Edit:
    """Let one event that fails be the end of its batch."""

    def change(answers: list[Answer]) -> Sequence[Answer]:
        for answer in answers:
            if isinstance(answer, Failure):
                raise IntegrationError(answer.message, answer.code or "UNKNOWN_ERROR", answer.status)
        return answers

    return edit_answers(change, action)


def lose_failures(action: str | None = None) -> Edit:
    """Answer that all is well, whatever has become of the events."""

    def change(answers: list[Answer]) -> Sequence[Answer]:
        return [Success(status=200, sent=one.sent) if isinstance(one, Failure) else one for one in answers]

    return edit_answers(change, action)


def lose_statuses(action: str | None = None) -> Edit:
    """Answer for every event that fails with one and the same failure."""

    def change(answers: list[Answer]) -> Sequence[Answer]:
        failure = Failure(status=500, message="this event was not taken")
        return [failure if isinstance(one, Failure) else one for one in answers]

    return edit_answers(change, action)


def _multi_status(answers: Sequence[Answer]) -> MultiStatus:
    made = MultiStatus()
    for place, answer in enumerate(answers):
        if answer is not None:
            made[place] = answer
    return made
