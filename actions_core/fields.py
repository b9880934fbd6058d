"""The field contract of an action: what an author writes (`Field`) and what the wire says (`InputField`).

`InputField` has the shape of an input field in the reference's `metadata.json`. `Field` is the same contract in an
annotation of a payload dataclass; `fields_of` reads the dataclass and gives the input fields.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict
from pydantic import Field as ModelField
from pydantic.alias_generators import to_camel

from actions_core.errors import DefinitionError, Problem
from actions_core.js import MISSING, Missing, Object

FieldType: TypeAlias = Literal["string", "text", "password", "number", "integer", "datetime", "boolean", "object"]
FIELD_TYPES: Final[tuple[str, ...]] = typing.get_args(FieldType)

Format: TypeAlias = Literal[
    "date", "time", "date-time", "uri", "uri-reference", "uri-template", "email", "hostname", "ipv4", "ipv6", "regex",
    "uuid", "password", "text",
]  # fmt: skip
FORMATS: Final[tuple[str, ...]] = typing.get_args(Format)

DateTime: TypeAlias = str | int | float
"""What a field of type datetime holds: ISO-8601 text, or seconds since 1970."""


class _Wire(BaseModel):
    """A value of the reference's JSON: camel case there, snake case here; unknown keys are kept, not lost."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", frozen=True)


class Choice(_Wire):
    """One value that a field may have, with the label that Segment's app shows."""

    label: str = ""
    value: str | int | float | bool


class Condition(_Wire):
    """One comparison of a conditional `required` or `depends_on`: a field (or the sync mode) is or is not a value."""

    field_key: str | None = None
    operator: str
    value: Any = MISSING
    type: Literal["field", "syncMode"] = "field"

    @property
    def key(self) -> str:
        """The name that the condition reads; a sync-mode condition reads no field."""
        return self.field_key or ""


class Conditions(_Wire):
    """When a field is required (or shown): any or all of some conditions."""

    match: Literal["any", "all"] = "all"
    conditions: tuple[Condition, ...]


class InputField(_Wire):
    """One field of a contract, in the shape of the reference's `InputField`.

    Source: `destination-kit/types` of `@segment/actions-core`; the documentation calls the same things label,
    description, required and type.
    """

    label: str = ""
    description: str = ""
    type: FieldType
    required: bool | Conditions = False
    default: Any = MISSING
    multiple: bool = False
    allow_null: bool = False
    choices: tuple[str | Choice, ...] | None = None
    format: Format | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    properties: Mapping[str, InputField] | None = None
    additional_properties: bool = False
    placeholder: str | None = None
    dynamic: bool = False
    default_object_ui: str | None = ModelField(default=None, alias="defaultObjectUI")
    unsafe_hidden: bool = ModelField(default=False, alias="unsafe_hidden")
    read_only: bool = False
    depends_on: Conditions | None = ModelField(default=None, alias="depends_on")
    category: str | None = None
    display_mode: str | None = None
    disabled_input_methods: tuple[str, ...] = ()

    def choice_values(self) -> tuple[Any, ...] | None:
        """List the values of `choices` without their labels; None where anything goes."""
        if self.choices is None:
            return None
        return tuple(choice.value if isinstance(choice, Choice) else choice for choice in self.choices)


