"""Writing trees as text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.errors import TriggerSyntaxError
from actions_core.trigger import Condition, compile_trigger, generate, parse
from actions_core.trigger.functions import FUNCTIONS
from actions_core.trigger.nodes import Call, Comparison, Constant, Group, IsTrue, ListOf, Not, Operand, Path
from tests.actions_core.trigger.generated import EVENTS, TEXTS

# --- reference -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'type = "track"',
        'type = "track" and event != "Order Completed"',
        'type = "track" and (event = "A" or event = "B")',
        "properties.a != null or userId = null or name != null",
        "properties.a = true and traits.b = false",
        "properties.price >= 10.5 and properties.n = -3 and properties.n != 4",
        'contains(event, "Order") or !contains(name, "x")',
        'match(event, "Order*") or !match(userId, "*@a.com")',
        "properties.product\\ 1.\\2fa = 1",
    ],
)
def test_an_ordinary_trigger_is_written_as_it_was(text: str) -> None:
    assert generate(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("type=track", 'type = "track"'),
        ("(type = 'track')", "type = 'track'"),
        ('(contains(event, "x") and name = "y"', 'contains(event, "x") and name = "y"'),
        ('name = "z" or (event = "y" and contains(event, "x")', 'name = "z" or (event = "y" and event contains "x")'),
        (
            'name = "y" or (event starts_with "x" and name = "z")',
            'name = "y" or (event starts_with "x" and name = "z")',
        ),
        ("properties.a = 1000000000000000000000", "properties.a = 1000000000000000000000"),
        ("properties.a = -", "properties.a = -"),
        (f"properties.a < {'9' * 400}", f"properties.a < 1{'0' * 309}"),
        (f"properties.a < -{'9' * 400}", f"properties.a < -1{'0' * 309}"),
        ('event = \\"a', 'event = \\"a'),
        ("event = n\\\"\\'", "event = \\n\\\"\\'"),
        ('event like "x"', "event never null"),
        ("userId != null and event exists x", "userId != null and event exists null"),
        ("event number_equals 5", "event number_equals 5"),
        ("properties\\. = null", "properties\\. = null"),
        ("properties.\\and = 1", "properties.\\and = 1"),
        ("properties.\\] = 1", "properties.\\. = null"),
        ('() or type = "a"', '() or type = "a"'),
        ('match(event, "a")', 'event ends_with ""'),
    ],
)
def test_an_odd_trigger_is_written_so_that_it_is_read_the_same(text: str, written: str) -> None:
    assert generate(parse(text)) == written
    assert parse(written) == parse(text)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(text=TEXTS, events=st.lists(EVENTS, max_size=3))
def test_a_reference_trigger_survives_being_written(text: str, events: list[dict[str, Any]]) -> None:
    """Varies triggers of every form, damaged ones and any tokens; and events made of the same words."""
    try:
        tree = parse(text)
    except TriggerSyntaxError:
        return
    written = generate(tree)
    assert parse(written) == tree
    assert generate(parse(written)) == written
    before, after = compile_trigger(text), compile_trigger(written)
    assert [after.matches(event) for event in events] == [before.matches(event) for event in events]


# --- documented ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        'type = "track" and (event = "A" or match(event, "Button *"))',
        '(a and b) or !c or !(d = 1) or !(e and "x" in f)',
        'type in ["track", \'a"b\', 1.5, null, true, []]',
        "lowercase(string(properties.a\\ b.2)) = null",
        "!!a",
        "\\and.and = 1e+21",
    ],
)
def test_a_documented_condition_is_written_as_it_was(text: str) -> None:
    assert generate(parse(text, "documented")) == text


def test_a_text_with_both_kinds_of_quotes_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="both kinds of quotes"):
        generate(IsTrue(Constant("'\"")))


NAMES = st.sampled_from(["a", "b c", "2", "-", "and", "null", "in", "true", "é.", "😀", "\\", "length", "x_1"])
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(lambda names: Path(tuple(names)))
CONSTANTS = st.one_of(
    st.sampled_from(["", "a", 'it"s', "it's", "\\", "*a?", "\n", "😀"]),
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
).map(Constant)


def call(function: str, arguments: list[Operand]) -> Call:
    return Call(function, tuple(arguments[: FUNCTIONS[function].arity]))


def larger(operands: st.SearchStrategy[Operand]) -> st.SearchStrategy[Operand]:
    functions = st.sampled_from([name for name in FUNCTIONS if name != "match"])
    return st.one_of(
        st.lists(operands, max_size=3).map(lambda items: ListOf(tuple(items))),
        st.builds(call, functions, st.lists(operands, min_size=2, max_size=2)),
        st.builds(
            lambda text, pattern: Call("match", (text, Constant(pattern))), operands, st.sampled_from(["*", "a?"])
        ),
    )


OPERANDS: st.SearchStrategy[Operand] = st.recursive(PATHS | CONSTANTS, larger, max_leaves=4)
CLAUSES: st.SearchStrategy[Condition] = st.one_of(
    OPERANDS.map(IsTrue),
    st.builds(Comparison, OPERANDS, st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "in"]), OPERANDS),
)


def grouped(conditions: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def group(operator: Any, children: list[Condition]) -> Group:
        # A group in a group of the same operator is never read: its children belong to the outer one.
        return Group(
            operator,
            tuple(
                Not(child) if isinstance(child, Group) and child.operator == operator else child for child in children
            ),
        )

    return st.one_of(
        conditions.map(Not),
        st.builds(group, st.sampled_from(["and", "or"]), st.lists(conditions, min_size=2, max_size=3)),
    )


CONDITIONS = st.recursive(CLAUSES, grouped, max_leaves=5)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(condition=CONDITIONS, events=st.lists(EVENTS, max_size=3))
def test_a_documented_condition_survives_being_written(condition: Condition, events: list[dict[str, Any]]) -> None:
    """Varies trees of every documented node with awkward names, texts and numbers; and events."""
    written = generate(condition)
    tree = parse(written, "documented")
    assert tree == condition
    assert repr(tree) == repr(condition)  # tells 1 from true, which are equal in Python
    trigger = compile_trigger(written, "documented")
    for event in events:
        assert trigger.explain(event).matched is trigger.matches(event)
        if trigger.matches(event) and trigger.call_types is not None:
            assert event.get("type") in trigger.call_types


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(text=TEXTS | st.text("()[]!=<>'\" ab.,1-\\", max_size=12))
def test_any_text_is_a_documented_condition_or_refused(text: str) -> None:
    """Varies triggers of every form and texts made of the language's signs."""
    try:
        tree = parse(text, "documented")
    except TriggerSyntaxError as error:
        assert 0 <= error.position <= len(text)  # noqa: PT017 - every error has a place
        return
    assert parse(generate(tree), "documented") == tree
