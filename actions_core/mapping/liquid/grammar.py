"""Reading Liquid: python-liquid's grammar with the tags that Segment has, and none that it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from liquid import Environment, TokenStream
from liquid.ast import BlockNode, ConditionalBlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Identifier, parse_identifier, parse_primitive, tokenize
from liquid.builtin.expressions.arguments import KeywordArgument, PositionalArgument
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.logical import parse_boolean_primitive
from liquid.builtin.output import Output
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.builtin.tags.echo_tag import EchoTag
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import (
    TOKEN_ASSIGN,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_EOF,
    TOKEN_EXPRESSION,
    TOKEN_ILLEGAL,
    TOKEN_OUTPUT,
    TOKEN_PIPE,
    TOKEN_TAG,
    TOKEN_WORD,
    Token,
)

from actions_core.js import utf16_length
from actions_core.mapping.liquid.values import LiquidFailureError

DISABLED_TAGS: Final = frozenset({"case", "for", "include", "layout", "render", "tablerow"})
"""The tags that Segment refuses. Reference: its documentation shows `case` as one that can be used."""

_END: Final = "\0"
_UNKNOWN_TAGS: Final = ("doc", "ifchanged")  # python-liquid's, not liquidjs's


def _whole_expression(env: Environment, tokens: TokenStream) -> FilteredExpression:
    """Read a comparison with filters, which liquidjs takes wherever a value may stand."""
    left = parse_boolean_primitive(env, tokens)
    filters = [*_filters(env, tokens)]
    tokens.eat(TOKEN_EOF)
    return FilteredExpression(left.token, left, filters)


def _filters(env: Environment, tokens: TokenStream) -> Iterator[Filter]:
    # Unlike python-liquid's, an argument may be `empty` or `blank`, and a bar at the very end means nothing.
    while tokens.current.kind == TOKEN_PIPE:
        next(tokens)
        if tokens.current.kind == TOKEN_EOF:
            return
        name = tokens.eat(TOKEN_WORD)
        arguments: list[KeywordArgument | PositionalArgument] = []
        if tokens.current.kind == TOKEN_COLON:
            next(tokens)
            while tokens.current.kind not in (TOKEN_PIPE, TOKEN_EOF):
                if tokens.current.kind != TOKEN_COMMA:
                    arguments.append(_argument(env, tokens))
                if tokens.current.kind in (TOKEN_PIPE, TOKEN_EOF):
                    break
                tokens.eat(TOKEN_COMMA)
        yield Filter(name, name.value, arguments)


def _argument(env: Environment, tokens: TokenStream) -> KeywordArgument | PositionalArgument:
    if tokens.current.kind == TOKEN_WORD and tokens.peek.kind == TOKEN_COLON:
        name = next(tokens)
        next(tokens)
        return KeywordArgument(name, name.value, parse_primitive(env, tokens))
    return PositionalArgument(parse_primitive(env, tokens))


class _Output(Output):
    def parse(self, stream: TokenStream) -> Any:
        token = stream.eat(TOKEN_OUTPUT)
        inner = stream.expect(TOKEN_EXPRESSION)
        return self.node_class(token, _whole_expression(self.env, TokenStream(tokenize(inner.value, inner))))


class _Assign(AssignTag):
    def parse(self, stream: TokenStream) -> Any:
        token = stream.eat(TOKEN_TAG)
        tokens = stream.into_inner(tag=token, eat=False)
        name: Identifier = parse_identifier(self.env, tokens, allow_trailing_question_mark=False)
        tokens.eat(TOKEN_ASSIGN)
        return self.node_class(token, name=name, expression=_whole_expression(self.env, tokens))


class _Echo(EchoTag):
    def parse(self, stream: TokenStream) -> Any:
        token = stream.eat(TOKEN_TAG)
        return self.node_class(token, _whole_expression(self.env, stream.into_inner(tag=token, eat=False)))


class _Branches(Tag):
    """`if` and `unless`: conditions that may have filters."""

    def __init__(self, env: Environment, name: str, node_class: type[IfNode | UnlessNode]) -> None:
        super().__init__(env)
        self.name = name
        self.end = f"end{name}"
        self.node_class = node_class

    def parse(self, stream: TokenStream) -> Node:
        token = stream.eat(TOKEN_TAG)
        condition = _whole_expression(self.env, stream.into_inner(tag=token))
        inside = frozenset((self.end, "elsif", "else"))
        parse_block = get_parser(self.env).parse_block
        consequence = parse_block(stream, inside)
        alternatives: list[ConditionalBlockNode] = []
        default: BlockNode | None = None
        while stream.current.is_tag("elsif") or stream.current.is_tag("else"):
            branch = next(stream)
            if branch.value == "elsif" and default is None:
                other = _whole_expression(self.env, stream.into_inner(tag=branch))
                alternatives.append(ConditionalBlockNode(branch, expression=other, block=parse_block(stream, inside)))
                continue
            # Reference: after an `else`, `if` refuses more branches and `unless` ignores them.
            if default is not None and self.name == "if":
                wrong = "duplicated else" if branch.value == "else" else "unexpected elsif after else"
                raise LiquidSyntaxError(wrong, token=token)
            if stream.current.kind == TOKEN_EXPRESSION:
                self._refuse_words(next(stream), token)
            block = parse_block(stream, inside)
            default = block if default is None else default
        stream.expect(TOKEN_TAG, value=self.end)
        if stream.peek.kind == TOKEN_EXPRESSION:
            next(stream)
            self._refuse_words(stream.current, token)
        return self.node_class(token, condition, consequence, alternatives, default)

    def _refuse_words(self, words: Token, token: Token) -> None:
        if self.name == "if":
            raise LiquidSyntaxError(f'unexpected "{words.value}"', token=token)


class _Refused(Tag):
    """A tag that Segment disables, or one that liquidjs does not know."""

    name = ""
    block = False

    def parse(self, stream: TokenStream) -> Node:
        name = self.name or stream.current.value
        reason = "is disabled" if name in DISABLED_TAGS else "not found"
        raise LiquidSyntaxError(f'tag "{name}" {reason}', token=stream.current)


class _Segment(Environment):
    """python-liquid's environment, used for its parser only: nothing is ever rendered by it."""

    block_nesting_limit = 100  # more than 1,000 characters can nest
    shorthand_indexes = True
    logical_not_operator = True


