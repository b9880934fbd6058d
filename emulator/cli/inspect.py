"""`actions inspect`: a destination's settings, presets, actions and fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from actions_core import MISSING, AnyAction, Catalog, Destination, InputField, Object, load_catalog, mapping_of
from actions_core.fields import Conditions
from actions_core.js import stringify
from actions_core.rules.engage import USER_PROPERTY
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.runtime import environment_variable
from emulator.cli.options import json_option
from emulator.cli.output import echo_json, heading, table


@click.command("inspect")
@click.argument("destination")
@json_option
def command(destination: str, as_json: bool) -> None:
    """Show a DESTINATION's settings, presets, actions and fields.

    DESTINATION is a slug (actions-usermotion), its short form (usermotion) or the display name.
    """
    catalog = load_catalog()
    found = catalog.find(destination)
    if as_json:
        echo_json(_json(found, catalog))
    else:
        click.echo(_text(found, catalog))


def _field_json(field: InputField) -> Object:
    shown: Object = field.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={"default"})
    if field.default is not MISSING:
        shown["default"] = field.default
    return shown


def _json(destination: Destination[Any], catalog: Catalog) -> Object:
    return {
        "slug": destination.slug,
        "name": destination.name,
        "description": destination.description,
        "plugin": catalog.origins[destination.slug],
        "mode": destination.mode,
        "maturity": destination.maturity,
        "owner": destination.owner,
        "calls": list(destination.calls),
        "integrationsName": destination.name,
        "maximumMappings": MAX_MAPPINGS,
        "authentication": destination.authentication.scheme if destination.authentication else None,
        "engage": destination.engage,
        "audiences": destination.audiences.mode if destination.audiences else None,
        "deletion": destination.on_delete is not None,
        "settings": {key: _field_json(field) for key, field in destination.settings_fields.items()},
        "presets": [
            {
                "name": preset.name,
                "partnerAction": preset.action,
                "trigger": preset.trigger,
                "eventSlug": preset.event_slug,
                "mapping": mapping_of(preset, destination),
            }
            for preset in destination.presets
        ],
        "actions": {
            slug: {
                "title": action.title,
                "description": action.description,
                "platform": action.platform,
                "batch": action.perform_batch is not None,
                "defaultTrigger": action.default_subscription,
                "syncModes": _sync_modes(action),
                "dynamicFields": _dynamic(action),
                "hooks": {
                    kind: {
                        "label": hook.label,
                        "description": hook.description,
                        "inputs": {key: _field_json(field) for key, field in hook.input_fields.items()},
                        "outputs": {key: _field_json(field) for key, field in hook.outputs.items()},
                    }
                    for kind, hook in action.hooks.items()
                },
                "fields": {key: _field_json(field) for key, field in action.fields.items()},
            }
            for slug, action in destination.actions.items()
        },
    }


def _sync_modes(action: AnyAction[Any]) -> list[str]:
    """List the sync modes that an action offers, the default first."""
    if action.sync_modes is None:
        return []
    first = action.sync_modes.default
    return [first, *(mode for mode in action.sync_modes.choices if mode != first)]


def _dynamic(action: AnyAction[Any]) -> list[str]:
    """List the fields whose choices the destination fetches: `listId`, `items.sku`, `attributes.__keys__`."""
    return [
        f"{field}.{part}" if part else field
        for field, fetch in action.dynamic_fields.items()
        for part in (fetch if isinstance(fetch, Mapping) else ("",))
    ]


def _type(field: InputField) -> str:
    return (
        ("list of " if field.multiple else "")
        + field.type
        + (f" ({field.format})" if field.format else "")
        + (" or null" if field.allow_null else "")
    )


def _required(field: InputField) -> str:
    if isinstance(field.required, Conditions):
        return "on a condition"
    return "yes" if field.required else "no"


def _mapping_text(mapping: Any) -> str:
    """Write the common defaults as a person would say them; others as JSON."""
    match mapping:
        case {"@path": str(path), **rest} if not rest:
            return path
        case {"@template": str(text), **rest} if not rest:
            return f'"{text}"'
        case {"@if": {"exists": first, "then": then, **rest}} if first == then and set(rest) <= {"else"}:
            return ", else ".join(map(_mapping_text, [first, *rest.values()]))
    return stringify(mapping)


def _text(destination: Destination[Any], catalog: Catalog) -> str:
    accepts = ", ".join(destination.calls)
    lines = [
        f"{heading(destination.name)}  {destination.slug}",
        f"  {destination.description}" if destination.description else "",
        f"  from {catalog.origins[destination.slug]}; {destination.maturity}, maintained by {destination.owner}",
        f"  accepts {accepts} calls; at most {MAX_MAPPINGS} mappings for each instance",
        f'  in the Integrations object: "{destination.name}"',
    ]
    batches = [slug for slug, action in destination.actions.items() if action.perform_batch is not None]
    lines.append(
        f"  batches: {', '.join(batches) or 'not supported'}; "
        f"audiences: {destination.audiences.mode if destination.audiences else 'not kept at the partner'}; "
        f"deletion: {'supported' if destination.on_delete else 'not supported'}"
    )
    if destination.engage:
        sync = USER_PROPERTY
        lines.append(
            f"  Engage: an {sync.call} call with {sync.key}, {stringify(sync.joined)} on joining and "
            f"{stringify(sync.left)} on leaving"
        )
    lines += ["", heading("Settings")]
    rows = [
        (key, field.label, _type(field), _required(field), environment_variable(destination, key), field.description)
        for key, field in destination.settings_fields.items()
    ]
    lines.append(table(("Key", "Label", "Type", "Required", "Environment", "Description"), rows) if rows else "  none")
    lines += ["", heading("Presets")]
    presets = [
        (preset.name, preset.action, preset.trigger or f"on {preset.event_slug}") for preset in destination.presets
    ]
    lines.append(table(("Name", "Action", "Trigger"), presets) if presets else "  none")
    for slug, action in destination.actions.items():
        lines += ["", f"{heading(f'Action {slug}')}: {action.title}", f"  {action.description}"]
        if action.default_subscription:
            lines.append(f"  default trigger: {action.default_subscription}")
        if action.sync_modes:
            first, *others = _sync_modes(action)
            lines.append(f"  sync modes: {', '.join([f'{first} (default)', *others])}")
        if action.dynamic_fields:
            lines.append(f"  choices fetched from the partner for: {', '.join(_dynamic(action))}")
        for kind, hook in action.hooks.items():
            lines.append(f"  {kind}: {hook.label}, with {', '.join(hook.input_fields) or 'no inputs'}")
        fields = [
            (
                key,
                field.label,
                _type(field),
                _required(field),
                "" if field.default is MISSING else _mapping_text(field.default),
                field.description,
            )
            for key, field in action.fields.items()
        ]
        lines.append(
            table(("Field", "Label", "Type", "Required", "Default", "Description"), fields) if fields else "  no fields"
        )
    return "\n".join(line for index, line in enumerate(lines) if line or index > 1)
