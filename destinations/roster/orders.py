"""Log Order: tells Roster what a person has bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from actions_core import (
    MISSING,
    Action,
    Condition,
    Conditions,
    DateTime,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Field,
    Missing,
    Request,
    Response,
    path,
)
from destinations.roster.account import API, Settings, read_object

_DELIVERIES: Final = ("pickup", "shipping")
_CURRENCIES: Final = ("EUR", "GBP", "USD")
_SHIPPED: Final = Conditions(conditions=(Condition(field_key="delivery", operator="is", value="shipping"),))


@dataclass(frozen=True, kw_only=True)
class Item:
    """One product of an order."""

    sku: Annotated[str, Field("SKU", "Roster's SKU of the product.", dynamic=True)]
    quantity: Annotated[int, Field("Quantity", "How many of it.")]
    price: Annotated[float, Field("Price", "What one of it costs.")] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Destined:
    """Where an order is sent."""

    line1: Annotated[str, Field("Street", "Street and number.")]
    postalCode: Annotated[str, Field("Postal Code", "The postal code, if the country has them.")] | Missing = MISSING
    country: Annotated[str, Field("Country", "The country's two letters, such as DE.")]


OrderId = Annotated[
    str, Field("Order ID", "The order's ID; an order is logged once.", default=path("$.properties.order_id"))
]
UserId = Annotated[str, Field("User ID", "Who has bought it.", default=path("$.userId"))]
Total = Annotated[float, Field("Total", "What the order costs.", default=path("$.properties.total"))]
Currency = Annotated[
    str, Field("Currency", "What the total is in.", choices=_CURRENCIES, default=path("$.properties.currency"))
]
PlacedAt = Annotated[DateTime, Field("Placed At", "When it was bought.", default=path("$.timestamp"))]
Coupon = Annotated[
    str, Field("Coupon", "The coupon; null says that there was none.", default=path("$.properties.coupon"))
]
ReceiptUrl = Annotated[
    str, Field("Receipt URL", "Where the receipt is.", format="uri", default=path("$.properties.receipt_url"))
]
Items = Annotated[
    list[Item],
    Field(
        "Items",
        "The products of the order.",
        default={
            "@arrayPath": [
                "$.properties.products",
                {"sku": path("$.sku"), "quantity": path("$.quantity"), "price": path("$.price")},
            ]
        },
    ),
]
Delivery = Annotated[str, Field("Delivery", "How the order gets to the person.", choices=_DELIVERIES, default="pickup")]
Address = Annotated[
    Destined,
    Field(
        "Address",
        "Where the order is sent. Required if it is shipped.",
        required=_SHIPPED,
        depends_on=_SHIPPED,
    ),
]


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was bought."""

    orderId: OrderId
    userId: UserId | Missing = MISSING
    total: Total
    currency: Currency
    placedAt: PlacedAt | Missing = MISSING
    coupon: Coupon | Missing | None = MISSING
    receiptUrl: ReceiptUrl | Missing = MISSING
    items: Items | Missing = MISSING
    delivery: Delivery
    address: Address | Missing = MISSING


async def log_order(request: Request, data: ExecuteInput[Order, Settings]) -> Response:
    """Log one order."""
    order, address = data.payload, data.payload.address
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
            "delivery": {
                "method": order.delivery,
                "address": MISSING
                if address is MISSING
                else {"line1": address.line1, "postalCode": address.postalCode, "country": address.country},
            },
        },
    )


async def sku_choices(request: Request, data: ExecuteInput[Any, Settings]) -> DynamicChoices:
    """Offer the products that no other item of the order has."""
    position = data.dynamic_field_context.selected_array_index
    listed = data.payload.get("items")
    others = {
        item.get("sku")
        for index, item in enumerate(listed if isinstance(listed, list) else [])
        if index != position and isinstance(item, dict)
    }
    search = {"query": data.dynamic_field_context.query or ""}
    found = read_object(await request.get(f"{API}/products", search_params=search))
    return DynamicChoices(
        choices=[
            DynamicChoice(value=one["sku"], label=one["name"]) for one in found["products"] if one["sku"] not in others
        ]
    )


LOG_ORDER: Final[Action[Any, Settings]] = Action(
    title="Log Order",
    description="Tell Roster what a person has bought",
    default_subscription='type = "track" and event = "Order Completed"',
    payload=Order,
    perform=log_order,
    dynamic_fields={"items": {"sku": sku_choices}},
)
