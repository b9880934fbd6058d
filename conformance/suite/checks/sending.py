"""Fields of actions: what becomes of their values in the request, as far as it can be told without knowing its form."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.js import Object, stringify
from conformance.contracts import BoundAction, BoundField
from conformance.oracle.coercion import verdict
from conformance.suite.checks.fields import inputs_of
from conformance.suite.checks.randoms import random_json, random_key, random_value
from conformance.suite.checks.subjects import fields_that, is_free_object, is_free_text
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, OnField, check
from conformance.suite.sent import Number, Sent, at_key, body_of, carries, write
from conformance.suite.values import expand, two_values


def _is_number(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.sent == "verbatim" and field.facts.type in ("number", "integer")


def _is_moment(_action: BoundAction, field: BoundField) -> bool:
    facts = field.facts
    return field.documented.sent == "verbatim" and facts.type == "datetime" and not facts.multiple


_VERBATIM_TEXTS: Final = fields_that(is_free_text, "no free text is sent as it is")
_OBJECTS: Final = fields_that(is_free_object, "no field is an object without declared properties")
_LISTS: Final = fields_that(
    lambda action, field: is_free_text(action, field) and field.facts.multiple, "no field is a list of free texts"
)
_DATETIMES: Final = fields_that(_is_moment, "no field is a single datetime that is sent as it is")
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


@check(
    "field.list.verbatim",
    subjects=_LISTS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: ({"value": ["one", "two, three"]}, {"value": ["b", "a", "b"]}),
    vacuous=True,
)
def list_verbatim(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A list of texts reaches the partner as that list, in its order."""
    value = case.get("value")
    if not isinstance(value, list) or len(value) < 2 or not all(isinstance(one, str) and one for one in value):
        return None
    sent = lab.probe(at.action, inputs_of(at, case))
    if not sent.delivered:
        return None  # what it takes, others ask
    return Kept("inside") if carries(sent, value) else Broken(f"a request with {as_sent(value)}", sent.told, sent)


@check(
    "field.datetime.verbatim",
    subjects=_DATETIMES,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: ({"value": "2026-01-15T10:00:00.000Z"}, {"value": "2025-12-31T23:59:59.999Z"}),
)
def datetime_verbatim(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A moment reaches the partner as it is, with its time and its zone."""
    value = case.get("value")
    if not isinstance(value, str) or verdict("datetime", value) != "accepted":
        return None
    sent = lab.probe(at.action, inputs_of(at, case))
    if not sent.delivered:
        return None
    return Kept("inside") if carries(sent, value) else Broken(f"a request with {value}", sent.told, sent)


CHECKS: Final[tuple[Check[Any], ...]] = (
    value_verbatim,
    object_verbatim,
    absence_distinct,
    number_exact,
    number_verbatim,
    number_nonfinite,
    list_verbatim,
    datetime_verbatim,
)
