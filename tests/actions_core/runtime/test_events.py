"""Events as objects and as JSON text, which mappings they meet, and what an author's function can do to them."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from actions_core import (
    Action,
    Delivery,
    Destination,
    DestinationInstance,
    ExecuteInput,
    Field,
    HttpRequest,
    HttpResponse,
    Object,
    Request,
    Subscription,
    path,
)
from actions_core.js import MISSING, Missing, stringify

EVENT: Object = {"type": "track", "event": "Paid", "properties": {"total": 500.0, "items": [{"sku": "a"}]}}


@dataclass(frozen=True, kw_only=True)
class Settings:
    key: Annotated[str, Field("Key", type="password")] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Payload:
    event: Annotated[str, Field("Event", default=path("$.event"))] | Missing = MISSING
    properties: Annotated[Object, Field("Properties", default=path("$.properties"))] | Missing = MISSING


class Partner:
    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.bodies.append(request.body)
        return HttpResponse(200)

    async def aclose(self) -> None:
        pass


async def send(request: Request, data: ExecuteInput[Payload, Settings]) -> None:
    await request.post("https://a.example/", json={"event": data.payload.event, "with": data.payload.properties})


async def ruin(request: Request, data: ExecuteInput[Payload, Settings]) -> None:
    """Change all that can be changed."""
    await send(request, data)
    if data.payload.properties:
        data.payload.properties["items"].append("ruined")
        data.payload.properties["total"] = None


def instance(
    perform: Any = send, triggers: tuple[str, ...] = ('type = "track"',), mapping: Object | None = None
) -> tuple[DestinationInstance[Settings], Partner]:
    action = Action(title="Send", description="", payload=Payload, perform=perform)
    destination = Destination(name="D", slug="actions-d", settings=Settings, actions={"send": action})
    used = mapping or {"event": {"@path": "$.event"}, "properties": {"@path": "$.properties"}}
    subscriptions = [
        Subscription(name=str(place), action="send", trigger=trigger, mapping=used)
        for place, trigger in enumerate(triggers)
    ]
    partner = Partner()
    return DestinationInstance(destination, {}, subscriptions, transport=partner), partner


def deliver(one: DestinationInstance[Settings], event: Any, **options: Any) -> list[Delivery]:
    return asyncio.run(one.deliver(event, **options))


def test_an_event_given_as_text_is_sent_as_the_same_event_given_as_an_object() -> None:
    bodies = []
    for event in (
        EVENT,
        stringify(EVENT).encode(),
        b' {"type": "track", "event": "Paid", "properties": {"total": 5e2, "items": [{"sku": "a"}]}}\n',
    ):
        one, partner = instance()
        (delivery,) = deliver(one, event)
        assert delivery.outcome == "delivered"
        assert delivery.payload == {"event": "Paid", "properties": EVENT["properties"]}
        bodies += partner.bodies
    assert set(bodies) == {b'{"event":"Paid","with":{"total":500,"items":[{"sku":"a"}]}}'}


@pytest.mark.parametrize("triggers", [('type = "track"',), ('type = "track"', 'event = "Paid"')], ids=["one", "two"])
def test_what_a_function_does_to_its_payload_reaches_neither_event_nor_result(triggers: tuple[str, ...]) -> None:
    before = copy.deepcopy(EVENT)
    for event in (EVENT, stringify(EVENT).encode()):
        one, partner = instance(ruin, triggers)
        deliveries = deliver(one, event)
        assert before == EVENT
        assert [delivery.payload["properties"] for delivery in deliveries] == [before["properties"]] * len(triggers)  # type: ignore[index]
        assert set(partner.bodies) == {b'{"event":"Paid","with":{"total":500,"items":[{"sku":"a"}]}}'}


def test_an_event_of_the_callers_own_is_given_away() -> None:
    event = copy.deepcopy(EVENT)
    one, _ = instance(ruin)
    deliver(one, event, own=True)
    assert event["properties"] == {"total": None, "items": [{"sku": "a"}, "ruined"]}


def test_a_function_reads_the_event_as_it_came_however_it_was_given() -> None:
    seen: list[Object] = []

    async def look(request: Request, data: ExecuteInput[Payload, Settings]) -> None:
        if data.payload.properties:
            data.payload.properties.clear()
        seen.append(copy.deepcopy(data.raw_data))

    for event in (EVENT, stringify(EVENT).encode()):
        one, _ = instance(look)
        deliver(one, event)
    assert seen == [EVENT, EVENT]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(b"[1]", "data must be an object, got array"), (b"{", "expecting property name enclosed in double quotes at")],
)
def test_a_text_that_is_no_event_is_rejected_with_a_sentence(text: bytes, sentence: str) -> None:
    one, partner = instance(triggers=('type = "track"', 'type = "page"'))
    deliveries = deliver(one, text)
    assert [delivery.outcome for delivery in deliveries] == ["rejected", "rejected"]
    assert all(str(delivery.error).startswith(sentence) for delivery in deliveries)
    assert partner.bodies == []


@pytest.mark.parametrize(
    ("event", "matched"),
    [
        ({"type": "track"}, "124"),
        ({"type": "page"}, "14"),
        ({"type": "group"}, "4"),
        ({"type": "track", "event": "x"}, "1245"),
        ({"type": ["track"]}, "4"),
        ({"type": 5}, "4"),
        ({"type": None, "event": "x"}, "45"),
        ({"event": "x"}, "45"),
        ({}, "4"),
    ],
)
def test_an_event_meets_every_mapping_that_can_match_its_type(event: Object, matched: str) -> None:
    triggers = (
        'type = "identify"',
        'type = "track" or type = "page"',
        'type = "track"',
        'type = "track" and event = "y"',
        'type != "identify"',
        'event = "x"',
    )
    one, _ = instance(triggers=triggers)
    deliveries = deliver(one, event)
    assert [delivery.subscription.name for delivery in deliveries] == list("012345")
    assert "".join(one.subscription.name for one in deliveries if one.outcome == "delivered") == matched


def test_an_integer_beyond_doubles_is_rounded_where_it_is_sent() -> None:
    seen: list[Object] = []

    async def look(request: Request, data: ExecuteInput[Payload, Settings]) -> None:
        await send(request, data)
        if data.payload.properties:
            seen.append(data.payload.properties)

    one, partner = instance(look)
    deliver(one, b'{"type": "track", "event": "Paid", "properties": {"id": 9007199254740993}}')
    assert seen == [{"id": 9007199254740993}]
    assert partner.bodies == [b'{"event":"Paid","with":{"id":9007199254740992}}']


def test_a_template_that_tells_the_time_tells_it_once() -> None:
    pytest.importorskip("liquid")
    one, partner = instance(mapping={"event": {"@liquid": "{{ 'now' | date: '%N' }}"}})
    (delivery,) = deliver(one, b'{"type": "track"}')
    assert delivery.payload is not MISSING
    assert stringify({"event": delivery.payload["event"]}).encode() == partner.bodies[0]
