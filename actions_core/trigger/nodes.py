"""What a trigger says, as a tree: the nodes that both dialects share and those that only one of them has.

    Condition = Group | Clause | Broken                        reference
              | Group | Not | Comparison | IsTrue              documented
    Operand   = Path | Constant | ListOf | Call                documented (a Clause has a Path too)

Every node is a frozen value and keeps the place it was read from in `span` (characters of the text, from 0, end
excluded). Spans take no part in comparisons: two trees are equal if they mean the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Dialect: TypeAlias = Literal["reference", "documented"]
"""`reference` is what Segment's own runtime does, mistakes included; `documented` is what its documentation says."""

Span: TypeAlias = tuple[int, int]

NOWHERE: Final[Span] = (0, 0)


# --- shared ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Path:
    """A place in the event: `properties.price` is `("properties", "price")`.

    In the reference dialect, `properties`, `traits` and `context` without a name below read nothing at all, ever.
    """

    names: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more conditions of which all (`and`) or one (`or`) must hold, asked from left to right."""

    operator: Literal["and", "or"]
    children: tuple[Condition, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- reference -------------------------------------------------------------------------------------------------------

Operator: TypeAlias = Literal[
    "=", "!=", "<", "<=", ">", ">=", "number_equals", "number_not_equals",
    "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with",
    "exists", "not_exists", "is_true", "is_false", "never",
]  # fmt: skip
"""The reference's operators, by its names for them, and `never` for any other word: such a clause never holds."""

TEXT_OPERATORS: Final = frozenset(
    {"=", "!=", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with"}
)
"""Those that expect a text."""

NUMBER_OPERATORS: Final = frozenset({"<", "<=", ">", ">=", "number_equals", "number_not_equals"})
"""Those that expect a number."""

BARE_OPERATORS: Final = frozenset({"exists", "not_exists", "is_true", "is_false"})
"""Those that expect nothing."""

SCALAR_FIELDS: Final = frozenset({"type", "event", "name", "userId"})
"""The fields that the reference reads as a whole; what follows a dot is ignored."""

OBJECT_FIELDS: Final = frozenset({"properties", "traits", "context"})
"""The fields below which the reference follows a path."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison as the reference reads it, in its own operators."""

    path: Path
    operator: Operator
    expected: str | float | None = None
    """Text for `TEXT_OPERATORS`, a number (perhaps NaN) for `NUMBER_OPERATORS`, else None."""
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    r"""A clause on which the reference throws a TypeError as soon as an event reaches it.

    It is `empty` parentheses beside another clause, or a path of separators only: `properties.\. = 1`.
    """

    empty: bool
    span: Span = field(default=NOWHERE, compare=False, repr=False)


# --- documented ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, number, `true`, `false` or `null` written in the trigger."""

    value: str | float | bool | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list written in the trigger: `['track', 'page']`."""

    items: tuple[Operand, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to operands: `length( userId )`."""

    function: str
    arguments: tuple[Operand, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Comparator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">=", "in"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and what must be true of them."""

    left: Operand
    comparator: Comparator
    right: Operand
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class IsTrue:
    """An operand that stands alone, such as `contains( event, 'Order' )`: it holds if its value is `true`."""

    operand: Operand
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    condition: Condition
    span: Span = field(default=NOWHERE, compare=False, repr=False)


Operand: TypeAlias = Path | Constant | ListOf | Call
Condition: TypeAlias = Group | Not | Comparison | IsTrue | Clause | Broken


def clauses_of(condition: Condition) -> Iterator[Clause | Broken | Comparison | IsTrue | Not]:
    """Yield the clauses of a condition from left to right; a negated single clause is yielded with its `Not`."""
    if isinstance(condition, Group):
        for child in condition.children:
            yield from clauses_of(child)
    elif isinstance(condition, Not) and isinstance(condition.condition, (Group, Not)):
        yield from clauses_of(condition.condition)
    else:
        yield condition
