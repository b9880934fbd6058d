"""What Roster's author could do wrongly with the account: tokens, the workspace, the check of both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

from actions_core import (
    MISSING,
    ExecuteInput,
    HTTPError,
    Missing,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    Response,
)
from conformance.mutants.code import Perform, around_check, edit_options
from conformance.mutants.edit import Edit, edit_destination, edit_setting
from conformance.mutants.mistakes import (
    keep_first_options,
    secret_in_body,
    secret_in_errors,
    secret_in_log,
    secret_in_url,
)
from conformance.mutants.model import Mutant
from destinations.roster import destination
from destinations.roster.account import API, HOST, Settings, read_object, refresh

Refresh = Callable[[Request, RefreshInput[Settings]], Awaitable[RefreshedTokens]]


def _authentication(**changes: Any) -> Edit:
    assert destination.authentication is not None
    return edit_destination(authentication=replace(destination.authentication, **changes))


# --- tokens ----------------------------------------------------------------------------------------------------------


def _header(name: str, value: Callable[[Any], str | Missing]) -> Edit:
    def change(options: RequestOptions, data: Any) -> RequestOptions:
        return replace(options, headers={**options.headers, name: value(data)})

    return edit_options(change)


async def _twice(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    first = await refresh(request, data)
    again = replace(data.credentials, refresh_token=first.refresh_token or data.credentials.refresh_token)
    return await refresh(request, replace(data, credentials=again))


async def _same_as_before(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    made = await refresh(request, data)
    return replace(made, access_token=data.credentials.access_token or "")


async def _old_refresh_token(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    return replace(await refresh(request, data), refresh_token=None)


async def _in_the_query(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    credentials = data.credentials
    told = {
        "grant_type": "refresh_token",
        "refresh_token": credentials.refresh_token or "",
        "client_id": credentials.client_id or "",
        "client_secret": credentials.client_secret or "",
    }
    tokens = read_object(await request.post(f"{HOST}/oauth/token", search_params=told))
    return RefreshedTokens(access_token=tokens["access_token"], refresh_token=tokens.get("refresh_token"))


_TOKENS = (
    Mutant("token/missing", "the access token is not sent", _header("authorization", lambda _data: MISSING)),
    Mutant(
        "token/no-scheme",
        "the access token is sent without the word Bearer",
        _header("authorization", lambda data: data.auth.access_token or ""),
    ),
    Mutant(
        "token/refresh-token",
        "the refresh token is sent for the access token",
        _header("authorization", lambda data: f"Bearer {data.auth.refresh_token or ''}"),
    ),
    Mutant("token/in-url", "the access token is in the URL", secret_in_url()),
    Mutant("token/in-body", "the access token is in the body", secret_in_body()),
    Mutant("token/in-log", "the access token is logged", secret_in_log()),
    Mutant("token/in-error", "the text of an error has the access token", secret_in_errors()),
    Mutant("token/first-kept", "the first access token is sent for ever", keep_first_options()),
    Mutant("refresh/none", "an access token is not renewed", _authentication(refresh_access_token=None)),
    Mutant(
        "refresh/twice",
        "an access token is renewed twice, one after the other",
        _authentication(refresh_access_token=_twice),
    ),
    Mutant(
        "refresh/same-token",
        "the access token is renewed, and the old one is kept",
        _authentication(refresh_access_token=_same_as_before),
    ),
    Mutant(
        "refresh/old-refresh-token",
        "the new refresh token is not kept, and the old one is void",
        _authentication(refresh_access_token=_old_refresh_token),
    ),
    Mutant(
        "refresh/in-query",
        "an access token is renewed with secrets in the URL",
        _authentication(refresh_access_token=_in_the_query),
    ),
)

# --- the workspace, and the check ------------------------------------------------------------------------------------


async def _forbidden_is_fine(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError as error:
        if error.status != 403:
            raise
        return None


async def _ask_nobody(_request: Request, _data: ExecuteInput[None, Settings]) -> None:
    return None


async def _ask_for_lists(request: Request, _data: ExecuteInput[None, Settings]) -> Response:
    return await request.get(f"{API}/lists")


async def _ask_twice(perform: Perform, request: Request, data: Any) -> Any:
    await perform(request, data)
    return await perform(request, data)


_WORKSPACE = (
    Mutant("workspace/missing", "the workspace is not sent", _header("x-roster-workspace", lambda _data: MISSING)),
    Mutant("workspace/constant", "the workspace is always acme", _header("x-roster-workspace", lambda _data: "acme")),
    Mutant(
        "workspace/lower-case",
        "the workspace is sent in lower case",
        _header("x-roster-workspace", lambda data: data.settings.workspace.lower()),
    ),
    Mutant("workspace/optional", "Workspace need not be entered", edit_setting("workspace", required=False)),
    Mutant("check/none", "there is no check of the account", _authentication(check=None)),
    Mutant("check/asks-nobody", "every account passes the check", _authentication(check=_ask_nobody)),
    Mutant("check/accepts-403", "an account that may do nothing passes the check", around_check(_forbidden_is_fine)),
    Mutant("check/wrong-url", "the check asks for lists", _authentication(check=_ask_for_lists)),
    Mutant("check/twice", "the check asks twice", around_check(_ask_twice)),
)

MUTANTS: Final[tuple[Mutant, ...]] = (*_TOKENS, *_WORKSPACE)
