"""Access tokens that expire: renewed once, with the newest refresh token, and never in a URL.

The partner of these checks gives tokens as RFC 6749 (5.1, 6) has it: an access token is void from one delivery to the
next, a refresh token once it was used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import unquote_plus

from actions_core.definitions import Subscription
from actions_core.js import Object
from actions_core.testing import Answer, SentRequest
from conformance.suite.lab import EVERY_EVENT, SECRET, Answering, Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnAction, check
from conformance.suite.sent import Sent
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs


class TokenServer:
    """A partner that takes only its newest access token, and gives the next one for its newest refresh token."""

    def __init__(self, lab: Lab, content: Answering) -> None:
        oauth = lab.oauth
        self._content: Final = content
        self._number = 0
        self.access = f"{SECRET}-none-yet"
        self.refresh = "" if oauth is None else oauth.refresh_token or ""
        self.renewals: Final[list[SentRequest]] = []
        """The requests for new tokens, those included that were refused."""

    def expire(self) -> None:
        """Let the access token expire; what was asked before is forgotten."""
        self.access = f"{SECRET}-expired-{self._number}"
        self.renewals.clear()

    def answer(self, request: SentRequest) -> Answer:
        """Answer one request."""
        told = unquote_plus(f"{request.url}\n{request.text}")
        if f"{SECRET}-refresh" in told:
            self.renewals.append(request)
            if self.refresh not in told:
                return Answer(status=400, json={"error": "invalid_grant"})
            self._number += 1
            self.access = f"{SECRET}-access-{self._number}-"
            self.refresh = f"{SECRET}-refresh-{self._number}-"
            return Answer(
                json={
                    "access_token": self.access,
                    "refresh_token": self.refresh,
                    "token_type": "Bearer",
                    "expires_in": 60,
                }
            )
        if any(self.access in value for value in request.headers.values()):
            return self._content(request)
        return Answer(status=401, json={"error": "expired"})


def _signed_in(target: Target) -> Sequence[OnAction] | NotApplicable:
    if not target.signs_in:
        return NotApplicable("it has no access tokens")
    return [OnAction(action) for action in target.cloud_actions] or NotApplicable("no action runs at Segment")


def _expiries(_lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"deliveries": 1}
    yield {"deliveries": 2}
    if at.action.action.perform_batch is not None:
        yield {"deliveries": 2, "batch": 3}


@check("auth.token.renewed", subjects=_signed_in, source="runtime", boundary=_expiries)
def token_renewed(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An access token that has expired is renewed, once and out of sight, and what it was for is delivered."""
    deliveries, batch = case.get("deliveries"), case.get("batch", 0)
    if not isinstance(deliveries, int) or not isinstance(batch, int) or not 1 <= deliveries <= 5 or batch > 10:
        return None
    content = lab.batch_answer(at.action) if batch else lab.content
    server = TokenServer(lab, content)
    mapping = lab.probe_mapping(at.action)
    subscription = Subscription(name=at.name, action=at.action.slug, trigger=EVERY_EVENT, mapping=mapping)
    # An instance of its own, since it keeps the tokens.
    instance, switch = lab.open([subscription], lab.settings)
    event = probe_event(complete_inputs(at.action))
    for _ in range(deliveries):
        server.expire()
        switch.begin(server.answer)
        arrived, told = _deliver(lab, instance, event, batch)
        sent = Sent("delivered" if arrived else "failed", tuple(server.renewals))
        if not arrived:
            return Broken("delivered, with a new access token", lab.redact.text(told), sent)
        if len(server.renewals) != 1:
            return Broken("1 request for a new token", f"{len(server.renewals)} of them", sent)
        if SECRET in unquote_plus(server.renewals[0].url):
            return Broken("no secret in the URL that gives tokens", "there is one", sent, ("/url",))
    return Kept("inside")


def _deliver(lab: Lab, instance: Any, event: Object, batch: int) -> tuple[bool, str]:
    if not batch:
        found, escaped = lab.run(instance.deliver(event))
        if not found:
            return False, repr(escaped)
        return found[0].outcome == "delivered", f"{found[0].outcome}: {found[0].error}"
    batches, escaped = lab.run(lab.target.platform.deliver_batch(instance, [event] * batch))
    if not batches:
        return False, repr(escaped)
    statuses = batches[0].statuses
    return all(one.delivered for one in statuses), f"statuses {', '.join(str(one.status) for one in statuses)}"


CHECKS: Final[tuple[Check[Any], ...]] = (token_renewed,)
