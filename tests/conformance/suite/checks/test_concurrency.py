"""The checks of deliveries at once, of those broken off, and of an instance's end: each mistake is noticed."""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from typing import Any

import pytest

from actions_core import Request
from actions_core.runtime import DestinationInstance
from conformance.suite.checks import concurrency
from conformance.suite.target import Target
from tests.conformance.suite.checks.trying import (
    CLEAN,
    Perform,
    clean,
    failure,
    performing,
    results,
    sending_nothing,
    verdicts,
    with_platform,
)

IDS = [check.id for check in concurrency.CHECKS]


def wrongly(wrong: Any, name: str = "usermotion") -> Target:
    return performing(clean(name), wrong)


@pytest.mark.parametrize("check", IDS)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_pass(name: str, check: str) -> None:
    assert verdicts(clean(name), check, budget="ci") == {"PASS"}


@pytest.mark.parametrize("check", IDS)
def test_a_destination_that_sends_nothing_was_not_tried(check: str) -> None:
    assert verdicts(wrongly(sending_nothing), check) == {"VACUOUS"}


# --- at once ---------------------------------------------------------------------------------------------------------


def test_a_payload_that_all_deliveries_share_is_noticed() -> None:
    current: dict[str, Any] = {}

    async def share(perform: Perform, request: Request, data: Any) -> Any:
        current["data"] = data
        await asyncio.sleep(0)
        return await perform(request, current["data"])

    found = failure(wrongly(share), "concurrency.same_instance")
    assert found.found is not None
    assert len(found.found.case["inputs"]) == 2
    assert "S3cret" not in found.reason + found.found.broken.expected


def test_a_second_request_for_another_event_is_noticed() -> None:
    latest: dict[str, Any] = {}

    async def confirm(perform: Perform, request: Request, data: Any) -> Any:
        latest["data"] = data
        await perform(request, data)
        # Only while the first request is under way can another event come between.
        return await perform(request, latest["data"])

    failure(wrongly(confirm), "concurrency.same_instance")


def test_deliveries_that_may_not_be_side_by_side_are_noticed() -> None:
    busy: list[bool] = []

    async def one_at_a_time(perform: Perform, request: Request, data: Any) -> Any:
        if busy:
            raise RuntimeError("busy")
        busy.append(True)
        try:
            return await perform(request, data)
        finally:
            busy.clear()

    failure(wrongly(one_at_a_time), "concurrency.same_instance")


# --- broken off ------------------------------------------------------------------------------------------------------


def test_a_lock_that_is_never_given_back_is_noticed() -> None:
    taken: list[Any] = []

    async def lock(perform: Perform, request: Request, data: Any) -> Any:
        if any(one is data.settings for one in taken):
            await asyncio.Event().wait()
        taken.append(data.settings)
        answer = await perform(request, data)
        taken.clear()
        return answer

    found = results(wrongly(lock, "webhook"), "concurrency.cancel")[0]
    assert (found.verdict, found.reason) == ("FAIL", "the next delivery never ends")


def test_a_delivery_that_cannot_be_broken_off_is_noticed() -> None:
    async def insist(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except asyncio.CancelledError:
            return None

    found = results(wrongly(insist), "concurrency.cancel")[0]
    assert (found.verdict, found.reason) == ("FAIL", "the cancelled delivery ended as if it were not")


def test_a_delivery_that_is_another_one_after_one_was_broken_off_is_noticed() -> None:
    pending: list[Any] = []

    async def send_what_is_left(perform: Perform, request: Request, data: Any) -> Any:
        pending.append(data)
        for one in pending:
            await perform(request, one)
        pending.clear()

    assert failure(wrongly(send_what_is_left), "concurrency.cancel").reason == "delivered, 2 requests"


# --- the end ---------------------------------------------------------------------------------------------------------


def test_a_task_that_goes_on_is_noticed() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def work_on(perform: Perform, request: Request, data: Any) -> Any:
        tasks.append(asyncio.create_task(asyncio.sleep(3600), name="heartbeat"))
        return await perform(request, data)

    assert "the task heartbeat" in failure(wrongly(work_on), "lifecycle.close").reason


def test_a_thread_that_goes_on_is_noticed() -> None:
    over = threading.Event()

    async def work_on(perform: Perform, request: Request, data: Any) -> Any:
        threading.Thread(target=over.wait, name="uploader", daemon=True).start()
        return await perform(request, data)

    try:
        assert "the thread uploader" in failure(wrongly(work_on), "lifecycle.close").reason
    finally:
        over.set()


class Leaky:
    """Something that should have been closed, and that only the garbage collector finds."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        warnings.warn("unclosed leak", ResourceWarning, stacklevel=1)


def test_what_was_not_closed_is_noticed() -> None:
    async def leak(perform: Perform, request: Request, data: Any) -> Any:
        Leaky()
        return await perform(request, data)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "the warning 'unclosed leak'" in failure(wrongly(leak), "lifecycle.close").reason
        gc.collect()


def test_threads_that_the_event_loop_lends_are_its_own() -> None:
    async def in_a_thread(perform: Perform, request: Request, data: Any) -> Any:
        await asyncio.to_thread(len, "sign")
        return await perform(request, data)

    assert verdicts(wrongly(in_a_thread), "lifecycle.close") == {"PASS"}


class NeverCloses(DestinationInstance[Any]):
    """Segment as it would be if it left connections open."""

    async def aclose(self) -> None: ...


def test_an_instance_that_leaves_its_connections_open_is_noticed() -> None:
    assert (
        "the open transport"
        in failure(with_platform(clean("usermotion"), instance=NeverCloses), "lifecycle.close").reason
    )


def test_a_delivery_after_the_end_is_noticed() -> None:
    async def swallow(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except RuntimeError:
            return None

    assert failure(wrongly(swallow), "lifecycle.close").reason == "delivered, 0 requests"
