"""What became of one event for one mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal, TypeAlias

from actions_core.definitions import Subscription
from actions_core.errors import DeliveryError, JSONSyntaxError, PayloadValidationError
from actions_core.frozen import frozen
from actions_core.js import MISSING, Missing, Object, loads
from actions_core.redaction import Redactor
from actions_core.request import Exchange

Outcome: TypeAlias = Literal["delivered", "not subscribed", "rejected", "failed"]
"""`rejected`: refused before anything was sent to the partner. `failed`: sent, or being sent, when it went wrong."""


@frozen(kw_only=True, late="payload")
class Delivery:
    """One event through one mapping: a value, complete when it is given."""

    subscription: Subscription = field(repr=False)
    outcome: Outcome
    payload: Object | Missing = field(default=MISSING, repr=False)
    """The validated payload; `MISSING` if the event did not come that far."""
    exchanges: tuple[Exchange, ...] = ()
    error: DeliveryError | None = field(default=None, repr=False)
    seconds: float = 0.0
    """Wall-clock time from trigger to outcome."""

    @property
    def status(self) -> int | None:
        """The HTTP status that tells the outcome: the partner's last answer, or the error's; None if not subscribed."""
        if self.error is not None:
            return self.error.status
        if self.exchanges and self.exchanges[-1].response is not None:
            return self.exchanges[-1].response.status
        return None

    def to_json(self, redact: Redactor) -> Object:
        """Give the delivery as a JSON object without secrets."""
        found: Object = {
            "mapping": self.subscription.name,
            "action": self.subscription.action,
            "outcome": self.outcome,
            "status": self.status,
            "error": None if self.error is None else error_to_json(self.error),
            "payload": None if self.payload is MISSING else self.payload,
            "requests": [exchange_to_json(exchange, redact) for exchange in self.exchanges],
            "milliseconds": round(self.seconds * 1000, 3),
        }
        shown: Object = redact.value(found)
        return shown


def error_to_json(error: DeliveryError) -> Object:
    """Give an error's message, code, status, whether Segment would retry, and the broken promises if it has any."""
    shown: Object = {
        "type": type(error).__name__,
        "message": str(error),
        "code": error.code,
        "status": error.status,
        "retryable": error.retryable,
    }
    if isinstance(error, PayloadValidationError):
        shown["errors"] = [{"path": one.path, "message": one.message} for one in error.errors]
    return shown


def exchange_to_json(exchange: Exchange, redact: Redactor) -> Object:
    """Give one request with its answer; a JSON body as JSON, another as text."""
    request, response = exchange.request, exchange.response
    shown: Object = {
        "method": request.method,
        "url": request.url,
        "headers": redact.headers(request.headers),
        "body": _body(request.headers, request.body),
    }
    if response is not None:
        shown["response"] = {
            "status": response.status,
            "headers": redact.headers(response.headers),
            "body": None if response.data is MISSING else response.data,
        }
    if exchange.error is not None:
        shown["error"] = error_to_json(exchange.error)
    cleaned: Object = redact.value(shown)
    return cleaned


def _body(headers: Mapping[str, str], body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    if "json" in headers.get("content-type", "") and text:
        try:
            return loads(text)
        except JSONSyntaxError:
            return text
    return text or None
