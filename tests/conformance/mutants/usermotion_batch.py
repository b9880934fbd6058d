"""What UserMotion's author could do wrongly by sending batches, which UserMotion does not do yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from actions_core import BatchInput, DeliveryError, ExecuteInput, Failure, MultiStatus, Request, Success
from actions_core.definitions import AnyAction
from conformance.mutants.batches import drop_last, fail_together, lose_statuses, reverse, send_once
from conformance.mutants.code import values_of
from conformance.mutants.edit import Edit, both, map_action
from conformance.mutants.model import Mutant


def with_batch() -> Edit:
    """Give every action a `perform_batch` that is right: it sends the events one by one."""

    def add(action: AnyAction[Any]) -> AnyAction[Any]:
        async def perform_batch(request: Request, data: BatchInput[Any, Any]) -> MultiStatus:
            answers = MultiStatus()
            for payload, event in zip(data.payloads, data.raw_data, strict=True):
                try:
                    response: Any = await action.perform(request, _single(data, payload, event))
                except DeliveryError as error:
                    answers.append(Failure(status=error.status, message=str(error), code=error.code))
                else:
                    answers.append(Success(status=response.status, sent=values_of(payload), body=response.data))
            return answers

        return replace(action, perform_batch=perform_batch)

    return map_action(None, add)


def _single(data: BatchInput[Any, Any], payload: Any, event: Any) -> ExecuteInput[Any, Any]:
    return ExecuteInput(
        payload=payload, settings=data.settings, auth=data.auth, raw_data=event, raw_mapping=data.raw_mapping
    )


MUTANTS: Final = (
    Mutant("batch/drops-last", "the last event of a batch is not sent", both(with_batch(), drop_last())),
    Mutant("batch/reversed", "a batch is sent and answered backwards", both(with_batch(), reverse())),
    Mutant("batch/all-or-nothing", "one event that fails is the end of its batch", both(with_batch(), fail_together())),
    Mutant("batch/status-lost", "how an event has failed is not reported", both(with_batch(), lose_statuses())),
    Mutant("batch/dedupe", "events that are alike are sent once", both(with_batch(), send_once())),
)
