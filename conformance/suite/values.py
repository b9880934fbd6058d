"""Values for fields: valid ones, whatever a contract asks for, and complete inputs of an action."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from actions_core.definitions import CALL_TYPES, CallType
from actions_core.fields import Condition, Conditions, InputField
from actions_core.js import Object
from conformance.contracts import BoundAction, BoundField

_FORMATTED: Final[Mapping[str, tuple[str, str]]] = {
    "date": ("2026-01-15", "2025-11-03"),
    "time": ("10:00:00Z", "23:59:59Z"),
    "date-time": ("2026-01-15T10:00:00Z", "2025-11-03T09:12:44.000Z"),
    "uri": ("https://a.example/first", "https://b.example/second?x=1"),
    "uri-reference": ("https://a.example/first", "/second"),
    "uri-template": ("https://a.example/{x}", "https://b.example/{y}"),
    "email": ("mira@northlight.example", "jo@trailboard.example"),
    "hostname": ("a.example", "b.example"),
    "ipv4": ("192.0.2.14", "192.0.2.15"),
    "ipv6": ("2001:db8::1", "2001:db8::2"),
    "regex": ("a+", "b*"),
    "uuid": ("6e2c53b9-90a8-4c6f-9e39-8c2d5a1f0b77", "7a3cbea0-bdf5-11e4-8dfc-aa02a5b093db"),
    "password": ("First-1", "Second-2"),
    "text": ("First-1", "Second-2"),
}


def two_values(facts: InputField, name: str) -> tuple[Any, Any]:
    """Give two different valid values of a field; equal ones where a field has but one.

    Texts name their field, so that no two fields share a value.
    """
    one, other = _two_scalars(facts, name)
    return ([one], [other, one]) if facts.multiple else (one, other)


def _two_scalars(facts: InputField, name: str) -> tuple[Any, Any]:
    choices = facts.choice_values()
    if choices:
        return choices[0], choices[-1]
    if facts.type in ("string", "text", "password"):
        if facts.format is not None:
            return _FORMATTED[facts.format]
        return _of_length(facts, f"{name} Wert-1"), _of_length(facts, f"{name} Wert-2")
    if facts.type in ("number", "integer"):
        low = facts.minimum if facts.minimum is not None else min(7, facts.maximum if facts.maximum is not None else 7)
        if facts.type == "number" and facts.minimum is None and facts.maximum is None:
            return 7.25, 12.5
        high = facts.maximum if facts.maximum is not None else low + 5
        return low, high
    if facts.type == "boolean":
        return True, False
    if facts.type == "datetime":
        return _FORMATTED["date-time"]
    if facts.properties is None:
        return {f"{name}_k": "first", "n": 1}, {f"{name}_k": "second", "n": 2}
    pairs = {key: two_values(inner, f"{name}_{key}") for key, inner in facts.properties.items()}
    return {key: one for key, (one, _) in pairs.items()}, {key: other for key, (_, other) in pairs.items()}


def _of_length(facts: InputField, text: str) -> str:
    """Cut or lengthen a text to what a field's bounds allow."""
    longest = len(text) if facts.maximum is None else max(1, int(facts.maximum))
    return text[-longest:].rjust(int(facts.minimum or 0), "x")


def usual_call(action: BoundAction) -> CallType:
    """Give a call type that an action is for, by its default trigger; track calls where that names none."""
    trigger = action.action.default_subscription or ""
    return next((call for call in CALL_TYPES if f'"{call}"' in trigger), "track")


def condition_for(field: BoundField) -> Condition | None:
    """Give the first comparison under which a conditional field is required."""
    required = field.facts.required
    if not isinstance(required, Conditions):
        return None
    return next((one for one in required.conditions if one.type == "field"), None)


def is_required(field: BoundField, inputs: Object) -> bool:
    """Tell whether a field is required, given the other inputs."""
    required = field.facts.required
    if isinstance(required, bool):
        return required
    found = [_holds(one, inputs) for one in required.conditions]
    return any(found) if required.match == "any" else all(found)


def _holds(condition: Condition, inputs: Object) -> bool:
    if condition.type != "field":
        return False
    equal: bool = inputs.get(condition.key) == condition.value
    return equal if condition.operator == "is" else not equal


def complete_inputs(action: BoundAction, about: BoundField | None = None) -> Object:
    """Give a valid value for every field of an action; `about` makes what it depends on such that it counts."""
    inputs = {field.key: two_values(field.facts, field.key)[0] for field in action.fields}
    condition = condition_for(about) if about is not None else None
    if condition is not None and condition.operator == "is":
        inputs[condition.key] = condition.value
    return inputs


def required_inputs(action: BoundAction, about: BoundField | None = None) -> Object:
    """Give valid values for the required fields alone, those included that a condition requires."""
    complete = complete_inputs(action, about)
    # A field that a condition reads decides what else is required, so that it stays.
    read = {one.key for field in action.fields for one in conditions_of(field.facts)}
    inputs = {
        field.key: complete[field.key] for field in action.fields if field.facts.required is True or field.key in read
    }
    for field in action.fields:
        if field.key not in inputs and is_required(field, inputs):
            inputs[field.key] = complete[field.key]
    return inputs


def conditions_of(facts: InputField) -> Iterable[Condition]:
    """Give the comparisons that decide whether a field is required."""
    return facts.required.conditions if isinstance(facts.required, Conditions) else ()


# --- values that JSON files should not hold in full ------------------------------------------------------------------


def expand(value: Any) -> Any:
    """Carry out what a case only describes.

    `{"$deep": 5000}` is an object nested that deep, `{"$long": ["x", 5000]}` a text repeated, `{"$digits": 5000}` an
    integer of so many digits, `{"$float": "nan"}` a number that JSON cannot write, `{"$raw": v}` is v, not expanded.
    The containers are copied, so that what a plugin does to an event reaches nobody else's.
    """
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, given),) = value.items()
            match key, given:
                case "$deep", int():
                    return _nested(given)
                case "$long", [str() as text, int() as times]:
                    return text * times
                case "$digits", int():
                    return 10 ** (given - 1)
                case "$float", str():
                    return float(given)
                case "$raw", _:
                    return given
        return {key: expand(inner) for key, inner in value.items()}
    return [expand(inner) for inner in value] if isinstance(value, list) else value


def _nested(levels: int) -> Object:
    value: Object = {}
    for _ in range(levels):
        value = {"d": value}
    return value
