"""The reference dialect's grammar: a flat walk over tokens that knows its clauses by their position.

What it does not know it skips, without a word: an unknown field, its operator and its value are three skipped tokens.
Source: `parseFql` of `@segment/destination-subscriptions` 3.37.0.
"""

from __future__ import annotations

from typing import Final, Literal, cast

from actions_core.errors import TriggerSyntaxError
from actions_core.js import string_to_number, to_string, utf16_slice
from actions_core.trigger.lexer import Token, TokenKind, reference_tokens
from actions_core.trigger.nodes import (
    BARE_OPERATORS,
    NUMBER_OPERATORS,
    OBJECT_FIELDS,
    SCALAR_FIELDS,
    TEXT_OPERATORS,
    Broken,
    Clause,
    Condition,
    Group,
    Operator,
    Path,
)

# Reference: fields are looked up in an object literal, so these inherited names pass for fields: such a "clause" takes
# an operator and a value with it and is then dropped.
_INHERITED: Final = frozenset(
    {
        "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__", "constructor",
        "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
    }
)  # fmt: skip
_FUNCTIONS: Final = ("contains", "match")
_OPERATORS: Final = TEXT_OPERATORS | NUMBER_OPERATORS | BARE_OPERATORS
_SEPARATORS: Final = str.maketrans("[]", "..")


def parse_reference(text: str) -> Condition:
    """Read a trigger as the reference does; raises `TriggerSyntaxError` where and only where it reports an error."""
    found = _Walk(text, _join_paths(reference_tokens(text))).condition()
    if found is None or (isinstance(found, Broken) and found.empty):
        raise TriggerSyntaxError("there is no clause here that Segment knows", text, 0)
    return found


def _join_paths(tokens: list[Token]) -> list[Token]:
    """Make one word of words with dots between them, blanks or not: `properties . price`.

    Reference: `and`, `or`, `null` and numbers are no words, so a path breaks off before one of them.
    """
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        first = last = tokens[at]
        names = [first.value]
        at += 1
        if first.kind is TokenKind.WORD:
            while tokens[at].kind is TokenKind.DOT and tokens[at + 1].kind is TokenKind.WORD:
                last = tokens[at + 1]
                names.append(last.value)
                at += 2
        joined.append(first if last is first else Token(first.kind, ".".join(names), (first.span[0], last.span[1])))
    return joined


class _Walk:
    """One pass over the tokens of a text or of one pair of parentheses."""

    def __init__(self, text: str, tokens: list[Token], *, inside: bool = False) -> None:
        self.text = text
        self.tokens = tokens
        self.inside = inside
        self.at = 0

    def take(self) -> Token | None:
        if self.at >= len(self.tokens):
            return None
        self.at += 1
        return self.tokens[self.at - 1]

    def demand(self, missing: str) -> Token:
        """Take a token. Reference: any passes for an operator or a value, even the end; only after it there is none."""
        token = self.take()
        if token is None:
            raise TriggerSyntaxError(missing, self.text, self.tokens[-1].span[1])
        return token

    def condition(self) -> Condition | None:
        children: list[Condition] = []
        operator: Literal["and", "or"] = "and"
        while (token := self.take()) is not None and token.kind is not TokenKind.END:
            match token.kind:
                case TokenKind.WORD:
                    self.word(token, children)
                case TokenKind.OPERATOR if token.value == "!":
                    # Reference: `!` means something before contains and match only.
                    if _is_function(self.tokens[self.at]):
                        self.function(self.demand(""), children, negated=token)
                case TokenKind.OPEN:
                    children.append(self.parentheses(token))
                case TokenKind.CONDITIONAL:
                    # Reference: the last and/or read decides for all clauses, and even a trailing one counts.
                    operator = "or" if token.value == "or" else "and"
                case _:
                    pass  # Reference: any other token is skipped.
        if len(children) > 1:
            return Group(operator, tuple(children), (children[0].span[0], children[-1].span[1]))
        return children[0] if children else None

    def word(self, token: Token, children: list[Condition]) -> None:
        field = token.value.split(".", 1)[0]
        if field in SCALAR_FIELDS or field in OBJECT_FIELDS:
            operator = self.demand(f"{token.value!r} needs an operator and a value after it")
            value = self.demand(f"{token.value!r} needs a value after its operator")
            children.append(_comparison(field, token, operator, value))
        elif field in _INHERITED:
            self.demand(f"{token.value!r} needs an operator and a value after it")
            self.demand(f"{token.value!r} needs a value after its operator")
        elif _is_function(token):
            self.function(token, children)
        # Reference: an unknown field is skipped like any other token, and its operator and value after it.

    def function(self, token: Token, children: list[Condition], negated: Token | None = None) -> None:
        # Reference: brackets and comma are not looked at, any token passes for them.
        self.take()
        target = self.demand(f"{token.value}() needs a first argument")
        self.take()
        value = self.demand(f"{token.value}() needs a second argument")
        closing = self.take() or value
        span = ((negated or token).span[0], closing.span[1])
        field = _function_field(target)
        if field is None:
            return  # Reference: a function on any other field (even type) is dropped.
        path = Path((field,), target.span) if field in SCALAR_FIELDS else _path(field, target)
        if path is None:
            children.append(Broken(False, span))
            return
        operator: Operator = "contains"
        expected = to_string(_literal(value))
        if token.value == "match":
            # Reference: one star at the end of a double-quoted text is understood; else the first character is taken
            # for a star, whatever it is.
            starred = value.value.endswith('*"')
            operator = "starts_with" if starred else "ends_with"
            expected = utf16_slice(expected, 0, -1) if starred else utf16_slice(expected, 1)
        if negated is not None:
            operator = cast("Operator", f"not_{operator}")
        children.append(Clause(path, operator, expected, span))

    def parentheses(self, opening: Token) -> Condition:
        # Reference: parentheses end at the next closing one, even if that belongs to a function; one pair inside
        # another is an error, because the inner one finds no end.
        start = self.at
        while (token := self.take()) is not None and token.kind is not TokenKind.CLOSE:
            pass
        if token is None:
            message = "parentheses may not stand in parentheses" if self.inside else "this '(' is never closed"
            raise TriggerSyntaxError(message, self.text, opening.span[0])
        end = Token(TokenKind.END, "eos", (token.span[0], token.span[0]))
        found = _Walk(self.text, [*self.tokens[start : self.at - 1], end], inside=True).condition()
        return found or Broken(True, (opening.span[0], token.span[1]))


