"""A destination as a customer has connected it: settings, mappings and one transport for all deliveries."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from actions_core.definitions import Destination, ExecuteInput, Subscription, preset_subscriptions
from actions_core.errors import (
    DeliveryError,
    InvalidAuthenticationError,
    MappingResolveError,
    PayloadValidationError,
    PerformError,
)
from actions_core.js import MISSING, Missing, Object, type_of
from actions_core.redaction import Redactor
from actions_core.request import Request, RequestOptions
from actions_core.rules.limits import check_mapping_count
from actions_core.runtime.explanation import Explanation, explain_plan
from actions_core.runtime.plan import Plan
from actions_core.runtime.results import Delivery, Outcome
from actions_core.runtime.settings import redactor_of, settings_from
from actions_core.transport import Transport

SettingsT = TypeVar("SettingsT")


class DestinationInstance(Generic[SettingsT]):
    """Delivers events to one partner account; any number of deliveries may run at once.

    >>> async with DestinationInstance(usermotion, {"apiKey": "…"}, transport=HttpxTransport()) as instance:
    ...     deliveries = await instance.deliver(event)      # doctest: +SKIP
    """

    def __init__(
        self,
        destination: Destination[SettingsT],
        settings: Object,
        subscriptions: Sequence[Subscription] | None = None,
        *,
        transport: Transport,
    ) -> None:
        """Check settings and compile the mappings, by default those of the destination's presets.

        Raises `SettingsError` or another `ConfigurationError`; nothing is sent. The transport is closed with the
        instance.
        """
        if subscriptions is None:
            subscriptions = preset_subscriptions(destination)
        check_mapping_count(len(subscriptions))
        self.destination: Final = destination
        self.redact: Final = redactor_of(destination, settings)
        self.plans: Final = tuple(
            Plan.compile(destination, subscription) for subscription in subscriptions if subscription.enabled
        )
        self._settings: Final = settings_from(destination, settings)
        self._transport: Final = transport

    async def __aenter__(self) -> DestinationInstance[SettingsT]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()

    async def deliver(self, event: Object) -> list[Delivery]:
        """Run one event through every enabled mapping, in order, and send what matches.

        Never raises for an event: each `Delivery` tells its outcome, and one that fails does not keep the others from
        being sent. (In the reference one failure hides the other mappings' results.)
        """
        return [await self._deliver(plan, event) for plan in self.plans]

    async def explain(self, event: Object) -> list[Explanation]:
        """Tell, for each enabled mapping, what would happen to an event and why; nothing is sent."""
        return [await explain_plan(plan, event, self._perform) for plan in self.plans]

    async def check_authentication(self) -> None:
        """Ask the partner whether the settings are right; returns at once for a destination that has no such check.

        Raises `InvalidAuthenticationError` with the reference's text.
        """
        authentication = self.destination.authentication
        if authentication is None or authentication.check is None:
            return
        data = ExecuteInput(payload=None, settings=self._settings)
        try:
            await authentication.check(self._request(self._transport, data), data)
        except Exception as error:
            shown = error if isinstance(error, DeliveryError) else _perform_error(error, self.redact)
            response = getattr(error, "response", None)
            status = "" if response is None else response.status
            raise InvalidAuthenticationError(self.redact.text(f"Credentials are invalid: {status} {shown}")) from error

    def _request(self, transport: Transport, data: ExecuteInput[Any, SettingsT]) -> Request:
        extend = self.destination.extend_request
        return Request(transport, extend(data) if extend else RequestOptions(), self.redact)

    async def _perform(
        self, plan: Plan, event: Object, payload: Object, transport: Transport | None = None
    ) -> tuple[Request | None, DeliveryError | None]:
        request: Request | None = None
        try:
            data = ExecuteInput(
                payload=plan.build(payload),
                settings=self._settings,
                raw_data=event,
                raw_mapping=plan.subscription.mapping,
            )
            request = self._request(transport or self._transport, data)
            await plan.action.perform(request, data)
        except DeliveryError as error:
            return request, error
        except Exception as error:  # noqa: BLE001 - an author's code may raise anything; it becomes this event's failure
            return request, _perform_error(error, self.redact)
        return request, None

    async def _deliver(self, plan: Plan, event: Any) -> Delivery:
        started = perf_counter()

        def done(
            outcome: Outcome,
            payload: Object | Missing = MISSING,
            request: Request | None = None,
            error: DeliveryError | None = None,
        ) -> Delivery:
            return Delivery(
                subscription=plan.subscription,
                outcome=outcome,
                payload=payload,
                exchanges=tuple(request.exchanges) if request else (),
                error=error,
                seconds=perf_counter() - started,
            )

        if not isinstance(event, dict):
            # Reference: an event that is no object ends in a raw TypeError before the mapping could say this.
            return done("rejected", error=MappingResolveError(f"data must be an object, got {type_of(event)}"))
        if not plan.trigger.matches(event):
            return done("not subscribed")
        try:
            payload = plan.payload_of(event)
        except (MappingResolveError, PayloadValidationError) as error:
            return done("rejected", error=error)
        request, failure = await self._perform(plan, event, payload)
        if failure is None:
            return done("delivered", payload, request)
        refused = isinstance(failure, PayloadValidationError) and not (request and request.exchanges)
        return done("rejected" if refused else "failed", payload, request, failure)


def _perform_error(error: Exception, redact: Redactor) -> PerformError:
    """Wrap what an author's function raised, with the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = redact.text(f"{type(error).__name__}: {error}")
    wrapped = PerformError(message, f"{Path(frame.filename).name}:{frame.lineno}")
    wrapped.__cause__ = error
    return wrapped
