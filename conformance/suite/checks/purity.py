"""What a plugin may not do: change its input, remember, add something of its own, depend on anything but the event."""

from __future__ import annotations

import json
import locale
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import unquote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.definitions import CALL_TYPES
from actions_core.js import Object, stringify
from actions_core.testing import create_event
from conformance.suite.checks.mappings import event_for
from conformance.suite.checks.randoms import random_inputs, random_json
from conformance.suite.checks.subjects import actions, is_free_text
from conformance.suite.lab import Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, check, once
from conformance.suite.numbered import numbered_inputs
from conformance.suite.sent import Sent, shown_request, write
from conformance.suite.values import complete_inputs, required_inputs


def _inputs(_lab: Lab, at: OnAction) -> Iterable[Object]:
    return ({"inputs": complete_inputs(at.action)}, {"inputs": required_inputs(at.action)})


def _fuzzed(lab: Lab, at: OnAction) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({"inputs": random_inputs(at.action)})


def _object(case: Object, key: str) -> Object | None:
    value = case.get(key)
    return value if isinstance(value, dict) else None


def _events(lab: Lab, at: OnAction) -> Iterable[Object]:
    yield from _inputs(lab, at)
    yield from ({"call": call} for call in CALL_TYPES)


@check(
    "event.immutable",
    subjects=actions,
    source="runtime",
    vectors=_events,
    fuzz=_fuzzed,
)
def immutable(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event, its parts in the payload, its mapping and the settings are after a delivery what they were before."""
    inputs, call = _object(case, "inputs"), case.get("call")
    if inputs is not None:
        event, mapping = probe_event(json.loads(json.dumps(inputs))), lab.probe_mapping(at.action)
    elif call in CALL_TYPES:
        mapping = json.loads(json.dumps(lab.default_mapping(at.action)))
        event = event_for(at.action, create_event(call), mapping)
    else:
        return None
    settings = {**lab.settings}
    before = stringify([event, mapping, settings])
    # The plugin gets the parts of this very event, not copies of them.
    sent = lab.deliver(at.action, event, mapping, settings=settings, as_it_is=True)
    if not sent.delivered:
        return None
    after = stringify([event, mapping, settings])
    return (
        Kept("inside") if before == after else Broken(f"still {_short(lab, before)}", f"now {_short(lab, after)}", sent)
    )


def _same(lab: Lab, one: Sent, other: Sent, expected: str) -> Judgement:
    if not one.delivered:
        return None
    if one.wire() == other.wire() and one.outcome == other.outcome:
        return Kept("inside")
    return Broken(expected, f"{_short(lab, one.wire())} and then {_short(lab, other.wire() or other.told)}", other)


def _short(lab: Lab, text: str) -> str:
    """Cut a text; what is secret goes first, since half a secret is found by nobody."""
    hidden = lab.redact.text(text)
    return hidden if len(hidden) <= 200 else f"{hidden[:199]}…"


@check(
    "mapping.deterministic",
    subjects=actions,
    source="runtime",
    vectors=_inputs,
    fuzz=_fuzzed,
)
def deterministic(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The same event makes the same request in an instance that is new."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    one = lab.probe(at.action, inputs)
    lab.forget()
    return _same(lab, one, lab.probe(at.action, inputs), "the same request from a new instance")


@check(
    "idempotent.resend",
    subjects=actions,
    source="runtime",
    level="SHOULD",
    vectors=_inputs,
    fuzz=_fuzzed,
)
def resend(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event that is sent again, as after a failure, makes the same request."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    return _same(lab, lab.probe(at.action, inputs), lab.probe(at.action, inputs), "the same request again")


@contextmanager
def _elsewhere() -> Iterator[None]:
    """Be in another time zone, locale and directory, at another time."""
    zone, where = os.environ.get("TZ"), os.getcwd()
    language = locale.setlocale(locale.LC_ALL)
    now = time.time
    try:
        os.environ["TZ"] = "Asia/Kolkata" if zone != "Asia/Kolkata" else "America/Lima"
        time.tzset()
        os.chdir("/")
        for name in ("tr_TR.UTF-8", "de_DE.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_ALL, name)
                break
            except locale.Error:
                continue  # not every machine has it
        time.time = lambda: now() + 86_400 * 40.0
        yield
    finally:
        time.time = now
        os.chdir(where)
        locale.setlocale(locale.LC_ALL, language)
        if zone is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = zone
        time.tzset()


@check("mapping.environment_free", subjects=actions, source="runtime", vectors=_inputs)
def environment_free(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The request does not depend on the time, the time zone, the locale or the directory."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    here = lab.probe(at.action, inputs)
    with _elsewhere():
        there = lab.probe(at.action, inputs)
    return _same(lab, here, there, "the same request")


@check(
    "mapping.key_order",
    subjects=actions,
    source="runtime",
    vectors=_inputs,
    fuzz=_fuzzed,
)
def key_order(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The order of an event's own keys does not matter; within an object that is sent it may, as to a signature."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    event = probe_event({key: inputs[key] for key in reversed(inputs)})
    turned = {key: event[key] for key in reversed(event)}
    mapping = lab.probe_mapping(at.action)
    return _same(lab, lab.probe(at.action, inputs), lab.deliver(at.action, turned, mapping), "the same request")


@check(
    "metamorphic.unrelated",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"extra": {"channel": "server"}},
        {"extra": {"context": {"ip": "192.0.2.14", "locale": "tr-TR"}}},
        {"extra": {"userId": "somebody", "anonymousId": "nobody", "name": "a name", "sentAt": "2020-01-01"}},
        {"extra": {"traits": {"email": "other@example.example"}, "integrations": {"All": True}}},
        {"extra": {"unrelated": {"deep": [1, 2, 3]}}},
    ),
    fuzz=lambda _lab, _at: st.fixed_dictionaries(
        {
            "extra": st.dictionaries(
                st.sampled_from(["channel", "context", "traits", "userId", "anonymousId", "name", "version", "x"]),
                random_json,
                min_size=1,
                max_size=3,
            )
        }
    ),
)
def unrelated(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """What an event has besides what the mapping reads changes no request."""
    extra = _object(case, "extra")
    if extra is None or {"properties", "type", "event"} & extra.keys():
        return None
    event = probe_event(complete_inputs(at.action))
    mapping = lab.probe_mapping(at.action)
    one = lab.deliver(at.action, event, mapping)
    return _same(lab, one, lab.deliver(at.action, {**event, **extra}, mapping), "the same request")


@check(
    "metamorphic.substitution",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"other": "ÄNDERE Größe"}, {"other": "w"}),
    vacuous=True,
)
def substitution(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A text that is another one everywhere in the event is so everywhere in the request, and nothing else changes."""
    other = case.get("other")
    if not isinstance(other, str) or not other:
        return None
    free = {field.key for field in at.action.fields if is_free_text(at.action, field)}
    complete = complete_inputs(at.action)
    inputs = {key: _replaced(value, "Wert", _FRESH) if key in free else value for key, value in complete.items()}
    changed = {key: _replaced(value, _FRESH, other) for key, value in inputs.items()}
    if changed == inputs:
        return None
    first, second = lab.probe(at.action, inputs), lab.probe(at.action, changed)
    if not first.delivered:
        return None
    wanted = [_replaced(_request(first, index), _FRESH, other) for index in range(len(first.requests))]
    got = [write(_request(second, index)) for index in range(len(second.requests))]
    if [write(one) for one in wanted] != got:
        return Broken(_short(lab, write(wanted[0])), _short(lab, got[0] if got else second.told), second)
    return Kept("inside")


def _request(sent: Sent, index: int) -> Any:
    shown = shown_request(sent.requests[index])
    return {**shown, "url": unquote(shown["url"])}


_FRESH: Final = "Xyzzy"
"""A text that is nowhere else: neither in the settings nor in the plugin."""


def _replaced(value: Any, one: str, other: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(inner, one, other) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, one, other) for inner in value]
    return value.replace(one, other) if type(value) is str else value


