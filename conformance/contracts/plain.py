"""Options of fields as plain JSON, to be compared and shown."""

from __future__ import annotations

from actions_core.fields import Choice, Conditions, InputField
from actions_core.js import MISSING, stringify


def plain_option(name: str, value: object) -> object:
    """Give an option of a field as JSON; no choices are an empty list."""
    if name == "choices":
        given = value if isinstance(value, (tuple, list)) else ()
        return [choice.value if isinstance(choice, Choice) else choice for choice in given]
    if name == "properties" and isinstance(value, dict):
        return {key: _plain_property(inner) for key, inner in value.items()}
    return _plain_conditions(value) if isinstance(value, Conditions) else value


def plain_default(value: object) -> object:
    """Give a field's default without the directive `@literal`, which gives the same as what it holds.

    That of a setting is no mapping, so that it is what it is.
    """
    while isinstance(value, dict) and value.keys() == {"@literal"}:
        value = value["@literal"]
    return value


def _plain_conditions(conditions: Conditions) -> object:
    """Give conditions whole, so that it makes no difference whether what goes without saying was said."""
    return {
        "match": conditions.match,
        "conditions": [
            {"type": one.type, "field_key": one.field_key, "operator": one.operator, "value": one.value}
            for one in conditions.conditions
        ],
    }


def _plain_property(field: InputField) -> object:
    """Give what counts of a property: all but what only people read."""
    names = ("type", "required", "multiple", "allow_null", "choices", "format", "minimum", "maximum", "properties")
    return {name: plain_option(name, getattr(field, name)) for name in names}


def as_text(value: object) -> str:
    """Write a value in the one way in which equal values are written; as text, since Python takes 1 for true."""
    return "nothing" if value is MISSING else stringify(_in_order(value))


def _in_order(value: object) -> object:
    """Sort the keys of objects, whose order is no promise."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(inner) for inner in value] if isinstance(value, list) else value
