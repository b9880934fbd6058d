from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core import Action, Audiences, Destination, InputField, Object, PayloadValidationError, Subscription
from actions_core.runtime.batcher import Batcher, BatchRules, ClosedBatch, batch_rules


async def perform(request: Any, data: Any) -> None: ...


def rules_of(
    mapping: Object, fields: dict[str, InputField] | None = None, *, batches: bool = True, audiences: bool = False
) -> BatchRules | None:
    action: Action[Any, Any] = Action(
        title="", description="", payload=fields or {}, perform=perform, perform_batch=perform if batches else None
    )
    destination: Destination[Any] = Destination(
        name="D",
        slug="d",
        settings={},
        actions={"a": action},
        audiences=Audiences(mode="synced") if audiences else None,
    )
    return batch_rules(destination, Subscription(action="a", trigger="", mapping=mapping, name="M"))


def batched(mapping: Object, fields: dict[str, InputField] | None = None, **options: bool) -> BatchRules:
    found = rules_of({"enable_batching": True, **mapping}, fields, **options)
    assert found is not None
    return found


def number_field(default: Any) -> InputField:
    return InputField(type="number", default=default)


# --- the rules of a mapping ------------------------------------------------------------------------------------------


def test_segments_numbers_are_a_thousand_events_four_megabytes_and_a_minute() -> None:
    rules = batched({})
    assert (rules.size, rules.bytes, rules.age, rules.keys) == (1_000, 4_000_000, 60, ())


@pytest.mark.parametrize("value", [True, "true", 1], ids=repr)
def test_a_mapping_that_enables_batching_is_batched(value: Any) -> None:
    assert rules_of({"enable_batching": value}) is not None


@pytest.mark.parametrize("value", [False, None, "false", "", "yes", 0, 2, [], {"@literal": True}], ids=repr)
def test_a_mapping_that_does_not_is_sent_singly(value: Any) -> None:
    assert rules_of({"enable_batching": value}) is None


def test_a_mapping_that_does_not_say_is_sent_singly() -> None:
    assert rules_of({}) is None


def test_the_fields_default_does_not_enable_batching_if_the_mapping_is_silent() -> None:
    assert rules_of({}, {"enable_batching": InputField(type="boolean", default=True)}) is None


def test_an_action_that_takes_no_batches_is_sent_singly() -> None:
    assert rules_of({"enable_batching": True}, batches=False) is None


def test_the_mapping_tells_size_bytes_and_keys() -> None:
    rules = batched({"batch_size": 20, "batch_bytes": 5000, "batch_keys": ["list_id", "url"]})
    assert (rules.size, rules.bytes, rules.keys) == (20, 5000, ("list_id", "url"))


def test_else_the_defaults_of_the_actions_fields_do() -> None:
    fields = {
        "batch_size": number_field(100),
        "batch_bytes": number_field(2_000_000),
        "batch_keys": InputField(type="string", multiple=True, default=["list_id"]),
    }
    rules = batched({}, fields)
    assert (rules.size, rules.bytes, rules.keys) == (100, 2_000_000, ("list_id",))


def test_the_mapping_wins_over_the_fields_default() -> None:
    assert batched({"batch_size": 5}, {"batch_size": number_field(100)}).size == 5


@pytest.mark.parametrize(
    ("value", "size"),
    [(10, 10), ("10", 10), (10.9, 10), (1, 1), (4_000, 4_000), (4_001, 4_000), (500_000, 4_000)],
    ids=repr,
)
def test_a_batch_has_at_most_four_thousand_events(value: Any, size: int) -> None:
    assert batched({"batch_size": value}).size == size


@pytest.mark.parametrize(
    "value", [0, -1, 0.5, "", "many", None, True, [5], {"@path": "$.n"}, float("nan"), float("inf")], ids=repr
)
def test_a_number_that_is_none_or_below_one_is_segments_own(value: Any) -> None:
    rules = batched({"batch_size": value, "batch_bytes": value})
    assert (rules.size, rules.bytes) == (1_000, 4_000_000)


@pytest.mark.parametrize(
    ("value", "keys"), [("url", ("url",)), ([], ()), (None, ()), (["a", 1, None, "b"], ("a", "b"))], ids=repr
)
def test_batch_keys_are_names_of_fields(value: Any, keys: tuple[str, ...]) -> None:
    assert batched({"batch_keys": value}).keys == keys


@pytest.mark.parametrize("audiences", [True, False])
def test_a_destination_that_keeps_audiences_is_sent_one_audience_at_a_time(audiences: bool) -> None:
    assert batched({}, audiences=audiences).by_audience is audiences


# --- closing ---------------------------------------------------------------------------------------------------------


def add(batcher: Batcher, *payloads: Object, now: float = 0.0) -> list[ClosedBatch]:
    closed: list[ClosedBatch] = []
    for payload in payloads:
        closed += batcher.add({"of": payload.get("n")}, payload, now)
    return closed


