"""Audiences of Engage as a user property: who is told of, in which calls, and that the partner hears of it.

The sequences are steps of one audience: each is the set of members at a sync. The model is that set; what is expected
follows from two of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.definitions import mapping_of
from actions_core.js import Object
from actions_core.rules.engage import Computation, Outlet, Profile
from conformance.contracts import BoundPreset
from conformance.oracle import triggers
from conformance.suite.checks.subjects import whole
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnPreset, Whole, check
from conformance.suite.sent import at_key, body_of
from conformance.suite.target import Target


def _told_of(*parts: str) -> Callable[[Target], Sequence[Whole] | NotApplicable]:
    """Take the destination if its page tells of some parts of Engage."""

    def subjects(target: Target) -> Sequence[Whole] | NotApplicable:
        engage = target.contract.engage
        for part in parts:
            if engage is None or getattr(engage, part) is None:
                return NotApplicable(f"the page does not tell of Engage's {part}")
        return whole(target)

    return subjects


def _told(*parts: str) -> Any:
    return lambda _at: tuple(f"engage/{part}" for part in parts)


def profile(name: str, *, email: bool = True) -> Profile:
    """Make a member of an audience."""
    return Profile(id=name, user_ids=(name,), emails=(f"{name}@northlight.example",) if email else ())


def events_of(lab: Lab, before: Iterable[str], after: Iterable[str], name: str = "Big Spenders 30days") -> list[Object]:
    """Give what Engage sends when an audience's members have changed."""
    key = lab.target.platform.snake_case(name)
    computation = Computation(key=key, kind="audience", id="aud_1", space_id="spa_1")
    numbers = count(1)
    return list(
        lab.target.platform.membership_events(
            computation,
            Outlet(destination=lab.target.contract.name),
            previous=[profile(one) for one in before],
            current=[profile(one) for one in after],
            new_message_id=lambda: f"message-{next(numbers)}",
            timestamp="2026-01-15T10:00:00.000Z",
        )
    )


def _members(value: Any) -> list[str] | None:
    fits = isinstance(value, list) and all(isinstance(one, str) and one for one in value)
    return list(dict.fromkeys(value)) if fits else None


_NAMES: Final = ("u1", "u2", "u3", "u4")


def _syncs(_lab: Lab, _at: Whole) -> SearchStrategy[Any]:
    """Vary the members at each of several syncs."""
    return st.fixed_dictionaries(
        {"syncs": st.lists(st.lists(st.sampled_from(_NAMES), unique=True), min_size=1, max_size=5)}
    )


