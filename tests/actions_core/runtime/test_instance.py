from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import pytest

from actions_core import (
    MISSING,
    Action,
    APIError,
    Destination,
    ExecuteInput,
    Field,
    HttpxTransport,
    IntegrationError,
    MappingLimitError,
    MappingResolveError,
    Missing,
    Object,
    PayloadValidationError,
    Preset,
    Request,
    RequestOptions,
    RetryableError,
    Subscription,
    UnknownActionError,
)
from actions_core.runtime import DestinationInstance
from actions_core.runtime.values import compile_builder
from tests.support import FakePartner, deliver, open_instance

SECRET = "t0p-s3cret"


@dataclass(frozen=True, kw_only=True)
class Settings:
    key: Annotated[str, Field("Key", type="password")]


@dataclass(frozen=True, kw_only=True)
class Item:
    sku: Annotated[str, Field("SKU")]
    price: Annotated[float, Field("Price")] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Order:
    id: Annotated[str, Field("Id", default={"@path": "$.properties.id"})]
    items: (
        Annotated[
            list[Item],
            Field(
                "Items",
                default={
                    "@arrayPath": ["$.properties.items", {"sku": {"@path": "$.sku"}, "price": {"@path": "$.price"}}]
                },
            ),
        ]
        | Missing
    ) = MISSING
    extra: Annotated[Object, Field("Extra", default={"@path": "$.properties"})] | Missing = MISSING


def destination(perform: Any) -> Destination[Settings]:
    return Destination(
        name="Test",
        slug="actions-test",
        settings=Settings,
        extend_request=lambda data: RequestOptions(headers={"x-key": data.settings.key}),
        actions={"order": Action(title="Order", description="", payload=Order, perform=perform)},
        presets=[Preset(name="Orders", action="order", trigger='type = "track"')],
    )


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    await request.post("https://a.example/orders", json={"id": data.payload.id})


EVENT: Object = {"type": "track", "properties": {"id": "o1", "items": [{"sku": 1, "price": "2.5"}], "n": {"a": [1]}}}


def run(perform: Any, event: Object = EVENT, partner: FakePartner | None = None) -> Any:
    (delivery,) = deliver(destination(perform), event, partner, {"key": SECRET})
    return delivery


def test_perform_receives_the_payload_as_a_dataclass_down_to_the_items_of_lists() -> None:
    received: list[Order] = []

    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        received.append(data.payload)

    delivery = run(perform)
    (order,) = received
    assert order.items == [Item(sku="1", price=2.5)]
    assert delivery.payload["items"] == [{"sku": "1", "price": 2.5}]
    assert delivery.outcome == "delivered"
    assert delivery.status is None


def test_perform_cannot_reach_the_event_through_the_payload() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        assert isinstance(data.payload.extra, dict)
        data.payload.extra["n"]["a"].append("mutated")

    event = copy.deepcopy(EVENT)
    delivery = run(perform, event)
    assert event == EVENT
    assert delivery.payload["extra"] == EVENT["properties"]


