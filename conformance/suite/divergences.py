"""Promises that are known not to be kept, each with a case that shows it.

A divergence is strict in both directions: its witness must still fail (else it is STALE), and no other case may. That
is why it can never hide a second fault, and never outlives the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from actions_core.errors import ConfigurationError
from actions_core.js import MISSING, Object, stringify
from conformance.contracts import Divergence
from conformance.suite.model import OnField, Subject
from conformance.suite.target import Target

Predicate = Callable[[Object, Divergence], bool]


def _is_witness(case: Object, divergence: Divergence) -> bool:
    return stringify(case) == stringify(divergence.witness)


def _list_of_an_empty_value(case: Object, _divergence: Divergence) -> bool:
    value = case.get("value")
    return isinstance(value, list) and len(value) == 1 and value[0] in (None, "") and value[0] is not False


def _blank(case: Object, _divergence: Divergence) -> bool:
    return case.get("value", MISSING) in ("", None) and case.get("value") is not False


def _big_integer(case: Object, _divergence: Divergence) -> bool:
    return any(abs(number) > 2**53 for number in _numbers(case))


def _numbers(value: Any) -> Iterable[float]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value


def _mixed_conjunctions(case: Object, _divergence: Divergence) -> bool:
    trigger = str(case.get("trigger", ""))
    return " and " in trigger and " or " in trigger


def _compared_with_a_boolean(case: Object, _divergence: Divergence) -> bool:
    trigger = str(case.get("trigger", ""))
    return "!=" in trigger and ("true" in trigger or "false" in trigger)


def _compared_with_null(case: Object, _divergence: Divergence) -> bool:
    return "null" in str(case.get("trigger", ""))


def _beyond(case: Object, _divergence: Divergence) -> bool:
    return case.get("beyond") != 0


PREDICATES: Final[Mapping[str, Predicate]] = {
    "witness": _is_witness,
    "list-of-an-empty-value": _list_of_an_empty_value,
    "blank": _blank,
    "big-integer": _big_integer,
    "mixed-conjunctions": _mixed_conjunctions,
    "compared-with-a-boolean": _compared_with_a_boolean,
    "compared-with-null": _compared_with_null,
    "beyond": _beyond,
}
"""What `where` may name."""

_NO_BOUND: Final = "Segment's runtime takes a bound of 0 for none, and looks at those of numbers and plain texts only"

OF_SEGMENT: Final[tuple[Divergence, ...]] = (
    Divergence("field.minimum", None, "beyond", {"beyond": 1}, _NO_BOUND),
    Divergence("field.maximum", None, "beyond", {"beyond": 1}, _NO_BOUND),
    Divergence(
        "field.required.wrapped",
        None,
        "list-of-an-empty-value",
        {"value": [None]},
        "Segment's runtime unwraps a list of one before it asks whether a value is there, and takes null for a text",
    ),
    Divergence(
        "setting.required.blank",
        None,
        "blank",
        {"value": ""},
        "Segment's runtime asks whether a setting is there, not whether it is blank",
    ),
    Divergence(
        "batch.equals_singles.blank",
        None,
        "blank",
        {"value": ""},
        "Segment's runtime drops a blank text from a single event before it looks at it, but not from one in a batch",
    ),
    Divergence(
        "fql.precedence",
        None,
        "mixed-conjunctions",
        {"trigger": 'type = "track" or event = "x" and properties.a = "x"', "event": {"type": "track"}},
        "in Segment's runtime the last connective of a group without brackets holds for all of it",
    ),
    Divergence(
        "fql.oracle",
        None,
        "compared-with-a-boolean",
        {"trigger": "properties.a != true", "event": {"type": "track", "properties": {"a": True}}},
        "Segment's runtime compares a boolean that is not to be equal with the text of it",
    ),
    Divergence(
        "fql.exists.event",
        None,
        "compared-with-null",
        {"trigger": "event = null", "event": {"type": "page"}},
        "Segment's runtime knows null for userId, name, properties, traits and context only, not for event",
    ),
    Divergence(
        "field.number.exact",
        None,
        "big-integer",
        {"inner": 2**53 + 1},
        "Segment's runtime is JavaScript, whose numbers hold 53 bits",
    ),
)
"""Where Segment's own runtime, and ours with it, keeps less than the documentation promises: the same for everybody."""


def divergences_for(target: Target, check: str, subject: Subject) -> list[Divergence]:
    """List what is known about a check and a subject: Segment's own divergences and those of the annex."""
    concerns = _CONCERNED.get(check)
    of_segment = OF_SEGMENT if concerns is None or concerns(subject) else ()
    return [
        one
        for one in (*of_segment, *target.contract.divergences)
        if one.check == check and one.subject in (None, subject.name)
    ]


def _has_no_minimum(subject: Subject) -> bool:
    return isinstance(subject, OnField) and _is_without_effect(subject, subject.field.facts.minimum)


def _has_no_maximum(subject: Subject) -> bool:
    return isinstance(subject, OnField) and _is_without_effect(subject, subject.field.facts.maximum)


def _is_without_effect(subject: OnField, bound: float | None) -> bool:
    return not bound or subject.field.facts.type not in ("number", "string")


_CONCERNED: Final[Mapping[str, Callable[[Subject], bool]]] = {
    "field.minimum": _has_no_minimum,
    "field.maximum": _has_no_maximum,
}
"""By check: which subjects a divergence of Segment's is about, where it is not about all of them."""


def is_taken(case: Object, divergences: Iterable[Divergence]) -> bool:
    """Tell whether a case is one of those that a divergence is about."""
    return any(PREDICATES[one.where](case, one) for one in divergences)


def require_known(target: Target, checks: Mapping[str, object]) -> None:
    """Raise `ConfigurationError` for a divergence of the annex that names no check or no predicate."""
    for one in target.contract.divergences:
        place = f"{target.contract.annex}: the divergence about {one.check}"
        if one.check not in checks:
            raise ConfigurationError(f"{place}: there is no such check; `actions conformance list` shows them")
        if one.where not in PREDICATES:
            raise ConfigurationError(f"{place}: where is {one.where!r}; expected one of {', '.join(PREDICATES)}")


def is_over(divergence: Divergence, today: date) -> bool:
    """Tell whether the day is past until which a divergence was accepted."""
    return divergence.until is not None and today > divergence.until
