"""Redirects: how far they are followed, and what never goes along."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from actions_core.js import Object
from actions_core.testing import Answer, SentRequest
from conformance.suite.checks.http import fate, is_answered, sample, text_of
from conformance.suite.checks.subjects import actions
from conformance.suite.lab import Answering, Lab, status
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnAction, check
from conformance.suite.target import Target

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
    if not isinstance(code, int) or code not in _REDIRECTS or not is_answered(lab, at):
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
    if not is_answered(lab, at):
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
        if lab.redact.holds_secret(text_of(_decoded(request))):
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


CHECKS: Final[tuple[Check[Any], ...]] = (http_redirect, setting_secret_redirect)
