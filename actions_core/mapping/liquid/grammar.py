"""Reading Liquid: python-liquid's grammar with the tags that Segment has, and none that it refuses."""

from __future__ import annotations

from typing import Any, Final

from liquid import Environment, TokenStream
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Identifier, parse_identifier, tokenize
from liquid.builtin.expressions.filtered import Filter
from liquid.builtin.expressions.logical import parse_boolean_primitive
from liquid.builtin.output import Output
from liquid.builtin.tags.assign_tag import AssignTag
from liquid.exceptions import LiquidError, LiquidSyntaxError
from liquid.tag import Tag
from liquid.token import TOKEN_ASSIGN, TOKEN_EOF, TOKEN_EXPRESSION, TOKEN_ILLEGAL, TOKEN_OUTPUT, TOKEN_PIPE, TOKEN_TAG

from actions_core.js import utf16_length
from actions_core.mapping.liquid.values import LiquidFailureError

DISABLED_TAGS: Final = frozenset({"case", "for", "include", "layout", "render", "tablerow"})
"""The tags that Segment refuses."""

_END: Final = "\0"
_UNKNOWN_TAGS: Final = ("doc", "ifchanged")  # python-liquid's, not liquidjs's


def _whole_expression(env: Environment, tokens: TokenStream) -> FilteredExpression:
    """Read a comparison with filters, which liquidjs takes wherever a value may stand."""
    left = parse_boolean_primitive(env, tokens)
    filters = Filter.parse(env, tokens, delim=(TOKEN_PIPE,))
    tokens.eat(TOKEN_EOF)
    return FilteredExpression(left.token, left, filters)


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
    env.tags[TOKEN_ILLEGAL] = _Refused(env)
    for name in (*DISABLED_TAGS, *_UNKNOWN_TAGS):
        env.tags[name] = _Refused(env)
        env.tags[name].name = name
    return env


_ENVIRONMENT: Final = _environment()


def parse(source: str) -> list[Node]:
    """Read a template into its nodes.

    Raises `LiquidFailureError` for one that does not parse: in liquidjs's words for tags that are disabled or unknown,
    in python-liquid's for anything else.
    """
    # python-liquid's lexer takes a line break at the very end for a text of its own, and trims it after `-}}`.
    ended = source + _END if source.endswith("\n") else source
    try:
        nodes = list(_ENVIRONMENT.from_string(ended).nodes)
    except LiquidError as error:
        token = error.token
        place = token.start_index if token is not None and token.start_index >= 0 else 0
        raise LiquidFailureError(str(error.args[0]).replace(_END, "") + position(source, place)) from None
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
