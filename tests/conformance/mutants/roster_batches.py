"""What Roster's author could do wrongly with batches: their lists, their order, and the answer for each member."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from actions_core import BatchInput, Failure, HTTPError, IntegrationError, MultiStatus, Request, Success
from actions_core.js import stringify
from conformance.mutants.code import Perform, around_batch, edit_body, edit_url, values_of
from conformance.mutants.edit import Edit, edit_action
from conformance.mutants.model import Mutant
from destinations.roster.members import list_for

Batch: TypeAlias = BatchInput[Any, Any]
Answer: TypeAlias = Success | Failure | None


def _part(data: Batch, places: Sequence[int]) -> Batch:
    """Give the batch of some of its members."""
    return replace(
        data,
        payloads=[data.payloads[place] for place in places],
        raw_data=[data.raw_data[place] for place in places],
        audience_membership=[data.audience_membership[place] for place in places],
    )


def _placed(answers: Sequence[Answer]) -> MultiStatus:
    made = MultiStatus()
    for place, answer in enumerate(answers):
        if answer is not None:
            made[place] = answer
    return made


def _answers(change: Callable[[list[Answer]], Sequence[Answer]]) -> Edit:
    """Change the answers for the members of a batch."""

    async def around(perform: Perform, request: Request, data: Batch) -> MultiStatus:
        answers: MultiStatus = await perform(request, data)
        return _placed(change([answers[place] for place in range(len(data.payloads))]))

    return around_batch(around, "syncMember")


# --- which members, in which order -----------------------------------------------------------------------------------


async def _all_but_the_last(perform: Perform, request: Request, data: Batch) -> Any:
    return await perform(request, _part(data, range(len(data.payloads) - 1)))


async def _each_once(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    texts = [stringify(values_of(payload)) for payload in data.payloads]
    firsts = {text: place for place, text in reversed(list(enumerate(texts)))}
    places = sorted(firsts.values())
    answers: MultiStatus = await perform(request, _part(data, places))
    return _placed([answers[places.index(firsts[text])] for text in texts])


async def _to_the_first_list(perform: Perform, request: Request, data: Batch) -> Any:
    first = list_for(data.payloads[0], data)
    return await perform(request, replace(data, payloads=[replace(one, listId=first) for one in data.payloads]))


async def _one_by_one(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    return _placed([(await perform(request, _part(data, [place])))[0] for place in range(len(data.payloads))])


async def _runs_of_a_list(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    """Begin another request whenever the list is another one than just before."""
    runs: list[list[int]] = []
    for place, payload in enumerate(data.payloads):
        if runs and list_for(data.payloads[runs[-1][-1]], data) == list_for(payload, data):
            runs[-1].append(place)
        else:
            runs.append([place])
    answers: list[Answer] = []
    for run in runs:
        found: MultiStatus = await perform(request, _part(data, run))
        answers += [found[place] for place in range(len(run))]
    return _placed(answers)


def _backwards(body: Any, _data: Any) -> Any:
    return {"operations": body["operations"][::-1]} if "operations" in body else body


async def _membership_of_the_first(perform: Perform, request: Request, data: Batch) -> Any:
    first = data.audience_membership[0]
    return await perform(request, replace(data, audience_membership=[first] * len(data.payloads)))


_SENT = (
    Mutant("batch/drops-last", "the last member of a batch is not sent", around_batch(_all_but_the_last, "syncMember")),
    Mutant("batch/dedupe", "members who are alike are sent once", around_batch(_each_once, "syncMember")),
    Mutant("batch/reversed", "a batch is sent backwards", edit_body(_backwards, "syncMember")),
    Mutant(
        "batch/first-list",
        "all members of a batch are put on the list of the first",
        around_batch(_to_the_first_list, "syncMember"),
    ),
    Mutant("batch/one-by-one", "each member of a batch is a request", around_batch(_one_by_one, "syncMember")),
    Mutant(
        "batch/runs",
        "a batch is one request for each run of members with one list",
        around_batch(_runs_of_a_list, "syncMember"),
    ),
    Mutant(
        "batch/membership-of-the-first",
        "whether the first member of a batch is in decides it for all",
        around_batch(_membership_of_the_first, "syncMember"),
    ),
    Mutant(
        "batch/single-url",
        "a batch is sent to where single members go",
        edit_url(lambda url: url.removesuffix("/batch"), "syncMember"),
    ),
    Mutant("batch/none", "there are no batches", edit_action("syncMember", perform_batch=None)),
)

# --- what became of each ---------------------------------------------------------------------------------------------


def _one_for_all(answers: list[Answer]) -> Sequence[Answer]:
    failure = next((one for one in answers if isinstance(one, Failure)), None)
    return answers if failure is None else [failure] * len(answers)


def _all_well(answers: list[Answer]) -> Sequence[Answer]:
    return [Success(status=200, sent=one.sent, body=one.body) if isinstance(one, Failure) else one for one in answers]


def _some_failure(answers: list[Answer]) -> Sequence[Answer]:
    failure = Failure(status=500, message="this member was not taken")
    return [failure if isinstance(one, Failure) else one for one in answers]


def _silence_is_consent(answers: list[Answer]) -> Sequence[Answer]:
    return [Success(status=200, sent={}) if one is None else one for one in answers]


async def _their_own_fault(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    try:
        answers: MultiStatus = await perform(request, data)
    except HTTPError as error:
        if error.status != 401:
            raise
        return MultiStatus([Failure(status=400, message=str(error))] * len(data.payloads))
    return answers


async def _nobody_spoils_all(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    answers: MultiStatus = await perform(request, data)
    for place in range(len(data.payloads)):
        answer = answers[place]
        if isinstance(answer, Failure) and answer.code == "INVALID_AUDIENCE_MEMBERSHIP":
            raise IntegrationError(answer.message, answer.code, answer.status)
    return answers


async def _failure_raised(perform: Perform, request: Request, data: Batch) -> MultiStatus:
    answers: MultiStatus = await perform(request, data)
    for place in range(len(data.payloads)):
        answer = answers[place]
        if isinstance(answer, Failure):
            raise IntegrationError(answer.message, answer.code or "BAD_REQUEST", answer.status)
    return answers


_ANSWERS = (
    Mutant(
        "statuses/shifted",
        "each member has the answer of the one before",
        _answers(lambda answers: [*answers[-1:], *answers[:-1]]),
    ),
    Mutant("statuses/one-for-all", "if one member is refused, all are said to be", _answers(_one_for_all)),
    Mutant("statuses/all-well", "members who were refused are said to be on the list", _answers(_all_well)),
    Mutant("statuses/lost", "why a member was refused is not told", _answers(_some_failure)),
    Mutant(
        "statuses/silence",
        "members whom Roster does not answer for are said to be there",
        _answers(_silence_is_consent),
    ),
    Mutant("statuses/raised", "a member who is refused ends the batch", around_batch(_failure_raised, "syncMember")),
    Mutant(
        "statuses/expired-token",
        "an expired token is taken for a fault of the members, so that it is not renewed",
        around_batch(_their_own_fault, "syncMember"),
    ),
    Mutant(
        "statuses/nobody-spoils-all",
        "one event that says nothing of its audience ends the batch",
        around_batch(_nobody_spoils_all, "syncMember"),
    ),
)

MUTANTS: Final[tuple[Mutant, ...]] = (*_SENT, *_ANSWERS)
