from acme import Settings

from actions_core import RefreshedTokens, RefreshInput, Request


async def refresh(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    answer = await request.post("https://api.acme.example/token")
    return RefreshedTokens(refresh_token=answer.data["refresh_token"])  # mistake
