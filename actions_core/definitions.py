"""What a destination is: frozen values without behaviour, as an author declares them.

Names are Segment's. Wherever a contract is asked for (`settings`, `payload`), give a dataclass whose attributes carry
a `Field`; a destination that was read from a `metadata.json` gives the input fields themselves, and its functions
receive plain dicts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, get_args

from actions_core.fields import InputField, fields_of
from actions_core.js import MISSING, Object
from actions_core.request import Request, RequestOptions

PayloadT = TypeVar("PayloadT")
SettingsT = TypeVar("SettingsT")

CallType: TypeAlias = Literal["identify", "track", "page", "screen", "group", "alias"]
CALL_TYPES: Final[tuple[CallType, ...]] = get_args(CallType)
Mode: TypeAlias = Literal["cloud", "device", "warehouse"]
Platform: TypeAlias = Literal["cloud", "web"]
Scheme: TypeAlias = Literal["custom", "basic", "oauth2", "oauth-managed"]
Maturity: TypeAlias = Literal["public", "beta"]
Owner: TypeAlias = Literal["Segment", "partner"]


@dataclass(frozen=True, kw_only=True)
class ExecuteInput(Generic[PayloadT, SettingsT]):
    """What an author's function is given besides the request client."""

    payload: PayloadT
    settings: SettingsT
    raw_data: Object = field(default_factory=dict, repr=False)
    """The event as it came, before any mapping; read it, never change it."""
    raw_mapping: Object = field(default_factory=dict, repr=False)
    """The mapping as its owner wrote it."""


@dataclass(frozen=True, kw_only=True)
class Action(Generic[PayloadT, SettingsT]):
    """One thing that a destination can do with an event."""

    title: str
    description: str
    payload: type[PayloadT] | Mapping[str, InputField]
    """The field contract."""
    perform: Callable[[Request, ExecuteInput[PayloadT, SettingsT]], Awaitable[object]]
    """Sends one event; whatever it returns is only recorded."""
    default_subscription: str | None = None
    """The trigger that Segment's app suggests."""
    platform: Platform = "cloud"
    hidden: bool = False

    @cached_property
    def fields(self) -> Mapping[str, InputField]:
        """The input fields by key, in order; raises `DefinitionError` if the payload dataclass is wrong."""
        return _input_fields(self.payload)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A mapping that a new instance of a destination starts with."""

    name: str
    action: str
    """The slug of an action of the destination."""
    trigger: str | None
    """None for a preset that only a certain event of Segment's own products sets up (`event_slug`)."""
    mapping: Object | None = None
    """None: the defaults of the action's fields."""
    event_slug: str | None = None
    """Which event: `warehouse_entity_added_track`, `journeys_step_entered_track`, …"""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A mapping as a customer has saved it: which events, to which action, with which values."""

    action: str
    trigger: str
    mapping: Object
    name: str
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class Authentication(Generic[SettingsT]):
    """How a destination proves who it is, and how to find out whether a customer's settings do."""

    scheme: Scheme = "custom"
    check: Callable[[Request, ExecuteInput[None, SettingsT]], Awaitable[object]] | None = None
    """The reference's `testAuthentication`: sends one request that fails if the credentials are wrong."""


@dataclass(frozen=True, kw_only=True)
class Destination(Generic[SettingsT]):
    """Everything Segment knows about one destination."""

    name: str
    """The display name, which is also the destination's name in the Integrations object."""
    slug: str
    settings: type[SettingsT] | Mapping[str, InputField]
    actions: Mapping[str, Action[Any, SettingsT]]
    """By slug, in the order of listing."""
    presets: Sequence[Preset] = ()
    description: str = ""
    mode: Mode = "cloud"
    authentication: Authentication[SettingsT] | None = None
    extend_request: Callable[[ExecuteInput[Any, SettingsT]], RequestOptions] | None = None
    """What every request has in common; called before each."""
    calls: Sequence[CallType] = CALL_TYPES
    """The call types that the destination accepts; Segment refuses others before any trigger is evaluated."""
    maturity: Maturity = "public"
    owner: Owner = "Segment"
    engage: bool = False
    """Whether Engage can send computed traits and audiences to it, as a user property."""

    @cached_property
    def settings_fields(self) -> Mapping[str, InputField]:
        """The settings' input fields by key; raises `DefinitionError` if the settings dataclass is wrong."""
        return _input_fields(self.settings)


def _input_fields(contract: type | Mapping[str, InputField]) -> Mapping[str, InputField]:
    return fields_of(contract) if isinstance(contract, type) else contract


def default_values(fields: Mapping[str, InputField]) -> Object:
    """Give the mapping that the fields' defaults make."""
    return {key: field.default for key, field in fields.items() if field.default is not MISSING}


def mapping_of(preset: Preset, destination: Destination[Any]) -> Object:
    """Give a preset's mapping: its own, or the defaults of its action's fields."""
    return default_values(destination.actions[preset.action].fields) if preset.mapping is None else preset.mapping


def preset_subscriptions(destination: Destination[Any]) -> list[Subscription]:
    """Give the subscriptions that Segment makes from a destination's presets, enabled.

    Presets for certain events of Segment's own products have no trigger and are left out.
    """
    return [
        Subscription(
            name=preset.name,
            action=preset.action,
            trigger=preset.trigger,
            mapping=mapping_of(preset, destination),
        )
        for preset in destination.presets
        if preset.trigger is not None
    ]
