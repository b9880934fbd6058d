"""What the author of any destination could declare wrongly, from what it declares and documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from actions_core.definitions import CALL_TYPES, Preset
from actions_core.fields import Conditions, FieldType, InputField
from actions_core.js import MISSING
from conformance.contracts import BoundAction, BoundField
from conformance.mutants.edit import (
    Edit,
    add_field,
    add_preset,
    drop_field,
    drop_preset,
    edit_action,
    edit_destination,
    edit_field,
    edit_preset,
    edit_setting,
)
from conformance.mutants.model import Mutant
from conformance.suite.target import Target

_OTHER_TYPES: Final[Mapping[FieldType, FieldType]] = {
    "string": "number", "text": "number", "password": "string", "number": "string", "integer": "string",
    "datetime": "boolean", "boolean": "string", "object": "string",
}  # fmt: skip
_NOWHERE: Final = {"@path": "$.context.made_up_place"}


def declaration_mutants(target: Target) -> Iterator[Mutant]:
    """Make the mutants of what a destination declares."""
    yield from _identity(target)
    for setting in target.bound.settings:
        yield from _settings(setting)
    for action in target.cloud_actions:
        yield from _action(action)
        for field in action.fields:
            yield from _field(f"{action.slug}.{field.key}", field, _on(action.slug, field.key))
            yield from _properties(action, field)
    yield from _presets(target)


def _on(slug: str, key: str) -> Callable[..., Edit]:
    return lambda **options: edit_field(slug, key, **options)


def _identity(target: Target) -> Iterator[Mutant]:
    destination = target.destination
    yield Mutant("text/name", "it has another name", edit_destination(name=f"{destination.name} 2"), "page")
    for call in destination.calls:
        kept = tuple(one for one in destination.calls if one != call)
        yield Mutant(f"calls/without-{call}", f"{call} calls are not accepted", edit_destination(calls=kept), "page")


def _settings(setting: BoundField) -> Iterator[Mutant]:
    key, facts = setting.key, setting.facts
    required = facts.required is True
    yield Mutant(
        f"required/setting-{key}",
        f"the setting {key} is {'optional' if required else 'required'}",
        edit_setting(key, required=not required),
        "page",
    )
    yield Mutant(
        f"type/setting-{key}",
        f"the setting {key} has another type",
        edit_setting(key, type=_OTHER_TYPES[facts.type]),
        "page",
    )
    yield Mutant(
        f"text/setting-{key}-label", f"the setting {key} has another label", edit_setting(key, label="Other"), "page"
    )


def _action(action: BoundAction) -> Iterator[Mutant]:
    slug = action.slug
    yield Mutant(
        f"text/{slug}-title", f"the action {slug} has another title", edit_action(slug, title="Something Else"), "page"
    )
    if action.action.default_subscription is not None:
        yield Mutant(
            f"text/{slug}-trigger",
            f"the action {slug} suggests another trigger",
            edit_action(slug, default_subscription='type = "screen"'),
            "page",
        )
    yield Mutant(
        f"text/{slug}-undocumented",
        f"the action {slug} has a field that nobody knows of",
        add_field(slug, "undocumented", label="Undocumented", type="string", default={"@path": "$.messageId"}),
        "page",
    )
    for field in action.fields:
        yield Mutant(
            f"text/{slug}.{field.key}-removed",
            f"the field {slug}.{field.key} is missing",
            drop_field(slug, field.key),
            "page",
        )
        yield Mutant(
            f"text/{slug}.{field.key}-label",
            f"the field {slug}.{field.key} has another label",
            edit_field(slug, field.key, label="Other"),
            "page",
        )


def _field(name: str, field: BoundField, edit: Callable[..., Edit]) -> Iterator[Mutant]:
    facts = field.facts
    yield from _required(name, facts, edit)
    other = _OTHER_TYPES[facts.type]
    # What only the old type may have goes with it.
    bare = {"choices": None, "format": None, "properties": None, "minimum": None, "maximum": None}
    yield Mutant(f"type/{name}", f"{name} is of type {other}", edit(type=other, **bare), "page")
    yield Mutant(
        f"multiple/{name}",
        f"{name} is {'one value' if facts.multiple else 'a list'}",
        edit(multiple=not facts.multiple),
        "catalog",
    )
    if facts.default is not MISSING:
        yield Mutant(f"default/{name}-none", f"{name} has no default", edit(default=MISSING), "catalog")
        yield Mutant(f"default/{name}-place", f"{name} comes from another place", edit(default=_NOWHERE), "catalog")
    yield from _details(name, facts, edit)


def _required(name: str, facts: InputField, edit: Callable[..., Edit]) -> Iterator[Mutant]:
    if isinstance(facts.required, Conditions):
        yield Mutant(f"required/{name}-never", f"{name} is always optional", edit(required=False), "catalog")
        yield Mutant(f"required/{name}-always", f"{name} is always required", edit(required=True), "catalog")
    elif facts.required:
        yield Mutant(f"required/{name}-dropped", f"{name} is optional", edit(required=False), "page")
    else:
        yield Mutant(f"required/{name}-added", f"{name} is required", edit(required=True), "page")


def _details(name: str, facts: InputField, edit: Callable[..., Edit]) -> Iterator[Mutant]:
    """Change what only the catalog tells of a field."""
    choices = facts.choices
    if choices is not None:
        yield Mutant(f"choices/{name}-any", f"{name} may be anything", edit(choices=None), "catalog")
        if len(choices) > 1:
            fewer = choices[:-1]
            yield Mutant(f"choices/{name}-fewer", f"{name} has a choice less", edit(choices=fewer), "catalog")
    if facts.format is not None:
        yield Mutant(f"format/{name}", f"{name} may have any form", edit(format=None), "catalog")
    for limit in ("minimum", "maximum"):
        if getattr(facts, limit) is not None:
            yield Mutant(f"limit/{name}-{limit}", f"{name} has no {limit}", edit(**{limit: None}), "catalog")
    yield Mutant(
        f"null/{name}",
        f"null is {'refused' if facts.allow_null else 'taken'} for {name}",
        edit(allow_null=not facts.allow_null),
        "catalog",
    )


def _properties(action: BoundAction, field: BoundField) -> Iterator[Mutant]:
    for key, inner in (field.facts.properties or {}).items():
        if key not in (field.field.properties or {}):
            continue
        name, edit = f"{action.slug}.{field.key}.{key}", _on(action.slug, f"{field.key}.{key}")
        told = {"told_by": "catalog"}
        for mutant in (*_required(name, inner, edit), *_details(name, inner, edit)):
            yield replace(mutant, **told)  # type: ignore[arg-type]  # one of the sources
        other = _OTHER_TYPES[inner.type]
        bare: Any = {"choices": None, "format": None, "properties": None, "minimum": None, "maximum": None}
        yield Mutant(f"type/{name}", f"{name} is of type {other}", edit(type=other, **bare), "catalog")


def _presets(target: Target) -> Iterator[Mutant]:
    slugs = list(target.destination.actions)
    for bound, action in target.presets:
        preset = bound.preset
        name = bound.documented.id.removeprefix("preset/")
        yield Mutant(
            f"presets/{name}-removed", f"the preset {preset.name!r} is missing", drop_preset(preset.name), "page"
        )
        others = [slug for slug in slugs if slug != action.slug]
        if others:
            yield Mutant(
                f"presets/{name}-action",
                f"the preset {preset.name!r} runs {others[0]}",
                edit_preset(preset.name, action=others[0], mapping=None),
                "page",
            )
        if preset.trigger is not None:
            yield from _triggers(name, preset)
    unused = [call for call in CALL_TYPES if call not in target.destination.calls] or ["alias"]
    extra = Preset(name="Made Up", action=slugs[0], trigger=f'type = "{unused[0]}"')
    yield Mutant("presets/extra", "there is a preset that nobody knows of", add_preset(extra), "page")


def _triggers(name: str, preset: Preset) -> Iterator[Mutant]:
    for how, trigger in (
        ("everything", 'type != ""'),
        ("screen", f'({preset.trigger}) or type = "screen"'),
        ("nothing", f'({preset.trigger}) and type = "made up"'),
    ):
        yield Mutant(
            f"presets/{name}-{how}",
            f"the preset {preset.name!r} takes other events",
            edit_preset(preset.name, trigger=trigger),
            "page",
        )
