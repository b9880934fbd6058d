"""Events to begin a test with: one of each call type, complete, and the same every time."""

from __future__ import annotations

from typing import Any

from actions_core.definitions import CALL_TYPES, CallType
from actions_core.js import MISSING, Object


def create_event(type: CallType = "track", **overrides: Any) -> Object:  # noqa: A002 - Segment's name for it
    """Give an event as Segment hands it to destinations, with everything that its call type has.

    Whatever is given replaces the part of that name, whole; `MISSING` takes it away. Nothing depends on the clock or on
    chance, and nothing is shared between two events. Raises `ValueError` for an unknown call type.

    >>> create_event("group", groupId="acme", traits={"plan": "free"})["traits"]
    {'plan': 'free'}
    >>> "userId" in create_event("track", userId=MISSING)
    False
    """
    if type not in CALL_TYPES:
        raise ValueError(f"there is no call type {type!r}; expected {', '.join(CALL_TYPES)}")
    event: Object = {
        "type": type,
        "messageId": f"test-{type}-5f1f6d3a-8c1e-4f0e-9d0a-6f6f4c1f2b10",
        "anonymousId": "92efa6b7-c5eb-49d8-81ea-c23486e7e56e",
        "userId": "usr_7Qm2",
        **_own_parts(type),
        "context": _mobile_context() if type == "screen" else _browser_context(type),
        "integrations": {},
        "channel": "mobile" if type == "screen" else "browser",
        # timestamp = receivedAt - (sentAt - originalTimestamp)
        "originalTimestamp": "2026-01-15T10:00:00.000Z",
        "sentAt": "2026-01-15T10:00:00.500Z",
        "receivedAt": "2026-01-15T10:00:00.750Z",
        "timestamp": "2026-01-15T10:00:00.250Z",
        "version": 2,
        **overrides,
    }
    return {key: value for key, value in event.items() if value is not MISSING}


def _own_parts(call: CallType) -> Object:
    """Give what only one call type has."""
    match call:
        case "identify":
            return {"traits": _person()}
        case "track":
            return {"event": "Order Completed", "properties": _order()}
        case "page":
            return {"name": "Pricing", "category": "Product", "properties": _page()}
        case "screen":
            return {"name": "Board", "category": "Planning", "properties": {"board_id": "brd_31", "cards": 12}}
        case "group":
            return {"groupId": "grp_Northlight", "traits": _company()}
        case "alias":
            return {"previousId": "92efa6b7-c5eb-49d8-81ea-c23486e7e56e"}


def _person() -> Object:
    return {
        "email": "mira@northlight.example",
        "firstName": "Mira",
        "lastName": "Okafor",
        "phone": "+442079460958",
        "createdAt": "2025-11-03T09:12:44.000Z",
        "plan": "team",
        "address": {"city": "London", "country": "GB", "postalCode": "EC1A 1BB"},
        "company": {"id": "grp_Northlight", "name": "Northlight"},
    }


def _company() -> Object:
    return {
        "name": "Northlight",
        "industry": "Design",
        "employees": 42,
        "plan": "team",
        "website": "https://northlight.example",
        "createdAt": "2025-10-01T08:00:00.000Z",
    }


def _order() -> Object:
    return {
        "order_id": "ord_9001",
        "checkout_id": "chk_5512",
        "affiliation": "Web shop",
        "revenue": 49.9,
        "tax": 8.32,
        "shipping": 4.5,
        "discount": 0,
        "coupon": "WINTER",
        "currency": "EUR",
        "products": [
            {"product_id": "prd_001", "sku": "TB-1001", "name": "Card Deck", "price": 19.95, "quantity": 2},
            {"product_id": "prd_007", "sku": "TB-1007", "name": "Marker Pen", "price": 10, "quantity": 1},
        ],
    }


def _page() -> Object:
    return {
        "path": "/pricing",
        "referrer": "https://search.example/",
        "search": "?utm_source=newsletter",
        "title": "Pricing",
        "url": "https://www.trailboard.example/pricing?utm_source=newsletter",
    }


def _browser_context(call: CallType) -> Object:
    context: Object = {
        "ip": "192.0.2.14",
        "library": {"name": "analytics.js", "version": "next-1.81.1"},
        "locale": "en-GB",
        "timezone": "Europe/London",
        "page": _page(),
        "campaign": {"name": "winter-launch", "source": "newsletter", "medium": "email"},
        "userAgent": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/143.0.0.0 Safari/537.36",
    }
    return context if call == "identify" else {**context, "traits": {"email": "mira@northlight.example"}}


def _mobile_context() -> Object:
    return {
        "ip": "192.0.2.15",
        "library": {"name": "analytics-swift", "version": "1.8.0"},
        "locale": "en-GB",
        "timezone": "Europe/London",
        "app": {"name": "Trailboard", "version": "4.2.0", "build": "420", "namespace": "example.trailboard.ios"},
        "device": {
            "id": "6E2C53B9-90A8-4C6F-9E39-8C2D5A1F0B77",
            "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA02A5B093DB",
            "adTrackingEnabled": True,
            "manufacturer": "Apple",
            "model": "iPhone16,1",
            "name": "iPhone",
            "type": "ios",
        },
        "os": {"name": "iOS", "version": "19.1"},
        "network": {"cellular": False, "wifi": True},
        "screen": {"width": 393, "height": 852, "density": 3},
        "traits": {"email": "mira@northlight.example"},
    }
