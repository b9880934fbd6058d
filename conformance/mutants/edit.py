"""Tools that make mistakes in what a destination declares: each gives an `Edit`, from a target to another one.

    Mutant("required/drop-identify-email", "Email is optional", edit_field("identify", "email", required=False))
    Mutant("text/title", "the action has another title", edit_action("identify", title="Identity"))
    Mutant("presets/no-group", "a preset is missing", drop_preset("Identify Group"))
    Mutant("…", "two mistakes that somebody would make together", both(edit_setting("apiKey", …), edit_preset(…)))

What an author's functions do wrong is made with `conformance.mutants.code`, what Segment does wrong around them with
`conformance.mutants.segment`. An edit for something that the destination does not have raises `ConfigurationError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from actions_core.definitions import AnyAction, Destination, Preset, action_of
from actions_core.errors import ConfigurationError
from actions_core.fields import InputField
from conformance.mutants.payloads import with_fields
from conformance.suite.target import Target

Edit: TypeAlias = Callable[[Target], Target]
Fields: TypeAlias = Mapping[str, InputField]


def both(*edits: Edit) -> Edit:
    """Make several edits, one after the other."""

    def edit(target: Target) -> Target:
        for one in edits:
            target = one(target)
        return target

    return edit


# --- the destination and its actions ---------------------------------------------------------------------------------


def edit_destination(**changes: Any) -> Edit:
    """Change attributes of the destination, as `dataclasses.replace` does."""
    return lambda target: replace(target, destination=replace(target.destination, **changes))


def map_destination(change: Callable[[Destination[Any]], Destination[Any]]) -> Edit:
    """Make another destination of the destination."""
    return lambda target: replace(target, destination=change(target.destination))


def edit_action(slug: str, **changes: Any) -> Edit:
    """Change attributes of an action, as `dataclasses.replace` does."""
    return map_action(slug, lambda action: replace(action, **changes))


def map_action(slug: str | None, change: Callable[[AnyAction[Any]], AnyAction[Any]]) -> Edit:
    """Make another action of an action, or of each of them."""

    def edit(destination: Destination[Any]) -> Destination[Any]:
        slugs = list(destination.actions) if slug is None else [slug]
        changed = {one: change(action_of(destination, one)) for one in slugs}
        return replace(destination, actions={**destination.actions, **changed})

    return map_destination(edit)


# --- fields of actions -----------------------------------------------------------------------------------------------


def edit_field(slug: str, key: str, **options: Any) -> Edit:
    """Change options of a field: `required=`, `type=`, `default=`, `label=`, …; they are those of `InputField`.

    `key` may go into a field, as `items.price` does. The author's functions are given the values as they then are, and
    MISSING for what is no longer required and not there.
    """
    return map_fields(slug, lambda fields: _edited(fields, key.split("."), options, f"actions.{slug}.fields.{key}"))


def drop_field(slug: str, key: str) -> Edit:
    """Take a field away; the author's functions see MISSING in its place."""
    return map_fields(slug, lambda fields: _without(fields, key, f"actions.{slug}.fields"))


def add_field(slug: str, key: str, **options: Any) -> Edit:
    """Add a field at the end; the author's functions have it in the payload."""
    return map_fields(slug, lambda fields: {**fields, key: InputField(**options)})


def map_fields(slug: str, change: Callable[[Fields], Fields]) -> Edit:
    """Make other fields of an action's fields, in another order perhaps."""
    return map_action(slug, lambda action: replace(action, payload=with_fields(action.payload, change(action.fields))))


# --- settings --------------------------------------------------------------------------------------------------------


def edit_setting(key: str, **options: Any) -> Edit:
    """Change options of a setting, likewise."""
    return map_settings(lambda fields: _edited(fields, [key], options, f"settings.{key}"))


def add_setting(key: str, **options: Any) -> Edit:
    """Add a setting at the end."""
    return map_settings(lambda fields: {**fields, key: InputField(**options)})


def map_settings(change: Callable[[Fields], Fields]) -> Edit:
    """Make other settings of the settings."""

    def edit(destination: Destination[Any]) -> Destination[Any]:
        return replace(destination, settings=with_fields(destination.settings, change(destination.settings_fields)))

    return map_destination(edit)


# --- presets ---------------------------------------------------------------------------------------------------------


def edit_preset(name: str, **changes: Any) -> Edit:
    """Change attributes of a preset, as `dataclasses.replace` does."""
    return map_presets(
        lambda presets: [replace(one, **changes) if one.name == name else one for one in _having(presets, name)]
    )


def drop_preset(name: str) -> Edit:
    """Take a preset away."""
    return map_presets(lambda presets: [one for one in _having(presets, name) if one.name != name])


def add_preset(preset: Preset) -> Edit:
    """Add a preset at the end."""
    return map_presets(lambda presets: [*presets, preset])


def map_presets(change: Callable[[Sequence[Preset]], Sequence[Preset]]) -> Edit:
    """Make other presets of the presets."""
    return map_destination(lambda destination: replace(destination, presets=tuple(change(destination.presets))))


# --- parts -----------------------------------------------------------------------------------------------------------


def _edited(fields: Fields, path: list[str], options: Mapping[str, Any], place: str) -> Fields:
    key, *inner = path
    _require(fields, key, place)
    if inner:
        options = {"properties": _edited(fields[key].properties or {}, inner, options, place)}
    return {**fields, key: _with_options(fields[key], options, place)}


def _with_options(field: InputField, options: Mapping[str, Any], place: str) -> InputField:
    for name in options:
        if name not in InputField.model_fields:
            known = ", ".join(InputField.model_fields)
            raise ConfigurationError(f"{place}: there is no option {name!r}; expected one of {known}")
    said = {name: getattr(field, name) for name in field.model_fields_set}
    return InputField(**{**said, **options})


def _without(fields: Fields, key: str, place: str) -> Fields:
    _require(fields, key, place)
    return {other: field for other, field in fields.items() if other != key}


def _require(fields: Fields, key: str, place: str) -> None:
    if key not in fields:
        raise ConfigurationError(f"{place}: there is no field {key!r}; expected one of {', '.join(fields)}")


def _having(presets: Sequence[Preset], name: str) -> Sequence[Preset]:
    if all(one.name != name for one in presets):
        known = ", ".join(repr(one.name) for one in presets)
        raise ConfigurationError(f"presets: there is none called {name!r}; expected one of {known}")
    return presets
