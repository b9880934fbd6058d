from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest

from actions_core import (
    MISSING,
    Action,
    BatchDelivery,
    BatchInput,
    Destination,
    ExecuteInput,
    Failure,
    Field,
    Missing,
    MultiStatus,
    Object,
    PollInput,
    Preset,
    Request,
    RetryableError,
    Submitted,
    Success,
)
from actions_core.fields import InputField
from tests.support import FakePartner, open_instance


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Person:
    id: Annotated[str, Field("Id", default={"@path": "$.userId"})]
    note: Annotated[str, Field("Note", default={"@path": "$.note"})] | Missing = MISSING


async def perform(request: Request, data: ExecuteInput[Person, NoSettings]) -> None:
    await request.post("https://a.example/one", json={"id": data.payload.id})


async def send_all(request: Request, data: BatchInput[Person, NoSettings]) -> object:
    return await request.post("https://a.example/many", json=[person.id for person in data.payloads])


def destination(perform_batch: Any = send_all, poll_batch: Any = None) -> Destination[NoSettings]:
    action = Action(
        title="Person",
        description="",
        payload=Person,
        perform=perform,
        perform_batch=perform_batch,
        poll_batch=poll_batch,
    )
    return Destination(
        name="People",
        slug="actions-people",
        settings=NoSettings,
        actions={"person": action},
        presets=[Preset(name="All", action="person", trigger='type = "identify"')],
    )


def person(number: int, **parts: Any) -> Object:
    return {"type": "identify", "userId": f"u{number}", **parts}


def batch(perform_batch: Any, events: Sequence[Any], partner: FakePartner | None = None) -> BatchDelivery:
    async def run() -> BatchDelivery:
        async with open_instance(destination(perform_batch), partner or FakePartner()) as instance:
            (delivery,) = await instance.deliver_batch(events)
            return delivery

    return asyncio.run(run())


def told(delivery: BatchDelivery) -> list[Object]:
    return [status.to_json() for status in delivery.statuses]


NOT_SUBSCRIBED = {
    "status": 400,
    "errortype": "PAYLOAD_VALIDATION_FAILED",
    "errormessage": "Payload is either invalid or does not match the subscription",
    "errorreporter": "INTEGRATIONS",
}


def test_a_batch_is_one_request() -> None:
    partner = FakePartner()
    delivery = batch(send_all, [person(1), person(2)], partner)
    assert partner.bodies == [["u1", "u2"]]
    assert delivery.outcome == "delivered"
    assert told(delivery)[1] == {"status": 200, "sent": {"id": "u2"}, "body": {}}


def test_invalid_and_unsubscribed_events_keep_their_place() -> None:
    partner = FakePartner()
    delivery = batch(send_all, [person(1), {"type": "page"}, {"type": "identify"}, person(4)], partner)
    assert partner.bodies == [["u1", "u4"]]
    assert told(delivery) == [
        {"status": 200, "sent": {"id": "u1"}, "body": {}},
        NOT_SUBSCRIBED,
        {**NOT_SUBSCRIBED, "errormessage": "The root value is missing the required field 'id'."},
        {"status": 200, "sent": {"id": "u4"}, "body": {}},
    ]
    assert delivery.outcome == "partial"


def test_a_batch_without_a_subscribed_event_is_not_subscribed_and_sends_nothing() -> None:
    partner = FakePartner()
    delivery = batch(send_all, [{"type": "page"}, {"type": "track"}], partner)
    assert (delivery.outcome, told(delivery), partner.received) == ("not subscribed", [NOT_SUBSCRIBED] * 2, [])


def test_a_batch_of_invalid_events_sends_nothing() -> None:
    partner = FakePartner()
    delivery = batch(send_all, [{"type": "identify"}], partner)
    assert (delivery.outcome, partner.received) == ("failed", [])


def test_an_empty_batch_is_no_batch() -> None:
    assert batch(send_all, []).statuses == ()


def test_an_action_without_batches_refuses_one() -> None:
    delivery = batch(None, [person(1), {"type": "page"}])
    assert delivery.outcome == "failed"
    assert told(delivery)[0]["errormessage"] == "This action does not support batched requests."
    assert told(delivery)[0]["status"] == 501
    assert told(delivery)[1] == NOT_SUBSCRIBED


def test_a_blank_text_stays_in_a_batch_although_a_single_event_loses_it() -> None:
    async def run() -> list[Any]:
        partner = FakePartner()
        async with open_instance(destination(), partner) as instance:
            (single,) = await instance.deliver(person(1, userId=""))
            (many,) = await instance.deliver_batch([person(1, userId="")])
        return [single.outcome, many.outcome, partner.bodies]

    assert asyncio.run(run()) == ["rejected", "delivered", [[""]]]