def shown(batches: list[ClosedBatch]) -> list[tuple[str, list[Any]]]:
    return [(batch.reason, [payload.get("n") for payload in batch.payloads]) for batch in batches]


def test_a_batch_closes_when_it_has_as_many_events_as_it_may() -> None:
    batcher = Batcher(BatchRules(size=2))
    assert shown(add(batcher, {"n": 1}, {"n": 2}, {"n": 3})) == [("count", [1, 2])]
    assert len(batcher) == 1


def test_batches_of_one_are_possible() -> None:
    assert shown(add(Batcher(BatchRules(size=1)), {"n": 1}, {"n": 2})) == [("count", [1]), ("count", [2])]


def test_a_closed_batch_tells_everything_about_itself() -> None:
    batcher = Batcher(BatchRules(size=2, keys=("list",)))
    batcher.add({"event": 1}, {"list": "é"}, 10.0)
    assert batcher.add({"event": 2}, {"list": "é"}, 12.5) == [
        ClosedBatch(
            events=({"event": 1}, {"event": 2}),
            payloads=({"list": "é"}, {"list": "é"}),
            bytes=len('[{"list":"é"},{"list":"é"}]'.encode()),
            key='{"list":"é"}',
            reason="count",
            opened_at=10.0,
            closed_at=12.5,
        )
    ]


def test_a_batch_closes_before_it_would_be_too_large() -> None:
    # [{"n":1},{"n":2}] is 17 bytes.
    batcher = Batcher(BatchRules(bytes=20))
    assert shown(add(batcher, {"n": 1}, {"n": 2}, {"n": 3})) == [("bytes", [1, 2])]
    assert shown(batcher.flush(0)) == [("flush", [3])]


def test_a_batch_closes_when_it_is_as_large_as_it_may_be() -> None:
    assert shown(add(Batcher(BatchRules(bytes=17)), {"n": 1}, {"n": 2})) == [("bytes", [1, 2])]


def test_a_payload_that_is_too_large_for_any_batch_goes_alone() -> None:
    batcher = Batcher(BatchRules(bytes=20))
    closed = add(batcher, {"n": 1}, {"n": "x" * 50}, {"n": 2})
    assert shown(closed) == [("bytes", [1]), ("bytes", ["x" * 50])]
    assert len(batcher) == 1


def test_bytes_are_counted_as_utf_8() -> None:
    # ["n":"🎉"] has four bytes for one character, and JSON's escapes would be twelve.
    batcher = Batcher(BatchRules())
    add(batcher, {"n": "🎉"})
    (batch,) = batcher.flush(0)
    assert batch.bytes == len('[{"n":"🎉"}]'.encode()) == 14


def test_a_batch_closes_a_minute_after_its_first_event() -> None:
    batcher = Batcher(BatchRules())
    add(batcher, {"n": 1}, now=0)
    add(batcher, {"n": 2}, now=59)
    assert batcher.next_due == 60
    assert batcher.due(59.9) == []
    assert shown(batcher.due(60)) == [("age", [1, 2])]
    assert batcher.next_due is None


def test_an_event_that_comes_too_late_for_a_batch_closes_it() -> None:
    batcher = Batcher(BatchRules())
    add(batcher, {"n": 1}, now=0)
    assert shown(add(batcher, {"n": 2}, now=61)) == [("age", [1])]
    assert batcher.next_due == 121


def test_due_batches_are_given_in_the_order_in_which_they_were_opened() -> None:
    batcher = Batcher(BatchRules(keys=("n",)))
    for now, n in enumerate([3, 1, 2]):
        add(batcher, {"n": n}, now=now)
    assert shown(batcher.due(61)) == [("age", [3]), ("age", [1])]
    assert shown(batcher.due(100)) == [("age", [2])]


def test_flushing_closes_everything() -> None:
    batcher = Batcher(BatchRules(keys=("n",)))
    add(batcher, {"n": 1}, {"n": 2})
    (first, second) = batcher.flush(7)
    assert shown([first, second]) == [("flush", [1]), ("flush", [2])]
    assert first.closed_at == 7
    assert (len(batcher), batcher.flush(8)) == (0, [])


# --- keys ------------------------------------------------------------------------------------------------------------


def test_payloads_that_differ_in_a_batch_key_go_to_different_batches() -> None:
    batcher = Batcher(BatchRules(size=2, keys=("list",)))
    closed = add(batcher, {"n": 1, "list": "a"}, {"n": 2, "list": "b"}, {"n": 3, "list": "a"}, {"n": 4, "list": "b"})
    assert shown(closed) == [("count", [1, 3]), ("count", [2, 4])]


