"""Triggers and destination filters in Segment's Filter Query Language (FQL).

    text ─ lexer → tokens ─ parser → tree (nodes) ─ compiler → Trigger ─ matches, explain → a verdict per event
                                          └ generate → text

There are two dialects. `reference` does what Segment's own runtime does with a trigger, mistakes included;
`documented` does what Segment's documentation says. `lint` tells where a text means something else in the other one.
"""

from actions_core.trigger.explain import Explanation, Finding
from actions_core.trigger.generate import generate
from actions_core.trigger.lint import Caution, lint
from actions_core.trigger.nodes import Condition, Dialect
from actions_core.trigger.trigger import Trigger, compile_trigger, parse

__all__ = [
    "Caution",
    "Condition",
    "Dialect",
    "Explanation",
    "Finding",
    "Trigger",
    "compile_trigger",
    "generate",
    "lint",
    "parse",
]
