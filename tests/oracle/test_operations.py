"""What an account can do besides delivering events, and refused tokens: as Segment's runtime, request for request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from actions_core import (
    MISSING,
    Audience,
    DeliveryError,
    DestinationInstance,
    DynamicChoices,
    HookResult,
    HttpxTransport,
    OAuthCredentials,
    Object,
    RefreshedTokens,
    Subscription,
)
from actions_core.js import loads, stringify
from conformance.vectors import same_json
from tests.oracle.account import (
    SITE,
    NoSettings,
    account,
    or_missing,
)
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import fuzz

# --- asking both -----------------------------------------------------------------------------------------------------

Replies = dict[str, list[Object]]
"""What the partner answers, by path: one after the other, of which the last one stays."""

CREDENTIALS = OAuthCredentials(access_token="at-0", refresh_token="rt-0", client_id="me", client_secret="s3cret")
OAUTH = {"access_token": "at-0", "refresh_token": "rt-0", "clientId": "me", "clientSecret": "s3cret"}
AUTH = {"accessToken": "at-0", "refreshToken": "rt-0"}
SUBSCRIPTION = Subscription(
    name="all",
    action="send",
    trigger='type = "track"',
    mapping={key: {"@path": f"$.properties.{key}"} for key in ("id", "how")},
)
SAVED = {"partnerAction": "send", "subscribe": SUBSCRIPTION.trigger, "mapping": SUBSCRIPTION.mapping}


def reply(status: int = 200, body: Object | None = None) -> Object:
    # Some partners give no reason, as all do over HTTP/2.
    return {"status": status, "statusText": "" if status == 403 else f"Reason {status}", "body": stringify(body or {})}


@dataclass
class Told:
    """What one side did: its answer, or its error with what that says of itself, the requests and the new tokens."""

    answer: Any
    error: Object | None
    requests: list[Object]
    tokens: list[Object]

    @property
    def refreshes(self) -> int:
        return sum(request["url"] == f"{SITE}/token" for request in self.requests)


def request_told(method: str, url: str, authorization: Any, body: str | bytes) -> Object:
    told = {"method": method, "url": url, "body": loads(body) if body else None}
    # While a token is refreshed, Segment's runtime tells `extendRequest` none, so that it signs with "undefined".
    return told if url == f"{SITE}/token" else {**told, "authorization": authorization}


def theirs(oracle: Oracle, call: str, given_: Object, replies: Replies, **definition: Any) -> Told:
    told = oracle.ask("account", definition=definition, call=call, input=given_, response={"paths": replies})["result"]
    requests = [
        request_told(one["method"], one["url"], one["headers"].get("authorization"), one["body"])
        for one in told["requests"]
    ]
    return Told(told.get("results"), told.get("error"), requests, told["tokens"])


def ours(use: Callable[[DestinationInstance[NoSettings]], Awaitable[Any]], replies: Replies, **definition: Any) -> Told:
    waiting = {path: list(answers) for path, answers in replies.items()}
    told = Told(None, None, [], [])

    def partner(request: httpx.Request) -> httpx.Response:
        told.requests.append(
            request_told(request.method, str(request.url), request.headers["authorization"], request.content)
        )
        queue = waiting.get(urlsplit(str(request.url)).path, [{"status": 200, "statusText": "", "body": "{}"}])
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        return httpx.Response(
            answer["status"],
            text=answer["body"],
            headers={"content-type": "application/json"},
            extensions={"reason_phrase": answer["statusText"].encode()},
        )

    async def keep(tokens: RefreshedTokens) -> None:
        fresh = {"accessToken": tokens.access_token, "refreshToken": or_missing(tokens.refresh_token)}
        told.tokens.append({key: value for key, value in fresh.items() if value is not MISSING})

    async def main() -> None:
        async with DestinationInstance(
            account(**definition),
            {},
            [SUBSCRIPTION],
            transport=HttpxTransport(httpx.MockTransport(partner)),
            oauth=CREDENTIALS,
            on_token_refresh=keep,
            all_or_nothing=True,
        ) as instance:
            told.answer = await use(instance)

    try:
        asyncio.run(main())
    except DeliveryError as error:
        told.error = {"message": str(error), "status": error.status, "code": error.code}
    return told


def assert_same(ours: Told, theirs: Told) -> None:
    """The same requests, and either both answer or both fail with the same text, status and code, if theirs has them."""
    assert same_json(ours.requests, theirs.requests)
    assert (ours.error is None) == (theirs.error is None), (ours.error, theirs.error)
    if ours.error is not None and theirs.error is not None:
        expected = {key: value for key, value in theirs.error.items() if key != "name" and value is not None}
        assert {key: ours.error[key] for key in expected} == expected


def assert_same_but_refreshed_once(ours: Told, theirs: Told) -> None:
    """As `assert_same`, where a token may be refused: theirs refreshes it twice, ours once per delivery."""
    if theirs.refreshes and not theirs.tokens:
        assert_refresh_failed(ours, theirs)
        return
    if theirs.refreshes == 2:
        # The second refresh comes after the last try, whose outcome it does not change.
        assert theirs.requests[-1]["url"] == f"{SITE}/token"
        theirs = Told(theirs.answer, theirs.error, theirs.requests[:-1], theirs.tokens[:1])
    assert_same(ours, theirs)
    assert ours.tokens == theirs.tokens


def assert_refresh_failed(ours: Told, theirs: Told) -> None:
    # Where a status of a batch was 401 and so is the refresh's, theirs refreshes again, and fails again.
    assert same_json(ours.requests, theirs.requests[: len(theirs.requests) - (theirs.refreshes - 1)])
    assert theirs.error is not None
    # Theirs fails with what the refresh threw; ours says that it was the refresh, in the words of both.
    assert ours.error is not None
    assert (ours.error["status"], ours.error["code"]) == (401, "OAUTH_REFRESH_FAILED")
    told = "Failed to refresh access token"
    message = theirs.error["message"]
    assert ours.error["message"] == (message if message == told else f"{told}: {message}")
    assert ours.tokens == []


def assert_same_after_a_refresh(ours: Told, theirs: Told) -> None:
    """As `assert_same`, for what theirs does not refresh a token for: ours asks again, and then says the same."""
    if ours.refreshes:
        assert theirs.refreshes == 0
        first, refresh, again = ours.requests
        assert refresh["url"] == f"{SITE}/token"
        assert again == {**first, "authorization": "Bearer at-1"}
        assert ours.tokens == [{"accessToken": "at-1"}]
        ours = Told(ours.answer, ours.error, [first], [])
    assert_same(ours, theirs)


def track(**properties: Any) -> Object:
    return {"type": "track", "properties": properties}


# --- refused tokens --------------------------------------------------------------------------------------------------

STATUSES = st.sampled_from([200, 201, 401, 401, 401, 403, 429, 500])
TOKENS = st.sampled_from(
    [
        [reply(200, {"access": "at-1", "refresh": "rt-1"}), reply(200, {"access": "at-2", "refresh": "rt-2"})],
        [reply(200, {"access": "at-1"}), reply(200, {"access": "at-2"})],
        [reply(201, {})],
        [reply(400)],
        [reply(401)],
        [reply(500, {"access": "at-1"})],
    ]
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "scheme": st.sampled_from(["oauth2", "oauth2", "oauth-managed", "custom"]),
        "lacks": st.sampled_from([[], [], [], ["refreshAccessToken"]]),
    }
)


def test_an_event_with_a_refused_token_is_sent_again_as_segments(oracle: Oracle) -> None:
    """Varies how a 401 is told, the partner's two answers, the token endpoint's, and the scheme of authentication."""

    @fuzz
    @given(st.sampled_from(["throw", "code", "token", "plain"]), STATUSES, STATUSES, TOKENS, DEFINITIONS)
    def check(how: str, first: int, second: int, tokens: list[Object], definition: Object) -> None:
        replies = {"/one": [reply(first), reply(second)], "/token": tokens}
        event = track(id="1", how=how)
        told = theirs(
            oracle,
            "deliver",
            {"event": event, "settings": {"oauth": OAUTH, "subscription": SAVED}},
            replies,
            **definition,
        )
        assert_same_but_refreshed_once(ours(lambda one: one.deliver(event), replies, **definition), told)

    check()


def test_a_batch_with_a_refused_token_is_sent_again_as_segments(oracle: Oracle) -> None:
    """Varies how a 401 is told (also for a part of the batch), the events, both answers, the endpoint and the scheme."""
    valid = st.builds(track, id=st.sampled_from(["1", "2"]))
    invalid = st.sampled_from([{"type": "page"}, track(id=[1, 2]), track()])
    answers = st.tuples(STATUSES, st.lists(STATUSES, max_size=4))
    hows = st.sampled_from(["each", "each", "throw", "give", "code", "token", "plain"])

    @fuzz
    @given(hows, st.lists(valid | invalid, max_size=3), st.tuples(answers, answers), TOKENS, DEFINITIONS)
    def check(
        how: str,
        rest: list[Object],
        told: tuple[tuple[int, list[int]], tuple[int, list[int]]],
        tokens: list[Object],
        definition: Object,
    ) -> None:
        events = [track(id="0", how=how), *rest]
        replies = {
            "/many": [reply(status, {"statuses": statuses}) for status, statuses in told],
            "/token": tokens,
        }
        asked = {"events": events, "settings": {"oauth": OAUTH, "subscription": SAVED}}
        segments = theirs(oracle, "deliverBatch", asked, replies, **definition)
        found = ours(lambda one: one.deliver_batch(events), replies, **definition)
        assert_same_but_refreshed_once(found, segments)
        if found.error is None:
            (delivery,) = found.answer
            statuses = loads(stringify([status.to_json() for status in delivery.statuses]))
            assert same_json(statuses, segments.answer[0]["multistatus"])

    check()


# --- whether the credentials are right -------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"refuse": "not you"}], ids=["", "refused by the author"])
@pytest.mark.parametrize("status", [200, 202, 400, 401, 403, 404, 429, 500, 503])
def test_credentials_are_checked_as_segments(oracle: Oracle, status: int, body: Object) -> None:
    replies = {"/me": [reply(status, body)], "/token": [reply(200, {"access": "at-1"})]}
    told = theirs(oracle, "check", {"settings": {"oauth": OAUTH}}, replies)
    found = ours(lambda one: one.check_authentication(), replies)
    assert found.refreshes == (status == 401)
    assert_same_after_a_refresh(found, told)


def test_credentials_that_cannot_be_refreshed_are_refused_as_segments(oracle: Oracle) -> None:
    replies = {"/me": [reply(401)]}
    told = theirs(oracle, "check", {"settings": {"oauth": OAUTH}}, replies, lacks=["refreshAccessToken"])
    assert_same(ours(lambda one: one.check_authentication(), replies, lacks=["refreshAccessToken"]), told)


def test_credentials_without_a_check_are_taken_as_segments(oracle: Oracle) -> None:
    lacks = ["testAuthentication"]
    told = theirs(oracle, "check", {"settings": {"oauth": OAUTH}}, {}, lacks=lacks)
    assert_same(ours(lambda one: one.check_authentication(), {}, lacks=lacks), told)


# --- dynamic fields --------------------------------------------------------------------------------------------------


def choices_told(found: DynamicChoices) -> Object:
    told: Object = {"choices": [{"value": one.value, "label": one.label} for one in found.choices]}
    if found.next_page is not None:
        told["nextPage"] = found.next_page
    if found.error is not None:
        told["error"] = {"message": found.error, "code": found.error_code}
    return told


def assert_same_choices(oracle: Oracle, field: str, answer: Object, *, payload: Object, page: str | None) -> None:
    replies = {"/choices": [answer], "/token": [reply(200, {"access": "at-1"})]}
    asked = {"action": "send", "field": field, "payload": payload, "settings": {}, "auth": AUTH}
    told = theirs(oracle, "choices", asked if page is None else {**asked, "page": page}, replies)
    found = ours(lambda one: one.dynamic_choices("send", field, payload=payload, page=page), replies)
    assert_same_after_a_refresh(found, told)
    if found.error is None:
        assert same_json(choices_told(found.answer), told.answer)


@pytest.mark.parametrize(
    "field",
    [
        "plain",
        "object.prop",
        "object.__keys__",
        "object.__values__",
        "object.other",
        "closed.prop",
        "closed.other",
        "list.[0].sku",
        "list.[12].sku",
        "list.[1].other",
        "list.[1].deep.sku",
        "list.sku",
        "a.b.c",
        "a.b.other",
        "a.b",
        "object",
        "unknown",
        "unknown.prop",
        "plain.prop",
    ],
)
def test_a_dynamic_field_is_found_as_segments(oracle: Oracle, field: str) -> None:
    body = {"choices": [{"value": "1", "label": "One"}], "next": "2"}
    assert_same_choices(oracle, field, reply(200, body), payload={"x": [1, None]}, page="1")


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_what_the_partner_says_of_a_dynamic_field_is_told_as_segments(oracle: Oracle, status: int) -> None:
    body = {"error": {"message": "no list", "code": "404"}}
    assert_same_choices(oracle, "plain", reply(status, body), payload={}, page=None)


def test_any_path_to_a_dynamic_field_leads_where_segments_does(oracle: Oracle) -> None:
    """Varies the path: keys that exist and others, positions in lists, in any order; payload and page too."""
    names = ["plain", "object", "closed", "list", "a", "b", "c", "prop", "sku", "deep", "other"]
    keys = st.sampled_from(
        [*names, *names, "__keys__", "__values__", "[0]", "[3]", "[x]", "[]", "7", " ", "é", "", "\n"]
    )

    @fuzz
    @given(
        st.lists(keys, min_size=1, max_size=5).map(".".join),
        st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([None, "", 1, [], {}])),
        st.sampled_from([None, "", "2"]),
    )
    def check(field: str, payload: Object, page: str | None) -> None:
        assert_same_choices(oracle, field, reply(200, {"next": field}), payload=payload, page=page)

    check()


# --- mapping hooks ---------------------------------------------------------------------------------------------------

ANYTHING = st.sampled_from(
    [None, True, "", "a", "b", "c", "1", "1.5", 1, 1.5, -0.0, [], ["a"], ["a", "b"], {}, {"a": 1}]
)


def hook_told(found: HookResult) -> Object:
    told: Object = {"savedData": found.saved_data, "successMessage": found.success_message}
    told["error"] = None if found.error is None else {"message": found.error, "code": found.error_code}
    return {key: value for key, value in told.items() if value is not None}


def assert_same_hook(oracle: Oracle, where: tuple[str, Any], inputs: Object, payload: Object, answer: Object) -> None:
    action, kind = where
    replies = {"/hook": [answer], "/token": [reply(200, {"access": "at-1"})]}
    asked = {"action": action, "kind": kind, "hookInputs": inputs, "payload": payload, "settings": {}, "auth": AUTH}
    told = theirs(oracle, "hook", asked, replies)
    found = ours(lambda one: one.run_hook(action, kind, inputs, payload), replies)
    assert_same_after_a_refresh(found, told)
    if found.error is None:
        assert same_json(hook_told(found.answer), told.answer)


@pytest.mark.parametrize("kind", ["onMappingSave", "retlOnMappingSave"])
@pytest.mark.parametrize("action", ["send", "half", "bare"])
def test_a_hook_that_an_action_may_lack_is_run_as_segments(oracle: Oracle, action: str, kind: str) -> None:
    answer = reply(200, {"saved": {"id": 5}, "told": "made"})
    assert_same_hook(oracle, (action, kind), {"name": "n", "extra": 1}, {"x": ""}, answer)


@pytest.mark.parametrize("status", [200, 400, 401, 404, 429, 500])
def test_what_the_partner_says_to_a_hook_is_told_as_segments(oracle: Oracle, status: int) -> None:
    answer = reply(status, {"error": {"message": "no", "code": "NO"}})
    assert_same_hook(oracle, ("send", "onMappingSave"), {"name": "n"}, {}, answer)


def test_what_is_entered_for_a_hook_is_checked_as_segments(oracle: Oracle) -> None:
    """Varies what the owner of the mapping entered (keys that exist and others, any JSON), and the hook's kind."""
    inputs_of = st.dictionaries(
        st.sampled_from(["name", "name", "count", "kind", "other", "dynamicAuthSettings"]), ANYTHING
    )

    @fuzz
    @given(inputs_of, st.sampled_from(["onMappingSave", "onMappingSave", "retlOnMappingSave"]))
    def check(inputs: Object, kind: str) -> None:
        assert_same_hook(oracle, ("send", kind), inputs, {}, reply(200, {"saved": {}}))

    check()


