"""What Roster's author could declare wrongly: choices, lists, null, moments, formats, properties, conditions."""

from __future__ import annotations

from typing import Any, Final

from actions_core import MISSING, Condition, Conditions, ExecuteInput, Request, Response, path
from conformance.mutants.edit import Edit, both, edit_action, edit_field, edit_preset
from conformance.mutants.model import Mutant
from destinations.roster import destination
from destinations.roster.account import API

_CHOICES = (
    Mutant("choices/currency-any", "Currency may be any text", edit_field("logOrder", "currency", choices=None)),
    Mutant(
        "choices/currency-wider",
        "Currency may be CHF too",
        edit_field("logOrder", "currency", choices=("EUR", "GBP", "USD", "CHF")),
    ),
    Mutant(
        "choices/delivery-narrower", "orders cannot be shipped", edit_field("logOrder", "delivery", choices=("pickup",))
    ),
    Mutant(
        "choices/consent-any",
        "the status of Consent may be any text",
        edit_field("syncMember", "consent.status", choices=None),
    ),
)

_MULTIPLE = (
    Mutant("multiple/tags-single", "Tags is one text", edit_field("syncMember", "tags", multiple=False)),
    Mutant(
        "multiple/first-name-list",
        "First Name is a list",
        edit_field("syncMember", "firstName", multiple=True, allow_null=True),
    ),
)

_NULL = (
    Mutant(
        "null/first-name-refused",
        "First Name may not be null",
        edit_field("syncMember", "firstName", allow_null=False),
    ),
    Mutant("null/coupon-refused", "Coupon may not be null", edit_field("logOrder", "coupon", allow_null=False)),
)

_TYPE = (
    Mutant("type/joined-at-string", "Joined At may be any text", edit_field("syncMember", "joinedAt", type="string")),
    Mutant(
        "type/given-at-string",
        "the moment of Consent may be any text",
        edit_field("syncMember", "consent.givenAt", type="string"),
    ),
    Mutant(
        "type/quantity-number",
        "the quantity of an item may have a fraction",
        edit_field("logOrder", "items.quantity", type="number"),
    ),
    Mutant("type/total-integer", "Total may have no fraction", edit_field("logOrder", "total", type="integer")),
    Mutant("format/email-any", "Email may be any text", edit_field("syncMember", "email", format=None)),
    Mutant("format/receipt-any", "Receipt URL may be any text", edit_field("logOrder", "receiptUrl", format=None)),
    Mutant("format/phone-email", "Phone has to be an email address", edit_field("syncMember", "phone", format="email")),
    Mutant("limits/total-minimum", "Total has to be 10 at least", edit_field("logOrder", "total", minimum=10)),
    Mutant("limits/total-maximum", "Total may be 99 at most", edit_field("logOrder", "total", maximum=99)),
    Mutant(
        "dynamic/list-typed",
        "the lists to choose from are not offered",
        edit_field("syncMember", "listId", dynamic=False),
    ),
)


async def _log_any_address(request: Request, data: ExecuteInput[Any, Any]) -> Response:
    """Log an order whose address is a plain object, as it is."""
    order = data.payload
    return await request.post(
        f"{API}/orders",
        json={
            "orderId": order.orderId,
            "userId": order.userId,
            "total": order.total,
            "currency": order.currency,
            "placedAt": order.placedAt,
            "coupon": order.coupon,
            "receiptUrl": order.receiptUrl,
            "items": [{"sku": item.sku, "quantity": item.quantity, "price": item.price} for item in order.items or ()],
            "delivery": {"method": order.delivery, "address": order.address},
        },
    )


_NESTED = (
    Mutant(
        "nested/status-optional",
        "Consent may have no status",
        edit_field("syncMember", "consent.status", required=False),
    ),
    Mutant("nested/sku-optional", "an item may have no SKU", edit_field("logOrder", "items.sku", required=False)),
    Mutant("nested/price-required", "an item must have a price", edit_field("logOrder", "items.price", required=True)),
    Mutant(
        "nested/country-optional",
        "Address may have no country",
        edit_field("logOrder", "address.country", required=False),
    ),
    Mutant(
        "nested/address-any",
        "Address is a free object, and whatever is in it is sent",
        both(edit_field("logOrder", "address", properties=None), edit_action("logOrder", perform=_log_any_address)),
    ),
)