def test_each_payload_gets_its_own_answer_and_a_missing_one_is_a_500() -> None:
    async def perform_batch(request: Request, data: BatchInput[Person, NoSettings]) -> MultiStatus:
        answers = MultiStatus()
        answers[0] = Success(status=201, sent={"id": "u1"}, body={"ok": True})
        answers[1] = Failure(status=404, message="who?")
        answers[2] = Failure(status=400, message="bad", code="INVALID_PHONE", sent={"id": "u3"}, body="no")
        return answers

    assert told(batch(perform_batch, [person(number) for number in (1, 2, 3, 4)])) == [
        {"status": 201, "sent": {"id": "u1"}, "body": {"ok": True}},
        {"status": 404, "errortype": "NOT_FOUND", "errormessage": "who?", "errorreporter": "INTEGRATIONS"},
        {"status": 400, "sent": {"id": "u3"}, "body": "no", "errortype": "INVALID_PHONE", "errormessage": "bad", "errorreporter": "DESTINATION"},
        {"status": 500, "errortype": "PAYLOAD_VALIDATION_FAILED", "errormessage": "MultiStatusResponse is missing a response at the specified index", "errorreporter": "INTEGRATIONS"},
    ]  # fmt: skip


def test_an_error_holds_for_every_event_that_was_in_the_batch() -> None:
    partner = FakePartner(status=503)
    delivery = batch(send_all, [person(1), {"type": "page"}, person(3)], partner)
    assert [status.status for status in delivery.statuses] == [503, 400, 503]
    assert told(delivery)[0] == {
        "status": 503, "sent": {"id": "u1"}, "errortype": "SERVICE_UNAVAILABLE", "errormessage": "Service Unavailable",
        "errorreporter": "DESTINATION",
    }  # fmt: skip
    assert delivery.error is not None
    assert delivery.error.retryable


def test_what_an_author_raises_holds_for_every_event_too() -> None:
    async def perform_batch(request: Request, data: BatchInput[Person, NoSettings]) -> None:
        raise RetryableError("later")

    delivery = batch(perform_batch, [person(1), person(2)])
    assert [(status.status, status.code) for status in delivery.statuses] == [(500, "RETRYABLE_ERROR")] * 2


def test_a_response_that_was_not_raised_holds_for_all_as_it_is() -> None:
    async def perform_batch(request: Request, data: BatchInput[Person, NoSettings]) -> object:
        return await request.post("https://a.example/many", json=[], throw_http_errors=False)

    delivery = batch(perform_batch, [person(1)], FakePartner(status=422, body='{"why": "no"}'))
    assert told(delivery) == [{"status": 422, "sent": {"id": "u1"}, "body": {"why": "no"}}]
    assert delivery.outcome == "failed"


def test_one_event_whose_mapping_fails_harms_no_neighbour() -> None:
    delivery = batch(send_all, [person(1), None, person(3)])
    assert [status.status for status in delivery.statuses] == [200, 400, 200]


@pytest.mark.parametrize("own", [False, True], ids=["kept", "own"])
@pytest.mark.parametrize(("levels", "statuses"), [(300, [200, 200, 200]), (100_000, [200, 400, 200])])
def test_one_event_nested_too_deeply_harms_no_neighbour(levels: int, statuses: list[int], own: bool) -> None:
    deep: Object = {}
    for _ in range(levels):
        deep = {"d": deep}

    async def send_dicts(request: Request, data: BatchInput[Object, NoSettings]) -> object:
        return await request.post("https://a.example/many", json=list(data.payloads))

    free = {
        "id": InputField(type="string", required=True, default={"@path": "$.userId"}),
        "note": InputField(type="object", default={"@path": "$.note"}),
    }
    made = destination(send_dicts)
    made = replace(made, actions={"person": replace(made.actions["person"], payload=free)})

    async def go() -> BatchDelivery:
        async with open_instance(made, FakePartner()) as instance:
            return (await instance.deliver_batch([person(1), person(2, note=deep), person(3)], own=own))[0]

    delivery = asyncio.run(go())
    assert [status.status for status in delivery.statuses] == statuses
    refused = [status.message for status in delivery.statuses if status.status == 400]
    assert refused == ["The event is nested too deeply to be sent."] * statuses.count(400)


def test_two_equal_events_are_two_payloads() -> None:
    partner = FakePartner()
    batch(send_all, [person(1), person(1)], partner)
    assert partner.bodies == [["u1", "u1"]]


