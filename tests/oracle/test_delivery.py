"""Whole deliveries: the same requests and the same success or error as Segment's runtime, for events and for batches."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions_core import (
    MISSING,
    Action,
    BatchDelivery,
    BatchInput,
    Delivery,
    Destination,
    DestinationInstance,
    ExecuteInput,
    Failure,
    Field,
    HttpxTransport,
    IntegrationError,
    Missing,
    MultiStatus,
    Object,
    Request,
    Response,
    RetryableError,
    SettingsError,
    Subscription,
    Success,
    preset_subscriptions,
)
from actions_core.js import loads, stringify
from conformance.vectors import same_json
from destinations.usermotion import destination as usermotion
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import fuzz

SETTINGS = {"apiKey": "k3y"}
STATUSES = (
    200,
    201,
    202,
    204,
    299,
    300,
    304,
    400,
    401,
    403,
    404,
    408,
    409,
    413,
    418,
    422,
    423,
    429,
    500,
    501,
    502,
    503,
    504,
    511,
    529,
    599,
)

HOSTILE: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(
        [None, True, False, "", " ", "0", "u1", "é😀", "\u2028", "\x00", "constructor", 0, -0.0, 1.0, 42, 1e21, 1e-7, 0.1, 2**53 + 1, "a@example.com"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["email", "a", "", "a.b", "$x", "_x", "10", "2", "properties", "id"]), inner, max_size=4)
    ),
    max_leaves=6,
)  # fmt: skip
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["identify", "track", "page", "screen", "group", "alias"])},
    optional={
        key: HOSTILE | st.sampled_from(["u1", {"email": "a@example.com"}])
        for key in ("userId", "anonymousId", "traits", "properties", "context", "event", "groupId", "email", "name", "previousId")
    },
)  # fmt: skip


class Partner:
    def __init__(self, status: int) -> None:
        self.status = status
        self.received: list[Object] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        headers = {
            name: request.headers.get(name) for name in ("authorization", "content-type", "user-agent", "x-source")
        }
        self.received.append(
            {
                "method": request.method,
                "url": str(request.url),
                "headers": {name: value for name, value in headers.items() if value is not None},
                "body": loads(request.content),
            }
        )
        return httpx.Response(
            self.status,
            text="" if self.status in (204, 304) else "{}",
            headers={"content-type": "application/json"},
            extensions={"reason_phrase": f"Reason {self.status}".encode()},
        )


def reply(status: int) -> Object:
    return {"status": status, "statusText": f"Reason {status}", "body": None if status in (204, 304) else "{}"}


def received(answer: Object) -> list[Object]:
    return [{**request, "body": loads(request["body"])} for request in answer["requests"]]


def run(
    destination: Destination[Any], partner: Partner, subscriptions: list[Subscription], use: Any, settings: Object
) -> Any:
    async def main() -> Any:
        transport = HttpxTransport(httpx.MockTransport(partner))
        async with DestinationInstance(destination, settings, subscriptions, transport=transport) as instance:
            return await use(instance)

    return asyncio.run(main())


def saved(subscription: Subscription) -> Object:
    return {"partnerAction": subscription.action, "subscribe": subscription.trigger, "mapping": subscription.mapping}


def test_usermotion_sends_and_answers_as_segments(oracle: Oracle) -> None:
    """Varies the event (all call types, any JSON at each place that is read) and the partner's status."""
    subscriptions = preset_subscriptions(usermotion)

    @fuzz
    @given(EVENTS, st.sampled_from(STATUSES))
    def check(event: Object, status: int) -> None:
        settings = {**SETTINGS, "subscriptions": [saved(one) for one in subscriptions]}
        answer = oracle.ask("event", name="usermotion", event=event, settings=settings, response=reply(status))[
            "result"
        ]
        partner = Partner(status)
        deliveries: list[Delivery] = run(usermotion, partner, subscriptions, lambda one: one.deliver(event), SETTINGS)
        if "error" in answer and answer["error"]["name"] == "TypeError":
            assert event["context"] is None  # Segment's runtime crashes on it, ours delivers: a listed difference
            return
        assert same_json(partner.received, received(answer))
        errors = [delivery.error for delivery in deliveries if delivery.error is not None]
        if "error" in answer:
            (error,) = errors
            assert (str(error), error.status) == (answer["error"]["message"], answer["error"]["status"])
        else:
            assert errors == []
            # Several mappings answer one after the other there; one that does not match says so in a word.
            silent = [result for result in answer["results"] if result.get("output") == "not subscribed"]
            assert [delivery.outcome for delivery in deliveries].count("not subscribed") == len(silent)

    check()


