"""How deliveries end that do not go well, and when they are tried again."""

from __future__ import annotations

import asyncio
import pickle
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.errors import DeliveryError, HTTPError, PerformError
from actions_core.js import Object
from actions_core.request import Request, Response
from actions_core.transport import HttpRequest, standard_reason
from conformance.suite.checks.http import fate
from conformance.suite.checks.subjects import actions, whole
from conformance.suite.lab import Lab, no_answer, probe_event, status
from conformance.suite.model import Broken, Check, Judgement, Kept, OnAction, Whole, check
from conformance.suite.sent import Sent
from conformance.suite.values import complete_inputs

# --- what an error is ------------------------------------------------------------------------------------------------

_RAISED: Final[Mapping[str, Callable[[], BaseException]]] = {
    "KeyError": lambda: KeyError("made up"),
    "ExceptionGroup": lambda: ExceptionGroup("made up", [ValueError("made up")]),
    "SystemExit": lambda: SystemExit(3),
    "CancelledError": asyncio.CancelledError,
}
"""What an author's function may raise without meaning it."""


def _troubles(_lab: Lab, _at: OnAction) -> Iterable[Object]:
    yield from ({"status": code} for code in (304, 400, 401, 404, 422, 429, 500, 503, 599))
    yield from ({"status": code, "body": body} for code in (400, 500) for body in ("", "{", "<html>", "null", "[]"))
    yield from ({"error": reason} for reason in ("ETIMEDOUT", "ECONNRESET", "ENOTFOUND"))
    yield from ({"raises": name} for name in _RAISED)


_WRONG: Final[tuple[Any, ...]] = ({"wrong": 1}, [{}], "wrong", None)


def _wrong_inputs(_lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"inputs": {}}
    yield {"event": None}
    complete = complete_inputs(at.action)
    for key in complete:
        for wrong in _WRONG:
            yield {"inputs": {**complete, key: wrong}}


def _random_inputs(_lab: Lab, at: OnAction) -> SearchStrategy[Any]:
    complete = complete_inputs(at.action)
    scalars = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text(max_size=5))
    values = st.one_of(
        scalars, st.lists(scalars, max_size=2), st.dictionaries(st.text(max_size=3), scalars, max_size=2)
    )
    changed = st.dictionaries(st.sampled_from(list(complete)), values, max_size=3)
    inputs = changed.map(lambda given: {**complete, **given})
    return st.fixed_dictionaries({"inputs": inputs}, optional={"status": st.sampled_from([200, 400, 500])})


