"""The events that are measured with: generated, the same on every machine and in every run.

Segment's six call types are mixed as in a usual source: track 50, page 18, identify 17, screen 6, group 6 and
alias 3 of 100. Of the identifies 8 of 100 have no email, so that what refuses them is measured as well.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final, Literal, TypeAlias, get_args

from actions_core import Object

Size: TypeAlias = Literal["1k", "4k", "16k", "64k", "500k"]
SIZES: Final[tuple[Size, ...]] = get_args(Size)

_BYTES: Final[dict[Size, int]] = {"16k": 16_000, "64k": 64_000, "500k": 500_000}
_CALLS: Final = {"track": 50, "page": 18, "identify": 17, "screen": 6, "group": 6, "alias": 3}
_FIRST: Final = ("Ada", "Grace", "Edsger", "Barbara", "Zoë", "Jürgen", "Наталья", "明", "Linus", "Margaret")
_LAST: Final = ("Lovelace", "Hopper", "Dijkstra", "Liskov", "Núñez", "Groß", "Иванова", "王", "O'Neil", "Hamilton")
_PLANS: Final = ("free", "basic", "pro", "enterprise")
_TRACKED: Final = ("Order Completed", "Product Viewed", "Product Added", "Signed Up", "Video Played", "Form Submitted")
_PAGES: Final = ("Home", "Pricing", "Docs", "Checkout", "Blog")
_AGENT: Final = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
)


def events(size: Size, count: int) -> Iterator[Object]:
    """Yield `count` events of about a size: 1, 3.5, 16, 64 or 500 KB of JSON each."""
    random = Random(f"segment {size}")  # noqa: S311 - the same events every time are the point
    for index in range(count):
        yield _event(random, index, size)


def lines(size: Size, count: int) -> Iterator[str]:
    """Yield the same events as lines of JSON, without their ends."""
    return (json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events(size, count))


def write(folder: Path, size: Size, count: int) -> Path:
    """Write events into a file of a folder, a line each, unless they are there already; gives the file."""
    path = folder / f"{size}-{count}.jsonl"
    if not path.exists():
        path.write_text("".join(f"{line}\n" for line in lines(size, count)), "utf-8")
    return path


def digest(size: Size, count: int) -> str:
    """Give the SHA-256 of a file of events."""
    found = hashlib.sha256()
    for line in lines(size, count):
        found.update(f"{line}\n".encode())
    return found.hexdigest()


def _event(random: Random, index: int, size: Size) -> Object:
    (call,) = random.choices(list(_CALLS), list(_CALLS.values()))
    wide = size != "1k"
    first, last = random.choice(_FIRST), random.choice(_LAST)
    number = random.randrange(10**6)
    email = f"user{number}@example.com"
    event: Object = {
        "type": call,
        "messageId": _id(random),
        "anonymousId": _id(random),
        "userId": f"user-{number}",
        "timestamp": _time(random),
        "sentAt": _time(random),
        "receivedAt": _time(random),
        "originalTimestamp": _time(random),
        "version": 2,
        "channel": random.choice(("client", "server")),
        "integrations": {},
        "context": _context(random, wide=wide),
    }
    if call == "identify":
        event["traits"] = _traits(random, f"{first} {last}", wide=wide)
        if random.random() >= 0.08:
            event["traits"]["email"] = email
    elif call == "group":
        event["groupId"] = f"company-{random.randrange(10**4)}"
        event["traits"] = _company(random, wide=wide)
    elif call == "alias":
        event["previousId"] = _id(random)
    else:
        event["properties"] = _properties(random, wide=wide)
        if call == "track":
            event["event"] = random.choice(_TRACKED)
        else:
            event["name"] = random.choice(_PAGES)
    if size in _BYTES:
        _fill(random, event, _BYTES[size])
    return event


def _fill(random: Random, event: Object, size: int) -> None:
    """Add a list of things to what the call carries, until the event has its size."""
    key = next((key for key in ("traits", "properties") if key in event), "context")
    items: list[Object] = []
    missing = size - len(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    while missing > 0:
        items.append(_product(random))
        missing -= len(json.dumps(items[-1], ensure_ascii=False, separators=(",", ":"))) + 1
    event[key]["items"] = items


def _id(random: Random) -> str:
    digits = f"{random.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _time(random: Random) -> str:
    day, second = random.randrange(1, 29), random.randrange(86400)
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.{random.randrange(1000):03}"
    return f"2026-{random.randrange(1, 13):02}-{day:02}T{clock}Z"


def _context(random: Random, *, wide: bool) -> Object:
    page = random.choice(_PAGES).lower()
    context: Object = {
        "ip": ".".join(str(random.randrange(1, 255)) for _ in range(4)),
        "locale": random.choice(("en-US", "de-DE", "pt-BR", "ja-JP")),
        "library": {"name": "analytics.js", "version": "2.11.1"},
        "page": {
            "path": f"/{page}",
            "title": page.title(),
            "url": f"https://www.example.com/{page}",
            "referrer": "",
            "search": random.choice(("", "?ref=mail")),
        },
        "campaign": {"name": "spring", "source": "newsletter", "medium": "email", "term": "", "content": "top"},
        "timezone": "Europe/Zurich",
        "userAgent": _AGENT.format(f"{random.randrange(90, 130)}.0.0.0"),
    }
    if wide:
        context |= {
            "device": {
                "id": _id(random),
                "advertisingId": _id(random).upper(),
                "adTrackingEnabled": random.random() < 0.5,
                "manufacturer": "Apple",
                "model": f"iPhone{random.randrange(8, 17)},1",
                "name": "phone",
                "type": "ios",
            },
            "app": {"name": "Shop", "version": "4.2.0", "build": "4201", "namespace": "com.example.shop"},
            "os": {"name": "iOS", "version": f"{random.randrange(14, 19)}.1"},
            "network": {"bluetooth": False, "carrier": "T-Mobile", "cellular": True, "wifi": random.random() < 0.5},
            "screen": {"width": 1170, "height": 2532, "density": 3},
            "location": {"city": "Zürich", "country": "CH", "latitude": 47.3769, "longitude": 8.5417, "speed": 0},
            "userAgentData": {
                "brands": [
                    {"brand": "Chromium", "version": "124"},
                    {"brand": "Google Chrome", "version": "124"},
                    {"brand": "Not-A.Brand", "version": "99"},
                ],
                "mobile": False,
                "platform": "macOS",
            },
        }
    return context


def _traits(random: Random, name: str, *, wide: bool) -> Object:
    traits: Object = {
        "name": name,
        "plan": random.choice(_PLANS),
        "logins": random.randrange(500),
        "createdAt": _time(random),
        "newsletter": random.random() < 0.5,
    }
    if wide:
        traits |= {
            "firstName": name.partition(" ")[0],
            "lastName": name.partition(" ")[2],
            "phone": f"+41 44 {random.randrange(10**6):06}",
            "age": random.randrange(18, 90),
            "address": {"street": "Hauptstrasse 1", "city": "Zürich", "postalCode": "8000", "country": "CH"},
            "score": round(random.random() * 100, 2),
            "tags": [random.choice(_PLANS) for _ in range(4)],
            "title": None,
            "website": "",
            **{f"custom_{index}": _value(random) for index in range(16)},
            "orders": [_product(random) for _ in range(7)],
        }
    return traits


def _company(random: Random, *, wide: bool) -> Object:
    traits: Object = {
        "name": f"{random.choice(_LAST)} Ltd",
        "industry": random.choice(("software", "retail", "travel")),
        "employees": random.randrange(1, 10**5),
        "plan": random.choice(_PLANS),
    }
    if wide:
        traits |= {f"custom_{index}": _value(random) for index in range(20)}
        traits["contracts"] = [_product(random) for _ in range(8)]
    return traits


def _properties(random: Random, *, wide: bool) -> Object:
    properties: Object = {
        "category": random.choice(("shoes", "books", "garden")),
        "price": round(random.random() * 500, 2),
        "quantity": random.randrange(1, 9),
        "currency": random.choice(("USD", "EUR", "CHF")),
        "coupon": random.choice(("", "SPRING", None)),
        "url": f"https://www.example.com/p/{random.randrange(10**5)}",
    }
    if wide:
        properties |= {
            "order_id": _id(random),
            "revenue": round(random.random() * 900, 2),
            "products": [_product(random) for _ in range(10)],
        }
    return properties


def _product(random: Random) -> Object:
    return {
        "product_id": f"{random.getrandbits(40):010x}",
        "sku": f"SKU-{random.randrange(10**5)}",
        "name": random.choice(("Runner", "Gartenschere", "Käse", "Notebook", "緑茶")),
        "price": round(random.random() * 100, 2),
        "quantity": random.randrange(1, 5),
        "category": "shoes",
        "url": f"https://www.example.com/p/{random.randrange(10**5)}",
    }


def _value(random: Random) -> Any:
    return random.choice((True, None, "", "text of a usual length", random.randrange(1000), round(random.random(), 3)))