# --- batches ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Item:
    id: Annotated[str, Field("Id")]
    how: Annotated[str, Field("How")] | Missing = MISSING
    status: Annotated[int, Field("Status")] | Missing = MISSING
    data: Annotated[Object, Field("Data")] | Missing = MISSING

    @property
    def json(self) -> Object:
        return {"id": self.id, "how": self.how, "status": self.status, "data": self.data}


async def send_one(request: Request, data: ExecuteInput[Item, NoSettings]) -> object:
    return await request.post("https://scripted.example/one", json=data.payload.json)


async def send_many(request: Request, data: BatchInput[Item, NoSettings]) -> MultiStatus | Response | None:
    first = data.payloads[0]
    if first.how == "throw":
        raise IntegrationError("all of them", "ALL", 418 if first.status is MISSING else first.status)
    if first.how == "raise":
        raise RetryableError("later", 500 if first.status is MISSING else first.status)
    body = [item.json for item in data.payloads]
    response = await request.post("https://scripted.example/many", json=body, throw_http_errors=first.how != "lenient")
    if first.how in ("response", "lenient"):
        return response
    if first.how == "nothing":
        return None
    answers = MultiStatus()
    for index, item in enumerate(data.payloads):
        status = 400 if item.status is MISSING else item.status
        if item.how == "missing":
            continue
        if item.how == "fail":
            answers[index] = Failure(status=status, message=f"no {item.id}")
        elif item.how == "coded":
            answers[index] = Failure(status=status, message="no", code="CODED", sent=item.data, body="b")
        else:
            sent = {key: value for key, value in item.json.items() if value is not MISSING}
            body_ = {} if item.data is MISSING else item.data
            answers[index] = Success(status=200 if item.status is MISSING else item.status, sent=sent, body=body_)
    return answers


SCRIPTED = Destination(
    name="Scripted",
    slug="actions-scripted",
    settings=NoSettings,
    actions={"send": Action(title="Send", description="", payload=Item, perform=send_one, perform_batch=send_many)},
)
MAPPING = {key: {"@path": f"$.properties.{key}"} for key in ("id", "how", "status", "data")}
SUBSCRIPTION = Subscription(name="all", action="send", trigger='type = "track"', mapping=MAPPING)
HOWS = st.sampled_from(["ok", "fail", "coded", "missing", "response", "lenient", "nothing", "throw", "raise", ""])
ITEMS = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b", "", 5, None, ["x"], {}]), "how": HOWS},
    optional={"status": st.sampled_from([200, 201, 400, 404, 429, 500, 999, "x", 1.5]), "data": st.sampled_from([{}, {"a": 1}, "text", None])},
)  # fmt: skip
BATCHES = st.lists(
    st.builds(lambda kind, item: {"type": kind, "properties": item}, st.sampled_from(["track", "track", "track", "page"]), ITEMS),
    min_size=1,
    max_size=5,
)  # fmt: skip


def test_a_batch_is_answered_as_segments(oracle: Oracle) -> None:
    """Varies the batch (subscribed or not, valid or not, what the author answers for each) and the partner's status."""

    @fuzz
    @given(BATCHES, st.sampled_from(STATUSES))
    def check(events: list[Object], status: int) -> None:
        answer = oracle.ask("scripted", events=events, subscription=saved(SUBSCRIPTION), response=reply(status))[
            "result"
        ]
        partner = Partner(status)
        deliveries: list[BatchDelivery] = run(
            SCRIPTED, partner, [SUBSCRIPTION], lambda one: one.deliver_batch(events), {}
        )
        (delivery,) = deliveries
        assert same_json(
            [{**request, "headers": {}} for request in partner.received],
            [{**request, "headers": {}} for request in received(answer)],
        )
        if "error" in answer:
            assert delivery.error is not None
            assert (str(delivery.error), delivery.error.status) == (
                answer["error"]["message"],
                answer["error"]["status"],
            )
        elif delivery.subscribed:
            (result,) = answer["results"]
            ours = loads(stringify([told.to_json() for told in delivery.statuses]))
            assert same_json(ours, result["multistatus"])
        else:
            assert answer["results"] == [{"output": "not subscribed"}]

    check()


@pytest.mark.parametrize("settings", [{}, {"apiKey": ["k"]}, {"apiKey": {}}], ids=repr)
def test_settings_are_refused_or_taken_as_segments(oracle: Oracle, settings: Object) -> None:
    answer = oracle.ask("event", name="usermotion", event={"type": "page"}, settings=settings)["result"]
    told = None
    try:
        run(usermotion, Partner(200), [], lambda one: one.deliver({"type": "page"}), settings)
    except SettingsError as error:
        told = str(error)
    assert told == answer.get("error", {}).get("message")
