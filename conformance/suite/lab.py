"""Runs a destination's functions for checks: in process, with a scripted partner, no network and its own event loop."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, TypeAlias, TypeVar

from actions_core.definitions import CallType, Subscription
from actions_core.errors import DeliveryError
from actions_core.inputs import OAuthCredentials
from actions_core.js import MISSING, Object, stringify
from actions_core.redaction import Redactor
from actions_core.runtime import BatchDelivery, DestinationInstance
from actions_core.testing import Answer, NetworkAccessError, SentRequest, no_network
from actions_core.testing.partner import ScriptedPartner, sent_request
from conformance.contracts import BoundAction, BoundField
from conformance.suite.sent import Given, Sent
from conformance.suite.target import Target
from conformance.suite.values import expand, two_values

Profile: TypeAlias = Literal["documented", "reference"]
Answering: TypeAlias = Callable[[SentRequest], Answer]
T = TypeVar("T")

EVERY_EVENT: Final = 'type != ""'
"""What is missing is not equal to a text for Segment, so this trigger matches every event."""
SECRET: Final = "S3cret-Sentinel"  # noqa: S105 - made up
"""What made-up secrets begin with, to find them again where they should not be."""
_TOKENS: Final = OAuthCredentials(
    access_token=f"{SECRET}-access",
    refresh_token=f"{SECRET}-refresh",
    client_id="made-up-client",
    client_secret=f"{SECRET}-client",
)
_KEPT_INSTANCES: Final = 64
PATIENCE: Final = 20.0
"""Seconds after which something that is waited for has failed; the partner answers at once."""


@dataclass(frozen=True)
class SentBatch:
    """Events through one mapping as one batch."""

    delivery: BatchDelivery | None
    requests: tuple[SentRequest, ...]
    escaped: BaseException | None = None

    @property
    def delivered(self) -> list[bool]:
        """For each event whether it arrived."""
        return [] if self.delivery is None else [status.delivered for status in self.delivery.statuses]


class Lab:
    """A target, ready to be tried. Close it, or use it as a context: it has an event loop of its own."""

    def __init__(self, target: Target, profile: Profile = "documented") -> None:
        self.target: Final = target
        self.profile: Final = profile
        self.settings: Final = {**self.made_up_settings(), **target.settings}
        self.oauth: Final = _TOKENS if target.signs_in else None
        self.content: Final = target.answer or content
        """A partner that is content with everything."""
        self.deliveries = 0
        """How many deliveries were tried; `reached` of them have sent a request."""
        self.reached = 0
        self._runner: Final = asyncio.Runner()
        self._instances: Final[dict[str, tuple[DestinationInstance[Any], _Switch]]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the event loop and everything in it."""
        self.forget()
        self._runner.close()

    def forget(self) -> None:
        """Close every instance, so that the next delivery opens another one."""
        for instance, _ in self._instances.values():
            self._runner.run(instance.aclose())
        self._instances.clear()

    def fresh(self) -> Lab:
        """Give another lab for the same target, with nothing kept from this one."""
        return Lab(self.target, self.profile)

    # --- settings ---

    def made_up_settings(self, part: str = "1") -> Object:
        """Make valid settings; secrets begin with `SECRET` and end in `part`."""
        return {
            field.key: self.made_up(field, part)
            for field in self.target.bound.settings
            if field.facts.required is True or field.facts.type == "password" or field.field.type == "password"
        }

    def made_up(self, field: BoundField, part: str = "1") -> Any:
        """Make a valid value of a setting, another one for another `part`."""
        secret = "password" in (field.facts.type, field.field.type)
        if secret:
            return f"{SECRET}-{field.key}-{part}"
        one, other = two_values(field.facts, field.key)
        return one if part == "1" else other

    @property
    def secrets(self) -> list[str]:
        """The secrets that the settings and tokens hold."""
        keys = {field.key for field in self.target.secret_settings}
        values = [value for key, value in self.settings.items() if key in keys and isinstance(value, str) and value]
        if self.oauth is not None:
            tokens = (self.oauth.access_token, self.oauth.refresh_token, self.oauth.client_secret)
            values += [token for token in tokens if token]
        return values

    @property
    def redact(self) -> Redactor:
        """Hides the settings' secrets."""
        return Redactor(self.secrets)

    # --- mappings ---

    def default_mapping(self, action: BoundAction) -> Object:
        """Give the defaults of an action's fields, as the contract has them, and values for required fields without."""
        mapping: Object = {}
        for field in action.fields:
            default = field.facts.default if "default" in field.told else field.field.default
            if default is not MISSING:
                mapping[field.key] = default
            elif field.facts.required is True:
                mapping[field.key] = two_values(field.facts, field.key)[0]
        for key, hidden in action.action.fields.items():
            if hidden.unsafe_hidden and hidden.default is not MISSING:
                mapping.setdefault(key, hidden.default)
        return {**mapping, **self.sync_mode(action)}

    def probe_mapping(self, action: BoundAction) -> Object:
        """Give the mapping that takes every field from the property of its name."""
        return {
            **{field.key: {"@path": f"$.properties['{field.key}']"} for field in action.fields},
            **self.sync_mode(action),
        }

    @staticmethod
    def sync_mode(action: BoundAction) -> Object:
        """Give what a mapping says of the sync mode."""
        modes = action.action.sync_modes
        return {} if modes is None else {"__segment_internal_sync_mode": modes.default}

    # --- deliveries ---

    def probe(self, action: BoundAction, inputs: Any, **options: Any) -> Sent:
        """Deliver an event whose properties are an action's inputs, through the mapping that takes them as they are."""
        return self.deliver(action, probe_event(inputs), self.probe_mapping(action), **options)

    def deliver(
        self,
        action: BoundAction,
        event: Any,
        mapping: Object,
        *,
        trigger: str = EVERY_EVENT,
        settings: Object | None = None,
        answer: Answering | None = None,
        as_it_is: bool = False,
    ) -> Sent:
        """Deliver an event through one mapping; the event is expanded first, see `expand`, or taken as it is.

        As it is means that the plugin gets its very parts, not copies of them.
        """
        subscription = Subscription(name=action.action.title, action=action.slug, trigger=trigger, mapping=mapping)
        (sent,) = self.run_mappings([subscription], event, settings=settings, answer=answer, as_it_is=as_it_is)
        return sent

    def run_mappings(
        self,
        subscriptions: Sequence[Subscription],
        event: Any,
        *,
        settings: Object | None = None,
        answer: Answering | None = None,
        as_it_is: bool = False,
    ) -> list[Sent]:
        """Deliver an event through several mappings of one instance, as `deliver` does."""
        instance, switch = self.instance(subscriptions, settings)
        switch.begin(answer or self.content)
        found, escaped = self.run(instance.deliver(event, own=True) if as_it_is else instance.deliver(expand(event)))
        if switch.partner.failure is not None:
            raise switch.partner.failure
        answers = tuple(switch.answers)
        wanted = self.settings if settings is None else settings
        self.deliveries += max(1, len(subscriptions))
        if escaped is not None or found is None:
            received = tuple(map(sent_request, switch.partner.received))
            given = [Given(event, one, wanted, answers) for one in subscriptions]
            return [Sent("failed", received, escaped=escaped, given=one) for one in given]
        self.reached += sum(bool(one.exchanges) for one in found)
        return [
            Sent(
                one.outcome,
                tuple(sent_request(exchange.request) for exchange in one.exchanges),
                one.error,
                one.payload,
                given=Given(event, one.subscription, wanted, answers),
            )
            for one in found
        ]

    def batch(
        self,
        action: BoundAction,
        events: Sequence[Any],
        mapping: Object,
        *,
        trigger: str = EVERY_EVENT,
        settings: Object | None = None,
        answer: Answering | None = None,
    ) -> SentBatch:
        """Deliver events as one batch."""
        subscription = Subscription(name=action.action.title, action=action.slug, trigger=trigger, mapping=mapping)
        instance, switch = self.instance([subscription], settings)
        switch.begin(answer or self.batch_answer(action))
        deliver = self.target.platform.deliver_batch
        found, escaped = self.run(deliver(instance, [expand(event) for event in events]))
        requests = tuple(map(sent_request, switch.partner.received))
        return SentBatch(found[0] if found else None, requests, escaped)

    def batch_answer(self, action: BoundAction) -> Answering:
        """Give a partner that is content with batches, in the words of the annex."""
        template = action.documented.batch_answer
        return self.content if template is None else lambda request: Answer(json=fill_answer(template, request))

    def check_authentication(
        self, *, settings: Object | None = None, answer: Answering | None = None
    ) -> tuple[DeliveryError | None, tuple[SentRequest, ...], BaseException | None]:
        """Run the check of the credentials: its error, its requests, and what came out that never may."""
        instance, switch = self.instance([], settings)
        switch.begin(answer or self.content)

        async def attempt() -> DeliveryError | None:
            try:
                await instance.check_authentication()
            except DeliveryError as error:
                return error
            return None

        found, escaped = self.run(attempt())
        return found, tuple(map(sent_request, switch.partner.received)), escaped

    def instance(
        self, subscriptions: Sequence[Subscription], settings: Object | None = None
    ) -> tuple[DestinationInstance[Any], _Switch]:
        """Open an instance, or give the one that was opened for the same; raises `ConfigurationError`."""
        wanted = self.settings if settings is None else settings
        key = stringify([[[one.action, one.trigger, one.mapping] for one in subscriptions], {**wanted}])
        if key not in self._instances:
            if len(self._instances) >= _KEPT_INSTANCES:
                oldest = next(iter(self._instances))
                self._runner.run(self._instances.pop(oldest)[0].aclose())
            self._instances[key] = self.open(subscriptions, wanted)
        return self._instances[key]

    def open(self, subscriptions: Sequence[Subscription], settings: Object) -> tuple[DestinationInstance[Any], _Switch]:
        """Open an instance of one's own."""
        switch = _Switch()
        # What a plugin does to its mapping reaches no other instance.
        own = [replace(one, mapping=copy.deepcopy(one.mapping)) for one in subscriptions]
        instance = self.target.platform.instance(
            self.target.destination, copy.deepcopy(settings), own, transport=switch, oauth=self.oauth
        )
        return instance, switch

    def run(self, work: Coroutine[Any, Any, T]) -> tuple[T | None, BaseException | None]:
        """Run something of an instance: what it gives, or what came out of it; a `TimeoutError` if nothing did."""

        async def patiently() -> T:
            async with asyncio.timeout(PATIENCE):
                return await work

        try:
            with no_network():
                return self._runner.run(patiently()), None
        except (Exception, NetworkAccessError) as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            return None, error


