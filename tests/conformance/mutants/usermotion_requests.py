"""What UserMotion's functions could send wrongly: values that leak, get lost or change places, the wire, secrets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from actions_core import MISSING, ExecuteInput, HTTPError, Missing, Request, RequestOptions, Response
from conformance.mutants.code import (
    Perform,
    around_check,
    around_perform,
    before_perform,
    edit_body,
    edit_options,
    edit_request,
    edit_url,
    with_values,
)
from conformance.mutants.edit import Edit, edit_destination
from conformance.mutants.mistakes import secret_in_body, secret_in_errors, secret_in_log, secret_in_url
from conformance.mutants.model import Mutant
from destinations.usermotion import destination
from destinations.usermotion.settings import API, Settings

# --- values ----------------------------------------------------------------------------------------------------------

_LEAK = (
    Mutant("leak/raw-event", "the whole event is sent", edit_body(lambda body, data: {**body, "raw": data.raw_data})),
    Mutant(
        "leak/context-into-group",
        "the context of a group call is sent",
        edit_body(lambda body, data: {**body, "context": data.raw_data.get("context", MISSING)}, "group"),
    ),
)


async def _only_with_traits(perform: Perform, request: Request, data: Any) -> Any:
    return await perform(request, data) if data.payload.traits else None


def _without_email(body: Any, _data: Any) -> Any:
    return {**body, "properties": {**body["properties"], "email": MISSING}}


_LOSE = (
    Mutant(
        "lose/anonymous-id",
        "Anonymous ID of Identify is not sent",
        before_perform(lambda payload: with_values(payload, anonymousId=MISSING), "identify"),
    ),
    Mutant(
        "lose/context",
        "Context properties of Track are not sent",
        before_perform(lambda payload: with_values(payload, context=MISSING), "track"),
    ),
    Mutant("lose/email", "Email of Identify is not sent", edit_body(_without_email, "identify")),
    Mutant(
        "lose/users-without-traits",
        "a user without traits is not sent at all",
        around_perform(_only_with_traits, "identify"),
    ),
)


def _swap(action: str, one: str, other: str) -> Edit:
    def swapped(body: Any, _data: Any) -> Any:
        return {**body, one: body.get(other, MISSING), other: body.get(one, MISSING)}

    return edit_body(swapped, action)


def _traits_win(body: Any, data: Any) -> Any:
    return {**body, "properties": {**body["properties"], **(data.payload.traits or {})}}


def _properties_as_traits(body: Any, _data: Any) -> Any:
    return {**body, "properties": MISSING, "traits": body["properties"]}


def _flattened(body: Any, _data: Any) -> Any:
    return {**body["properties"], **body, "properties": MISSING}


_MIX = (
    Mutant("mix/id-and-user-id", "the IDs of a company and of its user change places", _swap("group", "id", "userId")),
    Mutant(
        "mix/user-id-and-anonymous-id",
        "User ID and Anonymous ID of Track change places",
        _swap("track", "userId", "anonymousId"),
    ),
    Mutant("mix/trait-beats-email", "a trait of that name wins over Email", edit_body(_traits_win, "identify")),
    Mutant(
        "mix/anonymous-id-from-id",
        "without an Anonymous ID the User ID is sent for it",
        edit_body(lambda body, _data: {"anonymousId": body["id"], **body}, "identify"),
    ),
    Mutant("mix/properties-as-traits", "traits are sent as traits", edit_body(_properties_as_traits, "identify")),
    Mutant("mix/properties-flattened", "properties are sent beside the event", edit_body(_flattened, "track")),
)

# --- the wire --------------------------------------------------------------------------------------------------------


def _with_headers(**headers: str | Missing) -> Edit:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def change(options: RequestOptions, _data: Any) -> RequestOptions:
        return replace(options, headers={**options.headers, **named})

    return edit_options(change)


def _as_bearer(options: RequestOptions, _data: Any) -> RequestOptions:
    key = str(options.headers["authorization"]).removeprefix("Basic ")
    return replace(options, headers={**options.headers, "authorization": f"Bearer {key}"})


_WIRE = (
    Mutant(
        "wire/identify-posts-to-track",
        "users are sent to where events go",
        edit_url(lambda url: url.replace("/identify", "/track"), "identify"),
    ),
    Mutant("wire/http", "requests are not encrypted", edit_url(lambda url: url.replace("https:", "http:", 1))),
    Mutant("wire/put", "requests are PUT", edit_request(lambda request, _data: replace(request, method="PUT"))),
    Mutant("wire/bearer", "the key is sent as a bearer token", edit_options(_as_bearer)),
    Mutant("wire/no-source", "requests do not say that they come from Segment", _with_headers(x_source=MISSING)),
    Mutant("wire/no-authorization", "the key is not sent", _with_headers(authorization=MISSING)),
)

# --- secrets ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, repr=False)
class _TalkativeSettings(Settings):
    def __repr__(self) -> str:
        return f"Settings(apiKey={self.apiKey})"


_SECRET = (
    Mutant("secret/in-url", "the key is in the URL", secret_in_url()),
    Mutant("secret/in-body", "the key is in the body", secret_in_body()),
    Mutant("secret/in-log", "the key is logged", secret_in_log()),
    Mutant("secret/in-repr", "the repr of the settings has the key", edit_destination(settings=_TalkativeSettings)),
    Mutant("secret/in-error", "the text of an error has the key", secret_in_errors()),
)

# --- the check of the key --------------------------------------------------------------------------------------------


async def _forbidden_is_fine(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError as error:
        if error.status != 403:
            raise
        return None


async def _ask_nobody(_perform: Perform, _request: Request, _data: Any) -> Any:
    return None


async def _ask_elsewhere(request: Request, _data: ExecuteInput[None, Settings]) -> Response:
    return await request.post(f"{API}/auth")


def _check_with(check: Any) -> Edit:
    assert destination.authentication is not None
    return edit_destination(authentication=replace(destination.authentication, check=check))


_AUTH = (
    Mutant("auth/accepts-403", "a key that may do nothing passes the check", around_check(_forbidden_is_fine)),
    Mutant("auth/no-op", "every key passes the check", around_check(_ask_nobody)),
    Mutant("auth/wrong-url", "the check asks another URL", _check_with(_ask_elsewhere)),
)

MUTANTS: Final = (*_LEAK, *_LOSE, *_MIX, *_WIRE, *_SECRET, *_AUTH)
