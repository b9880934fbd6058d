"""The partner's answers: what each means for the event, and where a request never goes."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.errors import DeliveryError
from actions_core.js import Object
from actions_core.rules.retries import Fate, retry_after_of
from actions_core.testing import Answer, SentRequest
from conformance.suite.checks.subjects import actions
from conformance.suite.lab import SECRET, Answering, Lab, no_answer, status
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnAction, check
from conformance.suite.sent import Sent
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs, expand


def sample(lab: Lab, at: OnAction, answer: Answering | None = None) -> Sent:
    """Send an event that has every field of an action."""
    return lab.probe(at.action, complete_inputs(at.action), answer=answer)


def fate(lab: Lab, error: DeliveryError | None, *, refreshed: bool = False) -> str:
    """Ask Segment what becomes of an event."""
    authentication = lab.target.destination.authentication
    scheme = "custom" if authentication is None else authentication.scheme
    return lab.target.platform.fate_of(error, scheme, refreshed=refreshed)


# --- statuses --------------------------------------------------------------------------------------------------------

_FATES: Final[Mapping[int, Fate]] = {
    400: "discarded",
    401: "discarded",
    403: "discarded",
    404: "discarded",
    409: "discarded",
    413: "discarded",
    422: "discarded",
    501: "discarded",
    408: "retried",
    423: "retried",
    429: "retried",
    500: "retried",
    502: "retried",
    503: "retried",
    504: "retried",
}
"""By Segment's page about error codes and its open-source runtime."""


def _statuses(lab: Lab, _at: OnAction) -> Iterable[Object]:
    yield from ({"status": code} for code in _FATES)
    authentication = lab.target.destination.authentication
    if lab.target.signs_in and authentication is not None and authentication.refresh_access_token is not None:
        yield {"status": 401, "refreshed": True}


@check("http.taxonomy", subjects=actions, source="runtime", vectors=_statuses)
def http_taxonomy(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An answer that is no success fails the event with its status: tried again if that may help, else given up."""
    code = case.get("status")
    if not isinstance(code, int) or code not in _FATES:
        return None
    if case.get("refreshed"):
        return _refreshed(lab, at)
    usual = sample(lab, at)
    if not usual.requests:
        return None
    sent = sample(lab, at, status(code))
    wanted = _FATES[code]
    if sent.outcome != "failed" or sent.error is None:
        return Broken(f"failed with {code}, which is {wanted}", sent.told, sent)
    if sent.error.status != code:
        return Broken(f"an error with the partner's status {code}", f"status {sent.error.status}: {sent.told}", sent)
    # A token that is refused is replaced once; in this case the new one is refused as well.
    signed_in = code == 401 and lab.target.signs_in
    if signed_in and fate(lab, sent.error) != "refreshed":
        return Broken("refreshed: the access token is replaced", fate(lab, sent.error), sent)
    found = fate(lab, sent.error, refreshed=signed_in)
    if found != wanted:
        return Broken(f"{wanted}, as after {code}", f"{found}: {sent.told}", sent)
    return (None if signed_in else _one_try(lab, sent, usual)) or Kept("outside")


def _one_try(lab: Lab, sent: Sent, usual: Sent) -> Broken | None:
    counts = Counter((one.method, one.url) for one in sent.requests)
    usually = Counter((one.method, one.url) for one in usual.requests)
    again = [f"{method} {url}" for (method, url), times in counts.items() if times > max(1, usually[method, url])]
    if not again:
        return None
    told = lab.redact.text(f"sent again at once: {', '.join(again)}")
    return Broken("one try, since Segment itself tries again later", told, sent)


def _refreshed(lab: Lab, at: OnAction) -> Judgement:
    """Judge what becomes of an event whose access token has expired."""
    # With an account of its own, for its tokens are replaced.
    with lab.fresh() as other:
        asked: list[str] = []
        stale = (other.oauth.access_token if other.oauth is not None else "") or ""

        def answer(request: SentRequest) -> Answer:
            refused = not asked or (request.url == asked[0] and stale in _text_of(request))
            asked.append(request.url)
            return Answer(status=401) if refused else Answer(json=_NEW_TOKENS)

        sent = sample(other, at, answer)
    if not sent.requests:
        return None
    if not sent.delivered:
        expected = "delivered with a new token: the partner gave one in the form of RFC 6749 (access_token, …)"
        return Broken(expected, sent.told, sent)
    return Kept("inside")


_NEW_TOKENS: Final[Object] = {
    "access_token": f"{SECRET}-second",
    "refresh_token": f"{SECRET}-third",
    "token_type": "Bearer",
    "expires_in": 3600,
}


def _text_of(request: SentRequest) -> str:
    return "\n".join([unquote(request.url), *request.headers.values(), request.text])


# --- no answer -------------------------------------------------------------------------------------------------------


def _unanswered(lab: Lab, at: OnAction, reason: str) -> Judgement:
    usual = sample(lab, at)
    if not usual.requests:
        return None
    sent = sample(lab, at, no_answer(reason))
    if sent.outcome != "failed" or sent.error is None:
        return Broken("failed, to be tried again", sent.told, sent)
    if fate(lab, sent.error) != "retried":
        return Broken("an error that Segment tries again", f"{fate(lab, sent.error)}: {sent.told}", sent)
    return _one_try(lab, sent, usual) or Kept("outside")


@check("http.timeout", subjects=actions, source="runtime", vectors=lambda _lab, _at: ({"error": "ETIMEDOUT"},))
def http_timeout(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A partner that does not answer in time fails the event, which Segment tries again; the destination does not."""
    return _unanswered(lab, at, "ETIMEDOUT") if case.get("error") == "ETIMEDOUT" else None


_DISCONNECTS: Final = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "EPIPE")
"""Before the request was sent, and after it."""