@check(
    "engage.machine",
    subjects=_told_of("call", "value", "later"),
    source="page",
    clauses=_told("call", "value", "later"),
    vectors=lambda _lab, _at: (
        {"syncs": [["u1", "u2"], ["u1"], ["u1"], ["u1", "u2"], []]},
        {"syncs": [[]]},
    ),
    stateful=_syncs,
)
def machine(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Joining, leaving, staying and joining again make exactly the documented calls."""
    syncs = case.get("syncs")
    steps = [_members(one) for one in syncs] if isinstance(syncs, list) and syncs else [None]
    if any(step is None for step in steps):
        return None
    before: list[str] = []
    for number, after in enumerate([step for step in steps if step is not None], 1):
        wanted = sorted([(one, True) for one in after if one not in before])
        wanted += sorted([(one, False) for one in before if one not in after])
        events = events_of(lab, before, after)
        got = [(event.get("userId"), event.get("traits", {}).get("big_spenders_30days")) for event in events]
        if sorted(map(repr, got)) != sorted(map(repr, wanted)):
            return Broken(f"sync {number} tells of {wanted!r}", f"it tells of {got!r}")
        if any(event.get("type") != lab_call(lab) for event in events):
            return Broken(f"{lab_call(lab)} calls", f"{[event.get('type') for event in events]!r}")
        before = after
    return Kept("outside" if len(steps) > 1 else "inside")


def lab_call(lab: Lab) -> str:
    """Give the call type that the page names."""
    engage = lab.target.contract.engage
    return engage.call if engage is not None and engage.call is not None else "identify"


@check(
    "engage.call",
    subjects=_told_of("call"),
    source="page",
    clauses=_told("call"),
    vectors=lambda _lab, _at: ({"joins": True}, {"joins": False}),
    exact=True,
)
def call(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Engage tells of a user in a call of the documented type, which the destination accepts."""
    joins = case.get("joins")
    if not isinstance(joins, bool):
        return None
    (event,) = events_of(lab, [], ["u1"]) if joins else events_of(lab, ["u1"], [])
    if event.get("type") != lab_call(lab):
        return Broken(f"a call of type {lab_call(lab)}", f"one of type {event.get('type')}")
    if lab_call(lab) not in lab.target.destination.calls:
        return Broken(f"the destination accepts {lab_call(lab)} calls", "it does not")
    return Kept("inside")


@check(
    "engage.key.snake_case",
    subjects=_told_of("key"),
    source="page",
    clauses=_told("key", "example"),
    vectors=lambda lab, _at: (
        {"name": "Order Completed Last 30days", "key": "order_completed_last_30days"},
        {"name": "VIP", "key": "vip"},
        {"name": "  two   words ", "key": "two_words"},
        {"name": "a-b.c", "key": "a_b_c"},
        {"name": "Größte Käufer", "key": "größte_käufer"},
        *_example(lab),
    ),
    exact=True,
)
def key_snake_case(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The trait is called like the audience, in snake case."""
    name, key = case.get("name"), case.get("key")
    if not isinstance(name, str) or not isinstance(key, str) or key != _snake_case(name):
        return None
    got = lab.target.platform.snake_case(name)
    if got != key:
        return Broken(f"{name!r} becomes {key!r}", f"it becomes {got!r}")
    (event,) = events_of(lab, [], ["u1"], name)
    if key not in event.get("traits", {}):
        return Broken(f"a trait {key!r}", f"the traits {', '.join(event.get('traits', {}))}")
    return Kept("inside")


def _example(lab: Lab) -> Iterable[Object]:
    engage = lab.target.contract.engage
    if engage is not None and engage.example is not None:
        yield {"name": engage.example.replace("_", " ").title(), "key": engage.example}


def _snake_case(name: str) -> str:
    """Write a name in snake case, naively."""
    return "_".join("".join(char if char.isalnum() else " " for char in name.lower()).split())


def _reaching(target: Target) -> Sequence[OnPreset] | NotApplicable:
    """Take the presets that identify calls of Engage reach."""
    subjects = _told_of("call", "value")(target)
    if isinstance(subjects, NotApplicable):
        return subjects
    found = [OnPreset(preset, action) for preset, action in target.presets if _takes_identify(preset)]
    return found or NotApplicable("no preset takes the calls of Engage")


def _takes_identify(preset: BoundPreset) -> bool:
    try:
        return preset.documented.trigger is not None and triggers.matches(
            preset.documented.trigger, {"type": "identify", "userId": "u"}
        )
    except triggers.UnknownTriggerError:
        return False


@check(
    "engage.value.bool",
    subjects=_reaching,
    source="page",
    clauses=_told("value", "kind"),
    vectors=lambda _lab, _at: ({"joins": True}, {"joins": False}),
)
def value_bool(lab: Lab, at: OnPreset, case: Object) -> Judgement:
    """Who joins has the trait true, who leaves has it false, and both reach the partner as such."""
    joins = case.get("joins")
    if not isinstance(joins, bool):
        return None
    (event,) = events_of(lab, [], ["u1"]) if joins else events_of(lab, ["u1"], [])
    sent = lab.deliver(at.action, event, _mapping(lab, at))
    if not sent.delivered:
        return Broken("delivered", sent.told, sent)
    found = [one for request in sent.requests for one in at_key(body_of(request), "big_spenders_30days")]
    if not found or any(one is not joins for one in found):
        return Broken(f"big_spenders_30days: {str(joins).lower()} in the request", f"it has {found!r}", sent)
    return Kept("inside" if joins else "outside")


def _mapping(lab: Lab, at: OnPreset) -> Object:
    return mapping_of(at.preset.preset, lab.target.destination)


@check(
    "engage.initial.full",
    subjects=_told_of("initial"),
    source="page",
    clauses=_told("initial"),
    vectors=lambda _lab, _at: ({"members": ["u1", "u2", "u3"]}, {"members": []}),
    stateful=lambda _lab, _at: st.fixed_dictionaries(
        {"members": st.lists(st.sampled_from(_NAMES), unique=True, max_size=4)}
    ),
)
def initial_full(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The first sync of an audience tells of every member."""
    members = _members(case.get("members"))
    if members is None:
        return None
    got = [event.get("userId") for event in events_of(lab, [], members)]
    if sorted(map(str, got)) != sorted(members):
        return Broken(f"calls for {members!r}", f"calls for {got!r}")
    return Kept("inside" if members else "outside")


@check(
    "engage.later.delta",
    subjects=_told_of("later"),
    source="page",
    clauses=_told("later"),
    vectors=lambda _lab, _at: (
        {"before": ["u1", "u2"], "after": ["u1", "u2"]},
        {"before": ["u1"], "after": ["u1", "u2"]},
        {"before": ["u1", "u2"], "after": ["u2"]},
    ),
)
def later_delta(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Later syncs tell only of those whose membership has changed."""
    before, after = _members(case.get("before")), _members(case.get("after"))
    if before is None or after is None:
        return None
    changed = sorted(set(before) ^ set(after))
    got = sorted(str(event.get("userId")) for event in events_of(lab, before, after))
    if got != changed:
        return Broken(f"calls for {changed!r}", f"calls for {got!r}")
    return Kept("inside" if changed else "outside")


@check(
    "engage.required_fields",
    subjects=_reaching,
    source="page",
    vectors=lambda _lab, _at: ({"without": "email"}, {"without": "nothing"}),
)
def required_fields(lab: Lab, at: OnPreset, case: Object) -> Judgement:
    """A member without a required field is refused and told of, and the others are delivered."""
    if case.get("without") not in ("email", "nothing"):
        return None
    events = events_of(lab, [], ["u1", "u2"])
    mapping = _mapping(lab, at)
    if case["without"] == "email":
        events[0]["traits"].pop("email", None)
    found = [lab.deliver(at.action, event, mapping) for event in events]
    needs_email = any(field.key == "email" and field.facts.required is True for field in at.action.fields)
    if case["without"] == "email" and needs_email:
        if not found[0].refused:
            return Broken("the member without an email address is refused", found[0].told, found[0])
        return Kept("outside") if found[1].delivered else Broken("the other one is delivered", found[1].told, found[1])
    if not all(sent.delivered for sent in found[1:]):
        return Broken("delivered", found[-1].told, found[-1])
    return Kept("inside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    machine,
    call,
    key_snake_case,
    value_bool,
    initial_full,
    later_delta,
    required_fields,
)
