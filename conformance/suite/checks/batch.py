"""Batches: what single events lead to, only in fewer requests.

A case's `inputs` are those of each event of a batch, through the probe mapping; what is no object stands for an event
that is none. What becomes of the same events one by one is what is expected of the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from actions_core.js import Object
from actions_core.testing import Answer, SentRequest
from conformance.contracts import BoundAction, BoundField
from conformance.suite.batched import Both, both, event_of, leaves_of, send_both
from conformance.suite.checks.subjects import batch_actions
from conformance.suite.lab import EVERY_EVENT, Lab, SentBatch
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnAction, OnField, check
from conformance.suite.numbered import numbered_inputs
from conformance.suite.sent import canonical
from conformance.suite.target import Target
from conformance.suite.values import required_inputs, two_values

# --- cases -----------------------------------------------------------------------------------------------------------


def _spoilt(action: BoundAction, number: int) -> Iterator[Any]:
    """Give what should be refused: no event at all, no inputs, and each required field of the wrong type."""
    yield None
    yield {}
    for key in numbered_inputs(action, number, complete=False):
        yield {**numbered_inputs(action, number), key: {"wrong": f"wrong {number:04}"}}


def _plain(at: OnAction, count: int) -> list[Any]:
    return [numbered_inputs(at.action, number) for number in range(1, count + 1)]


def _batches(_lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"inputs": _plain(at, 1)}
    yield {"inputs": _plain(at, 3)}
    yield {"inputs": [numbered_inputs(at.action, number, complete=number % 2 == 0) for number in range(1, 5)]}
    yield from _mixed(_lab, at)


def _mixed(_lab: Lab, at: OnAction) -> Iterable[Object]:
    one, two, three = _plain(at, 3)
    for spoilt in _spoilt(at.action, 9):
        yield {"inputs": [one, spoilt, two]}
    yield {"inputs": [None, one, two, None, three]}
    yield {"inputs": [one, two, three, {}]}


def _random_batches(_lab: Lab, at: OnAction) -> SearchStrategy[Any]:
    numbers = st.integers(1, 9999)
    valid = st.builds(
        lambda number, complete: numbered_inputs(at.action, number, complete=complete), numbers, st.booleans()
    )
    spoilt = numbers.flatmap(lambda number: st.sampled_from(list(_spoilt(at.action, number))))
    return st.fixed_dictionaries({"inputs": st.lists(st.one_of(valid, valid, spoilt), max_size=6)})


# --- checks -----------------------------------------------------------------------------------------------------------


def _verdicts(found: Both, at: OnAction) -> Broken | None:
    """Compare what became of each event."""
    if found.arrived == found.wanted:
        return None
    expected = f"of {len(found.inputs)} events those delivered that are delivered alone: {_shown(found.wanted)}"
    if at.action.documented.batch_answer is None and not any(found.arrived):
        expected += "; if the partner answers for each event, the annex has to say how, as batch_answer"
    return found.broken(expected)


def _shown(verdicts: Sequence[bool]) -> str:
    return ", ".join(str(index + 1) for index, ok in enumerate(verdicts) if ok) or "none"


@check(
    "batch.equals_singles",
    subjects=batch_actions,
    source="runtime",
    boundary=_batches,
    fuzz=_random_batches,
)
def batch_equals_singles(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Events sent as a batch are delivered or refused as they are one by one, and the partner is told the same."""
    found = both(lab, at, case)
    if found is None or not found.inputs:
        return None
    wrong = _verdicts(found, at)
    if wrong is not None:
        return wrong
    for index in range(len(found.inputs)):
        # Of equal events nobody can tell which one is in a request.
        if found.inputs.count(found.inputs[index]) == 1:
            for (name, mark), expected, there in found.counted(index):
                if expected != there:
                    told = f"{mark!r} of event {index + 1} {_times(expected)} in the batch's requests, as {name!r}"
                    return found.broken(told, f"{_times(there)}; {found.told}")
    return Kept("inside" if any(found.wanted) else "outside")


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


_TAKE_BLANKS: Final = (None, "text", "password", "regex", "uri-reference", "uri-template")
"""Formats that a blank text has."""


def _told_apart(target: Target) -> Sequence[OnField] | NotApplicable:
    found = [
        OnField(action, field)
        for action in target.cloud_actions
        for field in action.fields
        if action.action.perform_batch is not None and _tells_blank_from_nothing(action, field)
    ]
    return found or NotApplicable(
        "no action with perform_batch has a text for which blank is another thing than absent"
    )


