"""Where a trigger does not mean what it says: clauses that Segment's runtime reads otherwise than its documentation.

Both dialects parse the text; their clauses are laid side by side by their places, and every difference in reading or
in meaning becomes a caution. A text without cautions matches the same events in both dialects, as long as an event's
`properties`, `traits` and `context` are objects or missing, which Segment sees to before any trigger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from actions_core.errors import TriggerSyntaxError
from actions_core.js import MISSING, is_index
from actions_core.trigger.documented_parser import parse_documented
from actions_core.trigger.generate import generate
from actions_core.trigger.nodes import (
    Broken,
    Call,
    Clause,
    Comparison,
    Condition,
    Constant,
    Group,
    IsTrue,
    Not,
    Operator,
    Path,
    Span,
    clauses_of,
)
from actions_core.trigger.reference_compiler import compile_judge
from actions_core.trigger.reference_parser import parse_reference

_SHOWN: Final = 200
_GROUPING: Final = (
    "the last and/or on a level is for the whole level, and parentheses end at the first ')', even that of a function."
)


@dataclass(frozen=True, slots=True)
class Caution:
    """One place where Segment's runtime and its documentation differ about a trigger."""

    position: int
    """Where in the text, in characters from 0."""
    clause: str
    """The clause concerned, as written."""
    advice: str
    """One sentence: what happens, and what to write instead where there is something."""

    def __str__(self) -> str:
        """Write the clause and the advice on one line."""
        return f"{self.clause}: {self.advice}"


def lint(text: str) -> list[Caution]:
    """Collect what to be careful about in a trigger, in the order of the text; empty if there is nothing.

    A text that no dialect can read has one caution, at its first mistake; nothing is raised.
    """
    found = sorted(_differences(text), key=lambda difference: difference[0])
    return [Caution(span[0], _shortened(text[slice(*span)].strip() or text), advice) for span, advice in found]


def _differences(text: str) -> Iterator[tuple[Span, str]]:
    documented = _attempt(parse_documented, text)
    reference = _attempt(parse_reference, text)
    if isinstance(reference, TriggerSyntaxError):
        both = isinstance(documented, TriggerSyntaxError)
        allowed = "." if both else ", though the documentation allows it."
        yield (
            (reference.position, len(text)),
            f"Segment's runtime refuses the whole trigger because {reference}, so that it matches nothing{allowed}",
        )
        return
    for clause in clauses_of(reference):
        if isinstance(clause, Broken):
            yield clause.span, "Segment's runtime throws a TypeError at this clause: leave it out."
    if isinstance(documented, TriggerSyntaxError):
        yield (
            (documented.position, len(text)),
            f"the documentation has no such thing ({documented}), and {_reads(reference)}.",
        )
        return
    yield from _clause_differences(documented, reference, text)
    yield from _grouping_difference(documented, reference, text)


def _attempt(parse: Callable[[str], Condition], text: str) -> Condition | TriggerSyntaxError:
    try:
        return parse(text)
    except TriggerSyntaxError as error:
        return error


def _clause_differences(documented: Condition, reference: Condition, text: str) -> Iterator[tuple[Span, str]]:
    read = {clause.span[0]: clause for clause in clauses_of(reference)}
    for node in _clauses(documented):
        clause = read.pop(node.span[0], None)
        if isinstance(node, Not) and clause is None:
            yield node.span, "Segment's runtime knows '!' before contains() and match() only, and ignores this one."
        elif clause is None:
            yield node.span, "Segment's runtime drops this clause without a word: it does not know such a one."
        elif isinstance(clause, Clause) and (advice := _advice(node, clause, text)):
            yield node.span, advice
    for clause in read.values():
        yield clause.span, f"{_reads(clause)}, where the documentation has no clause."


def _clauses(node: Condition) -> Iterator[Condition]:
    """Yield clauses and negations; of `!contains(…)` the negation alone, of any other one also what is negated."""
    if isinstance(node, Group):
        for child in node.children:
            yield from _clauses(child)
        return
    yield node
    if isinstance(node, Not) and not _is_direct(node):
        yield from _clauses(node.condition)


def _is_direct(node: Not) -> bool:
    """Tell `!contains(…)` from `!(contains(…))`."""
    return isinstance(node.condition, IsTrue) and node.condition.span[1] == node.span[1]


# --- one clause ------------------------------------------------------------------------------------------------------


