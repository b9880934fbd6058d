"""Fields of actions: what becomes of their values in the request, as far as it can be told without knowing its form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.js import Object, stringify
from conformance.contracts import BoundAction, BoundField
from conformance.suite.checks.fields import inputs_of
from conformance.suite.checks.subjects import actions, fields_that
from conformance.suite.checks.types import random_json, random_key, random_value
from conformance.suite.lab import Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, OnField, check, once
from conformance.suite.sent import Number, Sent, at_key, body_of, carries, differences, flat, write
from conformance.suite.values import complete_inputs, expand, two_values

_TEXTS: Final = ("string", "text")


def _is_sent(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.sent != "never"


def _is_text(_action: BoundAction, field: BoundField) -> bool:
    facts = field.facts
    free = facts.choices is None and facts.format is None
    return field.documented.sent == "verbatim" and facts.type in _TEXTS and free


def _is_free_object(_action: BoundAction, field: BoundField) -> bool:
    facts = field.facts
    return field.documented.sent == "verbatim" and facts.type == "object" and facts.properties is None


def _is_number(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.sent == "verbatim" and field.facts.type in ("number", "integer")


_SENT: Final = fields_that(_is_sent, "no field is documented to be sent")
_VERBATIM_TEXTS: Final = fields_that(_is_text, "no free text is sent as it is")
_OBJECTS: Final = fields_that(_is_free_object, "no field is an object without declared properties")
_NUMBERS: Final = fields_that(_is_number, "no field is a number that is sent as it is")


def as_sent(value: Any) -> str:
    """Write a value as a request's body has it, and as `write` writes what was read from one."""
    return write(json.loads(stringify(value), parse_int=Number, parse_float=Number))


def is_impossible(sent: Sent) -> bool:
    """Tell whether a request cannot be made of a value at all, as of an emoji in a header."""
    return sent.error is not None and sent.error.code.startswith("ERR_")


# --- texts -----------------------------------------------------------------------------------------------------------

_TRICKY_TEXTS: Final = (
    " pad ",
    "MiXed Case",
    "tab\tand\nline",
    'quote " and \\',
    "Größe, 日本語, emoji 😀",
    "e\u0301 is not \u00e9",
    "a+b&c=d%20/e?f#g",
    "<b>&amp;</b>",
    "0123",
    "null",
)


def _texts(_lab: Lab, _at: OnField) -> Iterable[Object]:
    yield from ({"value": text} for text in _TRICKY_TEXTS)
    yield {"value": {"$long": ["x", 5000]}}


def _random_texts(_lab: Lab, _at: OnField) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({"value": st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)})


