"""Webhook: the same requests, answers and errors as Segment's own destination, one event at a time and in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from actions_core import (
    DestinationInstance,
    HttpRequest,
    HttpResponse,
    InputField,
    Object,
    SettingsError,
    Subscription,
    read_metadata,
)
from actions_core.js import stringify
from conformance.vectors import same_json, sentences
from destinations.webhook import destination
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import EXAMPLES, fuzz

TRIGGER = 'type = "track"'
ONLY_HTTP = "Only HTTP(S) protocols are supported"


class Endpoint:
    """Answers every request alike and remembers it."""

    def __init__(self, status: int, reason: str, body: str, content_type: str) -> None:
        self.answer = HttpResponse(status, reason, {"content-type": content_type}, body.encode())
        self.requests: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.requests.append(request)
        return self.answer

    async def aclose(self) -> None:
        pass


def ours(mapping: Object, settings: Object, events: list[Object], response: Object, *, batch: bool) -> Object:
    """Run events through our destination; gives what the oracle gives."""
    endpoint = Endpoint(response["status"], response["statusText"], response["body"], response["contentType"])
    subscription = Subscription(name="Webhook", action="send", trigger=TRIGGER, mapping=mapping)

    async def run() -> Object:
        async with DestinationInstance(destination, settings, [subscription], transport=endpoint) as instance:
            if batch:
                (batched,) = await instance.deliver_batch(events)
                told = {"error": batched.error, "results": [status.to_json() for status in batched.statuses]}
                return told if batched.subscribed else {"error": None, "results": None}
            (delivery,) = await instance.deliver(events[0])
            return {"error": delivery.error}

    try:
        told = asyncio.run(run())
    except SettingsError as refusal:
        told = {"error": refusal}
    error = told["error"]
    return {
        "error": None if error is None else {"message": str(error), "status": error.status},
        "results": None if error is not None else told.get("results"),
        "requests": [
            {
                "method": request.method,
                "url": request.url,
                "headers": dict(request.headers),
                "body": request.body.decode("utf-8"),
            }
            for request in endpoint.requests
        ],
    }


def theirs(
    oracle: Oracle, mapping: Object, settings: Object, events: list[Object], response: Object, *, batch: bool
) -> Object:
    """Ask Segment's destination."""
    subscription = {"name": "Webhook", "partnerAction": "send", "subscribe": TRIGGER, "mapping": mapping}
    given: Object = {"name": "webhook", "settings": {**settings, "subscriptions": [subscription]}, "response": response}
    answer = oracle.ask("batch", **given, events=events) if batch else oracle.ask("event", **given, event=events[0])
    found: Object = answer["result"]
    error = found.get("error")
    (first, *_) = found.get("results") or [{}]
    return {
        "error": error and {"message": sentences(error["message"]), "status": error["status"]},
        "results": first.get("multistatus") if batch else None,
        "requests": found["requests"],
    }


def compared(run: Object) -> Object:
    """Make what has to be equal: no white space around the value of a header, which does not travel."""
    return {
        **run,
        "requests": [
            {
                **request,
                "headers": {name: value.strip(" \t") for name, value in request["headers"].items()},
            }
            for request in run["requests"]
        ],
    }


def same(
    oracle: Oracle, mapping: Object, settings: Object, events: list[Object], response: Object, *, batch: bool
) -> str:
    """Compare one run on both sides; gives what became of it."""
    expected = compared(theirs(oracle, mapping, settings, events, response, batch=batch))
    found = compared(ours(mapping, settings, events, response, batch=batch))
    witness = stringify({"mapping": mapping, "settings": settings, "events": events, "batch": batch})
    if found["error"] is not None and found["error"]["message"] == ONLY_HTTP:
        # A listed divergence: the reference leaves it to fetch, which refuses when asked to send, with no status.
        assert not any(request["url"].startswith("http") for request in expected["requests"]), witness
        return "refused"
    assert same_json(found, expected), f"{witness}\n  ours {stringify(found)}\ntheirs {stringify(expected)}"
    return "failed" if expected["error"] else "sent" if expected["requests"] else "nothing"


