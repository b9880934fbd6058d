"""Inputs for many events of one action, each of which can be told from the others."""

from __future__ import annotations

from typing import Any, Final

from actions_core.fields import Conditions, InputField
from actions_core.js import Object
from conformance.contracts import BoundAction
from conformance.suite.values import complete_inputs, required_inputs

_ABOUT_BATCHES: Final = frozenset({"enable_batching", "batch_size", "batch_bytes", "batch_keys"})
"""Fields that say how batches are made, and so are the same for all events of one."""


def numbered_inputs(action: BoundAction, number: int, *, complete: bool = True) -> Object:
    """Give valid inputs that no other number has, as far as the fields can tell; of all fields, or of the required.

    What events of one batch have in common is the same for all numbers.
    """
    common = batch_keys(action)
    kept = {*common, *_read_by_conditions(action), *_ABOUT_BATCHES}
    every = complete_inputs(action)
    inputs = every if complete else {key: every[key] for key in every if key in {*required_inputs(action), *common}}
    facts = {field.key: field.facts for field in action.fields}
    return {key: value if key in kept else _numbered(facts[key], key, number, value) for key, value in inputs.items()}


def batch_keys(action: BoundAction) -> set[str]:
    """Give the fields whose values all events of a batch have in common: the default of `batch_keys`."""
    field = action.action.fields.get("batch_keys")
    keys = field.default if field is not None else None
    return {key for key in keys if isinstance(key, str)} if isinstance(keys, list) else set()


def _read_by_conditions(action: BoundAction) -> set[str]:
    found = [field.facts.required for field in action.fields]
    return {one.key for required in found if isinstance(required, Conditions) for one in required.conditions}


def _numbered(facts: InputField, name: str, number: int, otherwise: Any) -> Any:
    value = _numbered_scalar(facts, name, number, otherwise[0] if facts.multiple else otherwise)
    return [value] if facts.multiple else value


def _numbered_scalar(facts: InputField, name: str, number: int, otherwise: Any) -> Any:
    if facts.choices is not None:
        return otherwise
    if facts.type in ("string", "text", "password"):
        of_format = {
            None: f"{name} {number:04}",
            "email": f"p{number:04}@a.example",
            "uri": f"https://a.example/{number:04}",
        }
        return of_format.get(facts.format, otherwise)
    if facts.type in ("number", "integer"):
        wanted = 10_000 + number
        low = wanted if facts.minimum is None else facts.minimum
        high = wanted if facts.maximum is None else facts.maximum
        return wanted if low <= wanted <= high else otherwise
    if facts.type == "datetime":
        return f"2026-01-15T10:{number // 1000 % 60:02}:00.{number % 1000:03}Z"
    if facts.type != "object":
        return otherwise
    if facts.properties is None:
        return {f"{name}_k": f"{name} {number:04}", "n": 10_000 + number}
    return {key: _numbered(inner, f"{name}_{key}", number, otherwise[key]) for key, inner in facts.properties.items()}
