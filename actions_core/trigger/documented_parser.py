"""The documented dialect's grammar: Segment's Filter Query Language as its documentation tells it.

    condition  = all { "or" all }                   `and` binds tighter than `or`
    all        = one { "and" one }
    one        = "!" one | "(" condition ")" | operand [ comparator operand ]
    comparator = "=" | "!=" | "<" | "<=" | ">" | ">=" | "in"
    operand    = text | number | "true" | "false" | "null" | list | path | function "(" operand { "," operand } ")"
    list       = "[" [ operand { "," operand } ] "]"
    path       = word { "." word }

Where the documentation is silent we decided: `!` negates the whole comparison after it; words are keywords in lower
case only; a list may hold any operand; parentheses hold conditions, which cannot be compared; parentheses, `!`, lists
and calls nest at most `MAX_DEPTH` levels. Source: "Destination Filter Query Language" in Segment's documentation.
"""

from __future__ import annotations

import math
from typing import Final, Literal, cast

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger.functions import FUNCTIONS
from actions_core.trigger.glob import PatternError, compile_pattern
from actions_core.trigger.lexer import Token, TokenKind, documented_tokens
from actions_core.trigger.nodes import (
    Call,
    Comparator,
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

MAX_DEPTH: Final = 100
"""How deep parentheses, `!`, lists and calls may nest; far beyond what 5 KB of a hand-written filter hold."""

_COMPARATORS: Final = frozenset({"=", "!=", "<", "<=", ">", ">=", "in"})
_WORDS: Final[dict[str, bool]] = {"true": True, "false": False}


def parse_documented(text: str) -> Condition:
    """Read a condition of the documented language; raises `TriggerSyntaxError` at the first mistake."""
    parser = _Parser(text, documented_tokens(text))
    found = parser.condition()
    parser.expect(TokenKind.END, "'and', 'or' or the end")
    return found


class _Parser:
    """Recursive descent with one token of foresight."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, kind: TokenKind, wanted: str) -> Token:
        if self.next.kind is not kind:
            raise self.unexpected(wanted)
        return self.take()

    def unexpected(self, wanted: str) -> TriggerSyntaxError:
        token = self.next
        written = self.text[slice(*token.span)]
        found = "the text ends" if token.kind is TokenKind.END else f"there is {_short(written)}"
        hint = f"; write {written.lower()!r} in lower case" if written in ("AND", "OR", "IN") else ""
        return TriggerSyntaxError(f"{wanted} is expected here but {found}{hint}", self.text, token.span[0])

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TriggerSyntaxError(f"nested more than {MAX_DEPTH} levels deep", self.text, token.span[0])

    def condition(self) -> Condition:
        alternatives: list[Condition] = []
        while not alternatives or self.take_word("or"):
            required = [self.one()]
            while self.take_word("and"):
                required.append(self.one())
            alternatives.append(_join("and", required))
        return _join("or", alternatives)

    def take_word(self, conditional: Literal["and", "or"]) -> bool:
        found = self.next.kind is TokenKind.CONDITIONAL and self.next.value == conditional
        self.at += found
        return found

    def one(self) -> Condition:
        first = self.next
        if first.kind is TokenKind.OPERATOR and first.value == "!":
            self.deeper(self.take())
            negated = Not(self.one(), (first.span[0], self.end()))
            self.depth -= 1
            return negated
        if first.kind is TokenKind.OPEN:
            self.deeper(self.take())
            inner = self.condition()
            self.expect(TokenKind.CLOSE, "'and', 'or' or ')'")
            self.depth -= 1
            return inner
        left = self.operand()
        if self.next.kind is not TokenKind.OPERATOR or self.next.value not in _COMPARATORS:
            return IsTrue(left, (first.span[0], self.end()))
        comparator = cast("Comparator", self.take().value)
        right = self.operand()
        return Comparison(left, comparator, right, (first.span[0], self.end()))

    def operand(self) -> Operand:
        token = self.next
        match token.kind:
            case TokenKind.TEXT:
                self.take()
                return Constant(token.value, token.span)
            case TokenKind.NUMBER:
                self.take()
                return Constant(self.number(token), token.span)
            case TokenKind.NULL:
                self.take()
                return Constant(None, token.span)
            case TokenKind.OPEN_LIST:
                items = self.sequence(TokenKind.OPEN_LIST, TokenKind.CLOSE_LIST, "']'")
                return ListOf(items, (token.span[0], self.end()))
            case TokenKind.WORD:
                if self.text[slice(*token.span)] in _WORDS:  # as written: an escaped word is no keyword
                    self.take()
                    return Constant(_WORDS[token.value], token.span)
                return self.path_or_call()
            case _:
                raise self.unexpected("a value")

    def number(self, token: Token) -> float:
        value = float(token.value)
        if math.isinf(value):
            raise TriggerSyntaxError("this number is too large", self.text, token.span[0])
        return value

    def path_or_call(self) -> Path | Call:
        word = self.take()
        if self.next.kind is TokenKind.OPEN:
            return self.call(word)
        names = [word.value]
        while self.next.kind is TokenKind.DOT:
            self.take()
            names.append(self.expect(TokenKind.WORD, "a name").value)
        return Path(tuple(names), (word.span[0], self.end()))

    def call(self, word: Token) -> Call:
        function = FUNCTIONS.get(word.value)
        if function is None:
            known = ", ".join(FUNCTIONS)
            raise TriggerSyntaxError(
                f"there is no function {_short(word.value)}; there are {known}", self.text, word.span[0]
            )
        arguments = self.sequence(TokenKind.OPEN, TokenKind.CLOSE, "')'")
        if len(arguments) != function.arity:
            expected = "one argument" if function.arity == 1 else "two arguments"
            raise TriggerSyntaxError(f"{word.value}() takes {expected}, not {len(arguments)}", self.text, word.span[0])
        if word.value == "match" and isinstance(arguments[1], Constant) and isinstance(arguments[1].value, str):
            try:
                compile_pattern(arguments[1].value)
            except PatternError as error:
                place = arguments[1].span[0] + 1 + error.position
                raise TriggerSyntaxError(f"in the pattern, {error}", self.text, place) from None
        return Call(word.value, arguments, (word.span[0], self.end()))

    def sequence(self, opening: TokenKind, closing: TokenKind, name: str) -> tuple[Operand, ...]:
        self.deeper(self.expect(opening, name))
        items: list[Operand] = []
        while self.next.kind is not closing or items:
            items.append(self.operand())
            if self.next.kind is closing:
                break
            self.expect(TokenKind.COMMA, f"',' or {name}")
        self.take()
        self.depth -= 1
        return tuple(items)

    def end(self) -> int:
        """Tell where the last token taken ends."""
        return self.tokens[self.at - 1].span[1]


def _join(operator: Literal["and", "or"], conditions: list[Condition]) -> Condition:
    """Make one group; the children of a nested group with the same operator become its own."""
    if len(conditions) == 1:
        return conditions[0]
    children: list[Condition] = []
    for condition in conditions:
        if isinstance(condition, Group) and condition.operator == operator:
            children.extend(condition.children)
        else:
            children.append(condition)
    return Group(operator, tuple(children), (children[0].span[0], children[-1].span[1]))


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
