"""Writing a trigger's tree as text again."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final

from actions_core.js import number_to_string
from actions_core.trigger.lexer import utf16_units
from actions_core.trigger.nodes import (
    BARE_OPERATORS,
    OBJECT_FIELDS,
    Broken,
    Call,
    Clause,
    Comparison,
    Condition,
    Constant,
    Group,
    IsTrue,
    ListOf,
    Not,
    Operand,
    Path,
)


def generate(condition: Condition) -> str:
    """Write a tree as text that parses to an equal tree in the dialect that the tree was read in.

    Raises `ValueError` for a tree that no text stands for, such as a documented text with both kinds of quotes in it.
    """
    return _write(condition, inside=False)


def _write(condition: Condition, *, inside: bool) -> str:
    """Write a condition; `inside` tells whether it stands in parentheses."""
    match condition:
        case Group(operator, children):
            return f" {operator} ".join(
                f"({_write(child, inside=True)})" if isinstance(child, Group) else _write(child, inside=inside)
                for child in children
            )
        case Clause():
            return _clause(condition, inside=inside)
        case Broken(empty):
            return "()" if empty else "properties.\\. = null"
        case Not(Group() | Comparison() as negated):
            return f"!({_write(negated, inside=True)})"
        case Not(negated):
            return f"!{_write(negated, inside=inside)}"
        case IsTrue(operand):
            return _operand(operand)
        case Comparison(left, comparator, right):
            return f"{_operand(left)} {comparator} {_operand(right)}"


# --- reference -------------------------------------------------------------------------------------------------------

_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]")
_SINGLE_QUOTED: Final = re.compile(r"'[^']*'")
_KEYWORDS: Final = frozenset({"and", "or", "null", "in", "true", "false"})
_BARE: Final = {"exists": "!= null", "not_exists": "= null", "is_true": "= true", "is_false": "= false"}
_NUMBERS: Final = {"number_equals": "=", "number_not_equals": "!="}


def _clause(clause: Clause, *, inside: bool) -> str:
    """Write a clause as people do where that is read the same; else with the operator's inner name between the two."""
    field, *below = clause.path.names
    path = _reference_path(field, below)
    word, expected = clause.operator, clause.expected
    if word == "never":
        return f"{path} never null"
    if word in BARE_OPERATORS:
        known = field in OBJECT_FIELDS or field == "userId" or (field == "name" and word.endswith("exists"))
        return f"{path} {_BARE[word]}" if known else f"{path} {word} null"
    if not isinstance(expected, str):
        shown = _reference_number(expected if expected is not None else math.nan)
        return f"{path} {_NUMBERS.get(word, word) if field in OBJECT_FIELDS else word} {shown}"
    text = _reference_text(expected)
    # Parentheses end at the first closing one, so a function cannot be written in them.
    if word in ("=", "!=") or inside or field == "type" or not text.startswith('"'):
        return f"{path} {word} {text}"
    negation, name = ("!", word.removeprefix("not_")) if word.startswith("not_") else ("", word)
    if name == "contains":
        return f"{negation}contains({path}, {text})"
    if name == "starts_with":
        return f'{negation}match({path}, "{expected}*")'
    if expected and not expected.endswith("*"):
        return f'{negation}match({path}, "*{expected}")'
    return f"{path} {word} {text}"


def _reference_path(field: str, below: list[str]) -> str:
    if field in OBJECT_FIELDS and not below:
        return f"{field}\\."  # the empty name, which reads nothing
    return ".".join([field, *(_name(utf16_units(name)) for name in below)])


def _name(name: str) -> str:
    """Escape a name so that it is read as one word, whatever it looks like."""
    escaped = _NOT_IN_A_NAME.sub(r"\\\g<0>", name)
    return f"\\{escaped}" if escaped[0] in "-0123456789" or name in _KEYWORDS else escaped


def _reference_text(text: str) -> str:
    if _SINGLE_QUOTED.fullmatch(text):
        return text  # single quotes are part of a text
    if '"' not in text:
        return f'"{text}"'
    # A text with a double quote in it can only have been a word. Its first unit is escaped too, lest it be a keyword.
    units = utf16_units(text)
    return "".join(
        unit if place and not _NOT_IN_A_NAME.match(unit) else f"\\{unit}" for place, unit in enumerate(units)
    )


def _reference_number(value: float) -> str:
    """Write a number without an exponent, which the reference cannot read."""
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return f"{'-' if value < 0 else ''}1{'0' * 309}"
    shortest = number_to_string(value)
    return format(Decimal(shortest), "f") if "e" in shortest else shortest


# --- documented ------------------------------------------------------------------------------------------------------


def _operand(operand: Operand) -> str:
    match operand:
        case Path(names):
            first, *rest = names
            return ".".join([_name(first), *(_NOT_IN_A_NAME.sub(r"\\\g<0>", name) for name in rest)])
        case Constant(value):
            return _constant(value)
        case ListOf(items):
            return f"[{', '.join(map(_operand, items))}]"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_operand, arguments))})"


def _constant(value: str | float | bool | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        # JavaScript writes -0 as "0", which would be read as another number, though an equal one.
        return "-0" if value == 0 and math.copysign(1, value) < 0 else number_to_string(value)
    quote = next((quote for quote in "\"'" if quote not in value), None)
    if quote is None:
        raise ValueError("no text can be written that has both kinds of quotes in it")
    return f"{quote}{value}{quote}"
