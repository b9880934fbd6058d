"""What the webhook's author could do wrongly: signatures, headers, URLs, lists of data."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from actions_core import MISSING, BatchInput, Object, Preset, Request, Response
from actions_core.js import loads, stringify
from actions_core.transport import HttpRequest
from conformance.mutants.code import (
    Perform,
    around_batch,
    before_perform,
    edit_request,
    value_of,
    with_values,
)
from conformance.mutants.edit import Edit, add_preset, edit_field, edit_setting
from conformance.mutants.mistakes import secret_in_log
from conformance.mutants.model import Mutant
from destinations.webhook.send import Payload, signature

# --- what is declared ------------------------------------------------------------------------------------------------

_DECLARED = (
    Mutant(
        "choices/method-any",
        "Method may be anything, DELETE for instance",
        edit_field("send", "method", choices=None),
    ),
    Mutant(
        "choices/method-without-patch",
        "Method may not be PATCH",
        edit_field("send", "method", choices=["POST", "PUT"]),
    ),
    Mutant("default/method-put", "Method is PUT by default", edit_field("send", "method", default="PUT")),
    Mutant(
        "default/data-properties",
        "Data is the event's properties by default",
        edit_field("send", "data", default={"@path": "$.properties"}),
    ),
    Mutant("format/url-any", "URL may be any text", edit_field("send", "url", format=None)),
    Mutant(
        "type/batch-size-string", "Batch Size is a text", edit_field("send", "batch_size", type="string", default="0")
    ),
    Mutant("type/secret-string", "Shared Secret is shown like any text", edit_setting("sharedSecret", type="string")),
    Mutant("required/secret", "Shared Secret is required", edit_setting("sharedSecret", required=True)),
    Mutant(
        "presets/one",
        "there is a preset, for a URL that nobody has",
        add_preset(
            Preset(
                name="Send Tracks",
                action="send",
                trigger='type = "track"',
                mapping={"url": "https://example.com", "method": "POST", "data": {"@path": "$."}},
            )
        ),
    ),
)

# --- the signature ---------------------------------------------------------------------------------------------------


def _signed(sign: Callable[[str, HttpRequest, Any], str | None]) -> Edit:
    """Sign in another way; a request that the webhook does not sign stays as it is."""

    def change(request: HttpRequest, data: Any) -> HttpRequest:
        if "x-signature" not in request.headers:
            return request
        made = sign(data.settings.sharedSecret, request, data)
        headers = {name: value for name, value in request.headers.items() if name != "x-signature"}
        return replace(request, headers=headers if made is None else {**headers, "x-signature": made})

    return edit_request(change)


def _hex(secret: str, body: bytes, digest: str = "sha1") -> str:
    return hmac.new(secret.encode(), body, digest).hexdigest()


def _base64(secret: str, request: HttpRequest, _data: Any) -> str:
    return base64.b64encode(hmac.new(secret.encode(), request.body, hashlib.sha1).digest()).decode()


def _without_key(_secret: str, request: HttpRequest, _data: Any) -> str:
    return hashlib.sha1(request.body, usedforsecurity=False).hexdigest()


def _sorted_and_spaced(secret: str, request: HttpRequest, _data: Any) -> str:
    return _hex(secret, json.dumps(json.loads(request.body), sort_keys=True).encode())


def _whole_event(secret: str, _request: HttpRequest, data: Any) -> str:
    event = data.raw_data[0] if isinstance(data, BatchInput) else data.raw_data
    return signature(secret, event)


def _sign_without_secret(request: HttpRequest, data: Any) -> HttpRequest:
    if data.settings.sharedSecret or not request.body:
        return request
    return replace(request, headers={**request.headers, "x-signature": _hex("", request.body)})


def _tell_secret(request: HttpRequest, data: Any) -> HttpRequest:
    if not data.settings.sharedSecret:
        return request
    return replace(request, headers={**request.headers, "x-shared-secret": data.settings.sharedSecret})


_SIGNATURE = (
    Mutant("signature/missing", "requests are not signed", _signed(lambda _secret, _request, _data: None)),
    Mutant(
        "signature/sha256",
        "the signature is made with SHA-256",
        _signed(lambda secret, request, _data: _hex(secret, request.body, "sha256")),
    ),
    Mutant("signature/base64", "the signature is written in Base64", _signed(_base64)),
    Mutant("signature/no-key", "the signature is a hash that anybody can make", _signed(_without_key)),
    Mutant(
        "signature/other-bytes",
        "what is signed is the data with sorted keys and spaces, not the body",
        _signed(_sorted_and_spaced),
    ),
    Mutant("signature/whole-event", "what is signed is the event, not the body", _signed(_whole_event)),
    Mutant("signature/without-secret", "requests are signed without a secret too", edit_request(_sign_without_secret)),
    Mutant("secret/in-header", "the secret is sent along", edit_request(_tell_secret)),
    Mutant("secret/in-log", "the secret is logged", secret_in_log()),
)

# --- method, URL, headers --------------------------------------------------------------------------------------------


def _first(data: Any) -> Any:
    return data.payloads[0] if isinstance(data, BatchInput) else data.payload


def _as_given(request: HttpRequest, data: Any) -> HttpRequest:
    return replace(request, url=_first(data).url)


def _https_instead(payload: Any) -> Any:
    scheme, colon, rest = str(payload.url).partition(":")
    known = scheme.lower() in ("http", "https")
    return payload if known else with_values(payload, url=f"https{colon}{rest}")


def _map_headers(change: Callable[[Object], Object]) -> Edit:
    def changed(payload: Any) -> Any:
        headers = value_of(payload, "headers")
        return payload if headers is MISSING else with_values(payload, headers=change(headers))

    return before_perform(changed)


def _last_of_a_name(headers: Object) -> Object:
    return {name.lower(): value for name, value in headers.items()}


def _type_of_theirs(request: HttpRequest, data: Any) -> HttpRequest:
    given = {name.lower(): value for name, value in (_first(data).headers or {}).items()}
    if not isinstance(given.get("content-type"), str):
        return request
    return replace(request, headers={**request.headers, "content-type": given["content-type"]})


def _tell_batch_size(request: HttpRequest, data: Any) -> HttpRequest:
    size = _first(data).batch_size
    return request if size is MISSING else replace(request, headers={**request.headers, "x-batch-size": f"{size}"})


_REQUEST = (
    Mutant(
        "method/always-post",
        "every request is a POST, whatever the method is",
        edit_request(lambda request, _data: replace(request, method="POST")),
    ),
    Mutant("url/as-given", "a URL is sent as it was given, not as clients write it", edit_request(_as_given)),
    Mutant("url/any-scheme", "a URL of another scheme is taken for an https one", before_perform(_https_instead)),
    Mutant(
        "url/no-query",
        "the query of a URL is not sent",
        edit_request(lambda request, _data: replace(request, url=request.url.partition("?")[0])),
    ),
    Mutant("headers/none", "Headers are not sent", _map_headers(lambda _headers: {})),
    Mutant(
        "headers/texts-only",
        "headers that are numbers or booleans are not sent",
        _map_headers(lambda headers: {name: value for name, value in headers.items() if isinstance(value, str)}),
    ),
    Mutant(
        "headers/last-of-a-name",
        "of headers whose names differ in case alone only the last is sent",
        _map_headers(_last_of_a_name),
    ),
    Mutant(
        "headers/values-in-lower-case",
        "the values of headers are sent in lower case",
        _map_headers(lambda headers: {name: str(value).lower() for name, value in headers.items()}),
    ),
    Mutant("headers/content-type", "Headers may replace the content type", edit_request(_type_of_theirs)),
    Mutant("headers/batch-size", "Batch Size is sent as a header", edit_request(_tell_batch_size)),
)

# --- data and batches ------------------------------------------------------------------------------------------------


def _null_for_nothing(request: HttpRequest, _data: Any) -> HttpRequest:
    if request.body:
        return request
    return replace(request, body=b"null", headers={**request.headers, "content-type": "application/json"})


def _map_data(change: Callable[[Object], Object]) -> Edit:
    """Change the data before they are signed and sent."""

    def changed(payload: Any) -> Any:
        data = value_of(payload, "data")
        return payload if data is MISSING else with_values(payload, data=change(data))

    return before_perform(changed)


def _without_nulls(data: Object) -> Object:
    return {key: value for key, value in data.items() if value is not None}


def _whole_body_signed(request: HttpRequest, data: Any) -> HttpRequest:
    if not isinstance(data, BatchInput) or "x-signature" not in request.headers:
        return request
    return replace(request, headers={**request.headers, "x-signature": _hex(data.settings.sharedSecret, request.body)})


def _edit_list(change: Callable[[list[Any]], Any]) -> Edit:
    """Change the body of batches."""

    def rewrite(request: HttpRequest, data: Any) -> HttpRequest:
        if not isinstance(data, BatchInput):
            return request
        return replace(request, body=stringify(change(loads(request.body))).encode())

    return edit_request(rewrite)


def _once_each(listed: list[Any]) -> list[Any]:
    return list({stringify(one): one for one in listed}.values())


def _ones(data: BatchInput[Payload, Any]) -> Iterator[BatchInput[Payload, Any]]:
    for payload, event in zip(data.payloads, data.raw_data, strict=True):
        yield replace(data, payloads=[payload], raw_data=[event])


async def _one_by_one(perform: Perform, request: Request, data: BatchInput[Payload, Any]) -> Response:
    answers = [await perform(request, one) for one in _ones(data)]
    last: Response = answers[-1]
    return last


async def _unanswered(perform: Perform, request: Request, data: BatchInput[Payload, Any]) -> Response:
    answer: Response = await perform(request, replace(data, payloads=data.payloads[:1], raw_data=data.raw_data[:1]))
    return answer


_DATA = (
    Mutant("data/wrapped", "Data is sent inside of an object", _map_data(lambda data: {"data": data})),
    Mutant("data/null", "without Data the body is null", edit_request(_null_for_nothing)),
    Mutant("data/without-nulls", "what is null in Data is not sent", _map_data(_without_nulls)),
    Mutant("batch/signs-all", "the signature of a batch is that of its whole body", edit_request(_whole_body_signed)),
    Mutant("batch/first-only", "of a batch only the first event is sent", around_batch(_unanswered)),
    Mutant("batch/one-by-one", "a batch is sent event by event", around_batch(_one_by_one)),
    Mutant("batch/object", "a batch is an object with a list in it", _edit_list(lambda listed: {"events": listed})),
    Mutant("batch/reversed", "the last event of a batch comes first", _edit_list(lambda listed: listed[::-1])),
    Mutant("batch/dedupe", "events that are alike are in a batch once", _edit_list(_once_each)),
    Mutant(
        "batch/without-empty",
        "an event without data is left out of its batch",
        _edit_list(lambda listed: [one for one in listed if one is not None]),
    ),
)

MUTANTS: Final[tuple[Mutant, ...]] = (*_DECLARED, *_SIGNATURE, *_REQUEST, *_DATA)