def _tells_blank_from_nothing(action: BoundAction, field: BoundField) -> bool:
    """Tell whether an event is valid with a blank text and invalid without the text, or the other way round."""
    facts = field.facts
    if facts.multiple or facts.type not in ("string", "text", "password", "datetime"):
        return False
    choices = facts.choice_values()
    takes_blanks = facts.type != "datetime" and facts.format in _TAKE_BLANKS and (choices is None or "" in choices)
    return takes_blanks == (field.key in required_inputs(action, field))


def _blanks(_lab: Lab, at: OnField) -> Iterable[Object]:
    return ({"value": two_values(at.field.facts, at.field.key)[0]}, {"value": ""})


@check("batch.equals_singles.blank", subjects=_told_apart, source="runtime", boundary=_blanks)
def batch_blank(lab: Lab, at: OnField, case: Object) -> Judgement:
    """A text that is blank is to an event in a batch what it is to one alone: nothing."""
    value = case.get("value")
    if not isinstance(value, str):
        return None
    found = send_both(lab, at.action, [{**required_inputs(at.action, at.field), at.field.key: value}])
    return _verdicts(found, OnAction(at.action)) or Kept("inside" if found.wanted[0] else "outside")


def _with_triggers(lab: Lab, at: OnAction) -> Iterable[Object]:
    yield {"inputs": _plain(at, 3)}
    yield {"inputs": _plain(at, 2), "trigger": 'event = "Another One"'}
    yield from _mixed(lab, at)


