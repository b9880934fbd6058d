"""What Roster's functions could send wrongly for one event: members, lists, orders, audiences, sync modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote_plus, unquote

from actions_core import MISSING, BatchInput, Object, Request
from conformance.mutants.code import (
    Perform,
    around_perform,
    before_perform,
    edit_body,
    edit_request,
    edit_url,
    with_values,
)
from conformance.mutants.edit import Edit
from conformance.mutants.model import Mutant
from destinations.roster.lists import EVERYONE, list_url
from destinations.roster.members import change_for


def edit_members(change: Callable[[Object], Object]) -> Edit:
    """Change each member that is sent, of batches too."""

    def changed(body: Any, _data: Any) -> Any:
        if "operations" in body:
            return {"operations": [changed(one, None) for one in body["operations"]]}
        return {**body, "member": change(body["member"])}

    return edit_body(changed, "syncMember")


def edit_input(**changes: Any) -> Edit:
    """Change what Sync Member is given besides the payload."""
    return around_input(lambda data: replace(data, **changes))


def around_input(change: Callable[[Any], Any]) -> Edit:
    """Change all that Sync Member is given."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        return await perform(request, change(data))

    return around_perform(around, "syncMember")


# --- audiences and sync modes ----------------------------------------------------------------------------------------


def _each(membership: Any, change: Callable[[bool | None], bool | None]) -> Any:
    return [change(one) for one in membership] if isinstance(membership, list) else change(membership)


def _with_membership(change: Callable[[bool | None], bool | None]) -> Edit:
    return around_input(
        lambda data: replace(data, audience_membership=_each(data.audience_membership, change)),
    )


def _never_out(member: bool | None) -> bool | None:
    return None if member is False else member


def _mode(**wrong: str) -> Edit:
    return around_input(lambda data: replace(data, sync_mode=wrong.get(data.sync_mode or "", data.sync_mode)))


_MEMBERSHIP = (
    Mutant(
        "audience/inverted",
        "who joins an audience is removed, and who leaves it is put on",
        _with_membership(lambda member: None if member is None else not member),
    ),
    Mutant("audience/ignored", "what the event says of its audience is not looked at", _with_membership(_never_out)),
    Mutant(
        "audience/unknown-is-out",
        "who is in no audience is removed",
        _with_membership(lambda member: member is True),
    ),
    Mutant(
        "audience/no-retention",
        "Roster is not told how long a member stays",
        edit_input(audience_settings={}),
    ),
    Mutant("sync-mode/ignored", "the sync mode is not looked at", edit_input(sync_mode="upsert")),
    Mutant("sync-mode/add-upserts", "the sync mode add updates those who are there already", _mode(add="upsert")),
    Mutant("sync-mode/update-adds", "the sync mode update adds", _mode(update="add")),
    Mutant("sync-mode/delete-upserts", "the sync mode delete removes nobody", _mode(delete="upsert")),
    Mutant(
        "sync-mode/mirror-adds",
        "the sync mode mirror only adds those who are in",
        around_input(
            lambda data: (
                replace(data, sync_mode="add")
                if data.sync_mode == "mirror" and data.audience_membership is True
                else data
            )
        ),
    ),
)

# --- lists -----------------------------------------------------------------------------------------------------------


def _without_list(payload: Any) -> Any:
    return with_values(payload, listId=MISSING)


def _audience_first(payload: Any) -> Any:
    return payload if payload.externalAudienceId is MISSING else with_values(payload, listId=payload.externalAudienceId)


async def _hook_first(perform: Perform, request: Request, data: Any) -> Any:
    saved = data.hook_outputs.get("onMappingSave", {}).get("outputs", {}).get("listId")
    if saved is None:
        return await perform(request, data)
    if isinstance(data, BatchInput):
        listed = [with_values(payload, listId=saved) for payload in data.payloads]
        return await perform(request, replace(data, payloads=listed))
    return await perform(request, replace(data, payload=with_values(data.payload, listId=saved)))


_LISTS = (
    Mutant("list/field-ignored", "the field List is not looked at", before_perform(_without_list, "syncMember")),
    Mutant("list/hook-ignored", "the list chosen when the mapping was saved is not used", edit_input(hook_outputs={})),
    Mutant(
        "list/hook-first",
        "the list chosen when the mapping was saved counts before the field",
        around_perform(_hook_first, "syncMember"),
    ),
    Mutant(
        "list/audience-ignored",
        "members of an audience are put on the list of everyone",
        before_perform(lambda payload: with_values(payload, externalAudienceId=MISSING), "syncMember"),
    ),
    Mutant("list/audience-first", "the audience's list counts first", before_perform(_audience_first, "syncMember")),
    Mutant(
        "list/everyone-renamed",
        "the list of everyone is called all",
        edit_url(lambda url: url.replace(list_url(EVERYONE), list_url("all")), "syncMember"),
    ),
    Mutant("url/not-encoded", "the list's ID is not percent-encoded in the URL", edit_url(unquote, "syncMember")),
    Mutant(
        "url/form-encoded",
        "the list's ID is encoded as forms are, with + for a space",
        edit_url(
            lambda url: "/".join(
                quote_plus(unquote(part)) if place == 5 else part for place, part in enumerate(url.split("/"))
            ),
            "syncMember",
        ),
    ),
    Mutant(
        "url/list-in-body",
        "the list is sent in the body too",
        edit_body(lambda body, data: {**body, "list": _list_of(data)}, "syncMember"),
    ),
    Mutant(
        "wire/put",
        "members are PUT",
        edit_request(lambda request, _data: replace(request, method="PUT"), "syncMember"),
    ),
)


