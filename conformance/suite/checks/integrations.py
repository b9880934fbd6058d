"""Whether an event goes to the destination at all: the Integrations object, and the calls that are accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.definitions import CALL_TYPES
from actions_core.js import MISSING, Object, stringify
from actions_core.rules.integrations import OFF_BY_DEFAULT
from conformance.suite.checks.subjects import whole
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnClause, Whole, check
from conformance.suite.target import Target


def _about_name(_at: Whole) -> tuple[str, ...]:
    return ("identity/name",)


def _judge(lab: Lab, integrations: Any, sends: bool) -> Judgement:
    """Judge where an event goes whose Integrations object is this one, `MISSING` for none."""
    routing = lab.target.platform.route(integrations, lab.target.destination.name)
    if routing.sends != sends:
        shown = "no Integrations object" if integrations is MISSING else stringify(integrations)
        to = f"to {lab.target.destination.name!r}"
        expected = f"{'sent' if sends else 'not sent'} {to}, whose page calls it {lab.target.contract.name!r}: {shown}"
        return Broken(expected, "sent" if routing.sends else f"not sent ({routing.reason})")
    return Kept("inside" if sends else "outside")


def _goes_by_default(lab: Lab) -> bool:
    return lab.target.contract.name not in OFF_BY_DEFAULT


# Cases say `{"$name": …}` for an entry under the page's name, so that they are the same for every destination.


def _integrations(lab: Lab, case: Object) -> Any:
    given = case.get("integrations", MISSING)
    if not isinstance(given, dict):
        return given
    return {lab.target.contract.name if key == "$name" else key: value for key, value in given.items()}


@check(
    "integrations.named",
    subjects=whole,
    source="page",
    clauses=_about_name,
    vectors=lambda _lab, _at: (
        {"integrations": {"$name": False}},
        {"integrations": {"$name": True}},
        {"integrations": {"$name": {"option": 1}}},
        {"integrations": {"$name": False, "Another Destination": True}},
        {"integrations": {"Another Destination": False}},
        {"integrations": {}},
        {},
    ),
)
def integrations_named(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """False under the name that the page gives keeps an event from the destination; true, options or nothing do not."""
    given = _integrations(lab, case)
    if given is not MISSING and not isinstance(given, dict):
        return None
    entry = {} if given is MISSING else given
    if any(key.lower() == "all" for key in entry):
        return None
    named = entry.get(lab.target.contract.name, MISSING)
    if named is MISSING:
        return _judge(lab, given, _goes_by_default(lab))
    return _judge(lab, given, named is not False) if isinstance(named, (bool, dict)) else None


@check(
    "integrations.all",
    subjects=whole,
    source="page",
    vectors=lambda _lab, _at: (
        {"integrations": {"All": False}},
        {"integrations": {"All": True}},
        {"integrations": {"All": False, "Another Destination": True}},
    ),
)
def integrations_all(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """`All: false` keeps an event from every destination that it does not name."""
    given = _integrations(lab, case)
    if not isinstance(given, dict) or not isinstance(given.get("All"), bool) or lab.target.contract.name in given:
        return None
    if any(key != "All" and key.lower() == "all" for key in given):
        return None
    return _judge(lab, given, given["All"] and _goes_by_default(lab))


def _random_objects(_lab: Lab, _at: Whole) -> SearchStrategy[Any]:
    entries = st.one_of(st.booleans(), st.just({"option": 1}))
    integrations = st.fixed_dictionaries(
        {"$name": entries, "All": st.booleans()}, optional={"Another Destination": entries}
    )
    return st.fixed_dictionaries({"integrations": integrations})


@check(
    "integrations.precedence",
    subjects=whole,
    source="page",
    clauses=_about_name,
    vectors=lambda _lab, _at: (
        {"integrations": {"All": False, "$name": True}},
        {"integrations": {"All": False, "$name": {"option": 1}}},
        {"integrations": {"All": True, "$name": False}},
        {"integrations": {"$name": False, "All": True}},
    ),
    fuzz=_random_objects,
)
def integrations_precedence(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """What an event says of the destination by its name beats what it says of `All`."""
    given = _integrations(lab, case)
    if not isinstance(given, dict) or "All" not in given:
        return None
    named = given.get(lab.target.contract.name, MISSING)
    return _judge(lab, given, named is not False) if isinstance(named, (bool, dict)) else None


_OTHER_CASES: Final[dict[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "swapped": str.swapcase,
    "padded": lambda name: f" {name} ",
    "without blanks": lambda name: name.replace(" ", ""),
}


@check(
    "integrations.case",
    subjects=whole,
    source="page",
    clauses=_about_name,
    vectors=lambda _lab, _at: ({"written": how} for how in _OTHER_CASES),
)
def integrations_case(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The name counts as the page writes it, character for character: in another case it is another destination's."""
    change, name = _OTHER_CASES.get(str(case.get("written"))), lab.target.contract.name
    if change is None or change(name) == name or change(name).lower() == "all":
        return None
    return _judge(lab, {change(name): False}, _goes_by_default(lab))