@pytest.mark.parametrize(
    ("error", "outcome", "status", "code", "retryable"),
    [
        (IntegrationError("no", "MY_CODE", 422), "failed", 422, "MY_CODE", False),
        (APIError("no", 503), "failed", 503, "503", True),
        (RetryableError("later"), "failed", 500, "RETRYABLE_ERROR", True),
        (PayloadValidationError("bad"), "rejected", 400, "PAYLOAD_VALIDATION_FAILED", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_an_author_raises_is_the_deliverys_error(
    error: Exception, outcome: str, status: int, code: str, retryable: bool
) -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        raise error

    delivery = run(perform)
    assert (delivery.outcome, delivery.status, delivery.error.code) == (outcome, status, code)
    assert delivery.error.retryable is retryable


def test_a_bug_in_perform_is_a_failure_that_tells_the_line() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        data.payload.id.nope()  # type: ignore[attr-defined] # the bug

    delivery = run(perform)
    assert delivery.outcome == "failed"
    assert "AttributeError: 'str' object has no attribute 'nope' (test_instance.py:" in str(delivery.error)
    assert isinstance(delivery.error.__cause__, AttributeError)


@pytest.mark.parametrize(
    ("status", "retryable"), [(400, False), (401, False), (408, True), (429, True), (501, False), (503, True)]
)
def test_a_partners_refusal_keeps_its_status_and_says_whether_segment_would_retry(status: int, retryable: bool) -> None:
    delivery = run(send, partner=FakePartner(status=status))
    assert (delivery.outcome, delivery.status, delivery.error.retryable) == ("failed", status, retryable)
    assert len(delivery.exchanges) == 1


def test_a_broken_connection_is_a_failure_with_one_request() -> None:
    partner = FakePartner(error=httpx.ReadError("gone"))
    delivery = run(send, partner=partner)
    assert (delivery.outcome, delivery.error.code, len(partner.received)) == ("failed", "ECONNRESET", 1)


def test_one_failing_mapping_does_not_keep_the_others_from_being_sent() -> None:
    calls: list[str] = []

    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        calls.append(data.payload.id)
        if data.payload.id == "first":
            raise RuntimeError("no")

    subscriptions = [
        Subscription(name=name, action="order", trigger='type = "track"', mapping={"id": name})
        for name in ("first", "second")
    ]
    deliveries = deliver(destination(perform), EVENT, None, {"key": SECRET}, subscriptions)
    assert [delivery.outcome for delivery in deliveries] == ["failed", "delivered"]
    assert calls == ["first", "second"]


def test_a_disabled_mapping_is_not_run() -> None:
    subscription = Subscription(name="off", action="order", trigger='type = "track"', mapping={}, enabled=False)
    assert deliver(destination(send), EVENT, None, {"key": SECRET}, [subscription]) == []


def test_a_mapping_for_an_unknown_action_is_refused_before_any_event() -> None:
    subscription = Subscription(name="x", action="nope", trigger="type = 1", mapping={})
    with pytest.raises(UnknownActionError, match="has no action 'nope'; it has order"):
        open_instance(destination(send), FakePartner(), {"key": SECRET}, [subscription])


@pytest.mark.parametrize("count", [50, 51])
def test_an_instance_has_at_most_fifty_mappings(count: int) -> None:
    subscriptions = [Subscription(name=str(n), action="order", trigger='type = "x"', mapping={}) for n in range(count)]
    if count <= 50:
        assert len(open_instance(destination(send), FakePartner(), {"key": SECRET}, subscriptions).plans) == count
    else:
        with pytest.raises(MappingLimitError, match="at most 50 mappings, got 51"):
            open_instance(destination(send), FakePartner(), {"key": SECRET}, subscriptions)


def test_deliveries_run_side_by_side_over_one_client() -> None:
    underway = peak = 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal underway, peak
        underway += 1
        peak = max(peak, underway)
        await asyncio.sleep(0.01)
        underway -= 1
        return httpx.Response(200)

    async def main() -> None:
        transport = HttpxTransport(httpx.MockTransport(slow))
        async with DestinationInstance(destination(send), {"key": SECRET}, transport=transport) as instance:
            await asyncio.gather(*(instance.deliver(EVENT) for _ in range(20)))

    asyncio.run(main())
    assert peak == 20


@pytest.mark.parametrize("event", [{}, {"type": None}, {"type": ["track"]}, {"properties": 5}], ids=repr)
def test_a_strange_event_is_an_outcome_not_an_exception(event: Object) -> None:
    assert run(send, event).outcome == "not subscribed"


@pytest.mark.parametrize("event", [None, [], "text", 5], ids=repr)
def test_what_is_no_event_at_all_is_an_outcome_not_an_exception(event: Any) -> None:
    assert run(send, event).outcome in ("not subscribed", "rejected")


def test_no_repr_or_json_of_a_delivery_shows_the_secret() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        await request.post(
            f"https://a.example/?k={data.settings.key}", json={"k": data.settings.key, "repr": repr(data)}
        )
        raise RuntimeError(f"failed with {data.settings.key} and {data.settings!r}")

    async def main() -> str:
        partner = FakePartner(body=f'{{"echo": "{SECRET}"}}')
        async with open_instance(destination(perform), partner, {"key": SECRET}) as instance:
            (delivery,) = await instance.deliver(EVENT)
            (explanation,) = await instance.explain(EVENT)
            return (
                repr(delivery)
                + str(delivery.to_json(instance.redact))
                + str(explanation.to_json(instance.redact))
                + repr(explanation)
            )

    assert SECRET not in asyncio.run(main())


@pytest.mark.parametrize("error", [SystemExit(3), asyncio.CancelledError(), GeneratorExit()], ids=repr)
def test_a_perform_that_tries_to_end_the_program_has_only_failed(error: BaseException) -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        raise error

    delivery = run(perform)
    assert delivery.outcome == "failed"
    assert type(error).__name__ in str(delivery.error)


def test_an_error_with_a_status_that_is_none_is_the_authors_mistake() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        raise APIError("no", "503")  # type: ignore[arg-type] # the mistake under test

    assert "an error's status is a whole number, got '503'" in str(run(perform).error)


@pytest.mark.parametrize("value", [b"bytes", {1}, object()], ids=["bytes", "set", "object"])
def test_a_python_value_that_json_cannot_hold_is_an_outcome_not_an_exception(value: Any) -> None:
    event = {**EVENT, "properties": {"id": value}}
    delivery = run(send, event)
    assert delivery.outcome == "rejected"
    assert "is not a JSON value" in str(delivery.error)


def test_explaining_what_is_no_event_is_refused() -> None:
    async def main() -> None:
        async with open_instance(destination(send), FakePartner(), {"key": SECRET}) as instance:
            await instance.explain(None)

    with pytest.raises(MappingResolveError, match="data must be an object, got null"):
        asyncio.run(main())


def test_explaining_sends_nothing() -> None:
    partner = FakePartner()

    async def main() -> Any:
        async with open_instance(destination(send), partner, {"key": SECRET}) as instance:
            return await instance.explain(EVENT)

    (explanation,) = asyncio.run(main())
    assert [exchange.request.url for exchange in explanation.exchanges] == ["https://a.example/orders"]
    assert partner.received == []


def test_a_list_of_dataclasses_is_built_whether_it_is_required_or_not() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Basket:
        items: Annotated[list[Item], Field("Items")]

    build = compile_builder(Basket)
    assert build({"items": [{"sku": "1"}]}) == Basket(items=[Item(sku="1")])


def test_how_long_a_body_is_only_the_transport_tells() -> None:
    async def perform(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        await request.post("https://a.example/", json={}, headers={"Content-Length": "1", "transfer-encoding": "x"})

    partner = FakePartner()
    assert run(perform, partner=partner).outcome == "delivered"
    assert partner.received[0].headers["content-length"] == "2"
    assert "transfer-encoding" not in partner.received[0].headers


def test_an_explanation_does_not_take_segments_own_keys_for_fields() -> None:
    subscription = Subscription(
        name="x", action="order", trigger='type = "track"', mapping={"id": "1", "__segment_internal_sync_mode": "add"}
    )

    async def main() -> Any:
        async with open_instance(destination(send), FakePartner(), {"key": SECRET}, [subscription]) as instance:
            return await instance.explain(EVENT)

    (explanation,) = asyncio.run(main())
    assert [field.key for field in explanation.fields] == ["id", "items", "extra"]


async def send_extra(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    await request.post("https://a.example/orders", json=data.payload.extra)


@pytest.mark.parametrize("levels", [400, 5_000, 20_000])
def test_an_event_nested_too_deeply_to_be_sent_is_rejected_with_a_sentence(levels: int) -> None:
    deep: Object = {}
    for _ in range(levels):
        deep = {"d": deep}
    delivery = run(send_extra, {"type": "track", "properties": {"id": "o1", "deep": deep}})
    if delivery.outcome != "delivered":  # where Python's stack ends depends on its version
        assert delivery.outcome == "rejected"
        assert str(delivery.error) == "The event is nested too deeply to be sent."
        assert not delivery.exchanges
    else:
        assert levels == 400


def test_a_stack_that_an_author_exhausts_is_the_authors_fault() -> None:
    async def endless(request: Request, data: ExecuteInput[Order, Settings]) -> None:
        await endless(request, data)

    delivery = run(endless)
    assert delivery.outcome == "failed"
    assert "RecursionError" in str(delivery.error)
