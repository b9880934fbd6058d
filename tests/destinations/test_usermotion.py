from __future__ import annotations

import asyncio
from typing import Any

import pytest

from actions_core import InvalidAuthenticationError, Object, SettingsError, load_catalog
from destinations.usermotion import destination
from tests.support import FakePartner, deliver, open_instance

KEY = "um-key-123"
SETTINGS = {"apiKey": KEY}
MISSING_EMAIL = "The root value is missing the required field 'email'."
MISSING_USER = "The root value is missing the required field 'userId'."


def outcome(event: Object, settings: Object | None = None) -> tuple[list[str], list[Any], list[str]]:
    """Give the outcomes of the three presets, the paths with the bodies sent, and the error texts."""
    partner = FakePartner()
    deliveries = deliver(destination, event, partner, SETTINGS if settings is None else settings)
    sent = [(request.url.path, body) for request, body in zip(partner.received, partner.bodies, strict=True)]
    return (
        [delivery.outcome for delivery in deliveries],
        sent,
        [str(delivery.error) for delivery in deliveries if delivery.error],
    )


def identify(**parts: Any) -> Object:
    return {"type": "identify", **parts}


def test_it_loads_through_the_entry_point() -> None:
    catalog = load_catalog()
    assert catalog.find("UserMotion (Actions)") is catalog.find("usermotion")
    assert catalog.origins["actions-usermotion"].startswith("segment-actions-emulator ")


def test_its_presets_and_actions_are_those_of_its_page() -> None:
    assert [(preset.name, preset.action, preset.trigger) for preset in destination.presets] == [
        ("Identify User", "identify", 'type = "identify"'),
        ("Identify Group", "group", 'type = "group"'),
        ("Track Analytics Event", "track", 'type = "track" or type = "page"'),
    ]
    contract = {
        slug: [(key, field.label, field.type, field.required) for key, field in action.fields.items()]
        for slug, action in destination.actions.items()
    }
    ids = [("userId", "User ID", "string", False), ("anonymousId", "Anonymous ID", "string", False)]
    assert contract == {
        "identify": [
            ("userId", "User ID", "string", True),
            ids[1],
            ("email", "Email", "string", True),
            ("traits", "Traits", "object", False),
        ],
        "group": [*ids, ("groupId", "Group ID", "string", True), ("traits", "Traits", "object", False)],
        "track": [
            *ids,
            ("eventName", "Event Name", "string", True),
            ("context", "Context properties", "object", False),
            ("properties", "Event Properties", "object", False),
        ],
    }


def test_a_request_has_the_method_url_and_headers_of_the_wire_contract() -> None:
    partner = FakePartner()
    deliver(destination, identify(userId="u", traits={"email": "e"}), partner, SETTINGS)
    (request,) = partner.received
    assert (request.method, str(request.url)) == ("POST", "https://api.usermotion.com/v1/identify")
    assert {name: request.headers[name] for name in ("x-source", "authorization", "content-type", "user-agent")} == {
        "x-source": "Segment",
        "authorization": f"Basic {KEY}",
        "content-type": "application/json",
        "user-agent": "Segment (Actions)",
    }


# --- outcomes that the reference gives with its default mappings ------------------------------------------------------


def test_identify_sends_one_request_and_leaves_empty_values_inside_traits_alone() -> None:
    traits = {"email": "a@b.c", "plan": "", "company": {"name": None}}
    outcomes, sent, _ = outcome(identify(userId="u1", traits=traits))
    assert outcomes == ["delivered", "not subscribed", "not subscribed"]
    assert sent == [("/v1/identify", {"id": "u1", "properties": traits})]


@pytest.mark.parametrize(
    "event",
    [
        identify(userId="u"),
        identify(userId="u", traits={"email": ""}),
        identify(userId="u", traits={"email": ""}, email="root@b.c"),
    ],
    ids=["no email", "blank email", "blank email and one at the root"],
)
def test_identify_without_an_email_is_rejected(event: Object) -> None:
    outcomes, sent, errors = outcome(event)
    assert (outcomes[0], sent, errors) == ("rejected", [], [MISSING_EMAIL])


def test_identify_with_a_null_email_falls_back_to_the_one_at_the_root() -> None:
    _, sent, _ = outcome(identify(userId="u", traits={"email": None, "a": 1}, email="root@b.c"))
    assert sent == [("/v1/identify", {"id": "u", "properties": {"email": "root@b.c", "a": 1}})]


def test_identify_without_user_and_email_is_rejected_once_for_both() -> None:
    _, sent, errors = outcome(identify())
    assert (sent, errors) == ([], [f"{MISSING_USER} {MISSING_EMAIL}"])


@pytest.mark.parametrize(
    ("value", "text"),
    [(42, "42"), (True, "true"), (["u"], "u"), (1e21, "1e+21"), (1.0, "1"), (9007199254740993, "9007199254740992")],
    ids=repr,
)
def test_an_identifier_becomes_text_as_in_javascript(value: object, text: str) -> None:
    _, sent, _ = outcome(identify(userId=value, traits={"email": 0.1}))
    assert sent == [("/v1/identify", {"id": text, "properties": {"email": "0.1"}})]


