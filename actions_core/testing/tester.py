"""Running a destination in a test: every function of an author's, against a partner that answers as it was told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

from actions_core.answers import Audience, DynamicChoices, HookResult, RefreshedTokens
from actions_core.check import check_destination
from actions_core.definitions import Destination, Subscription, action_of, default_values, preset_subscriptions
from actions_core.errors import DefinitionError, DeliveryError
from actions_core.inputs import HookType, OAuthCredentials, SettingsT, SyncMode
from actions_core.js import MISSING, Missing, Object
from actions_core.redaction import Redactor
from actions_core.runtime import DestinationInstance
from actions_core.testing.events import create_event
from actions_core.testing.network import no_network
from actions_core.testing.partner import Answer, ScriptedPartner, SentRequest
from actions_core.testing.results import ActionResult, BatchResult, CallResult
from actions_core.transport import HttpRequest

T = TypeVar("T")

_EVERY_EVENT: Final = 'type != ""'
"""What is missing is not equal to a text for Segment, so this trigger matches events without a type too."""


class DestinationTester(Generic[SettingsT]):
    """Runs a destination's functions, one at a time, as Segment would, with a scripted partner and no network.

    The partner answers 200 with `{}` unless `respond` says otherwise. Every method works in ordinary tests and in async
    ones. A run never raises what one event has done wrong: its result has the `error`.
    """

    def __init__(
        self,
        destination: Destination[SettingsT],
        *,
        settings: Object | None = None,
        oauth: OAuthCredentials | None = None,
    ) -> None:
        """Check the definition as when it is loaded; raises `DefinitionError`, and later `SettingsError`."""
        problems = list(check_destination(destination))
        if problems:
            raise DefinitionError(destination.name, problems)
        self.destination: Final = destination
        self.settings: Final[Object] = dict(settings or {})
        self.oauth: Final = oauth
        self._script: Final[deque[Answer]] = deque()
        self._otherwise: Callable[[SentRequest], Answer] = _content

    # --- the partner -------------------------------------------------------------------------------------------------

    def respond(
        self,
        status: int = 200,
        *,
        json: Any = MISSING,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        error: str | None = None,
    ) -> None:
        """Let the partner answer the next request like this; called again, the one after it, and so on.

        `json` is `{}` unless it or `body` is given. `error` is Node's name for why there is no answer: `"ETIMEDOUT"`,
        `"ECONNRESET"`.
        """
        self._script.append(
            Answer(status=status, json={} if json is MISSING else json, body=body, headers=headers or {}, error=error)
        )

    def respond_with(self, function: Callable[[SentRequest], Answer]) -> None:
        """Let a function answer every request that `respond` has no answer for.

        What it raises, a failed assertion above all, ends the test.
        """
        self._otherwise = function

    @property
    def unused_answers(self) -> tuple[Answer, ...]:
        """Answers of `respond` that no request has asked for yet."""
        return tuple(self._script)

    def _answer(self, request: SentRequest) -> Answer:
        return self._script.popleft() if self._script else self._otherwise(request)

    # --- events ------------------------------------------------------------------------------------------------------

    def action(
        self,
        action: str,
        event: Object | None = None,
        *,
        mapping: Object | None = None,
        use_default_mappings: bool = False,
        sync_mode: SyncMode | None = None,
    ) -> ActionResult:
        """Run one event through an action, whatever trigger it has.

        Without a `mapping` the defaults of the action's fields are used; with `use_default_mappings` they are used for
        the fields that the `mapping` leaves out. Without an event it is `create_event()`; one that is given is taken as
        it is. Raises `ConfigurationError` for a mapping that Segment would refuse.
        """
        subscription = self._subscription(action, mapping, sync_mode, defaults=use_default_mappings)
        return self._deliver(subscription, create_event() if event is None else event)

    def deliver(self, event: Object) -> list[ActionResult]:
        """Run one event through the destination's presets, triggers included: one result for each preset."""
        return [self._deliver(subscription, event) for subscription in preset_subscriptions(self.destination)]

    def batch(
        self,
        action: str,
        events: Sequence[Object] | None = None,
        *,
        mapping: Object | None = None,
        use_default_mappings: bool = False,
        sync_mode: SyncMode | None = None,
    ) -> BatchResult:
        """Run events through an action as one batch; as `action` otherwise."""
        subscription = self._subscription(action, mapping, sync_mode, defaults=use_default_mappings)
        batch = [create_event()] if events is None else list(events)
        ran = self._run([subscription], lambda instance: instance.deliver_batch(batch))
        (found,) = ran.answer
        return BatchResult(delivery=found, error=found.error, sent=ran.sent, tokens=ran.tokens, redact=ran.redact)

    def poll(self, batch: BatchResult) -> BatchResult:
        """Ask what has become of a batch that the partner was still working on."""
        subscription = batch.delivery.subscription
        ran = self._run([subscription], lambda instance: instance.poll(batch.delivery))
        found = ran.answer
        return BatchResult(delivery=found, error=found.error, sent=ran.sent, tokens=ran.tokens, redact=ran.redact)

    # --- besides events ----------------------------------------------------------------------------------------------

    def check_authentication(self) -> CallResult[None]:
        """Ask the partner whether the settings are right; the error is an `InvalidAuthenticationError` if not."""
        return self._call(lambda instance: instance.check_authentication())

    def dynamic_field(
        self,
        action: str,
        field: str,
        *,
        payload: Object | None = None,
        query: str | None = None,
        page: str | None = None,
        hook_inputs: Object | None = None,
    ) -> CallResult[DynamicChoices]:
        """Ask what a dynamic field offers, given what has been entered so far.

        `field` is a field's key, `products.[0].sku` for a property in a list, `traits.plan` for one of an object.
        """
        return self._call(
            lambda instance: instance.dynamic_choices(
                action, field, payload=payload, query=query, page=page, hook_inputs=hook_inputs
            )
        )

    def hook(
        self,
        action: str,
        kind: HookType = "onMappingSave",
        inputs: Object | None = None,
        *,
        payload: Object | None = None,
        hook_outputs: Object | None = None,
        audience_settings: Object | None = None,
    ) -> CallResult[HookResult]:
        """Run a mapping hook with what the mapping's owner enters; `hook_outputs` is what was saved before."""
        return self._call(
            lambda instance: instance.run_hook(
                action, kind, inputs, payload, hook_outputs=hook_outputs, audience_settings=audience_settings
            )
        )

    def hook_field(
        self,
        action: str,
        field: str,
        kind: HookType = "onMappingSave",
        *,
        inputs: Object | None = None,
        query: str | None = None,
        page: str | None = None,
    ) -> CallResult[DynamicChoices]:
        """Ask for what a dynamic input of a mapping hook offers."""
        return self._call(
            lambda instance: instance.hook_choices(action, kind, field, hook_inputs=inputs, query=query, page=page)
        )

    def create_audience(
        self, name: str, *, audience_settings: Object | None = None, personas: Object | None = None
    ) -> CallResult[Audience]:
        """Make an audience at the partner."""
        return self._call(
            lambda instance: instance.create_audience(name, audience_settings=audience_settings, personas=personas)
        )

    def get_audience(self, external_id: str, *, audience_settings: Object | None = None) -> CallResult[Audience]:
        """Look an audience up at the partner."""
        return self._call(lambda instance: instance.get_audience(external_id, audience_settings=audience_settings))

    def delete_user(
        self, user_id: str | Missing = MISSING, anonymous_id: str | Missing = MISSING
    ) -> CallResult[object]:
        """Delete a user's data at the partner."""
        return self._call(lambda instance: instance.delete_user(user_id, anonymous_id))

    # --- how ---------------------------------------------------------------------------------------------------------

    def _subscription(
        self, action: str, mapping: Object | None, sync_mode: SyncMode | None, *, defaults: bool
    ) -> Subscription:
        found = action_of(self.destination, action)
        values = default_values(found.fields) if mapping is None or defaults else {}
        values.update(mapping or {})
        if sync_mode is not None:
            values["__segment_internal_sync_mode"] = sync_mode
        return Subscription(name=found.title, action=action, trigger=_EVERY_EVENT, mapping=values)

    def _deliver(self, subscription: Subscription, event: Object) -> ActionResult:
        ran = self._run([subscription], lambda instance: instance.deliver(event))
        (found,) = ran.answer
        return ActionResult(
            outcome=found.outcome,
            payload=found.payload,
            status=found.status,
            error=found.error,
            sent=ran.sent,
            tokens=ran.tokens,
            redact=ran.redact,
        )

    def _call(self, call: Callable[[DestinationInstance[SettingsT]], Awaitable[T]]) -> CallResult[T]:
        async def attempt(instance: DestinationInstance[SettingsT]) -> tuple[T | None, DeliveryError | None]:
            try:
                return await call(instance), None
            except DeliveryError as error:
                return None, error

        ran = self._run([], attempt)
        given, error = ran.answer
        return CallResult(given=given, error=error, sent=ran.sent, tokens=ran.tokens, redact=ran.redact)

    def _run(
        self,
        subscriptions: Sequence[Subscription],
        call: Callable[[DestinationInstance[SettingsT]], Awaitable[T]],
    ) -> _Ran[T]:
        partner = ScriptedPartner(self._answer)
        tokens: list[RefreshedTokens] = []

        async def keep(refreshed: RefreshedTokens) -> None:
            tokens.append(refreshed)

        async def run() -> _Ran[T]:
            async with DestinationInstance(
                self.destination,
                self.settings,
                subscriptions,
                transport=partner,
                oauth=self.oauth,
                on_token_refresh=keep,
            ) as instance:
                answer = await call(instance)
            return _Ran(answer, tuple(partner.received), tokens[-1] if tokens else None, instance.redact)

        with no_network():
            ran = _run_to_the_end(run())
        if partner.failure is not None:
            raise partner.failure
        return ran


@dataclass(frozen=True)
class _Ran(Generic[T]):
    """What came of running something with an instance."""

    answer: T
    sent: tuple[HttpRequest, ...]
    tokens: RefreshedTokens | None
    redact: Redactor


TesterFactory: TypeAlias = Callable[..., DestinationTester[Any]]
"""Makes testers, with the arguments of `DestinationTester`: what the fixture `destination_tester` is."""


def _content(request: SentRequest) -> Answer:
    """Answer as a partner that is content with everything."""
    return Answer()


def _run_to_the_end(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from ordinary code, or from the midst of an event loop, which waits meanwhile."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        in_a_loop = False
    else:
        in_a_loop = True
    if not in_a_loop:
        return asyncio.run(coroutine)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
