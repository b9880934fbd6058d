"""Presets, triggers of presets, and default mappings: which events reach which action, with which values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.definitions import CALL_TYPES, Subscription, mapping_of, preset_subscriptions
from actions_core.errors import ConfigurationError, MappingLimitError
from actions_core.js import MISSING, Object
from actions_core.testing import create_event
from conformance.contracts import BoundAction, BoundField
from conformance.oracle import triggers
from conformance.oracle.mapping import ABSENT, UNKNOWN, paths, put, resolve, steps
from conformance.suite.checks.subjects import actions, fields_that, presets
from conformance.suite.lab import EVERY_EVENT, Lab
from conformance.suite.model import (
    Broken,
    Check,
    Judgement,
    Kept,
    NotApplicable,
    OnAction,
    OnField,
    OnPreset,
    Whole,
    check,
    once,
)
from conformance.suite.sent import Sent
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs, required_inputs, two_values, usual_call
from conformance.vectors.compare import same_json

_STRANGE_TYPES: Final = ("Track", "IDENTIFY", "", " track", "tracks", "delete", 5, None, True, ["track"])


# --- triggers of presets ---------------------------------------------------------------------------------------------


def _types(_lab: Lab, _at: OnPreset) -> Iterable[Object]:
    yield from ({"event": create_event(call)} for call in CALL_TYPES)
    yield from ({"event": {**create_event("track"), "type": strange}} for strange in _STRANGE_TYPES)
    yield {"event": {key: value for key, value in create_event("track").items() if key != "type"}}
    yield {"event": create_event("track", event="Order Refunded")}


def _random_types(_lab: Lab, _at: OnPreset) -> SearchStrategy[Any]:
    type_ = st.one_of(st.sampled_from(CALL_TYPES), st.text(max_size=8), st.none())
    return st.fixed_dictionaries(
        {"event": st.fixed_dictionaries({"type": type_}, optional={"event": st.sampled_from(["Order Completed", "A"])})}
    )


@check(
    "preset.trigger.exact",
    subjects=presets,
    source="page",
    clauses=lambda at: at.clause("trigger"),
    vectors=_types,
    fuzz=_random_types,
)
def trigger_exact(lab: Lab, at: OnPreset, case: Object) -> Judgement:
    """A preset takes the events that its documented trigger says, and no other."""
    event, documented = case.get("event"), at.preset.documented.trigger
    if not isinstance(event, dict) or documented is None or at.preset.preset.trigger is None:
        return None
    try:
        wanted = triggers.matches(documented, event)
    except triggers.UnknownTriggerError:
        wanted = lab.target.platform.matches(documented, event)
    got = lab.target.platform.matches(at.preset.preset.trigger, event)
    if got != wanted:
        said = {True: "takes the event", False: "does not take the event"}
        return Broken(f"{at.name} {said[wanted]}", f"it {said[got]}: its trigger is {at.preset.preset.trigger}")
    return Kept("inside" if wanted else "outside")


def event_for(action: BoundAction, base: Object, mapping: Object) -> Object:
    """Give an event from which a mapping takes valid values for all fields of an action, as far as it reads paths."""
    event = {**base}
    inputs = complete_inputs(action)
    placed: dict[str, Any] = {}
    for field in action.fields:
        default = mapping.get(field.key)
        first = next(iter(paths(default)), None)
        whole = isinstance(default, dict) and next(iter(default), "") in ("@path", "@if")
        if first is not None and first not in ("$", "$.", "$.timestamp", "$.type", "$.event") and whole:
            placed.setdefault(first, inputs[field.key])
    # What contains others goes first, or it would take their place.
    for path in sorted(placed, key=lambda path: len(steps(path))):
        put(path, placed[path], event)
    return event


def _calls_of(at: OnPreset) -> list[Object]:
    """Give an event of each call type that the preset's documented trigger takes."""
    documented = at.preset.documented.trigger or ""
    found: list[Object] = []
    for call in CALL_TYPES:
        event = create_event(call)
        try:
            if triggers.matches(documented, event):
                found.append(event)
        except triggers.UnknownTriggerError:
            return []
    return found


def _preset_mapping(lab: Lab, at: OnPreset) -> Object:
    return mapping_of(at.preset.preset, lab.target.destination)


def _preset_events(lab: Lab, at: OnPreset) -> Iterable[Object]:
    if at.preset.preset.action in lab.target.destination.actions:
        mapping = _preset_mapping(lab, at)
        yield from ({"event": event_for(at.action, event, mapping)} for event in _calls_of(at))


def _through_preset(lab: Lab, at: OnPreset, event: Object) -> Sent:
    """Deliver an event through all presets as one instance has them, and give what the subject made of it."""
    destination = lab.target.destination
    position = [one for one in destination.presets if one.trigger is not None].index(at.preset.preset)
    return lab.run_mappings(preset_subscriptions(destination), event)[position]


