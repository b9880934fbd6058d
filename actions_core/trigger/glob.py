r"""Glob patterns as `match` understands them: `*`, `?`, `[abc]`, `[a-z]` and `\x` for x itself.

The documentation leaves open, and we decide: `*` also matches line ends and slashes; `?` matches one character even
beyond U+FFFF; a class cannot be negated (`^` and `!` in it are characters); a dash at either end of a class is a dash.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Matcher: TypeAlias = Callable[[str], bool]


class PatternError(ValueError):
    """A pattern that means nothing; `position` counts characters of the pattern from 0."""

    def __init__(self, message: str, position: int) -> None:
        self.position = position
        super().__init__(message)


def compile_pattern(pattern: str) -> Matcher:
    """Compile a pattern to a function that tells whether a whole text matches it.

    The function takes time in proportion to the text, for whatever pattern. Raises `PatternError`.
    """
    pieces = [_Piece()]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            pieces.append(_Piece())
        elif char == "?":
            pieces[-1].add_wild(".")
        elif char == "[":
            expression, at = _character_class(pattern, at)
            pieces[-1].add_wild(expression)
        else:
            if char == "\\":
                if at == len(pattern):
                    raise PatternError("a backslash needs a character after it", at - 1)
                char = pattern[at]
                at += 1
            pieces[-1].add_literal(char)
    return _literal_matcher(pieces) or _expression_matcher(pieces)


class _Piece:
    """What stands between two stars: an expression, and the text it stands for if it is only that."""

    __slots__ = ("expression", "literal")

    def __init__(self) -> None:
        self.expression: list[str] = []
        self.literal: list[str] | None = []

    def add_wild(self, expression: str) -> None:
        self.expression.append(expression)
        self.literal = None

    def add_literal(self, char: str) -> None:
        self.expression.append(re.escape(char))
        if self.literal is not None:
            self.literal.append(char)


def _literal_matcher(pieces: list[_Piece]) -> Matcher | None:
    """Do without an expression where the pattern is a text with at most one star at either end."""
    texts = ["".join(piece.literal) for piece in pieces if piece.literal is not None]
    if len(texts) != len(pieces):
        return None
    match texts:
        case [whole]:
            return whole.__eq__
        case [start, ""]:
            return lambda text: text.startswith(start)
        case ["", end]:
            return lambda text: text.endswith(end)
        case ["", middle, ""]:
            return lambda text: middle in text
    return None


def _expression_matcher(pieces: list[_Piece]) -> Matcher:
    first, *rest = ("".join(piece.expression) for piece in pieces)
    expression = first
    if rest:
        # Each piece may take its leftmost place for good ("atomic"), which saves any retrying.
        expression += "".join(f"(?>.*?{piece})" for piece in rest[:-1]) + f".*{rest[-1]}"
    fullmatch = re.compile(expression, re.DOTALL).fullmatch
    return lambda text: fullmatch(text) is not None


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """Translate a class; `at` is the place after its bracket. Gives the expression and the place after the class."""
    opening = at - 1
    members: list[tuple[str, bool]] = []  # each character, and whether it was escaped
    while at < len(pattern) and pattern[at] != "]":
        escaped = pattern[at] == "\\"
        at += escaped
        if at < len(pattern):
            members.append((pattern[at], escaped))
            at += 1
    if at >= len(pattern):
        raise PatternError("a '[' needs its ']'", opening)
    if not members:
        raise PatternError("a class '[]' needs a character", opening)
    parts = []
    index = 0
    while index < len(members):
        low = members[index][0]
        if index + 2 < len(members) and members[index + 1] == ("-", False):
            high = members[index + 2][0]
            if low > high:
                raise PatternError(f"the range {low}-{high} runs backwards", opening)
            parts.append(f"{re.escape(low)}-{re.escape(high)}")
            index += 3
        else:
            parts.append(re.escape(low))
            index += 1
    return f"[{''.join(parts)}]", at + 1