class Field:
    """A field as an author writes it, inside `Annotated` on an attribute of a payload or settings dataclass.

    The annotation says the rest: `str`, `int`, `float`, `bool`, `Object` or a nested dataclass is the type; `list[…]`
    is `multiple`; `| None` is `allowNull`; a default of `MISSING` (annotated `| Missing`) makes the field optional, and
    an attribute without one is required. `required=` overrides that with a condition. Every other option is named
    after Segment's.
    """

    __slots__ = ("label", "options")

    def __init__(
        self,
        label: str,
        description: str = "",
        *,
        type: FieldType | None = None,  # noqa: A002 - Segment's name for it
        required: Conditions | None = None,
        default: Any = MISSING,
        choices: Sequence[str | Choice] | None = None,
        format: Format | None = None,  # noqa: A002 - Segment's name for it
        minimum: float | None = None,
        maximum: float | None = None,
        properties: Mapping[str, InputField] | None = None,
        additional_properties: bool = False,
        placeholder: str | None = None,
        dynamic: bool = False,
        default_object_ui: str | None = None,
        unsafe_hidden: bool = False,
        read_only: bool = False,
        depends_on: Conditions | None = None,
        category: str | None = None,
        display_mode: str | None = None,
        disabled_input_methods: Sequence[str] = (),
    ) -> None:
        given: Object = {
            "description": description, "type": type, "required": required, "choices": choices, "format": format,
            "minimum": minimum, "maximum": maximum, "properties": properties,
            "additional_properties": additional_properties, "placeholder": placeholder, "dynamic": dynamic,
            "default_object_ui": default_object_ui, "unsafe_hidden": unsafe_hidden, "read_only": read_only,
            "depends_on": depends_on, "category": category, "display_mode": display_mode,
            "disabled_input_methods": tuple(disabled_input_methods),
        }  # fmt: skip
        self.label: Final = label
        # Only what was said, so that a definition written to metadata.json is as short as it was written (0 was said).
        self.options: Final[Object] = {
            key: value
            for key, value in given.items()
            if value is not None and value is not False and value not in ((), "")
        }
        if default is not MISSING:
            self.options["default"] = default

    # Compared and hashed by identity: a default may be a dict, and `Annotated[…] | Missing` needs a hash.

    def __repr__(self) -> str:
        return f"Field({self.label!r})"


# --- reading a dataclass ---------------------------------------------------------------------------------------------

_PYTHON_TYPES: Final[dict[Any, FieldType]] = {
    str: "string", bool: "boolean", int: "integer", float: "number", DateTime: "datetime", dict: "object",
}  # fmt: skip
_COMPATIBLE: Final[dict[FieldType, frozenset[FieldType]]] = {
    "string": frozenset({"string", "text", "password", "datetime"}),
    "integer": frozenset({"integer", "number"}),
    "number": frozenset({"number"}),
    "boolean": frozenset({"boolean"}),
    "datetime": frozenset({"datetime"}),
    "object": frozenset({"object"}),
}


def fields_of(contract: type, place: str = "") -> dict[str, InputField]:
    """Read the input fields of a payload or settings dataclass, keyed by attribute, in the order of declaration.

    Raises `DefinitionError` with every mistake in it: an attribute without a `Field`, a Python type that no field
    type stands for, an optional attribute that is not annotated `| Missing`, and so on.
    """
    fields, problems = read_fields(contract, place)
    if problems:
        raise DefinitionError(place or contract.__name__, problems)
    return fields


def read_fields(contract: type, place: str = "") -> tuple[dict[str, InputField], list[Problem]]:
    """Read the fields that are right, and list what is wrong with the others; see `fields_of`."""
    problems: list[Problem] = []
    return dict(_read(contract, place or contract.__name__, problems)), problems


def _read(contract: object, place: str, problems: list[Problem]) -> Iterator[tuple[str, InputField]]:
    if not (isinstance(contract, type) and dataclasses.is_dataclass(contract)):
        problems.append(Problem(place, f"expected a dataclass, got {contract!r}"))
        return
    try:
        hints = typing.get_type_hints(contract, include_extras=True)
    except Exception as error:  # noqa: BLE001 - an annotation is code of the author's and may raise anything
        hint = "; give what a comprehension makes a name outside of it" if isinstance(error, NameError) else ""
        told = f"has an annotation that cannot be read: {type(error).__name__}: {error}{hint}"
        problems.append(Problem(place, told))
        return
    for attribute in dataclasses.fields(contract):
        here = f"{place}.{attribute.name}"
        try:
            yield attribute.name, _read_attribute(attribute, hints[attribute.name], here, problems)
        except _UnreadableError as error:
            problems.append(Problem(here, str(error)))
        except ValueError as error:  # pydantic's ValidationError is one
            problems.extend(_pydantic_problems(here, error))