@check(
    "preset.delivers",
    subjects=presets,
    source="page",
    clauses=lambda at: (*at.clause("trigger"), *at.clause("action")),
    boundary=_preset_events,
)
def delivers(lab: Lab, at: OnPreset, case: Object) -> Judgement:
    """An event of each documented call is delivered by the preset, once."""
    event, documented = case.get("event"), at.preset.documented.trigger
    if not isinstance(event, dict) or documented is None or not triggers.matches(documented, event):
        return None
    sent = _through_preset(lab, at, event)
    if sent.outcome == "rejected" and not _is_complete(at, event):
        return None  # a case that was made smaller
    return Kept("inside") if sent.delivered else Broken("delivered", sent.told, sent)


def _is_complete(at: OnPreset, event: Object) -> bool:
    """Tell whether an event has something for each required field, by the documented defaults."""
    for field in at.action.fields:
        default = field.facts.default if "default" in field.told else field.field.default
        if field.facts.required is True and default is not MISSING:
            value = resolve(default, event)
            if value in (ABSENT, None, "", {}, []) or value is UNKNOWN:
                return False
    return True


@check(
    "preset.action.target",
    subjects=presets,
    source="page",
    clauses=lambda at: at.clause("action"),
    boundary=_preset_events,
    exact=True,
)
def action_target(lab: Lab, at: OnPreset, case: Object) -> Judgement:
    """The preset runs the documented action: its requests are those of the action with the same values."""
    event = case.get("event")
    if not isinstance(event, dict) or at.preset.preset.trigger is None:
        return None
    mapping = _preset_mapping(lab, at)
    wanted = lab.deliver(at.action, event, mapping)
    if not wanted.delivered:
        return None
    sent = _through_preset(lab, at, event)
    if sent.outcome == "not subscribed":
        return None
    if sent.wire() != wanted.wire():
        return Broken(f"the requests of {at.preset.documented.action!r}", sent.told, sent)
    return Kept("inside")


