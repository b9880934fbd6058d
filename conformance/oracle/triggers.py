"""Which events a trigger takes: conditions joined by one connective, and groups of them in brackets.

This is what the documentation says, so that a trigger with both connectives and no brackets is read with `and` binding
tighter, and "does not exist" is null or missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from conformance.oracle.mapping import ABSENT, read

_TOKEN: Final = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<op>!=|>=|<=|=|>|<)|(?P<bracket>[(),])|(?P<word>[^\s()=!<>,"]+))'
)
Predicate = Callable[[dict[str, Any]], bool]


class UnknownTriggerError(Exception):
    """A trigger that is beyond this reader."""


def matches(trigger: str, event: dict[str, Any]) -> bool:
    """Say whether a trigger takes an event; raises `UnknownTriggerError` for what this cannot read."""
    return _Reader(trigger).read()(event)


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: Final[list[tuple[str, str]]] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                raise UnknownTriggerError(text[position:])
            self.tokens.append((found.lastgroup or "", found[found.lastgroup or 0]))
            position = found.end()
        self.at = 0

    def read(self) -> Predicate:
        found = self.any()
        if self.at != len(self.tokens):
            raise UnknownTriggerError(self.tokens[self.at][1])
        return found

    def any(self) -> Predicate:
        parts = [self.all()]
        while self.take("word", "or"):
            parts.append(self.all())
        return lambda event: any(part(event) for part in parts)

    def all(self) -> Predicate:
        parts = [self.one()]
        while self.take("word", "and"):
            parts.append(self.one())
        return lambda event: all(part(event) for part in parts)

    def one(self) -> Predicate:
        if self.take("bracket", "("):
            inner = self.any()
            self.require("bracket", ")")
            return inner
        if self.take("word", "!"):
            inner = self.one()
            return lambda event: not inner(event)
        kind, name = self.next()
        if kind != "word":
            raise UnknownTriggerError(name)
        if self.take("bracket", "("):
            return self.function(name)
        return self.comparison(name)

    def function(self, name: str) -> Predicate:
        _, field = self.next()
        self.require("bracket", ",")
        wanted = self.text()
        self.require("bracket", ")")
        if name not in ("contains", "match"):
            raise UnknownTriggerError(name)

        def holds(event: dict[str, Any]) -> bool:
            value = read(f"$.{field}", event)
            if not isinstance(value, str):
                return False
            if name == "contains":
                return wanted in value
            pattern = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in wanted)
            return re.fullmatch(pattern, value, re.DOTALL) is not None

        return holds

    def comparison(self, field: str) -> Predicate:
        _, operator = self.next()
        if operator not in ("=", "!="):
            raise UnknownTriggerError(operator)
        kind, given = self.next()
        if kind == "word" and given == "null":
            there: Predicate = lambda event: read(f"$.{field}", event) not in (ABSENT, None)  # noqa: E731 - one of two
            return there if operator == "!=" else lambda event: not there(event)
        wanted: Any = given[1:-1] if kind == "text" else {"true": True, "false": False}.get(given, given)
        if kind == "word" and not isinstance(wanted, bool):
            try:
                wanted = float(given)
            except ValueError:
                raise UnknownTriggerError(given) from None
        if kind == "text" and "\\" in given:
            raise UnknownTriggerError(given)

        def equal(event: dict[str, Any]) -> bool:
            value = read(f"$.{field}", event)
            return (type(value) is type(wanted) and value == wanted) or _same_number(value, wanted)

        return equal if operator == "=" else lambda event: not equal(event)

    def text(self) -> str:
        kind, value = self.next()
        if kind != "text" or "\\" in value:
            raise UnknownTriggerError(value)
        return value[1:-1]

    # --- tokens ---

    def next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise UnknownTriggerError("the end")
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, kind: str, value: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == (kind, value):
            self.at += 1
            return True
        return False

    def require(self, kind: str, value: str) -> None:
        if not self.take(kind, value):
            raise UnknownTriggerError(f"no {value}")


def _same_number(one: Any, other: Any) -> bool:
    numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
    return numbers and not isinstance(one, bool) and not isinstance(other, bool) and one == other
