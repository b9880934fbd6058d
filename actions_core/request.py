"""The request client: what an author's `perform` sends with.

`await request.post(url, json={…})` sends one request with the destination's common headers and gives a `Response`, or
raises `HTTPError` for a status outside 200 to 299. Defaults follow `request-client` of `@segment/actions-core`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias, TypedDict, Unpack
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from actions_core.encoding import encode
from actions_core.errors import DeliveryError, HTTPError, JSONSyntaxError, TransportError
from actions_core.frozen import frozen
from actions_core.js import MISSING, Missing, loads
from actions_core.redaction import Redactor
from actions_core.transport import HttpRequest, HttpResponse, Transport, standard_reason

USER_AGENT: Final = "Segment (Actions)"
DEFAULT_TIMEOUT: Final = 10.0
"""Seconds. Reference: Segment's documentation speaks of about 4, its open-source runtime waits 10."""
MAX_REDIRECTS: Final = 20

Method: TypeAlias = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
Headers: TypeAlias = Mapping[str, str | Missing]
"""Header names in any case; a value of `MISSING` removes a header that the destination would send."""

BeforeRequest: TypeAlias = Callable[[HttpRequest], HttpRequest]
AfterResponse: TypeAlias = "Callable[[HttpRequest, Response], Response]"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "cookie2", "www-authenticate"})


@frozen(kw_only=True)
class RequestOptions:
    """What every request of a destination has in common; `extend_request` gives one."""

    headers: Headers = field(default_factory=dict, repr=False)
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    search_params: Mapping[str, str] | None = field(default=None, repr=False)
    base_url: str | None = None
    """What a URL without a host is resolved against."""
    timeout: float | None = DEFAULT_TIMEOUT
    """Seconds for the whole exchange; None waits for ever."""
    throw_http_errors: bool = True
    before_request: Sequence[BeforeRequest] = ()
    """Called in order with each request before it is sent; what one gives is sent instead (to sign a body, say)."""
    after_response: Sequence[AfterResponse] = ()
    """Called in order with each answer, before its status is looked at; what one gives takes its place."""


@frozen()
class Response:
    """A partner's answer."""

    status: int
    reason: str
    headers: Mapping[str, str] = field(repr=False)
    """Names are lower case."""
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.status < 300

    @cached_property
    def content(self) -> str:
        """The body as text; bytes that are not UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    @cached_property
    def data(self) -> Any:
        """The body as a JSON value if it says that it is JSON, else as text; `MISSING` if it is not what it says."""
        if "application/json" not in self.headers.get("content-type", ""):
            return self.content
        try:
            return loads(self.content)
        except JSONSyntaxError:
            return MISSING


@frozen()
class Exchange:
    """One request that was sent, with its answer or what came instead."""

    request: HttpRequest
    response: Response | None = None
    error: DeliveryError | None = None


class CallOptions(TypedDict, total=False):
    """What a request may be given besides its URL and method; see `Request.__call__`."""

    json: Any
    body: bytes | str
    headers: Headers
    search_params: Mapping[str, str]
    timeout: float | None
    throw_http_errors: bool


class Request:
    """Sends requests for one delivery and remembers each exchange."""

    def __init__(
        self,
        transport: Transport,
        options: RequestOptions,
        redact: Redactor | None = None,
        exchanges: list[Exchange] | None = None,
        headers: MergedHeaders | None = None,
    ) -> None:
        """Exchanges are added to the list that is given, or to one of its own; `headers` may be shared by requests."""
        self._transport: Final = transport
        self._options: Final = options
        self._redact: Final = redact or Redactor()
        self._headers: Final = headers or MergedHeaders()
        self.exchanges: Final[list[Exchange]] = [] if exchanges is None else exchanges

    async def __call__(
        self,
        url: str,
        *,
        method: Method = "GET",
        json: Any | Missing = MISSING,
        body: bytes | str = b"",
        headers: Headers | None = None,
        search_params: Mapping[str, str] | None = None,
        timeout: float | Missing | None = MISSING,  # noqa: ASYNC109 - the reference's option; the transport keeps it
        throw_http_errors: bool | None = None,
    ) -> Response:
        """Send one request and give the answer.

        `json` is written as `JSON.stringify` does (`MISSING` disappears, NaN is null) and sets the content type.
        `search_params`, with those of the destination, replace the query of the URL. Raises `HTTPError` for a status
        outside 200 to 299 unless `throw_http_errors` is False, `TimeoutError`, and `TransportError` when there is no
        answer at all.
        """
        options = self._options
        has_json = json is not MISSING
        if has_json:
            body = encode(json)
        elif isinstance(body, str):
            body = body.encode()
        elif not isinstance(body, bytes):
            raise TypeError(f"body: expected bytes or text, got {type(body).__name__}; to write a value as JSON: json=")
        if options.base_url is not None or options.search_params or search_params:
            url = _resolve(url, options.base_url, {**(options.search_params or {}), **(search_params or {})})
        merged, fault = self._headers.merge(options, headers or {}, has_json=has_json)
        request = HttpRequest(method, url, merged, body, options.timeout if timeout is MISSING else timeout)
        if options.before_request:
            for change in options.before_request:
                request = change(request)
            fault = _fault_in(request.headers)
        if fault is not None:
            raise TransportError(*fault, request)
        sent = request
        for _ in range(MAX_REDIRECTS + 1):
            try:
                answer = await self._transport.send(sent)
            except DeliveryError as error:
                self.exchanges.append(Exchange(sent, error=error))
                raise
            # HTTP/2 has no reasons; as fetch does, the standard one stands in.
            reason = answer.reason or standard_reason(answer.status)
            response = Response(answer.status, reason, answer.headers, answer.body)
            self.exchanges.append(Exchange(sent, response))
            following = self._redirect(sent, answer) if answer.status in _REDIRECTS else None
            if following is None:
                break
            sent = following
        else:
            raise TransportError(f"more than {MAX_REDIRECTS} redirects", "ERR_TOO_MANY_REDIRECTS", sent)
        for look in options.after_response:
            response = look(request, response)
        if not response.ok and (options.throw_http_errors if throw_http_errors is None else throw_http_errors):
            raise HTTPError(response, request)
        return response

    def get(self, url: str, **options: Unpack[CallOptions]) -> Awaitable[Response]:
        """Send a GET request; options as in a call."""
        return self(url, method="GET", **options)

    def post(self, url: str, **options: Unpack[CallOptions]) -> Awaitable[Response]:
        """Send a POST request; options as in a call."""
        return self(url, method="POST", **options)

    def put(self, url: str, **options: Unpack[CallOptions]) -> Awaitable[Response]:
        """Send a PUT request; options as in a call."""
        return self(url, method="PUT", **options)

    def patch(self, url: str, **options: Unpack[CallOptions]) -> Awaitable[Response]:
        """Send a PATCH request; options as in a call."""
        return self(url, method="PATCH", **options)

    def delete(self, url: str, **options: Unpack[CallOptions]) -> Awaitable[Response]:
        """Send a DELETE request; options as in a call."""
        return self(url, method="DELETE", **options)

    def _redirect(self, request: HttpRequest, answer: HttpResponse) -> HttpRequest | None:
        """Give the request that an answer asks for instead, by the rules of fetch; None if it asks for none."""
        location = answer.headers.get("location")
        if location is None:
            return None
        target = replace(request, url=urljoin(request.url, location))
        if answer.status == 303 or (answer.status in (301, 302) and request.method == "POST"):
            without_body = {name: value for name, value in request.headers.items() if name != "content-type"}
            target = replace(target, method="GET", body=b"", headers=without_body)
        if urlsplit(target.url)[:2] == urlsplit(request.url)[:2]:
            return target
        # Stricter than fetch, which drops only the well-known headers: no secret ever leaves for another origin.
        if self._redact.holds_secret(target.body.decode("utf-8", "replace")):
            raise TransportError(
                "a redirect to another host would carry a secret in its body", "ERR_REDIRECT_REFUSED", request
            )
        kept = {
            name: value
            for name, value in target.headers.items()
            if name not in _CREDENTIALS and not self._redact.holds_secret(value)
        }
        return replace(target, headers=kept)


def _resolve(url: str, base_url: str | None, query: Mapping[str, str]) -> str:
    absolute = url if base_url is None else urljoin(f"{base_url.rstrip('/')}/", url.removeprefix("/"))
    return absolute if not query else urlunsplit(urlsplit(absolute)._replace(query=urlencode(query)))


_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
_ILLEGAL: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9a-z]+\Z")
_MOST_BLOCKS: Final = 64

Fault: TypeAlias = tuple[str, str]
"""What is wrong with a header, and Node's code for it."""


