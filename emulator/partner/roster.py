"""Roster: an imaginary tool that keeps lists of people, with an API that remembers what it was told.

Its destination, `actions-roster`, uses what UserMotion's does not: access tokens that expire, lists, batches that are
answered item by item, deletion. Everything is kept in memory for as long as the value lives.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs

from actions_core.js import Object
from emulator.partner.api import Answer, Endpoint, KeyHeader, PartnerAPI, error_answer, json_answer
from emulator.partner.received import ReceivedRequest
from emulator.partner.shape import Refusal, items, nullable, number, one_of, record, text

HOST: Final = "api.roster.example"
EVERYONE: Final = "everyone"
"""The id of the list that is always there."""
MAX_OPERATIONS: Final = 500
"""How many operations one batch may have."""

ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("free", "team", "business"),
    "lifecycle": ("lead", "customer", "former customer"),
    "city": (),
}
"""The attributes that Roster knows, with the values that it suggests."""
PRODUCTS: Final[Mapping[str, str]] = {"mug": "Mug", "poster": "Poster", "notebook": "Notebook"}
"""The products that Roster knows: SKU and name."""

_CAPACITY: Final = 100_000  # of whatever is kept; the oldest is forgotten


# --- the bodies of its requests --------------------------------------------------------------------------------------


def _moment(value: object, place: str) -> Refusal | None:
    """Expect a text such as 2024-02-29T10:00:00Z, or seconds."""
    return None if isinstance(value, str) and value else _SECONDS(value, place)


_SECONDS: Final = number()
_OPERATIONS: Final = ("add", "update", "upsert", "remove")
_CHANGE: Final = record(
    {
        "operation": one_of(*_OPERATIONS),
        "member": record(
            {"identifier": record({"type": one_of("email", "phone", "userId"), "value": text(empty=False)})},
            optional={
                "firstName": nullable(text()),
                "attributes": record(others=True),
                "consent": record({"status": one_of("granted", "denied", "unknown")}, optional={"givenAt": _moment}),
                "tags": items(text(), at_most=50),
                "joinedAt": _moment,
                "expiresAfterDays": number(),
            },
        ),
    }
)
_BATCH: Final = record({"operations": items(record(others=True), at_most=MAX_OPERATIONS)})
_NEW_LIST: Final = record({"name": text(empty=False)}, optional={"folder": text(), "retentionDays": number()})
_PERSON: Final = record(optional={"userId": text(), "anonymousId": text()})
_ADDRESS: Final = record({"line1": text(), "country": text()}, optional={"postalCode": text()})
_ORDER: Final = record(
    {
        "orderId": text(empty=False),
        "total": number(),
        "currency": text(empty=False),
        "items": items(
            record({"sku": text(empty=False), "quantity": number(whole=True)}, optional={"price": number()}),
            at_most=1000,
        ),
        "delivery": record({"method": one_of("pickup", "shipping")}, optional={"address": _ADDRESS}),
    },
    optional={
        "userId": text(),
        "placedAt": _moment,
        "coupon": nullable(text()),
        "receiptUrl": text(),
    },
)


# --- what it remembers -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class RosterList:
    """A list of people: an object for each, by identifier such as `email:ada@example.com`."""

    id: str
    name: str
    settings: Object = field(default_factory=dict)
    members: dict[str, Object] = field(default_factory=dict)

    def to_json(self) -> Object:
        """Give what the API tells of it."""
        return {"id": self.id, "name": self.name, **self.settings, "memberCount": len(self.members)}


class Roster:
    """Roster's side of the connection; `api` is what a `Partner` serves.

        roster = Roster(token_seconds=0)
        async with Partner(apis=[roster.api]) as partner: …
        assert roster.lists["everyone"].members

    `refresh_tokens` are those that an access token is given for, each of them once: the answer has the next one. None
    accepts every one that is not empty. An access token is good for `token_seconds`, by a clock that counts seconds.
    """

    def __init__(
        self,
        *,
        refresh_tokens: Collection[str] | None = None,
        token_seconds: float = 3600,
        page_size: int = 50,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.lists: Final = {EVERYONE: RosterList(EVERYONE, "Everyone")}
        self.orders: Final[dict[str, Object]] = {}
        self.deleted: Final[dict[str, None]] = {}
        """The user ids of deleted people, whom Roster takes no more."""
        self._refresh_tokens: Final = None if refresh_tokens is None else set(refresh_tokens)
        self._token_seconds: Final = token_seconds
        self._page_size: Final = page_size
        self._clock: Final = clock
        self._expiries: Final[dict[str, float]] = {}
        self._numbers: Final = itertools.count(1)
        self.api: Final = PartnerAPI(
            host=HOST,
            key=KeyHeader(name="authorization", scheme="Bearer"),
            accepts=self._accepts,
            endpoints=(
                Endpoint(method="POST", path="/oauth/token", answer=self._token, public=True),
                Endpoint(method="GET", path="/v1/workspace", answer=_workspace),
                Endpoint(method="GET", path="/v1/lists", answer=self._found_lists),
                Endpoint(method="POST", path="/v1/lists", body=_NEW_LIST, answer=self._new_list),
                Endpoint(method="GET", path="/v1/lists/{list_id}", answer=self._one_list),
                Endpoint(method="POST", path="/v1/lists/{list_id}/members", body=_CHANGE, answer=self._change),
                Endpoint(method="POST", path="/v1/lists/{list_id}/members/batch", body=_BATCH, answer=self._batch),
                Endpoint(method="POST", path="/v1/people/delete", body=_PERSON, answer=self._delete_person),
                Endpoint(method="GET", path="/v1/attributes", answer=_attributes),
                Endpoint(method="GET", path="/v1/attributes/{key}/values", answer=_attribute_values),
                Endpoint(method="GET", path="/v1/products", answer=_products),
                Endpoint(method="POST", path="/v1/orders", body=_ORDER, answer=self._order),
            ),
        )

    # --- tokens ------------------------------------------------------------------------------------------------------

    def expire_tokens(self) -> None:
        """Let every access token expire at once."""
        self._expiries.clear()

    def _accepts(self, token: str) -> bool:
        return self._clock() < self._expiries.get(token, 0.0)

    def _token(self, request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
        """Give an access token for a refresh token. Source: RFC 6749, section 6."""
        form = parse_qs(request.body.decode("utf-8", "replace"))
        grant, token, client, secret = (
            form.get(name, [""])[0] for name in ("grant_type", "refresh_token", "client_id", "client_secret")
        )
        if grant != "refresh_token":
            return json_answer(400, {"error": "unsupported_grant_type"})
        if not client or not secret:
            return json_answer(401, {"error": "invalid_client"})
        if not token or (self._refresh_tokens is not None and token not in self._refresh_tokens):
            return json_answer(400, {"error": "invalid_grant"})
        number_of_token = next(self._numbers)
        access, refresh = f"access-{number_of_token}", f"refresh-{number_of_token}"
        _keep(self._expiries, access, self._clock() + self._token_seconds)
        if self._refresh_tokens is not None:
            self._refresh_tokens.remove(token)
            self._refresh_tokens.add(refresh)
        told = {"access_token": access, "refresh_token": refresh, "expires_in": self._token_seconds}
        return json_answer(200, {**told, "token_type": "Bearer"})

    # --- lists and members -------------------------------------------------------------------------------------------

    def _found_lists(self, request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
        wanted, start = _query(request, "query").casefold(), _query(request, "cursor")
        found = [one for one in self.lists.values() if wanted in one.name.casefold()]
        first = int(start) if start.isdecimal() else 0
        page = found[first : first + self._page_size]
        after = first + self._page_size
        told = {"lists": [one.to_json() for one in page], "nextCursor": str(after) if after < len(found) else None}
        return json_answer(200, told)

    def _new_list(self, request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
        name: str = request.json["name"]
        if any(one.name == name for one in self.lists.values()):
            return error_answer(409, "list_exists", f"There is a list {name!r} already.")
        settings = {key: value for key, value in request.json.items() if key != "name"}
        made = RosterList(f"list-{next(self._numbers)}", name, settings)
        _keep(self.lists, made.id, made)
        return json_answer(201, made.to_json())

    def _one_list(self, _request: ReceivedRequest, parts: Mapping[str, str]) -> Answer:
        found = self.lists.get(parts["list_id"])
        return _no_list(parts) if found is None else json_answer(200, found.to_json())

    def _change(self, request: ReceivedRequest, parts: Mapping[str, str]) -> Answer:
        found = self.lists.get(parts["list_id"])
        if found is None:
            return _no_list(parts)
        result = self._apply(found, request.json)
        return json_answer(result["status"], result)

    def _batch(self, request: ReceivedRequest, parts: Mapping[str, str]) -> Answer:
        """Carry out what can be, and tell for each operation what became of it."""
        found = self.lists.get(parts["list_id"])
        if found is None:
            return _no_list(parts)
        results: list[Object] = []
        for change in request.json["operations"]:
            refusal = _CHANGE(change, "")
            results.append(
                self._apply(found, change)
                if refusal is None
                else _refused(400, "invalid_field", f"{refusal.message}.", field=refusal.field)
            )
        return json_answer(207, {"results": results})

    def _apply(self, to: RosterList, change: Object) -> Object:
        operation, member = change["operation"], change["member"]
        identifier = member["identifier"]
        key = f"{identifier['type']}:{identifier['value']}"
        known = to.members.get(key)
        if operation == "remove":
            to.members.pop(key, None)
            return {"status": 200, "changed": known is not None}
        if identifier["type"] == "userId" and identifier["value"] in self.deleted:
            return _refused(422, "person_deleted", f"The data of {identifier['value']} were deleted.")
        if operation == "add" and known is not None:
            return _refused(409, "already_a_member", f"{identifier['value']} is in the list already.")
        if operation == "update" and known is None:
            return _refused(404, "not_a_member", f"{identifier['value']} is not in the list.")
        _keep(to.members, key, {**(known or {}), **member})
        return {"status": 200 if known else 201, "changed": True}

    def _delete_person(self, request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
        wanted = request.json.get("userId", "")
        if not wanted:
            return json_answer(200, {"removedFrom": []})
        _keep(self.deleted, wanted, None)
        removed = [one.id for one in self.lists.values() if one.members.pop(f"userId:{wanted}", None) is not None]
        return json_answer(200, {"removedFrom": removed})

    # --- orders ------------------------------------------------------------------------------------------------------

    def _order(self, request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
        order_id: str = request.json["orderId"]
        known = order_id in self.orders
        _keep(self.orders, order_id, request.json)
        return json_answer(200 if known else 201, {"orderId": order_id})


def _workspace(request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
    name = request.headers.get("x-roster-workspace", "")
    if not name:
        return error_answer(400, "invalid_header", "The header x-roster-workspace must name a workspace.")
    return json_answer(200, {"workspace": name})


def _attributes(request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
    wanted = _query(request, "query").casefold()
    return json_answer(200, {"attributes": [{"key": key} for key in ATTRIBUTES if wanted in key]})


def _attribute_values(_request: ReceivedRequest, parts: Mapping[str, str]) -> Answer:
    values = ATTRIBUTES.get(parts["key"])
    if values is None:
        return error_answer(404, "unknown_attribute", f"There is no attribute {parts['key']!r}.")
    return json_answer(200, {"values": list(values)})


def _products(request: ReceivedRequest, _parts: Mapping[str, str]) -> Answer:
    wanted = _query(request, "query").casefold()
    found = [{"sku": sku, "name": name} for sku, name in PRODUCTS.items() if wanted in name.casefold()]
    return json_answer(200, {"products": found})


def _query(request: ReceivedRequest, name: str) -> str:
    return parse_qs(request.query).get(name, [""])[0]


def _no_list(parts: Mapping[str, str]) -> Answer:
    return error_answer(404, "unknown_list", f"There is no list {parts['list_id']!r}.")


def _refused(status: int, code: str, message: str, **details: str) -> Object:
    return {"status": status, "error": {"code": code, "message": message, **details}}


def _keep(kept: dict[str, Any], key: str, value: Any) -> None:
    """Remember something, and forget the oldest of too much; the list of everybody stays."""
    kept[key] = value
    if len(kept) > _CAPACITY:
        del kept[next(old for old in kept if old != EVERYONE)]
