"""What UserMotion's functions could do wrongly over several deliveries, or with the partner's answers."""

from __future__ import annotations

from typing import Any, Final

from actions_core import HTTPError, Object
from conformance.mutants.code import before_perform, made_for, with_values
from conformance.mutants.edit import Edit
from conformance.mutants.mistakes import (
    add_clock,
    add_random_id,
    give_up_status,
    keep_first_options,
    lose_status,
    mutate_event,
    need_json_answer,
    number_requests,
    retry_inline,
    retry_status,
    send_twice,
    share_payload,
    swallow,
    swallow_disconnects,
    swallow_http_errors,
    swallow_timeouts,
)
from conformance.mutants.model import Mutant
from conformance.mutants.segment import skip_validation


def _remember_traits() -> Edit:
    known: dict[str, Object] = {}

    def merge(payload: Any) -> Any:
        known[payload.userId] = {**known.get(payload.userId, {}), **(payload.traits or {})}
        return with_values(payload, traits=known[payload.userId])

    return before_perform(merge, "identify")


_STATE = (
    Mutant("state/mutates-event", "the email is taken out of the event itself", mutate_event("traits.email")),
    Mutant("state/merges-traits", "what was known of a user is sent again", made_for(_remember_traits)),
    Mutant("state/sequence-number", "requests are numbered", number_requests()),
    Mutant("state/first-key-wins", "every instance sends with the key of the first one", keep_first_options()),
    Mutant("state/shared-payload", "what runs at the same time sends the same", share_payload()),
    Mutant("state/random-id", "every request has a random id", add_random_id()),
    Mutant("state/timestamp", "every request has the time", add_clock()),
)

_COUNT = (
    Mutant("count/sends-twice", "everything is sent twice", send_twice()),
    Mutant("count/skips-validation", "payloads are sent unchecked", skip_validation()),
)

_HTTP = (
    Mutant("http/swallow-all", "every answer is a success", swallow_http_errors()),
    Mutant("http/swallow-404", "404 is a success", swallow(HTTPError, status=404)),
    Mutant("http/401-retried", "Segment tries again with a wrong key", retry_status(401)),
    Mutant("http/429-permanent", "Segment gives up when the partner is busy", give_up_status(429)),
    Mutant("http/501-retried", "Segment tries again what the partner cannot do", retry_status(501)),
    Mutant("http/status-lost", "the partner's status is not reported", lose_status()),
    Mutant("http/needs-json", "a success must have a JSON body", need_json_answer()),
    Mutant("http/timeout-swallowed", "no answer in time is a success", swallow_timeouts()),
    Mutant("http/disconnect-swallowed", "a broken connection is a success", swallow_disconnects()),
    Mutant("http/inline-retry", "what fails is tried again at once", retry_inline()),
)

MUTANTS: Final = (*_STATE, *_COUNT, *_HTTP)
