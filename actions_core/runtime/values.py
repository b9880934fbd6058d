"""Turning a validated payload into the value that an author's function receives."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from actions_core.fields import InputField, union_parts
from actions_core.js import Missing

Builder: TypeAlias = Callable[[Any], Any]


def compile_builder(contract: type | Mapping[str, InputField], copy: Builder | None = None) -> Builder:
    """Compile a payload contract into a function from payload to dataclass (or to a dict, where there is none).

    What it gives shares no container with the payload, so that an author's function may change it without reaching the
    event; that is done by `copy`, which is `copy_json` unless told otherwise.
    """
    copy = copy or copy_json
    if not isinstance(contract, type):
        return copy
    hints = typing.get_type_hints(contract)
    attributes = dataclasses.fields(contract)
    builders = {one.name: _attribute_builder(hints[one.name], copy) for one in attributes}
    # What is no container is passed on without asking a builder.
    builders = {key: build for key, build in builders.items() if build is not same}
    known = frozenset(one.name for one in attributes)

    def build(payload: Any) -> Any:
        if not isinstance(payload, dict):
            return payload
        values = payload if payload.keys() <= known else {key: payload[key] for key in payload if key in known}
        for key, build_value in builders.items():
            value = values.get(key)
            if type(value) not in _ATOMS:
                values = values.copy() if values is payload else values
                values[key] = build_value(value)
        return contract(**values)

    return build


def _attribute_builder(hint: Any, copy: Builder) -> Builder:
    """Find the dataclass in `list[Item] | Missing` and its like."""
    if all(part in _PLAIN for part in union_parts(hint)):
        return same
    for part in union_parts(hint):
        listed = typing.get_origin(part) is list
        nested = typing.get_args(part)[0] if listed else part
        if isinstance(nested, type) and dataclasses.is_dataclass(nested):
            build = compile_builder(nested, copy)
            return _each(build) if listed else build
    return copy


def _each(build: Builder) -> Builder:
    return lambda value: [build(item) for item in value] if isinstance(value, list) else build(value)


_ATOMS: Final = frozenset({str, int, float, bool, type(None)})
_PLAIN: Final = _ATOMS | {Missing}


def same(value: Any) -> Any:
    """Give a value away as it is, instead of a copy."""
    return value


def copy_json(value: Any) -> Any:
    """Copy the containers of a JSON value; texts and numbers cannot change and are shared."""
    if isinstance(value, dict):
        copied = dict(value)
        for key, item in value.items():
            if type(item) not in _ATOMS:
                copied[key] = copy_json(item)
        return copied
    if isinstance(value, list):
        return [item if type(item) in _ATOMS else copy_json(item) for item in value]
    return value