# --- audiences -------------------------------------------------------------------------------------------------------


def assert_same_audience(found: Told, told: Told) -> None:
    # Theirs keeps refreshed tokens of these calls to itself; ours tells them, for they may be the only ones.
    assert told.tokens == []
    tokens = [{"accessToken": "at-1"}] if told.refreshes else []
    assert found.tokens == tokens
    assert_same_but_refreshed_once(found, Told(told.answer, told.error, told.requests, tokens))
    if found.error is None:
        assert {"externalId": found.answer.external_id} == told.answer


@pytest.mark.parametrize(
    "lacks", [["createAudience"], ["getAudience"], ["createAudience", "getAudience"]], ids=" ".join
)
@pytest.mark.parametrize("call", ["createAudience", "getAudience"])
def test_audiences_are_kept_only_if_they_can_be_made_and_looked_up(oracle: Oracle, call: str, lacks: list[str]) -> None:
    asked = {"settings": {"oauth": OAUTH}, "audienceName": "a", "externalId": "a"}
    told = theirs(oracle, call, asked, {}, lacks=lacks)

    async def use(one: DestinationInstance[NoSettings]) -> Audience:
        return await (one.create_audience("a") if call == "createAudience" else one.get_audience("a"))

    assert_same(ours(use, {}, lacks=lacks), told)


