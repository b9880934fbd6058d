from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.js import loads, stringify
from emulator.partner import USERMOTION, Check, Endpoint, KeyHeader, PartnerAPI, ReceivedRequest, record, text
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
