"""The partner's API, as the annex describes it: each request is the documented one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.definitions import Subscription, preset_subscriptions
from actions_core.js import Object
from actions_core.testing import Answer, SentRequest
from conformance.contracts import BoundAction, Golden, WireRequest
from conformance.oracle.mapping import ABSENT
from conformance.suite.checks.randoms import random_inputs
from conformance.suite.checks.sending import as_sent
from conformance.suite.lab import EVERY_EVENT, Lab, fill_answer
from conformance.suite.model import (
    Broken,
    Check,
    Judgement,
    Kept,
    NotApplicable,
    OnAction,
    OnClause,
    Whole,
    check,
    once,
)
from conformance.suite.sent import Sent, body_of, write
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs, required_inputs
from conformance.suite.wire import fields_in, fill, fill_url


def _described(target: Target) -> Sequence[OnAction] | NotApplicable:
    found = [OnAction(action) for action in target.cloud_actions if action.documented.wire is not None]
    return found or NotApplicable("no request is documented (needs the annex's wire)")


def _with_body(target: Target) -> Sequence[OnAction] | NotApplicable:
    found = [
        OnAction(action)
        for action in target.cloud_actions
        if action.documented.wire is not None and action.documented.wire.body is not None
    ]
    return found or NotApplicable("no body is documented (needs the annex's wire)")


def _with_headers(target: Target) -> Sequence[Whole] | NotApplicable:
    return (
        (Whole(),) if target.contract.headers else NotApplicable("no headers are documented (needs the annex's wire)")
    )


def _clause(part: str) -> Any:
    return lambda at: (f"{at.action.documented.id}/wire/{part}",)


def values_of(lab: Lab, sent: Sent) -> Object:
    """Give what templates may read: the payload, the settings, the tokens."""
    payload = sent.payload if isinstance(sent.payload, dict) else {}
    settings = {f"settings.{key}": value for key, value in lab.settings.items()}
    tokens = {f"auth.{key}": value for key, value in asdict(lab.oauth).items()} if lab.oauth is not None else {}
    return {**payload, **settings, **tokens}


def _inputs(_lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"inputs": complete_inputs(at.action)}
    yield {"inputs": required_inputs(at.action)}
    for field in at.action.fields:
        if field.facts.required is not True:
            inputs = complete_inputs(at.action)
            inputs.pop(field.key)
            yield {"inputs": inputs}


def _random_inputs(_lab: Lab, at: OnAction) -> SearchStrategy[Any]:
    return st.fixed_dictionaries({"inputs": random_inputs(at.action)})


def _one_request(lab: Lab, action: BoundAction, case: Object) -> tuple[Sent, SentRequest] | Broken | None:
    inputs = case.get("inputs")
    if not isinstance(inputs, dict):
        return None
    sent = lab.probe(action, inputs)
    if sent.outcome == "rejected":
        return None  # whether that was right, other checks ask
    if len(sent.requests) != 1:
        return Broken("1 request", sent.told, sent)
    return sent, sent.requests[0]


@check(
    "wire.method_url",
    subjects=_described,
    source="wire",
    clauses=lambda at: (f"{at.action.documented.id}/wire/method", f"{at.action.documented.id}/wire/url"),
    boundary=_inputs,
    fuzz=_random_inputs,
    exact=True,
)
def method_url(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The request has the documented method and goes to the documented URL."""
    found, wire = _one_request(lab, at.action, case), at.action.documented.wire
    if not isinstance(found, tuple) or wire is None:
        return found if isinstance(found, Broken) else None
    sent, request = found
    values = values_of(lab, sent)
    method = fill(wire.method, values)
    url = fill_url(wire.url, values)
    if request.method != method:
        return Broken(f"method {method}", f"method {request.method}", sent, ("/method",))
    if not same_url(request.url, url):
        return Broken(url, request.url, sent, ("/url",))
    return Kept("inside")


def same_url(one: str, other: str) -> bool:
    """Compare URLs as servers do: scheme and host in any case, an empty path is `/`, `%28` is a bracket."""
    parts = [
        (url.scheme.lower(), url.netloc.lower(), [unquote(part) for part in (url.path or "/").split("/")], url.query)
        for url in (urlsplit(one), urlsplit(other))
    ]
    return parts[0] == parts[1]