@check("batch.status_per_event", subjects=batch_actions, source="runtime", boundary=_with_triggers)
def batch_status_per_event(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A batch has one status for each of its events, those included that were refused or not subscribed."""
    inputs, trigger = case.get("inputs"), case.get("trigger", EVERY_EVENT)
    if not isinstance(inputs, list) or not isinstance(trigger, str):
        return None
    batch = lab.batch(at.action, [event_of(one) for one in inputs], lab.probe_mapping(at.action), trigger=trigger)
    found = Both(inputs, [], batch)
    if len(found.arrived) != len(inputs) or batch.escaped is not None:
        return found.broken(f"a status for each of {len(inputs)} events")
    return Kept("inside" if batch.requests else "outside")


@check("batch.order", subjects=batch_actions, source="runtime", boundary=_mixed)
def batch_order(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """The statuses of a batch are in the order of its events, and so are the events in each of its requests."""
    found = both(lab, at, case)
    if found is None or len(set(found.wanted)) < 2:
        return None
    wrong = _verdicts(found, at)
    if wrong is not None:
        return wrong
    compared = False
    for request in found.batch.requests:
        places = list(_places(request, found))
        if places != sorted(places):
            order = ", ".join(str(index + 1) for _, index in sorted(places))
            return found.broken("the events of a request in the order of the batch", f"in the order {order}")
        compared = compared or len(places) > 1
    return Kept("inside") if compared or len(found.batch.requests) > 1 else None


def _places(request: SentRequest, found: Both) -> Iterator[tuple[tuple[int, int], int]]:
    """Give for each event in a request where it begins, in the order of the batch."""
    leaves = [text for _, text in leaves_of([request])]
    for index, marks in enumerate(found.marks):
        known = {mark for _, mark in marks} if found.wanted[index] else set()
        places = [(leaf, text.find(mark)) for leaf, text in enumerate(leaves) for mark in known if mark in text]
        if places:
            yield min(places), index


def _repeated(_lab: Lab, at: OnAction) -> Iterable[Object]:
    one, other = _plain(at, 2)
    yield {"inputs": [one, one]}
    yield {"inputs": [one, other, one, one]}


@check("batch.duplicates", subjects=batch_actions, source="runtime", boundary=_repeated)
def batch_duplicates(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Events of a batch that are equal are all sent: which of them is meant, only the partner knows."""
    found = both(lab, at, case)
    if found is None or not all(found.wanted):
        return None
    compared = False
    for index, inputs in enumerate(found.inputs):
        copies, counted = found.inputs.count(inputs), list(found.counted(index))
        if copies < 2 or not counted or found.inputs.index(inputs) != index:
            continue
        compared = True
        # What the copies have in common, such as the URL of a list, may stand there once for all.
        sent = max(there // alone for _, alone, there in counted if alone)
        if sent != copies or not all(found.arrived):
            return found.broken(
                f"{copies} equal events sent and delivered", f"{_times(sent)} in requests; {found.told}"
            )
    return Kept() if compared else None


@check(
    "batch.empty",
    subjects=batch_actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"inputs": []}, {"inputs": [None]}, {"inputs": [None, None, "no event"]}),
)
def batch_empty(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A batch without events, or without any that is valid, leads to no request and no error."""
    found = both(lab, at, case)
    if found is None or any(found.wanted):
        return None
    delivery = found.batch.delivery
    if delivery is None or found.batch.escaped is not None or delivery.error is not None:
        return found.broken("no error")
    if found.batch.requests or len(found.arrived) != len(found.inputs) or any(found.arrived):
        return found.broken(f"no request, and {len(found.inputs)} statuses of events that were not delivered")
    return Kept("outside")


@check("batch.partial_failure", subjects=batch_actions, source="runtime", boundary=_mixed)
def batch_partial_failure(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """An event that is refused harms no other of its batch: these are sent as if it were not there."""
    found = both(lab, at, case)
    if found is None or len(set(found.wanted)) < 2:
        return None
    wrong = _verdicts(found, at)
    if wrong is not None:
        return wrong
    good = [event_of(one) for one, ok in zip(found.inputs, found.wanted, strict=True) if ok]
    alone = lab.batch(at.action, good, lab.probe_mapping(at.action))
    if list(map(canonical, alone.requests)) != list(map(canonical, found.batch.requests)):
        wanted, got = (lab.redact.text(_wires(one)) for one in (alone, found.batch))
        return found.broken(f"the same requests as without the refused events: {wanted}", got)
    return Kept("inside")


def _wires(batch: SentBatch) -> str:
    return "\n".join(map(canonical, batch.requests)) or "no request"


_FAILURES: Final[tuple[Object, ...]] = (
    {"status": 400},
    {"status": 503},
    {"error": "ECONNRESET"},
    {"error": "ETIMEDOUT"},
)


def _failures(lab: Lab, at: OnAction) -> Iterable[Object]:
    inputs = _plain(at, 3)
    count = len(lab.batch(at.action, [event_of(one) for one in inputs], lab.probe_mapping(at.action)).requests)
    for failure in _FAILURES:
        for request in {0, max(0, count - 1)}:
            yield {"inputs": inputs, "request": request, **failure}


@check("batch.http_fanout", subjects=batch_actions, source="runtime", boundary=_failures)
def batch_http_fanout(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """A request of a batch that fails befalls the events that were in it, with its status, and no others."""
    plain, place, status, error = both(lab, at, case), case.get("request"), case.get("status"), case.get("error")
    # A status between has another meaning, as 401 has for tokens, or none.
    if plain is None or {"status": status, "error": error} not in [
        {"status": None, "error": None, **one} for one in _FAILURES
    ]:
        return None
    if not isinstance(place, int) or place >= len(plain.batch.requests) or not all(plain.arrived) or not plain.inputs:
        return None
    lost = canonical(plain.batch.requests[place])
    failure = Answer(error=error) if status is None else Answer(status=status)
    content = lab.batch_answer(at.action)

    def answer(request: SentRequest) -> Answer:
        return failure if canonical(request) == lost else content(request)

    mapping = lab.probe_mapping(at.action)
    found = Both(
        plain.inputs,
        plain.singles,
        lab.batch(at.action, [event_of(one) for one in plain.inputs], mapping, answer=answer),
    )
    if found.batch.delivery is None or len(found.arrived) != len(found.inputs):
        return found.broken(f"a status for each of {len(found.inputs)} events")
    told = f"was answered with {status}" if status is not None else f"ended in {error}"
    judged = False
    for index, reached in enumerate(found.batch.delivery.statuses):
        holding = [canonical(request) for request in found.batch.requests if _is_in(found, index, request)]
        if not plain.marks[index]:
            continue
        judged = True
        if lost in holding:
            right = reached.status == status if status is not None else reached.status >= 500
            if found.arrived[index] or not right:
                return found.broken(f"event {index + 1} failed like its request, which {told}")
        elif found.arrived[index] != bool(holding):
            expected = "delivered, as its own request was" if holding else "not delivered, since no request has it"
            return found.broken(f"event {index + 1} {expected}; another one {told}")
    return Kept("outside") if judged else None


def _is_in(found: Both, index: int, request: SentRequest) -> bool:
    leaves = [text for _, text in leaves_of([request])]
    return any(mark in text for _, mark in found.marks[index] for text in leaves)


CHECKS: Final[tuple[Check[Any], ...]] = (
    batch_equals_singles,
    batch_blank,
    batch_status_per_event,
    batch_order,
    batch_duplicates,
    batch_empty,
    batch_partial_failure,
    batch_http_fanout,
)
