"""The trigger language, as triggers of any mapping are read: compared with a reader of its documentation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.errors import TriggerSyntaxError
from actions_core.js import Object
from actions_core.trigger import generate, parse
from conformance.oracle import triggers
from conformance.suite.checks.subjects import whole
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, Whole, check

_ABSENT: Final = "Sentinel-Absent"
_VALUES: Final = (_ABSENT, None, "", 0, 1, True, False, "true", "x", "x y")


def _event(value: Any, name: Any = "x") -> Object:
    event: Object = {"type": "track", "properties": {}}
    if value != _ABSENT:
        event["properties"]["a"] = value
    if name != _ABSENT:
        event["event"] = name
    return event


def _judge(lab: Lab, case: Object) -> Judgement:
    trigger, event = case.get("trigger"), case.get("event")
    if not isinstance(trigger, str) or not isinstance(event, dict) or not _is_known(trigger):
        return None
    try:
        wanted = triggers.matches(trigger, event)
    except triggers.UnknownTriggerError:
        return None
    try:
        got: bool | str = lab.target.platform.matches(trigger, event)
    except TriggerSyntaxError as error:
        got = f"it does not parse: {error}"
    if got is not wanted:
        return Broken(f"{'a match' if wanted else 'no match'}", f"{got}" if isinstance(got, str) else "the opposite")
    return Kept("inside" if wanted else "outside")


_FIELD: Final = re.compile(r"(?:type|event|name|userId|(?:properties|traits|context)(?:\.\w+)+)\Z")
_NAMES: Final = re.compile(r'"[^"]*"|[\w.]+')
_WORDS: Final = frozenset({"and", "or", "null", "true", "false", "contains", "match"})


def _is_known(trigger: str) -> bool:
    """Tell whether a trigger reads only fields that Segment's runtime knows."""
    names = [found[0] for found in _NAMES.finditer(trigger) if not found[0].startswith('"')]
    return all(name in _WORDS or _FIELD.match(name) for name in names)


def _comparisons(_lab: Lab, _at: Whole) -> Iterable[Object]:
    for operand in ('"x"', '""', '"true"', "true", "false"):
        for operator, value in product(("=", "!="), _VALUES):
            yield {"trigger": f"properties.a {operator} {operand}", "event": _event(value)}
    for function, value in product(("contains", "match"), (_ABSENT, "", "x", "x y", "y")):
        text = "x" if function == "contains" else "x*"
        yield {"trigger": f'{function}(properties.a, "{text}")', "event": _event(value)}


_CLAUSES: Final = ('type = "track"', 'event = "x"', 'properties.a = "x"', 'properties.a != "x"')


def _random_triggers(_lab: Lab, _at: Whole) -> SearchStrategy[Any]:
    """Vary clauses, how many there are, one connective for all of them, and the event."""
    joined = st.tuples(st.sampled_from([" and ", " or "]), st.lists(st.sampled_from(_CLAUSES), min_size=1, max_size=4))
    event = st.builds(_event, st.sampled_from(_VALUES), st.sampled_from(["x", "y", _ABSENT]))
    return st.fixed_dictionaries({"trigger": joined.map(lambda one: one[0].join(one[1])), "event": event})