@pytest.mark.parametrize(
    ("value", "kind"), [(["u", "v"], "an array"), ({"id": "u"}, "an object"), ([], "an array")], ids=repr
)
def test_an_identifier_that_has_no_text_is_rejected(value: object, kind: str) -> None:
    _, sent, errors = outcome(identify(userId=value, traits={"email": "e"}))
    assert (sent, errors) == ([], [f"User ID must be a string but it was {kind}."])


@pytest.mark.parametrize("traits", ["text", [{"a": 1}]], ids=["text", "list of one"])
def test_traits_that_are_no_object_are_rejected(traits: object) -> None:
    event = identify(userId="u", traits=traits, email="e")
    outcomes, sent, errors = outcome(event)
    assert (outcomes[0], sent) == ("rejected", [])
    assert errors[0].startswith("Traits must be an object but it was")


def test_null_traits_send_the_email_alone() -> None:
    _, sent, _ = outcome(identify(userId="u", traits=None, email="e"))
    assert sent == [("/v1/identify", {"id": "u", "properties": {"email": "e"}})]


def test_group_without_traits_sends_empty_properties() -> None:
    _, sent, _ = outcome({"type": "group", "groupId": "g", "userId": "u", "anonymousId": "a"})
    assert sent == [("/v1/group", {"id": "g", "userId": "u", "anonymousId": "a", "properties": {}})]


def test_group_without_a_group_id_is_rejected() -> None:
    outcomes, sent, errors = outcome({"type": "group", "userId": "u"})
    assert (outcomes[1], sent) == ("rejected", [])
    assert errors == ["The root value is missing the required field 'groupId'."]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "track", "userId": "u"},
        {"type": "track", "userId": "u", "event": None},
        {"type": "page", "userId": "u", "name": "Home"},
    ],
    ids=["track without event", "track with null", "page with only a name"],
)
def test_an_event_without_a_name_is_a_pageview(event: Object) -> None:
    _, sent, _ = outcome(event)
    assert sent == [("/v1/track", {"event": "pageview", "userId": "u", "context": {}, "properties": {}})]


def test_a_page_without_any_id_is_sent() -> None:
    _, sent, _ = outcome({"type": "page"})
    assert sent == [("/v1/track", {"event": "pageview", "context": {}, "properties": {}})]


def test_a_page_with_an_event_is_called_that() -> None:
    _, sent, _ = outcome({"type": "page", "event": "Viewed"})
    assert sent[0][1]["event"] == "Viewed"


def test_track_with_a_blank_event_is_rejected() -> None:
    outcomes, sent, errors = outcome({"type": "track", "event": ""})
    assert (outcomes[2], sent) == ("rejected", [])
    assert errors == ["The root value is missing the required field 'eventName'."]


@pytest.mark.parametrize("call", ["screen", "alias"])
def test_screen_and_alias_fire_no_preset(call: str) -> None:
    outcomes, sent, _ = outcome({"type": call, "userId": "u", "previousId": "p"})
    assert (outcomes, sent) == (["not subscribed"] * 3, [])


def test_settings_without_the_api_key_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(SettingsError, match="The root value is missing the required field 'apiKey'.") as caught:
        outcome(identify(userId="u", traits={"email": "e"}), {})
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("settings", "authorization"),
    [
        ({"apiKey": ""}, "Basic "),
        ({"apiKey": None}, "Basic "),
        ({"apiKey": 5}, "Basic 5"),
        ({"apiKey": "k", "other": 1}, "Basic k"),
    ],
    ids=["blank", "null", "number", "extra setting"],
)
def test_settings_that_the_reference_lets_through(settings: Object, authorization: str) -> None:
    partner = FakePartner()
    deliveries = deliver(destination, identify(userId="u", traits={"email": "e"}), partner, settings)
    assert deliveries[0].outcome == "delivered"
    assert partner.received[0].headers["authorization"].strip() == authorization.strip()


def test_an_email_trait_keeps_its_place_when_the_field_wins() -> None:
    _, sent, _ = outcome(identify(userId="u", traits={"a": 1, "email": "t@b.c", "b": 2}))
    assert list(sent[0][1]["properties"]) == ["a", "email", "b"]


@pytest.mark.parametrize("context", [None, {"personas": None}], ids=repr)
def test_an_event_whose_context_is_null_is_delivered(context: Object | None) -> None:
    outcomes, sent, _ = outcome({"type": "page", "context": context})
    assert outcomes[2] == "delivered"
    assert sent[0][0] == "/v1/track"


# --- authentication --------------------------------------------------------------------------------------------------


def check_authentication(partner: FakePartner) -> None:
    async def run() -> None:
        async with open_instance(destination, partner, SETTINGS, []) as instance:
            await instance.check_authentication()

    asyncio.run(run())


def test_the_authentication_check_posts_to_verify() -> None:
    partner = FakePartner()
    check_authentication(partner)
    (request,) = partner.received
    assert (request.method, str(request.url), request.content) == ("POST", "https://api.usermotion.com/v1/verify", b"")
    assert request.headers["authorization"] == f"Basic {KEY}"


def test_refused_credentials_are_told_in_the_references_words() -> None:
    with pytest.raises(InvalidAuthenticationError, match="Credentials are invalid: 401 Unauthorized"):
        check_authentication(FakePartner(status=401))