_NO_OBJECTS: Final[tuple[Any, ...]] = (None, [], "All", "false", "", 0, False, ["$name"], [False])


def _has_false(integrations: Object) -> bool:
    return any(value is False for value in integrations.values())


@check(
    "integrations.malformed",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: (
        *({"integrations": value} for value in _NO_OBJECTS),
        *({"integrations": {name: value}} for name in ("$name", "All") for value in _NO_OBJECTS if value is not False),
    ),
)
def integrations_malformed(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Only false keeps an event back: what is no object says nothing, and an entry of another kind is a yes."""
    given = _integrations(lab, case)
    if given is MISSING:
        return None
    if not isinstance(given, dict):
        return _judge(lab, given, _goes_by_default(lab))
    if set(given) - {lab.target.contract.name, "All"} or _has_false(given):
        return None
    return _judge(lab, given, lab.target.contract.name in given or _goes_by_default(lab))


def _if_alias(target: Target) -> Sequence[Whole] | NotApplicable:
    return whole(target) if "alias" in target.contract.calls else NotApplicable("alias calls are not accepted")


@check(
    "integrations.alias",
    subjects=_if_alias,
    source="page",
    level="INFO",
    vectors=lambda _lab, _at: ({"integrations": {"$name": False}}, {"integrations": {"All": False}}),
)
def integrations_alias(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The Integrations object counts for alias calls too, though the page about filtering does not name them."""
    event = {"type": "alias", "userId": "u", "previousId": "a", "integrations": _integrations(lab, case)}
    platform, destination = lab.target.platform, lab.target.destination
    if not isinstance(event["integrations"], dict) or not _has_false(event["integrations"]):
        return None
    if platform.refuse_call_type(event, destination.calls) is not None:
        return Broken("an alias call that is accepted", "refused for its type")
    return _judge(lab, event["integrations"], sends=False)


# --- calls -----------------------------------------------------------------------------------------------------------

_CALL: Final = "identity/call/"


def _accepted(target: Target) -> Sequence[OnClause] | NotApplicable:
    return [OnClause(f"{_CALL}{call}") for call in target.contract.calls] or NotApplicable("no call is accepted")


def _types(lab: Lab, at: OnClause) -> Iterable[Object]:
    call = at.clause.removeprefix(_CALL)
    yield {"type": call}
    yield from ({"type": wrong} for wrong in (call.upper(), call.title(), f"{call}s", f" {call}", [call], {call: True}))
    yield from ({"type": other} for other in CALL_TYPES if other not in lab.target.contract.calls)
    yield from ({"type": wrong} for wrong in ("", None, 5, "delete"))
    yield {}


@check(
    "calls.accepted",
    subjects=_accepted,
    source="page",
    clauses=lambda at: (at.clause,),
    boundary=_types,
)
def calls_accepted(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """A call of a type that the page accepts is not refused for it; one of any other type, or of none, is."""
    kind, call = case.get("type", MISSING), at.clause.removeprefix(_CALL)
    event: Object = {"userId": "u", "traits": {}} if kind is MISSING else {"type": kind, "userId": "u", "traits": {}}
    accepted = isinstance(kind, str) and kind in lab.target.contract.calls
    if accepted and kind != call:
        return None
    refusal = lab.target.platform.refuse_call_type(event, lab.target.destination.calls)
    if (refusal is None) != accepted:
        shown = "without a type" if kind is MISSING else f"of the type {stringify(kind)}"
        expected = f"a call {shown} {'accepted' if accepted else 'refused'}"
        return Broken(expected, "accepted" if refusal is None else f"refused ({refusal})")
    return Kept("inside" if accepted else "outside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    integrations_named,
    integrations_all,
    integrations_precedence,
    integrations_case,
    integrations_malformed,
    integrations_alias,
    calls_accepted,
)
