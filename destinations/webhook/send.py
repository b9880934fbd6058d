"""The action Send. Labels and descriptions are the documentation page's, as they stand there."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, cast

from actions_core import (
    MISSING,
    Action,
    BatchInput,
    Choice,
    ExecuteInput,
    Field,
    Missing,
    Object,
    PayloadValidationError,
    Request,
    Response,
    path,
)
from actions_core.js import object_keys, stringify, to_string
from actions_core.request import Method
from destinations.webhook.settings import Settings
from destinations.webhook.urls import web_url

_METHODS: Final = [Choice(label=method, value=method) for method in ("POST", "PUT", "PATCH")]


@dataclass(frozen=True, kw_only=True)
class Payload:
    """One HTTP request, but for its signature."""

    url: Annotated[str, Field("URL", "URL to deliver data to.", format="uri")]
    method: Annotated[
        str,
        Field(
            "Method",
            "HTTP method to use.",
            choices=_METHODS,
            default="POST",
        ),
    ]
    batch_size: (
        Annotated[
            float,
            Field(
                "Batch Size",
                "Maximum number of events to include in each batch. Actual batch sizes may be lower.",
                default=0,
            ),
        ]
        | Missing
    ) = MISSING
    headers: (
        Annotated[
            Object,
            Field(
                "Headers",
                "HTTP headers to send with each request. Only ASCII characters are supported.",
                default_object_ui="keyvalue:only",
            ),
        ]
        | Missing
    ) = MISSING
    data: (
        Annotated[Object, Field("Data", "Payload to deliver to webhook URL (JSON-encoded).", default=path("$."))]
        | Missing
    ) = MISSING
    batch_keys: (
        Annotated[
            list[str],
            Field(
                "Batch Keys",
                "The mapping keys to batch events together by.",
                unsafe_hidden=True,
                default=["url", "method", "headers"],
            ),
        ]
        | Missing
    ) = MISSING


async def send(request: Request, data: ExecuteInput[Payload, Settings]) -> Response:
    """Send one event's data."""
    payload = data.payload
    return await _send(request, payload, payload.data, signed=payload.data, secret=data.settings.sharedSecret)


async def send_batch(request: Request, data: BatchInput[Payload, Settings]) -> Response:
    """Send the data of many events as one list, to where the first of them goes.

    Segment puts only events with equal values of the batch keys into one batch.
    """
    first = data.payloads[0]
    listed = [payload.data for payload in data.payloads]
    # Reference: only the first event's data is signed, so that the signature is not the body's.
    return await _send(request, first, listed, signed=first.data, secret=data.settings.sharedSecret)


async def _send(
    request: Request,
    to: Payload,
    body: Object | Sequence[Object | Missing] | Missing,
    *,
    signed: Object | Missing,
    secret: str | Missing,
) -> Response:
    headers: dict[str, str | Missing] = {}
    if secret and signed is not MISSING:
        headers["x-signature"] = signature(secret, signed)
    try:
        headers |= headers_of(to.headers or {})
        url = web_url(to.url)
    except ValueError as error:
        raise PayloadValidationError(str(error)) from None
    return await request(url, method=cast("Method", to.method), headers=headers, json=body)


def signature(secret: str, data: Object) -> str:
    """Sign an event's data: HMAC-SHA1 of its JSON text, as hexadecimal digits."""
    return hmac.new(secret.encode(), stringify(data).encode(), hashlib.sha1).hexdigest()


_ILLEGAL_IN_NAME: Final = re.compile(r"[^\^_`a-zA-Z0-9\-!#$%&'*+.|~]")
_ILLEGAL_IN_VALUE: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")


def headers_of(given: Object) -> dict[str, str | Missing]:
    """Read headers as fetch does: names in lower case, equal names joined, other values than text written as text.

    Raises `ValueError` with fetch's sentence for the first name or value that no header can have.
    """
    headers: dict[str, str] = {}
    for name in object_keys(given):
        value = to_string(given[name])
        if not name or _ILLEGAL_IN_NAME.search(name):
            raise ValueError(f"{name} is not a legal HTTP header name")
        # Reference: the field's description promises ASCII; Latin-1 passes as well.
        if _ILLEGAL_IN_VALUE.search(value):
            raise ValueError(f"{value} is not a legal HTTP header value")
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    # Reference: the text "undefined" removes a header that would be sent otherwise.
    return {name: MISSING if value == "undefined" else value for name, value in headers.items()}


SEND: Final[Action[Any, Settings]] = Action(
    title="Send",
    description="Send an HTTP request.",
    payload=Payload,
    perform=send,
    perform_batch=send_batch,
)