AUDIENCE_SETTINGS = st.dictionaries(st.sampled_from(["region", "region", "size", "other"]), ANYTHING)
TOKEN = {"/token": [reply(200, {"access": "at-1"})]}


def test_an_audience_is_made_as_segments(oracle: Oracle) -> None:
    """Varies the audience's name, settings and personas, and the partner's two answers."""

    @fuzz
    @given(
        st.sampled_from(["a", "", "é"]),
        AUDIENCE_SETTINGS,
        st.sampled_from([{}, {"computation_id": "c", "namespace": None}]),
        STATUSES,
        STATUSES,
    )
    @example("a", {}, {}, 401, 401)
    def check(name: str, settings: Object, personas: Object, first: int, second: int) -> None:
        replies = {"/audiences": [reply(first, {"id": "i1"}), reply(second, {"id": "i2"})], **TOKEN}
        asked = {"audienceName": name, "audienceSettings": settings, "personas": personas}
        told = theirs(oracle, "createAudience", {"settings": {"oauth": OAUTH}, **asked}, replies)
        found = ours(lambda one: one.create_audience(name, audience_settings=settings, personas=personas), replies)
        assert_same_audience(found, told)

    check()


def test_an_audience_is_looked_up_as_segments(oracle: Oracle) -> None:
    """Varies the audience's id and settings, which nothing checks here, and the partner's two answers."""

    @fuzz
    @given(st.sampled_from(["a", "", "é"]), AUDIENCE_SETTINGS, STATUSES, STATUSES)
    def check(external_id: str, settings: Object, first: int, second: int) -> None:
        replies = {"/audience": [reply(first, {"id": "i1"}), reply(second, {"id": "i2"})], **TOKEN}
        asked = {"externalId": external_id, "audienceSettings": settings}
        told = theirs(oracle, "getAudience", {"settings": {"oauth": OAUTH}, **asked}, replies)
        found = ours(lambda one: one.get_audience(external_id, audience_settings=settings), replies)
        assert_same_audience(found, told)

    check()


# --- deletion --------------------------------------------------------------------------------------------------------


def test_a_user_is_deleted_as_segments(oracle: Oracle) -> None:
    """Varies which ids there are, the partner's two answers, the token endpoint's, and the scheme of authentication."""
    names = {"userId": "user_id", "anonymousId": "anonymous_id"}
    users = st.dictionaries(st.sampled_from(list(names)), st.sampled_from(["", "u1", "é"]))

    @fuzz
    @given(users, STATUSES, STATUSES, TOKENS, DEFINITIONS)
    def check(user: Object, first: int, second: int, tokens: list[Object], definition: Object) -> None:
        replies = {"/delete": [reply(first, {"done": 1}), reply(second, {"done": 2})], "/token": tokens}
        told = theirs(oracle, "delete", {"user": user, "settings": {"oauth": OAUTH}}, replies, **definition)
        ids = {names[key]: value for key, value in user.items()}
        found = ours(lambda one: one.delete_user(**ids), replies, **definition)
        assert_same_but_refreshed_once(found, told)

    check()