@check(
    "wire.body",
    subjects=_with_body,
    source="wire",
    clauses=_clause("body"),
    boundary=_inputs,
    fuzz=_random_inputs,
    exact=True,
)
def body(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The body is the documented one: nothing else, nothing less, every value in its place."""
    found, wire = _one_request(lab, at.action, case), at.action.documented.wire
    if not isinstance(found, tuple) or wire is None:
        return found if isinstance(found, Broken) else None
    sent, request = found
    filled = fill(wire.body, values_of(lab, sent))
    if filled is ABSENT:
        return Kept("outside") if not request.body else Broken("no body", request.text, sent, ("/body",))
    wanted, got = as_sent(filled), write(body_of(request))
    return Kept("inside") if wanted == got else Broken(wanted, got, sent, ("/body",))


@check(
    "wire.headers",
    subjects=_with_headers,
    source="wire",
    clauses=lambda _at: ("wire/headers",),
    boundary=lambda lab, _at: ({"action": action.slug} for action in lab.target.cloud_actions),
    exact=True,
)
def headers(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Each request has the documented headers."""
    action = next((one for one in lab.target.cloud_actions if one.slug == case.get("action")), None)
    if action is None:
        return None
    sent = lab.probe(action, complete_inputs(action))
    values = values_of(lab, sent)
    if not sent.requests:
        return Broken("1 request", sent.told, sent)
    for name, template in lab.target.contract.headers.items():
        wanted = fill(template, values)
        got = sent.requests[0].headers.get(name.lower())
        if wanted is not ABSENT and got != wanted:
            redact = lab.redact.text
            observed = "there is none" if got is None else redact(got)
            return Broken(f"{name}: {redact(wanted)}", observed, sent, (f"/headers/{name.lower()}",))
    return Kept("inside")


def _probing(target: Target) -> Sequence[Whole] | NotApplicable:
    known = target.contract.probe is not None
    return (Whole(),) if known else NotApplicable("no check of the credentials is documented (needs the annex's wire)")


@check(
    "wire.probe",
    subjects=_probing,
    source="wire",
    clauses=lambda _at: ("wire/probe",),
    boundary=once,
    exact=True,
)
def probe(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The check of the credentials sends the documented request."""
    wire: WireRequest | None = lab.target.contract.probe
    if case or wire is None:
        return None
    _, requests, escaped = lab.check_authentication()
    told = f"{len(requests)} requests" if escaped is None else repr(escaped)
    if len(requests) != 1:
        return Broken(f"1 request: {wire.method} {wire.url}", told)
    (request,) = requests
    values = {f"settings.{key}": value for key, value in lab.settings.items()}
    url = fill_url(wire.url, values)
    sent = Sent("delivered", requests)
    if request.method != wire.method or not same_url(request.url, url):
        return Broken(f"{wire.method} {url}", f"{request.method} {request.url}", sent)
    if wire.body is not None and write(body_of(request)) != as_sent(fill(wire.body, values)):
        return Broken(as_sent(fill(wire.body, values)), write(body_of(request)), sent)
    return Kept("inside")


def _golden(target: Target) -> Sequence[OnClause] | NotApplicable:
    found = [OnClause(f"golden/{index + 1}") for index in range(len(target.contract.golden))]
    return found or NotApplicable("the annex has no golden events")


@check(
    "wire.golden",
    subjects=_golden,
    source="wire",
    clauses=lambda at: (at.clause,),
    vectors=once,
    exact=True,
)
def golden(lab: Lab, at: OnClause, case: Object) -> Judgement:
    """The golden event becomes exactly the requests that are written down for it."""
    if case:
        return None
    wanted = lab.target.contract.golden[int(at.clause.rpartition("/")[2]) - 1]
    subscriptions = _mappings_of(lab, wanted)
    if not subscriptions:
        missing = f"an action {wanted.action!r}" if wanted.action is not None else f"a preset called {wanted.preset!r}"
        return Broken(missing, "there is none")
    settings = {**lab.settings, **wanted.settings}
    if wanted.events:
        return _golden_batch(lab, wanted, subscriptions[0], settings)
    found = lab.run_mappings(subscriptions, wanted.event, settings=settings)
    return _compared(lab, wanted, [request for sent in found for request in sent.requests], found[0])


def _golden_batch(lab: Lab, wanted: Golden, subscription: Subscription, settings: Object) -> Judgement:
    action = next(one for one in lab.target.cloud_actions if one.slug == subscription.action)
    template = wanted.answer
    answer = None if template is None else lambda request: Answer(json=fill_answer(template, request))
    batch = lab.batch(action, wanted.events, subscription.mapping, settings=settings, answer=answer)
    sent = Sent("batch", batch.requests, escaped=batch.escaped)
    if batch.delivery is None:
        return Broken("a status for each event", sent.told, sent)
    statuses = [one.status for one in batch.delivery.statuses]
    if wanted.statuses and statuses != list(wanted.statuses):
        return Broken(f"statuses {list(wanted.statuses)}", f"statuses {statuses}", sent)
    return _compared(lab, wanted, batch.requests, sent)


def _compared(lab: Lab, wanted: Golden, requests: Sequence[SentRequest], sent: Sent) -> Judgement:
    if len(requests) != len(wanted.requests):
        count = len(wanted.requests)
        return Broken(f"{count} request{'' if count == 1 else 's'}", sent.told, sent)
    values = values_of(lab, sent)
    for one, request in zip(wanted.requests, requests, strict=True):
        told = {key: value for key, value in one.items() if key != "absent"}
        expected, got = as_sent(fill(told, values)), write(_shown(request, told))
        if expected != got:
            return Broken(expected, lab.redact.text(got), sent)
        for name in one.get("absent", ()):
            if name.lower() in request.headers:
                return Broken(f"no header {name}", "there is one", sent, (f"/headers/{name.lower()}",))
    return Kept("inside")


def _mappings_of(lab: Lab, golden: Golden) -> list[Subscription]:
    """Give the mappings that a golden event goes through."""
    if golden.action is not None:
        action = next((one for one in lab.target.cloud_actions if one.slug == golden.action), None)
        if action is None:
            return []
        mapping = {**lab.default_mapping(action), **golden.mapping}
        return [Subscription(name=golden.name, action=action.slug, trigger=EVERY_EVENT, mapping=mapping)]
    return [
        replace(one, mapping={**one.mapping, **golden.mapping})
        for one in preset_subscriptions(lab.target.destination)
        if golden.preset in (None, one.name)
    ]


def _shown(request: SentRequest, wanted: Object) -> Object:
    """Give of a request what the golden one has."""
    found: Object = {"method": request.method, "url": request.url, "body": body_of(request)}
    shown = {key: found[key] for key in wanted if key in found}
    if isinstance(wanted.get("headers"), dict):
        shown["headers"] = {name: request.headers.get(name.lower()) for name in wanted["headers"]}
    return shown


def _with_secrets(target: Target) -> Sequence[Whole] | NotApplicable:
    if not target.knows("wire"):
        return NotApplicable("no request is documented (needs the annex's wire)")
    has = target.secret_settings or target.signs_in
    return (Whole(),) if has else NotApplicable("there is no password among the settings, and no token")


@check(
    "setting.secret.location",
    subjects=_with_secrets,
    source="wire",
    clauses=lambda _at: (),
    boundary=lambda lab, _at: ({"action": action.slug} for action in lab.target.cloud_actions),
)
def secret_location(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A secret is in the places that the annex names, and in no other."""
    action = next((one for one in lab.target.cloud_actions if one.slug == case.get("action")), None)
    if action is None:
        return None
    sent = lab.probe(action, complete_inputs(action))
    wire = action.documented.wire
    named = {name.lower() for name, template in lab.target.contract.headers.items() if _is_secret(lab, template)}
    for request in sent.requests:
        if lab.redact.holds_secret(request.url) and not (wire is not None and _is_secret(lab, wire.url)):
            return Broken("no secret in the URL", lab.redact.text(request.url), sent, ("/url",))
        if lab.redact.holds_secret(request.text) and not (wire is not None and _is_secret(lab, wire.body)):
            return Broken("no secret in the body", lab.redact.text(request.text), sent, ("/body",))
        for name, value in request.headers.items():
            if lab.redact.holds_secret(value) and name not in named:
                return Broken(f"no secret in {name}", lab.redact.text(value), sent, (f"/headers/{name}",))
    return Kept("outside")


def _is_secret(lab: Lab, template: Any) -> bool:
    secrets = {f"settings.{field.key}" for field in lab.target.secret_settings}
    return any(name in secrets or name.startswith("auth.") for name in fields_in(template))


CHECKS: Final[tuple[Check[Any], ...]] = (
    method_url,
    body,
    headers,
    probe,
    golden,
    secret_location,
)