def _is_function(token: Token) -> bool:
    return token.kind is TokenKind.WORD and token.value in _FUNCTIONS


def _function_field(target: Token) -> str | None:
    """Name the field that a function reads, or None."""
    if target.value in ("event", "name", "userId"):
        return target.value
    # Reference: the beginning is enough, contains(propertiesX, …) reads properties.propertiesX.
    return next((field for field in sorted(OBJECT_FIELDS) if target.value.startswith(field)), None)


def _path(field: str, token: Token) -> Path | None:
    """Split the names below properties, traits or context; None for nothing but separators: there the reference throws.

    Reference: an escaped dot or bracket separates names like any other.
    """
    # Reference: without a dot the field is looked up in itself, `properties = 1` reads properties.properties.
    below = token.value.removeprefix(f"{field}.")
    names = tuple(name for name in below.translate(_SEPARATORS).split(".") if name)
    if below and not names:
        return None
    return Path((field, *names), token.span)


def _comparison(field: str, target: Token, operator: Token, value: Token) -> Clause | Broken:
    span = (target.span[0], value.span[1])
    # Reference: nothing but the first name of type, event, name and userId counts.
    path = Path((field,), target.span) if field in SCALAR_FIELDS else _path(field, target)
    if path is None:
        return Broken(False, span)
    meaning = _operator(field, operator.value, value)
    literal = _literal(value)
    if field in SCALAR_FIELDS:
        literal = to_string(literal)
    expected: str | float | None = None
    if meaning in TEXT_OPERATORS:
        expected = to_string(literal)
    elif meaning in NUMBER_OPERATORS:
        # Reference: the operators < <= > >= are for numbers, so what they are given is turned into one (true is 1).
        expected = string_to_number(literal) if isinstance(literal, str) else float(literal)
    return Clause(path, meaning, expected, span)


def _operator(field: str, word: str, value: Token) -> Operator:
    """Choose what an operator means beside a value; Reference: type and event know no null, true, false or number."""
    if word in ("=", "!="):
        equal = word == "="
        if value.value == "null" and field not in ("type", "event"):
            return "not_exists" if equal else "exists"
        # Reference: != true and != false compare with the text "true", so true and false differ from it as well.
        if value.value in ("true", "false") and equal and field not in ("type", "event", "name"):
            return "is_true" if value.value == "true" else "is_false"
        if value.kind is TokenKind.NUMBER and field in OBJECT_FIELDS:
            return "number_equals" if equal else "number_not_equals"
    # Reference: the inner names of operators work when they are written: `event starts_with "Order"`.
    return cast("Operator", word) if word in _OPERATORS else "never"


def _literal(token: Token) -> str | float | bool:
    """Read a value token, which may be any; Reference: single quotes stay part of the text."""
    if token.kind is TokenKind.TEXT and token.value[0] == '"':
        return token.value[1:-1]
    if token.kind is TokenKind.NUMBER:
        return string_to_number(token.value)
    if token.kind is TokenKind.WORD and token.value in ("true", "false"):
        return token.value == "true"
    return token.value
