"""Compiling a condition into pieces that an event runs through: tests for matching, parts for explaining."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, TypeAlias

from actions_core.js import MISSING, Object
from actions_core.trigger.documented_compiler import compile_condition, compile_subject
from actions_core.trigger.nodes import Broken, Clause, Comparison, Condition, Group, IsTrue, Not, Span
from actions_core.trigger.reference_compiler import compile_clause, compile_judge, compile_reader

Test: TypeAlias = Callable[[Object], bool]


class ReferenceCrashError(Exception):
    """Segment's runtime throws here; for one event it means that nothing is delivered. `span` is the clause's place."""

    def __init__(self, span: Span) -> None:
        self.span = span
        super().__init__("Segment's runtime throws a TypeError at this clause")


@dataclass(frozen=True, slots=True)
class Check:
    """One compiled clause."""

    holds: Test
    read: Callable[[Object], Any]
    """Gives the value that the clause is about, to show it in an explanation."""
    span: Span


@dataclass(frozen=True, slots=True)
class Combination:
    """A compiled group: all of its parts must hold, or one of them."""

    holds: Test
    operator: Literal["and", "or"]
    parts: tuple[Compiled, ...]


@dataclass(frozen=True, slots=True)
class Inverse:
    """A compiled negation."""

    holds: Test
    part: Compiled


Compiled: TypeAlias = Check | Combination | Inverse


def compile_tree(condition: Condition) -> Compiled:
    """Compile a tree of either dialect; the result raises nothing but `ReferenceCrashError`, at a `Broken`."""
    match condition:
        case Group(operator, children):
            parts = tuple(map(compile_tree, children))
            return Combination(_join(operator, [part.holds for part in parts]), operator, parts)
        case Not(inside):
            part = compile_tree(inside)
            holds = part.holds
            return Inverse(lambda event: not holds(event), part)
        case Clause():
            read = compile_reader(condition.path)
            return Check(compile_clause(condition, read, compile_judge(condition)), read, condition.span)
        case Broken(span=span):
            return Check(_crash_at(span), lambda event: MISSING, span)
        case Comparison() | IsTrue():
            return Check(compile_condition(condition), compile_subject(condition), condition.span)


def _join(operator: Literal["and", "or"], tests: list[Test]) -> Test:
    if operator == "and":

        def all_hold(event: Object) -> bool:
            for test in tests:  # noqa: SIM110 - a plain loop is twice as fast as all() with a generator
                if not test(event):
                    return False
            return True

        return all_hold

    def one_holds(event: Object) -> bool:
        for test in tests:  # noqa: SIM110 - likewise
            if test(event):
                return True
        return False

    return one_holds


def _crash_at(span: Span) -> Test:
    def crash(event: Object) -> NoReturn:
        raise ReferenceCrashError(span)

    return crash
