"""Why an event was, or was not, sent as it was: one step per arrow of the path, from the same compiled pieces."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from actions_core import trigger
from actions_core.contract import Note
from actions_core.definitions import Subscription
from actions_core.errors import DeliveryError, MappingResolveError, PayloadValidationError
from actions_core.js import MISSING, Missing, Object
from actions_core.mapping import Origin, is_internal
from actions_core.redaction import Redactor
from actions_core.request import Exchange
from actions_core.runtime.account import Attempt
from actions_core.runtime.plan import Plan
from actions_core.runtime.results import error_to_json, exchange_to_json
from actions_core.transport import HttpRequest, HttpResponse, Transport

Perform: TypeAlias = Callable[[Plan, Object, Object, Transport], Awaitable[Attempt[object]]]


@dataclass(frozen=True, kw_only=True)
class FieldExplanation:
    """One field: where its value came from, what it was, what became of it."""

    key: str
    origin: Origin | None
    """None for a field that the mapping does not fill."""
    notes: tuple[Note, ...]
    payload: Any | Missing
    """The value in the payload; `MISSING` if the field is not in it."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One event and one mapping."""

    subscription: Subscription
    trigger: trigger.Explanation
    fields: tuple[FieldExplanation, ...] = field(default=(), repr=False)
    error: DeliveryError | None = field(default=None, repr=False)
    exchanges: tuple[Exchange, ...] = ()
    """The requests that would be sent, as if the partner answered 200 with `{}`."""

    def to_json(self, redact: Redactor) -> Object:
        """Give the explanation as a JSON object without secrets."""
        shown: Object = {
            "mapping": self.subscription.name,
            "action": self.subscription.action,
            "trigger": {
                "text": self.subscription.trigger,
                "matched": self.trigger.matched,
                "because": str(self.trigger),
            },
            "fields": [_field_to_json(one) for one in self.fields],
            "error": None if self.error is None else error_to_json(self.error),
            "requests": [
                {key: value for key, value in exchange_to_json(exchange, redact).items() if key != "response"}
                for exchange in self.exchanges
            ],
        }
        cleaned: Object = redact.value(shown)
        return cleaned


def _field_to_json(explained: FieldExplanation) -> Object:
    origin = explained.origin
    shown: Object = {"field": explained.key, "from": None if origin is None else str(origin)}
    if origin is not None and origin.value is not MISSING:
        shown["value"] = origin.value
    if explained.notes:
        shown["notes"] = [str(note) for note in explained.notes]
    if explained.payload is not MISSING:
        shown["payload"] = explained.payload
    return shown


class _Rehearsal:
    """A transport that sends nothing and answers as a content partner would."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, "OK", {"content-type": "application/json"}, b"{}")

    async def aclose(self) -> None:
        pass


async def explain_plan(plan: Plan, event: Object, perform: Perform) -> Explanation:
    """Walk one event through a plan and tell each step; `perform` runs the author's function."""
    decided = plan.trigger.explain(event)
    subscription = plan.subscription
    if not decided.matched:
        return Explanation(subscription=subscription, trigger=decided)
    origins: dict[str, Origin] = {}
    notes: list[Note] = []
    payload: Object | Missing = MISSING
    exchanges: tuple[Exchange, ...] = ()
    failure: DeliveryError | None = None
    try:
        origins = plan.mapping.explain(event)
        payload = plan.contract.validate(plan.mapping.resolve(event), notes=notes)
    except (MappingResolveError, PayloadValidationError) as error:
        failure = error
    else:
        attempt = await perform(plan, event, payload, _Rehearsal())
        failure, exchanges = attempt.error, attempt.exchanges
    keys = dict.fromkeys([*plan.action.fields, *(key for key in origins if not is_internal(key))])
    return Explanation(
        subscription=subscription,
        trigger=decided,
        fields=tuple(
            FieldExplanation(
                key=key,
                origin=origins.get(key),
                notes=tuple(note for note in notes if note.key == key),
                payload=payload.get(key, MISSING) if isinstance(payload, dict) else MISSING,
            )
            for key in keys
        ),
        error=failure,
        exchanges=exchanges,
    )
