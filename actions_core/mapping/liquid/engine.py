"""From a parsed Liquid template to closures that write text, with liquidjs's values and Segment's limits."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, Nil, Path
from liquid.builtin.expressions.arguments import KeywordArgument
from liquid.builtin.expressions.filtered import Filter as FilterCall
from liquid.builtin.expressions.logical import (
    BooleanExpression,
    ContainsExpression,
    EqExpression,
    GeExpression,
    GtExpression,
    LeExpression,
    LogicalAndExpression,
    LogicalNotExpression,
    LogicalOrExpression,
    LtExpression,
    NeExpression,
)
from liquid.builtin.expressions.primitive import Blank, Empty, RangeLiteral
from liquid.builtin.expressions.primitive import Literal as LiteralExpression
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.builtin.tags.capture_tag import CaptureNode
from liquid.builtin.tags.comment_tag import CommentNode
from liquid.builtin.tags.cycle_tag import CycleNode
from liquid.builtin.tags.decrement_tag import DecrementNode
from liquid.builtin.tags.for_tag import BreakNode, ContinueNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.increment_tag import IncrementNode
from liquid.builtin.tags.liquid_tag import LiquidNode
from liquid.builtin.tags.unless_tag import UnlessNode
from liquid.expression import Expression

from actions_core.errors import MappingResolveError
from actions_core.js import MISSING
from actions_core.mapping.liquid import values
from actions_core.mapping.liquid.filters import DISABLED_FILTERS, FILTERS
from actions_core.mapping.liquid.grammar import nodes_of, parse, position
from actions_core.mapping.liquid.values import LiquidFailureError, Rendering, Value

Evaluate: TypeAlias = Callable[[Rendering], Value]
Write: TypeAlias = Callable[[Rendering, list[str]], None]
Watch: TypeAlias = Callable[[str, Evaluate], Evaluate]
"""Told of each event path that the template reads, with what reads it; gives what is to be used instead."""


_TOO_DEEP: Final = "the template is nested too deeply"


class _Stopped(Exception):  # noqa: N818 - no error: a {% break %} or {% continue %}, which ends the text here
    pass


class Template:
    """A Liquid template made ready to be rendered for many events."""

    def __init__(self, source: str, watch: Watch) -> None:
        """Compile a template; one that does not parse fails whenever it is rendered, as in Segment's runtime."""
        self._source = source
        self._watch = watch
        self._locals: set[str] = set()
        self.disabled_filters: set[str] = set()
        self.unknown_filters: set[str] = set()
        self._failure = ""
        self._write: Write = _nothing
        try:
            self._write = self._block(parse(source))
        except LiquidFailureError as failure:
            self._failure = str(failure)
        except RecursionError:
            self._failure = _TOO_DEEP

    @property
    def failure(self) -> str:
        """Why the template cannot be rendered for any event; empty if it can."""
        return self._failure

    def render(self, event: Any) -> str:
        """Write the text for one event; raises `MappingResolveError` in liquidjs's words."""
        if self._failure:
            raise MappingResolveError(self._failure)
        out: list[str] = []
        try:
            self._write(Rendering(event), out)
        except _Stopped:
            return "".join(out)
        except LiquidFailureError as failure:
            raise MappingResolveError(str(failure)) from None
        except RecursionError:
            raise MappingResolveError(_TOO_DEEP) from None
        return "".join(out)

    # --- nodes

    def _block(self, nodes: Sequence[Node]) -> Write:
        writers = [self._placed(node) for node in nodes]

        def write(run: Rendering, out: list[str]) -> None:
            for writer in writers:
                run.check_time()
                writer(run, out)

        return write

    def _placed(self, node: Node) -> Write:
        """Compile a node so that a failure in it tells its place, which is that of the innermost node."""
        write = self._node(node)
        if isinstance(node, (ContentNode, LiquidNode)) or write is _nothing:
            return write
        place = position(self._source, node.token.start_index)

        def placed(run: Rendering, out: list[str]) -> None:
            try:
                write(run, out)
            except LiquidFailureError as failure:
                raise LiquidFailureError(f"{failure}{'' if ', line:' in str(failure) else place}") from None

        return placed

    def _node(self, node: Node) -> Write:
        if isinstance(node, ContentNode):
            text = node.text
            return lambda _run, out: out.append(text)
        if isinstance(node, CommentNode):
            return _nothing
        for kind, compile_node in _NODES.items():
            if isinstance(node, kind):
                return compile_node(self, node)
        raise LiquidFailureError(f"{type(node).__name__} is not supported")

    def _output(self, node: Any) -> Write:
        evaluate = self._expression(node.expression)
        return lambda run, out: out.append(values.text_of(evaluate(run)))

    def _assign(self, node: Any) -> Write:
        name, evaluate = str(node.name), self._expression(node.expression)
        self._locals.add(name)

        def write(run: Rendering, _out: list[str]) -> None:
            run.variables[name] = evaluate(run)

        return write

    def _capture(self, node: Any) -> Write:
        name, block = str(node.name), self._block(nodes_of(node.block))
        self._locals.add(name)

        def write(run: Rendering, _out: list[str]) -> None:
            captured: list[str] = []
            block(run, captured)
            run.variables[name] = "".join(captured)

        return write

    def _if(self, node: Any, *, first: bool = True) -> Write:
        branches = [(self._expression(node.condition), self._block(nodes_of(node.consequence)), first)]
        branches += [
            (self._expression(other.expression), self._block(nodes_of(other.block)), True)
            for other in node.alternatives
        ]
        default = self._block(nodes_of(node.default)) if isinstance(node.default, BlockNode) else _nothing

        def write(run: Rendering, out: list[str]) -> None:
            for condition, block, wanted in branches:
                if values.truthy(condition(run)) is wanted:
                    block(run, out)
                    return
            default(run, out)

        return write

    def _unless(self, node: Any) -> Write:
        return self._if(node, first=False)

    def _count(self, node: Any) -> Write:
        # Segment counts in the event itself, which later fields then see; here the event is never changed.
        name = str(node.name)
        step, before = (1, True) if isinstance(node, IncrementNode) else (-1, False)

        def write(run: Rendering, out: list[str]) -> None:
            found = run.counters.get(name, run.event.get(name))
            now = found if isinstance(found, (int, float)) and not isinstance(found, bool) else 0
            run.counters[name] = now + step
            out.append(values.text_of(now if before else now + step))

        return write

    def _cycle(self, node: Any) -> Write:
        group = self._expression(node.group) if node.group is not None else lambda _run: MISSING
        candidates = [self._expression(argument) for argument in node.args]
        signature = json.dumps([str(argument) for argument in node.args])

        def write(run: Rendering, out: list[str]) -> None:
            key = values.text_of(group(run)) + signature
            turn = run.cycles.get(key, 0)
            run.cycles[key] = (turn + 1) % len(candidates)
            out.append(values.text_of(candidates[turn](run)))

        return write

    def _liquid(self, node: Any) -> Write:
        return self._block(nodes_of(node.block))

    def _stop(self, _node: Any) -> Write:
        def write(_run: Rendering, _out: list[str]) -> None:
            raise _Stopped

        return write

    # --- expressions

    def _expression(self, expression: Expression) -> Evaluate:
        if isinstance(expression, BooleanExpression):
            return self._expression(expression.expression)
        if isinstance(expression, FilteredExpression):
            return self._filtered(expression)
        if isinstance(expression, Path):
            return self._path(expression)
        if isinstance(expression, (Nil, Empty, Blank)):
            word = values.NIL if isinstance(expression, Nil) else _WORDS[type(expression)]
            return lambda _run: word
        if isinstance(expression, LiteralExpression):
            constant = _literal(expression.value)
            return lambda _run: constant
        if isinstance(expression, RangeLiteral):
            return self._range(expression)
        if isinstance(expression, LogicalNotExpression):
            operand = self._expression(expression.right)
            return lambda run: not values.truthy(operand(run))
        for kind, operate in _OPERATORS.items():
            if isinstance(expression, kind):
                return self._operation(expression, operate)
        raise LiquidFailureError(f"{type(expression).__name__} is not supported")

    def _operation(self, expression: Any, operate: Callable[[Value, Value], bool]) -> Evaluate:
        # Both sides are always evaluated, as in liquidjs: a failing filter fails on either.
        left, right = self._expression(expression.left), self._expression(expression.right)

        def evaluate(run: Rendering) -> bool:
            first = left(run)
            return operate(first, right(run))

        return evaluate

    def _filtered(self, expression: FilteredExpression) -> Evaluate:
        left = self._expression(expression.left)
        calls = [self._filter(call) for call in expression.filters or ()]
        if not calls:
            return left

        def evaluate(run: Rendering) -> Value:
            value = left(run)
            for call in calls:
                value = call(run, value)
            return value

        return evaluate

    def _filter(self, call: FilterCall) -> Callable[[Rendering, Value], Value]:
        arguments = [self._argument(argument) for argument in call.args]
        apply = FILTERS.get(call.name)
        if call.name in DISABLED_FILTERS:
            self.disabled_filters.add(call.name)
        if apply is None:
            self.unknown_filters.add(call.name)
            return lambda _run, value: value
        code = apply.__code__
        most = None if code.co_flags & _VARIADIC else max(code.co_argcount - 2, 0)
        wanted = arguments[:most]

        def run_filter(run: Rendering, value: Value) -> Value:
            return apply(run, value, *[argument(run) for argument in wanted])

        return run_filter

    def _argument(self, argument: Any) -> Evaluate:
        evaluate = self._expression(argument.value)
        if not isinstance(argument, KeywordArgument):
            return evaluate
        name = argument.name
        return lambda run: [name, evaluate(run)]

    def _range(self, expression: RangeLiteral) -> Evaluate:
        low, high = self._expression(expression.start), self._expression(expression.stop)

        def evaluate(run: Rendering) -> list[Value]:
            start, stop = values.number_of(low(run)), values.number_of(high(run))
            if not (math.isfinite(start) and math.isfinite(stop)):
                return []
            run.use(stop - start + 1)
            return [values.tidy(start + index) for index in range(max(math.ceil(stop + 1 - start), 0))]

        return evaluate

    def _path(self, expression: Path) -> Evaluate:
        root, *rest = expression.path
        steps = [self._step(segment) for segment in rest]
        name = self._step(root)

        def evaluate(run: Rendering) -> Value:
            value = run.find(values.text_of(name(run)))
            for step in steps:
                value = values.read_key(value, step(run))
            return value

        if not isinstance(root, str) or root in self._locals:
            return evaluate
        fixed = [str(segment) for segment in expression.path if not isinstance(segment, Path)]
        whole = len(fixed) == len(expression.path)
        return self._watch("." + ".".join(fixed if whole else fixed[:1]), evaluate)

    def _step(self, segment: Any) -> Evaluate:
        return self._path(segment) if isinstance(segment, Path) else lambda _run: segment


