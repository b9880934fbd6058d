"""Fields of actions: choices, formats, bounds and whatever else the annex tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from actions_core.fields import InputField
from actions_core.js import MISSING, Object
from conformance.contracts import BoundAction, BoundField
from conformance.suite.checks.fields import delivered, inputs_of, refused
from conformance.suite.checks.randoms import TEXTS, is_valid
from conformance.suite.checks.subjects import fields_that
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, OnField, check
from conformance.suite.sent import Sent, carries
from conformance.suite.values import two_values
from conformance.vectors.compare import same_json


def _tells(name: str) -> Any:
    def wanted(_action: BoundAction, field: BoundField) -> bool:
        # A bound of 0 is one.
        value = getattr(field.facts, name)
        return name in field.told and value is not None and value is not False

    return wanted


def _needs_annex(name: str) -> Any:
    return fields_that(_tells(name), f"no field is documented to have {name.replace('_', ' ')} (needs the annex)")


def payload_of(sent: Sent, key: str) -> Any:
    """Give what the payload has for a field; MISSING for nothing."""
    return sent.payload.get(key, MISSING) if isinstance(sent.payload, dict) else MISSING


@check(
    "field.multiple.arrify",
    subjects=_needs_annex("multiple"),
    source="catalog",
    clauses=lambda at: at.clause("multiple"),
    boundary=lambda _lab, at: ({"value": value} for value in two_values(at.field.facts, at.field.key)[1]),
    exact=True,
)
def multiple_arrify(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A single value for a field of many is taken for a list of one; a list stays as it is."""
    value = case.get("value")
    facts = at.field.facts
    if value is None or isinstance(value, list) or not is_valid(facts, [value]):
        inner = two_values(facts, at.field.key)[1]
        if value not in inner:
            return None
    for given, wanted in ((value, [value]), ([value, value], [value, value])):
        sent = lab.probe(at.action, inputs_of(at, {**case, "value": given}))
        got = payload_of(sent, at.field.key)
        if not sent.delivered or not same_json(got, wanted):
            return Broken(f"the payload has {wanted!r}", f"{sent.told}; it has {got!r}", sent)
    return Kept("inside")


def _choices(_lab: Lab, at: OnField) -> Iterable[Object]:
    for value in at.field.facts.choice_values() or ():
        yield {"value": [value] if at.field.facts.multiple else value}
    yield {"value": ["none of them"] if at.field.facts.multiple else "none of them"}


@check(
    "field.choices",
    subjects=_needs_annex("choices"),
    source="catalog",
    clauses=lambda at: at.clause("choices"),
    boundary=_choices,
)
def choices(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field with choices takes the listed values and no other."""
    listed = at.field.facts.choice_values() or ()
    value = case.get("value")
    single = value[0] if isinstance(value, list) and len(value) == 1 and at.field.facts.multiple else value
    if not isinstance(single, str) or not single:
        return None
    at_ = at
    inputs = inputs_of(at_, case)
    if single in listed:
        # Another choice may require other fields, which are all there; what it leaves to the partner is not looked at.
        sent = lab.probe(at.action, inputs)
        return Broken("accepted", sent.told, sent) if sent.outcome == "rejected" else Kept("inside")
    return refused(lab.probe(at.action, inputs))


@check(
    "field.allow_null",
    subjects=_needs_annex("allow_null"),
    source="catalog",
    clauses=lambda at: at.clause("allow-null"),
    vectors=lambda _lab, _at: ({"value": None},),
    exact=True,
)
def allow_null(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that may be null is delivered with its null, which is not the same as being absent."""
    if case.get("value", 0) is not None:
        return None
    sent = lab.probe(at.action, inputs_of(at, case))
    if not sent.delivered or payload_of(sent, at.field.key) is not None:
        return Broken("delivered with null in the payload", sent.told, sent)
    if at.field.documented.sent == "verbatim":
        absent = lab.probe(at.action, inputs_of(at, {}))
        if absent.delivered and absent.wire() == sent.wire():
            return Broken("another request than without the field", "the same request", sent)
    return Kept("inside")


_WRONG_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": ("no address", "@", "a@"),
    "uri": ("no uri", "//x", "example"),
    "date": ("2026-13-45", "some day"),
    "time": ("25:61:00", "noon"),
    "date-time": ("2026-13-45T10:00:00Z", "some day"),
    "ipv4": ("300.1.1.1", "host"),
    "ipv6": ("1.2.3", "host"),
    "uuid": ("1234", "no uuid"),
    "hostname": ("-bad-", "a b"),
}


