"""What a destination is: frozen values without behaviour, as an author declares them.

Names are Segment's. Wherever a contract is asked for (`settings`, `payload`), give a dataclass whose attributes carry
a `Field`; a destination that was read from a `metadata.json` gives the input fields themselves, and its functions
receive plain dicts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Generic, Literal, TypeAlias, get_args

from actions_core.answers import Audience, DynamicChoices, HookResult, MultiStatus, RefreshedTokens, Submitted
from actions_core.errors import HTTPError, UnknownActionError
from actions_core.fields import InputField, fields_of
from actions_core.inputs import (
    BatchInput,
    Context,
    CreateAudienceInput,
    DeletionPayload,
    ExecuteInput,
    GetAudienceInput,
    HookType,
    PayloadT,
    PollInput,
    RefreshInput,
    SettingsT,
    SyncMode,
)
from actions_core.js import MISSING, Object
from actions_core.request import Request, RequestOptions, Response

CallType: TypeAlias = Literal["identify", "track", "page", "screen", "group", "alias"]
CALL_TYPES: Final[tuple[CallType, ...]] = get_args(CallType)
Mode: TypeAlias = Literal["cloud", "device", "warehouse"]
Platform: TypeAlias = Literal["cloud", "web"]
Scheme: TypeAlias = Literal["custom", "basic", "oauth2", "oauth-managed"]
OAUTH_SCHEMES: Final[tuple[Scheme, ...]] = ("oauth2", "oauth-managed")
Maturity: TypeAlias = Literal["public", "beta"]
Owner: TypeAlias = Literal["Segment", "partner"]


@dataclass(frozen=True, kw_only=True)
class SyncModes:
    """Which sync modes an action offers to mappings of reverse ETL and audiences."""

    default: SyncMode
    choices: Sequence[SyncMode] | Mapping[SyncMode, str]
    """The modes, with their labels where those are not simply their names."""
    label: str = "How to sync"
    description: str = ""


BatchAnswer: TypeAlias = MultiStatus | Submitted | Response | HTTPError | None
CreateAudience: TypeAlias = Callable[[Request, CreateAudienceInput[SettingsT]], Awaitable[Audience]]
GetAudience: TypeAlias = Callable[[Request, GetAudienceInput[SettingsT]], Awaitable[Audience]]
DynamicField: TypeAlias = Callable[[Request, ExecuteInput[Any, SettingsT]], Awaitable[DynamicChoices]]


@dataclass(frozen=True, kw_only=True)
class MappingHook(Generic[SettingsT]):
    """Something that happens once, when a mapping is saved; what it saves is there for every event of the mapping."""

    label: str
    description: str
    perform: Callable[[Request, ExecuteInput[Any, SettingsT]], Awaitable[HookResult]]
    inputs: type | Mapping[str, InputField] = field(default_factory=dict)
    """The contract of what the owner of the mapping enters."""
    outputs: Mapping[str, InputField] = field(default_factory=dict)
    dynamic_fields: Mapping[str, DynamicField[SettingsT]] = field(default_factory=dict)
    """By input: what it offers while the owner of the mapping enters it."""

    @cached_property
    def input_fields(self) -> Mapping[str, InputField]:
        """The inputs' fields by key; raises `DefinitionError` if their dataclass is wrong."""
        return _input_fields(self.inputs)


@dataclass(frozen=True, kw_only=True)
class AnyAction(Generic[SettingsT]):
    """An action, whatever its payload is: what a destination holds.

    Authors write an `Action`. This is a class of its own because a type checker that expects an `Action[Any, …]` takes
    the Any for the payload, and then accepts a `perform` for another one.
    """

    title: str
    description: str
    payload: type[Any] | Mapping[str, InputField]
    """The field contract."""
    perform: Callable[[Request, ExecuteInput[Any, SettingsT]], Awaitable[object]]
    """Sends one event; whatever it returns is only recorded."""
    perform_batch: Callable[[Request, BatchInput[Any, SettingsT]], Awaitable[BatchAnswer]] | None = None
    """Sends many at once. Returns a `MultiStatus`, a `Response` that holds for all, nothing if all is well, or
    `Submitted` if the partner only begins to work on it."""
    poll_batch: Callable[[Request, PollInput[SettingsT]], Awaitable[MultiStatus | Submitted | None]] | None = None
    """Asks what has become of a batch that was submitted: None while the partner is still at it, `Submitted` if it goes
    on under another id."""
    default_subscription: str | None = None
    """The trigger that Segment's app suggests."""
    platform: Platform = "cloud"
    hidden: bool = False
    sync_modes: SyncModes | None = None
    hooks: Mapping[HookType, MappingHook[SettingsT]] = field(default_factory=dict)
    dynamic_fields: Mapping[str, DynamicField[SettingsT] | Mapping[str, DynamicField[SettingsT]]] = field(
        default_factory=dict
    )
    """By field; below an object by its property, `__keys__` or `__values__`."""

    @cached_property
    def fields(self) -> Mapping[str, InputField]:
        """The input fields by key, in order; raises `DefinitionError` if the payload dataclass is wrong."""
        return _input_fields(self.payload)


