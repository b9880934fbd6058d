"""A mapping, compiled: its trigger, its values, its contract and its action in one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from actions_core.contract import Contract, compile_contract
from actions_core.definitions import AnyAction, Destination, Subscription, action_of
from actions_core.encoding import decode
from actions_core.errors import ConfigurationError, MappingResolveError
from actions_core.frozen import made
from actions_core.inputs import (
    SYNC_MODES,
    AuthTokens,
    BatchInput,
    ExecuteInput,
    PollInput,
    SyncMode,
)
from actions_core.js import Object, stringify, to_string, truthy
from actions_core.mapping import CompiledMapping, compile_mapping
from actions_core.rules.audience import audience_membership, personas_of
from actions_core.runtime.quick import Quick
from actions_core.runtime.values import Builder, compile_builder, same
from actions_core.trigger import Trigger, compile_trigger

MAX_DEPTH: Final = 200
"""Levels that a payload may be nested: beyond some hundreds of them Python's stack ends."""
TOO_DEEP: Final = "The event is nested too deeply to be sent."


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to every event of one subscription; nothing in it is parsed again."""

    subscription: Subscription
    action: AnyAction[Any] = field(repr=False)
    trigger: Trigger = field(repr=False)
    mapping: CompiledMapping = field(repr=False)
    contract: Contract = field(repr=False)
    build: Builder = field(repr=False)
    """Makes what `perform` is given of a copy of the payload."""
    give: Builder = field(repr=False)
    """Makes it of the payload itself, which nobody else may have then."""
    sync_mode: SyncMode | None
    matching_key: str | None
    hook_outputs: Mapping[str, Object] = field(repr=False)
    repeatable: bool
    """Whether an event always has the same payload; a Liquid template may tell the time."""
    single: Quick = field(init=False, repr=False, compare=False)
    batched: Quick = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Of this mapping and this contract, also where a plan is made of another one.
        object.__setattr__(self, "single", Quick(self.mapping, self.contract, single=True))
        object.__setattr__(self, "batched", Quick(self.mapping, self.contract, single=False))

    @classmethod
    def compile(cls, destination: Destination[Any], subscription: Subscription) -> Plan:
        """Compile a subscription.

        Raises `UnknownActionError`, `TriggerSyntaxError` or `MappingError`, all of them a `ConfigurationError`.
        """
        action = action_of(destination, subscription.action, f"mapping {subscription.name!r}: ")
        mapping = subscription.mapping
        matching_key = mapping.get("__segment_internal_matching_key")
        try:
            return cls(
                subscription=subscription,
                action=action,
                trigger=compile_trigger(subscription.trigger),
                mapping=compile_mapping(mapping),
                contract=compile_contract(action.fields),
                build=compile_builder(action.payload),
                give=compile_builder(action.payload, same),
                sync_mode=_sync_mode(action, mapping.get("__segment_internal_sync_mode")),
                matching_key=to_string(matching_key) if truthy(matching_key) else None,
                hook_outputs={kind: mapping[kind] for kind in action.hooks if truthy(mapping.get(kind))},
                repeatable="@liquid" not in stringify(mapping),
            )
        except ConfigurationError as error:
            error.add_note(f"in the mapping {subscription.name!r}")
            raise

    def payload_of(self, event: Object) -> Object:
        """Map a subscribed event and check it.

        Raises `MappingResolveError` or `PayloadValidationError`.
        """
        try:
            payload = self.single.payload_of(event)
            return self.contract.validate(self.mapping.resolve(event)) if payload is None else payload
        except RecursionError:
            raise MappingResolveError(TOO_DEEP) from None

    def batched_payload_of(self, event: Object) -> Object:
        """Map and check an event of a batch, where '' stays if a text may be; raises as `payload_of`."""
        try:
            payload = self.batched.payload_of(event)
            return self.contract.validate(self.mapping.resolve(event), mode="batch") if payload is None else payload
        except RecursionError:
            raise MappingResolveError(TOO_DEEP) from None

    def input_for(self, event: Object, payload: Object, settings: Any, auth: AuthTokens) -> ExecuteInput[Any, Any]:
        """Make what `perform` is given."""
        return self._input_for(event, self.build(payload), settings, auth, {"raw_data": event})

    def input_given(
        self, event: Object, payload: Object, text: bytes | None, settings: Any, auth: AuthTokens
    ) -> ExecuteInput[Any, Any]:
        """Make what `perform` is given of an event that nobody else needs any more, read from a text or not."""
        raw = {"raw_data": event} if text is None else {"_raw_data": lambda: decode(text)}
        return self._input_for(event, self.give(payload), settings, auth, raw)

    def _input_for(
        self, event: Object, payload: Any, settings: Any, auth: AuthTokens, raw: dict[str, Any]
    ) -> ExecuteInput[Any, Any]:
        attributes: dict[str, Any] = {
            "settings": settings,
            "auth": auth,
            "audience_settings": {},
            "raw_mapping": self.subscription.mapping,
            "hook_inputs": {},
            "hook_outputs": self.hook_outputs,
            "sync_mode": self.sync_mode,
            "matching_key": self.matching_key,
            "payload": payload,
            **raw,
        }
        personas = personas_of(event)
        if personas is not None or self.sync_mode is not None:
            attributes["personas"] = personas
            attributes["audience_settings"] = _audience_settings(event)
            attributes["audience_membership"] = audience_membership(event, self.sync_mode)
        return made(ExecuteInput, attributes)

    def batch_input_for(
        self, events: Sequence[Object], payloads: Sequence[Any], first: Object, settings: Any, auth: AuthTokens
    ) -> BatchInput[Any, Any]:
        """Make what `perform_batch` is given: valid payloads, as the author sees them, with their events.

        As in the reference, the first event that is subscribed tells the audience for all, valid or not.
        """
        return BatchInput(
            payloads=payloads,
            settings=settings,
            auth=auth,
            raw_data=events,
            raw_mapping=self.subscription.mapping,
            audience_settings=_audience_settings(first),
            audience_membership=[audience_membership(event, self.sync_mode) for event in events],
            personas=personas_of(first),
            hook_outputs=self.hook_outputs,
            sync_mode=self.sync_mode,
            matching_key=self.matching_key,
        )

    def poll_input_for(self, job_id: str, count: int, settings: Any, auth: AuthTokens) -> PollInput[Any]:
        """Make what `poll_batch` is given."""
        return PollInput(
            job_id=job_id,
            count=count,
            settings=settings,
            auth=auth,
            raw_mapping=self.subscription.mapping,
            hook_outputs=self.hook_outputs,
            sync_mode=self.sync_mode,
            matching_key=self.matching_key,
        )


def _sync_mode(action: AnyAction[Any], wanted: Any) -> SyncMode | None:
    # Reference: any known mode is taken, whether the action offers it or not.
    if action.sync_modes is None:
        return None
    return next((mode for mode in SYNC_MODES if mode == wanted), None)


def _audience_settings(event: Object) -> Object:
    settings = (personas_of(event) or {}).get("audience_settings")
    return settings if isinstance(settings, dict) else {}