def _environment() -> Environment:
    env = _Segment()
    env.tags[TOKEN_OUTPUT] = _Output(env)
    env.tags["assign"] = _Assign(env)
    env.tags["echo"] = _Echo(env)
    env.tags["if"] = _Branches(env, "if", IfNode)
    env.tags["unless"] = _Branches(env, "unless", UnlessNode)
    env.tags[TOKEN_ILLEGAL] = _Refused(env)
    for name in (*DISABLED_TAGS, *_UNKNOWN_TAGS):
        env.tags[name] = _Refused(env)
        env.tags[name].name = name
    return env


_ENVIRONMENT: Final = _environment()


def parse(source: str) -> list[Node]:
    """Read a template into its nodes.

    Raises `LiquidFailureError` for one that does not parse: in liquidjs's words for tags that are disabled or unknown,
    in python-liquid's for anything else, with the line where it is known.
    """
    # python-liquid's lexer takes a line break at the very end for a text of its own, and trims it after `-}}`.
    ended = source + _END if source.endswith("\n") else source
    try:
        nodes = list(_ENVIRONMENT.from_string(ended).nodes)
    except LiquidError as error:
        token = error.token
        place = position(source, token.start_index) if token is not None and token.start_index >= 0 else ""
        raise LiquidFailureError(str(error.args[0]).replace(_END, "") + place) from None
    if nodes and isinstance(nodes[-1], ContentNode):
        nodes[-1].text = nodes[-1].text.removesuffix(_END)
    return nodes


def position(source: str, index: int) -> str:
    """Write a place as liquidjs does, counted from 1; the place of a tag or output is that of its braces."""
    opening = max(source.rfind("{%", 0, index + 2), source.rfind("{{", 0, index + 2), 0)
    line = source.count("\n", 0, opening) + 1
    return f", line:{line}, col:{utf16_length(source[source.rfind(chr(10), 0, opening) + 1 : opening]) + 1}"


def nodes_of(block: BlockNode) -> list[Node]:
    """Give the nodes of a block."""
    return block.nodes
