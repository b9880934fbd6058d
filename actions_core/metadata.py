"""Destinations as data: reading and writing the `metadata.json` that each of Segment's open-source destinations has.

A destination that was read maps and validates like any other; it has no code, so performing one of its actions is
refused. The file leaves out each field's `format`; it is read where it is given, and written where it is set, so that
nothing is lost on the way through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as ModelField
from pydantic.alias_generators import to_camel

from actions_core.definitions import (
    Action,
    Audiences,
    Authentication,
    Destination,
    MappingHook,
    Mode,
    Platform,
    Preset,
    Scheme,
    SyncModes,
    mapping_of,
)
from actions_core.errors import DefinitionError, IntegrationError, Problem
from actions_core.fields import InputField
from actions_core.inputs import HookType, SyncMode
from actions_core.js import MISSING, Object, loads, type_of
from actions_core.request import Request


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class _Authentication(_Shape):
    scheme: Scheme = "custom"
    fields: dict[str, Any] = {}


class _Choice(_Shape):
    label: str = ""
    value: SyncMode


class _SyncModes(_Shape):
    label: str = ""
    description: str = ""
    default: SyncMode
    choices: list[_Choice]


class _Hook(_Shape):
    label: str = ""
    description: str = ""
    input_fields: dict[str, Any] | None = None
    output_fields: dict[str, Any] | None = None


class _AudienceMode(_Shape):
    type: Literal["realtime", "synced"]
    # The one key of the file that is written with underscores.
    full_audience_sync: bool | None = ModelField(default=None, alias="full_audience_sync")


class _Audiences(_Shape):
    mode: _AudienceMode
    audience_fields: dict[str, Any] | None = None
    supports_audience_functions: bool = False


class _Action(_Shape):
    title: str
    description: str | None = None
    platform: Platform | None = None
    default_subscription: str | None = None
    hidden: bool | None = None
    has_perform_batch: bool | None = None
    sync_mode: _SyncModes | None = None
    hooks: dict[HookType, _Hook] | None = None
    fields: dict[str, Any] = {}


class _Preset(_Shape):
    name: str
    type: Literal["automatic", "specificEvent"] | None = None
    partner_action: str
    subscribe: str | None = None
    mapping: dict[str, Any] | None = None
    event_slug: str | None = None


class _Destination(_Shape):
    slug: str | None = None
    name: str
    mode: Mode = "cloud"
    description: str | None = None
    authentication: _Authentication | None = None
    audience_config: _Audiences | None = None
    actions: dict[str, _Action]
    presets: list[_Preset] | None = None


def read_metadata(content: str | bytes | Object) -> Destination[Object]:
    """Read a `metadata.json`, as text or parsed.

    Raises `DefinitionError` with the place of everything that is not of the file's shape, and `JSONSyntaxError` for
    text that is not JSON. The definition's triggers and mappings are not looked at; `check_destination` does that.
    """
    value = loads(content) if isinstance(content, (str, bytes)) else content
    problems: list[Problem] = []
    try:
        read = _Destination.model_validate(value)
    except ValidationError as error:
        raise DefinitionError("the metadata", _problems("", error)) from None
    actions = {
        slug: Action(
            title=action.title,
            description=action.description or "",
            payload=_input_fields(action.fields, f"actions.{slug}.fields", problems),
            perform=_without_code,
            perform_batch=_without_code if action.has_perform_batch else None,
            default_subscription=action.default_subscription,
            platform=action.platform or "cloud",
            hidden=bool(action.hidden),
            sync_modes=_sync_modes(action.sync_mode),
            hooks={
                kind: MappingHook(
                    label=hook.label,
                    description=hook.description,
                    perform=_without_code,
                    inputs=_input_fields(hook.input_fields or {}, f"actions.{slug}.hooks.{kind}.inputFields", problems),
                    outputs=_input_fields(
                        hook.output_fields or {}, f"actions.{slug}.hooks.{kind}.outputFields", problems
                    ),
                )
                for kind, hook in (action.hooks or {}).items()
            },
        )
        for slug, action in read.actions.items()
    }
    authentication = read.authentication
    settings = _input_fields(authentication.fields if authentication else {}, "authentication.fields", problems)
    audiences = _audiences(read.audience_config, problems)
    if problems:
        raise DefinitionError("the metadata", problems)
    return Destination(
        name=read.name,
        slug=read.slug or "",
        description=read.description or "",
        mode=read.mode,
        settings=settings,
        authentication=Authentication(scheme=authentication.scheme) if authentication else None,
        actions=actions,
        audiences=audiences,
        presets=tuple(
            Preset(
                name=preset.name,
                action=preset.partner_action,
                trigger=preset.subscribe,
                mapping=preset.mapping or {},
                event_slug=preset.event_slug,
            )
            for preset in read.presets or ()
        ),
    )


def _sync_modes(read: _SyncModes | None) -> SyncModes | None:
    if read is None:
        return None
    return SyncModes(
        label=read.label,
        description=read.description,
        default=read.default,
        choices={choice.value: choice.label for choice in read.choices},
    )


def _audiences(read: _Audiences | None, problems: list[Problem]) -> Audiences[Object] | None:
    if read is None:
        return None
    functions = _without_code if read.supports_audience_functions else None
    return Audiences(
        mode=read.mode.type,
        full_audience_sync=read.mode.full_audience_sync,
        create=functions,
        get=functions,
        settings=_input_fields(read.audience_fields or {}, "audienceConfig.audienceFields", problems),
    )


async def _without_code(request: Request, data: Any) -> NoReturn:
    raise IntegrationError(
        "This destination was read from its metadata, which has no code to perform an action with.",
        "NotImplemented",
        501,
    )


def write_metadata(destination: Destination[Any]) -> Object:
    """Give a destination in the shape of the reference's `metadata.json`; what it does not have is null there."""
    authentication = destination.authentication
    scheme = authentication.scheme if authentication else "custom"
    written: Object = {"slug": destination.slug, "name": destination.name, "mode": destination.mode}
    if destination.description:
        written["description"] = destination.description
    return {
        **written,
        "authentication": {
            "scheme": scheme,
            "fields": {key: _written(field, _SETTING_KEYS) for key, field in destination.settings_fields.items()},
        }
        if authentication or destination.settings_fields
        else None,
        "audienceConfig": _written_audiences(destination.audiences),
        "actions": {
            slug: {
                "title": action.title,
                "description": action.description,
                "platform": action.platform,
                "defaultSubscription": action.default_subscription,
                "hidden": action.hidden,
                "hasPerformBatch": action.perform_batch is not None,
                "syncMode": _written_sync_modes(action.sync_modes),
                "hooks": {kind: _written_hook(hook) for kind, hook in action.hooks.items()} or None,
                "fields": {key: _written(field, _FIELD_KEYS) for key, field in action.fields.items()},
            }
            for slug, action in destination.actions.items()
        },
        "presets": [
            {
                "name": preset.name,
                "type": "automatic" if preset.event_slug is None else "specificEvent",
                "partnerAction": preset.action,
                "subscribe": preset.trigger,
                "mapping": mapping_of(preset, destination),
                "eventSlug": preset.event_slug,
            }
            for preset in destination.presets
        ],
    }