@check("fql.oracle", subjects=whole, source="runtime", vectors=_comparisons, fuzz=_random_triggers)
def oracle(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A trigger of one connective takes the events that a plain reading of it says."""
    return _judge(lab, case)


@check(
    "fql.precedence",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"trigger": f"{one} {first} {two} {second} {three}", "event": event}
        for (one, two, three), (first, second), event in product(
            [(_CLAUSES[0], _CLAUSES[1], _CLAUSES[2]), (_CLAUSES[2], _CLAUSES[0], _CLAUSES[1])],
            [("and", "or"), ("or", "and")],
            [_event("x"), _event("y"), _event("x", "y"), {"type": "page", "event": "x", "properties": {"a": "x"}}],
        )
    ),
)
def precedence(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """In a trigger with both connectives and no brackets, `and` binds tighter than `or`."""
    return _judge(lab, case)


@check(
    "fql.groups",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"trigger": trigger, "event": event}
        for trigger, event in product(
            ('type = "track" and (event = "x" or event = "y")', '(type = "track" or type = "page") and event = "x"'),
            [{"type": type_, "event": name} for type_ in ("track", "page", "group") for name in ("x", "y", "z")],
        )
    ),
)
def groups(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Brackets of one level group clauses."""
    return _judge(lab, case)


@check(
    "fql.exists",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"trigger": f"{field} {operator} null", "event": event}
        for field, operator in product(("properties.a", "userId", "traits.a"), ("=", "!="))
        for event in (
            {"type": "track"},
            {"type": "track", "userId": None, "properties": {"a": None}, "traits": {"a": None}},
            {"type": "track", "userId": "u", "properties": {"a": "x"}, "traits": {"a": False}},
        )
    ),
)
def exists(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A field exists unless it is null or missing."""
    return _judge(lab, case)


@check(
    "fql.exists.event",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"trigger": "event = null", "event": {"type": "page"}},
        {"trigger": "event != null", "event": {"type": "page"}},
        {"trigger": "event != null", "event": {"type": "track", "event": "x"}},
    ),
)
def exists_event(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The name of an event exists unless it is null or missing, as any other field."""
    return _judge(lab, case)


@check(
    "fql.case",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"trigger": f'{field} = "{text}"', "event": {"type": "track", "event": "Order", "properties": {"a": "Ab"}}}
        for field, text in (
            ("type", "track"), ("type", "Track"), ("event", "Order"), ("event", "order"), ("properties.a", "Ab"),
            ("properties.a", "ab"), ("properties.A", "Ab"),
        )
    ),
)  # fmt: skip
def case_(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Texts and names of fields are compared letter by letter, in their case."""
    return _judge(lab, case)


_BROKEN_TEXTS: Final = (
    "", " ", "((((", "))))", "type", "type =", '= "track"', 'type = "track', "and", "or or", "!!", "null", "(", "\x00",
    'type = "track" and', "contains(", 'type = = "x"', '"x" = "x"', "😀 = 1", "a" * 2000, "(" * 500, "type = 1e999",
)  # fmt: skip


@check(
    "fql.parse.total",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: ({"trigger": text} for text in _BROKEN_TEXTS),
    fuzz=lambda _lab, _at: st.fixed_dictionaries(
        {
            "trigger": st.one_of(
                st.text(max_size=30),
                st.lists(
                    st.sampled_from(["type", "=", "!=", '"x"', "(", ")", "and", "or", "null", "contains", ",", "a.b"]),
                    max_size=12,
                ).map(" ".join),
            )
        }
    ),
)
def parse_total(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Any text is a trigger or is refused with a position; nothing else comes out."""
    trigger = case.get("trigger")
    if not isinstance(trigger, str):
        return None
    try:
        lab.target.platform.matches(trigger, {"type": "track"})
    except TriggerSyntaxError as error:
        fits = 0 <= error.position <= len(trigger)
        return Kept("outside") if fits else Broken("a position in the text", str(error.position))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return Broken("a verdict, or TriggerSyntaxError", f"{type(error).__name__}: {error}")
    return Kept("inside")


def _small_events() -> Iterator[Object]:
    yield from (_event(value, name) for value, name in product(_VALUES, ("x", "y", _ABSENT)))
    yield {"type": "page", "name": "x"}


def _declared(lab: Lab) -> Sequence[str]:
    destination = lab.target.destination
    found = [preset.trigger for preset in destination.presets]
    found += [action.default_subscription for action in destination.actions.values()]
    return [trigger for trigger in dict.fromkeys(found) if trigger is not None]


@check(
    "fql.print_parse",
    subjects=whole,
    source="runtime",
    vectors=lambda lab, _at: (
        {"trigger": trigger} for trigger in (*_declared(lab), *_CLAUSES, " and ".join(_CLAUSES), "userId != null")
    ),
    fuzz=lambda lab, at: _random_triggers(lab, at).map(lambda case: {"trigger": case["trigger"]}),
)
def print_parse(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A trigger that was read and written again takes the same events."""
    trigger = case.get("trigger")
    if not isinstance(trigger, str):
        return None
    try:
        written = generate(parse(trigger))
    except TriggerSyntaxError:
        return None
    for event in _small_events():
        if lab.target.platform.matches(written, event) != lab.target.platform.matches(trigger, event):
            return Broken(f"{trigger!r} and {written!r} take the same events", f"not {event!r}")
    return Kept("inside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    oracle,
    precedence,
    groups,
    exists,
    exists_event,
    case_,
    parse_total,
    print_parse,
)
