from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from emulator.partner import USERMOTION, Partner
from tests.emulator.partner.calls import BODIES, call, run


def answer(path: str, *, keys: set[str] | None = None, **request: Any) -> httpx.Response:
    async def scenario() -> httpx.Response:
        async with Partner(keys=keys) as partner:
            return await call(partner, path, **request)

    return run(scenario())


def error(response: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["error"]
    return found


@pytest.mark.parametrize("path", [*BODIES, "/v1/verify"])
def test_a_well_formed_request_is_answered_with_200_and_json(path: str) -> None:
    response = answer(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"success": True}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/identify", {"id": "u1", "properties": {"email": ""}}),
        ("/v1/group", {"id": "g1", "properties": {}}),
        ("/v1/track", {"event": "pageview", "context": {}, "properties": {}}),
    ],
    ids=["identify", "group", "track"],
)
def test_optional_fields_may_be_absent(path: str, body: object) -> None:
    assert answer(path, json=body).status_code == 200


@pytest.mark.parametrize(
    ("path", "change", "field", "message"),
    [
        ("/v1/identify", {"id": ...}, "id", "id is missing; expected a non-empty string."),
        ("/v1/identify", {"id": ""}, "id", "id must be a non-empty string, got an empty string."),
        ("/v1/identify", {"id": 42}, "id", "id must be a non-empty string, got a number."),
        ("/v1/identify", {"anonymousId": None}, "anonymousId", "anonymousId must be a string, got null."),
        ("/v1/identify", {"properties": ...}, "properties", "properties is missing; expected an object."),
        ("/v1/identify", {"properties": []}, "properties", "properties must be an object, got an array."),
        ("/v1/identify", {"properties": {}}, "properties.email", "properties.email is missing; expected a string."),
        (
            "/v1/identify",
            {"properties": {"email": None}},
            "properties.email",
            "properties.email must be a string, got null.",
        ),
        (
            "/v1/identify",
            {"traits": {}},
            "traits",
            "traits is not a known field; expected only id, properties, anonymousId.",
        ),
        ("/v1/group", {"id": ...}, "id", "id is missing; expected a non-empty string."),
        ("/v1/group", {"userId": 1}, "userId", "userId must be a string, got a number."),
        ("/v1/group", {"properties": ...}, "properties", "properties is missing; expected an object."),
        (
            "/v1/group",
            {"groupId": "g1"},
            "groupId",
            "groupId is not a known field; expected only id, properties, userId, anonymousId.",
        ),
        ("/v1/track", {"event": ""}, "event", "event must be a non-empty string, got an empty string."),
        ("/v1/track", {"event": ...}, "event", "event is missing; expected a non-empty string."),
        ("/v1/track", {"context": ...}, "context", "context is missing; expected an object."),
        ("/v1/track", {"properties": "x"}, "properties", "properties must be an object, got a string."),
        ("/v1/track", {"anonymousId": True}, "anonymousId", "anonymousId must be a string, got a boolean."),
        (
            "/v1/track",
            {"name": "x"},
            "name",
            "name is not a known field; expected only event, context, properties, userId, anonymousId.",
        ),
    ],
    ids=lambda value: json.dumps(value, default=lambda _: "absent") if isinstance(value, dict) else None,
)
def test_a_wrong_body_is_refused_with_400_naming_the_field(
    path: str, change: dict[str, Any], field: str, message: str
) -> None:
    body = {name: value for name, value in {**BODIES[path], **change}.items() if value is not ...}
    response = answer(path, json=body)
    assert response.status_code == 400
    assert error(response) == {"code": "invalid_field", "message": message, "field": field}


def test_a_body_that_is_no_object_is_refused_with_400() -> None:
    response = answer("/v1/track", content=b"[]")
    assert response.status_code == 400
    assert error(response)["message"] == "the body must be an object, got an array."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The body is not JSON: the body is empty."),
        (b'{"id": ', "The body is not JSON: expecting value at column 8."),
        (b'{"id": NaN}', "The body is not JSON: NaN is not JSON."),
        (b'{"id": "\xff"}', "The body is not JSON: byte 8 is not UTF-8."),
        (b"[" * 100_000, "The body is not JSON: nested too deeply to be read."),
    ],
    ids=["empty", "cut short", "NaN", "not UTF-8", "too deep"],
)
def test_malformed_json_is_refused_with_400(content: bytes, message: str) -> None:
    response = answer("/v1/identify", content=content)
    assert response.status_code == 400
    assert error(response) == {"code": "malformed_json", "message": message}


@pytest.mark.parametrize("authorization", [None, "", "Basic", "Bearer s3cret", "s3cret"], ids=repr)
@pytest.mark.parametrize("path", ["/v1/identify", "/v1/verify"])
def test_a_request_without_a_key_is_refused_with_401(path: str, authorization: str | None) -> None:
    response = answer(path, headers={"authorization": authorization})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Basic"
    assert error(response)["message"] == "The header authorization must be Basic and an API key."


def test_any_key_is_accepted_by_default() -> None:
    assert answer("/v1/verify", headers={"authorization": "Basic whatever:it is"}).status_code == 200


def test_the_schemes_case_does_not_matter() -> None:
    assert answer("/v1/verify", headers={"authorization": "basic s3cret"}).status_code == 200


def test_accepted_keys_can_be_restricted() -> None:
    assert answer("/v1/verify", keys={"s3cret"}).status_code == 200
    refused = answer("/v1/verify", keys={"other"})
    assert refused.status_code == 401
    assert error(refused) == {"code": "unauthorized", "message": "The API key is unknown."}


@pytest.mark.parametrize("source", [None, "segment", "Else"], ids=repr)
def test_a_request_that_does_not_come_from_segment_is_refused_with_400(source: str | None) -> None:
    response = answer("/v1/identify", headers={"x-source": source})
    assert response.status_code == 400
    assert error(response) == {
        "code": "invalid_header",
        "message": "The header x-source must be 'Segment'.",
        "header": "x-source",
    }


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded"], ids=repr)
def test_another_content_type_is_refused_with_415(kind: str | None) -> None:
    response = answer("/v1/identify", headers={"content-type": kind})
    assert response.status_code == 415
    assert "content-type must be 'application/json'" in error(response)["message"]


def test_a_content_type_may_have_parameters_and_any_case() -> None:
    assert answer("/v1/identify", headers={"content-type": "Application/JSON; charset=utf-8"}).status_code == 200


def test_verify_needs_neither_body_nor_content_type() -> None:
    assert answer("/v1/verify", headers={"content-type": None}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/alias", "/v1/identify/", "/identify"])
def test_an_unknown_path_is_refused_with_404(path: str) -> None:
    response = answer(path, json={})
    assert response.status_code == 404
    assert error(response)["code"] == "not_found"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_another_method_is_refused_with_405_and_allow(method: str) -> None:
    response = answer("/v1/identify", method=method)
    assert response.status_code == 405
    assert response.headers["allow"] == "POST"


def test_a_body_over_the_bound_is_refused_with_413() -> None:
    response = answer("/v1/identify", content=b" " * (USERMOTION.max_body + 1))
    assert response.status_code == 413
    assert error(response)["message"] == "The body may have 1048576 bytes at most."


def test_a_body_at_the_bound_is_read() -> None:
    body = json.dumps(BODIES["/v1/identify"]).encode()
    assert answer("/v1/identify", content=body + b" " * (USERMOTION.max_body - len(body))).status_code == 200
