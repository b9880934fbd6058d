"""What an entry of Segment's catalog, or a definition that was read from a `metadata.json`, tells of a destination.

What the entry says with a value that stands for nothing is not told: null but for choices, a setting's empty default
(the catalog writes one where there is none), and that there is no screen call (the documentation's program writes that
for almost every destination, as Segment's API does not tell). What is hidden is left out, as it is on pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic import Field as ModelField
from pydantic.alias_generators import to_camel

from actions_core.definitions import CALL_TYPES, AnyAction, Destination, Maturity, Platform, mapping_of
from actions_core.errors import ActionsError
from actions_core.fields import Choice, Conditions, FieldType, InputField
from actions_core.js import MISSING, Object
from conformance.contracts.located import Node
from conformance.contracts.told import Places, Told, ToldAction, ToldField, ToldPreset

Lines = dict[tuple[str, ...], int]


class ShapeError(ActionsError):
    """An entry of another shape; `problems` are lines with what is wrong in them."""

    def __init__(self, problems: Iterable[tuple[int, str]]) -> None:
        self.problems: Final = tuple(problems)
        super().__init__("; ".join(f"line {line}: {message}" for line, message in self.problems))


# --- the entry's shape -----------------------------------------------------------------------------------------------


class _Given(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _joined(value: object) -> object:
    """Put the lines of a trigger into one."""
    return " ".join(filter(None, map(str.strip, value.split("\n")))) if isinstance(value, str) else value


_Trigger = Annotated[str | None, BeforeValidator(_joined)]


class _Choice(_Given):
    label: str | None = None
    value: str | int | float | bool


class _Setting(_Given):
    name: str
    label: str
    type: Annotated[str, BeforeValidator(_lower)]
    description: str | None = None
    required: bool | None = None
    default_value: Any = None


class _Field(_Given):
    field_key: str
    label: str
    type: Annotated[FieldType, BeforeValidator(_lower)]
    sort_order: float = 0
    description: str | None = None
    default_value: Any = None
    required: bool | Conditions | None = None
    multiple: bool | None = None
    allow_null: bool | None = None
    dynamic: bool | None = None
    choices: tuple[str | _Choice, ...] | None = None
    hidden: bool | None = None


class _Action(_Given):
    id: str | None = None
    name: str
    slug: str
    description: str | None = None
    platform: Annotated[Platform | None, BeforeValidator(_lower)] = None
    hidden: bool | None = None
    default_trigger: _Trigger = None
    fields: tuple[_Field, ...]


class _Preset(_Given):
    name: str
    action_id: str | None = None
    fields: Object | None = None
    trigger: _Trigger = None


class _Entry(_Given):
    display_name: str = ModelField(alias="display_name")
    status: str | None = None
    partner_owned: bool | None = None
    methods: dict[str, bool | None] = {}
    settings: tuple[_Setting, ...] | None = None
    actions: tuple[_Action, ...]
    presets: tuple[_Preset, ...] | None = None


_MATURITIES: Final[Mapping[str, Maturity]] = {"PUBLIC": "public", "PUBLIC_BETA": "beta"}


def told_by_entry(entry: Node, file: str, place: str) -> Told:
    """Give what an entry tells; `place` is where it is in the file. Raises `ShapeError`."""
    try:
        read = _Entry.model_validate(entry.plain())
    except ValidationError as error:
        raise ShapeError(_problems(error, entry, place)) from None
    if problems := list(_twice(read, entry, place)):
        raise ShapeError(problems)
    lines: Lines = {(): entry.line}
    for part, key in {"name": "display_name", "owner": "partnerOwned", "maturity": "status"}.items():
        lines[part,] = entry.line_of((key,))
    calls = {call: accepted for call in CALL_TYPES if (accepted := read.methods.get(call)) is not None}
    if calls.get("screen") is False:
        del calls["screen"]
    for call in calls:
        lines["calls", call] = entry.line_of(("methods", call))
    return Told(
        source="catalog",
        places=Places(file, lines),
        name=read.display_name,
        calls=calls,
        owner=None if read.partner_owned is None else "partner" if read.partner_owned else "Segment",
        maturity=_MATURITIES.get(read.status or ""),
        settings=None if read.settings is None else dict(_settings(read.settings, entry, lines)),
        setting_types={one.name: one.type for one in read.settings or ()},
        actions=dict(_actions(read.actions, entry, lines)),
        presets=None if read.presets is None else list(_presets(read.presets, read.actions, entry, lines)),
    )


def _problems(error: ValidationError, entry: Node, place: str) -> Iterator[tuple[int, str]]:
    for detail in error.errors():
        # The models' own names, of the kinds that a value may have, are not in the file.
        path = entry.known(detail["loc"])
        where = (*path, detail["loc"][-1]) if detail["type"] == "missing" else path
        message = _IN_YAML.get(detail["type"], detail["msg"])
        yield entry.line_of(path), f"{_dotted(place, where)}: {message[:1].lower()}{message[1:]}"


_IN_YAML: Final = {
    "tuple_type": "input should be a list",
    "dict_type": "input should be a mapping",
    "model_type": "input should be a mapping",
}
"""What the models say in words of Python, by their kinds of mistakes."""


def _twice(read: _Entry, entry: Node, place: str) -> Iterator[tuple[int, str]]:
    """List what is called by a name that is taken already."""
    lists: list[tuple[tuple[str | int, ...], str, list[str]]] = [
        (("settings",), "name", [one.name for one in read.settings or ()]),
        (("actions",), "slug", [one.slug for one in read.actions]),
    ]
    for index, action in enumerate(read.actions):
        lists.append((("actions", index, "fields"), "fieldKey", [one.field_key for one in action.fields]))
    for path, key, names in lists:
        for index, name in enumerate(names):
            if name in names[:index]:
                yield entry.line_of((*path, index, key)), f"{_dotted(place, (*path, index, key))}: is {name!r} again"


def _settings(given: tuple[_Setting, ...], entry: Node, lines: Lines) -> Iterator[tuple[str, ToldField]]:
    for index, one in enumerate(given):
        said: Object = {"label": one.label, "description": one.description, "required": one.required}
        if one.default_value:
            said["default"] = one.default_value
        _locate(lines, ("settings", one.name), entry, ("settings", index), _IN_ENTRY, key="name")
        yield one.name, ToldField(**_without_none(said))


def _actions(given: tuple[_Action, ...], entry: Node, lines: Lines) -> Iterator[tuple[str, ToldAction]]:
    for index, one in enumerate(given):
        if one.hidden:
            continue
        here, path = ("actions", one.slug), ("actions", index)
        _locate(lines, here, entry, path, _IN_ENTRY, key="slug")
        fields = sorted(enumerate(one.fields), key=lambda numbered: numbered[1].sort_order)
        for number, field in fields:
            told = (*here, "fields", field.field_key)
            _locate(lines, told, entry, (*path, "fields", number), _IN_ENTRY, key="fieldKey")
        yield (
            one.slug,
            ToldAction(
                title=one.name,
                description=one.description,
                platform=one.platform,
                default_trigger=one.default_trigger,
                fields={field.field_key: _field(field) for _, field in fields if not field.hidden},
            ),
        )


def _field(given: _Field) -> ToldField:
    said = _without_none(
        {
            "label": given.label,
            "description": given.description,
            "type": given.type,
            "required": given.required,
            "multiple": given.multiple,
            "allow_null": given.allow_null,
            "dynamic": given.dynamic,
            "default": given.default_value,
        }
    )
    if "choices" in given.model_fields_set:
        # Said with null as well: that anything goes.
        said["choices"] = None if not given.choices else tuple(
            one if isinstance(one, str) else Choice(label=one.label or "", value=one.value) for one in given.choices
        )  # fmt: skip
    return ToldField(**said)


def _presets(
    given: tuple[_Preset, ...], actions: tuple[_Action, ...], entry: Node, lines: Lines
) -> Iterator[ToldPreset]:
    by_id = {one.id: one for one in actions if one.id is not None}
    number = 0
    for index, one in enumerate(given):
        action = by_id.get(one.action_id or "")
        if action is not None and action.hidden:
            continue
        _locate(lines, ("presets", str(number)), entry, ("presets", index), _IN_PRESET)
        number += 1
        yield ToldPreset(
            name=one.name,
            mapping=one.fields,
            trigger=one.trigger,
            action=None if action is None else action.name,
        )


def _locate(
    lines: Lines,
    told: tuple[str, ...],
    root: Node,
    path: tuple[str | int, ...],
    parts: Mapping[str, str],
    *,
    key: str | None = None,
) -> None:
    """Enter the lines of a thing and of its parts, by the names that are told for those of the file.

    What the thing is called stands in its line, or in that of its part `key`.
    """
    node = root.at(path)
    if node is None:
        return
    lines[told] = node.line if key is None else root.line_of((*path, key))
    for name, part in parts.items():
        if (inner := node.get(part)) is not None:
            lines[*told, name] = inner.line


_ALIKE: Final = ("description", "platform", "label", "type", "required", "multiple", "dynamic", "choices")
_IN_ENTRY: Final = {
    **{name: name for name in _ALIKE},
    "title": "name",
    "default_trigger": "defaultTrigger",
    "default": "defaultValue",
    "allow_null": "allowNull",
}
_IN_PRESET: Final = {"mapping": "fields", "trigger": "trigger", "action": "actionId"}


# --- a definition ----------------------------------------------------------------------------------------------------


def told_by_metadata(destination: Destination[Any], root: Node, file: str) -> Told:
    """Give what a definition tells that was read from a `metadata.json`, whose values with their lines are `root`."""
    lines: Lines = {(): root.line, ("name",): root.line_of(("name",))}
    settings = _visible(destination.settings_fields)
    actions = {slug: action for slug, action in destination.actions.items() if not action.hidden}
    for key in settings:
        _locate(lines, ("settings", key), root, ("authentication", "fields", key), _IN_METADATA)
    for slug, action in actions.items():
        _locate(lines, ("actions", slug), root, ("actions", slug), _IN_METADATA)
        for key in action.fields:
            _locate(lines, ("actions", slug, "fields", key), root, ("actions", slug, "fields", key), _IN_METADATA)
    return Told(
        source="catalog",
        places=Places(file, lines),
        name=destination.name,
        settings={key: _told_field(field, _OF_SETTING) for key, field in settings.items()},
        setting_types={key: _setting_type(field) for key, field in settings.items()},
        actions={slug: _told_action(action) for slug, action in actions.items()},
        presets=list(_told_presets(destination, root, lines)),
    )


def _visible(fields: Mapping[str, InputField]) -> dict[str, InputField]:
    return {key: field for key, field in fields.items() if not field.unsafe_hidden}


def _setting_type(field: InputField) -> str:
    """Give the type as pages and the catalog call it."""
    if field.type == "string":
        return "select" if field.choices is not None else "array" if field.multiple else field.type
    return field.type


def _told_action(action: AnyAction[Any]) -> ToldAction:
    return ToldAction(
        title=action.title,
        description=action.description,
        platform=action.platform,
        default_trigger=action.default_subscription,
        fields={key: _told_field(field, _OF_FIELD) for key, field in _visible(action.fields).items()},
    )


_OF_SETTING: Final = ("label", "description", "required", "multiple", "choices")
_OF_FIELD: Final = (*_OF_SETTING, "type", "allow_null", "dynamic")


def _told_field(field: InputField, complete: tuple[str, ...]) -> ToldField:
    """Give a field with the options of `complete`, which a definition tells of each, and with others that it has."""
    said: Object = {name: getattr(field, name) for name in complete}
    said |= _without_none({name: getattr(field, name) for name in ("format", "minimum", "maximum")})
    if field.default is not MISSING:
        said["default"] = field.default
    if field.additional_properties:
        said["additional_properties"] = True
    if field.properties is not None:
        said["properties"] = {key: _told_field(inner, _OF_FIELD) for key, inner in field.properties.items()}
    return ToldField(**said)


def _told_presets(destination: Destination[Any], root: Node, lines: Lines) -> Iterator[ToldPreset]:
    number = 0
    for index, preset in enumerate(destination.presets):
        action = destination.actions.get(preset.action)
        if action is not None and action.hidden:
            continue
        _locate(lines, ("presets", str(number)), root, ("presets", index), _IN_METADATA_PRESET)
        number += 1
        yield ToldPreset(
            name=preset.name,
            mapping=preset.mapping if action is None else mapping_of(preset, destination),
            trigger=preset.trigger if preset.event_slug is None else f"on {preset.event_slug}",
            action=None if action is None else action.title,
        )


_ALIKE_IN_METADATA: Final = (*_ALIKE, "title", "default", "format", "minimum", "maximum", "properties")
_IN_METADATA: Final = {
    **{name: name for name in _ALIKE_IN_METADATA},
    "default_trigger": "defaultSubscription",
    "allow_null": "allowNull",
    "additional_properties": "additionalProperties",
}
_IN_METADATA_PRESET: Final = {"mapping": "mapping", "trigger": "subscribe", "action": "partnerAction"}


# --- words -----------------------------------------------------------------------------------------------------------


def _without_none(given: Object) -> Object:
    return {name: value for name, value in given.items() if value is not None}


def _dotted(place: str, path: Iterable[str | int]) -> str:
    return place + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
