"""Triggers: parsing a text, compiling it, and running events through the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from actions_core.js import Object
from actions_core.trigger.call_types import call_types
from actions_core.trigger.compiler import Compiled, ReferenceCrashError, Test, compile_tree
from actions_core.trigger.documented_parser import parse_documented
from actions_core.trigger.explain import Explanation, explain
from actions_core.trigger.nodes import Broken, Condition, Dialect, clauses_of
from actions_core.trigger.reference_parser import parse_reference


@dataclass(frozen=True, slots=True)
class Trigger:
    """A compiled trigger: which events one mapping (or destination filter) is for."""

    text: str
    dialect: Dialect
    call_types: frozenset[str] | None
    """The values of `type` outside which it can never match, perhaps a few too many; None if any may match."""
    matches: Callable[[Object], bool] = field(repr=False, compare=False)
    """Tell whether an event matches. Never raises, whatever JSON the event holds, and changes nothing."""
    compiled: Compiled = field(repr=False, compare=False)

    def explain(self, event: Object) -> Explanation:
        """Tell which clauses decided whether an event matches, and what values they found."""
        return explain(self.text, self.compiled, event)


def parse(text: str, dialect: Dialect = "reference") -> Condition:
    """Read a trigger's text as a tree; raises `TriggerSyntaxError` with the place of the mistake.

    In the reference dialect that is exactly where Segment's runtime reports an error.
    """
    return parse_reference(text) if dialect == "reference" else parse_documented(text)


def compile_trigger(text: str, dialect: Dialect = "reference") -> Trigger:
    """Compile a trigger's text; raises `TriggerSyntaxError` with the place of the mistake.

    >>> trigger = compile_trigger('type = "track" and properties.price > 10')
    >>> trigger.matches({"type": "track", "properties": {"price": 12}})
    True
    >>> print(trigger.explain({"type": "page"}))
    type = "track" (it was "page")
    """
    tree = parse(text, dialect)
    compiled = compile_tree(tree)
    matches = compiled.holds
    if any(isinstance(clause, Broken) for clause in clauses_of(tree)):
        matches = _without_crashes(matches)
    return Trigger(text, dialect, call_types(tree), matches, compiled)


def _without_crashes(holds: Test) -> Test:
    """Take an event on which Segment's runtime throws for no match, since there it is delivered nowhere."""

    def matches(event: Object) -> bool:
        try:
            return holds(event)
        except ReferenceCrashError:
            return False

    return matches