# --- one event and another -------------------------------------------------------------------------------------------


def _two_events(_lab: Lab, at: OnAction) -> Iterable[Object]:
    # No other check sends these numbers, so that nothing can have been remembered of them before.
    for number, complete in ((7001, True), (7002, False)):
        inputs = numbered_inputs(at.action, number, complete=complete)
        before = {
            key: {**value, "before-k": "Sentinel-Before"} if isinstance(value, dict) else value
            for key, value in numbered_inputs(at.action, number).items()
        }
        yield {"before": before, "inputs": inputs}
    yield {"before": {"unrelated": 1}, "inputs": numbered_inputs(at.action, 7003)}


@check(
    "isolation.cross_event",
    subjects=actions,
    source="runtime",
    vectors=_two_events,
    fuzz=lambda lab, at: st.fixed_dictionaries(
        {"before": random_inputs(at.action), "inputs": random_inputs(at.action)}
    ),
)
def cross_event(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Events before it, of the same instance or of another one, change nothing of an event's request."""
    before, inputs = _object(case, "before"), _object(case, "inputs")
    if before is None or inputs is None:
        return None
    first = lab.probe(at.action, inputs)
    for settings in (None, lab.made_up_settings("2")):
        lab.probe(at.action, before, settings=settings)
        again = lab.probe(at.action, inputs)
        judged = _same(lab, first, again, "the same request as before the other event")
        if not isinstance(judged, Kept):
            return judged
    return Kept("inside")


@check(
    "request.exactly_one",
    subjects=actions,
    source="page",
    vectors=_inputs,
    fuzz=_fuzzed,
)
def exactly_one(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event that is delivered is one request."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    sent = lab.probe(at.action, inputs)
    if not sent.delivered:
        return None
    return Kept("inside") if len(sent.requests) == 1 else Broken("1 request", sent.told, sent)


@check("request.none_on_refusal", subjects=actions, source="page", vectors=once)
def none_on_refusal(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event that is refused is no request."""
    if case or not required_inputs(at.action):
        return None
    for key in required_inputs(at.action):
        inputs = {other: value for other, value in complete_inputs(at.action).items() if other != key}
        sent = lab.probe(at.action, inputs)
        if sent.outcome == "rejected" and sent.requests:
            return Broken("0 requests", sent.told, sent)
        if sent.escaped is not None:
            return Broken("a refusal", sent.told, sent)
    return Kept("outside")


_HEADER: Final = frozenset(range(0x20, 0x7F)) | frozenset(range(0x80, 0x100)) | {0x09}


@check(
    "request.wellformed",
    subjects=actions,
    source="runtime",
    vectors=lambda lab, at: (
        *_inputs(lab, at),
        {"inputs": complete_inputs(at.action), "text": "\ud800 half"},
        {"inputs": complete_inputs(at.action), "text": "Größe 😀"},
    ),
    fuzz=_fuzzed,
)
def wellformed(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A request has an absolute https URL, legal headers, and a body in UTF-8 that is JSON if it says so."""
    inputs = _object(case, "inputs")
    if inputs is None:
        return None
    text = case.get("text")
    for field in at.action.fields if isinstance(text, str) else ():
        if field.key in inputs and field.facts.type == "object" and field.facts.properties is None:
            inputs = {**inputs, field.key: {f"{field.key}-k": text}}
    sent = lab.probe(at.action, inputs)
    if sent.escaped is not None:
        return Broken("a request, or a refusal", sent.told, sent)
    for request in sent.requests:
        if not request.url.startswith("https://"):
            return Broken("an absolute https URL", request.url, sent, ("/url",))
        wrong = [name for name, value in request.headers.items() if any(ord(char) not in _HEADER for char in value)]
        if wrong:
            return Broken("headers that can be sent", f"{wrong[0]} cannot", sent, (f"/headers/{wrong[0]}",))
        try:
            body = request.body.decode("utf-8")
            if "json" in request.headers.get("content-type", "") and body:
                json.loads(body, parse_constant=_no_constant)
        except ValueError as error:
            return Broken("a body in UTF-8 that is JSON", f"{error}: {_short(lab, request.text)}", sent, ("/body",))
    return Kept("inside") if sent.delivered else None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


CHECKS: Final[tuple[Check[Any], ...]] = (
    immutable,
    deterministic,
    resend,
    environment_free,
    key_order,
    unrelated,
    substitution,
    cross_event,
    exactly_one,
    none_on_refusal,
    wellformed,
)
