"""Fields of actions: required or not.

Inputs go through the probe mapping, which takes each field from the property of its name, so that nothing here depends
on defaults. A case's `value` is the subject's; `others` says which other fields have one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.fields import Conditions
from actions_core.js import MISSING, Object
from conformance.contracts import BoundAction, BoundField
from conformance.suite.checks.subjects import actions, fields_that
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, OnField, Side, check, once
from conformance.suite.sent import Sent
from conformance.suite.values import complete_inputs, condition_for, is_required, required_inputs, two_values


def inputs_of(at: OnField, case: Object) -> Object:
    """Give the inputs that a case stands for; without `value` the field is absent."""
    make = required_inputs if case.get("others") == "required" else complete_inputs
    inputs = make(at.action, at.field)
    inputs.pop(at.field.key, None)
    return inputs if "value" not in case else {**inputs, at.field.key: case["value"]}


def refused(sent: Sent) -> Judgement:
    """Judge a delivery that has to be refused."""
    if sent.refused:
        return Kept("outside")
    return Broken("PayloadValidationError, 0 requests", sent.told, sent)


def delivered(sent: Sent) -> Judgement:
    """Judge a delivery that has to go well."""
    return Kept("inside") if sent.delivered else Broken("delivered", sent.told, sent)


def _is_required(_action: BoundAction, field: BoundField) -> bool:
    return field.facts.required is True


def _is_conditional(_action: BoundAction, field: BoundField) -> bool:
    return "required" in field.told and isinstance(field.facts.required, Conditions)


def _is_optional(_action: BoundAction, field: BoundField) -> bool:
    return field.documented.required is False and field.facts.required is False


def _is_required_and_not_null(_action: BoundAction, field: BoundField) -> bool:
    return field.facts.required is True and not field.facts.allow_null


def _is_required_text(_action: BoundAction, field: BoundField) -> bool:
    facts = field.facts
    free = not facts.multiple and facts.choices is None and facts.format is None
    return facts.required is True and free and facts.type in ("string", "text", "password")


_REQUIRED: Final = fields_that(_is_required, "no field is required")
_REQUIRED_NOT_NULL: Final = fields_that(_is_required_and_not_null, "no field is required that may not be null")
_REQUIRED_SINGLE: Final = fields_that(_is_required_text, "no single text is required")
_OPTIONAL: Final = fields_that(_is_optional, "no field is optional")


def _absent(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({}, {"others": "required"})


def _present(_lab: Lab, at: OnField) -> Iterable[Object]:
    one, other = two_values(at.field.facts, at.field.key)
    return ({"value": one}, {"value": other}, {"value": one, "others": "required"})


def _some_others(_lab: Lab, at: OnField) -> SearchStrategy[Any]:
    """Vary which of the other fields that are not required have a value."""
    complete = complete_inputs(at.action, at.field)
    needed = required_inputs(at.action, at.field)
    optional = {key: st.just(value) for key, value in complete.items() if key not in needed and key != at.field.key}
    kept = {key: st.just(value) for key, value in needed.items() if key != at.field.key}
    return st.fixed_dictionaries({"inputs": st.fixed_dictionaries(kept, optional=optional)})


@check(
    "field.required.missing",
    subjects=_REQUIRED,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_present,
    boundary=_absent,
    fuzz=_some_others,
)
def required_missing(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A required field that is absent is refused with a PayloadValidationError, and nothing is sent."""
    inputs = case["inputs"] if "inputs" in case else inputs_of(at, case)
    sent = lab.probe(at.action, inputs)
    return delivered(sent) if inputs.get(at.field.key, MISSING) is not MISSING else refused(sent)


