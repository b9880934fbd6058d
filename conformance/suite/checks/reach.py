"""Fields of actions: what their values reach in a request, and what they must not: other fields, and nobody at all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st

from actions_core.js import Object, stringify
from conformance.contracts import BoundAction, BoundField
from conformance.suite.checks.fields import inputs_of
from conformance.suite.checks.randoms import random_key
from conformance.suite.checks.subjects import actions, fields_that, is_free_object, is_free_text
from conformance.suite.lab import Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, OnField, check, once
from conformance.suite.sent import Sent, at_key, body_of, carries, differences, flat, write
from conformance.suite.values import complete_inputs, two_values


def _is_sent(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.sent != "never"


_SENT: Final = fields_that(_is_sent, "no field is documented to be sent")
_OBJECTS: Final = fields_that(is_free_object, "no field is an object without declared properties")


# --- nothing else ----------------------------------------------------------------------------------------------------

_LEAK: Final = "Sentinel-Leak"


@check(
    "field.unknown.no_leak",
    subjects=actions,
    source="page",
    vectors=lambda _lab, _at: (
        {"mapping": {"undocumented_key": f"{_LEAK}-mapping"}},
        {"event": {"context": {"ip": f"{_LEAK}-ip"}, "traits": {"undocumented": f"{_LEAK}-trait"}}},
        {"event": {"userId": f"{_LEAK}-user", "anonymousId": f"{_LEAK}-anonymous", "channel": f"{_LEAK}-channel"}},
        {"event": {"previousId": f"{_LEAK}-previous", "groupId": f"{_LEAK}-group", "name": f"{_LEAK}-name"}},
        {"properties": {"undocumented": f"{_LEAK}-property"}},
    ),
    fuzz=lambda _lab, _at: st.fixed_dictionaries(
        {"event": st.dictionaries(random_key.map(lambda key: f"x-{key}"), st.just(_LEAK), min_size=1, max_size=3)}
    ),
)
def unknown_no_leak(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """What the mapping does not map, and what it maps to no documented field, never reaches the partner."""
    if _LEAK not in stringify(case):
        return None
    event = {**probe_event({**complete_inputs(at.action), **_object(case, "properties")}), **_object(case, "event")}
    sent = lab.deliver(at.action, event, {**lab.probe_mapping(at.action), **_object(case, "mapping")})
    if carries(sent, _LEAK):
        return Broken("a request without it", "the request has it", sent, tuple(_pointers_of(sent, _LEAK)))
    return Kept("outside")


def _object(case: Object, key: str) -> Object:
    value = case.get(key)
    return value if isinstance(value, dict) else {}


def _pointers_of(sent: Sent, text: str) -> Iterable[str]:
    return (pointer for request in sent.requests for pointer, value in flat(request).items() if text in value)


def _never_sent(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.sent == "never"


@check(
    "field.sent.never",
    subjects=fields_that(_never_sent, "no field is documented to be kept from the partner"),
    source="wire",
    clauses=lambda at: at.clause("sent"),
    boundary=lambda _lab, at: ({"value": value} for value in two_values(at.field.facts, at.field.key)),
    exact=True,
)
def sent_never(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that is documented not to be sent changes no request."""
    if "value" not in case:
        return None
    without, with_it = lab.probe(at.action, inputs_of(at, {})), lab.probe(at.action, inputs_of(at, case))
    if not without.delivered or not with_it.delivered:
        return None
    if without.wire() == with_it.wire():
        return Kept("inside")
    return Broken("the same request as without the field", "another one", with_it, tuple(differences(without, with_it)))


