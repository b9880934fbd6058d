"""Roster's API, as its destination calls it and as it must not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from actions_core.js import loads, stringify
from emulator.partner import Answer, Fault, Partner, ReceivedRequest, Roster
from emulator.partner.received import read_json
from emulator.partner.roster import MAX_OPERATIONS
from tests.emulator.partner.calls import run

GRANT = {"grant_type": "refresh_token", "refresh_token": "r0", "client_id": "c", "client_secret": "s"}
ADA: dict[str, Any] = {"identifier": {"type": "email", "value": "ada@example.com"}}


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def request(
    method: str, path: str, body: bytes = b"", query: str = "", headers: Mapping[str, str] | None = None
) -> ReceivedRequest:
    value, problem = read_json(body)
    return ReceivedRequest(
        method=method,
        host="api.roster.example",
        path=path,
        query=query,
        headers=headers or {},
        body=body,
        json=value,
        json_problem=problem,
    )


def granted(roster: Roster, **changes: str) -> Answer:
    return roster.api.respond(request("POST", "/oauth/token", urlencode({**GRANT, **changes}).encode()))


def call(roster: Roster, method: str, path: str, json: Any = None, *, query: str = "", token: str | None = None) -> Any:
    """Call with a good access token, or with the one given; gives the status and the JSON of the answer."""
    token = token or loads(granted(roster).body)["access_token"]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = b"" if json is None else stringify(json).encode()
    answer = roster.api.respond(request(method, path, body, query, headers))
    return answer.status, loads(answer.body)


def change(operation: str, member: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"operation": operation, "member": member or ADA}


# --- tokens ----------------------------------------------------------------------------------------------------------


def test_a_refresh_token_is_exchanged_for_an_access_token() -> None:
    answer = granted(Roster(token_seconds=60))
    assert answer.status == 200
    assert loads(answer.body) == {
        "access_token": "access-1",
        "refresh_token": "refresh-1",
        "expires_in": 60,
        "token_type": "Bearer",
    }


def test_an_access_token_is_good_until_it_expires() -> None:
    clock = Clock()
    roster = Roster(token_seconds=60, clock=clock)
    token = loads(granted(roster).body)["access_token"]
    clock.seconds += 59
    assert call(roster, "GET", "/v1/lists", token=token)[0] == 200
    clock.seconds += 1
    status, answer = call(roster, "GET", "/v1/lists", token=token)
    assert (status, answer["error"]["code"]) == (401, "unauthorized")


def test_every_access_token_can_be_made_to_expire() -> None:
    roster = Roster()
    token = loads(granted(roster).body)["access_token"]
    roster.expire_tokens()
    assert call(roster, "GET", "/v1/lists", token=token)[0] == 401


def test_an_access_token_that_it_has_not_given_is_refused() -> None:
    assert call(Roster(), "GET", "/v1/lists", token="made-up")[0] == 401


def test_a_refresh_token_is_good_once_if_they_are_restricted() -> None:
    roster = Roster(refresh_tokens=["r0"])
    assert granted(roster).status == 200
    assert granted(roster).status == 400
    assert granted(roster, refresh_token="refresh-1").status == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"refresh_token": "r9"}, 400, "invalid_grant"),
        ({"refresh_token": ""}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
    ],
)
def test_a_wrong_grant_is_refused_as_rfc_6749_says(changes: dict[str, str], status: int, error: str) -> None:
    answer = granted(Roster(refresh_tokens=["r0"]), **changes)
    assert (answer.status, loads(answer.body)) == (status, {"error": error})


# --- lists -----------------------------------------------------------------------------------------------------------


def test_a_list_is_created_and_found() -> None:
    roster = Roster()
    status, made = call(roster, "POST", "/v1/lists", {"name": "Leads", "folder": "A", "retentionDays": 30})
    assert (status, made["name"], made["folder"], made["memberCount"]) == (201, "Leads", "A", 0)
    assert call(roster, "GET", f"/v1/lists/{made['id']}") == (200, made)


def test_a_name_is_taken_once() -> None:
    status, answer = call(Roster(), "POST", "/v1/lists", {"name": "Everyone"})
    assert (status, answer["error"]["message"]) == (409, "There is a list 'Everyone' already.")


def test_lists_are_given_in_pages_and_by_name() -> None:
    roster = Roster(page_size=2)
    for name in ("Leads", "Customers", "Cold Leads"):
        call(roster, "POST", "/v1/lists", {"name": name})
    _, first = call(roster, "GET", "/v1/lists")
    assert ([one["name"] for one in first["lists"]], first["nextCursor"]) == (["Everyone", "Leads"], "2")
    _, second = call(roster, "GET", "/v1/lists", query="cursor=2")
    assert ([one["name"] for one in second["lists"]], second["nextCursor"]) == (["Customers", "Cold Leads"], None)
    _, found = call(roster, "GET", "/v1/lists", query="query=leads&cursor=nonsense")
    assert [one["name"] for one in found["lists"]] == ["Leads", "Cold Leads"]


@pytest.mark.parametrize("path", ["/v1/lists/none", "/v1/lists/none/members", "/v1/lists/none/members/batch"])
def test_an_unknown_list_is_404(path: str) -> None:
    body = {"operations": []} if path.endswith("batch") else change("add")
    status, answer = call(Roster(), "GET" if path.endswith("none") else "POST", path, body)
    assert (status, answer["error"]["code"]) == (404, "unknown_list")


# --- members ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "known", "status"),
    [
        ("add", False, 201), ("add", True, 409), ("update", False, 404), ("update", True, 200),
        ("upsert", False, 201), ("upsert", True, 200), ("remove", False, 200), ("remove", True, 200),
    ],
)  # fmt: skip
def test_each_operation_has_its_answer(operation: str, known: bool, status: int) -> None:
    roster = Roster()
    if known:
        call(roster, "POST", "/v1/lists/everyone/members", change("upsert"))
    assert call(roster, "POST", "/v1/lists/everyone/members", change(operation))[0] == status


def test_an_update_keeps_what_it_does_not_tell() -> None:
    roster = Roster()
    call(roster, "POST", "/v1/lists/everyone/members", change("add", {**ADA, "firstName": "Ada", "tags": ["vip"]}))
    call(roster, "POST", "/v1/lists/everyone/members", change("update", {**ADA, "firstName": None}))
    assert roster.lists["everyone"].members["email:ada@example.com"] == {**ADA, "firstName": None, "tags": ["vip"]}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"operation": "replace", "member": ADA}, "operation must be one of add, update, upsert, remove, got 'replace'."),
        ({"operation": "add"}, "member is missing; expected an object."),
        (change("add", {"identifier": {"type": "email", "value": ""}}), "member.identifier.value must be a non-empty string, got an empty string."),
        (change("add", {**ADA, "tags": ["a", 1]}), "member.tags[1] must be a string, got a number."),
        (change("add", {**ADA, "tags": "a"}), "member.tags must be an array, got a string."),
        (change("add", {**ADA, "tags": [""] * 51}), "member.tags may have 50 items at most, got 51."),
        (change("add", {**ADA, "joinedAt": None}), "member.joinedAt must be a number, got null."),
        (change("add", {**ADA, "firstName": 1}), "member.firstName must be a string, got a number."),
    ],
    ids=["operation", "member", "value", "item", "list", "length", "moment", "nullable"],
)  # fmt: skip
def test_a_wrong_change_is_refused_with_its_place(body: Any, message: str) -> None:
    status, answer = call(Roster(), "POST", "/v1/lists/everyone/members", body)
    assert (status, answer["error"]["message"]) == (400, message)


def test_a_batch_is_answered_item_by_item() -> None:
    roster = Roster()
    status, answer = call(
        roster, "POST", "/v1/lists/everyone/members/batch", {"operations": [change("add"), change("add"), {}]}
    )
    assert status == 207
    assert [result["status"] for result in answer["results"]] == [201, 409, 400]
    assert answer["results"][2]["error"]["field"] == "operation"
    assert list(roster.lists["everyone"].members) == ["email:ada@example.com"]


def test_a_batch_has_a_bound() -> None:
    many = [change("upsert")] * (MAX_OPERATIONS + 1)
    status, answer = call(Roster(), "POST", "/v1/lists/everyone/members/batch", {"operations": many})
    assert (status, answer["error"]["message"]) == (400, "operations may have 500 items at most, got 501.")


def test_a_deleted_person_is_taken_off_and_not_on_again() -> None:
    roster = Roster()
    person = {"identifier": {"type": "userId", "value": "u1"}}
    call(roster, "POST", "/v1/lists/everyone/members", change("add", person))
    assert call(roster, "POST", "/v1/people/delete", {"userId": "u1", "anonymousId": "a1"}) == (
        200,
        {"removedFrom": ["everyone"]},
    )
    status, answer = call(roster, "POST", "/v1/lists/everyone/members", change("add", person))
    assert (status, answer["error"]["code"]) == (422, "person_deleted")
    assert call(roster, "POST", "/v1/people/delete", {"anonymousId": "a2"}) == (200, {"removedFrom": []})


# --- the rest --------------------------------------------------------------------------------------------------------


def test_attributes_have_suggested_values() -> None:
    assert call(Roster(), "GET", "/v1/attributes", query="query=PLAN")[1] == {"attributes": [{"key": "plan"}]}
    assert call(Roster(), "GET", "/v1/attributes/plan/values")[1]["values"] == ["free", "team", "business"]
    assert call(Roster(), "GET", "/v1/attributes/shoe/values")[0] == 404


def test_products_are_found_by_name() -> None:
    assert call(Roster(), "GET", "/v1/products", query="query=not")[1] == {
        "products": [{"sku": "notebook", "name": "Notebook"}]
    }


def test_the_workspace_must_be_named() -> None:
    assert call(Roster(), "GET", "/v1/workspace")[0] == 400


def test_an_order_is_kept_once() -> None:
    roster = Roster()
    order = {"orderId": "o1", "total": 1, "currency": "EUR", "items": [], "delivery": {"method": "pickup"}}
    assert call(roster, "POST", "/v1/orders", order) == (201, {"orderId": "o1"})
    assert call(roster, "POST", "/v1/orders", order) == (200, {"orderId": "o1"})
    assert list(roster.orders) == ["o1"]


def test_a_fault_that_refuses_leaves_everything_as_it_was_and_one_that_spoils_the_answer_does_not() -> None:
    roster = Roster()

    async def scenario() -> list[int]:
        async with Partner(apis=[roster.api]) as partner, httpx.AsyncClient(trust_env=False) as client:
            partner.add_fault(Fault(endpoint="/v1/lists", status=503, count=1))
            partner.add_fault(Fault(endpoint="/v1/lists", malformed=True, count=1))
            host = {"host": "api.roster.example"}
            grant = await client.post(f"{partner.url}/oauth/token", data=GRANT, headers=host)
            headers = {**host, "authorization": f"Bearer {grant.json()['access_token']}"}
            return [
                (await client.post(f"{partner.url}/v1/lists", json={"name": name}, headers=headers)).status_code
                for name in ("Refused", "Spoilt")
            ]

    assert run(scenario()) == [503, 200]
    assert [one.name for one in roster.lists.values()] == ["Everyone", "Spoilt"]


def test_a_partner_knows_roster_by_itself() -> None:
    async def scenario() -> int:
        async with Partner() as partner, httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{partner.url}/v1/lists", headers={"host": "api.roster.example"})
            return answer.status_code

    assert run(scenario()) == 401
