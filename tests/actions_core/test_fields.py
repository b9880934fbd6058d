from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from actions_core import MISSING, Choice, Condition, Conditions, DateTime, DefinitionError, Field, Missing, Object, path
from actions_core.fields import InputField, fields_of


@dataclass(frozen=True, kw_only=True)
class Address:
    street: Annotated[str, Field("Street")]


@dataclass(frozen=True, kw_only=True)
class Everything:
    required: Annotated[str, Field("Required", "Always there", default=path("$.a"))]
    optional: Annotated[str, Field("Optional")] | Missing = MISSING
    nullable: Annotated[int, Field("Nullable")] | None
    many: Annotated[list[float], Field("Many")]
    many_nullable: Annotated[list[str] | None, Field("Many")] | Missing = MISSING
    when: Annotated[DateTime, Field("When")]
    secret: Annotated[str, Field("Secret", type="password")]
    whole: Annotated[int, Field("Whole", type="number", minimum=0, maximum=10)]
    flag: Annotated[bool, Field("Flag", dynamic=True, read_only=True)]
    free: Annotated[Object, Field("Free", additional_properties=True, properties={"a": InputField(type="string")})]
    nested: Annotated[Address, Field("Nested")]
    listed: Annotated[list[Address], Field("Listed")]
    chosen: Annotated[str, Field("Chosen", choices=["a", Choice(label="B", value="b")])]
    conditional: (
        Annotated[
            str, Field("C", required=Conditions(conditions=(Condition(field_key="flag", operator="is", value=True),)))
        ]
        | Missing
    ) = MISSING


def wire(key: str) -> Any:
    return fields_of(Everything)[key].model_dump(by_alias=True, exclude_unset=True, mode="json")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("required", {"label": "Required", "description": "Always there", "type": "string", "required": True, "default": {"@path": "$.a"}}),
        ("optional", {"label": "Optional", "type": "string"}),
        ("nullable", {"label": "Nullable", "type": "integer", "required": True, "allowNull": True}),
        ("many", {"label": "Many", "type": "number", "required": True, "multiple": True}),
        ("when", {"label": "When", "type": "datetime", "required": True}),
        ("secret", {"label": "Secret", "type": "password", "required": True}),
        ("whole", {"label": "Whole", "type": "number", "required": True, "minimum": 0, "maximum": 10}),
        ("flag", {"label": "Flag", "type": "boolean", "required": True, "dynamic": True, "readOnly": True}),
        ("free", {"label": "Free", "type": "object", "required": True, "additionalProperties": True, "properties": {"a": {"type": "string"}}}),
        ("nested", {"label": "Nested", "type": "object", "required": True, "properties": {"street": {"label": "Street", "type": "string", "required": True}}}),
        ("listed", {"label": "Listed", "type": "object", "required": True, "multiple": True, "properties": {"street": {"label": "Street", "type": "string", "required": True}}}),
        ("chosen", {"label": "Chosen", "type": "string", "required": True, "choices": ["a", {"label": "B", "value": "b"}]}),
        ("conditional", {"label": "C", "type": "string", "required": {"conditions": [{"fieldKey": "flag", "operator": "is", "value": True}]}}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_an_attribute_becomes_an_input_field_of_the_reference(key: str, expected: Object) -> None:
    assert wire(key) == expected


def test_fields_keep_the_order_of_declaration() -> None:
    assert list(fields_of(Everything))[:3] == ["required", "optional", "nullable"]


def test_an_input_field_keeps_what_it_does_not_know() -> None:
    read = InputField.model_validate({"label": "A", "type": "string", "unsafe_hidden": True, "novelty": 1})
    assert read.unsafe_hidden
    assert read.model_dump(by_alias=True, exclude_unset=True)["novelty"] == 1


def test_every_mistake_of_a_contract_is_told_with_its_place() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wrong:
        bare: str
        kind: Annotated[set[str], Field("Kind")]
        typo: Annotated[str, Field("Typo", type="strng")]
        clash: Annotated[str, Field("Clash", type="number")]
        no_default: Annotated[str, Field("No default")] | Missing
        not_missing: Annotated[str, Field("Not missing")] = MISSING  # type: ignore[assignment] # the mistake under test
        other_default: Annotated[str, Field("Other")] = "x"
        factory: Annotated[Object, Field("Factory")] = field(default_factory=dict)
        condition: Annotated[str, Field("Condition", required=Conditions(conditions=()))]

    with pytest.raises(DefinitionError) as caught:
        fields_of(Wrong, "actions.a.payload")

    places = {problem.place.removeprefix("actions.a.payload."): problem.message for problem in caught.value.problems}
    assert list(places) == [
        "bare", "kind", "typo.type", "clash", "no_default", "not_missing", "other_default", "factory", "condition",
    ]  # fmt: skip
    assert "needs a Field" in places["bare"]
    assert "no field type stands for set" in places["kind"]
    assert "got 'strng'" in places["typo.type"]
    assert "annotated as string but its field type is number" in places["clash"]


def test_a_class_that_is_no_dataclass_is_a_mistake() -> None:
    class Plain:
        pass

    with pytest.raises(DefinitionError, match="expected a dataclass"):
        fields_of(Plain)