# --- what is generated -----------------------------------------------------------------------------------------------

_TEXTS = st.sampled_from(["", " ", "a", "undefined", "é", "😀", "ab", "x\ny", "\tz ", "\x7f", "ÿ", "1", "track"])
_SCALARS = _TEXTS | st.none() | st.booleans() | st.sampled_from([0, -1, 1.5, 1e21, 1e-7, 9007199254740993])
_KEYS = st.sampled_from(["a", "b", "data", "10", "9", "é", "length", "a.b"])
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)
_HEADER_NAMES = st.sampled_from(
    ["a", "A", "X-Custom", "x-signature", "X-Signature", "content-type", "Content-Type", "user-agent", "authorization",
     "accept", "", "a b", "é", "1", "0", "x_y", "a:b", "undefined"]
)  # fmt: skip
_HEADERS = st.dictionaries(_HEADER_NAMES, st.sampled_from(["v", "application/json", "undefined"]) | _JSON, max_size=3)
_LABELS = st.sampled_from(["e", "EXAMPLE", "com", "1", "0x7f", "08", "256", "a_b", "%41", "", "-", "4294967295", "0x"])
_HOSTS = st.lists(_LABELS, min_size=1, max_size=5).map(".".join) | st.sampled_from(
    ["[::1]", "[::FFFF:1.2.3.4]", "[1:0:0:5:0:0:0:8]", "[v1.x]", "%C3%A9.com", "%2F.com", "xn--9ca.com", "a%00"]
)
_URLS = st.builds(
    "{}{}{}{}{}{}{}".format,
    st.sampled_from(["https:", "http:", "HTTP:", "ftp:", "urn:", ""]),
    st.sampled_from(["//", "//", "//", "//", "/", "", "///"]),
    st.sampled_from(["", "", "", "u@", "u:p@", ":p@", "u;=:p:q@", "@"]),
    _HOSTS,
    st.sampled_from(["", "", ":80", ":443", ":0", ":65535", ":65536", ":00080", ":"]),
    st.sampled_from(["", "/", "/a/../b", "/.", "/a/%2e%2E/x/%2e", "//..//b/./c", "/a'b;c=1", "/a b", "/é", "/%zz"]),
    st.sampled_from(["", "?", "?x=1", "?it's", "?a?b#c'd", "#f", "#"]),
)  # fmt: skip
_GOOD_URL = st.sampled_from(["https://hooks.example.com/in", "http://EXAMPLE.com:80", "https://u:p@example.com/x?y=1"])
_PROPERTIES = st.fixed_dictionaries(
    {"url": _GOOD_URL | _URLS},
    optional={
        "method": st.sampled_from(["POST", "PUT", "PATCH", "GET", "post", ""]) | _SCALARS,
        "headers": _HEADERS | _HEADERS | _JSON,
        "data": st.dictionaries(_KEYS, _JSON, max_size=3) | _JSON,
        "keys": st.lists(_TEXTS, max_size=2) | _JSON,
        "size": _SCALARS,
    },
)
_GOOD_PROPERTIES = st.fixed_dictionaries(
    {"url": _GOOD_URL, "method": st.sampled_from(["POST", "PUT", "PATCH"])},
    optional={
        "headers": st.dictionaries(
            st.sampled_from(["x-a", "X-B", "content-type"]), _TEXTS.filter(str.isascii), max_size=2
        ),
        "data": st.dictionaries(_KEYS, _JSON, max_size=3),
    },
)
_EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["track", "track", "track", "page"]), "properties": _GOOD_PROPERTIES | _PROPERTIES},
    optional={"userId": _SCALARS},
)
_MAPPINGS = st.sampled_from(
    [
        {
            "url": {"@path": "$.properties.url"},
            "method": {"@path": "$.properties.method"},
            "headers": {"@path": "$.properties.headers"},
            "data": {"@path": "$.properties.data"},
            "batch_keys": {"@path": "$.properties.keys"},
            "batch_size": {"@path": "$.properties.size"},
        },
        {"url": {"@path": "$.properties.url"}, "method": "POST", "data": {"@path": "$."}, "batch_keys": ["url"]},
        {
            "url": {"@template": "https://hooks.example.com/{{properties.size}}"},
            "method": "PUT",
            "headers": {"x-user": {"@path": "$.userId"}, "x-size": {"@path": "$.properties.size"}},
            "data": {"user": {"@path": "$.userId"}, "all": {"@path": "$.properties.data"}},
        },
        {"url": {"@path": "$.properties.url"}, "method": "PATCH", "headers": {"@path": "$.properties.headers"}},
    ]
)  # fmt: skip
_SETTINGS: st.SearchStrategy[Object] = st.fixed_dictionaries(
    {}, optional={"sharedSecret": st.sampled_from(["s3cret", "ключ", "", " "]) | _SCALARS | st.just([]) | st.just({})}
)
_RESPONSES = st.sampled_from(
    [
        {"status": 200, "statusText": "OK", "body": "{}", "contentType": "application/json"},
        {"status": 200, "statusText": "OK", "body": '{"ok": [1, null]}', "contentType": "application/json"},
        {"status": 201, "statusText": "Created", "body": "made", "contentType": "text/plain"},
        {"status": 202, "statusText": "Accepted", "body": "{broken", "contentType": "application/json"},
        {"status": 200, "statusText": "OK", "body": "null", "contentType": "application/json"},
        {"status": 200, "statusText": "OK", "body": "", "contentType": "application/json"},
        {"status": 404, "statusText": "Not Found", "body": "no", "contentType": "text/plain"},
        {"status": 503, "statusText": "Service Unavailable", "body": "{}", "contentType": "application/json"},
    ]
)