def _when(key: str, value: str, operator: str = "is") -> Conditions:
    return Conditions(conditions=(Condition(field_key=key, operator=operator, value=value),))


_CONDITION = (
    Mutant(
        "condition/email-always",
        "Email is required however members are identified",
        edit_field("syncMember", "email", required=True),
    ),
    Mutant(
        "condition/phone-never",
        "Phone is not required of members who are identified by it",
        edit_field("syncMember", "phone", required=False),
    ),
    Mutant(
        "condition/email-inverted",
        "Email is required of members who are not identified by it",
        edit_field("syncMember", "email", required=_when("identifierType", "email", "is_not")),
    ),
    Mutant(
        "condition/user-id-by-phone",
        "User ID is required of members who are identified by phone",
        edit_field("syncMember", "userId", required=_when("identifierType", "phone")),
    ),
    Mutant(
        "condition/address-of-pickup",
        "Address is required of orders that are picked up",
        edit_field("logOrder", "address", required=_when("delivery", "pickup")),
    ),
)

_DEFAULT = (
    Mutant(
        "default/email-of-the-user-only",
        "without a trait the email is not looked for in the context",
        edit_field("syncMember", "email", default=path("$.traits.email")),
    ),
    Mutant(
        "default/identify-by-user-id",
        "members are identified by user ID by default",
        edit_field("syncMember", "identifierType", default="userId"),
    ),
    Mutant(
        "default/city-of-the-top",
        "the city is looked for beside the address, not in it",
        edit_field("syncMember", "attributes", default={"plan": path("$.traits.plan"), "city": path("$.traits.city")}),
    ),
    Mutant(
        "default/items-as-they-are",
        "items are the event's products as they are, not theirs by name",
        edit_field("logOrder", "items", default=path("$.properties.products")),
    ),
    Mutant(
        "default/items-without-price",
        "the price of an item is not mapped",
        edit_field(
            "logOrder",
            "items",
            default={"@arrayPath": ["$.properties.products", {"sku": path("$.sku"), "quantity": path("$.quantity")}]},
        ),
    ),
    Mutant(
        "default/placed-at-received",
        "an order is placed when Segment hears of it",
        edit_field("logOrder", "placedAt", default=path("$.receivedAt")),
    ),
    Mutant("default/no-coupon", "Coupon has no default", edit_field("logOrder", "coupon", default=MISSING)),
)

_MEMBERS, _ORDERS, _LINKED = destination.presets


def _mode(name: str, mode: str | None) -> Edit:
    mapping = {key: value for key, value in (_MEMBERS.mapping or {}).items() if key != "__segment_internal_sync_mode"}
    return edit_preset(name, mapping=mapping if mode is None else {**mapping, "__segment_internal_sync_mode": mode})


_PRESETS = (
    Mutant("presets/identified-no-mode", "the preset for identify calls has no sync mode", _mode(_MEMBERS.name, None)),
    Mutant("presets/identified-add", "the preset for identify calls only adds", _mode(_MEMBERS.name, "add")),
    Mutant("presets/linked-upsert", "the preset for linked audiences removes nobody", _mode(_LINKED.name, "upsert")),
    Mutant(
        "presets/linked-trigger",
        "the preset for linked audiences is there from the start",
        edit_preset(_LINKED.name, trigger='type = "identify"', event_slug=None),
    ),
    Mutant(
        "presets/any-track",
        "the preset for orders takes every track call",
        edit_preset(_ORDERS.name, trigger='type = "track"'),
    ),
    Mutant(
        "presets/order-cased",
        "the preset for orders looks for the event in lower case",
        edit_preset(_ORDERS.name, trigger='type = "track" and event = "order completed"'),
    ),
)

MUTANTS: Final[tuple[Mutant, ...]] = (
    *_CHOICES,
    *_MULTIPLE,
    *_NULL,
    *_TYPE,
    *_NESTED,
    *_CONDITION,
    *_DEFAULT,
    *_PRESETS,
)