@check(
    "field.value.verbatim",
    subjects=_VERBATIM_TEXTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=_texts,
    fuzz=_random_texts,
)
def value_verbatim(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A text reaches the partner as it is: case, spaces, accents, emoji, all of its length."""
    value = expand(case.get("value"))
    if not isinstance(value, str) or not value:
        return None
    sent = lab.probe(at.action, inputs_of(at, {**case, "value": [value] if at.field.facts.multiple else value}))
    if is_impossible(sent):
        return None
    if not sent.delivered or not carries(sent, value):
        return Broken(f"delivered, with {_short(value)} in a request", sent.told, sent)
    return Kept("inside")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")


# --- objects ---------------------------------------------------------------------------------------------------------

_TRICKY_VALUES: Final = (
    "text",
    " pad ",
    {"deep": {"deeper": [{"deepest": ""}]}},
    [1, [2, [3, []]], {}],
    {"": "empty key", "_x": 1, "a.b": 2, "$y": 3, "MiXed": 4, "__proto__": 5},
    "2026-01-15T10:00:00.000Z",
)


def _inner(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({"inner": value} for value in _TRICKY_VALUES)


def _random_inner(_lab: Lab, _at: OnField) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({"inner": random_json}, optional={"key": random_key})


def _object_kept(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Send an object with one key, and look for what stands under it."""
    key = case.get("key", f"{at.field.key}-k")
    if "inner" not in case or not isinstance(key, str) or key in {field.key for field in at.action.fields}:
        return None
    inner = expand(case["inner"])
    value = {key: inner}
    sent = lab.probe(at.action, inputs_of(at, {"value": [value] if at.field.facts.multiple else value}))
    if is_impossible(sent):
        return None
    if not sent.delivered:
        return Broken("delivered", sent.told, sent)
    wanted = as_sent(inner)
    found = [write(one) for request in sent.requests for one in at_key(body_of(request), key)]
    if wanted not in found:
        observed = f"it has {' and '.join(found[:3])}" if found else "the key is not in it"
        return Broken(f"the body has {key!r}: {wanted}", observed, sent)
    return Kept("inside")


@check(
    "field.object.verbatim",
    subjects=_OBJECTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=_inner,
    fuzz=_random_inner,
)
def object_verbatim(lab: Lab, at: OnField, case: Object) -> Judgement:
    """The content of an object reaches the partner unchanged, at any depth."""
    return _object_kept(lab, at, case)


@check(
    "field.absence.distinct",
    subjects=_OBJECTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: ({"inner": value} for value in (None, "", False, 0, [], {}, {"a": None}, [None])),
)
def absence_distinct(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Within an object null, an empty text, false, 0, an empty list and an empty object stay what they are."""
    return _object_kept(lab, at, case)


_EXACT: Final = (0, 1, -1, 2**31, 2**53, -(2**53), 0.1, -0.5, 1e21, 1.5e-7, 123456789.125, True)
_BEYOND: Final = (2**53 + 1, 10**30)


@check(
    "field.number.exact",
    subjects=_OBJECTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: ({"inner": value} for value in (*_EXACT, *_BEYOND)),
)
def number_exact(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Numbers within an object reach the partner with every digit, and true as true."""
    key = f"{at.field.key}-k"
    inner = case.get("inner")
    if not isinstance(inner, (int, float)):
        return None
    value = {key: inner}
    sent = lab.probe(at.action, inputs_of(at, {"value": [value] if at.field.facts.multiple else value}))
    if not sent.delivered:
        return Broken("delivered", sent.told, sent)
    found = [one for request in sent.requests for one in at_key(body_of(request), key)]
    if not any(_is_number_text(one, inner) for one in found):
        return Broken(f"the body has {json.dumps(inner)}", f"it has {', '.join(map(write, found)) or 'nothing'}", sent)
    return Kept("inside")


def _is_number_text(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or not isinstance(found, Number):
        return found is wanted
    read = json.loads(found)
    if isinstance(wanted, float):
        return bool(read == wanted)
    # 1.0 is not 1, but 1e+21 is how JavaScript writes a large one.
    return bool(int(read) == wanted) and ("." not in found or "e" in found)


@check(
    "field.number.verbatim",
    subjects=_NUMBERS,
    source="page",
    clauses=lambda at: at.clause("type"),
    boundary=lambda _lab, at: ({"value": value} for value in two_values(at.field.facts, at.field.key)),
    fuzz=lambda _lab, at: st.fixed_dictionaries({"value": random_value(at.field.facts)}),
)
def number_verbatim(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A number reaches the partner as that number."""
    value = case.get("value")
    values = value if isinstance(value, list) else [value]
    if not values or any(isinstance(one, bool) or not isinstance(one, (int, float)) for one in values):
        return None
    sent = lab.probe(at.action, inputs_of(at, case))
    if not sent.delivered:
        return None
    written = [Number(as_sent(one)) for one in values]
    missing = [one for one in written if not carries(sent, one) and not carries(sent, str(one))]
    return Broken(f"a request with {', '.join(missing)}", sent.told, sent) if missing else Kept("inside")


@check(
    "field.number.nonfinite",
    subjects=_OBJECTS,
    source="runtime",
    vectors=lambda _lab, _at: ({"inner": {"$float": kind}} for kind in ("nan", "inf", "-inf")),
)
def number_nonfinite(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A number that JSON cannot write is refused or becomes null; the body is JSON whatever happens."""
    if "inner" not in case:
        return None
    value = {f"{at.field.key}-k": case["inner"]}
    given = inputs_of(at, {"value": [value] if at.field.facts.multiple else value})
    sent = lab.probe(at.action, given)
    if sent.escaped is not None:
        return Broken("refused, or null in the body", sent.told, sent)
    for request in sent.requests:
        if b"NaN" in request.body or b"Infinity" in request.body:
            return Broken("a body that is JSON", request.text, sent)
    return Kept("outside")


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
        lambda action, field: _is_text(action, field) and field.facts.required is False,
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
        {"key": field.key} for field in at.action.fields if field.key != at.field.key and _is_text(at.action, field)
    ),
    vacuous=True,
)
def precedence(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Where a field goes into an object of another one, it wins over a key of its name."""
    other = next((field for field in at.action.fields if field.key == case.get("key")), None)
    if other is None or not _is_text(at.action, other) or other.facts.multiple:
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
    value_verbatim,
    object_verbatim,
    absence_distinct,
    number_exact,
    number_verbatim,
    number_nonfinite,
    sent_never,
    unknown_no_leak,
    influence,
    isolation,
    isolation_absent,
    object_output_keys,
    precedence,
)