class _UnreadableError(Exception):
    """An annotation that does not say what a field is."""


def _pydantic_problems(place: str, error: ValueError) -> Iterator[Problem]:
    details: Callable[[], list[Any]] | None = getattr(error, "errors", None)
    if details is None:
        yield Problem(place, str(error))
        return
    told: set[Any] = set()
    for detail in details():
        option, *rest = detail["loc"] or ("",)
        # An option that may be of several kinds is refused once for each; one of them says enough.
        if option in told:
            continue
        told.add(option)
        inner = [str(part) for part in rest if isinstance(part, int)]
        where = ".".join([str(option), *inner])
        yield Problem(f"{place}.{where}" if where else place, f"{detail['msg'].lower()}, got {detail['input']!r}")


def _read_attribute(attribute: dataclasses.Field[Any], hint: Any, place: str, problems: list[Problem]) -> InputField:
    field, parts = _unwrap(hint)
    if field is None:
        raise _UnreadableError('needs a Field: Annotated[str, Field("Label", "Description")]')
    optional = attribute.default is MISSING
    if Missing in parts and not optional:
        raise _UnreadableError("is annotated `| Missing` but has no default of MISSING")
    if optional and Missing not in parts:
        raise _UnreadableError("has a default of MISSING but is not annotated `| Missing`")
    if not optional and (
        attribute.default is not dataclasses.MISSING or attribute.default_factory is not dataclasses.MISSING
    ):
        raise _UnreadableError("may have no default but MISSING; a default mapping belongs in Field(default=…)")
    options = dict(field.options)
    if type(None) in parts:
        options["allow_null"] = True
    values = [part for part in parts if part not in (Missing, type(None))]
    if len(values) == 1 and typing.get_origin(values[0]) is list:
        options["multiple"] = True
        values = list(union_parts(typing.get_args(values[0])[0]))
    declared, nested = _field_type(values)
    if nested is not None:
        options["properties"] = dict(_read(nested, place, problems))
    wanted = options.setdefault("type", declared)
    if wanted in FIELD_TYPES and wanted not in _COMPATIBLE[declared]:
        raise _UnreadableError(f"is annotated as {declared} but its field type is {wanted}")
    if wanted == "object" and options.get("additional_properties") and nested is not None:
        raise _UnreadableError(
            "additional_properties needs an Object with properties=…; a dataclass has no room for them"
        )
    if not optional:
        if "required" in options:
            raise _UnreadableError("is required on a condition only, so it needs `| Missing` and a default of MISSING")
        options["required"] = True
    return InputField(label=field.label, **options)


def _unwrap(hint: Any) -> tuple[Field | None, list[Any]]:
    """Find the `Field` and the alternatives of `Annotated[T, Field] | Missing`, in either nesting."""
    field: Field | None = None
    parts: list[Any] = []
    for part in union_parts(hint):
        if typing.get_origin(part) is Annotated:
            inner, *notes = typing.get_args(part)
            found, inner_parts = _unwrap(inner)
            field = next((note for note in notes if isinstance(note, Field)), None) or found or field
            parts.extend(inner_parts)
        else:
            parts.append(part)
    return field, parts


def union_parts(hint: Any) -> tuple[Any, ...]:
    """Give the alternatives of `A | B`, or the one of `A`."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _field_type(values: list[Any]) -> tuple[FieldType, type | None]:
    if set(values) == set(typing.get_args(DateTime)):
        return "datetime", None
    if len(values) == 1:
        value = typing.get_origin(values[0]) or values[0]
        if value in _PYTHON_TYPES:
            return _PYTHON_TYPES[value], None
        if isinstance(value, type) and dataclasses.is_dataclass(value):
            return "object", value
    names = " | ".join(getattr(value, "__name__", str(value)) for value in values)
    raise _UnreadableError(
        f"no field type stands for {names}; use str, int, float, bool, DateTime, Object or a dataclass"
    )