def _written_audiences(audiences: Audiences[Any] | None) -> Object | None:
    if audiences is None:
        return None
    mode: Object = {"type": audiences.mode}
    if audiences.full_audience_sync is not None:
        mode["full_audience_sync"] = audiences.full_audience_sync
    return {
        "mode": mode,
        "audienceFields": {key: _written(field, _SETTING_KEYS) for key, field in audiences.fields.items()},
        "supportsAudienceFunctions": audiences.create is not None and audiences.get is not None,
    }


def _written_sync_modes(modes: SyncModes | None) -> Object | None:
    if modes is None:
        return None
    labels = (
        modes.choices if isinstance(modes.choices, Mapping) else {mode: mode.capitalize() for mode in modes.choices}
    )
    return {
        "label": modes.label,
        "description": modes.description,
        "default": modes.default,
        "choices": [{"label": label, "value": mode} for mode, label in labels.items()],
    }


def _written_hook(hook: MappingHook[Any]) -> Object:
    return {
        "label": hook.label,
        "description": hook.description,
        "inputFields": {key: _written(field, _FIELD_KEYS) for key, field in hook.input_fields.items()},
        "outputFields": {key: _written(field, _FIELD_KEYS) for key, field in hook.outputs.items()},
    }


# --- fields ----------------------------------------------------------------------------------------------------------

# A key of the file → the key of the reference's own definitions, where the two differ.
_RENAMED: Final = {"hidden": "unsafe_hidden"}

_SETTING_KEYS: Final = ("label", "description", "type", "required", "multiple", "choices", "default", "depends_on")
_FIELD_KEYS: Final = (
    "label", "description", "type", "required", "multiple", "allowNull", "dynamic", "default", "choices",
    "placeholder", "properties", "category", "depends_on", "readOnly", "hidden", "minimum", "maximum",
    "defaultObjectUI", "disabledInputMethods", "displayMode", "additionalProperties",
)  # fmt: skip
_WRITTEN_FALSE: Final = frozenset({"required", "multiple", "allowNull", "dynamic", "additionalProperties"})


def _input_fields(fields: Mapping[str, Any], place: str, problems: list[Problem]) -> dict[str, InputField]:
    read: dict[str, InputField] = {}
    for key, field in fields.items():
        try:
            read[key] = InputField.model_validate(_given(field))
        except ValidationError as error:
            problems.extend(_problems(f"{place}.{key}.", error))
    return read


def _given(field: Any) -> Any:
    """Take the nulls out of a field of the file: there they stand for what is not given."""
    if not isinstance(field, dict):
        return field
    given = {_RENAMED.get(key, key): value for key, value in field.items() if value is not None}
    if isinstance(given.get("properties"), dict):
        given["properties"] = {name: _given(inner) for name, inner in given["properties"].items()}
    return given


def _written(field: InputField, keys: tuple[str, ...]) -> Object:
    said: Object = field.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"default", "properties"})
    if field.default is not MISSING:
        said["default"] = field.default
    if field.properties is not None:
        said["properties"] = {name: _written(inner, _FIELD_KEYS) for name, inner in field.properties.items()}
    if said.get("choices") is not None:
        said["choices"] = [
            {"label": choice, "value": choice} if isinstance(choice, str) else choice for choice in said["choices"]
        ]
    written = {key: said.get(_RENAMED.get(key, key), False if key in _WRITTEN_FALSE else None) for key in keys}
    if field.format is not None:
        written["format"] = field.format
    return written


def _problems(place: str, error: ValidationError) -> list[Problem]:
    return [
        Problem(place + ".".join(map(str, detail["loc"])), f"{detail['msg'].lower()}, got {_kind(detail.get('input'))}")
        for detail in error.errors()
    ]


def _kind(value: object) -> str:
    try:
        kind = type_of(value)
    except TypeError:
        return type(value).__name__
    return f"{value!r}" if kind in ("string", "number", "boolean") else kind