def _nothing(_run: Rendering, _out: list[str]) -> None:
    """Write nothing."""


_VARIADIC: Final = 0x04
_WORDS: Final[dict[type, values.Literal]] = {Empty: values.EMPTY, Blank: values.BLANK}

_NODES: Final[dict[type[Node], Callable[[Template, Any], Write]]] = {
    OutputNode: Template._output,
    AssignNode: Template._assign,
    CaptureNode: Template._capture,
    IfNode: Template._if,
    UnlessNode: Template._unless,
    IncrementNode: Template._count,
    DecrementNode: Template._count,
    CycleNode: Template._cycle,
    LiquidNode: Template._liquid,
    BreakNode: Template._stop,
    ContinueNode: Template._stop,
}

_OPERATORS: Final[dict[type[Expression], Callable[[Value, Value], bool]]] = {
    EqExpression: values.equal,
    NeExpression: lambda left, right: not values.equal(left, right),
    LtExpression: values.less,
    GtExpression: lambda left, right: values.less(right, left),
    LeExpression: lambda left, right: values.less(left, right, or_equal=True),
    GeExpression: lambda left, right: values.less(right, left, or_equal=True),
    ContainsExpression: values.contains,
    LogicalAndExpression: lambda left, right: values.truthy(left) and values.truthy(right),
    LogicalOrExpression: lambda left, right: values.truthy(left) or values.truthy(right),
}

_ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{1,4}|[0-7]{1,3}|[\s\S])")
_CONTROLS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _literal(value: Any) -> Value:
    if isinstance(value, float):
        return values.tidy(value)
    return _ESCAPE.sub(_unescape, value) if isinstance(value, str) and "\\" in value else value


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] == "u" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code[0] in "01234567":
        return chr(int(code, 8))
    return _CONTROLS.get(code, code)