def test_a_batch_that_the_partner_only_takes_is_polled_until_it_is_done() -> None:
    finished: list[MultiStatus | None] = [
        None,
        MultiStatus([Success(status=200, sent={}, body={}), Failure(status=400, message="no")]),
    ]

    async def submit(request: Request, data: BatchInput[Person, NoSettings]) -> Submitted:
        return Submitted(job_id="j1")

    async def poll(request: Request, data: PollInput[NoSettings]) -> MultiStatus | None:
        await request.get(f"https://a.example/jobs/{data.job_id}?count={data.count}")
        return finished.pop(0)

    async def run() -> list[Any]:
        partner = FakePartner()
        async with open_instance(destination(submit, poll), partner) as instance:
            (delivery,) = await instance.deliver_batch([person(1), {"type": "page"}, person(3)])
            first = (delivery.outcome, [status.status for status in delivery.statuses])
            delivery = await instance.poll(delivery)
            second = delivery.outcome
            partner.status = 500
            delivery = await instance.poll(delivery)  # the question fails: the job stays open
            third = (delivery.outcome, delivery.error is not None)
            partner.status = 200
            delivery = await instance.poll(delivery)
            assert await instance.poll(delivery) is delivery
            return [first, second, third, (delivery.outcome, [status.status for status in delivery.statuses])]

    assert asyncio.run(run()) == [
        ("submitted", [202, 400, 202]),
        "submitted",
        ("submitted", True),
        ("partial", [200, 400, 400]),
    ]


@pytest.mark.parametrize("failing", [False, True], ids=["independent", "all or nothing"])
def test_one_mappings_failure_hides_the_others_only_if_asked_to(failing: bool) -> None:
    async def run() -> list[str]:
        async with open_instance(destination(), FakePartner(status=500)) as instance:
            strict = type(instance)(destination(), {}, transport=instance.account._transport, all_or_nothing=failing)
            return [delivery.outcome for delivery in await strict.deliver(person(1))]

    if failing:
        with pytest.raises(Exception, match="Internal Server Error"):
            asyncio.run(run())
    else:
        assert asyncio.run(run()) == ["failed"]


def test_a_multistatus_is_filled_by_place_or_one_after_the_other() -> None:
    answers = MultiStatus([Success(status=200, sent={})])
    answers.append(Failure(status=400, message="x"))
    answers[5] = Success(status=201, sent={})
    del answers[0]
    assert (len(answers), answers[0], answers[5]) == (6, None, Success(status=201, sent={}))


def test_an_answer_that_is_none_has_delivered_nothing() -> None:
    async def perform_batch(request: Request, data: BatchInput[Person, NoSettings]) -> Any:
        return [Failure(status=400, message="no")]

    delivery = batch(perform_batch, [person(1)])
    assert delivery.outcome == "failed"
    assert delivery.statuses[0].message == "perform_batch gave a list, which is no answer"


def test_raw_data_belongs_to_the_payloads() -> None:
    seen: list[BatchInput[Person, NoSettings]] = []

    async def perform_batch(request: Request, data: BatchInput[Person, NoSettings]) -> None:
        seen.append(data)

    first = {"type": "identify", "context": {"personas": {"audience_settings": {"a": "first"}}}}
    batch(perform_batch, [first, person(2), {"type": "page"}, person(4)])
    assert [event["userId"] for event in seen[0].raw_data] == ["u2", "u4"]
    assert seen[0].audience_settings == {"a": "first"}  # of the first subscribed event, though it is not valid
    assert seen[0].personas == {"audience_settings": {"a": "first"}}


def test_a_job_that_nobody_will_ask_about_again_has_failed() -> None:
    async def submit(request: Request, data: BatchInput[Person, NoSettings]) -> Submitted:
        return Submitted(job_id="j1")

    async def poll(request: Request, data: PollInput[NoSettings]) -> Any:
        if data.job_id == "j1":
            return Submitted(job_id="j2")
        assert data.raw_mapping == {"id": {"@path": "$.userId"}, "note": {"@path": "$.note"}}
        return await request.get("https://a.example/jobs")

    async def run() -> list[Any]:
        async with open_instance(destination(submit, poll), FakePartner(status=404)) as instance:
            (delivery,) = await instance.deliver_batch([person(1)])
            moved = await instance.poll(delivery)
            failed = await instance.poll(moved)
            return [delivery.statuses[0].delivered, moved.outcome, failed.outcome, failed.statuses[0].status]

    assert asyncio.run(run()) == [False, "submitted", "failed", 404]