def _list_of(data: Any) -> Any:
    return data.payloads[0].listId if isinstance(data, BatchInput) else data.payload.listId


# --- members ---------------------------------------------------------------------------------------------------------


def _whole_member_removed(body: Any, data: Any) -> Any:
    if body.get("operation") != "remove":
        return body
    return {**body, "member": change_for(data.payload, "upsert", data)["member"]}


def _identifier_by_email(member: Object) -> Object:
    return {**member, "identifier": {**member["identifier"], "type": "email"}}


def _first_tag(member: Object) -> Object:
    tags = member.get("tags")
    return {**member, "tags": tags[0]} if tags and len(tags) == 1 else member


def _day_only(member: Object) -> Object:
    joined = member.get("joinedAt")
    return {**member, "joinedAt": joined[:10]} if isinstance(joined, str) else member


def _without(*keys: str) -> Callable[[Object], Object]:
    return lambda given: {key: value for key, value in given.items() if key not in keys}


def _without_nulls(given: Object) -> Object:
    return {key: value for key, value in given.items() if value is not None}


def _consent_as_text(member: Object) -> Object:
    return {**member, "consent": member["consent"]["status"]} if "consent" in member else member


def _status_in_attributes(member: Object) -> Object:
    if "consent" not in member:
        return member
    return {**member, "attributes": {**member.get("attributes", {}), "consent": member["consent"]["status"]}}


def _all_identifiers(payload: Any) -> Any:
    known = {key: getattr(payload, key) for key in ("email", "phone", "userId")}
    told = {key: value for key, value in known.items() if value is not MISSING and key != payload.identifierType}
    return with_values(payload, attributes={**told, **(payload.attributes or {})}) if told else payload


_MEMBERS = (
    Mutant(
        "member/whole-removed",
        "Roster is told all of a member who is to be removed",
        edit_body(_whole_member_removed, "syncMember"),
    ),
    Mutant("member/always-email", "the identifier is always said to be an email", edit_members(_identifier_by_email)),
    Mutant(
        "member/all-identifiers",
        "identifiers that were not chosen are sent as attributes",
        before_perform(_all_identifiers, "syncMember"),
    ),
    Mutant("member/single-tag", "a list of one tag is sent as the tag itself", edit_members(_first_tag)),
    Mutant("member/day-only", "of Joined At only the day is sent", edit_members(_day_only)),
    Mutant("member/null-lost", "a First Name of null is not sent", edit_members(_without_nulls)),
    Mutant("member/no-tags", "Tags are not sent", edit_members(_without("tags"))),
    Mutant("member/consent-as-text", "Consent is sent as its status alone", edit_members(_consent_as_text)),
    Mutant("member/consent-twice", "Consent is sent as an attribute too", edit_members(_status_in_attributes)),
    Mutant(
        "member/batching-sent",
        "Use Batches is sent as an attribute",
        before_perform(
            lambda payload: with_values(
                payload, attributes={**(payload.attributes or {}), "batching": payload.enable_batching}
            ),
            "syncMember",
        ),
    ),
)

# --- orders ----------------------------------------------------------------------------------------------------------


def _edit_order(change: Callable[[Object], Object]) -> Edit:
    return edit_body(lambda body, _data: change(body), "logOrder")


def _edit_items(change: Callable[[list[Any]], list[Any]]) -> Edit:
    return _edit_order(lambda order: {**order, "items": change(order["items"])})


def _no_empty_list(order: Object) -> Object:
    return order if order["items"] else _without("items")(order)


def _address_beside(order: Object) -> Object:
    delivery = order["delivery"]
    if "address" not in delivery:
        return order
    return {**order, "delivery": {"method": delivery["method"]}, "address": delivery["address"]}


def _no_postal_code(order: Object) -> Object:
    delivery = order["delivery"]
    if "address" not in delivery:
        return order
    return {**order, "delivery": {**delivery, "address": _without("postalCode")(delivery["address"])}}


_ORDERS = (
    Mutant("order/one-item", "only the first item of an order is sent", _edit_items(lambda items: items[:1])),
    Mutant(
        "order/items-once",
        "items that are alike are sent once",
        _edit_items(lambda items: [item for place, item in enumerate(items) if item not in items[:place]]),
    ),
    Mutant("order/items-sorted", "items are sent by SKU", _edit_items(lambda items: sorted(items, key=_sku))),
    Mutant("order/no-empty-list", "an order without items is sent without their list", _edit_order(_no_empty_list)),
    Mutant("order/coupon-null-lost", "a Coupon of null is not sent", _edit_order(_without_nulls)),
    Mutant(
        "order/total-rounded",
        "Total is sent without its fraction",
        _edit_order(lambda order: {**order, "total": int(order["total"])}),
    ),
    Mutant(
        "order/total-as-text",
        "Total is sent as a text",
        _edit_order(lambda order: {**order, "total": str(order["total"])}),
    ),
    Mutant("order/address-beside", "Address is sent beside the delivery, not in it", _edit_order(_address_beside)),
    Mutant("order/no-postal-code", "the postal code is not sent", _edit_order(_no_postal_code)),
    Mutant(
        "order/currency-lower",
        "Currency is sent in lower case",
        _edit_order(lambda order: {**order, "currency": order["currency"].lower()}),
    ),
)


def _sku(item: Object) -> str:
    return str(item["sku"])


MUTANTS: Final[tuple[Mutant, ...]] = (*_MEMBERSHIP, *_LISTS, *_MEMBERS, *_ORDERS)
