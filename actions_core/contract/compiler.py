"""Fields → a contract: everything about a definition is decided here, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from actions_core.contract import messages
from actions_core.contract.acceptance import Acceptance
from actions_core.contract.coercion import Kind
from actions_core.contract.conditions import Demand, compile_demand
from actions_core.contract.messages import Findings, Note
from actions_core.contract.rules import compile_choices, compile_format, compile_limits
from actions_core.contract.shape import (
    Mode,
    Node,
    Shape,
    list_check,
    object_check,
    scalar_check,
    tidy_items,
    tidy_properties,
)
from actions_core.errors import DefinitionError, PayloadValidationError, Problem
from actions_core.fields import Conditions, FieldType, InputField
from actions_core.js import MISSING, Object, object_keys

_MAX_DEPTH: Final = 64


class Contract:
    """The fields of an action, compiled; also the fields of a destination's settings."""

    __slots__ = ("_root", "fields")

    def __init__(self, fields: Mapping[str, InputField], root: Shape) -> None:
        self.fields: Final = fields
        self._root: Final = root

    def validate(self, values: Any, *, mode: Mode = "single", notes: list[Note] | None = None) -> Object:
        """Give the payload: the values of the fields without empty ones, coerced to their types.

        `values` is an object, unless the mapping is itself a directive, which may give anything; only an action without
        fields takes that. It stays as it is and may share parts with the payload. Adds to `notes` what was done to it.
        A field called `constructor` or `toString` is like any other; the reference finds JavaScript's function of that
        name in every event.
        Raises `PayloadValidationError` with every error at once.
        """
        if not self.fields and mode != "settings":
            # Reference: an action without fields has no contract, and its payload is whatever the mapping gave.
            return dict(values) if isinstance(values, dict) else values
        findings = Findings(notes)
        payload: Object = {}
        if isinstance(values, dict):
            payload = self._root.checked(values, mode, findings)
        else:
            # Reference: null and '' are dropped even here, where nothing is left then.
            is_empty = mode != "settings" and values in (None, "")
            findings.fail(None, "", messages.wrong_type(["object"], MISSING if is_empty else values))
        if findings.errors:
            raise PayloadValidationError(" ".join(error.message for error in findings.errors), findings.errors)
        return payload

    def acceptance(self, *, single: bool) -> Acceptance | None:
        """Give what writes out the taking of values into a payload; None for an action without fields."""
        return Acceptance(self._root, single=single) if self.fields else None


def compile_contract(fields: Mapping[str, InputField]) -> Contract:
    """Compile input fields into a contract.

    Raises `DefinitionError` with the place of everything that the reference refuses, be it when it builds its schema
    or, later, when it meets the first event: `email.required.conditions[0].operator`, `size.choices`.
    """
    problems: list[Problem] = []
    root = _compile_shape(fields, "", problems, label="", additional=False, enforced=True, depth=0)
    if problems:
        raise DefinitionError("the field contract", problems)
    return Contract(fields, root)


# --- compiling -------------------------------------------------------------------------------------------------------

_KINDS: Final[dict[FieldType, tuple[Kind, ...]]] = {
    "string": ("string",), "text": ("string",), "password": ("string",), "datetime": ("string", "number"),
    "number": ("number",), "integer": ("integer",), "boolean": ("boolean",), "object": ("object",),
}  # fmt: skip
_PYTHON_TYPES: Final[dict[tuple[Kind, ...], type]] = {("string",): str, ("boolean",): bool, ("object",): dict}


def _compile_shape(
    fields: Mapping[str, InputField],
    place: str,
    problems: list[Problem],
    *,
    label: str,
    additional: bool,
    enforced: bool,
    depth: int,
) -> Shape:
    """Compile the fields of one object; unless `enforced`, what they require is not asked for."""
    if depth > _MAX_DEPTH:
        problems.append(Problem(place, f"is nested more than {_MAX_DEPTH} levels deep"))
        return Shape({}, label="", required=(), demands=(), keeps_unknown=True)
    nodes: dict[str, Node] = {}
    conditions: dict[str, tuple[Conditions, str]] = {}
    for key in object_keys(dict(fields)):
        field, here = fields[key], f"{place}.{key}" if place else key
        if key == "__proto__" or any("\ud800" <= char <= "\udfff" for char in key):
            problems.append(Problem(here, "is not a name that a field can have"))
            continue
        if field.type == "object" and field.properties is not None:
            # Reference: what a property needs on a condition is asked for by the object around it, two levels only.
            for name in object_keys(dict(field.properties)):
                required_inside = field.properties[name].required
                if isinstance(required_inside, Conditions):
                    conditions[f"{key}.{name}"] = (required_inside, f"{here}.properties.{name}.required")
        if isinstance(field.required, Conditions):
            conditions[key] = (field.required, f"{here}.required")
        nodes[key] = _compile_node(field, here, problems, depth=depth)
    required: list[str] = []
    demands: list[Demand] = []
    if enforced:
        required += (key for key in nodes if fields[key].required is True)
        for key in object_keys(dict(conditions)):
            demand = compile_demand(key, *conditions[key], problems)
            if demand is not None:
                demands.append(demand)
    return Shape(nodes, label=label, required=required, demands=demands, keeps_unknown=additional)


def _compile_node(field: InputField, place: str, problems: list[Problem], *, depth: int) -> Node:
    kinds = _KINDS[field.type]
    limits = compile_limits(field, place, problems)
    shape: Shape | None = None
    if field.type == "object" and field.properties is not None:
        # Reference: if one property is required on a condition, those that always are required no longer are.
        enforced = not any(isinstance(inner.required, Conditions) for inner in field.properties.values())
        shape = _compile_shape(
            field.properties,
            f"{place}.properties",
            problems,
            label="" if field.multiple else field.label,
            additional=field.additional_properties,
            enforced=enforced,
            depth=depth + 1,
        )
    if field.multiple:
        # Reference: a list loses format, minimum, maximum and allowNull; its items keep the choices only, and with
        # `properties` not even those.
        if shape is not None:
            items, item_type = object_check(shape, "", []), None
        else:
            choices = compile_choices(field, place, problems)
            items, item_type = scalar_check(kinds, "", choices), None if choices else _PYTHON_TYPES.get(kinds)
        return Node(
            keeps_null=False,
            keeps_text=False,
            right_type=None,
            check=list_check(items, item_type, field.label),
            tidy=tidy_items("string" in kinds),
            is_list=True,
        )
    rules = [*compile_choices(field, place, problems), *limits, *compile_format(field)]
    if shape is not None:
        # Reference: an object with `properties` loses allowNull.
        return Node(False, False, None, object_check(shape, field.label, rules), tidy_properties(shape))
    keeps_text = "string" in kinds
    if field.allow_null:
        kinds = (*kinds, "null")
    right_type = None if rules else _PYTHON_TYPES.get(kinds)
    return Node(field.allow_null, keeps_text, right_type, scalar_check(kinds, field.label, rules))