def _nulls(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({"value": None},)


@check(
    "field.required.null",
    subjects=_REQUIRED_NOT_NULL,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_nulls,
)
def required_null(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A required field that is null is refused as if it were absent."""
    return refused(lab.probe(at.action, inputs_of(at, case))) if case.get("value", 0) is None else None


def _blanks(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({"value": ""},)


@check(
    "field.required.blank",
    subjects=_REQUIRED,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_blanks,
)
def required_blank(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A required field that is an empty text is refused as if it were absent."""
    return refused(lab.probe(at.action, inputs_of(at, case))) if case.get("value") == "" else None


def _wrapped(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({"value": [None]}, {"value": [""]})


@check(
    "field.required.wrapped",
    subjects=_REQUIRED_SINGLE,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_wrapped,
)
def required_wrapped(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A required text that is a list of nothing is refused as if it were absent."""
    value = case.get("value")
    if not isinstance(value, list) or len(value) != 1 or value[0] not in (None, "") or value[0] is False:
        return None
    return refused(lab.probe(at.action, inputs_of(at, case)))


def _condition(_lab: Lab, at: OnField) -> Iterable[Object]:
    condition = condition_for(at.field)
    if condition is None:
        return
    yield {"holds": True}
    yield {"holds": True, "value": two_values(at.field.facts, at.field.key)[0]}
    yield {"holds": False}


@check(
    "field.required.conditional",
    subjects=fields_that(_is_conditional, "no field is documented to be required on a condition (needs the annex)"),
    source="catalog",
    clauses=lambda at: (*at.clause("required-if"), *at.clause("required")),
    boundary=_condition,
)
def required_conditional(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that is required on a condition may be absent while the condition does not hold, and only then."""
    condition = condition_for(at.field)
    if condition is None or "holds" not in case:
        return None
    inputs = inputs_of(at, case)
    if case["holds"] != (condition.operator == "is"):
        other = next((one for one in at.action.fields if one.key == condition.key), None)
        values = [] if other is None else [*(other.facts.choice_values() or ()), *two_values(other.facts, other.key)]
        others = [value for value in values if value != condition.value]
        if not others:
            return None
        inputs[condition.key] = others[0]
    if is_required(at.field, inputs) != case["holds"]:
        return None
    sent = lab.probe(at.action, inputs)
    return refused(sent) if case["holds"] and at.field.key not in inputs else delivered(sent)


def _left_out(_lab: Lab, at: OnField) -> Iterable[Object]:
    return ({}, {"others": "required"}, {"value": two_values(at.field.facts, at.field.key)[0]})


def _absent_or_present(case: Object) -> Side:
    return "inside" if "value" in case else "outside"


@check(
    "field.optional.absent",
    subjects=_OPTIONAL,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_left_out,
    fuzz=_some_others,
)
def optional_absent(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that is not required may be absent, whatever other fields are."""
    sent = lab.probe(at.action, case["inputs"] if "inputs" in case else inputs_of(at, case))
    judged = delivered(sent)
    return Kept(_absent_or_present(case)) if isinstance(judged, Kept) else judged


def _nothings(_lab: Lab, _at: OnField) -> Iterable[Object]:
    return ({"value": None}, {"value": ""})


@check(
    "field.optional.blank",
    subjects=_OPTIONAL,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=_nothings,
)
def optional_blank(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field that is not required and is null or an empty text never keeps an event from being delivered."""
    if case.get("value", 0) not in (None, ""):
        return None
    judged = delivered(lab.probe(at.action, inputs_of(at, case)))
    return Kept("outside") if isinstance(judged, Kept) else judged


def _names_of_required(action: BoundAction) -> list[BoundField]:
    return [field for field in action.fields if field.facts.required is True]


@check(
    "field.error.names_field",
    subjects=_REQUIRED,
    source="runtime",
    level="SHOULD",
    vectors=lambda _lab, _at: ({}, {"value": {"wrong": "Sentinel-Value"}}),
)
def error_names_field(lab: Lab, at: OnField, case: Object) -> Judgement:
    """The error of a refused event names the field by label or key, and does not show its value."""
    sent = lab.probe(at.action, inputs_of(at, case))
    if not sent.refused:
        return None
    message = str(sent.error)
    if at.field.key not in message and at.field.documented.label not in message:
        expected = f"a message with {at.field.documented.label!r} or {at.field.key!r}"
        return Broken(expected, message, sent)
    if "Sentinel-Value" in message:
        return Broken("a message without the value", message, sent)
    return Kept("outside")


@check(
    "field.error.complete",
    subjects=actions,
    source="runtime",
    level="SHOULD",
    vectors=once,
    vacuous=True,
)
def error_complete(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """One error tells of every required field that is missing."""
    required = _names_of_required(at.action)
    if case or len(required) < 2:
        return None
    sent = lab.probe(at.action, {})
    if not sent.refused:
        return Broken("PayloadValidationError, 0 requests", sent.told, sent)
    message = str(sent.error)
    missing = [field.key for field in required if field.key not in message and field.documented.label not in message]
    if missing:
        return Broken(f"a message that names {', '.join(missing)} as well", message, sent)
    return Kept("outside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    required_missing,
    required_null,
    required_blank,
    required_wrapped,
    required_conditional,
    optional_absent,
    optional_blank,
    error_names_field,
    error_complete,
)
