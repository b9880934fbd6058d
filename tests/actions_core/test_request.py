from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from typing import Any

import httpx
import pytest

from actions_core import (
    MISSING,
    HTTPError,
    HttpRequest,
    HttpxTransport,
    Redactor,
    Request,
    RequestOptions,
    Response,
    TransportError,
)
from actions_core.errors import TimeoutError  # noqa: A004 - the reference's name

SECRET = "s3cr3t-k3y"


class Partner:
    """Answers with what it was told, in order, and remembers what it was sent."""

    def __init__(self, *answers: httpx.Response) -> None:
        self.answers = list(answers) or [httpx.Response(200)]
        self.received: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def send(
    partner: Partner, url: str = "https://api.example.com/x", *, common: RequestOptions | None = None, **options: Any
) -> Response:
    async def run() -> Response:
        transport = HttpxTransport(httpx.MockTransport(partner))
        try:
            return await Request(transport, common or RequestOptions(), Redactor([SECRET]))(url, **options)
        finally:
            await transport.aclose()

    return asyncio.run(run())


def test_a_json_body_is_written_as_javascript_would_and_says_so() -> None:
    partner = Partner()
    send(partner, method="POST", json={"a": 1.0, "b": MISSING, "c": [MISSING]})
    (request,) = partner.received
    assert request.content == b'{"a":1,"c":[null]}'
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"] == "Segment (Actions)"


def test_headers_of_one_request_win_over_common_ones_in_any_case_and_missing_removes_one() -> None:
    partner = Partner()
    common = RequestOptions(headers={"X-Source": "Segment", "X-Old": "1", "x-kept": "2"})
    send(partner, common=common, headers={"x-source": "Mine", "x-old": MISSING})
    headers = partner.received[0].headers
    assert headers["x-source"] == "Mine"
    assert headers["x-kept"] == "2"
    assert "x-old" not in headers


def test_username_and_password_become_basic_credentials() -> None:
    partner = Partner()
    send(partner, common=RequestOptions(username="me", password=SECRET))
    assert partner.received[0].headers["authorization"] == "Basic " + base64.b64encode(f"me:{SECRET}".encode()).decode()


def test_header_values_are_trimmed_and_may_be_latin() -> None:
    partner = Partner()
    send(partner, headers={"authorization": "Basic ", "x-name": "Zoë"})
    assert partner.received[0].headers.raw[-2:] == [(b"authorization", b"Basic"), (b"x-name", "Zoë".encode("latin-1"))]


@pytest.mark.parametrize("value", ["a\nx-injected: 1", "名前"], ids=["newline", "not latin"])
def test_a_header_that_cannot_be_sent_is_an_error_that_names_it_without_its_value(value: str) -> None:
    partner = Partner()
    with pytest.raises(TransportError, match="^the header x-name has a character that no header can have$"):
        send(partner, headers={"x-name": value})
    assert partner.received == []


def test_search_params_replace_the_query() -> None:
    partner = Partner()
    send(partner, "https://api.example.com/x?old=1#f", search_params={"new": "a b"})
    assert partner.received[0].url.query == b"new=a+b"


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 429, 500, 503])
def test_a_status_outside_200_to_299_raises(status: int) -> None:
    with pytest.raises(HTTPError) as caught:
        send(Partner(httpx.Response(status, text="no")))
    assert caught.value.status == status
    assert caught.value.response.content == "no"


def test_a_caller_may_look_at_a_refusal_itself() -> None:
    assert send(Partner(httpx.Response(404)), throw_http_errors=False).status == 404


@pytest.mark.parametrize(
    ("content_type", "body", "data"),
    [
        ("application/json; charset=utf-8", b'{"a": 1}', {"a": 1}),
        ("application/json", b"{broken", MISSING),
        ("text/plain", b'{"a": 1}', '{"a": 1}'),
        ("text/plain", b"\xff", "\ufffd"),
    ],
    ids=["json", "broken json", "text", "not utf-8"],
)
def test_data_is_what_the_answer_says_it_is(content_type: str, body: bytes, data: object) -> None:
    answer = httpx.Response(200, headers={"content-type": content_type}, content=body)
    assert send(Partner(answer)).data == data


