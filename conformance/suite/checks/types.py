"""Fields of actions: which values they take, and as what; the table of coercions comes from Segment's own runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.js import MISSING, Object, loads, stringify
from conformance.contracts import BoundAction, BoundField
from conformance.oracle.coercion import verdict
from conformance.suite.checks.fields import delivered, inputs_of, refused
from conformance.suite.checks.randoms import TEXTS, is_valid, random_json, random_key, random_value
from conformance.suite.checks.subjects import fields_that
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, OnField, check
from conformance.suite.values import is_required, two_values
from conformance.vectors.compare import same_json


def _any(_action: BoundAction, _field: BoundField) -> bool:
    return True


def _plain(_action: BoundAction, field: BoundField) -> bool:
    """Tell whether only the type says which values a field takes."""
    facts = field.facts
    constraints = (facts.choices, facts.format, facts.minimum, facts.maximum, facts.properties)
    return not facts.multiple and not facts.allow_null and all(one is None for one in constraints)


_FIELDS: Final = fields_that(_any, "no action has a documented field")
_PLAIN: Final = fields_that(_plain, "no field is told apart by its type alone")


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
    if type_ not in TEXTS:
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


CHECKS: Final[tuple[Check[Any], ...]] = (
    type_accept,
    type_coerce,
    type_reject,
    datetime_,
)