@check(
    "field.format",
    subjects=_needs_annex("format"),
    source="catalog",
    clauses=lambda at: at.clause("format"),
    boundary=lambda _lab, at: [
        *({"value": value} for value in two_values(at.field.facts, at.field.key)),
        *({"value": value} for value in _WRONG_FORMS.get(at.field.facts.format or "", ())),
    ],
)
def format_(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field with a format takes texts of that form and no other."""
    value, facts = case.get("value"), at.field.facts
    if value in two_values(facts, at.field.key):
        sent = lab.probe(at.action, inputs_of(at, case))
        return Broken("accepted", sent.told, sent) if sent.outcome == "rejected" else Kept("inside")
    if value in _WRONG_FORMS.get(facts.format or "", ()):
        return refused(lab.probe(at.action, inputs_of(at, case)))
    return None


_BEYOND: Final = ({"beyond": 0}, {"beyond": 1})


def _value_beyond(facts: InputField, bound: float, steps: int) -> Any:
    """Give the value that is so many steps away from a bound; of a text the bound is its length."""
    wanted = bound + steps
    if facts.type in ("number", "integer"):
        return wanted
    return "x" * int(wanted) if facts.type in TEXTS and wanted >= 1 else None


def _within_bounds(lab: Lab, at: OnField, case: Object, bound: float | None, step: int) -> Judgement:
    beyond = case.get("beyond")
    if bound is None or isinstance(beyond, bool) or not isinstance(beyond, int) or not 0 <= beyond <= 100:
        return None
    value = _value_beyond(at.field.facts, bound, step * beyond)
    if value is None:
        return None
    sent = lab.probe(at.action, inputs_of(at, {"value": value}))
    return refused(sent) if beyond else delivered(sent)


@check(
    "field.minimum",
    subjects=_needs_annex("minimum"),
    source="catalog",
    clauses=lambda at: at.clause("minimum"),
    boundary=lambda _lab, _at: _BEYOND,
    vacuous=True,
)
def minimum(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A number below the least that a field takes is refused, the least is not; of a text the length counts."""
    return _within_bounds(lab, at, case, at.field.facts.minimum, -1)


@check(
    "field.maximum",
    subjects=_needs_annex("maximum"),
    source="catalog",
    clauses=lambda at: at.clause("maximum"),
    boundary=lambda _lab, _at: _BEYOND,
    vacuous=True,
)
def maximum(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A number above the greatest that a field takes is refused, the greatest is not; of a text the length counts."""
    return _within_bounds(lab, at, case, at.field.facts.maximum, 1)


def _nested(_lab: Lab, at: OnField) -> Iterable[Object]:
    facts = at.field.facts
    sample = two_values(facts, at.field.key)[0]
    one = sample[0] if isinstance(sample, list) else sample
    variants = [{**one, "undocumented": "Sentinel-Unknown"}]
    variants += [
        {key: value for key, value in one.items() if key != name}
        for name, inner in (facts.properties or {}).items()
        if inner.required is True
    ]
    variants.append(one)
    return ({"value": [variant] if facts.multiple else variant} for variant in variants)


@check(
    "field.nested.properties",
    subjects=_needs_annex("properties"),
    source="catalog",
    clauses=lambda at: at.clause("properties"),
    boundary=_nested,
)
def nested_properties(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Of an object with declared properties, unknown ones are dropped and required ones are required."""
    facts = at.field.facts
    value = case.get("value")
    one = value[0] if isinstance(value, list) and len(value) == 1 and facts.multiple else value
    if not isinstance(one, dict) or facts.properties is None:
        return None
    sample = two_values(facts, at.field.key)[0]
    complete = sample[0] if isinstance(sample, list) else sample
    if any(key in complete and item != complete[key] for key, item in one.items()):
        return None
    missing = [key for key, inner in facts.properties.items() if inner.required is True and key not in one]
    sent = lab.probe(at.action, inputs_of(at, case))
    if missing:
        return refused(sent)
    others_may = "additional_properties" in at.field.told and facts.additional_properties
    if "undocumented" in one and not others_may:
        if carries(sent, "Sentinel-Unknown") or "Sentinel-Unknown" in str(payload_of(sent, at.field.key)):
            return Broken("the property 'undocumented' dropped", "it was sent", sent)
        judged = delivered(sent)
        return Kept("outside") if isinstance(judged, Kept) else judged
    return delivered(sent)


CHECKS: Final[tuple[Check[Any], ...]] = (
    multiple_arrify,
    choices,
    allow_null,
    format_,
    minimum,
    maximum,
    nested_properties,
)
