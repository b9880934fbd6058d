"""What came of one delivery, as checks look at it: the outcome, the error, and the requests in a form to compare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from actions_core.definitions import Subscription
from actions_core.errors import DeliveryError, PayloadValidationError
from actions_core.js import MISSING, Object
from actions_core.testing.partner import Answer, SentRequest


class Number(str):
    """A number as it is written in JSON; Python would take 1 for 1.0 and for true."""

    __slots__ = ()


@dataclass(frozen=True)
class Given:
    """What a delivery began with, so that it can be shown and done again."""

    event: Any
    """Before it was expanded."""
    subscription: Subscription
    settings: Object = field(repr=False)
    answers: tuple[Answer, ...] = field(default=(), repr=False)
    """What the partner said, request by request, whichever mapping they were of."""


@dataclass(frozen=True)
class Sent:
    """One event through one mapping."""

    outcome: str
    requests: tuple[SentRequest, ...] = ()
    error: DeliveryError | None = field(default=None, repr=False)
    payload: Any = field(default=MISSING, repr=False)
    escaped: BaseException | None = None
    """What no event may cause: an exception that came out of the runtime, or an attempt to leave the machine."""
    given: Given | None = field(default=None, repr=False, compare=False)

    @property
    def delivered(self) -> bool:
        """Whether it went well."""
        return self.outcome == "delivered" and self.escaped is None

    @property
    def refused(self) -> bool:
        """Whether the contract refused it before anything was sent."""
        return (
            self.outcome == "rejected"
            and isinstance(self.error, PayloadValidationError)
            and not self.requests
            and self.escaped is None
        )

    @property
    def told(self) -> str:
        """What happened, in a few words."""
        if self.escaped is not None:
            return f"{type(self.escaped).__name__} came out of it: {self.escaped}"
        count = f"{len(self.requests)} request{'' if len(self.requests) == 1 else 's'}"
        problem = f" ({type(self.error).__name__}: {self.error})" if self.error is not None else ""
        return f"{self.outcome}{problem}, {count}"

    def wire(self) -> str:
        """Write the requests so that two texts are equal only if the requests are."""
        return "\n".join(canonical(request) for request in self.requests)


_UNTOLD: Final = frozenset({"user-agent"})


def body_of(request: SentRequest) -> Any:
    """Read a request's body: JSON with its numbers as they are written, a form as an object, else text."""
    kind = request.headers.get("content-type", "")
    if "x-www-form-urlencoded" in kind:
        return request.form
    try:
        return json.loads(request.body, parse_int=Number, parse_float=Number, parse_constant=Number)
    except (ValueError, RecursionError):
        return request.text


def shown_request(request: SentRequest) -> Object:
    """Give a request as one JSON value: method, url, headers (but for the constant ones) and body."""
    headers = {name: value for name, value in sorted(request.headers.items()) if name not in _UNTOLD}
    return {"method": request.method, "url": request.url, "headers": headers, "body": body_of(request)}


def canonical(request: SentRequest) -> str:
    """Write a request as text, with the keys of objects in order and numbers as they came."""
    return write(shown_request(request))


def write(value: Any) -> str:
    """Write a JSON value with sorted keys; a `Number` as it came."""
    parts: list[str] = []
    _write(value, parts)
    return "".join(parts)


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, dict):
        parts.append("{")
        for index, key in enumerate(sorted(value)):
            parts.append(f"{',' if index else ''}{json.dumps(key)}:")
            _write(value[key], parts)
        parts.append("}")
    elif isinstance(value, list):
        parts.append("[")
        for index, item in enumerate(value):
            if index:
                parts.append(",")
            _write(item, parts)
        parts.append("]")
    else:
        parts.append(str(value) if isinstance(value, Number) else json.dumps(value))


def flat(request: SentRequest) -> dict[str, str]:
    """Give every leaf of a request by its JSON pointer, as JSON text: `/method`, `/headers/x-a`, `/body/user/id`."""
    parts = urlsplit(request.url)
    value: Object = {
        **shown_request(request),
        "url": f"{parts.scheme}://{parts.netloc}",
        "path": [unquote(part) for part in parts.path.split("/")[1:]],
        "query": dict(parse_qsl(parts.query, keep_blank_values=True)),
    }
    return dict(leaves(value))


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield the leaves of a JSON value; an empty object or list is one."""
    items: Iterator[tuple[str, Any]] | None = None
    if isinstance(value, dict) and value:
        items = ((key.replace("~", "~0").replace("/", "~1"), inner) for key, inner in value.items())
    elif isinstance(value, list) and value:
        items = ((str(index), inner) for index, inner in enumerate(value))
    if items is None:
        yield pointer, write(value)
        return
    for key, inner in items:
        yield from leaves(inner, f"{pointer}/{key}")


def differences(one: Sent, other: Sent) -> list[str]:
    """List the pointers at which the requests of two deliveries differ; how many there are is one of them."""
    pointers: list[str] = [] if len(one.requests) == len(other.requests) else ["/requests"]
    for left, right in zip(one.requests, other.requests, strict=False):
        first, second = flat(left), flat(right)
        pointers += [
            pointer for pointer in sorted(first.keys() | second.keys()) if first.get(pointer) != second.get(pointer)
        ]
    return pointers


def holds(value: Any, wanted: Any) -> bool:
    """Tell whether a JSON value is, or has anywhere in it, another one; texts also as a part of longer ones."""
    if isinstance(wanted, str) and not isinstance(wanted, Number) and isinstance(value, str):
        return wanted in value
    if type(value) is type(wanted) and write(value) == write(wanted):
        return True
    if isinstance(value, dict):
        return any(holds(inner, wanted) for inner in value.values()) or (
            isinstance(wanted, str) and any(wanted in key for key in value)
        )
    return isinstance(value, list) and any(holds(inner, wanted) for inner in value)


def carries(sent: Sent, wanted: Any) -> bool:
    """Tell whether any request has a value, in whatever place; what is written in a URL is read first."""
    return any(
        holds([body_of(request), list(request.headers.values()), unquote(request.url)], wanted)
        for request in sent.requests
    )


def at_key(value: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key, wherever in a JSON value."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for inner in value.values():
            yield from at_key(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from at_key(inner, key)