def test_payloads_may_differ_in_everything_else() -> None:
    batcher = Batcher(BatchRules(size=2, keys=("list",)))
    assert len(add(batcher, {"n": 1, "list": "a", "x": 1}, {"n": 2, "list": "a", "y": 2})) == 1


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ({}, {}, True),
        ({}, {"list": None}, False),
        ({"list": ""}, {"list": None}, False),
        ({"list": 1}, {"list": 1.0}, True),
        ({"list": 1}, {"list": True}, False),
        ({"list": 1}, {"list": "1"}, False),
        ({"list": {"a": [1]}}, {"list": {"a": [1]}}, True),
        ({"list": {"a": [1]}}, {"list": {"a": [2]}}, False),
    ],
    ids=str,
)
def test_keys_are_compared_as_json(first: Object, second: Object, together: bool) -> None:
    batcher = Batcher(BatchRules(keys=("list",)))
    add(batcher, first, second)
    assert len(batcher.flush(0)) == (1 if together else 2)


def test_the_oldest_batch_closes_when_there_are_too_many_keys_at_once() -> None:
    batcher = Batcher(BatchRules(keys=("list",), open=2))
    closed = add(batcher, {"n": 1, "list": "a"}, {"n": 2, "list": "b"}, {"n": 3, "list": "a"}, {"n": 4, "list": "c"})
    assert shown(closed) == [("key", [1, 3])]
    assert len(batcher) == 2


def test_events_of_different_audiences_go_to_different_batches() -> None:
    batcher = Batcher(BatchRules(by_audience=True))
    for key, settings_, external in [("vip", {"a": 1}, "x"), ("new", {"a": 1}, "x"), ("vip", {"a": 2}, "x")]:
        personas = {"computation_key": key, "audience_settings": settings_, "external_audience_id": external}
        batcher.add({"context": {"personas": personas}}, {}, 0)
        batcher.add({"context": {"personas": {**personas, "computation_id": "other"}}}, {}, 0)
    batcher.add({"context": None}, {}, 0)
    assert [len(batch.events) for batch in batcher.flush(0)] == [2, 2, 2, 1]


def test_a_destination_without_audiences_does_not_look_at_them() -> None:
    batcher = Batcher(BatchRules())
    for key in ("vip", "new"):
        batcher.add({"context": {"personas": {"computation_key": key}}}, {}, 0)
    assert len(batcher.flush(0)) == 1


# --- always ----------------------------------------------------------------------------------------------------------


def test_a_payload_nested_too_deeply_is_refused_and_in_no_batch() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    batcher = Batcher(BatchRules())
    with pytest.raises(PayloadValidationError, match="nested too deeply"):
        batcher.add({}, {"deep": deep}, 0)
    assert len(batcher) == 0


def test_events_and_payloads_are_not_changed() -> None:
    event, payload = {"a": {"b": [1]}}, {"list": {"x": [1]}}
    before = copy.deepcopy((event, payload))
    batcher = Batcher(BatchRules(keys=("list",), by_audience=True))
    batcher.add(event, payload, 0)
    batcher.flush(0)
    assert (event, payload) == before


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(
    st.builds(
        BatchRules,
        size=st.integers(1, 6),
        bytes=st.integers(1, 120),
        keys=st.sampled_from([(), ("list",), ("list", "url")]),
        age=st.floats(1, 10),
        open=st.integers(1, 3),
    ),
    st.lists(
        st.tuples(
            st.fixed_dictionaries(
                {"text": st.text(max_size=20)},
                optional={"list": st.sampled_from(["a", "b", None]), "url": st.integers(0, 2)},
            ),
            st.floats(0, 6),
        ),
        max_size=40,
    ),
)
def test_every_event_is_in_one_batch_that_keeps_the_rules(
    rules: BatchRules, arrivals: list[tuple[Object, float]]
) -> None:
    """Varies the rules, the payloads (texts and keys) and the pauses between them."""
    batcher, closed, now = Batcher(rules), list[ClosedBatch](), 0.0
    for number, (payload, pause) in enumerate(arrivals):
        now += pause
        closed += batcher.add({"number": number}, payload, now)
    assert sum(len(batch.events) for batch in closed) + len(batcher) == len(arrivals)
    closed += batcher.flush(now)

    numbers = [event["number"] for batch in closed for event in batch.events]
    assert sorted(numbers) == list(range(len(arrivals)))
    for batch in closed:
        assert [event["number"] for event in batch.events] == sorted(event["number"] for event in batch.events)
        assert list(batch.payloads) == [arrivals[event["number"]][0] for event in batch.events]
        assert 1 <= len(batch.events) <= rules.size
        assert len({tuple(repr(payload.get(key, ...)) for key in rules.keys) for payload in batch.payloads}) == 1
        text = json.dumps(batch.payloads, ensure_ascii=False, separators=(",", ":"))
        assert batch.bytes == len(text.encode("utf-8", "surrogatepass"))
        assert batch.bytes <= rules.bytes or len(batch.events) == 1
        assert batch.opened_at <= batch.closed_at
