"""Finds every mistake of a definition at once, each with its place, before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from actions_core.contract import compile_contract
from actions_core.definitions import Action, Destination, Preset, default_values
from actions_core.errors import DefinitionError, Problem, TriggerSyntaxError
from actions_core.fields import InputField
from actions_core.js import Object
from actions_core.mapping import check_mapping
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.trigger import compile_trigger

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")

# A mapping may hold these beside its fields: Segment's app stores its own choices there.
_INTERNAL_KEYS: Final = re.compile(r"__segment_internal_\w+\Z|onMappingSave\Z|retlOnMappingSave\Z")


def check_destination(destination: Destination[Any]) -> list[Problem]:
    """List what is wrong with a destination; empty if it can run."""
    return list(_check(destination))


def _check(destination: Destination[Any]) -> Iterator[Problem]:
    slug = destination.slug
    if not _SLUG.match(slug):
        yield Problem("slug", f"expected lower-case words joined by hyphens, got {slug!r}")
    if not destination.name.strip():
        yield Problem("name", "is empty")
    if not destination.actions:
        yield Problem("actions", "expected at least one action")
    if len(destination.presets) > MAX_MAPPINGS:
        yield Problem("presets", f"an instance has at most {MAX_MAPPINGS} mappings, got {len(destination.presets)}")
    yield from _check_fields(destination, "settings")
    for action_slug, action in destination.actions.items():
        yield from _check_action(action, f"actions.{action_slug}")
    for index, preset in enumerate(destination.presets):
        yield from _check_preset(preset, destination, f"presets[{index}] {preset.name!r}")


def _check_action(action: Action[Any, Any], place: str) -> Iterator[Problem]:
    yield from _check_fields(action, place)
    if action.default_subscription is not None:
        yield from _check_trigger(action.default_subscription, f"{place}.default_subscription")
    perform: object = action.perform
    if not callable(perform):
        yield Problem(f"{place}.perform", f"expected an async function, got {perform!r}")


def _check_fields(owner: Action[Any, Any] | Destination[Any], place: str) -> Iterator[Problem]:
    try:
        fields = owner.fields if isinstance(owner, Action) else owner.settings_fields
    except DefinitionError as error:
        yield from (replace(problem, place=f"{place}: {problem.place}") for problem in error.problems)
        return
    try:
        compile_contract(fields)
    except DefinitionError as error:
        yield from (replace(problem, place=f"{place}.fields.{problem.place}") for problem in error.problems)
    for key, default in default_values(fields).items():
        if isinstance(owner, Action):
            yield from _check_mapping({key: default}, fields, f"{place}.fields.{key}.default")


def _check_preset(preset: Preset, destination: Destination[Any], place: str) -> Iterator[Problem]:
    if preset.trigger is not None:
        yield from _check_trigger(preset.trigger, f"{place}.trigger")
    elif preset.event_slug is None:
        yield Problem(f"{place}.trigger", "expected a trigger, or an event_slug")
    action = destination.actions.get(preset.action)
    if action is None:
        known = ", ".join(destination.actions) or "none"
        yield Problem(f"{place}.action", f"there is no action {preset.action!r}; the destination has {known}")
    elif preset.mapping is not None:
        try:
            fields = action.fields
        except DefinitionError:
            return  # told where the action is checked
        yield from _check_mapping(preset.mapping, fields, f"{place}.mapping")


def _check_trigger(text: str, place: str) -> Iterator[Problem]:
    try:
        compile_trigger(text)
    except TriggerSyntaxError as error:
        yield Problem(place, f"{error} (at character {error.position} of {text!r})")


def _check_mapping(mapping: Object, fields: Mapping[str, InputField], place: str) -> Iterator[Problem]:
    for finding in check_mapping(mapping):
        if finding.severity == "error":
            yield Problem(f"{place}{finding.place}", finding.message)
    for key in mapping:
        if key not in fields and not _INTERNAL_KEYS.match(key):
            yield Problem(f"{place}/{key}", f"is no field of the action; it has {', '.join(fields)}")
