"""Texts and events far beyond what anybody writes: a result or a clear error, in linear time and without recursion."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger import Dialect, compile_trigger, generate, lint, parse
from actions_core.trigger.documented_parser import MAX_DEPTH

DIALECTS: list[Dialect] = ["reference", "documented"]
MANY = 100_000


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "(" * MANY,
        "(" * MANY + 'type = "a"' + ")" * MANY,
        "!" * MANY + 'type = "a"',
        'type = "a" and (' * MANY,
        '"a' * MANY,
        "!contains(" * MANY,
    ],
    ids=lambda text: text[:12],
)
def test_a_text_nested_too_deeply_is_refused(text: str, dialect: Dialect) -> None:
    with pytest.raises(TriggerSyntaxError):
        compile_trigger(text, dialect)


@pytest.mark.parametrize("text", ["v in " + "[" * MANY, "length( " * MANY])
def test_operands_nested_too_deeply_are_refused(text: str) -> None:
    with pytest.raises(TriggerSyntaxError, match="nested more than 100 levels deep"):
        compile_trigger(text, "documented")


@pytest.mark.parametrize(
    ("opening", "inner", "closing"),
    [
        ("(", "a", ")"),
        ("!(", "a", ")"),
        ("!", "a", ""),
        ("(a or (b and ", "c", "))"),
        ("string(", "a", ")"),
        ("[", "a", "]"),
    ],
)
def test_the_deepest_text_allowed_works_in_every_way(opening: str, inner: str, closing: str) -> None:
    levels = MAX_DEPTH // sum(opening.count(sign) for sign in "(![")
    text = opening * levels + inner + closing * levels
    trigger = compile_trigger(text, "documented")
    tree = parse(text, "documented")
    event = {"a": True, "b": True, "c": True}
    assert parse(generate(tree), "documented") == tree
    assert hash(tree) == hash(parse(text, "documented"))
    assert len(repr(tree)) > 10
    assert trigger.matches(event) is trigger.explain(event).matched
    assert lint(text)
    with pytest.raises(TriggerSyntaxError, match="nested more than"):
        parse(opening + text + closing, "documented")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_very_wide_trigger_works(dialect: Dialect) -> None:
    text = " or ".join(['type = "a"'] * 10_000)
    trigger = compile_trigger(text, dialect)
    assert not trigger.matches({"type": "b"})
    assert trigger.matches({"type": "a"})
    assert trigger.call_types == frozenset({"a"})
    assert str(trigger.explain({"type": "b"})).endswith("and 9997 more")
    assert lint(text) == []
    assert generate(parse(text, dialect)) == text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    [
        "properties" + ".a" * MANY + ' = "x"',
        "name = " + '"' * MANY,
        " " * MANY,
        "a" * MANY,
        "name" * MANY,
        "\\a" * MANY,
    ],
    ids=lambda text: text[:12],
)
def test_a_very_long_text_is_read_or_refused(text: str, dialect: Dialect) -> None:
    try:
        trigger = compile_trigger(text, dialect)
    except TriggerSyntaxError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - every error has a place
        return
    assert not trigger.matches({"properties": {"a": {"a": "x"}}})


def nested(depth: int, leaf: Any) -> Any:
    for level in range(depth):
        leaf = [leaf] if level % 2 else {"a": leaf}
    return leaf


@pytest.mark.parametrize(
    "text",
    ["v = w", "v != w", "v in w", "v < w", "v in [w]", "string( v ) = 'x'", "bool( v ) = true", "typeof( v ) = 'list'"],
)
def test_deep_values_are_compared(text: str) -> None:
    trigger = compile_trigger(text, "documented")
    event = {"v": nested(20_000, 1), "w": nested(20_000, 1)}
    assert isinstance(trigger.matches(event), bool)
    assert trigger.explain(event).matched is trigger.matches(event)


def test_deep_values_are_equal_or_not() -> None:
    trigger = compile_trigger("v = w", "documented")
    assert trigger.matches({"v": nested(20_000, 1), "w": nested(20_000, 1.0)})
    assert not trigger.matches({"v": nested(20_000, 1), "w": nested(20_000, True)})


@pytest.mark.parametrize(
    "clause", ['{} = "x"', "{} = null", "{} < 5", 'contains({}, "x")', '!match({}, "x*")', "{} = true"]
)
def test_a_deep_value_gets_a_verdict_in_the_reference_dialect(clause: str) -> None:
    event = {"event": nested(20_000, 1), "properties": nested(20_000, 1)}
    for path in ("event", "properties.a", "properties.a.\\0.a"):
        assert isinstance(compile_trigger(clause.format(path)).matches(event), bool)