@dataclass(frozen=True, kw_only=True)
class Action(AnyAction[SettingsT], Generic[PayloadT, SettingsT]):
    """One thing that a destination can do with an event."""

    payload: type[PayloadT] | Mapping[str, InputField]
    perform: Callable[[Request, ExecuteInput[PayloadT, SettingsT]], Awaitable[object]]
    perform_batch: Callable[[Request, BatchInput[PayloadT, SettingsT]], Awaitable[BatchAnswer]] | None = None


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
    refresh_access_token: Callable[[Request, RefreshInput[SettingsT]], Awaitable[RefreshedTokens | None]] | None = None
    """Asks for new tokens; for the schemes oauth2 and oauth-managed."""


@dataclass(frozen=True, kw_only=True)
class Audiences(Generic[SettingsT]):
    """How a destination keeps audiences at the partner."""

    mode: Literal["realtime", "synced"]
    full_audience_sync: bool | None = None
    """Whether a synced audience is sent whole each time; None for one that is kept in real time."""
    create: CreateAudience[SettingsT] | None = None
    get: GetAudience[SettingsT] | None = None
    settings: type | Mapping[str, InputField] = field(default_factory=dict)
    """The contract of what a customer chooses for each audience."""

    @cached_property
    def fields(self) -> Mapping[str, InputField]:
        """The audience settings' fields by key; raises `DefinitionError` if their dataclass is wrong."""
        return _input_fields(self.settings)


@dataclass(frozen=True, kw_only=True)
class Destination(Generic[SettingsT]):
    """Everything Segment knows about one destination."""

    name: str
    """The display name, which is also the destination's name in the Integrations object."""
    slug: str
    settings: type[SettingsT] | Mapping[str, InputField]
    actions: Mapping[str, AnyAction[SettingsT]]
    """By slug, in the order of listing."""
    presets: Sequence[Preset] = ()
    description: str = ""
    mode: Mode = "cloud"
    authentication: Authentication[SettingsT] | None = None
    extend_request: Callable[[Context[SettingsT]], RequestOptions] | None = None
    """What every request has in common; called once for each try of an author's function."""
    calls: Sequence[CallType] = CALL_TYPES
    """The call types that the destination accepts; Segment refuses others before any trigger is evaluated."""
    maturity: Maturity = "public"
    owner: Owner = "partner"
    engage: bool = False
    """Whether Engage can send computed traits and audiences to it, as a user property."""
    audiences: Audiences[SettingsT] | None = None
    on_delete: Callable[[Request, ExecuteInput[DeletionPayload, SettingsT]], Awaitable[object]] | None = None
    """Deletes a user's data at the partner."""

    @cached_property
    def settings_fields(self) -> Mapping[str, InputField]:
        """The settings' input fields by key; raises `DefinitionError` if the settings dataclass is wrong."""
        return _input_fields(self.settings)


def _input_fields(contract: type | Mapping[str, InputField]) -> Mapping[str, InputField]:
    return fields_of(contract) if isinstance(contract, type) else contract


def action_of(destination: Destination[SettingsT], slug: str, place: str = "") -> AnyAction[SettingsT]:
    """Give an action; raises `UnknownActionError`, which lists what there is, after the `place` that names it."""
    if slug not in destination.actions:
        known = ", ".join(destination.actions)
        raise UnknownActionError(f"{place}{destination.name} has no action {slug!r}; it has {known}")
    return destination.actions[slug]


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
