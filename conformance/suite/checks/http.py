"""The partner's answers: what each means for the event, and where a request never goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import unquote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.errors import DeliveryError
from actions_core.js import Object
from actions_core.rules.retries import Fate, retry_after_of
from actions_core.testing import Answer, SentRequest
from conformance.suite.checks.subjects import actions
from conformance.suite.lab import SECRET, Answering, Lab, no_answer, status
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, check
from conformance.suite.sent import Sent
from conformance.suite.values import complete_inputs, expand


def sample(lab: Lab, at: OnAction, answer: Answering | None = None) -> Sent:
    """Send an event that has every field of an action."""
    return lab.probe(at.action, complete_inputs(at.action), answer=answer)


def is_answered(lab: Lab, at: OnAction) -> bool:
    """Tell whether the partner is asked at all, and an event delivered if it is content."""
    usual = sample(lab, at)
    return usual.delivered and bool(usual.requests)


def fate(lab: Lab, error: DeliveryError | None, *, refreshed: bool = False) -> str:
    """Ask Segment what becomes of an event."""
    authentication = lab.target.destination.authentication
    scheme = "custom" if authentication is None else authentication.scheme
    return lab.target.platform.fate_of(error, scheme, refreshed=refreshed)


def text_of(request: SentRequest) -> str:
    """Give all that is written in a request, its URL's escapes undone."""
    return "\n".join([unquote(request.url), *request.headers.values(), request.text])


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
            refused = not asked or (request.url == asked[0] and stale in text_of(request))
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
    if answer is None or not 200 <= case["status"] <= 299 or not is_answered(lab, at):
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
    if answer is None or case["status"] not in (200, 400, 500) or not is_answered(lab, at):
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


CHECKS: Final[tuple[Check[Any], ...]] = (
    http_taxonomy,
    http_timeout,
    http_disconnect,
    http_body_malformed,
    http_body_huge,
    http_retry_after,
)
