"""A destination with all that an account can do, as scripted.js defines it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from actions_core import (
    MISSING,
    Action,
    Audience,
    Audiences,
    Authentication,
    BatchInput,
    Context,
    CreateAudienceInput,
    DeletionPayload,
    Destination,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Failure,
    Field,
    GetAudienceInput,
    HookResult,
    HTTPError,
    IntegrationError,
    InvalidAuthenticationError,
    MappingHook,
    Missing,
    MultiStatus,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    Response,
    Success,
)
from actions_core.definitions import BatchAnswer

SITE = "https://account.example"


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Item:
    id: Annotated[str, Field("Id")]
    how: Annotated[str, Field("How")] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class HookInputs:
    name: Annotated[str, Field("Name")]
    count: Annotated[int, Field("Count")] | Missing = MISSING
    kind: Annotated[str, Field("Kind", choices=["a", "b"])] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class AudienceSettings:
    region: Annotated[str, Field("Region")]
    size: Annotated[int, Field("Size")] | Missing = MISSING


Input = ExecuteInput[Any, NoSettings]


async def post(request: Request, path: str, json: Any, *, throw: bool = True) -> Response:
    return await request.post(SITE + path, json=json, throw_http_errors=throw)


def or_missing(value: Any) -> Any:
    return MISSING if value is None else value


def offer(name: str) -> Callable[[Request, Input], Awaitable[DynamicChoices]]:
    async def ask(request: Request, data: Input) -> DynamicChoices:
        context = data.dynamic_field_context
        where = {"index": or_missing(context.selected_array_index), "key": or_missing(context.selected_key)}
        asked = {"name": name, "payload": data.payload, "page": or_missing(data.page), **where}
        told = (await post(request, "/choices", asked)).data
        error = told.get("error", {})
        return DynamicChoices(
            choices=[DynamicChoice(**choice) for choice in told.get("choices", [])],
            next_page=told.get("next"),
            error=error.get("message"),
            error_code=error.get("code"),
        )

    return ask


async def save_mapping(request: Request, data: Input) -> HookResult:
    told = (await post(request, "/hook", {"payload": data.payload, "inputs": data.hook_inputs})).data
    error = told.get("error", {})
    return HookResult(
        saved_data=told.get("saved"),
        success_message=told.get("told"),
        error=error.get("message"),
        error_code=error.get("code"),
    )


async def send_one(request: Request, data: ExecuteInput[Item, NoSettings]) -> Response:
    how = data.payload.how
    response = await post(request, "/one", {"id": data.payload.id, "how": how}, throw=how == "throw")
    if how == "code":
        raise IntegrationError("refused", "REFUSED", response.status)
    if how == "token":
        raise InvalidAuthenticationError("no such token")
    return response


async def send_many(request: Request, data: BatchInput[Item, NoSettings]) -> BatchAnswer:
    how = data.payloads[0].how
    body = [{"id": item.id, "how": item.how} for item in data.payloads]
    try:
        response = await post(request, "/many", body, throw=how in ("throw", "give"))
    except HTTPError as error:
        if how == "give":
            return error
        raise
    if how == "code":
        raise IntegrationError("refused", "REFUSED", response.status)
    if how == "token":
        raise InvalidAuthenticationError("no such token")
    if how != "each":
        return response
    return MultiStatus(
        Success(status=status, sent={}, body={}) if status < 300 else Failure(status=status, message=f"no: {status}")
        for status in response.data.get("statuses", [])
    )


async def check(request: Request, data: ExecuteInput[None, NoSettings]) -> None:
    told = (await request.get(f"{SITE}/me")).data
    if "refuse" in told:
        raise IntegrationError(told["refuse"], "REFUSED", 403)


async def refresh(request: Request, data: RefreshInput[NoSettings]) -> RefreshedTokens | None:
    held = data.credentials
    asked = {"refreshToken": held.refresh_token, "clientId": held.client_id, "clientSecret": held.client_secret}
    told = (await post(request, "/token", asked)).data
    return RefreshedTokens(access_token=told["access"], refresh_token=told.get("refresh")) if "access" in told else None


async def create_audience(request: Request, data: CreateAudienceInput[NoSettings]) -> Audience:
    asked = {"name": data.audience_name, "settings": data.audience_settings, "personas": data.personas}
    return Audience(external_id=(await post(request, "/audiences", asked)).data["id"])


async def get_audience(request: Request, data: GetAudienceInput[NoSettings]) -> Audience:
    asked = {"id": data.external_id, "settings": data.audience_settings}
    return Audience(external_id=(await post(request, "/audience", asked)).data["id"])


async def delete(request: Request, data: ExecuteInput[DeletionPayload, NoSettings]) -> Response:
    who = {"userId": data.payload.user_id, "anonymousId": data.payload.anonymous_id}
    return await post(request, "/delete", who)


def sign(data: Context[NoSettings]) -> RequestOptions:
    return RequestOptions(headers={"authorization": f"Bearer {data.auth.access_token}"})


DYNAMIC: Any = {
    "plain": offer("plain"),
    "object": {"prop": offer("prop"), "__keys__": offer("keys"), "__values__": offer("values")},
    "closed": {"prop": offer("closed")},
    "list": {"sku": offer("sku"), "deep": {"sku": offer("deep")}},
    "a": {"b": {"c": offer("nested"), "__values__": offer("nested values")}},
}
ASKING = MappingHook(label="", description="", perform=save_mapping, inputs=HookInputs)
SILENT = MappingHook(label="", description="", perform=save_mapping)


def account(*, scheme: Any = "oauth2", lacks: Sequence[str] = ()) -> Destination[NoSettings]:
    def action(title: str, **more: Any) -> Action[Item, NoSettings]:
        return Action(title=title, description="", payload=Item, perform=send_one, perform_batch=send_many, **more)

    return Destination(
        name="Account",
        slug="actions-account",
        settings=NoSettings,
        authentication=Authentication(
            scheme=scheme,
            check=None if "testAuthentication" in lacks else check,
            refresh_access_token=None if "refreshAccessToken" in lacks else refresh,
        ),
        extend_request=sign,
        actions={
            "send": action(
                "Send", dynamic_fields=DYNAMIC, hooks={"onMappingSave": ASKING, "retlOnMappingSave": SILENT}
            ),
            "half": action("Half", hooks={"onMappingSave": ASKING}),
            "bare": action("Bare"),
        },
        audiences=Audiences(
            mode="synced",
            full_audience_sync=False,
            create=None if "createAudience" in lacks else create_audience,
            get=None if "getAudience" in lacks else get_audience,
            settings=AudienceSettings,
        ),
        on_delete=delete,
    )
