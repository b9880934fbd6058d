"""What a value must be beyond its type: one of some choices, not too large or long, in a format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from actions_core.contract import messages
from actions_core.contract.coercion import is_number
from actions_core.contract.formats import FORMATS
from actions_core.contract.messages import Findings, Place
from actions_core.errors import Problem
from actions_core.fields import FieldType, InputField
from actions_core.js import number

Rule: TypeAlias = Callable[[Any, Place, Findings], None]
"""One keyword of a schema, such as `maximum`: reports a value that breaks it, and ignores values of other types."""

_FORMATS_OF_TYPES: Final[dict[FieldType, str]] = {"datetime": "date-like", "password": "password", "text": "text"}


def compile_choices(field: InputField, place: str, problems: list[Problem]) -> list[Rule]:
    """Compile `choices`; adds to `problems` if there are none or one comes twice."""
    values = field.choice_values()
    if values is None:
        return []
    if field.allow_null:
        values = (*values, None)
    known = {_comparable(value) for value in values}
    if not values:
        problems.append(Problem(f"{place}.choices", "must NOT have fewer than 1 items"))
    if len(known) < len(values):
        problems.append(Problem(f"{place}.choices", "must NOT have duplicate items"))
    label = "" if field.multiple else field.label

    def check_choice(value: Any, here: Place, findings: Findings) -> None:
        if isinstance(value, (list, dict)) or _comparable(value) not in known:
            findings.fail(here, label, messages.wrong_choice(values))

    return [check_choice]


def _comparable(value: Any) -> tuple[str, Any]:
    """Give what is equal exactly where JavaScript's `===` says so: true is not 1 here."""
    if isinstance(value, bool):
        return "boolean", value
    return ("number", number(value)) if isinstance(value, (int, float)) else ("", value)


def compile_limits(field: InputField, place: str, problems: list[Problem]) -> list[Rule]:
    """Compile `minimum` and `maximum`; adds to `problems` if one cannot be a length."""
    # Reference: a limit of 0 is no limit, and only the types string and number have any: not integer, text or password.
    label = field.label
    rules: list[Rule] = []
    for limit, is_maximum in ((field.maximum, True), (field.minimum, False)):
        if not limit:
            continue
        if field.type == "number":
            rules.append(_size_rule(number(limit), is_maximum, label))
        elif field.type == "string":
            if limit < 0 or limit % 1:
                problems.append(Problem(f"{place}.{'maximum' if is_maximum else 'minimum'}", _WRONG_LENGTH))
            rules.append(_length_rule(limit, is_maximum, label))
    return rules


_WRONG_LENGTH: Final = "limits the length of a text, so it must be a whole number of characters"


def _size_rule(limit: int | float, is_maximum: bool, label: str) -> Rule:
    text = messages.wrong_size(limit, "less" if is_maximum else "greater")

    def check_size(value: Any, here: Place, findings: Findings) -> None:
        if is_number(value) and (number(value) > limit if is_maximum else number(value) < limit):
            findings.fail(here, label, text)

    return check_size


def _length_rule(limit: int | float, is_maximum: bool, label: str) -> Rule:
    def check_length(value: Any, here: Place, findings: Findings) -> None:
        # A surrogate pair is one character for the limit.
        if isinstance(value, str) and (len(value) > limit if is_maximum else len(value) < limit):
            findings.fail(here, label, messages.wrong_length(value, limit, "fewer" if is_maximum else "more"))

    return check_length


def compile_format(field: InputField) -> list[Rule]:
    """Compile `format`."""
    # Reference: the types datetime, password and text have a format of their own, whatever the field says.
    name = _FORMATS_OF_TYPES.get(field.type, field.format)
    is_format = FORMATS.get(name) if name is not None else None
    if name is None or is_format is None:
        return []
    label, text = field.label, messages.wrong_format(name)

    def check_format(value: Any, here: Place, findings: Findings) -> None:
        if isinstance(value, str) and not is_format(value):
            findings.fail(here, label, text)

    return [check_format]