def test_a_slow_partner_is_a_timeout_with_the_references_words() -> None:
    async def slow(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return httpx.Response(200)

    async def run() -> None:
        await Request(HttpxTransport(httpx.MockTransport(slow)), RequestOptions(timeout=0.02))("https://a.example/")

    with pytest.raises(TimeoutError, match="Request timed out after 20ms") as caught:
        asyncio.run(run())
    assert caught.value.code == "ETIMEDOUT"
    assert caught.value.retryable


def redirect(to: str, status: int = 307) -> httpx.Response:
    return httpx.Response(status, headers={"location": to})


def test_a_redirect_on_the_same_host_keeps_method_body_and_credentials() -> None:
    partner = Partner(redirect("/y"), httpx.Response(200))
    send(partner, method="POST", json={"a": 1}, headers={"authorization": f"Basic {SECRET}"})
    second = partner.received[1]
    assert (second.method, second.url.path, second.content) == ("POST", "/y", b'{"a":1}')
    assert second.headers["authorization"] == f"Basic {SECRET}"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_post_that_is_redirected_the_old_way_becomes_a_get_without_body(status: int) -> None:
    partner = Partner(redirect("/y", status), httpx.Response(200))
    send(partner, method="POST", json={"a": 1})
    second = partner.received[1]
    assert (second.method, second.content) == ("GET", b"")
    assert "content-type" not in second.headers


def test_a_redirect_to_another_host_carries_no_secret_header() -> None:
    partner = Partner(redirect("https://evil.example/y"), httpx.Response(200))
    headers = {"authorization": "Basic other", "x-api-key": SECRET, "x-plain": "1"}
    send(partner, method="POST", json={"a": 1}, headers=headers)
    second = partner.received[1]
    assert second.url.host == "evil.example"
    assert second.headers["x-plain"] == "1"
    assert "authorization" not in second.headers
    assert "x-api-key" not in second.headers


def test_a_redirect_to_another_host_is_refused_if_the_body_holds_a_secret() -> None:
    partner = Partner(redirect("https://evil.example/y"), httpx.Response(200))
    with pytest.raises(TransportError, match="would carry a secret"):
        send(partner, method="POST", json={"key": SECRET})
    assert len(partner.received) == 1


def test_redirects_that_never_end_are_given_up() -> None:
    partner = Partner(redirect("/again"))
    with pytest.raises(TransportError, match="more than 20 redirects"):
        send(partner)
    assert len(partner.received) == 21


def test_every_exchange_is_remembered() -> None:
    async def run() -> Request:
        transport = HttpxTransport(httpx.MockTransport(Partner(httpx.Response(200), httpx.Response(500))))
        request = Request(transport, RequestOptions())
        await request.get("https://a.example/1")
        with pytest.raises(HTTPError):
            await request.delete("https://a.example/2")
        return request

    exchanges = asyncio.run(run()).exchanges
    assert [(one.request.method, one.response.status if one.response else None) for one in exchanges] == [
        ("GET", 200),
        ("DELETE", 500),
    ]


def test_no_repr_shows_a_header_a_body_or_a_query() -> None:
    async def run() -> Request:
        transport = HttpxTransport(httpx.MockTransport(Partner(httpx.Response(200, text=SECRET))))
        request = Request(transport, RequestOptions(headers={"x-key": SECRET}, username=SECRET))
        await request.post(f"https://a.example/1?key={SECRET}", json={"key": SECRET})
        return request

    request = asyncio.run(run())
    assert SECRET not in repr(request.exchanges) + repr(RequestOptions(headers={"x": SECRET}, password=SECRET))


def test_a_url_without_a_host_is_taken_from_the_base_url() -> None:
    partner = Partner()
    send(partner, "/things?a=1", common=RequestOptions(base_url="https://api.example.com/v2"))
    send(partner, "https://other.example/x", common=RequestOptions(base_url="https://api.example.com/v2"))
    assert [str(request.url) for request in partner.received] == [
        "https://api.example.com/v2/things?a=1",
        "https://other.example/x",
    ]


def test_requests_may_be_changed_before_they_are_sent_and_answers_before_they_are_judged() -> None:
    def sign(request: HttpRequest) -> HttpRequest:
        return replace(request, headers={**request.headers, "x-signature": str(len(request.body))})

    def forgive(request: HttpRequest, response: Response) -> Response:
        return replace(response, status=200) if response.status == 409 else response

    partner = Partner(httpx.Response(409))
    common = RequestOptions(before_request=[sign], after_response=[forgive])
    assert send(partner, method="POST", json={"a": 1}, common=common).status == 200
    assert partner.received[0].headers["x-signature"] == "7"


def test_search_params_of_the_destination_and_of_the_request_are_both_sent() -> None:
    partner = Partner()
    send(partner, search_params={"x": "1", "k": "2"}, common=RequestOptions(search_params={"api_key": "a", "k": "1"}))
    assert partner.received[0].url.query == b"api_key=a&k=2&x=1"


def test_a_header_whose_name_cannot_be_sent_is_an_error_that_names_it() -> None:
    with pytest.raises(TransportError, match="'x name' is not the name of a header"):
        send(Partner(), headers={"x name": "1"})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"headers": {"x": None}}, "the header x: expected text, or MISSING for none, got NoneType"),
        ({"body": {"a": 1}}, "body: expected bytes or text, got dict; to write a value as JSON: json="),
    ],
)
def test_what_cannot_be_sent_is_named(options: dict[str, Any], text: str) -> None:
    with pytest.raises(TypeError, match=text):
        send(Partner(), method="POST", **options)


def test_a_status_without_a_reason_has_the_standard_one() -> None:
    for status, reason in ((401, "Unauthorized"), (413, "Payload Too Large"), (599, "599")):
        answer = httpx.Response(status, extensions={"reason_phrase": b""})
        with pytest.raises(HTTPError, match=f"^{reason}$"):
            send(Partner(answer))
