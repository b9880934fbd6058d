"""Turning a validated payload into the value that an author's function receives."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from actions_core.fields import InputField, union_parts

Builder: TypeAlias = Callable[[Any], Any]


def compile_builder(contract: type | Mapping[str, InputField]) -> Builder:
    """Compile a payload contract into a function from payload to dataclass (or to a dict, where there is none).

    What it gives shares no container with the payload, so an author's function may change it without reaching the
    event.
    """
    if not isinstance(contract, type):
        return copy_json
    hints = typing.get_type_hints(contract)
    builders = {attribute.name: _attribute_builder(hints[attribute.name]) for attribute in dataclasses.fields(contract)}

    def build(payload: Any) -> Any:
        if not isinstance(payload, dict):
            return payload
        return contract(**{key: builders[key](value) for key, value in payload.items() if key in builders})

    return build


def _attribute_builder(hint: Any) -> Builder:
    """Find the dataclass in `list[Item] | Missing` and its like."""
    for part in union_parts(hint):
        listed = typing.get_origin(part) is list
        nested = typing.get_args(part)[0] if listed else part
        if isinstance(nested, type) and dataclasses.is_dataclass(nested):
            return _each(compile_builder(nested)) if listed else compile_builder(nested)
    return copy_json


def _each(build: Builder) -> Builder:
    return lambda value: [build(item) for item in value] if isinstance(value, list) else build(value)


def copy_json(value: Any) -> Any:
    """Copy the containers of a JSON value; texts and numbers cannot change and are shared."""
    if isinstance(value, dict):
        return {key: copy_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_json(item) for item in value]
    return value
