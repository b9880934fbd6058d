"""Clauses of the reference dialect as functions of an event.

A clause is two functions: one reads a value out of the event as JavaScript would, one judges it. Source: `validate` of
`@segment/destination-subscriptions` 3.37.0.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from actions_core.js import MISSING, Object, number, read_path
from actions_core.trigger.lexer import utf16_units
from actions_core.trigger.nodes import SCALAR_FIELDS, Clause, Path

Reader: TypeAlias = Callable[[Object], Any]
Judge: TypeAlias = Callable[[Any], bool]


def compile_reader(path: Path) -> Reader:
    """Compile a path; its function gives the value there or `MISSING`, and never raises.

    Reference: the walk is JavaScript's. A list or text on the way answers to `length` and to an index, and a falsy
    value on the way ('', 0, false, null) is the result. (Inherited functions such as `constructor` are missing here as
    everywhere in this project; Segment's runtime finds them.)
    """
    field, *names = path.names
    if field in SCALAR_FIELDS:
        return lambda event: event.get(field, MISSING)
    if not names:
        return lambda event: MISSING
    return lambda event: read_path(event, path.names)


def compile_judge(clause: Clause) -> Judge:
    """Compile what a clause asks of the value at its path; the function never raises."""
    return _JUDGES[clause.operator](clause.expected)


def compile_clause(clause: Clause, read: Reader, judge: Judge) -> Callable[[Object], bool]:
    """Join reader and judge, in one step for the commonest clause: `type = "track"`."""
    if clause.operator == "=" and clause.path.names[0] in SCALAR_FIELDS:
        field, expected = clause.path.names[0], clause.expected
        return lambda event: event.get(field) == expected
    return lambda event: judge(read(event))


# --- judges ----------------------------------------------------------------------------------------------------------


def _equals(expected: Any) -> Judge:
    # Reference: `=` compares with a text, so a number, even userId 42, equals no text.
    return lambda actual: isinstance(actual, str) and actual == expected


def _differs(expected: Any) -> Judge:
    # Reference: whatever is no text differs, a missing value too.
    return lambda actual: not isinstance(actual, str) or actual != expected


def _number(compare: Callable[[float, float], bool]) -> Callable[[Any], Judge]:
    """Make judges of numbers. Reference: `number_not_equals` and `<` do not hold for a missing value or a text."""

    def judge_for(expected: Any) -> Judge:
        return lambda actual: (
            isinstance(actual, (int, float)) and not isinstance(actual, bool) and compare(number(actual), expected)
        )

    return judge_for


def _text(test: Callable[[str, str], bool], wanted: bool) -> Callable[[Any], Judge]:
    """Make judges of texts. Reference: `not_contains` and its kind do not hold for a missing value or a number."""

    def judge_for(expected: Any) -> Judge:
        if _SURROGATE.search(expected):
            # Half a character (a cut emoji) is found inside whole ones, as JavaScript finds it.
            units = utf16_units(expected)
            return lambda actual: isinstance(actual, str) and test(utf16_units(actual), units) is wanted
        return lambda actual: isinstance(actual, str) and test(actual, expected) is wanted

    return judge_for


def _bare(judge: Judge) -> Callable[[Any], Judge]:
    return lambda expected: judge


_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_JUDGES: Final[dict[str, Callable[[Any], Judge]]] = {
    "=": _equals,
    "!=": _differs,
    "<": _number(operator.lt),
    "<=": _number(operator.le),
    ">": _number(operator.gt),
    ">=": _number(operator.ge),
    "number_equals": _number(operator.eq),
    "number_not_equals": _number(operator.ne),
    "contains": _text(operator.contains, wanted=True),
    "not_contains": _text(operator.contains, wanted=False),
    "starts_with": _text(str.startswith, wanted=True),
    "not_starts_with": _text(str.startswith, wanted=False),
    "ends_with": _text(str.endswith, wanted=True),
    "not_ends_with": _text(str.endswith, wanted=False),
    "exists": _bare(lambda actual: actual is not None and actual is not MISSING),
    "not_exists": _bare(lambda actual: actual is None or actual is MISSING),
    "is_true": _bare(lambda actual: actual is True),
    "is_false": _bare(lambda actual: actual is False),
    # Reference: a word that is no operator makes a clause that never holds.
    "never": _bare(lambda actual: False),
}
