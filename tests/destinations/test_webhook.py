from __future__ import annotations

import asyncio
import hashlib
import hmac
from typing import Any

import httpx
import pytest

from actions_core import BatchDelivery, Delivery, Object, Subscription, default_values, load_catalog
from destinations.webhook import destination
from destinations.webhook.send import headers_of
from destinations.webhook.urls import web_url
from tests.support import FakePartner, deliver, open_instance

URL = "https://hooks.example.com/in"
SECRET = "sh4red-s3cret"
EVENT: Object = {"type": "track", "event": "Signed Up", "properties": {"plan": "team", "10": 1, "a": [0.1, None]}}


def mapping(**values: Any) -> Subscription:
    """Make a mapping of Send: the defaults, with some keys replaced."""
    whole = {**default_values(destination.actions["send"].fields), "url": URL, **values}
    return Subscription(name="Hook", action="send", trigger='type = "track"', mapping=whole)


def send(
    subscription: Subscription, *, event: Object = EVENT, secret: str | None = None, partner: FakePartner | None = None
) -> tuple[Delivery, list[httpx.Request]]:
    partner = partner or FakePartner()
    settings = {} if secret is None else {"sharedSecret": secret}
    (delivery,) = deliver(destination, event, partner, settings, [subscription])
    return delivery, partner.received


def send_batch(
    subscription: Subscription, events: list[Object], *, secret: str | None = None, partner: FakePartner | None = None
) -> tuple[BatchDelivery, list[httpx.Request]]:
    partner = partner or FakePartner()
    settings = {} if secret is None else {"sharedSecret": secret}

    async def run() -> BatchDelivery:
        async with open_instance(destination, partner, settings, [subscription]) as instance:
            (delivery,) = await instance.deliver_batch(events)
            return delivery

    return asyncio.run(run()), partner.received


def hmac_sha1(body: bytes) -> str:
    return hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


def test_it_is_found_like_any_other_plugin() -> None:
    assert load_catalog().find("webhook").name == "Webhook"


def test_the_whole_event_is_posted_as_json_by_default() -> None:
    delivery, (request,) = send(mapping())
    assert delivery.outcome == "delivered"
    assert (request.method, str(request.url), request.headers["content-type"]) == ("POST", URL, "application/json")
    assert request.content == (
        b'{"type":"track","event":"Signed Up","properties":{"10":1,"plan":"team","a":[0.1,null]}}'
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_the_method_is_the_mappings(method: str) -> None:
    _, (request,) = send(mapping(method=method))
    assert request.method == method


def test_another_method_is_refused() -> None:
    delivery, requests = send(mapping(method="DELETE"))
    assert (delivery.outcome, requests) == ("rejected", [])
    assert str(delivery.error) == 'Method must be one of: "POST", "PUT", or "PATCH".'


def test_the_data_and_the_url_may_be_mapped() -> None:
    _, (request,) = send(
        mapping(
            url={"@template": "https://e.example/{{properties.plan}}"}, data={"plan": {"@path": "$.properties.plan"}}
        )
    )
    assert (str(request.url), request.content) == ("https://e.example/team", b'{"plan":"team"}')


def test_without_data_there_is_no_body() -> None:
    _, (request,) = send(mapping(data={"@path": "$.nothing"}), secret=SECRET)
    assert request.content == b""
    assert "content-type" not in request.headers
    assert "x-signature" not in request.headers


# --- the signature ---------------------------------------------------------------------------------------------------


def test_a_shared_secret_signs_the_body() -> None:
    _, (request,) = send(mapping(), secret=SECRET)
    assert request.headers["x-signature"] == hmac_sha1(request.content)


@pytest.mark.parametrize("secret", [None, ""], ids=["absent", "blank"])
def test_without_a_secret_nothing_is_signed(secret: str | None) -> None:
    _, (request,) = send(mapping(), secret=secret)
    assert "x-signature" not in request.headers


def test_a_batch_is_signed_by_the_data_of_its_first_event() -> None:
    _, (request,) = send_batch(mapping(data={"@path": "$.properties"}), [EVENT, EVENT], secret=SECRET)
    assert request.headers["x-signature"] == hmac_sha1(b'{"10":1,"plan":"team","a":[0.1,null]}')
    assert request.headers["x-signature"] != hmac_sha1(request.content)


def test_the_secret_is_not_shown() -> None:
    delivery, _ = send(mapping(data={"key": SECRET}), secret=SECRET)
    assert SECRET not in repr(delivery)


# --- headers ---------------------------------------------------------------------------------------------------------


def test_headers_are_sent_as_text() -> None:
    _, (request,) = send(mapping(headers={"X-One": "1", "x-two": 2, "x-three": True, "x-none": None}))
    assert {name: value for name, value in request.headers.items() if name.startswith("x-")} == {
        "x-one": "1",
        "x-two": "2",
        "x-three": "true",
        "x-none": "null",
    }


def test_a_header_may_be_mapped() -> None:
    _, (request,) = send(mapping(headers={"x-plan": {"@path": "$.properties.plan"}}))
    assert request.headers["x-plan"] == "team"


def test_the_body_decides_the_content_type() -> None:
    _, (request,) = send(mapping(headers={"Content-Type": "text/plain"}))
    assert request.headers["content-type"] == "application/json"


def test_headers_of_one_name_are_joined() -> None:
    assert headers_of({"A": "1", "a": "2"}) == {"a": "1, 2"}


def test_a_header_that_is_the_text_undefined_is_removed() -> None:
    _, (request,) = send(mapping(headers={"X-Signature": "undefined"}), secret=SECRET)
    assert "x-signature" not in request.headers


def test_a_header_in_latin_1_is_sent() -> None:
    _, (request,) = send(mapping(headers={"x-name": "Zoë"}))
    assert dict(request.headers.raw)[b"x-name"] == "Zoë".encode("latin-1")


def test_nobody_else_tells_the_length_of_the_body() -> None:
    _, (request,) = send(mapping(headers={"Content-Length": "1", "transfer-encoding": "chunked"}))
    assert request.headers["content-length"] == str(len(request.content))
    assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x-name": "هيثم"}, "هيثم is not a legal HTTP header value"),
        ({"x-name": "a\nb"}, "a\nb is not a legal HTTP header value"),
        ({"x name": "a"}, "x name is not a legal HTTP header name"),
        ({"": "a"}, " is not a legal HTTP header name"),
        ({"x-one": "é😀", "x two": "a"}, "é😀 is not a legal HTTP header value"),
    ],
    ids=["value", "line break", "name", "no name", "the first"],
)
@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
def test_a_header_that_cannot_be_sent_is_refused(headers: Object, message: str, batch: bool) -> None:
    delivery: Any = None
    if batch:
        delivery, requests = send_batch(mapping(headers=headers), [EVENT])
    else:
        delivery, requests = send(mapping(headers=headers))
        assert delivery.outcome == "rejected"
    assert requests == []
    assert (str(delivery.error), delivery.error.code) == (message, "PAYLOAD_VALIDATION_FAILED")