@check(
    "http.disconnect",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"error": reason} for reason in _DISCONNECTS),
)
def http_disconnect(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A connection that fails or breaks fails the event, which Segment tries again; the destination does not."""
    reason = case.get("error")
    return _unanswered(lab, at, reason) if reason in _DISCONNECTS else None


# --- bodies ----------------------------------------------------------------------------------------------------------

_JSON: Final = "application/json"
_BODIES: Final[tuple[Object, ...]] = (
    {"status": 200, "type": _JSON, "body": ""},
    {"status": 200, "type": _JSON, "body": "{"},
    {"status": 200, "type": _JSON, "body": "not JSON"},
    {"status": 201, "type": _JSON, "body": "null"},
    {"status": 200, "type": _JSON, "body": "[]"},
    {"status": 200, "type": _JSON, "body": '"text"'},
    {"status": 202, "type": "text/html", "body": "<html>OK</html>"},
    {"status": 200, "type": "text/plain", "body": ""},
    {"status": 204, "type": "", "body": ""},
    {"status": 200, "type": _JSON, "bytes": [255, 254, 0]},
)


def _answer(case: Object) -> Answering | None:
    code, body = case.get("status"), expand(case.get("body", ""))
    if not isinstance(code, int) or not isinstance(body, str):
        return None
    given = bytes(case["bytes"]) if "bytes" in case else body
    kind = str(case.get("type", ""))
    return status(code, body=given, headers={"content-type": kind} if kind else {})


def _random_bodies(_lab: Lab, _at: OnAction) -> SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "status": st.sampled_from([200, 201, 202]),
            "type": st.sampled_from([_JSON, "text/html", ""]),
            "bytes": st.lists(st.integers(0, 255), max_size=20),
        }
    )


@check(
    "http.body.malformed",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: _BODIES,
    fuzz=_random_bodies,
)
def http_body_malformed(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A success is one whatever its body: the partner has the event, and would get it twice."""
    answer = _answer(case)
    if answer is None or not 200 <= case["status"] <= 299 or not sample(lab, at).delivered:
        return None
    sent = sample(lab, at, answer)
    return Kept("inside") if sent.delivered else Broken(f"delivered, as {case['status']} says", sent.told, sent)


_HUGE: Final = 10_000_000
_LONGEST: Final = 10_000
"""Characters of an error's text; nobody reads more, and every report would have to hold it."""


@check(
    "http.body.huge",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: (
        {"status": 200, "type": "text/plain", "body": {"$long": ["x", _HUGE]}},
        {"status": 400, "type": "text/plain", "body": {"$long": ["x", _HUGE]}},
        {"status": 500, "type": "text/plain", "body": {"$long": ["x", _HUGE]}},
    ),
)
def http_body_huge(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A huge body does no harm: a success is one, and the text of an error stays short."""
    answer = _answer(case)
    if answer is None or case["status"] not in (200, 400, 500) or not sample(lab, at).delivered:
        return None
    sent = sample(lab, at, answer)
    if case["status"] == 200:
        return Kept("inside") if sent.delivered else Broken("delivered", _cut(sent.told), sent)
    if sent.error is None or sent.error.status != case["status"]:
        return Broken(f"failed with {case['status']}", _cut(sent.told), sent)
    if len(str(sent.error)) > _LONGEST:
        return Broken(
            f"an error whose text has at most {_LONGEST} characters", f"{len(str(sent.error))} characters", sent
        )
    return Kept("outside")


def _cut(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"


@check(
    "http.retry_after",
    subjects=actions,
    source="runtime",
    level="SHOULD",
    vectors=lambda _lab, _at: (
        {"status": 429, "after": "120"},
        {"status": 503, "after": "120"},
        {"status": 429, "after": "Thu, 01 Jan 1970 00:02:00 GMT"},
    ),
)
def http_retry_after(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """When the partner says how long to wait (Retry-After), the error tells it, and Segment waits that long."""
    code, after = case.get("status"), case.get("after")
    if code not in (429, 503) or after not in ("120", "Thu, 01 Jan 1970 00:02:00 GMT"):
        return None
    sent = sample(lab, at, status(code, headers={"retry-after": after}))
    if not sent.requests or sent.error is None:
        return None
    told = retry_after_of(sent.error)
    if told != after:
        return Broken(f"an error from which Retry-After can be read: {after}", f"{told}: {sent.told}", sent)
    schedule = lab.target.platform.schedule
    at_second = schedule.next_attempt(1, first_at=0.0, now=0.0, random=lambda: 0.0, retry_after=told)
    if at_second is None or at_second < 120:
        return Broken("the next try after 120 seconds", f"after {at_second} seconds", sent)
    return Kept("outside")


# --- redirects -------------------------------------------------------------------------------------------------------

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MOST: Final = 20
"""Redirects that fetch follows."""


class _Redirecting:
    """A partner that sends the first request elsewhere, or all of them, and remembers what it gets."""

    def __init__(self, code: int, target: Callable[[str], str], content: Answering, *, always: bool = False) -> None:
        self.code: Final = code
        self.target: Final = target
        self.content: Final = content
        self.always: Final = always
        self.received: Final[list[SentRequest]] = []

    def __call__(self, request: SentRequest) -> Answer:
        """Answer a request."""
        self.received.append(request)
        if self.always or len(self.received) == 1:
            return Answer(status=self.code, headers={"location": self.target(request.url)})
        return self.content(request)


def _redirects(_lab: Lab, _at: OnAction) -> Iterable[Object]:
    for code in _REDIRECTS:
        yield {"status": code}
    yield {"status": 302, "always": True}
    yield {"status": 304}


@check("http.redirect", subjects=actions, source="runtime", level="SHOULD", vectors=_redirects)
def http_redirect(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A redirect within the partner's host is followed by the rules of fetch, and no further than it follows."""
    code = case.get("status")
    if code == 304:
        return _not_modified(lab, at)
    usual = sample(lab, at)
    if code not in _REDIRECTS or not usual.delivered or not usual.requests:
        return None
    partner = _Redirecting(code, lambda _url: "/moved?to=here", lab.content, always=bool(case.get("always")))
    sent = sample(lab, at, partner)
    if partner.always:
        if sent.delivered or fate(lab, sent.error) != "discarded" or len(partner.received) > 1 + _MOST:
            expected = f"given up after at most {_MOST} redirects"
            return Broken(expected, f"{sent.told}, {len(partner.received)} of them received", sent)
        return Kept("outside")
    first = partner.received[0]
    if len(partner.received) < 2 or not sent.delivered:
        return Broken("the redirect followed, and delivered", sent.told, sent)
    second = partner.received[1]
    place = urljoin(first.url, "/moved?to=here")
    becomes_get = code == 303 or (code in (301, 302) and first.method == "POST")
    wanted = ("GET", place, b"") if becomes_get else (first.method, place, first.body)
    found = (second.method, second.url, second.body)
    if found != wanted:
        return Broken(lab.redact.text(_shown(*wanted)), lab.redact.text(_shown(*found)), sent)
    return Kept("inside")


def _not_modified(lab: Lab, at: OnAction) -> Judgement:
    """Judge an answer that looks like a redirect and leads nowhere."""
    if not sample(lab, at).requests:
        return None
    sent = sample(lab, at, status(304))
    if sent.delivered or sent.error is None or fate(lab, sent.error) != "discarded" or sent.error.status != 304:
        return Broken("failed with 304, which is discarded", sent.told, sent)
    return Kept("outside")


def _shown(method: str, url: str, body: bytes) -> str:
    return f"{method} {url} with {f'{len(body)} bytes' if body else 'no body'}"


def _with_secrets(target: Target) -> Sequence[OnAction] | NotApplicable:
    if not target.secret_settings and not target.signs_in:
        return NotApplicable("there is no secret: no setting is a password, and there are no tokens")
    return actions(target)


_ELSEWHERE: Final[Mapping[str, Callable[[str], str]]] = {
    "host": lambda _url: "https://elsewhere.example/in",
    "port": lambda url: urlsplit(url)._replace(netloc=f"{urlsplit(url).hostname}:8443").geturl(),
    "scheme": lambda url: urlsplit(url)._replace(scheme="http" if url.startswith("https:") else "https").geturl(),
}


def _leading_elsewhere(_lab: Lab, _at: OnAction) -> Iterable[Object]:
    return ({"status": code, "other": other} for code in _REDIRECTS for other in _ELSEWHERE)


@check("setting.secret.redirect", subjects=_with_secrets, source="runtime", vectors=_leading_elsewhere)
def setting_secret_redirect(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A redirect to another host, port or scheme never takes a secret or credentials along."""
    code, other = case.get("status"), case.get("other")
    if code not in _REDIRECTS or not isinstance(other, str) or other not in _ELSEWHERE:
        return None
    partner = _Redirecting(code, _ELSEWHERE[other], lab.content)
    sent = sample(lab, at, partner)
    if not partner.received:
        return None
    home = _origin(partner.received[0])
    for request in partner.received[1:]:
        if _origin(request) == home:
            continue
        found = [name for name in ("authorization", "proxy-authorization", "cookie") if name in request.headers]
        if lab.redact.holds_secret(_text_of(_decoded(request))):
            found.append("a secret")
        if found:
            return Broken(f"nothing secret at {_origin(request)}", f"it was sent {', '.join(found)}", sent)
    return Kept("outside")


def _origin(request: SentRequest) -> str:
    return "://".join(urlsplit(request.url)[:2])


def _decoded(request: SentRequest) -> SentRequest:
    """Add to a request's headers what is written in them as base64."""
    decoded: dict[str, str] = {}
    for name, value in request.headers.items():
        try:
            decoded[f"{name} decoded"] = base64.b64decode(value.rpartition(" ")[2], validate=True).decode("latin-1")
        except binascii.Error:
            continue
    return replace(request, headers={**request.headers, **decoded})


CHECKS: Final[tuple[Check[Any], ...]] = (
    http_taxonomy,
    http_timeout,
    http_disconnect,
    http_body_malformed,
    http_body_huge,
    http_retry_after,
    http_redirect,
    setting_secret_redirect,
)
