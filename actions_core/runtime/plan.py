"""A mapping, compiled: its trigger, its values, its contract and its action in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from actions_core.contract import Contract, compile_contract
from actions_core.definitions import Action, Destination, Subscription
from actions_core.errors import ConfigurationError, UnknownActionError
from actions_core.js import Object
from actions_core.mapping import CompiledMapping, compile_mapping
from actions_core.runtime.values import Builder, compile_builder
from actions_core.trigger import Trigger, compile_trigger


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to every event of one subscription; nothing in it is parsed again."""

    subscription: Subscription
    action: Action[Any, Any] = field(repr=False)
    trigger: Trigger = field(repr=False)
    mapping: CompiledMapping = field(repr=False)
    contract: Contract = field(repr=False)
    build: Builder = field(repr=False)

    @classmethod
    def compile(cls, destination: Destination[Any], subscription: Subscription) -> Plan:
        """Compile a subscription.

        Raises `UnknownActionError`, `TriggerSyntaxError` or `MappingError`, all of them a `ConfigurationError`.
        """
        action = destination.actions.get(subscription.action)
        if action is None:
            known = ", ".join(destination.actions)
            raise UnknownActionError(
                f"mapping {subscription.name!r}: {destination.name} has no action {subscription.action!r}; "
                f"it has {known}"
            )
        try:
            return cls(
                subscription=subscription,
                action=action,
                trigger=compile_trigger(subscription.trigger),
                mapping=compile_mapping(subscription.mapping),
                contract=compile_contract(action.fields),
                build=compile_builder(action.payload),
            )
        except ConfigurationError as error:
            error.add_note(f"in the mapping {subscription.name!r}")
            raise

    def payload_of(self, event: Object) -> Object:
        """Map a subscribed event and check it.

        Raises `MappingResolveError` or `PayloadValidationError`.
        """
        return self.contract.validate(self.mapping.resolve(event))
