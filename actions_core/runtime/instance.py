"""A destination as a customer has connected it: an account and the mappings of its events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from types import TracebackType
from typing import Any, Final, Generic

from actions_core.answers import Audience, DynamicChoices, HookResult, MultiStatus, Submitted
from actions_core.definitions import Destination, Subscription, action_of, preset_subscriptions
from actions_core.encoding import decode
from actions_core.errors import (
    DeliveryError,
    IntegrationError,
    InvalidAuthenticationError,
    JSONSyntaxError,
    MappingResolveError,
    NotJSONError,
    PayloadValidationError,
)
from actions_core.frozen import made
from actions_core.inputs import AuthTokens, BatchInput, ExecuteInput, HookType, OAuthCredentials, SettingsT
from actions_core.js import MISSING, Missing, Object, nests_deeper, type_of
from actions_core.redaction import Redactor
from actions_core.rules.limits import check_mapping_count
from actions_core.runtime import batches, operations
from actions_core.runtime.account import Account, Attempt, TokenListener
from actions_core.runtime.batches import BatchDelivery, EventStatus, Job
from actions_core.runtime.explanation import Explanation, explain_plan
from actions_core.runtime.plan import MAX_DEPTH, TOO_DEEP, Plan
from actions_core.runtime.results import Delivery, Outcome
from actions_core.transport import Transport


class DestinationInstance(Generic[SettingsT]):
    """Delivers events to one account at a partner; any number of deliveries may run at once.

    async with DestinationInstance(usermotion, {"apiKey": "…"}, transport=open_transport()) as instance:
        deliveries = await instance.deliver(event)
    """

    def __init__(
        self,
        destination: Destination[SettingsT],
        settings: Object,
        subscriptions: Sequence[Subscription] | None = None,
        *,
        transport: Transport,
        oauth: OAuthCredentials | None = None,
        on_token_refresh: TokenListener | None = None,
        all_or_nothing: bool = False,
    ) -> None:
        """Check settings and compile the mappings, by default those of the destination's presets.

        `oauth` are the account's tokens, for a destination with an OAuth scheme; `on_token_refresh` is awaited whenever
        they have been replaced. With `all_or_nothing` one mapping's failure is raised and hides what became of the
        others, as in the reference; without it mappings are independent, as in Segment's cloud.

        Raises `SettingsError` or another `ConfigurationError`; nothing is sent. The transport is closed with the
        instance.
        """
        if subscriptions is None:
            subscriptions = preset_subscriptions(destination)
        check_mapping_count(len(subscriptions))
        self.destination: Final = destination
        self._use([Plan.compile(destination, subscription) for subscription in subscriptions if subscription.enabled])
        self.account: Final[Account[SettingsT]] = Account(
            destination, settings, transport, oauth=oauth, on_token_refresh=on_token_refresh
        )
        self._all_or_nothing: Final = all_or_nothing

    def _use(self, plans: Sequence[Plan]) -> None:
        self.plans = tuple(plans)
        # An event meets the triggers that can match its type at all; for the others the answer is here already.
        self._not_subscribed = [Delivery(subscription=plan.subscription, outcome="not subscribed") for plan in plans]
        self._plans_of_any_type = _plans_for(self.plans, None)
        known = frozenset[str]().union(*(plan.trigger.call_types or () for plan in plans))
        self._plans_by_type = {call_type: _plans_for(self.plans, call_type) for call_type in known}

    async def __aenter__(self) -> DestinationInstance[SettingsT]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the transport."""
        await self.account.aclose()

    @property
    def redact(self) -> Redactor:
        """Hides the account's secrets."""
        return self.account.redact

    async def deliver(self, event: Object | bytes, *, own: bool = False) -> list[Delivery]:
        """Run one event through every enabled mapping, in order, and send what matches, side by side if several do.

        What an author's function is given is a copy, unless nobody else has the event: it was given as JSON text, in
        UTF-8, or is the caller's `own` to give away. Whatever the function does to its payload is done to an own event.

        Never raises for an event: each `Delivery` tells its outcome, and one that fails does not keep the others from
        being sent (see `all_or_nothing`).
        """
        text = event if isinstance(event, bytes) else None
        try:
            found: Any = event if text is None else decode(text)
            if not isinstance(found, dict):
                raise not_an_event(found)
        except (JSONSyntaxError, MappingResolveError, NotJSONError) as error:
            refusal = error if isinstance(error, MappingResolveError) else MappingResolveError(str(error))
            deliveries = [_rejected(plan, refusal, perf_counter()) for plan in self.plans]
            self._raise_first(deliveries)
            return deliveries
        deliveries = self._not_subscribed.copy()
        matched: list[tuple[int, Plan, Object, float]] = []
        kind = found.get("type")
        plans = self._plans_by_type.get(kind) if isinstance(kind, str) else None
        for place, plan in self._plans_of_any_type if plans is None else plans:
            started = perf_counter()
            try:
                if plan.trigger.matches(found):
                    matched.append((place, plan, plan.payload_of(found), started))
            except (MappingResolveError, PayloadValidationError) as error:
                deliveries[place] = _rejected(plan, error, started)
            except NotJSONError as error:
                deliveries[place] = _rejected(plan, MappingResolveError(str(error)), started)
        if len(matched) == 1:  # the usual case, which needs no task of its own
            place, plan, payload, started = matched[0]
            deliveries[place] = await self._send(plan, found, payload, started, text, own=own)
        elif matched:
            sending = [self._send(plan, found, payload, started) for _, plan, payload, started in matched]
            for (place, *_), delivery in zip(matched, await asyncio.gather(*sending), strict=True):
                deliveries[place] = delivery
        if self._all_or_nothing:
            self._raise_first(deliveries)
        return deliveries

    async def deliver_batch(self, events: Sequence[Object], *, own: bool = False) -> list[BatchDelivery]:
        """Run events through every enabled mapping as one batch each, which is one call of `perform_batch`.

        What an author's function is given is a copy, unless the events are the caller's `own` to give away.

        Never raises for an event: each `BatchDelivery` has a status for every event, in order, those that were not
        subscribed or not valid included.
        """
        gives_away = own and len(self.plans) == 1 and not self.account.signed_in
        deliveries = [await self._deliver_batch(plan, events, gives_away=gives_away) for plan in self.plans]
        self._raise_first(deliveries)
        return deliveries

    async def poll(self, delivery: BatchDelivery) -> BatchDelivery:
        """Ask what has become of a batch that was submitted; gives the delivery as it stands now.

        One that is not waiting for the partner is given back as it is. A question that fails leaves the job open if
        Segment would ask again; else the job has failed.
        """
        plan = next((plan for plan in self.plans if plan.subscription == delivery.subscription), None)
        job = delivery.job
        if plan is None or job is None:
            return delivery
        attempt = await self._poll(plan, job)
        asked = replace(delivery, exchanges=delivery.exchanges + attempt.exchanges, error=attempt.error)
        if isinstance(attempt.answer, Submitted):
            return replace(asked, job=replace(job, id=attempt.answer.job_id))
        if attempt.answer is None if attempt.error is None else attempt.error.retryable:
            return asked
        return replace(asked, job=None, statuses=batches.placed(delivery.statuses, job.payloads, attempt))

    async def explain(self, event: Any) -> list[Explanation]:
        """Tell, for each enabled mapping, what would happen to an event and why; nothing is sent.

        Raises `MappingResolveError` for what is no event.
        """
        if not isinstance(event, dict):
            raise not_an_event(event)
        return [await explain_plan(plan, event, self._perform) for plan in self.plans]

    async def check_authentication(self) -> None:
        """Ask the partner whether the settings are right; returns at once for a destination that has no such check.

        Raises `InvalidAuthenticationError` with the reference's text.
        """
        authentication = self.destination.authentication
        if authentication is None or authentication.check is None:
            return
        attempt = await self.account.run(
            authentication.check,
            lambda auth: ExecuteInput(payload=None, settings=self.account.settings, auth=auth),
            must_refresh=False,
        )
        if attempt.error is not None:
            response = getattr(attempt.error, "response", None)
            status = "" if response is None else response.status
            message = self.redact.text(f"Credentials are invalid: {status} {attempt.error}")
            raise InvalidAuthenticationError(message) from attempt.error

    # --- besides events: see `operations` -----------------------------------------------------------------------------

    async def dynamic_choices(
        self,
        action: str,
        field: str,
        *,
        payload: Object | None = None,
        query: str | None = None,
        page: str | None = None,
        hook_inputs: Object | None = None,
    ) -> DynamicChoices:
        """Ask for what a dynamic field of an action offers, given what has been entered so far."""
        found = action_of(self.destination, action)
        return await operations.dynamic_choices(
            self.account, found, field, payload=payload or {}, query=query, page=page, hook_inputs=hook_inputs or {}
        )

    async def run_hook(
        self,
        action: str,
        kind: HookType,
        inputs: Object | None = None,
        payload: Object | None = None,
        *,
        hook_outputs: Object | None = None,
        audience_settings: Object | None = None,
    ) -> HookResult:
        """Run a mapping hook of an action, as when a mapping is saved; `hook_outputs` is what was saved before."""
        found = action_of(self.destination, action)
        return await operations.run_hook(
            self.account,
            found,
            kind,
            inputs or {},
            payload=payload or {},
            hook_outputs=hook_outputs or {},
            audience_settings=audience_settings or {},
        )

    async def hook_choices(
        self,
        action: str,
        kind: HookType,
        field: str,
        *,
        hook_inputs: Object | None = None,
        query: str | None = None,
        page: str | None = None,
    ) -> DynamicChoices:
        """Ask for what a dynamic input of a mapping hook offers."""
        found = action_of(self.destination, action)
        return await operations.hook_choices(
            self.account, found, kind, field, hook_inputs=hook_inputs or {}, query=query, page=page
        )

    async def create_audience(
        self, name: str, *, audience_settings: Object | None = None, personas: Object | None = None
    ) -> Audience:
        """Make an audience at the partner."""
        return await operations.create_audience(
            self.account,
            self.destination,
            name,
            audience_settings=audience_settings or {},
            personas=personas or {},
        )

    async def get_audience(self, external_id: str, *, audience_settings: Object | None = None) -> Audience:
        """Look an audience up at the partner."""
        return await operations.get_audience(
            self.account, self.destination, external_id, audience_settings=audience_settings or {}
        )

    async def delete_user(self, user_id: str | Missing = MISSING, anonymous_id: str | Missing = MISSING) -> object:
        """Delete a user's data at the partner; gives what the author's function answers."""
        return await operations.delete_user(self.account, self.destination, user_id, anonymous_id)

    # --- one mapping -------------------------------------------------------------------------------------------------

    def _perform(
        self, plan: Plan, event: Object, payload: Object, transport: Transport | None = None
    ) -> Awaitable[Attempt[object]]:
        return self.account.run(
            plan.action.perform,
            lambda auth: plan.input_for(event, payload, self.account.settings, auth),
            transport=transport,
        )

    async def _send(
        self,
        plan: Plan,
        event: Object,
        payload: Object,
        started: float,
        text: bytes | None = None,
        *,
        own: bool = False,
    ) -> Delivery:
        """Send what has become of an event; if it was read from a text, it is the author's function's to keep."""
        told: dict[str, Any] = {"payload": payload}
        if (text is None and not own) or self.account.signed_in or not plan.repeatable:
            attempt = await self._perform(plan, event, payload)
        else:
            attempt = await self.account.run(
                plan.action.perform,
                lambda auth: plan.input_given(event, payload, text, self.account.settings, auth),
            )
            if text is not None:  # the payload may no longer be what it was
                told = {"_payload": lambda: plan.payload_of(decode(text))}
        outcome: Outcome = "delivered"
        error = attempt.error
        if error is not None:
            if isinstance(error.__cause__, RecursionError) and nests_deeper(payload, MAX_DEPTH):
                # The event's fault, not the author's: nobody counts the levels of every event for it.
                error = MappingResolveError(TOO_DEEP)
            refused = isinstance(error, (PayloadValidationError, MappingResolveError)) and not attempt.exchanges
            outcome = "rejected" if refused else "failed"
        told["subscription"] = plan.subscription
        told["outcome"] = outcome
        told["exchanges"] = attempt.exchanges
        told["error"] = error
        told["seconds"] = perf_counter() - started
        return made(Delivery, told)

    async def _deliver_batch(self, plan: Plan, events: Sequence[Any], *, gives_away: bool) -> BatchDelivery:
        started = perf_counter()
        build = plan.give if gives_away else plan.build
        statuses: list[EventStatus] = [batches.not_subscribed()] * len(events)
        ready: dict[int, Object] = {}
        built: list[Any] = []
        first: Object | None = None
        for index, event in enumerate(events):
            try:
                if not isinstance(event, dict):
                    raise not_an_event(event)
                if plan.trigger.matches(event):
                    first = event if first is None else first
                    ready[index] = payload = plan.batched_payload_of(event)
                    built.append(build(payload))
            except RecursionError:
                del ready[index]
                statuses[index] = batches.refused(MappingResolveError(TOO_DEEP))
            except (MappingResolveError, PayloadValidationError, NotJSONError) as error:
                statuses[index] = batches.refused(error)
        attempt: Attempt[object] = Attempt()
        if first is not None:
            attempt = await self._perform_batch(plan, events, ready, built, first)
            if attempt.error is not None and isinstance(attempt.error.__cause__, RecursionError):
                # The fault of some of the events, perhaps: their neighbours have another try, if nothing was sent yet.
                deep = [index for index, payload in ready.items() if nests_deeper(payload, MAX_DEPTH)]
                if deep and not attempt.exchanges:
                    for index in deep:
                        del ready[index]
                        statuses[index] = batches.refused(MappingResolveError(TOO_DEEP))
                    built = [plan.build(payload) for payload in ready.values()]
                    attempt = await self._perform_batch(plan, events, ready, built, first)
        return BatchDelivery(
            subscription=plan.subscription,
            statuses=batches.placed(statuses, ready, attempt),
            subscribed=first is not None,
            exchanges=attempt.exchanges,
            error=attempt.error,
            job=Job(id=attempt.answer.job_id, payloads=ready) if isinstance(attempt.answer, Submitted) else None,
            seconds=perf_counter() - started,
        )

    async def _perform_batch(
        self, plan: Plan, events: Sequence[Any], ready: Mapping[int, Object], built: list[Any], first: Object
    ) -> Attempt[object]:
        if plan.action.perform_batch is None:
            return Attempt(
                error=IntegrationError("This action does not support batched requests.", "NotImplemented", 501)
            )
        if not ready:
            return Attempt()
        unused = [built]

        def make_input(auth: AuthTokens) -> BatchInput[Any, SettingsT]:
            # A second try gets payloads of its own.
            payloads = unused.pop() if unused else [plan.build(payload) for payload in ready.values()]
            return plan.batch_input_for(
                [events[index] for index in ready], payloads, first, self.account.settings, auth
            )

        return await self.account.run(plan.action.perform_batch, make_input, batch_size=len(ready))

    async def _poll(self, plan: Plan, job: Job) -> Attempt[MultiStatus | Submitted | None]:
        if plan.action.poll_batch is None:
            return Attempt(error=IntegrationError("This action has no poll_batch.", "NotImplemented", 501))
        return await self.account.run(
            plan.action.poll_batch,
            lambda auth: plan.poll_input_for(job.id, len(job.payloads), self.account.settings, auth),
            batch_size=len(job.payloads),
        )

    def _raise_first(self, deliveries: Sequence[Delivery | BatchDelivery]) -> None:
        if self._all_or_nothing:
            for delivery in deliveries:
                if delivery.error is not None:
                    raise delivery.error


def not_an_event(value: object) -> MappingResolveError:
    """Say what somebody gave for an event; raises `NotJSONError` for what JSON cannot hold."""
    # Segment's runtime ends in a raw TypeError before its mapping could say this.
    return MappingResolveError(f"data must be an object, got {type_of(value)}")


def _plans_for(plans: Sequence[Plan], call_type: str | None) -> list[tuple[int, Plan]]:
    """List the plans whose trigger can match a call type, or any one that no trigger knows, each with its place."""
    return [
        (place, plan)
        for place, plan in enumerate(plans)
        if plan.trigger.call_types is None or call_type in plan.trigger.call_types
    ]


def _rejected(plan: Plan, error: DeliveryError, started: float) -> Delivery:
    return Delivery(subscription=plan.subscription, outcome="rejected", error=error, seconds=perf_counter() - started)
