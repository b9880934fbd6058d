"""What a tester gives back: values to assert on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from actions_core.answers import RefreshedTokens
from actions_core.errors import DeliveryError, PerformError
from actions_core.js import MISSING, Missing, Object, loads, stringify
from actions_core.redaction import Redactor
from actions_core.request import Exchange
from actions_core.runtime.batches import BatchDelivery, BatchOutcome, EventStatus
from actions_core.runtime.results import Outcome, error_to_json, exchange_to_json
from actions_core.testing.partner import SentRequest, sent_request
from actions_core.transport import HttpRequest

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What every run has, whatever was run."""

    sent: tuple[HttpRequest, ...] = field(repr=False)
    error: DeliveryError | None
    """What went wrong; None if nothing did."""
    tokens: RefreshedTokens | None
    """The tokens that were refreshed meanwhile; None if they were not."""
    redact: Redactor = field(repr=False)

    @property
    def requests(self) -> tuple[SentRequest, ...]:
        """Every request that was sent, in order, redirects and repetitions included."""
        return tuple(map(sent_request, self.sent))

    @property
    def request(self) -> SentRequest:
        """The only request that was sent; raises `AssertionError`, which tells why, if there is none or another one."""
        if len(self.sent) == 1:
            return self.requests[0]
        count = "no request was" if not self.sent else f"{len(self.sent)} requests were"
        error = "" if self.error is None else f"; {type(self.error).__name__}: {self.error}"
        raise AssertionError(self.redact.text(f"expected one request, but {count} sent{error}"))

    def snapshot(self) -> Object:
        """Give all of it as a JSON object that is the same every time: keys sorted, no times, no secrets.

        The answers of the partner are left out, because a test has made them up; so is the line where an author's
        function raised.
        """
        shown: Object = {**self._own(), "error": _error(self.error), "requests": self._requests()}
        stable: Object = _sorted(loads(stringify(self.redact.value(shown))))
        return stable

    def _own(self) -> Object:
        return {}

    def _requests(self) -> list[Object]:
        return [exchange_to_json(Exchange(request), self.redact) for request in self.sent]


@dataclass(frozen=True, kw_only=True)
class ActionResult(Run):
    """What came of one event and one action."""

    outcome: Outcome
    payload: Object | Missing = field(default=MISSING, repr=False)
    """The validated payload; `MISSING` if the event did not come that far."""
    status: int | None = None
    """The partner's last status, or the error's; None if nothing was sent."""

    def _own(self) -> Object:
        payload = None if self.payload is MISSING else self.payload
        return {"outcome": self.outcome, "status": self.status, "payload": payload}


@dataclass(frozen=True, kw_only=True)
class BatchResult(Run):
    """What came of a batch of events and one action."""

    delivery: BatchDelivery = field(repr=False)

    @property
    def outcome(self) -> BatchOutcome:
        """The outcome of the batch as a whole."""
        return self.delivery.outcome

    @property
    def statuses(self) -> tuple[EventStatus, ...]:
        """One for each event, in their order."""
        return self.delivery.statuses

    def _own(self) -> Object:
        return {"outcome": self.outcome, "statuses": [status.to_json() for status in self.statuses]}


@dataclass(frozen=True, kw_only=True)
class CallResult(Run, Generic[AnswerT]):
    """What came of one function of an author's that is not for events."""

    given: AnswerT | None = field(repr=False)

    @property
    def answer(self) -> AnswerT:
        """What the function gave; raises the error if there was one."""
        if self.error is not None:
            raise self.error
        return cast("AnswerT", self.given)

    def _own(self) -> Object:
        given: Any = self.given
        return {"answer": None if given is None else dataclasses.asdict(given)}


def _error(error: DeliveryError | None) -> Object | None:
    if error is None:
        return None
    shown = error_to_json(error)
    if isinstance(error, PerformError):
        shown["message"] = str(error).removesuffix(f" ({error.place})")
    return shown


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
