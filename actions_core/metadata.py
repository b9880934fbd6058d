"""Destinations as data: reading and writing the `metadata.json` that each of Segment's open-source destinations has.

A destination that was read maps and validates like any other; it has no code, so performing one of its actions is
refused. The file leaves out each field's `format`; it is read where it is given, and written where it is set, so that
nothing is lost on the way through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from actions_core.definitions import (
    Action,
    Authentication,
    Destination,
    ExecuteInput,
    Mode,
    Platform,
    Preset,
    Scheme,
    mapping_of,
)
from actions_core.errors import DefinitionError, IntegrationError, Problem
from actions_core.fields import InputField
from actions_core.js import MISSING, Object, loads, type_of
from actions_core.request import Request


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class _Authentication(_Shape):
    scheme: Scheme = "custom"
    fields: dict[str, Any] = {}


class _Action(_Shape):
    title: str
    description: str | None = None
    platform: Platform | None = None
    default_subscription: str | None = None
    hidden: bool | None = None
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
            default_subscription=action.default_subscription,
            platform=action.platform or "cloud",
            hidden=bool(action.hidden),
        )
        for slug, action in read.actions.items()
    }
    authentication = read.authentication
    settings = _input_fields(authentication.fields if authentication else {}, "authentication.fields", problems)
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


async def _without_code(request: Request, data: ExecuteInput[Object, Object]) -> None:
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
        "audienceConfig": None,
        "actions": {
            slug: {
                "title": action.title,
                "description": action.description,
                "platform": action.platform,
                "defaultSubscription": action.default_subscription,
                "hidden": action.hidden,
                "hasPerformBatch": False,
                "syncMode": None,
                "hooks": None,
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
    if "choices" in said:
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