class MergedHeaders:
    """The headers of one account's requests: merged and looked at once for all requests that have the same ones."""

    def __init__(self) -> None:
        self._blocks: Final[dict[object, tuple[dict[str, str], Fault | None]]] = {}

    def merge(self, options: RequestOptions, own: Headers, *, has_json: bool) -> tuple[dict[str, str], Fault | None]:
        """Give what a request is sent with, as a dict of its own, and the first fault in it if there is one."""
        given = (tuple(options.headers.items()), tuple(own.items()), options.username, options.password, has_json)
        try:
            block = self._blocks.get(given)
        except TypeError:
            block = None  # a value that is not even hashable: merging tells which
        if block is None:
            merged = _merge_headers(options, own, has_json=has_json)
            block = merged, _fault_in(merged)
            if len(self._blocks) == _MOST_BLOCKS:
                self._blocks.clear()  # a header that differs in each request, such as a signature
            self._blocks[given] = block
        return block[0].copy(), block[1]


def _merge_headers(options: RequestOptions, own: Headers, *, has_json: bool) -> dict[str, str]:
    merged: dict[str, str | Missing] = {"user-agent": USER_AGENT}
    for headers in (options.headers, own):
        for name, value in headers.items():
            if not isinstance(value, (str, Missing)):
                raise TypeError(f"the header {name}: expected text, or MISSING for none, got {type(value).__name__}")
            merged[name.lower()] = value
    if has_json:
        merged["content-type"] = "application/json"
    if options.username or options.password:
        credentials = f"{options.username or ''}:{options.password or ''}"
        merged["authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode('ascii')}"
    # fetch trims values: "Basic " with nothing behind it is sent as "Basic". How long a body is, the transport tells.
    return {
        name: value.strip(" \t\r\n") for name, value in merged.items() if value is not MISSING and name not in _FRAMING
    }


def _fault_in(headers: Mapping[str, str]) -> Fault | None:
    for name, value in headers.items():
        if not _TOKEN.match(name):
            return f"{name!r} is not the name of a header", "ERR_INVALID_HTTP_TOKEN"
        if _ILLEGAL.search(value):
            return f"the header {name} has a character that no header can have", "ERR_INVALID_CHAR"
    return None