def test_a_single_event_leads_to_the_same_request_or_error(oracle: Oracle) -> None:
    """Varies the event (URL, method, headers, data of any JSON), the mapping, the secret and the endpoint's answer."""
    outcomes: list[str] = []

    @fuzz
    @given(_MAPPINGS, _SETTINGS, _EVENTS, _RESPONSES)
    def check(mapping: Object, settings: Object, event: Object, response: Object) -> None:
        outcomes.append(same(oracle, mapping, settings, [event], response, batch=False))

    check()
    assert outcomes.count("sent") > EXAMPLES / 10
    assert outcomes.count("failed") > EXAMPLES / 10


def test_a_batch_leads_to_the_same_request_statuses_or_error(oracle: Oracle) -> None:
    """Varies up to four events, the mapping, the secret and the endpoint's answer; batches of one kind are likely."""
    outcomes: list[str] = []
    events = st.lists(_EVENTS, min_size=1, max_size=4)

    @fuzz
    @given(_MAPPINGS, _SETTINGS, events, _RESPONSES)
    def check(mapping: Object, settings: Object, events: list[Object], response: Object) -> None:
        outcomes.append(same(oracle, mapping, settings, events, response, batch=True))

    check()
    assert outcomes.count("sent") > EXAMPLES / 10
    assert outcomes.count("failed") > EXAMPLES / 20


def test_the_contract_is_segments(oracle: Oracle) -> None:
    theirs = read_metadata(oracle.ask("definition", name="webhook")["result"])
    assert (destination.name, destination.slug) == (theirs.name, theirs.slug)
    assert told(destination.settings_fields) == told(theirs.settings_fields)
    assert told(destination.actions["send"].fields) == told(theirs.actions["send"].fields)


def told(fields: Mapping[str, InputField]) -> Object:
    """Give what fields say besides the defaults of their options, which one side writes out and the other does not."""
    return {key: field.model_dump(include=set(InputField.model_fields)) for key, field in fields.items()}
