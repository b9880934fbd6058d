"""Settings: required or not, and secrets, which are found again wherever they should not be."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

from actions_core.definitions import Subscription
from actions_core.errors import ConfigurationError, DeliveryError, SettingsError
from actions_core.js import Object
from conformance.contracts import BoundAction, BoundField
from conformance.oracle.coercion import verdict
from conformance.suite.checks.subjects import settings_that, whole
from conformance.suite.lab import EVERY_EVENT, SECRET, Answering, Lab, content, no_answer, probe_event, status
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnSetting, Whole, check, once
from conformance.suite.sent import Sent, carries
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs

_ALL: Final = settings_that(lambda _field: True, "the destination has no settings")
_REQUIRED: Final = settings_that(lambda field: field.facts.required is True, "no setting is required")
_OPTIONAL: Final = settings_that(lambda field: field.facts.required is not True, "no setting is optional")
_SECRETS: Final = settings_that(lambda field: field.facts.type == "password", "no setting is a password")


def first_action(lab: Lab) -> BoundAction | None:
    """Give an action to try settings with."""
    return next(iter(lab.target.cloud_actions), None)


def deliver_with(lab: Lab, settings: Object, answer: Answering | None = None) -> Sent | ConfigurationError | None:
    """Deliver a valid event with some settings, or give what is wrong with them; None if there is no action."""
    action = first_action(lab)
    if action is None:
        return None
    try:
        return lab.probe(action, complete_inputs(action), settings=settings, answer=answer)
    except ConfigurationError as error:
        return error


def _refused(found: Sent | ConfigurationError | None) -> Judgement:
    if found is None:
        return None
    if isinstance(found, SettingsError):
        return Kept("outside")
    if isinstance(found, ConfigurationError):
        return Broken("SettingsError", f"{type(found).__name__}: {found}")
    return Broken("SettingsError before anything is sent", found.told, found)


def _accepted(found: Sent | ConfigurationError | None) -> Judgement:
    if found is None:
        return None
    if isinstance(found, ConfigurationError):
        return Broken("delivered", f"{type(found).__name__}: {found}")
    return Kept("inside") if found.delivered else Broken("delivered", found.told, found)


def with_value(lab: Lab, at: OnSetting, case: Object) -> Object:
    """Give settings with a case's value, or without the setting if it has none."""
    rest = {key: value for key, value in lab.settings.items() if key != at.field.key}
    if case.get("valid"):
        return {**rest, at.field.key: valid_value(lab, at.field)}
    return {**rest, at.field.key: case["value"]} if "value" in case else rest


def valid_value(lab: Lab, field: BoundField) -> Any:
    """Give a valid value of a setting: its owner's, or a made-up one."""
    return lab.settings.get(field.key, lab.made_up(field))


