"""Events that no app should send, and some do: the plugin must refuse them or carry them, and never fall over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st

from actions_core.errors import PerformError
from actions_core.js import Object
from actions_core.testing import create_event
from conformance.contracts import BoundField
from conformance.suite.checks.subjects import actions, is_free_object
from conformance.suite.lab import Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, check
from conformance.suite.sent import Sent, at_key, body_of
from conformance.suite.values import complete_inputs, usual_call


def calm(sent: Sent) -> Judgement:
    """Judge a delivery that may end in any way but by falling over."""
    if sent.escaped is not None or isinstance(sent.error, PerformError):
        return Broken("delivered, or refused with an error of its own", sent.told, sent)
    return Kept("inside" if sent.delivered else "outside")


_STRANGE: Final[tuple[Any, ...]] = (None, "text", 5, True, [], ["a"], {}, {"a": None})


def _strange_parts(_lab: Lab, _at: OnAction) -> Iterable[Object]:
    wholes: tuple[Any, ...] = (None, [], "text", 5, True, {})
    yield from ({"event": whole} for whole in wholes)
    for part in ("traits", "properties", "context", "userId", "event", "type", "integrations"):
        yield from ({"part": part, "is": value} for value in _STRANGE)


@check(
    "event.hostile.types",
    subjects=actions,
    source="runtime",
    vectors=_strange_parts,
    fuzz=lambda _lab, _at: st.fixed_dictionaries(
        {
            "part": st.sampled_from(["traits", "properties", "context", "userId", "groupId", "timestamp"]),
            "is": st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.none(), max_size=2)),
        }
    ),
)
def hostile_types(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event, or a part of one, that is of another type than Segment's spec says is refused or carried."""
    if "event" in case:
        event: Any = case["event"]
    elif isinstance(case.get("part"), str) and "is" in case:
        event = {**create_event(usual_call(at.action)), case["part"]: case["is"]}
    else:
        return None
    return calm(lab.deliver(at.action, event, lab.default_mapping(at.action)))


def _free_objects(at: OnAction) -> list[BoundField]:
    return [one for one in at.action.fields if is_free_object(at.action, one) and not one.facts.multiple]


def _carried(lab: Lab, at: OnAction, value: Any, wanted: object) -> Judgement:
    """Send a value in every free object of an action, and look for it in the requests."""
    inputs = complete_inputs(at.action)
    free = _free_objects(at)
    if not free:
        return None
    sent = lab.deliver(
        at.action,
        probe_event({**inputs, **{field.key: {f"{field.key}-k": value} for field in free}}),
        lab.probe_mapping(at.action),
        as_it_is=True,
    )
    judged = calm(sent)
    if isinstance(judged, Broken) or wanted is _ANYTHING:
        return judged
    if not sent.delivered:
        return Broken("delivered", sent.told, sent)
    for field in free:
        found = [one for request in sent.requests for one in at_key(body_of(request), f"{field.key}-k")]
        if wanted not in found:
            expected, observed = (lab.redact.text(repr(one))[:200] for one in (wanted, found))
            return Broken(f"{field.key} carries {expected}", f"it has {observed}", sent)
    return Kept("inside")


_ANYTHING: Final = object()
_TEXTS: Final = (
    "\x00 and \x07",
    "\u2028 and \u2029",
    "\u202eright to left\u202c",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufeffmark",
    "İstanbul ß ﬁ",
    "\r\nX-Injected: yes",
)


@check(
    "event.hostile.unicode",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: (*({"text": text} for text in _TEXTS), {"text": "\ud800"}, {"text": "\udc00 x"}),
    fuzz=lambda _lab, _at: st.fixed_dictionaries({"text": st.text(max_size=20)}),
    vacuous=True,
)
def hostile_unicode(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Any text can be in an event: control characters, marks of direction, halves of an emoji."""
    text = case.get("text")
    if not isinstance(text, str):
        return None
    whole = not any("\ud800" <= char <= "\udfff" for char in text)
    return _carried(lab, at, text, text if whole else _ANYTHING)


_KEYS: Final = (
    "__proto__",
    "constructor",
    "",
    "a.b",
    "$x",
    "_x",
    "0",
    "MiXed",
    "with space",
    "é",
    "hasOwnProperty",
    "$raw",
    "@x",
)


@check(
    "event.hostile.keys",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"key": key} for key in _KEYS),
    fuzz=lambda _lab, _at: st.fixed_dictionaries(
        {"key": st.text(st.characters(exclude_categories=["Cs"]), max_size=10)}
    ),
    vacuous=True,
)
def hostile_keys(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Any text can be a key of an object, at its top or further down, and is kept."""
    key = case.get("key")
    if not isinstance(key, str) or key in {field.key for field in at.action.fields}:
        return None
    within = _carried(lab, at, {key: "v"}, {key: "v"})
    return _kept_at_the_top(lab, at, key) if isinstance(within, Kept) else within


def _kept_at_the_top(lab: Lab, at: OnAction, key: str) -> Judgement:
    for field in _free_objects(at):
        value = f"Sentinel-{field.key}"
        # Even a key that would stand for something in a case is a key here.
        inputs = {**complete_inputs(at.action, field), field.key: {key: value}}
        sent = lab.probe(at.action, inputs, as_it_is=True)
        if not sent.delivered:
            return Broken("delivered", sent.told, sent)
        if not any(value in at_key(body_of(request), key) for request in sent.requests):
            return Broken(f"{field.key} has {key!r}", "the key is not in the request", sent)
    return Kept("inside")


@check(
    "event.hostile.depth",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"value": {"$deep": levels}} for levels in (100, 900, 5_000)),
)
def hostile_depth(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An object nested thousands of levels deep is refused or carried, and takes nothing down."""
    return _hostile_value(lab, at, case)


@check(
    "event.hostile.size",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"value": {"$long": ["x", 1_000_000]}},),
)
def hostile_size(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A text of a million characters is refused or carried."""
    return _hostile_value(lab, at, case)


@check(
    "event.hostile.bigint",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"value": {"$digits": digits}} for digits in (20, 300, 5_000)),
)
def hostile_bigint(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A whole number of thousands of digits is refused or carried."""
    return _hostile_value(lab, at, case)


def _hostile_value(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Send a value as everything that the action's fields are."""
    if "value" not in case:
        return None
    event = create_event(usual_call(at.action))
    for part in ("traits", "properties", "context"):
        event[part] = {"hostile": case["value"], "email": "mira@northlight.example"}
    by_defaults = calm(lab.deliver(at.action, event, lab.default_mapping(at.action)))
    if isinstance(by_defaults, Broken):
        return by_defaults
    inputs = complete_inputs(at.action)
    objects = [field.key for field in at.action.fields if field.facts.type == "object" and not field.facts.multiple]
    judged = calm(lab.probe(at.action, {**inputs, **{key: {"hostile": case["value"]} for key in objects}}))
    if isinstance(judged, Broken):
        return judged
    return calm(lab.probe(at.action, dict.fromkeys(inputs, case["value"])))


CHECKS: Final[tuple[Check[Any], ...]] = (
    hostile_types,
    hostile_unicode,
    hostile_keys,
    hostile_depth,
    hostile_size,
    hostile_bigint,
)
