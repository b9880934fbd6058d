"""A plugin with something of everything, as somebody else would write it: every type checker accepts it."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import (
    MISSING,
    Action,
    Audience,
    Audiences,
    Authentication,
    BatchInput,
    Context,
    CreateAudienceInput,
    DateTime,
    DeletionPayload,
    Destination,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Failure,
    Field,
    HookResult,
    MappingHook,
    Missing,
    MultiStatus,
    Object,
    Preset,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    Response,
    Success,
    hookimpl,
    path,
)
from actions_core.testing import DestinationTester, create_event

API = "https://api.acme.example"


@dataclass(frozen=True, kw_only=True)
class Settings:
    apiKey: Annotated[str, Field("API Key", type="password")]
    region: Annotated[str, Field("Region", choices=["eu", "us"])] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Item:
    sku: Annotated[str, Field("SKU")]
    price: Annotated[float, Field("Price", minimum=0)] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Order:
    email: Annotated[str, Field("Email", default=path("$.traits.email"))]
    note: Annotated[str | None, Field("Note")] | Missing = MISSING
    items: Annotated[list[Item], Field("Items", default=path("$.properties.products"))] | Missing = MISSING
    placed_at: Annotated[DateTime, Field("Placed at", default=path("$.timestamp"))] | Missing = MISSING
    extra: Annotated[Object, Field("Extra", default=path("$.properties"))] | Missing = MISSING


@dataclass(frozen=True, kw_only=True)
class Refund:
    number: Annotated[str, Field("Number", default=path("$.properties.order_id"))]


async def order(request: Request, data: ExecuteInput[Order, Settings]) -> Response:
    found = data.payload
    note = found.note.upper() if found.note else MISSING
    prices = [item.price for item in found.items or [] if item.price is not MISSING]
    region = data.settings.region or "eu"
    body = {"email": found.email, "note": note, "total": sum(prices), **(found.extra or {})}
    return await request.post(f"{API}/{region}/orders", json=body)


async def order_batch(request: Request, data: BatchInput[Order, Settings]) -> MultiStatus:
    response = await request.post(f"{API}/batch", json=[one.email for one in data.payloads])
    answers = MultiStatus()
    for payload, status in zip(data.payloads, response.data, strict=True):
        good = Success(status=200, sent={"email": payload.email})
        answers.append(good if status == 200 else Failure(status=status, message="refused"))
    return answers


async def refund(request: Request, data: ExecuteInput[Refund, Settings]) -> None:
    await request.delete(f"{API}/orders/{data.payload.number}")


async def check(request: Request, data: ExecuteInput[None, Settings]) -> Response:
    return await request.get(f"{API}/me")


async def refresh(request: Request, data: RefreshInput[Settings]) -> RefreshedTokens:
    answer = await request.post(f"{API}/token", json={"refresh_token": data.credentials.refresh_token})
    return RefreshedTokens(access_token=answer.data["access_token"])


async def lists(request: Request, data: ExecuteInput[Object, Settings]) -> DynamicChoices:
    answer = await request.get(f"{API}/lists")
    return DynamicChoices(choices=[DynamicChoice(value=one["id"], label=one["name"]) for one in answer.data])


async def make_list(request: Request, data: ExecuteInput[Object, Settings]) -> HookResult:
    answer = await request.post(f"{API}/lists", json={"name": data.hook_inputs["name"]})
    return HookResult(saved_data={"id": answer.data["id"]})


async def create_audience(request: Request, data: CreateAudienceInput[Settings]) -> Audience:
    answer = await request.post(f"{API}/audiences", json={"name": data.audience_name})
    return Audience(external_id=answer.data["id"])


async def delete(request: Request, data: ExecuteInput[DeletionPayload, Settings]) -> None:
    await request.delete(f"{API}/users/{data.payload.user_id}")


def common_options(data: Context[Settings]) -> RequestOptions:
    return RequestOptions(headers={"authorization": f"Bearer {data.settings.apiKey}"})


destination = Destination(
    name="Acme (Actions)",
    slug="actions-acme",
    settings=Settings,
    authentication=Authentication(scheme="oauth2", check=check, refresh_access_token=refresh),
    extend_request=common_options,
    actions={
        "order": Action(
            title="Order",
            description="",
            payload=Order,
            perform=order,
            perform_batch=order_batch,
            dynamic_fields={"note": lists, "extra": {"__values__": lists}},
            hooks={"onMappingSave": MappingHook(label="Make a list", description="", perform=make_list)},
        ),
        "refund": Action(title="Refund", description="", payload=Refund, perform=refund),
    },
    presets=[Preset(name="Orders", action="order", trigger='event = "Order Completed"')],
    audiences=Audiences(mode="synced", create=create_audience),
    on_delete=delete,
)


@hookimpl
def actions_destination() -> Destination[Settings]:
    return destination


def test_an_order() -> None:
    tester = DestinationTester(destination, settings={"apiKey": "key-for-tests"})
    result = tester.action("order", create_event("track"), mapping={"email": "a"}, use_default_mappings=True)
    assert result.request.json["email"] == "a"
    tester.respond(json={"id": "aud_1"})
    assert tester.create_audience("VIP").answer.external_id == "aud_1"
