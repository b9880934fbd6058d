"""Fields of actions: which values they take, and as what; the table of coercions comes from Segment's own runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.fields import InputField
from actions_core.js import MISSING, Object, loads, stringify
from conformance.contracts import BoundAction, BoundField
from conformance.oracle.coercion import verdict
from conformance.suite.checks.fields import delivered, inputs_of, refused
from conformance.suite.checks.subjects import fields_that
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, OnField, check
from conformance.suite.sent import Sent, carries
from conformance.suite.values import is_required, two_values
from conformance.vectors.compare import same_json

_TEXTS: Final = ("string", "text", "password")


def _any(_action: BoundAction, _field: BoundField) -> bool:
    return True


def _plain(_action: BoundAction, field: BoundField) -> bool:
    """Tell whether only the type says which values a field takes."""
    facts = field.facts
    constraints = (facts.choices, facts.format, facts.minimum, facts.maximum, facts.properties)
    return not facts.multiple and not facts.allow_null and all(one is None for one in constraints)


_FIELDS: Final = fields_that(_any, "no action has a documented field")
_PLAIN: Final = fields_that(_plain, "no field is told apart by its type alone")


def random_value(facts: InputField) -> SearchStrategy[Any]:
    """Vary valid values of a field."""
    one = _random_scalar(facts)
    return st.lists(one, min_size=1, max_size=3) if facts.multiple else one


def _random_scalar(facts: InputField) -> SearchStrategy[Any]:
    choices = facts.choice_values()
    if choices:
        return st.sampled_from(choices)
    if facts.format is not None or facts.type == "datetime":
        return st.sampled_from(two_values(facts.model_copy(update={"multiple": False}), "x"))
    if facts.type in _TEXTS:
        return st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20)
    if facts.type == "boolean":
        return st.booleans()
    if facts.type == "object":
        return _random_object(facts)
    low = -1e6 if facts.minimum is None else facts.minimum
    high = 1e6 if facts.maximum is None else facts.maximum
    integers = st.integers(int(low), int(high))
    return integers if facts.type == "integer" else st.one_of(integers, st.floats(low, high))


def _random_object(facts: InputField) -> SearchStrategy[Any]:
    if facts.properties is None:
        return st.dictionaries(random_key, random_json, min_size=1, max_size=4)
    required = {key: random_value(inner) for key, inner in facts.properties.items() if inner.required is True}
    optional = {key: random_value(inner) for key, inner in facts.properties.items() if inner.required is not True}
    return st.fixed_dictionaries(required, optional=optional)


random_key: Final = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=8).filter(
    lambda key: not key.startswith(("@", "$"))
)
random_json: Final = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(exclude_categories=["C"]), max_size=12),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(random_key, inner, max_size=3)),
    max_leaves=6,
)


# --- accepted --------------------------------------------------------------------------------------------------------


_NUMBERS: Final = (0, -1, 0.5, 100, 1_000_000)


def _two(_lab: Lab, at: OnField) -> Iterable[Object]:
    facts = at.field.facts
    yield from ({"value": value} for value in two_values(facts, at.field.key))
    if facts.type in ("number", "integer") and not facts.multiple:
        yield from ({"value": number} for number in _NUMBERS)


def _valid(_lab: Lab, at: OnField) -> SearchStrategy[Any]:
    if at.field.documented.sent == "changed":
        # The plugin reads the value, and may know more of what is in it than its type.
        return st.fixed_dictionaries({"value": st.sampled_from(two_values(at.field.facts, at.field.key))})
    return st.fixed_dictionaries({"value": random_value(at.field.facts)})


_NATURAL: Final[Mapping[str, tuple[type, ...]]] = {
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "datetime": (str, int, float),
}


def is_valid(facts: InputField, value: Any) -> bool:
    """Tell whether a value is certainly one that a field takes; used where a case was made smaller."""
    if facts.multiple:
        single = facts.model_copy(update={"multiple": False})
        return isinstance(value, list) and bool(value) and all(is_valid(single, one) for one in value)
    if facts.choices is not None:
        return value in (facts.choice_values() or ())
    if facts.format is not None or facts.properties is not None:
        return value in two_values(facts, "x")
    if not _is_within(facts, value):
        return False
    natural = _NATURAL.get(facts.type, (str,))
    fits = isinstance(value, natural) and (facts.type == "boolean") == isinstance(value, bool)
    return fits and verdict(facts.type, value) == "accepted"


def _is_within(facts: InputField, value: Any) -> bool:
    if facts.minimum is None and facts.maximum is None:
        return True
    return (
        isinstance(value, (int, float))
        and (facts.minimum is None or value >= facts.minimum)
        and (facts.maximum is None or value <= facts.maximum)
    )


@check(
    "field.type.accept",
    subjects=_FIELDS,
    source="page",
    clauses=lambda at: at.clause("type"),
    boundary=_two,
    fuzz=_valid,
)
def type_accept(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A value of the documented type is delivered."""
    facts = at.field.facts
    if "value" not in case:
        return None
    value = case["value"]
    if not is_valid(facts, value) and (facts.properties is None or value not in two_values(facts, at.field.key)):
        return None
    return delivered(lab.probe(at.action, inputs_of(at, case)))


# --- the table -------------------------------------------------------------------------------------------------------