def _advice(node: Condition, clause: Clause, text: str) -> str | None:
    wanted = _equivalent(node)
    if wanted != clause:
        return f"{_reads(clause)}{_cause(node, clause, text)}."
    below = clause.path.names[2:]
    if any(name == "length" or is_index(name) for name in below):
        return "Segment's runtime also looks into lists and texts here, which the documentation does not."
    if clause.operator.startswith("not_") and clause.operator != "not_exists":
        return "in Segment's runtime a negated function holds for texts only, so not for a missing value."
    if clause.operator == "number_not_equals":
        return "in Segment's runtime this holds for other numbers only, so not for a missing value."
    judge = compile_judge(clause)
    if below and any(judge(value) != judge(MISSING) for value in ("", 0, False)):
        return (
            f"if {'.'.join(clause.path.names[:-1])} is '', 0 or false, Segment's runtime takes that for the value of "
            "the whole path, which the documentation takes for missing."
        )
    return None


def _equivalent(node: Condition) -> Clause | None:
    """Say a documented clause in the reference's operators; None for one that it has no operator for."""
    match node:
        case Not(IsTrue(Call(_, (Path() as path, Constant(str() as text)))) as inside):
            positive = _equivalent(inside)
            negative: dict[str, Operator] = {
                "contains": "not_contains", "starts_with": "not_starts_with", "ends_with": "not_ends_with",
            }  # fmt: skip
            return Clause(path, negative[positive.operator], positive.expected) if positive else None
        case IsTrue(Call("contains", (Path() as path, Constant(str() as text)))):
            return Clause(path, "contains", text)
        case IsTrue(Call("match", (Path() as path, Constant(str() as pattern)))):
            if pattern.endswith("*") and _is_literal(pattern[:-1]):
                return Clause(path, "starts_with", pattern[:-1])
            if pattern.startswith("*") and _is_literal(pattern[1:]):
                return Clause(path, "ends_with", pattern[1:])
        case Comparison(Path() as path, comparator, Constant(value)):
            return _equivalent_comparison(path, comparator, value)
    return None


def _equivalent_comparison(path: Path, comparator: str, value: str | float | bool | None) -> Clause | None:
    operators: dict[str, Operator]
    if value is None:
        operators = {"=": "not_exists", "!=": "exists"}
    elif isinstance(value, bool):
        operators = {"=": "is_true" if value else "is_false"}
    elif isinstance(value, str):
        operators = {"=": "=", "!=": "!="}
    else:
        operators = {"=": "number_equals", "!=": "number_not_equals", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
    operator = operators.get(comparator)
    expected = None if value is None or isinstance(value, bool) else value
    return Clause(path, operator, expected) if operator else None


def _is_literal(pattern: str) -> bool:
    return not any(char in "*?[\\" for char in pattern)


def _cause(node: Condition, read: Clause, text: str) -> str:
    """Tell why a clause is read otherwise, where there is a usual reason."""
    clause = node.condition if isinstance(node, Not) else node
    match clause:
        case IsTrue(Call(_, (Path() as path, value))) | Comparison(Path() as path, _, value):
            pass
        case _:
            return ": it knows no such clause"
    if path != read.path:
        return ": for it an escaped dot or bracket separates names, and nothing is below type, event, name and userId"
    if not isinstance(value, Constant):
        return ": it takes one value after an operator, and any word for a text"
    if text[value.span[0]] == "'":
        return ": it takes single quotes for a part of the text, so write double quotes"
    if isinstance(clause, IsTrue):
        return ": in a pattern it understands one star, as the first or the last character, and no other sign"
    if clause.comparator in ("<=", ">=") and read.operator != clause.comparator:
        return f": it knows `{clause.comparator}` only with a blank after it"
    if isinstance(value.value, bool) and clause.comparator == "!=":
        return ": no true or false is a text, so this always holds; write `=` with the other value"
    if isinstance(value.value, str) or clause.comparator not in ("=", "!="):
        return ": it compares numbers only"
    return ": it compares with a text here"


# --- the whole -------------------------------------------------------------------------------------------------------


def _grouping_difference(documented: Condition, reference: Condition, text: str) -> Iterator[tuple[Span, str]]:
    known = {clause.span[0] for clause in clauses_of(reference)} & {node.span[0] for node in _clauses(documented)}
    if _shape(documented, known) != _shape(reference, known):
        yield (0, len(text)), f"{_reads(reference)}: {_GROUPING}"


def _shape(node: Condition, known: set[int]) -> Any:
    """Reduce a tree to its groups and the places of the clauses that both sides know; None if nothing is left."""
    if isinstance(node, Group):
        parts: list[Any] = []
        for child in node.children:
            part = _shape(child, known)
            if isinstance(part, tuple) and part[0] == node.operator:
                parts.extend(part[1:])
            elif part is not None:
                parts.append(part)
        return (node.operator, *parts) if len(parts) > 1 else next(iter(parts), None)
    if isinstance(node, Not) and node.span[0] not in known:
        return _shape(node.condition, known)
    return node.span[0] if node.span[0] in known else None


def _reads(reference: Condition) -> str:
    if isinstance(reference, Clause) and reference.operator == "never":
        return "Segment's runtime reads a clause that never holds"
    return f"Segment's runtime reads `{_shortened(generate(reference))}`"


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
