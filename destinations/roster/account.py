"""A customer's account at Roster: what connects it, its access tokens, and what a deleted user leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from actions_core import (
    MISSING,
    Context,
    DeletionPayload,
    ExecuteInput,
    Field,
    InvalidAuthenticationError,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    Response,
)

HOST: Final = "https://api.roster.example"
API: Final = f"{HOST}/v1"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a Roster instance; its tokens are no settings, Segment keeps them apart."""

    workspace: Annotated[str, Field("Workspace", "The name of your Roster workspace, as in its address.")]


def common_options(data: Context[Settings]) -> RequestOptions:
    """Give every request the access token and the workspace."""
    return RequestOptions(
        headers={
            "authorization": f"Bearer {data.auth.access_token or ''}",
            "x-roster-workspace": data.settings.workspace,
        }
    )


async def refresh(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    """Ask for a new access token; Roster gives a new refresh token with it, and the old one is void."""
    credentials = data.credentials
    if not credentials.refresh_token:
        raise InvalidAuthenticationError("there is no refresh token; connect Roster again")
    response = await request.post(
        f"{HOST}/oauth/token",
        body=urlencode(
            {
                "grant_type": "refresh_token",
                "refresh_token": credentials.refresh_token,
                "client_id": credentials.client_id or "",
                "client_secret": credentials.client_secret or "",
            }
        ),
        headers={"content-type": "application/x-www-form-urlencoded", "authorization": MISSING},
    )
    tokens = read_object(response)
    return RefreshedTokens(access_token=tokens["access_token"], refresh_token=tokens.get("refresh_token"))


async def check(request: Request, _data: ExecuteInput[None, Settings]) -> Response:
    """Ask Roster whether it knows the workspace and takes the access token."""
    return await request.get(f"{API}/workspace")


async def delete_user(request: Request, data: ExecuteInput[DeletionPayload, Settings]) -> Response:
    """Let Roster forget a user, who is taken off every list and not taken on again."""
    user = data.payload
    return await request.post(
        f"{API}/people/delete", json={"userId": user.user_id, "anonymousId": user.anonymous_id or MISSING}
    )


def read_object(response: Response) -> dict[str, Any]:
    """Read an answer that is a JSON object; gives an empty one for any other."""
    return response.data if isinstance(response.data, dict) else {}
