"""Turning a validated payload into the value that an author's function receives."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from actions_core.fields import InputField, union_parts

Builder: TypeAlias = Callable[[Any], Any]


def compile_builder(contract: type | Mapping[str, InputField], *, copies: bool = True) -> Builder:
    """Compile a payload contract into a function from payload to dataclass (or to a dict, where there is none).

    If it copies, what it gives shares no container with the payload, so that an author's function may change it without
    reaching the event; if not, the payload is given away.
    """
    if not isinstance(contract, type):
        return copy_json if copies else _same
    hints = typing.get_type_hints(contract)
    attributes = dataclasses.fields(contract)
    builders = {one.name: _attribute_builder(hints[one.name], copies=copies) for one in attributes}
    # What is no container is passed on without asking a builder.
    builders = {key: build for key, build in builders.items() if build is not _same}
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


def _attribute_builder(hint: Any, *, copies: bool) -> Builder:
    """Find the dataclass in `list[Item] | Missing` and its like."""
    for part in union_parts(hint):
        listed = typing.get_origin(part) is list
        nested = typing.get_args(part)[0] if listed else part
        if isinstance(nested, type) and dataclasses.is_dataclass(nested):
            build = compile_builder(nested, copies=copies)
            return _each(build) if listed else build
    return copy_json if copies else _same


def _each(build: Builder) -> Builder:
    return lambda value: [build(item) for item in value] if isinstance(value, list) else build(value)


_ATOMS: Final = frozenset({str, int, float, bool, type(None)})


def _same(value: Any) -> Any:
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
