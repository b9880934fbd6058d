"""How Acme is asked for tokens, and whether they are good."""

from urllib.parse import urlencode

from actions_core import MISSING, Authentication, ExecuteInput, RefreshedTokens, RefreshInput, Request, Response

from acme_destination.settings import API, TOKENS, Settings


async def who_am_i(request: Request, data: ExecuteInput[None, Settings]) -> Response:
    """Ask Acme whether it knows the access token."""
    return await request.get(f"{API}/me")


async def refresh(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    """Ask for a new access token; Segment calls it when the old one is refused with 401."""
    form = {
        "grant_type": "refresh_token",
        "refresh_token": data.credentials.refresh_token or "",
        "client_id": data.credentials.client_id or "",
        "client_secret": data.credentials.client_secret or "",
    }
    answer = await request.post(
        TOKENS,
        body=urlencode(form),
        headers={"authorization": MISSING, "content-type": "application/x-www-form-urlencoded"},
    )
    return RefreshedTokens(access_token=answer.data["access_token"], refresh_token=answer.data.get("refresh_token"))


OAUTH = Authentication(scheme="oauth2", check=who_am_i, refresh_access_token=refresh)