@check("preset.order", subjects=actions, source="runtime", vectors=once)
def order(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Of several mappings that take an event each is run once, and they are told in their order."""
    if case:
        return None
    texts = (one for one in at.action.fields if one.facts.type in ("string", "text") and one.facts.choices is None)
    text = next(texts, None)
    if text is None:
        return None
    values = [two_values(text.facts, text.key)[index] for index in (0, 1, 0)]
    inputs = complete_inputs(at.action, text)
    mode = lab.sync_mode(at.action)
    subscriptions = [
        Subscription(
            name=f"mapping {index}",
            action=at.action.slug,
            trigger=EVERY_EVENT,
            mapping={**_literal(inputs), text.key: _literal({"v": value})["v"], **mode},
        )
        for index, value in enumerate(values)
    ]
    found = lab.run_mappings(subscriptions, create_event())
    got = [one.payload.get(text.key) if isinstance(one.payload, dict) else None for one in found]
    if not same_json(got, values):
        return Broken(f"payloads with {values!r}, in order", f"they have {got!r}", found[0])
    return Kept("inside")


def _is_free(field: BoundField) -> bool:
    return field.facts.choices is None and field.facts.format is None


def _literal(inputs: Object) -> Object:
    """Give a mapping of plain values."""
    return {key: value for key, value in inputs.items() if not (isinstance(value, dict) and not value)}


# --- default mappings ------------------------------------------------------------------------------------------------


def _has_default(_action: BoundAction, field: BoundField) -> bool:
    return "default" in field.told


_DEFAULTS: Final = fields_that(_has_default, "no field is documented to have a default (needs the annex)")


def _branches(_lab: Lab, at: OnField) -> Iterable[Object]:
    """Vary which of the places that a default reads have a value, none and all of them included."""
    places = [path for path in paths(at.field.facts.default) if path.strip("$.")][:3]
    value = two_values(at.field.facts, at.field.key)[0]
    single = value[0] if isinstance(value, list) and not at.field.facts.multiple else value
    base: Object = {"type": "track", "name": "Wrong-Name", "properties": {"wrong": "Wrong-Property"}}
    for states in product(("absent", "value", "null"), repeat=len(places)):
        event: Object = {**base, "properties": dict(base["properties"])}
        for index, (path, state) in enumerate(zip(places, states, strict=True)):
            if state != "absent":
                given = f"{single}-{index}" if isinstance(single, str) and _is_free(at.field) else single
                put(path, given if state == "value" else None, event)
        yield {"event": event}


def _random_events(_lab: Lab, at: OnField) -> SearchStrategy[Any]:
    """Vary the values at the places that a default reads: text, null, empty text, nothing."""
    places = [path for path in paths(at.field.facts.default) if path.strip("$.")][:4]
    one, other = two_values(at.field.facts, at.field.key)
    state = st.sampled_from([one, other, None, "", ABSENT])

    def build(values: Sequence[Any]) -> Object:
        event: Object = {"type": "track", "name": "Wrong-Name"}
        for path, value in zip(places, values, strict=True):
            if value is not ABSENT:
                put(path, value, event)
        return {"event": event}

    return st.tuples(*[state] * len(places)).map(build)


@check(
    "mapping.default.place",
    subjects=_DEFAULTS,
    source="catalog",
    clauses=lambda at: at.clause("default"),
    boundary=_branches,
    fuzz=_random_events,
    exact=True,
)
def default_place(lab: Lab, at: OnField, case: Object) -> Judgement:
    """The default mapping of a field takes its value from the documented places, in every branch."""
    event = case.get("event")
    if not isinstance(event, dict):
        return None
    default = at.field.facts.default
    wanted = resolve(default, event)
    if wanted is UNKNOWN:
        wanted = lab.target.platform.resolve({"v": default}, event).get("v", ABSENT)
    declared = at.field.field.default
    mapping = {} if declared is MISSING else {"v": declared}
    got = lab.target.platform.resolve(mapping, event).get("v", ABSENT)
    nothing = wanted is ABSENT
    if nothing != (got is ABSENT) or not (nothing or same_json(got, wanted)):
        return Broken(f"the default gives {_shown(wanted)}", f"it gives {_shown(got)}")
    return Kept("outside" if nothing or wanted in (None, "") else "inside")


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else repr(value)


@check(
    "mapping.default.delivered",
    subjects=actions,
    source="page",
    boundary=lambda lab, at: ({"event": _typical(lab, at)},),
)
def default_delivered(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event with everything that the defaults read is delivered with its values."""
    event = case.get("event")
    mapping = lab.default_mapping(at.action)
    if not isinstance(event, dict) or event != _typical(lab, at):
        return None
    sent = lab.deliver(at.action, event, mapping)
    return Kept("inside") if sent.delivered else Broken("delivered", sent.told, sent)


def _typical(lab: Lab, at: OnAction) -> Object:
    return event_for(at.action, create_event(usual_call(at.action)), lab.default_mapping(at.action))


@check(
    "mapping.custom.override",
    subjects=fields_that(
        lambda _action, field: field.facts.type in ("string", "text") and _is_free(field) and not field.facts.multiple,
        "no field is a free text",
    ),
    source="runtime",
    vectors=lambda _lab, _at: ({"text": "Chosen-Value"}, {"text": "$.userId is no path"}),
)
def custom_override(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A value that the mapping's owner gives takes the place of the default."""
    text = case.get("text")
    if not isinstance(text, str) or not text:
        return None
    inputs = complete_inputs(at.action, at.field)
    mapping = {**_literal(inputs), at.field.key: text, **lab.sync_mode(at.action)}
    sent = lab.deliver(at.action, create_event("identify"), mapping)
    got = sent.payload.get(at.field.key) if isinstance(sent.payload, dict) else None
    if got != text:
        return Broken(f"the payload has {text!r}", f"{sent.told}; it has {got!r}", sent)
    return Kept("inside")


def _limited(target: Target) -> Sequence[Whole] | NotApplicable:
    if target.contract.mapping_limit is None:
        return NotApplicable("the page does not tell how many mappings there may be")
    return (Whole(),) if target.cloud_actions else NotApplicable("no action runs at Segment")


@check(
    "mapping.limit",
    subjects=_limited,
    source="page",
    clauses=lambda _at: ("limit/mappings",),
    boundary=lambda lab, _at: ({"count": (lab.target.contract.mapping_limit or 0) + more} for more in (0, 1)),
)
def limit(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """An instance has as many mappings as the page says, and not one more."""
    count, most = case.get("count"), lab.target.contract.mapping_limit or 0
    if not isinstance(count, int) or isinstance(count, bool) or not 0 < count <= most + 1:
        return None
    try:
        lab.target.platform.check_mapping_count(count)
        refused = False
    except MappingLimitError:
        refused = True
    except ConfigurationError as error:
        return Broken("MappingLimitError", f"{type(error).__name__}: {error}")
    if refused != (count > most):
        return Broken(f"{count} mappings {'refused' if count > most else 'accepted'}", "the opposite")
    action = lab.target.cloud_actions[0]
    subscription = Subscription(
        name="one of many", action=action.slug, trigger=EVERY_EVENT, mapping=lab.probe_mapping(action)
    )
    try:
        lab.open([subscription] * count, lab.settings)
    except MappingLimitError:
        return Kept("outside") if count > most else Broken(f"{count} mappings accepted", "refused")
    return Kept("inside") if count <= most else Broken(f"{count} mappings refused", "accepted")


@check(
    "mapping.no_match",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"type": "alias"}, {"type": "no such call"}),
)
def no_match(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event that the trigger does not take is told as not subscribed, and nothing is sent."""
    type_ = case.get("type")
    if not isinstance(type_, str) or type_ == "probe":
        return None
    event = {"type": type_, "properties": required_inputs(at.action)}
    sent = lab.deliver(at.action, event, lab.probe_mapping(at.action), trigger='type = "probe"')
    if sent.outcome != "not subscribed" or sent.requests or sent.escaped is not None:
        return Broken("not subscribed, 0 requests", sent.told, sent)
    return Kept("outside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    trigger_exact,
    delivers,
    action_target,
    order,
    default_place,
    default_delivered,
    custom_override,
    limit,
    no_match,
)
