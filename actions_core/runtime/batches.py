"""What became of a batch: one status for each of its events, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from actions_core.answers import Failure, MultiStatus, Submitted, Success
from actions_core.definitions import Subscription
from actions_core.errors import ActionsError, DeliveryError, HTTPError, code_for_status
from actions_core.frozen import frozen, made
from actions_core.js import MISSING, Object, truthy
from actions_core.redaction import Redactor
from actions_core.request import Exchange, Response
from actions_core.runtime.account import Attempt
from actions_core.runtime.results import error_to_json, exchange_to_json

Reporter: TypeAlias = Literal["INTEGRATIONS", "DESTINATION"]
"""Who found the failure: Segment before or while it sent, or the partner."""

BatchOutcome: TypeAlias = Literal["delivered", "not subscribed", "submitted", "partial", "failed"]
"""`partial`: some events were delivered and some were not. `submitted`: the partner is still working on them."""

_NOT_SUBSCRIBED = "Payload is either invalid or does not match the subscription"
_UNANSWERED = "MultiStatusResponse is missing a response at the specified index"
_INVALID = "PAYLOAD_VALIDATION_FAILED"


@frozen(kw_only=True)
class EventStatus:
    """What became of one event of a batch."""

    status: int
    sent: Any = field(default=MISSING, repr=False)
    """What was sent for it: its payload, or what the author says."""
    body: Any = field(default=MISSING, repr=False)
    """What the partner answered."""
    code: str | None = None
    """Segment's error code; None if it was delivered."""
    message: str | None = field(default=None, repr=False)
    reporter: Reporter | None = None
    pending: bool = False
    """Whether the partner has only taken it; see `Submitted`."""

    @property
    def delivered(self) -> bool:
        """Whether the event arrived."""
        return self.code is None and 200 <= self.status < 300 and not self.pending

    def to_json(self) -> Object:
        """Give the status with the reference's names: status, sent, body, errortype, errormessage, errorreporter."""
        told = {
            "status": self.status,
            "sent": self.sent,
            "body": self.body,
            "errortype": self.code if self.code is not None else MISSING,
            "errormessage": self.message if self.message is not None else MISSING,
            "errorreporter": self.reporter if self.reporter is not None else MISSING,
        }
        return {key: value for key, value in told.items() if value is not MISSING}


@dataclass(frozen=True, kw_only=True)
class Job:
    """A batch that a partner has taken and not yet finished."""

    id: str
    payloads: Mapping[int, Object]
    """The payloads by the place of their events among the batch's."""


@dataclass(frozen=True, kw_only=True)
class BatchDelivery:
    """Many events through one mapping: a value, complete when it is given."""

    subscription: Subscription = field(repr=False)
    statuses: tuple[EventStatus, ...]
    """One for each event, in the order in which they came."""
    subscribed: bool = True
    """Whether the trigger matched any of them."""
    exchanges: tuple[Exchange, ...] = ()
    error: DeliveryError | None = field(default=None, repr=False)
    """What befell the batch as a whole."""
    job: Job | None = field(default=None, repr=False)
    """What the partner is still working on; `DestinationInstance.poll` asks for it."""
    seconds: float = 0.0

    @property
    def outcome(self) -> BatchOutcome:
        """The outcome of the batch as a whole."""
        if not self.subscribed:
            return "not subscribed"
        if self.job is not None:
            return "submitted"
        delivered = sum(status.delivered for status in self.statuses)
        if delivered == len(self.statuses):
            return "delivered"
        return "partial" if delivered else "failed"

    def to_json(self, redact: Redactor) -> Object:
        """Give the delivery as a JSON object without secrets."""
        shown: Object = redact.value(
            {
                "mapping": self.subscription.name,
                "action": self.subscription.action,
                "outcome": self.outcome,
                "statuses": [status.to_json() for status in self.statuses],
                "error": None if self.error is None else error_to_json(self.error),
                "requests": [exchange_to_json(exchange, redact) for exchange in self.exchanges],
                "milliseconds": round(self.seconds * 1000, 3),
            }
        )
        return shown


def not_subscribed() -> EventStatus:
    """Give the status of an event that the trigger does not match."""
    return EventStatus(status=400, code=_INVALID, message=_NOT_SUBSCRIBED, reporter="INTEGRATIONS")


def refused(error: ActionsError) -> EventStatus:
    """Give the status of an event whose mapping or contract failed."""
    return EventStatus(status=400, code=_INVALID, message=str(error), reporter="INTEGRATIONS")


def placed(
    statuses: Sequence[EventStatus], ready: Mapping[int, Object], attempt: Attempt[Any]
) -> tuple[EventStatus, ...]:
    """Put what came of the payloads that were sent (by their events' places) among the statuses of the others."""
    payloads = list(ready.values())
    found = _statuses_of(attempt.answer, payloads) if attempt.error is None else _failed(attempt.error, payloads)
    complete = list(statuses)
    for index, status in zip(ready, found, strict=True):
        complete[index] = status
    return tuple(complete)


def _failed(error: DeliveryError, payloads: Sequence[Object]) -> list[EventStatus]:
    """Give the statuses of payloads whose batch failed as a whole."""
    reporter: Reporter = "DESTINATION" if isinstance(error, HTTPError) else "INTEGRATIONS"
    return [
        EventStatus(status=error.status, code=error.code, message=str(error), sent=payload, reporter=reporter)
        for payload in payloads
    ]


def _statuses_of(answer: object, payloads: Sequence[Object]) -> list[EventStatus]:
    """Turn what `perform_batch` answered into a status for each payload.

    A `MultiStatus` tells each; a `Response`, or an `HTTPError` that was returned, holds for all; nothing means that
    all is well. Source: `executeBatch` of the reference.
    """
    if isinstance(answer, MultiStatus):
        return [_status_of(answer[index]) for index in range(len(payloads))]
    if isinstance(answer, Submitted):
        return [EventStatus(status=202, body={}, sent=payload, pending=True) for payload in payloads]
    if isinstance(answer, Response):
        body = answer.content if answer.data is MISSING or answer.data is None else answer.data
        # Reference: an answer for the whole batch names no error, even if its status is one.
        answered = {"status": answer.status, "body": body}
        return [made(EventStatus, {**answered, "sent": payload}) for payload in payloads]
    if isinstance(answer, HTTPError):
        return [EventStatus(status=answer.status, body=str(answer), sent=payload) for payload in payloads]
    if answer is None:
        return [EventStatus(status=200, body={}, sent=payload) for payload in payloads]
    told = f"perform_batch gave a {type(answer).__name__}, which is no answer"
    return [
        EventStatus(status=500, code="UNKNOWN_ERROR", message=told, sent=payload, reporter="INTEGRATIONS")
        for payload in payloads
    ]


def _status_of(answer: Success | Failure | None) -> EventStatus:
    if answer is None:
        return EventStatus(status=500, code=_INVALID, message=_UNANSWERED, reporter="INTEGRATIONS")
    if isinstance(answer, Success):
        return EventStatus(status=answer.status, sent=answer.sent, body=answer.body)
    told = truthy(answer.sent) or truthy(answer.body)
    return EventStatus(
        status=answer.status,
        sent=answer.sent,
        body=answer.body,
        code=answer.code or code_for_status(answer.status),
        message=answer.message,
        reporter="DESTINATION" if told else "INTEGRATIONS",
    )