# --- URLs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTP://EXAMPLE.com:80/a/../b/./c", "http://example.com/b/c"),
        ("https:example.com:443?x=1", "https://example.com/?x=1"),
        ("https://example.com:00081//a/%2E%2e/b#c", "https://example.com:81//b#c"),
        ("https://u:p@example.com", "https://u:p@example.com/"),
        ("https://u;:@example.com", "https://u%3B@example.com/"),
        ("https://example.com/it's", "https://example.com/it%27s"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://1.2.3./", "http://1.2.0.3/"),
        ("http://[::FFFF:0:1]/", "http://[::ffff:0:1]/"),
        ("http://%41.example/", "http://a.example/"),
        ("http://%C3%A9.example/", "http://xn--9ca.example/"),
    ],
)
def test_a_url_is_written_as_fetch_writes_it(text: str, url: str) -> None:
    assert web_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "https://", "http://:80", "http://a:65536", "http://a:1234567890123456789012345", "http://1.2.3.4.5", "http://1..2",
        "http://256.1.1.1", "http://09", "http://99999999999999999999", "http://[v1.x]", "http://[::1%25lo]", "http://%2F",
        "http://%FF/",
    ],
)  # fmt: skip
def test_a_url_that_fetch_refuses_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\AInvalid URL\Z"):
        web_url(text)


def test_a_url_of_another_scheme_is_refused_before_anything_is_sent() -> None:
    delivery, requests = send(mapping(url="ftp://example.com/"))
    assert (delivery.outcome, requests) == ("rejected", [])
    assert str(delivery.error) == "Only HTTP(S) protocols are supported"


def test_what_is_no_url_is_refused_by_the_contract() -> None:
    delivery, requests = send(mapping(url="example.com"))
    assert (delivery.outcome, requests) == ("rejected", [])
    assert str(delivery.error) == "URL must be a valid URI string but it was not."


# --- batches and answers ---------------------------------------------------------------------------------------------


def test_a_batch_is_one_list_to_the_first_events_url() -> None:
    events: list[Object] = [{**EVENT, "messageId": "1"}, {"type": "page"}, {"type": "track", "messageId": "2"}]
    subscription = mapping(url={"@template": "https://e.example/{{messageId}}"}, data={"id": {"@path": "$.messageId"}})
    delivery, (request,) = send_batch(subscription, events)
    assert (str(request.url), request.content) == ("https://e.example/1", b'[{"id":"1"},{"id":"2"}]')
    assert [status.status for status in delivery.statuses] == [200, 400, 200]


def test_an_event_without_data_is_null_in_a_batch() -> None:
    _, (request,) = send_batch(mapping(data={"@path": "$.properties"}), [{"type": "track"}, EVENT])
    assert request.content.startswith(b"[null,{")


def test_batches_are_made_of_equal_urls_methods_and_headers_unless_told_otherwise() -> None:
    keys = destination.actions["send"].fields["batch_keys"]
    assert (keys.default, keys.unsafe_hidden) == (["url", "method", "headers"], True)
    delivery, _ = send(mapping(batch_keys=["url"], batch_size=10))
    assert isinstance(delivery.payload, dict)
    assert (delivery.payload["batch_keys"], delivery.payload["batch_size"]) == (["url"], 10)


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (503, True)])
def test_a_refusal_is_a_failure_of_the_event_and_of_the_whole_batch(status: int, retryable: bool) -> None:
    delivery, _ = send(mapping(), partner=FakePartner(status=status))
    assert delivery.error is not None
    assert (delivery.outcome, delivery.status, delivery.error.retryable) == ("failed", status, retryable)
    batched, _ = send_batch(mapping(), [EVENT, EVENT], partner=FakePartner(status=status))
    assert [found.status for found in batched.statuses] == [status, status]
