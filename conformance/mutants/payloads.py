"""Payload and settings contracts with other fields, written as their author would have written them.

An author's functions are given instances of a dataclass, whose attributes they read. If one of its fields is edited,
the contract is a new dataclass with the edited field, so that the functions still find what they read.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from types import GenericAlias
from typing import Annotated, Any, Final, TypeAlias

from actions_core.fields import Conditions, DateTime, Field, FieldType, InputField, union_parts
from actions_core.js import MISSING, Missing, Object

Contract: TypeAlias = type | Mapping[str, InputField]

_PYTHON_TYPES: Final[Mapping[FieldType, Any]] = {
    "string": str, "text": str, "password": str, "number": float, "integer": int, "datetime": DateTime,
    "boolean": bool, "object": Object,
}  # fmt: skip
# What the annotation says, or what is given for itself.
_NOT_OPTIONS: Final = frozenset({"label", "required", "multiple", "allow_null"})


def with_fields(contract: Contract, fields: Mapping[str, InputField]) -> Contract:
    """Give the contract with these fields in place of its own: a dataclass for a dataclass, fields for fields."""
    return _dataclass_of(contract, fields) if isinstance(contract, type) else dict(fields)


def _dataclass_of(original: type, fields: Mapping[str, InputField]) -> type:
    hints = typing.get_type_hints(original)
    attributes = [
        (
            key,
            _annotation(field, hints.get(key)),
            *([] if field.required is True else [dataclasses.field(default=MISSING)]),
        )
        for key, field in fields.items()
    ]
    # Methods and properties stay, and what was a field and is none is MISSING to whoever reads it.
    rest = {name: value for name, value in vars(original).items() if not name.startswith("__") and name not in hints}
    gone = {name: MISSING for name in hints if name not in fields}
    made: type = dataclasses.make_dataclass(
        original.__name__, attributes, namespace={**rest, **gone}, frozen=True, kw_only=True
    )
    return made


def _annotation(field: InputField, hint: Any) -> Any:
    nested = _nested(hint)
    said = {name: getattr(field, name) for name in field.model_fields_set if name not in _NOT_OPTIONS}
    if isinstance(field.required, Conditions):
        said["required"] = field.required
    value = _PYTHON_TYPES[field.type]
    if nested is not None and field.type == "object" and field.properties is not None:
        value = _dataclass_of(nested, said.pop("properties"))
    if field.multiple:
        value = GenericAlias(list, (value,))
    if field.allow_null:
        value = value | None
    declared = Field(field.label)
    declared.options.update(said)
    annotated: Any = Annotated[value, declared]
    return annotated if field.required is True else annotated | Missing


def _nested(hint: Any) -> type | None:
    """Find the dataclass in `list[Item] | Missing` and its like."""
    for part in union_parts(hint):
        inner = typing.get_args(part)[0] if typing.get_origin(part) is list else part
        if isinstance(inner, type) and dataclasses.is_dataclass(inner):
            return inner
    return None