@cache
def _table() -> Mapping[str, tuple[Object, ...]]:
    """Read the rows about a single plain field, by its type."""
    rows: dict[str, list[Object]] = {}
    text = files("conformance.vectors").joinpath("contract.jsonl").read_text("utf-8")
    for line in text.splitlines():
        row = loads(line)
        fields = row["fields"]
        if row.get("mode", "single") != "single" or list(fields) != ["x"] or not isinstance(row["payload"], dict):
            continue
        (field,) = fields.values()
        if field.keys() <= {"label", "type"} and list(row["payload"]) == ["x"]:
            rows.setdefault(field["type"], []).append(row)
    return {type_: tuple(found) for type_, found in rows.items()}


def _rows(_lab: Lab, at: OnField) -> Iterable[Object]:
    return ({"value": row["payload"]["x"]} for row in _table().get(at.field.facts.type, ()))


def _row_for(type_: str, value: Any) -> Object | None:
    return next((row for row in _table().get(type_, ()) if same_json(row["payload"]["x"], value)), None)


@check(
    "field.type.coerce",
    subjects=_PLAIN,
    source="runtime",
    clauses=lambda at: at.clause("type"),
    vectors=_rows,
)
def type_coerce(lab: Lab, at: OnField, case: Object) -> Judgement:
    """Each value of Segment's table of coercions becomes what the table says, or is refused where it says so."""
    row = _row_for(at.field.facts.type, case.get("value", MISSING)) if "value" in case else None
    if row is None:
        return None
    inputs = inputs_of(at, case)
    sent = lab.probe(at.action, inputs)
    if "error" in row or ("x" not in row["result"] and is_required(at.field, inputs)):
        return refused(sent)
    if sent.outcome == "rejected":
        return Broken(f"accepted as {_shown(row['result'])}", sent.told, sent)
    payload = sent.payload if isinstance(sent.payload, dict) else {}
    # The table was written as JSON, where a number that is not finite is null.
    got = {"x": loads(stringify(payload[at.field.key]))} if at.field.key in payload else {}
    if not same_json(got, row["result"]):
        return Broken(f"the payload has {_shown(row['result'])}", f"it has {_shown(got)}", sent)
    return Kept("inside")


def _shown(found: Object) -> str:
    return f"{found['x']!r}" if "x" in found else "no value"


# --- refused ---------------------------------------------------------------------------------------------------------

_NEVER: Final[Mapping[str, tuple[Any, ...]]] = {
    "string": ({"a": "b"}, ["a", "b"], {}),
    "text": ({"a": "b"}, ["a", "b"], {}),
    "password": ({"a": "b"}, ["a", "b"], {}),
    "number": ("many", {"a": 1}, [1, 2]),
    "integer": ("many", 1.5, {"a": 1}, [1, 2]),
    "boolean": ("maybe", 2, {"a": True}, [True, False]),
    "datetime": ("some day", True, {"a": 1}, ["2026-01-15", "2026-01-16"]),
    "object": ("text", 5, True, ["a"], [{"a": 1}, {"b": 2}]),
}


def _wrong(_lab: Lab, at: OnField) -> Iterable[Object]:
    return ({"value": value} for value in _NEVER[at.field.facts.type])


def _random_wrong(_lab: Lab, at: OnField) -> SearchStrategy[Any]:
    """Vary values that a type never takes: objects, long lists and words, where they are none of its own."""
    type_ = at.field.facts.type
    objects = st.dictionaries(random_key, random_json, max_size=3)
    lists = st.lists(random_json, min_size=2, max_size=3)
    words = st.text("abcdefghijklm", min_size=3, max_size=8)
    kinds: list[SearchStrategy[Any]] = [lists]
    if type_ != "object":
        kinds.append(objects)
    if type_ not in _TEXTS:
        kinds.append(words)
    return st.fixed_dictionaries({"value": st.one_of(kinds)})


@check(
    "field.type.reject",
    subjects=_FIELDS,
    source="page",
    clauses=lambda at: at.clause("type"),
    boundary=_wrong,
    fuzz=_random_wrong,
)
def type_reject(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A value that cannot be of the documented type is refused, and nothing is sent."""
    # The second opinion: what it is not sure of proves nothing.
    if "value" not in case or verdict(at.field.facts.type, case["value"]) != "refused":
        return None
    wrong = [case["value"]] * 2 if at.field.facts.multiple else case["value"]
    return refused(lab.probe(at.action, inputs_of(at, {**case, "value": wrong})))


# --- what the annex tells --------------------------------------------------------------------------------------------


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
    return "x" * int(wanted) if facts.type in _TEXTS and wanted >= 1 else None


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


def _is_datetime(_action: BoundAction, field: BoundField) -> bool:
    return field.facts.type == "datetime" and not field.facts.multiple


@check(
    "field.datetime",
    subjects=fields_that(_is_datetime, "no field is a datetime"),
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: (
        *({"value": value} for value in ("2026-01-15T10:00:00.000Z", "2026-01-15", 1768471200)),
        *({"value": value} for value in ("not a date", "some day", True)),
    ),
)
def datetime_(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A field of type datetime takes ISO-8601 texts and numbers, and no words."""
    judged = verdict("datetime", case.get("value"))
    if judged not in ("accepted", "refused"):
        return None
    sent = lab.probe(at.action, inputs_of(at, case))
    return delivered(sent) if judged == "accepted" else refused(sent)


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
    type_accept,
    type_coerce,
    type_reject,
    multiple_arrify,
    choices,
    allow_null,
    format_,
    minimum,
    maximum,
    datetime_,
    nested_properties,
)
