"""Finds every mistake of a definition at once, each with its place, before anything runs."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any, Final, get_args

from actions_core.contract import compile_contract
from actions_core.definitions import (
    CALL_TYPES,
    OAUTH_SCHEMES,
    AnyAction,
    Audiences,
    Authentication,
    Destination,
    Mode,
    Platform,
    Preset,
    Scheme,
    default_values,
)
from actions_core.errors import DefinitionError, Problem, TriggerSyntaxError
from actions_core.fields import Conditions, InputField, read_fields
from actions_core.inputs import HOOK_TYPES
from actions_core.js import Object
from actions_core.mapping import check_mapping, is_internal
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.trigger import compile_trigger

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_ACTION_SLUG: Final = re.compile(r"[A-Za-z0-9_-]+\Z")


def check_destination(destination: Destination[Any]) -> list[Problem]:
    """List what is wrong with a destination; empty if it can run."""
    return list(_check_shapes(destination)) or list(_check(destination))


def _check_shapes(destination: Destination[Any]) -> Iterator[Problem]:
    """Find what is not of the right class: a type checker would have said so, and nothing else can be looked at."""
    parts: list[tuple[str, object, type]] = [
        *((f"actions.{slug}", action, AnyAction) for slug, action in dict(destination.actions).items()),
        *((f"presets[{index}]", preset, Preset) for index, preset in enumerate(destination.presets)),
    ]
    if destination.authentication is not None:
        parts.append(("authentication", destination.authentication, Authentication))
    if destination.audiences is not None:
        parts.append(("audiences", destination.audiences, Audiences))
    for place, part, expected in parts:
        if not isinstance(part, expected):
            name = expected.__name__.removeprefix("Any")
            yield Problem(place, f"expected {'an' if name[0] == 'A' else 'a'} {name}, got {part!r}")
        elif isinstance(part, AnyAction):
            yield from _check_contract_shape(part.payload, f"{place}.payload")
            for kind, hook in part.hooks.items():
                yield from _check_contract_shape(hook.inputs, f"{place}.hooks.{kind}.inputs")
                yield from _check_contract_shape(hook.outputs, f"{place}.hooks.{kind}.outputs")
    yield from _check_contract_shape(destination.settings, "settings")


def _check_contract_shape(contract: object, place: str) -> Iterator[Problem]:
    if isinstance(contract, type):
        return
    if not isinstance(contract, Mapping):
        yield Problem(place, f"expected a dataclass, or input fields by key, got {contract!r}")
        return
    for key, field in contract.items():
        if not isinstance(field, InputField):
            yield Problem(f"{place}.{key}", f"expected an InputField, got {field!r}")


def _check(destination: Destination[Any]) -> Iterator[Problem]:
    if not _SLUG.match(destination.slug):
        yield Problem("slug", f"expected lower-case words joined by hyphens, got {destination.slug!r}")
    yield from _check_text(destination.name, "name")
    yield from _check_one_of(destination.mode, get_args(Mode), "mode")
    for call in destination.calls:
        yield from _check_one_of(call, CALL_TYPES, "calls")
    if destination.extend_request is not None:
        yield from _check_function(destination.extend_request, 1, "extend_request", asynchronous=False)
    yield from _check_contract(destination.settings, "settings")
    yield from _check_authentication(destination.authentication)
    if destination.audiences is not None:
        yield from _check_contract(destination.audiences.settings, "audiences.settings")
        for name in ("create", "get"):
            yield from _check_optional_function(getattr(destination.audiences, name), f"audiences.{name}")
    yield from _check_optional_function(destination.on_delete, "on_delete")
    if not destination.actions:
        yield Problem("actions", "expected at least one action")
    for slug, action in destination.actions.items():
        if not _ACTION_SLUG.match(slug):
            yield Problem(f"actions.{slug}", "expected a slug of letters, digits, hyphens and underscores")
        yield from _check_action(action, f"actions.{slug}")
    if len(destination.presets) > MAX_MAPPINGS:
        yield Problem("presets", f"an instance has at most {MAX_MAPPINGS} mappings, got {len(destination.presets)}")
    names = Counter(preset.name for preset in destination.presets if preset.event_slug is None)
    for name, count in names.items():
        if count > 1:
            yield Problem("presets", f"{count} of them are called {name!r}")
    for index, preset in enumerate(destination.presets):
        yield from _check_preset(preset, destination, f"presets[{index}] {preset.name!r}")


def _check_authentication(authentication: Authentication[Any] | None) -> Iterator[Problem]:
    if authentication is None:
        return
    yield from _check_one_of(authentication.scheme, get_args(Scheme), "authentication.scheme")
    yield from _check_optional_function(authentication.check, "authentication.check")
    refresh = authentication.refresh_access_token
    yield from _check_optional_function(refresh, "authentication.refresh_access_token")
    if refresh is not None and authentication.scheme not in OAUTH_SCHEMES:
        yield Problem(
            "authentication.refresh_access_token",
            f"is for the schemes {' and '.join(OAUTH_SCHEMES)}; the scheme is {authentication.scheme}",
        )


def _check_action(action: AnyAction[Any], place: str) -> Iterator[Problem]:
    yield from _check_text(action.title, f"{place}.title")
    yield from _check_one_of(action.platform, get_args(Platform), f"{place}.platform")
    yield from _check_contract(action.payload, place)
    fields = _readable(action.payload)
    for key, default in default_values(fields).items():
        yield from _check_mapping({key: default}, fields, f"{place}.fields.{key}.default")
    if action.default_subscription is not None:
        yield from _check_trigger(action.default_subscription, f"{place}.default_subscription")
    yield from _check_function(action.perform, 2, f"{place}.perform")
    yield from _check_optional_function(action.perform_batch, f"{place}.perform_batch")
    yield from _check_optional_function(action.poll_batch, f"{place}.poll_batch")
    if action.poll_batch is not None and action.perform_batch is None:
        yield Problem(f"{place}.poll_batch", "has nothing to ask about without perform_batch")
    modes = action.sync_modes
    if modes is not None and modes.default not in modes.choices:
        yield Problem(f"{place}.sync_modes.default", f"{modes.default} is none of the choices")
    for kind, hook in action.hooks.items():
        yield from _check_one_of(kind, HOOK_TYPES, f"{place}.hooks")
        yield from _check_contract(hook.inputs, f"{place}.hooks.{kind}.inputs")
        yield from _check_function(hook.perform, 2, f"{place}.hooks.{kind}.perform")
    for key, dynamic in action.dynamic_fields.items():
        if key not in fields:
            yield Problem(f"{place}.dynamic_fields.{key}", f"is no field of the action; it has {', '.join(fields)}")
        for name, function in dynamic.items() if isinstance(dynamic, Mapping) else [("", dynamic)]:
            yield from _check_function(function, 2, f"{place}.dynamic_fields.{key}{'.' if name else ''}{name}")


def _check_preset(preset: Preset, destination: Destination[Any], place: str) -> Iterator[Problem]:
    yield from _check_text(preset.name, f"{place}.name")
    if preset.trigger is not None:
        yield from _check_trigger(preset.trigger, f"{place}.trigger")
    elif preset.event_slug is None:
        yield Problem(f"{place}.trigger", "expected a trigger, or an event_slug")
    action = destination.actions.get(preset.action)
    if action is None:
        known = ", ".join(destination.actions) or "none"
        yield Problem(f"{place}.action", f"there is no action {preset.action!r}; the destination has {known}")
    elif preset.mapping is not None:
        yield from _check_mapping(preset.mapping, _readable(action.payload), f"{place}.mapping")


# --- one kind of thing each ------------------------------------------------------------------------------------------


def _check_text(value: object, place: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield Problem(place, f"expected a text, got {value!r}")


def _check_one_of(value: object, allowed: tuple[str, ...], place: str) -> Iterator[Problem]:
    if value not in allowed:
        yield Problem(place, f"expected one of {', '.join(allowed)}, got {value!r}")


def _check_optional_function(function: object, place: str) -> Iterator[Problem]:
    if function is not None:
        yield from _check_function(function, 2, place)


def _check_function(function: object, arguments: int, place: str, *, asynchronous: bool = True) -> Iterator[Problem]:
    if not callable(function):
        yield Problem(place, f"expected a function, got {function!r}")
        return
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError as error:
        yield Problem(place, f"is called with {arguments} argument{'s' if arguments > 1 else ''}: {error}")
    if asynchronous and _is_plain_def(function):
        yield Problem(place, "expected an async function; this one is defined without async")


def _is_plain_def(function: object) -> bool:
    """Tell a slip from a lambda or an object that can be called, which may give what an async function gives."""
    return (
        isinstance(function, FunctionType)
        and function.__name__ != "<lambda>"
        and not inspect.iscoroutinefunction(function)
    )


def _readable(contract: type | Mapping[str, InputField]) -> Mapping[str, InputField]:
    """Give the fields that are right, so that what is wrong with others does not hide more."""
    return read_fields(contract)[0] if isinstance(contract, type) else contract


def _check_contract(contract: type | Mapping[str, InputField], place: str) -> Iterator[Problem]:
    fields = _readable(contract)
    if isinstance(contract, type):
        yield from read_fields(contract, f"{place}: {contract.__name__}")[1]
    try:
        compile_contract(fields)
    except DefinitionError as error:
        yield from (Problem(f"{place}.fields.{problem.place}", problem.message) for problem in error.problems)
    for key, field in fields.items():
        here = f"{place}.fields.{key}"
        if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
            yield Problem(here, f"minimum {field.minimum} is above maximum {field.maximum}")
        for name, conditions in (("required", field.required), ("depends_on", field.depends_on)):
            if isinstance(conditions, Conditions):
                yield from _check_conditions(conditions, fields, f"{here}.{name}")


def _check_conditions(conditions: Conditions, fields: Mapping[str, InputField], place: str) -> Iterator[Problem]:
    for condition in conditions.conditions:
        yield from _check_one_of(condition.operator, ("is", "is_not"), f"{place}.operator")
        key = condition.key.partition(".")[0]
        if condition.type == "field" and key not in fields and not is_internal(key):
            yield Problem(place, f"is about {condition.key!r}, which is no field; there are {', '.join(fields)}")


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
        if key not in fields and not is_internal(key):
            yield Problem(f"{place}/{key}", f"is no field of the action; it has {', '.join(fields)}")
