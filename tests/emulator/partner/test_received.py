from __future__ import annotations

from typing import Any

import pytest

from actions_core.js import MISSING
from emulator.partner import Partner, ReceivedRequest
from tests.emulator.partner.calls import call, run


def received(**changes: Any) -> ReceivedRequest:
    values: dict[str, Any] = {
        "method": "POST",
        "host": "x.example",
        "path": "/",
        "query": "",
        "headers": {},
        "body": b"{}",
        "json": {},
        "json_problem": None,
        "status": 200,
    }
    return ReceivedRequest(**{**values, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": {"authorization": "Basic s3cret"}},
        {"headers": {"proxy-authorization": "s3cret"}},
        {"headers": {"cookie": "s3cret"}},
        {"headers": {"x-api-key": "s3cret"}},
        {"headers": {"X-Auth-Token": "s3cret"}},
        {"query": "api_key=s3cret&a=b"},
        {"query": "%6Bey=s3cret"},
        {"query": "SECRET=s3cret"},
        {"json": {"apiKey": "s3cret"}},
        {"json": {"a": [{"client_secret": {"b": "s3cret"}}]}},
        {"json": {"refreshToken": ["s3cret"]}, "body": b'{"refreshToken": ["s3cret"]}'},
        {"json": MISSING, "body": b"s3cret"},
    ],
    ids=str,
)
def test_a_repr_shows_no_credentials(changes: dict[str, Any]) -> None:
    assert "s3cret" not in repr(received(**changes))


def test_a_repr_shows_everything_else() -> None:
    shown = repr(received(query="a=b&flag", headers={"x-source": "Segment"}, json={"id": "u1", "tags": [1]}))
    assert shown == (
        "ReceivedRequest(method='POST', host='x.example', path='/', query='a=b&flag', "
        "headers={'x-source': 'Segment'}, body=<2 bytes>, json={'id': 'u1', 'tags': [1]}, status=200, fault=None)"
    )


def test_a_repr_of_a_deep_or_long_body_is_short() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    assert len(repr(received(json=deep))) < 2500
    assert len(repr(received(json=["x" * 10] * 100_000, headers={"a": "y" * 100_000}))) < 2500


def test_a_request_received_over_http_hides_its_key() -> None:
    async def scenario() -> ReceivedRequest:
        async with Partner() as partner:
            await call(partner, headers={"cookie": "session=s3cret"})
            return partner.requests[0]

    request = run(scenario())
    assert request.headers["authorization"] == "Basic s3cret"
    assert "s3cret" not in repr(request)
    assert "ada@example.com" in repr(request)
