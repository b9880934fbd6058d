"""The checks of batches: clean destinations keep them, and each mistake is noticed by the check that is about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from actions_core import MISSING, HTTPError, IntegrationError, MultiStatus, Request
from actions_core.runtime import BatchDelivery, DestinationInstance
from actions_core.runtime.batches import EventStatus
from conformance.suite.checks import batch
from conformance.suite.target import Target
from tests.conformance.suite.checks.trying import (
    CLEAN,
    Perform,
    clean,
    failure,
    performing,
    results,
    verdicts,
    with_platform,
)

IDS = [check.id for check in batch.CHECKS]


def batching(wrong: Any, name: str = "webhook") -> Target:
    return performing(clean(name), wrong, batch=True)


def settling(wrong: Any, name: str = "webhook") -> Target:
    """Give a target whose batches are delivered by another Segment: `wrong` changes what it says of each."""

    async def deliver_batch(instance: DestinationInstance[Any], events: Sequence[Any]) -> list[BatchDelivery]:
        return [wrong(delivery, events) for delivery in await instance.deliver_batch(events)]

    return with_platform(clean(name), deliver_batch=deliver_batch)


@pytest.mark.parametrize("check", IDS)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_pass(name: str, check: str) -> None:
    assert verdicts(clean(name), check, budget="ci") <= {"PASS", "N/A", "DIVERGED"}


@pytest.mark.parametrize("check", IDS)
def test_a_destination_without_batches_has_nothing_to_try(check: str) -> None:
    assert verdicts(clean("usermotion"), check) == {"N/A"}


@pytest.mark.parametrize("check", [one for one in IDS if one != "batch.equals_singles.blank"])
def test_destinations_with_batches_are_tried(check: str) -> None:
    assert verdicts(clean("webhook"), check) == verdicts(clean("roster"), check) == {"PASS"}


# --- equals_singles --------------------------------------------------------------------------------------------------


async def drop_last(perform: Perform, request: Request, data: Any) -> Any:
    return await perform(request, replace(data, payloads=data.payloads[:-1] or data.payloads))


async def lower_case(perform: Perform, request: Request, data: Any) -> Any:
    changed = [
        replace(one, data={key: str(value).upper() for key, value in (one.data or {}).items()}) for one in data.payloads
    ]
    return await perform(request, replace(data, payloads=changed))


async def swap(perform: Perform, request: Request, data: Any) -> Any:
    swapped = [
        replace(one, data=dict(zip(one.data, reversed(one.data.values()), strict=True)) if one.data else MISSING)
        for one in data.payloads
    ]
    return await perform(request, replace(data, payloads=swapped))


@pytest.mark.parametrize("wrong", [drop_last, lower_case, swap])
def test_what_a_batch_loses_or_changes_is_noticed(wrong: Any) -> None:
    found = failure(batching(wrong), "batch.equals_singles")
    assert "in the batch's requests" in found.found.broken.expected  # type: ignore[union-attr]


def test_a_batch_that_reports_success_for_what_was_refused_is_noticed() -> None:
    def all_well(delivery: BatchDelivery, _events: Any) -> BatchDelivery:
        return replace(delivery, statuses=tuple(EventStatus(status=200) for _ in delivery.statuses))

    assert failure(settling(all_well), "batch.equals_singles").reason.startswith("statuses 200")


def test_a_missing_answer_of_the_partner_is_told() -> None:
    target = clean("roster")
    contract = target.contract
    silent = replace(contract, actions=tuple(replace(action, batch_answer=None) for action in contract.actions))
    found = failure(target.with_contract(silent), "batch.equals_singles")
    assert "batch_answer" in found.found.broken.expected  # type: ignore[union-attr]


def test_that_segment_keeps_blank_texts_in_batches_is_a_known_divergence() -> None:
    found = results(clean("roster"), "batch.equals_singles.blank")
    assert [(one.subject, one.verdict) for one in found] == [
        ("syncMember.phone", "DIVERGED"),
        ("syncMember.userId", "DIVERGED"),
        ("syncMember.joinedAt", "DIVERGED"),
    ]


def test_the_divergence_is_stale_once_blank_texts_are_dropped() -> None:
    async def deliver_batch(instance: DestinationInstance[Any], events: Sequence[Any]) -> list[BatchDelivery]:
        without = [{key: value for key, value in event["properties"].items() if value != ""} for event in events]
        return await instance.deliver_batch(
            [{**event, "properties": properties} for event, properties in zip(events, without, strict=True)]
        )

    target = with_platform(clean("roster"), deliver_batch=deliver_batch)
    assert verdicts(target, "batch.equals_singles.blank") == {"STALE"}


# --- statuses and order ----------------------------------------------------------------------------------------------


def test_a_status_that_is_missing_is_noticed() -> None:
    target = settling(lambda delivery, _events: replace(delivery, statuses=delivery.statuses[:-1]))
    assert failure(target, "batch.status_per_event").found.broken.expected == "a status for each of 1 events"  # type: ignore[union-attr]


def test_statuses_in_another_order_are_noticed() -> None:
    failure(settling(lambda delivery, _events: replace(delivery, statuses=delivery.statuses[::-1])), "batch.order")


async def reverse(perform: Perform, request: Request, data: Any) -> Any:
    return await perform(request, replace(data, payloads=data.payloads[::-1]))


@pytest.mark.parametrize("name", ["webhook", "roster"])
def test_events_in_another_order_are_noticed(name: str) -> None:
    async def reverse_within_one_list(perform: Perform, request: Request, data: Any) -> Any:
        payloads = data.payloads if name == "webhook" else [replace(one, listId="all") for one in data.payloads]
        return await perform(request, replace(data, payloads=payloads[::-1]))

    assert "in the order" in failure(batching(reverse_within_one_list, name), "batch.order").reason


async def drop_duplicates(perform: Perform, request: Request, data: Any) -> Any:
    seen: list[Any] = []
    for payload in data.payloads:
        if payload not in seen:
            seen.append(payload)
    return await perform(request, replace(data, payloads=seen))


def test_duplicates_that_are_dropped_are_noticed() -> None:
    assert failure(batching(drop_duplicates), "batch.duplicates").reason.startswith("once in requests")


# --- empty and partial -----------------------------------------------------------------------------------------------


def test_a_batch_that_fails_for_being_empty_is_noticed() -> None:
    def need_one(delivery: BatchDelivery, events: Sequence[Any]) -> BatchDelivery:
        return replace(delivery, error=None if events else IntegrationError("no events", "EMPTY", 400))

    assert failure(settling(need_one), "batch.empty").found.case == {"inputs": []}  # type: ignore[union-attr]


def test_a_batch_of_which_one_bad_event_harms_the_others_is_noticed() -> None:
    def all_or_nothing(delivery: BatchDelivery, _events: Any) -> BatchDelivery:
        bad = next((status for status in delivery.statuses if not status.delivered), None)
        return delivery if bad is None else replace(delivery, statuses=(bad,) * len(delivery.statuses))

    failure(settling(all_or_nothing), "batch.partial_failure")


def test_a_batch_that_tells_of_events_that_were_refused_is_noticed() -> None:
    async def deliver_batch(instance: DestinationInstance[Any], events: Sequence[Any]) -> list[BatchDelivery]:
        # What is refused leaves an empty place in what is sent.
        whole = [event if isinstance(event, dict) else events[0] for event in events]
        deliveries = await instance.deliver_batch(whole)
        refused = EventStatus(status=400, code="PAYLOAD_VALIDATION_FAILED")
        return [
            replace(
                one,
                statuses=tuple(
                    status if event is kept else refused
                    for status, event, kept in zip(one.statuses, events, whole, strict=True)
                ),
            )
            for one in deliveries
        ]

    failure(with_platform(clean("webhook"), deliver_batch=deliver_batch), "batch.partial_failure")


# --- fan-out ---------------------------------------------------------------------------------------------------------


async def swallow(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError:
        return None


async def lose_status(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError as error:
        raise IntegrationError("it did not work", "FAILED", 418) from error


async def fail_all(perform: Perform, request: Request, data: Any) -> Any:
    answer: MultiStatus = await perform(request, data)
    for index in range(len(data.payloads)):
        if not 200 <= getattr(answer[index], "status", 0) < 300:
            raise IntegrationError("one of them failed", "FAILED", getattr(answer[index], "status", 500))
    return answer


@pytest.mark.parametrize(("name", "wrong"), [("webhook", swallow), ("webhook", lose_status), ("roster", fail_all)])
def test_a_failed_request_that_befalls_others_than_its_own_events_is_noticed(name: str, wrong: Any) -> None:
    failure(batching(wrong, name), "batch.http_fanout")
