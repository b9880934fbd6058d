"""Tokens of a trigger's text: one way of reading them that Segment's runtime has, one that its documentation tells.

Both are linear in the length of the text.
"""

from __future__ import annotations

import enum
import re
import struct
from dataclasses import dataclass
from typing import Final

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger.nodes import Span


class TokenKind(enum.Enum):
    """What a token is; each value is how error messages call it."""

    WORD = "a word"
    TEXT = "a text"
    NUMBER = "a number"
    NULL = "null"
    CONDITIONAL = "and/or"
    OPERATOR = "an operator"
    DOT = "a dot"
    COMMA = "a comma"
    OPEN = "'('"
    CLOSE = "')'"
    OPEN_LIST = "'['"
    CLOSE_LIST = "']'"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `value` is what it means (a word without its escapes, a documented text without its quotes)."""

    kind: TokenKind
    value: str
    span: Span


_PUNCTUATION: Final = {
    ".": TokenKind.DOT,
    ",": TokenKind.COMMA,
    "(": TokenKind.OPEN,
    ")": TokenKind.CLOSE,
    "[": TokenKind.OPEN_LIST,
    "]": TokenKind.CLOSE_LIST,
}

_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)


# --- reference -------------------------------------------------------------------------------------------------------

MAX_LENGTH: Final = 100_000
"""The reference refuses a word, number or text of this many UTF-16 units."""

_BLANKS: Final = re.compile(r"[ \t\n]+")
_WORD: Final = re.compile(r"(?:\\.|[A-Za-z_])(?:\\.|[A-Za-z0-9_-])*", re.DOTALL)
_NO_DIGIT: Final = re.compile(r"[^0-9]")
_TERMINATORS: Final = " \t\n,])"
# Words that the reference tries before any other; see `_keyword`.
_KEYWORDS: Final = {
    "a": ("nd", TokenKind.CONDITIONAL),
    "o": ("r", TokenKind.CONDITIONAL),
    "n": ("ull", TokenKind.NULL),
}


def reference_tokens(text: str) -> list[Token]:
    """Read tokens as the lexer of `@segment/fql-ts` 1.10.1 does; the last one is `END`.

    A text keeps its quotes in `value`, as there. Raises `TriggerSyntaxError` wherever the lexer gives up.
    """
    return _ReferenceLexer(text).read()


class _ReferenceLexer:
    """Works on UTF-16 units, because an escape takes one unit, and tells places in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.units = utf16_units(text)
        self.at = 0
        # offsets[i] is the character that unit i belongs to; None where units are characters.
        self.offsets: list[int] | None = None
        if len(self.units) != len(text):
            sizes = (2 if char > "\uffff" else 1 for char in text)
            self.offsets = [place for place, size in enumerate(sizes) for _ in range(size)] + [len(text)]

    def read(self) -> list[Token]:
        tokens = []
        while True:
            if blanks := _BLANKS.match(self.units, self.at):
                self.at = blanks.end()
            if self.at >= len(self.units):
                tokens.append(Token(TokenKind.END, "eos", (len(self.text), len(self.text))))
                return tokens
            tokens.append(self.next_token())

    def next_token(self) -> Token:
        start = self.at
        char = self.units[start]
        if kind := _PUNCTUATION.get(char):
            self.at += 1
            return self.token(kind, char, start)
        if char == "=":
            self.at += 1
            return self.token(TokenKind.OPERATOR, char, start)
        if char in "<>!":
            return self.operator(char, start)
        if char in "\"'":
            return self.quoted(char, start)
        if char in "0123456789+-":
            return self.number(start)
        if char.isascii() and (char.isalpha() or char in "_\\"):
            return self.keyword(char, start) or self.word(start)
        raise self.error(f"the character {char!r} has no place here", start)

    def operator(self, char: str, start: int) -> Token:
        self.at += 1
        upcoming = self.units[self.at : self.at + 1]
        if char == "!" and (upcoming == "(" or (upcoming.isascii() and upcoming.isalpha())):
            return self.token(TokenKind.OPERATOR, char, start)
        # Reference: `!=`, `<=` and `>=` are read only before a blank (or the end, a comma or a closing bracket).
        if upcoming == "=" and self.ends_at(self.at + 1):
            self.at += 1
            return self.token(TokenKind.OPERATOR, char + "=", start)
        if char == "!":
            raise self.error("'!' must be followed by '=' and a blank, by a name or by '('", start)
        return self.token(TokenKind.OPERATOR, char, start)

    def quoted(self, quote: str, start: int) -> Token:
        end = self.units.find(quote, start + 1)
        if end < 0:
            raise self.error("the text that begins here has no closing quote", start)
        self.refuse_long(end - start - 1, start)
        # Reference: a closing quote that is not followed by a blank (or the end, a comma, a closing bracket) is read
        # a second time and opens the next text.
        self.at = end + 1 if self.ends_at(end + 1) else end
        return self.token(TokenKind.TEXT, join_units(self.units[start : end + 1]), start, end + 1)

    def number(self, start: int) -> Token:
        end = self.after_digits(start + 1)
        if self.units.startswith(".", end):
            if self.ends_at(end + 1):
                raise self.error("a number may not end with its decimal point", start)
            end = self.after_digits(end + 1)
            if self.units.startswith(".", end):
                raise self.error("a number has one decimal point at most", start)
        self.refuse_long(end - start - 1, start)
        self.at = end
        # Reference: a lone sign is a number too (NaN).
        return self.token(TokenKind.NUMBER, self.units[start:end], start)

    def after_digits(self, at: int) -> int:
        found = _NO_DIGIT.search(self.units, at)
        return found.start() if found else len(self.units)

    def keyword(self, char: str, start: int) -> Token | None:
        rest, kind = _KEYWORDS.get(char, ("", None))
        if kind is None:
            return None
        tail = self.units[start + 1 : start + 1 + len(rest)]
        if tail == rest and self.ends_at(start + 1 + len(rest)):
            self.at = start + 1 + len(rest)
            return self.token(kind, char + rest, start)
        if len(tail) < len(rest) and not any(unit in _TERMINATORS for unit in tail):
            # Reference: looking for the keyword ran into the end, and what it has looked at is lost: `type = an` is
            # read as `type = a`.
            self.at = len(self.units)
            return self.token(TokenKind.WORD, char, start)
        return None

    def word(self, start: int) -> Token:
        found = _WORD.match(self.units, start)
        end = found.end() if found else start
        upcoming = self.units[end : end + 1]
        if upcoming == "\\":
            raise self.error("the text ends in the middle of an escape", end)
        value = _ESCAPE.sub(r"\1", self.units[start:end])
        self.refuse_long(len(value), start)
        if not self.ends_at(end) and upcoming not in ".(=!":
            raise self.error(f"the name {value[:40]!r} may not be followed by {upcoming!r}", end)
        self.at = end
        return self.token(TokenKind.WORD, join_units(value), start)

    def ends_at(self, place: int) -> bool:
        return place >= len(self.units) or self.units[place] in _TERMINATORS

    def refuse_long(self, length: int, start: int) -> None:
        if length >= MAX_LENGTH:
            raise self.error(f"{length} characters in one piece are too many (the most is {MAX_LENGTH - 1})", start)

    def token(self, kind: TokenKind, value: str, start: int, end: int | None = None) -> Token:
        return Token(kind, value, (self.place(start), self.place(self.at if end is None else end)))

    def error(self, message: str, at: int) -> TriggerSyntaxError:
        return TriggerSyntaxError(message, self.text, self.place(at))

    def place(self, at: int) -> int:
        return at if self.offsets is None else self.offsets[at]