@check(
    "error.shape",
    subjects=actions,
    source="runtime",
    vectors=_troubles,
    boundary=_wrong_inputs,
    fuzz=_random_inputs,
)
def error_shape(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A delivery that fails has one error, a DeliveryError: with a code, a status, and whether it is tried again."""
    raised = case.get("raises")
    if raised is not None:
        return _judge_raised(lab, at, str(raised))
    sent = _troubled(lab, at, case)
    if sent is None:
        return None
    if sent.escaped is not None:
        return Broken("an error of the delivery, and none that comes out of it", sent.told, sent)
    if sent.outcome not in ("rejected", "failed"):
        return None
    flaw = _flaw(lab, sent.error)
    if flaw is None and isinstance(sent.error, PerformError):
        flaw = "an error that says what it means (IntegrationError, …), none that happens to perform"
    return Kept("outside") if flaw is None else Broken(flaw, sent.told, sent)


def _troubled(lab: Lab, at: OnAction, case: Object) -> Sent | None:
    """Send an event as a case asks for it; None if the case makes no sense."""
    code, reason, body = case.get("status"), case.get("error"), case.get("body")
    if code is not None and not (isinstance(code, int) and 200 <= code <= 599):
        return None
    if reason not in (None, "ETIMEDOUT", "ECONNRESET", "ENOTFOUND") or not isinstance(body, (str, type(None))):
        return None
    answer = None
    if reason is not None:
        answer = no_answer(reason)
    elif code is not None:
        answer = status(code, body=body, headers={"content-type": "application/json"})
    event = case["event"] if "event" in case else probe_event(case.get("inputs", complete_inputs(at.action)))
    return lab.deliver(at.action, event, lab.probe_mapping(at.action), answer=answer)


def _flaw(lab: Lab, error: BaseException | None) -> str | None:
    """Give what an error should be and is not."""
    if not isinstance(error, DeliveryError):
        return "a DeliveryError"
    # What types promise, Python does not check.
    shown: Any = error
    code, number, retried = shown.code, shown.status, shown.retryable
    if not isinstance(code, str) or not code:
        return "an error with a code, such as NOT_FOUND"
    if not isinstance(number, int) or isinstance(number, bool):
        return "an error with a whole number as its status"
    if not isinstance(retried, bool):
        return "an error that says whether it is tried again"
    if retried != (fate(lab, error) == "retried"):
        return f"an error that is {'' if retried else 'not '}tried again, as it says"
    return _copied(error)


def _copied(error: DeliveryError) -> str | None:
    try:
        other = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own
    except Exception as problem:  # noqa: BLE001 - whatever an author's class does
        return f"an error that can be pickled, for another process ({type(problem).__name__}: {problem})"
    same = type(other) is type(error) and str(other) == str(error)
    if not same or (other.code, other.status, other.retryable) != (error.code, error.status, error.retryable):
        return "an error that is the same once it was pickled"
    return None


def _judge_raised(lab: Lab, at: OnAction, name: str) -> Judgement:
    """Judge what becomes of an exception that nobody has thought of."""
    make = _RAISED.get(name)
    if make is None:
        return None
    cause = make()

    async def fail(_request: Request, _data: Any) -> None:
        raise cause

    actions_with_it = {**lab.target.destination.actions, at.action.slug: replace(at.action.action, perform=fail)}
    target = replace(lab.target, destination=replace(lab.target.destination, actions=actions_with_it))
    with Lab(target, lab.profile) as other:
        sent = other.probe(at.action, complete_inputs(at.action))
    flaw = "failed, with an error" if sent.escaped is not None or sent.error is None else _flaw(lab, sent.error)
    if flaw is None and (sent.error is None or sent.error.__cause__ is not cause):
        flaw = f"an error whose cause is the {name}"
    return Kept("outside") if flaw is None else Broken(flaw, sent.told, sent)


# --- when it is tried again ------------------------------------------------------------------------------------------

_WINDOW: Final = 4 * 60 * 60
"""Seconds for which Segment tries, by its page about destinations."""
_MANY: Final = 1000
"""Tries that nobody would call a backoff."""
_SHORTEST: Final = 60
"""Seconds that a partner asks for; one that asks for none at all may be tried at once, and again and again."""


def _schedules(_lab: Lab, _at: Whole) -> Iterable[Object]:
    for code in (400, 404, 429, 500, 503):
        yield from ({"status": code, "seed": seed} for seed in range(5))
    yield {"status": 429, "seed": 1, "after": 600}
    yield {"status": 503, "seed": 1, "after": _WINDOW + 1}


def _random_schedules(_lab: Lab, _at: Whole) -> SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"status": st.sampled_from([400, 408, 422, 429, 500, 501, 503]), "seed": st.integers(0, 2**16)},
        optional={"after": st.integers(_SHORTEST, 2 * _WINDOW)},
    )


@check("retry.schedule", subjects=whole, source="runtime", vectors=_schedules, fuzz=_random_schedules)
def retry_schedule(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """What fails in passing is tried again for four hours, at random, ever longer intervals; nothing else ever is."""
    code, seed, after = case.get("status"), case.get("seed"), case.get("after")
    if not isinstance(code, int) or not 400 <= code <= 599 or not isinstance(seed, int) or seed < 0:
        return None
    if after is not None and (not isinstance(after, int) or after < _SHORTEST):
        return None
    error = _refusal(code, after)
    tries = list(_tries(lab, error, seed, after))
    told = f"tries after {', '.join(f'{one:.0f}' for one in tries[:20])} seconds"
    if not error.retryable:
        return Kept("outside") if tries == [0.0] else Broken(f"one try, as after {code}", told)
    if len(tries) >= _MANY or any(late < early for early, late in pairwise(tries)):
        return Broken("tries that come to an end, one after the other", told)
    if tries[-1] > _WINDOW:
        return Broken(f"no try after {_WINDOW} seconds", told)
    if after is not None:
        early = [late - one for one, late in pairwise(tries) if late - one < after]
        return Broken(f"no try within the partner's {after} seconds", told) if early else Kept("inside")
    if tries[-1] < _WINDOW / 2:
        return Broken(f"tries until the {_WINDOW} seconds are almost over", told)
    return _judge_intervals(lab)


def _refusal(code: int, after: int | None) -> HTTPError:
    headers = {} if after is None else {"retry-after": str(after)}
    return HTTPError(
        Response(code, standard_reason(code), headers, b""), HttpRequest("POST", "https://partner.example/")
    )


def _tries(lab: Lab, error: HTTPError, seed: int, after: int | None) -> Iterator[float]:
    """Give the times at which an event is tried that fails every time; the clock only jumps."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    now = 0.0
    for attempt in range(1, _MANY + 1):
        yield now
        if fate(lab, error) != "retried":
            return
        following = lab.target.platform.schedule.next_attempt(
            attempt, first_at=0.0, now=now, random=dice.random, retry_after=None if after is None else str(after)
        )
        if following is None:
            return
        now = following


def _judge_intervals(lab: Lab) -> Judgement:
    """Judge the backoff by its shortest, middle and longest intervals."""
    schedule = lab.target.platform.schedule

    def interval(attempt: int, dice: float) -> float | None:
        return schedule.next_attempt(attempt, first_at=0.0, now=0.0, random=lambda: dice)

    longest = [interval(attempt, 1.0) for attempt in range(1, 8)]
    if None in longest:
        return Broken("an interval within the window", f"{longest} seconds")
    known = [one for one in longest if one is not None]
    if known != sorted(known) or known[2] < known[1] + known[0]:
        return Broken("exponential backoff: intervals that double", f"at most {known} seconds")
    if len({interval(3, dice) for dice in (0.1, 0.5, 1.0)}) < 3:
        return Broken("intervals at random, so that not all events come back at once", f"{interval(3, 0.5)} seconds")
    return Kept("inside")


CHECKS: Final[tuple[Check[Any], ...]] = (error_shape, retry_schedule)
