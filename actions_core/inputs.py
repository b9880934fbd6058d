"""What an author's functions are given besides the request client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, Literal, TypeAlias, TypeVar, get_args

from actions_core.frozen import frozen
from actions_core.js import MISSING, Missing, Object

PayloadT = TypeVar("PayloadT")
SettingsT = TypeVar("SettingsT")

SyncMode: TypeAlias = Literal["add", "update", "upsert", "delete", "mirror"]
SYNC_MODES: Final[tuple[SyncMode, ...]] = get_args(SyncMode)
HookType: TypeAlias = Literal["onMappingSave", "retlOnMappingSave"]
HOOK_TYPES: Final[tuple[HookType, ...]] = get_args(HookType)


@dataclass(frozen=True, kw_only=True)
class AuthTokens:
    """The OAuth tokens of an account; all None for a destination that has none."""

    access_token: str | None = field(default=None, repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    refresh_token_url: str | None = None


@dataclass(frozen=True, kw_only=True)
class OAuthCredentials(AuthTokens):
    """The tokens with the client that may refresh them."""

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class DynamicFieldContext:
    """Which part of a dynamic field is being filled in, and what was typed so far."""

    selected_array_index: int | None = None
    selected_key: str | None = None
    query: str | None = None


@dataclass(frozen=True, kw_only=True)
class Context(Generic[SettingsT]):
    """What every function of an author is given, whatever it is for."""

    settings: SettingsT
    auth: AuthTokens = field(default_factory=AuthTokens)
    audience_settings: Object = field(default_factory=dict)
    """What a customer chose for the audience that an event belongs to."""
    raw_mapping: Object = field(default_factory=dict, repr=False)
    """The mapping as its owner wrote it."""
    hook_inputs: Object = field(default_factory=dict)
    hook_outputs: Mapping[str, Object] = field(default_factory=dict)
    """What mapping hooks have saved, by the hook's type."""
    sync_mode: SyncMode | None = None
    matching_key: str | None = None


@frozen(kw_only=True, late="raw_data")
class ExecuteInput(Context[SettingsT], Generic[PayloadT, SettingsT]):
    """What `perform` and its kind are given besides the request client."""

    payload: PayloadT
    raw_data: Object = field(default_factory=dict, repr=False)
    """The event as it came, before any mapping; read it, never change it."""
    audience_membership: bool | None = None
    """Whether the event says that its user is in an audience (Engage) or a model (reverse ETL); None if neither."""
    dynamic_field_context: DynamicFieldContext = DynamicFieldContext()
    page: str | None = None
    """Which page of a dynamic field's choices is asked for."""
    personas: Object | None = field(default=None, repr=False)
    """The event's `context.personas`: what Engage says of the audience, computed trait or journey it came from."""


@dataclass(frozen=True, kw_only=True)
class BatchInput(Context[SettingsT], Generic[PayloadT, SettingsT]):
    """What `perform_batch` is given: the valid payloads of one batch, in order."""

    payloads: Sequence[PayloadT]
    raw_data: Sequence[Object] = field(default=(), repr=False)
    """The events of the payloads, in the same order."""
    audience_membership: Sequence[bool | None] = ()
    """For each payload, as `ExecuteInput.audience_membership`."""
    personas: Object | None = field(default=None, repr=False)
    """`context.personas` of the batch's first event."""


@dataclass(frozen=True, kw_only=True)
class PollInput(Context[SettingsT]):
    """What `poll_batch` is given."""

    job_id: str
    count: int
    """How many payloads the job has."""


@dataclass(frozen=True, kw_only=True)
class RefreshInput(Context[SettingsT]):
    """What `refresh_access_token` is given."""

    credentials: OAuthCredentials


@dataclass(frozen=True, kw_only=True)
class CreateAudienceInput(Context[SettingsT]):
    """What `Audiences.create` is given."""

    audience_name: str
    personas: Object = field(default_factory=dict)
    """Engage's `context.personas`: computation_id, computation_key, namespace, …"""


@dataclass(frozen=True, kw_only=True)
class GetAudienceInput(Context[SettingsT]):
    """What `Audiences.get` is given."""

    external_id: str


@dataclass(frozen=True, kw_only=True)
class DeletionPayload:
    """Whose data is to be deleted at the partner."""

    user_id: str | Missing = MISSING
    anonymous_id: str | Missing = MISSING