@check(
    "field.influence",
    subjects=_SENT,
    source="page",
    clauses=lambda at: (*at.clause("type"), *(at.clause("sent") if at.field.documented.sent == "changed" else ())),
    boundary=once,
)
def influence(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Every documented field can change the request."""
    if case:
        return None
    one, other = two_values(at.field.facts, at.field.key)
    first = lab.probe(at.action, inputs_of(at, {"value": one}))
    for second in (lab.probe(at.action, inputs_of(at, {"value": other})), lab.probe(at.action, inputs_of(at, {}))):
        if second.delivered and first.wire() != second.wire():
            return Kept("inside")
    if not first.delivered:
        return Broken("delivered", first.told, first)
    return Broken("another request for another value", "the same request", first)


# --- fields do not touch each other ----------------------------------------------------------------------------------


def _is_simple(_action: BoundAction, field: BoundField) -> bool:
    """Tell whether a field only goes somewhere, and does not choose what is done with the others."""
    facts = field.facts
    free = facts.choices is None and facts.type != "boolean" and facts.properties is None
    return field.documented.sent == "verbatim" and free


_SIMPLE: Final = fields_that(_is_simple, "no field only goes somewhere")


def _places(lab: Lab, at: OnField, action: BoundAction, field: BoundField) -> set[str]:
    """Give the pointers that change with a field, all others being as they are for the subject."""
    base = complete_inputs(action, at.field)
    one, other = two_values(field.facts, field.key)
    first = lab.probe(action, {**base, field.key: one})
    second = lab.probe(action, {**base, field.key: other})
    return set(differences(first, second)) if first.delivered and second.delivered else set()


@check(
    "field.isolation",
    subjects=_SIMPLE,
    source="page",
    boundary=lambda _lab, at: (
        {"other": field.key} for field in at.action.fields if field.key > at.field.key and _is_simple(at.action, field)
    ),
    vacuous=True,
)
def isolation(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Two fields never change the same part of a request."""
    other = next((field for field in at.action.fields if field.key == case.get("other")), None)
    if other is None or other.key == at.field.key or not _is_simple(at.action, other):
        return None
    shared = _places(lab, at, at.action, at.field) & _places(lab, at, at.action, other)
    if shared:
        sent = lab.probe(at.action, complete_inputs(at.action, at.field))
        place = ", ".join(sorted(shared))
        return Broken("different parts of the request", f"both change {place}", sent, tuple(sorted(shared)))
    return Kept("inside")


@check(
    "field.isolation.absent",
    subjects=fields_that(
        lambda action, field: is_free_text(action, field) and field.facts.required is False,
        "no optional text is sent as it is",
    ),
    source="page",
    boundary=once,
)
def isolation_absent(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that is absent is not filled in from another one."""
    if case:
        return None
    present = complete_inputs(at.action, at.field)
    own = present[at.field.key]
    own_text = own[0] if isinstance(own, list) else own
    with_it = lab.probe(at.action, present)
    without = lab.probe(at.action, {key: value for key, value in present.items() if key != at.field.key})
    if not with_it.delivered or not without.delivered:
        return Broken("delivered", f"{with_it.told}; without it {without.told}", without)
    places = set(_pointers_of(with_it, own_text))
    others = {
        field.key: value
        for field in at.action.fields
        if field.key != at.field.key and isinstance(value := present[field.key], str) and field.facts.choices is None
    }
    for request in without.requests:
        found = flat(request)
        for pointer in sorted(places & found.keys()):
            taken = [key for key, value in others.items() if value in json.loads(_as_text(found[pointer]))]
            if taken:
                return Broken(f"nothing, or a default, at {pointer}", f"it has {taken[0]}'s value", without, (pointer,))
    return Kept("outside")


def _as_text(leaf: str) -> str:
    """Give a leaf as JSON that is a text."""
    return leaf if leaf.startswith('"') else json.dumps(leaf)


def _body_keys(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _body_keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _body_keys(inner)


def _own_keys(lab: Lab, at: OnField) -> Iterable[Object]:
    sent = lab.probe(at.action, complete_inputs(at.action, at.field))
    documented = {field.key for field in at.action.fields}
    keys = {key for request in sent.requests for key in _body_keys(body_of(request))}
    return ({"key": key} for key in sorted(keys - documented) if key)


@check(
    "field.object.output_keys",
    subjects=_OBJECTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    boundary=_own_keys,
    vacuous=True,
)
def object_output_keys(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A key within an object is not overwritten because the request has a key of that name as well."""
    key = case.get("key")
    if not isinstance(key, str) or key in {field.key for field in at.action.fields}:
        return None
    value = {key: "Sentinel-Own", "own-k": "Sentinel-Neighbour"}
    sent = lab.probe(at.action, inputs_of(at, {"value": [value] if at.field.facts.multiple else value}))
    if not sent.delivered:
        return Broken("delivered", sent.told, sent)
    if not carries(sent, "Sentinel-Neighbour"):
        return None  # what becomes of its content at all, another check asks
    found = [one for request in sent.requests for one in at_key(body_of(request), key)]
    if "Sentinel-Own" not in found:
        return Broken(f"the body has {key!r} of the object", f"it has {', '.join(map(write, found))}", sent)
    return Kept("inside")


@check(
    "field.precedence",
    subjects=_OBJECTS,
    source="page",
    level="SHOULD",
    boundary=lambda _lab, at: (
        {"key": field.key} for field in at.action.fields if field.key != at.field.key and is_free_text(at.action, field)
    ),
    vacuous=True,
)
def precedence(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Where a field goes into an object of another one, it wins over a key of its name."""
    other = next((field for field in at.action.fields if field.key == case.get("key")), None)
    if other is None or not is_free_text(at.action, other) or other.facts.multiple:
        return None
    inputs = complete_inputs(at.action, at.field)
    own = inputs[other.key]

    def beside(value: Object) -> tuple[Sent, list[Any]]:
        sent = lab.probe(at.action, {**inputs, at.field.key: [value] if at.field.facts.multiple else value})
        holders = [one for request in sent.requests for one in _holders(body_of(request), "own-k")]
        return sent, holders

    _, plain = beside({"own-k": "Sentinel-Neighbour"})
    if not any(holder.get(other.key) == own for holder in plain):
        return None
    sent, holders = beside({"own-k": "Sentinel-Neighbour", other.key: "Sentinel-Object"})
    if any(holder.get(other.key) == own for holder in holders):
        return Kept("inside")
    return Broken(f"{other.key!r} is the field's value, {own!r}", "it is the object's", sent)


def _holders(value: Any, key: str) -> Iterable[Object]:
    if isinstance(value, dict):
        if key in value:
            yield value
        for inner in value.values():
            yield from _holders(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _holders(inner, key)


CHECKS: Final[tuple[Check[Any], ...]] = (
    sent_never,
    unknown_no_leak,
    influence,
    isolation,
    isolation_absent,
    object_output_keys,
    precedence,
)