class _Switch:
    """A transport whose partner is another one for each delivery."""

    def __init__(self) -> None:
        self.partner = ScriptedPartner(content)
        self.answers: list[Answer] = []

    def begin(self, answer: Answering) -> None:
        answers: list[Answer] = []

        def noting(request: SentRequest) -> Answer:
            answers.append(answer(request))
            return answers[-1]

        self.answers = answers
        self.partner = ScriptedPartner(noting)

    async def send(self, request: Any) -> Any:
        """See `Transport.send`."""
        return await self.partner.send(request)

    async def aclose(self) -> None:
        """Close nothing."""


def content(_request: SentRequest) -> Answer:
    """Answer as a partner that is content with everything."""
    return Answer()


def status(code: int, **options: Any) -> Answering:
    """Give a partner that answers everything with one status."""
    return lambda _request: Answer(status=code, **options)


def no_answer(reason: str) -> Answering:
    """Give a partner that does not answer, for the reason that Node gives: `ETIMEDOUT`, `ECONNRESET`."""
    return lambda _request: Answer(error=reason)


def fill_answer(template: Any, request: SentRequest) -> Any:
    """Fill in an answer: `{"@each": "/operations", "value": …}` is a list as long as that one of the request."""
    if isinstance(template, dict):
        if "@each" in template:
            found: Any = request.json
            for key in str(template["@each"]).split("/")[1:]:
                found = found[key]
            return [template.get("value") for _ in found]
        return {key: fill_answer(inner, request) for key, inner in template.items()}
    return [fill_answer(inner, request) for inner in template] if isinstance(template, list) else template


def probe_event(inputs: Any, call: CallType = "track") -> Object:
    """Give an event that has an action's inputs as its properties, and otherwise only what every event has."""
    return {
        "type": call,
        "event": "Probe",
        "messageId": "probe-0001",
        "timestamp": "2026-01-15T10:00:00.250Z",
        "properties": inputs,
    }
