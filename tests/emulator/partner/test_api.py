from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.js import loads, stringify
from emulator.partner import (
    USERMOTION,
    Answer,
    Check,
    Endpoint,
    KeyHeader,
    PartnerAPI,
    ReceivedRequest,
    items,
    json_answer,
    nullable,
    number,
    one_of,
    record,
    text,
)
from emulator.partner.received import read_json
from tests.emulator.partner.calls import BODIES, HEADERS

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("email"), inner, max_size=3)
    ),
    max_leaves=8,
)


def post(path: str, body: bytes, headers: dict[str, str] | None = None) -> ReceivedRequest:
    value, problem = read_json(body)
    return ReceivedRequest(
        method="POST", host="x", path=path, query="", headers=headers or {}, body=body, json=value, json_problem=problem
    )


@pytest.mark.parametrize(
    ("check", "value", "message"),
    [
        (text(), "", None),
        (text(empty=False), "", "x must be a non-empty string, got an empty string"),
        (text(), 1.5, "x must be a string, got a number"),
        (text(), {}, "x must be a string, got an object"),
        (record(), {}, None),
        (record(), {"a": 1}, "x.a is not a known field; expected only "),
        (record(others=True), {"a": 1}, None),
        (record({"a": text()}), {}, "x.a is missing; expected a string"),
        (record({"a": record({"b": text()})}), {"a": {"b": None}}, "x.a.b must be a string, got null"),
        (record(optional={"a": text()}), {}, None),
        (record(optional={"a": text()}), {"a": 1}, "x.a must be a string, got a number"),
        (record({"a": text()}, optional={"b": text()}), {"c": 1, "b": 1}, "x.a is missing; expected a string"),
        (number(), 1.5, None),
        (number(), True, "x must be a number, got a boolean"),
        (number(whole=True), 2.0, None),
        (number(whole=True), 1.5, "x must be a whole number, got a number"),
        (number(whole=True), float("inf"), "x must be a whole number, got a number"),
        (one_of("a", "b"), "b", None),
        (one_of("a", "b"), "c", "x must be one of a, b, got 'c'"),
        (one_of("a", "b"), None, "x must be one of a, b, got null"),
        (nullable(text()), None, None),
        (nullable(text()), 1, "x must be a string, got a number"),
        (items(text(), at_most=2), ["a", "b"], None),
        (items(text(), at_most=2), ["a", 1], "x[1] must be a string, got a number"),
        (items(text(), at_most=2), ["a", "b", 1], "x may have 2 items at most, got 3"),
        (items(text(), at_most=2), {}, "x must be an array, got an object"),
    ],
)
def test_a_check_tells_the_first_thing_that_is_wrong(check: Check, value: object, message: str | None) -> None:
    refusal = check(value, "x")
    assert (refusal and refusal.message) == message


def test_a_key_may_stand_in_a_header_without_a_scheme() -> None:
    api = PartnerAPI(host="x", endpoints=(Endpoint(method="POST", path="/"),), key=KeyHeader(name="X-Api-Key"))
    assert api.respond(post("/", b"", {"x-api-key": "k"})).status == 200
    assert api.respond(post("/", b"", {"x-api-key": "k"}), {"other"}).status == 401
    refused = api.respond(post("/", b"", {}))
    assert (refused.status, dict(refused.headers)) == (401, {"content-type": "application/json"})
    assert loads(refused.body)["error"]["message"] == "The header X-Api-Key must be an API key."


def test_an_api_without_a_key_lets_everybody_in() -> None:
    api = PartnerAPI(host="x", endpoints=(Endpoint(method="POST", path="/"),))
    assert api.respond(post("/", b""), {"some"}).status == 200


def test_a_part_of_a_path_stands_for_any_text_and_reaches_the_answer() -> None:
    def answer(request: ReceivedRequest, parts: Mapping[str, str]) -> Answer:
        return json_answer(200, {**parts, "method": request.method})

    api = PartnerAPI(
        host="x",
        endpoints=(
            Endpoint(method="POST", path="/lists/{list_id}/members/{member_id}", answer=answer),
            Endpoint(method="POST", path="/lists/all", answer=json_answer(200, "all")),
            Endpoint(method="POST", path="/lists/{list_id}", answer=answer),
        ),
    )
    assert loads(api.respond(post("/lists/a b/members/1.5", b"")).body) == {
        "list_id": "a b",
        "member_id": "1.5",
        "method": "POST",
    }
    assert loads(api.respond(post("/lists/all", b"")).body) == "all"
    assert loads(api.respond(post("/lists/{list_id}", b"")).body) == {"list_id": "{list_id}", "method": "POST"}
    assert [api.respond(post(path, b"")).status for path in ("/lists/", "/lists/a/b", "/lists/a/members/")] == [404] * 3


def test_an_api_may_decide_about_its_keys_itself_and_leave_an_endpoint_open() -> None:
    api = PartnerAPI(
        host="x",
        key=KeyHeader(name="authorization", scheme="Bearer"),
        accepts=lambda key: key == "good",
        endpoints=(Endpoint(method="POST", path="/"), Endpoint(method="POST", path="/token", public=True)),
    )
    assert api.respond(post("/", b"", {"authorization": "Bearer good"}), {"other"}).status == 200
    assert api.respond(post("/", b"", {"authorization": "Bearer other"}), {"other"}).status == 401
    assert api.respond(post("/token", b"")).status == 200


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(BODIES)),
    st.dictionaries(st.sampled_from(["id", "event", "properties", "context", "userId", "x"]), _JSON),
)
def test_usermotion_accepts_or_refuses_any_json_object(path: str, changes: dict[str, Any]) -> None:
    """Varies the body: a valid one with any of its fields, or an unknown one, replaced by any JSON."""
    body = {**BODIES[path], **changes}
    answer = USERMOTION.respond(post(path, stringify(body).encode(), HEADERS))
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert loads(answer.body)["error"]["field"].split(".")[0] in {*body, "properties"}


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.sampled_from(sorted(BODIES)), st.binary() | _JSON.map(lambda value: stringify(value).encode()))
def test_usermotion_answers_any_bytes(path: str, body: bytes) -> None:
    """Varies the body: arbitrary bytes, and arbitrary JSON of every kind."""
    assert USERMOTION.respond(post(path, body, HEADERS)).status == 400