def utf16_units(text: str) -> str:
    """Spell every character beyond U+FFFF as its two surrogates, one "character" per UTF-16 unit."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, struct.unpack(f"<{len(units) // 2}H", units)))


def join_units(units: str) -> str:
    """Put surrogates that belong together back together; lone ones stay."""
    return units if units.isascii() else units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


# --- documented ------------------------------------------------------------------------------------------------------

_DOCUMENTED: Final = re.compile(
    r"""
      (?P<blank>    [ \t\r\n]+ )
    | (?P<text>     '[^']*' | "[^"]*" )
    | (?P<number>   [+-]? [0-9]+ (?: \.[0-9]+ )? (?: [eE][+-]?[0-9]+ )? (?! [A-Za-z0-9_\\-] ) )
    | (?P<word>     (?: \\. | [A-Za-z_] ) (?: \\. | [A-Za-z0-9_-] )* )
    | (?P<operator> [!<>]= | [=<>!] )
    | (?P<mark>     [.,()\[\]] )
    """,
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = re.compile(r"(?:\\.|[A-Za-z0-9_-])+", re.DOTALL)
"""A name after a dot; unlike the first word of a path it may begin with a digit or a dash."""


def documented_tokens(text: str) -> list[Token]:
    """Read tokens as the documentation has them; the last one is `END`.

    The documentation leaves open, and we decide: a text ends at the next quote of its own kind and a backslash in it
    is a character like any other (`match` needs it); blanks may stand around the dots of a path, and names after a
    dot are names even if they look like a number or a keyword. A word with an escape in it is never a keyword.
    Raises `TriggerSyntaxError` where no token can be read.
    """
    tokens: list[Token] = []
    at = 0
    after_dot = False
    while at < len(text):
        if after_dot and (name := _NAME.match(text, at)):
            tokens.append(Token(TokenKind.WORD, _ESCAPE.sub(r"\1", name[0]), name.span()))
            at, after_dot = name.end(), False
            continue
        found = _DOCUMENTED.match(text, at)
        if found is None:
            raise TriggerSyntaxError(_why_not(text, at), text, at)
        at = found.end()
        if found.lastgroup == "blank":
            continue
        token = _documented_token(found)
        after_dot = token.kind is TokenKind.DOT
        tokens.append(token)
    tokens.append(Token(TokenKind.END, "", (len(text), len(text))))
    return tokens


def _documented_token(found: re.Match[str]) -> Token:
    value, span = found[0], found.span()
    if found.lastgroup == "text":
        return Token(TokenKind.TEXT, value[1:-1], span)
    if found.lastgroup == "number":
        return Token(TokenKind.NUMBER, value, span)
    if found.lastgroup == "operator":
        return Token(TokenKind.OPERATOR, value, span)
    if found.lastgroup == "mark":
        return Token(_PUNCTUATION[value], value, span)
    if value in ("and", "or"):
        return Token(TokenKind.CONDITIONAL, value, span)
    if value == "in":
        return Token(TokenKind.OPERATOR, value, span)
    if value == "null":
        return Token(TokenKind.NULL, value, span)
    return Token(TokenKind.WORD, _ESCAPE.sub(r"\1", value), span)


def _why_not(text: str, at: int) -> str:
    if text[at] in "'\"":
        return "the text that begins here has no closing quote"
    if text[at] == "\\":
        return "the text ends in the middle of an escape"
    if text[at] in "+-0123456789":
        return "a number begins here that cannot be read"
    return f"the character {text[at]!r} has no place here; in a name, write a backslash before it"