@check(
    "setting.required.missing",
    subjects=_REQUIRED,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=lambda _lab, _at: ({}, {"valid": True}),
)
def required_missing(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """Without a required setting nothing is sent; with it events are delivered."""
    found = deliver_with(lab, with_value(lab, at, case))
    return _accepted(found) if case.get("valid") else _refused(found) if "value" not in case else None


@check(
    "setting.required.blank",
    subjects=_REQUIRED,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=lambda _lab, _at: ({"value": ""}, {"value": None}),
)
def required_blank(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """A required setting that is blank or null is refused as if it were missing."""
    if case.get("value", 0) not in ("", None):
        return None
    return _refused(deliver_with(lab, with_value(lab, at, case)))


@check(
    "setting.optional.missing",
    subjects=_OPTIONAL,
    source="page",
    clauses=lambda at: at.clause("required"),
    vectors=lambda _lab, _at: ({}, {"valid": True}),
)
def optional_missing(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """Without a setting that is not required events are delivered, and with it as well."""
    if "value" in case:
        return None
    judged = _accepted(deliver_with(lab, with_value(lab, at, case)))
    return Kept("inside" if case.get("valid") else "outside") if isinstance(judged, Kept) else judged


@check(
    "setting.type.enforced",
    subjects=_ALL,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=lambda _lab, _at: (
        {"valid": True},
        {"value": {"a": "b"}},
        {"value": ["a", "b"]},
        {"value": "some text"},
    ),
)
def type_enforced(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """A setting of another type than the documented one is refused before anything is sent."""
    found = deliver_with(lab, with_value(lab, at, case))
    if case.get("valid"):
        return _accepted(found)
    # The second opinion, for a single value.
    if "value" not in case or at.field.facts.multiple or verdict(at.field.facts.type, case["value"]) != "refused":
        return None
    return _refused(found)


@check(
    "setting.unknown.ignored",
    subjects=whole,
    source="runtime",
    vectors=lambda _lab, _at: ({"extra": f"{SECRET}-unknown"},),
)
def unknown_ignored(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A setting that the page does not have reaches neither the plugin's requests nor its errors."""
    if "extra" not in case:
        return None
    found = deliver_with(lab, {**lab.settings, "undocumented_setting": case["extra"]})
    if isinstance(found, Sent) and carries(found, str(case["extra"])):
        return Broken("a request without it", "the request has it", found)
    return _accepted(found)


def _has_probe(target: Target) -> bool:
    return target.destination.authentication is not None and target.destination.authentication.check is not None


@check(
    "setting.used",
    subjects=_SECRETS,
    source="page",
    clauses=lambda at: at.clause("type"),
    vectors=once,
)
def used(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """Another secret makes other requests, whatever the action: it is used."""
    if case:
        return None
    changed = {**lab.settings, at.field.key: f"{SECRET}-{at.field.key}-2"}
    judged: Judgement = None
    for action in lab.target.cloud_actions:
        inputs = complete_inputs(action)
        one, two = lab.probe(action, inputs), lab.probe(action, inputs, settings=changed)
        if not one.delivered:
            return Broken("delivered", one.told, one)
        if one.wire() == two.wire():
            return Broken(f"another request of {action.slug} with another secret", "the same request", one)
        judged = Kept("inside")
    return judged


@check("setting.instance_scoped", subjects=_SECRETS, source="runtime", vectors=once)
def instance_scoped(lab: Lab, at: OnSetting, case: Object) -> Judgement:
    """Two instances with a secret each never use the other's, however their events are mixed."""
    action = first_action(lab)
    if case or action is None:
        return None
    given = [{**lab.settings, at.field.key: f"{SECRET}-instance-{name}"} for name in ("one", "two")]
    inputs = complete_inputs(action)
    for index in (0, 1, 0, 1, 1, 0):
        sent = lab.probe(action, inputs, settings=given[index])
        other = str(given[1 - index][at.field.key])
        if carries(sent, other):
            return Broken("each instance's own secret", "a request of one instance has the other's", sent)
    first = lab.probe(action, inputs, settings=given[0])
    second = lab.probe(action, inputs, settings=given[1])
    if first.wire() == second.wire():
        return Broken("each instance's own secret", "both instances send the same request", first)
    return Kept("inside")


# --- secrets ---------------------------------------------------------------------------------------------------------

_TROUBLE: Final[dict[str, Answering]] = {
    "content": content,
    "401": status(401, json={"error": "bad key"}),
    "403": status(403),
    "400": status(400, json={"error": "bad request"}),
    "500": status(500, body="<html>down</html>", headers={"content-type": "text/html"}),
    "no answer": no_answer("ECONNRESET"),
    "too late": no_answer("ETIMEDOUT"),
}
"""What may happen to a request, each of which is an occasion to say too much."""


def _troubles(_lab: Lab, _at: Any) -> Iterable[Object]:
    return ({"answer": name} for name in _TROUBLE)


def _secrets(target: Target) -> Sequence[Whole] | NotApplicable:
    has = target.secret_settings or target.signs_in
    return (Whole(),) if has else NotApplicable("there is no password among the settings, and no token")


class _Log(logging.Handler):
    """Keeps every record of every logger, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.texts: Final[list[str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        where = f"{record.name} {record.levelname} ({record.filename}:{record.lineno})"
        # What is shown first; the rest, such as `extra`, reaches whoever formats records in another way.
        self.texts.append(f"{where}: {record.getMessage()}  {record.args!r} {record.exc_info!r} {record.__dict__!r}")


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Collect everything that is logged or printed while the block runs."""
    log, out, err = _Log(), io.StringIO(), io.StringIO()
    root = logging.getLogger()
    level = root.level
    root.addHandler(log)
    root.setLevel(logging.NOTSET)
    told = log.texts
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield told
    finally:
        root.removeHandler(log)
        root.setLevel(level)
        told += [out.getvalue(), err.getvalue()]


@check(
    "setting.secret.logs",
    subjects=_secrets,
    source="runtime",
    vectors=_troubles,
)
def secret_logs(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A secret is never logged or printed, at any level, whatever the partner answers."""
    answer = _TROUBLE.get(str(case.get("answer")))
    if answer is None:
        return None
    with overheard() as told:
        for action in lab.target.cloud_actions:
            lab.probe(action, complete_inputs(action), answer=answer)
        if _has_probe(lab.target):
            lab.check_authentication(answer=answer)
    found = [text for text in told if lab.redact.holds_secret(text)]
    if found:
        return Broken("no secret in what is logged or printed", lab.redact.text(found[0])[:200])
    return Kept("outside")


def _all_of(error: BaseException | None) -> Iterator[str]:
    """Yield everything that an error could show, itself and what caused it."""
    while error is not None:
        yield f"{error!r} {error} {error.args!r} {getattr(error, '__notes__', ())!r}"
        yield from (f"{value!r} {value}" for value in vars(error).values() if not isinstance(value, BaseException))
        error = error.__cause__


@check(
    "setting.secret.errors",
    subjects=_secrets,
    source="runtime",
    vectors=_troubles,
)
def secret_errors(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A secret is in no error: not in its text, arguments, attributes, notes or causes."""
    answer = _TROUBLE.get(str(case.get("answer")))
    if answer is None:
        return None
    errors: list[tuple[DeliveryError | None, Sent | None]] = []
    for action in lab.target.cloud_actions:
        sent = lab.probe(action, complete_inputs(action), answer=answer)
        errors.append((sent.error, sent))
    if _has_probe(lab.target):
        errors.append((lab.check_authentication(answer=answer)[0], None))
    for error, shown in errors:
        for text in _all_of(error):
            if lab.redact.holds_secret(text):
                return Broken("an error without secrets", lab.redact.text(text)[:200], shown)
    return Kept("outside")


@check("setting.secret.repr", subjects=_secrets, source="runtime", vectors=once)
def secret_repr(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A secret is not in the repr or text of an instance, of its settings, of a delivery or of a request."""
    action = first_action(lab)
    if case or action is None:
        return None
    subscription = Subscription(
        name="probe", action=action.slug, trigger=EVERY_EVENT, mapping=lab.probe_mapping(action)
    )
    instance, switch = lab.instance([subscription])
    switch.begin(content)
    deliveries, escaped = lab.run(instance.deliver(probe_event(complete_inputs(action))))
    if escaped is not None or deliveries is None:
        return Broken("delivered", repr(escaped))
    looked_at: list[Any] = [instance, instance.account.settings, *deliveries, *deliveries[0].exchanges]
    looked_at += [exchange.request for exchange in deliveries[0].exchanges]
    for one in looked_at:
        if lab.redact.holds_secret(f"{one!r} {one}"):
            return Broken("a repr without secrets", lab.redact.text(repr(one))[:200])
    return Kept("outside")


@check(
    "setting.secret.url",
    subjects=_secrets,
    source="runtime",
    level="SHOULD",
    vectors=once,
)
def secret_url(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A secret is not in a URL, which proxies and servers write down."""
    if case:
        return None
    for action in lab.target.cloud_actions:
        sent = lab.probe(action, complete_inputs(action))
        if any(lab.redact.holds_secret(request.url) for request in sent.requests):
            return Broken("a URL without secrets", lab.redact.text(sent.requests[0].url), sent, ("/url",))
    return Kept("outside")


# --- the check of the credentials ------------------------------------------------------------------------------------


def _probed(target: Target) -> Sequence[Whole] | NotApplicable:
    return (Whole(),) if _has_probe(target) else NotApplicable("the destination does not check its credentials")


@check(
    "auth.probe.accepts",
    subjects=_probed,
    source="page",
    vectors=lambda _lab, _at: ({"status": 200}, {"status": 204}),
)
def probe_accepts(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Credentials that the partner accepts pass the check, which is one request."""
    code = case.get("status")
    if not isinstance(code, int) or not 200 <= code < 300:
        return None
    error, requests, escaped = lab.check_authentication(answer=status(code))
    if error is not None or escaped is not None or len(requests) != 1:
        return Broken("no error, 1 request", f"{escaped or error!r}, {len(requests)} requests")
    return Kept("inside")


@check(
    "auth.probe.rejects",
    subjects=_probed,
    source="page",
    vectors=lambda _lab, _at: ({"status": 401}, {"status": 403}),
)
def probe_rejects(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Credentials that the partner refuses do not pass the check."""
    code = case.get("status")
    if code not in (401, 403):
        return None
    error, requests, escaped = lab.check_authentication(answer=status(code))
    if error is None or escaped is not None or not requests:
        return Broken("InvalidAuthenticationError", f"{escaped or error!r}, {len(requests)} requests")
    return Kept("outside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    required_missing,
    required_blank,
    optional_missing,
    type_enforced,
    unknown_ignored,
    used,
    instance_scoped,
    secret_logs,
    secret_errors,
    secret_repr,
    secret_url,
    probe_accepts,
    probe_rejects,
)
