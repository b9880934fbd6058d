from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

import httpx
import pytest

from actions_core import (
    Action,
    Audience,
    Audiences,
    Authentication,
    BatchInput,
    Context,
    CreateAudienceInput,
    Destination,
    DestinationInstance,
    ExecuteInput,
    Failure,
    Field,
    GetAudienceInput,
    HttpxTransport,
    InvalidAuthenticationError,
    MultiStatus,
    OAuthCredentials,
    Preset,
    RefreshedTokens,
    RefreshInput,
    Request,
    RequestOptions,
    Success,
)
from actions_core.definitions import Scheme

EVENT = {"type": "track", "userId": "u1"}
TOKENS = OAuthCredentials(
    access_token="old-t0ken", refresh_token="r3fresh", client_id="me", client_secret="cl1ent-s3cret"
)


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Payload:
    id: Annotated[str, Field("Id", default={"@path": "$.userId"})]


def bearer(data: Context[NoSettings]) -> RequestOptions:
    return RequestOptions(headers={"authorization": f"Bearer {data.auth.access_token}"})


async def perform(request: Request, data: ExecuteInput[Payload, NoSettings]) -> None:
    await request.post("https://api.example.com/things", json={"id": data.payload.id})


async def refresh(request: Request, data: RefreshInput[NoSettings]) -> RefreshedTokens:
    credentials = data.credentials
    answer = await request.post(
        "https://auth.example.com/token",
        json={
            "refresh_token": credentials.refresh_token,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
        },
    )
    return RefreshedTokens(access_token=answer.data["access_token"], refresh_token=answer.data.get("refresh_token"))


class Partner:
    """Takes one access token at a time; its token endpoint gives the next one."""

    def __init__(self, *, refresh_status: int = 200) -> None:
        self.accepted = "new-t0ken"
        self.refresh_status = refresh_status
        self.received: list[tuple[str, str]] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)
        authorization = request.headers.get("authorization", "")
        self.received.append((request.url.path, authorization))
        if request.url.path == "/token":
            await asyncio.sleep(0.01)
            return httpx.Response(self.refresh_status, json={"access_token": self.accepted, "refresh_token": "r2"})
        return httpx.Response(200 if authorization == f"Bearer {self.accepted}" else 401)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.received]


def destination(
    scheme: Scheme = "oauth2", refresh_with: Any = refresh, perform_batch: Any = None
) -> Destination[NoSettings]:
    return Destination(
        name="Things",
        slug="actions-things",
        settings=NoSettings,
        extend_request=bearer,
        authentication=Authentication(scheme=scheme, refresh_access_token=refresh_with),
        actions={
            "thing": Action(title="T", description="", payload=Payload, perform=perform, perform_batch=perform_batch)
        },
        presets=[Preset(name="All", action="thing", trigger='type = "track"')],
    )


def run(
    partner: Partner,
    use: Callable[[DestinationInstance[NoSettings]], Awaitable[Any]],
    *,
    of: Destination[NoSettings] | None = None,
    saved: list[RefreshedTokens] | None = None,
) -> Any:
    async def listener(tokens: RefreshedTokens) -> None:
        if saved is not None:
            saved.append(tokens)

    async def main() -> Any:
        transport = HttpxTransport(httpx.MockTransport(partner))
        async with DestinationInstance(
            of or destination(), {}, transport=transport, oauth=TOKENS, on_token_refresh=listener
        ) as instance:
            return await use(instance)

    return asyncio.run(main())


def test_a_refused_token_is_refreshed_and_the_request_sent_again() -> None:
    partner = Partner()
    saved: list[RefreshedTokens] = []
    (delivery,) = run(partner, lambda instance: instance.deliver(EVENT), saved=saved)
    assert delivery.outcome == "delivered"
    assert partner.received == [
        ("/things", "Bearer old-t0ken"),
        ("/token", "Bearer old-t0ken"),
        ("/things", "Bearer new-t0ken"),
    ]
    assert saved == [RefreshedTokens(access_token="new-t0ken", refresh_token="r2")]
    assert [exchange.request.url for exchange in delivery.exchanges] == ["https://api.example.com/things"] * 2


def test_many_deliveries_that_meet_a_refused_token_share_one_refresh() -> None:
    partner = Partner()

    async def use(instance: DestinationInstance[NoSettings]) -> list[str]:
        deliveries = await asyncio.gather(*(instance.deliver(EVENT) for _ in range(20)))
        return [delivery.outcome for (delivery,) in deliveries]

    assert run(partner, use) == ["delivered"] * 20
    assert partner.paths.count("/token") == 1


def test_later_deliveries_use_the_new_token_at_once() -> None:
    partner = Partner()

    async def use(instance: DestinationInstance[NoSettings]) -> None:
        await instance.deliver(EVENT)
        partner.received.clear()
        await instance.deliver(EVENT)

    run(partner, use)
    assert partner.received == [("/things", "Bearer new-t0ken")]


def test_a_token_is_refreshed_once_per_delivery_even_if_the_new_one_is_refused_too() -> None:
    partner = Partner()

    async def use(instance: DestinationInstance[NoSettings]) -> Any:
        async def refuse(request: httpx.Request) -> httpx.Response:
            partner.received.append((request.url.path, ""))
            return httpx.Response(401 if request.url.path == "/things" else 200, json={"access_token": "x"})

        instance.account._transport = HttpxTransport(httpx.MockTransport(refuse))  # type: ignore[misc]
        (delivery,) = await instance.deliver(EVENT)
        return delivery

    delivery = run(partner, use)
    assert (delivery.outcome, delivery.status) == ("failed", 401)
    assert partner.paths == ["/things", "/token", "/things"]


@pytest.mark.parametrize(
    ("of", "partner", "message"),
    [
        (destination(), Partner(refresh_status=400), "Failed to refresh access token: Bad Request"),
        (destination(refresh_with=None), Partner(), "Failed to refresh access token"),
    ],
    ids=["refused", "no function"],
)
def test_a_refresh_that_fails_is_a_clear_error(of: Destination[NoSettings], partner: Partner, message: str) -> None:
    (delivery,) = run(partner, lambda instance: instance.deliver(EVENT), of=of)
    assert (delivery.outcome, delivery.status, delivery.error.code) == ("failed", 401, "OAUTH_REFRESH_FAILED")
    assert str(delivery.error) == message
    assert partner.paths.count("/things") == 1


@pytest.mark.parametrize("scheme", ["custom", "basic"])
def test_other_schemes_refresh_nothing(scheme: Scheme) -> None:
    partner = Partner()
    (delivery,) = run(partner, lambda instance: instance.deliver(EVENT), of=destination(scheme))
    assert (delivery.status, partner.paths) == (401, ["/things"])


def test_a_401_for_some_payloads_of_a_batch_refreshes_too() -> None:
    async def perform_batch(request: Request, data: BatchInput[Payload, NoSettings]) -> MultiStatus:
        answer = await request.post("https://api.example.com/things", json=[], throw_http_errors=False)
        if answer.ok:
            return MultiStatus([Success(status=200, sent={})] * len(data.payloads))
        return MultiStatus([Success(status=200, sent={}), Failure(status=401, message="expired")])

    partner = Partner()
    (delivery,) = run(
        partner,
        lambda instance: instance.deliver_batch([EVENT, EVENT]),
        of=destination(perform_batch=perform_batch),
    )
    assert [status.status for status in delivery.statuses] == [200, 200]
    assert partner.paths == ["/things", "/token", "/things"]


def test_what_perform_did_to_its_payload_is_gone_on_the_second_try() -> None:
    seen: list[Any] = []

    async def mutating(request: Request, data: ExecuteInput[dict[str, Any], NoSettings]) -> None:
        seen.append(dict(data.payload))
        data.payload["id"] = "mutated"
        await request.post("https://api.example.com/things")

    base = destination()
    action = replace(base.actions["thing"], payload=dict(base.actions["thing"].fields), perform=mutating)
    run(Partner(), lambda instance: instance.deliver(EVENT), of=replace(base, actions={"thing": action}))
    assert seen == [{"id": "u1"}, {"id": "u1"}]


async def check(request: Request, data: ExecuteInput[None, NoSettings]) -> object:
    return await request.get("https://api.example.com/things")


def test_the_authentication_check_refreshes_as_well() -> None:
    of = destination()
    assert of.authentication is not None
    of = replace(of, authentication=replace(of.authentication, check=check))
    run(Partner(), lambda instance: instance.check_authentication(), of=of)
    with pytest.raises(InvalidAuthenticationError, match="Credentials are invalid"):
        run(Partner(refresh_status=500), lambda instance: instance.check_authentication(), of=of)


def test_an_audience_is_made_with_a_refreshed_token_that_is_kept() -> None:
    async def make(request: Request, data: CreateAudienceInput[NoSettings]) -> Audience:
        await request.post("https://api.example.com/things", json={"name": data.audience_name})
        return Audience(external_id="a1")

    async def get(request: Request, data: GetAudienceInput[NoSettings]) -> Audience:
        return Audience(external_id=data.external_id)

    saved: list[RefreshedTokens] = []
    of = replace(destination(), audiences=Audiences(mode="synced", create=make, get=get))
    made = run(Partner(), lambda instance: instance.create_audience("vips"), of=of, saved=saved)
    assert made == Audience(external_id="a1")
    assert [tokens.access_token for tokens in saved] == ["new-t0ken"]


def test_a_check_without_a_way_to_refresh_tells_what_the_partner_said() -> None:
    of = replace(destination(), authentication=Authentication(scheme="oauth2", check=check))
    with pytest.raises(InvalidAuthenticationError, match="Credentials are invalid: 401 Unauthorized"):
        run(Partner(), lambda instance: instance.check_authentication(), of=of)


def test_no_token_is_shown_old_or_new() -> None:
    async def use(instance: DestinationInstance[NoSettings]) -> str:
        (delivery,) = await instance.deliver(EVENT)
        return repr(delivery) + str(delivery.to_json(instance.redact)) + repr(instance.account.auth) + repr(TOKENS)

    shown = run(Partner(), use)
    for secret in ("old-t0ken", "new-t0ken", "r3fresh", "cl1ent-s3cret"):
        assert secret not in shown


def test_a_refresh_outlives_the_delivery_that_began_it() -> None:
    partner, saved = Partner(), list[RefreshedTokens]()

    async def use(instance: DestinationInstance[NoSettings]) -> str:
        leader = asyncio.create_task(instance.deliver(EVENT))
        follower = asyncio.create_task(instance.deliver(EVENT))
        while "/token" not in partner.paths:  # noqa: ASYNC110 - the partner has nothing to wait for
            await asyncio.sleep(0)
        leader.cancel()
        (delivery,) = await follower
        return delivery.outcome

    assert run(partner, use, saved=saved) == "delivered"
    assert partner.paths.count("/token") == 1
    assert len(saved) == 1


def test_a_refresh_that_fails_has_failed_for_all_who_waited_for_it() -> None:
    partner = Partner(refresh_status=400)

    async def use(instance: DestinationInstance[NoSettings]) -> set[str]:
        deliveries = await asyncio.gather(*(instance.deliver(EVENT) for _ in range(10)))
        return {delivery.error.code for (delivery,) in deliveries if delivery.error}

    assert run(partner, use) == {"OAUTH_REFRESH_FAILED"}
    assert partner.paths.count("/token") == 1


@pytest.mark.parametrize("answer", [{"access_token": "x"}, "token"], ids=["dict", "text"])
def test_a_refresh_that_gives_something_else_is_a_clear_error(answer: Any) -> None:
    async def odd(request: Request, data: RefreshInput[NoSettings]) -> Any:
        return answer

    (delivery,) = run(Partner(), lambda instance: instance.deliver(EVENT), of=destination(refresh_with=odd))
    assert "refresh_access_token gave no RefreshedTokens but a" in str(delivery.error)


def test_tokens_that_could_not_be_kept_are_the_deliverys_error() -> None:
    async def full(tokens: RefreshedTokens) -> None:
        raise OSError("disk full")

    async def main() -> Any:
        transport = HttpxTransport(httpx.MockTransport(Partner()))
        async with DestinationInstance(
            destination(), {}, transport=transport, oauth=TOKENS, on_token_refresh=full
        ) as instance:
            return await instance.deliver(EVENT)

    (delivery,) = asyncio.run(main())
    assert str(delivery.error) == "The new tokens could not be kept: OSError"


def test_a_new_token_that_a_refresh_quotes_in_its_error_is_not_shown() -> None:
    async def chatty(request: Request, data: RefreshInput[NoSettings]) -> RefreshedTokens:
        raise ValueError("got brand-new-t0ken but no expiry")

    (delivery,) = run(Partner(), lambda instance: instance.deliver(EVENT), of=destination(refresh_with=chatty))
    assert "brand-new-t0ken" not in str(delivery.error)
    assert "ValueError (test_account.py:" in str(delivery.error)


def test_a_batch_that_is_refused_as_a_whole_without_an_error_refreshes_too() -> None:
    async def perform_batch(request: Request, data: BatchInput[Payload, NoSettings]) -> Any:
        return await request.post("https://api.example.com/things", json=[], throw_http_errors=False)

    partner = Partner()
    (delivery,) = run(
        partner, lambda instance: instance.deliver_batch([EVENT]), of=destination(perform_batch=perform_batch)
    )
    assert (delivery.outcome, partner.paths) == ("delivered", ["/things", "/token", "/things"])


def test_a_401_that_perform_returns_has_delivered_the_event() -> None:
    async def perform(request: Request, data: ExecuteInput[Payload, NoSettings]) -> object:
        return await request.post("https://api.example.com/things", throw_http_errors=False)

    of = destination()
    action = Action(title="T", description="", payload=Payload, perform=perform)
    partner = Partner()
    (delivery,) = run(partner, lambda instance: instance.deliver(EVENT), of=replace(of, actions={"thing": action}))
    assert (delivery.outcome, partner.paths) == ("delivered", ["/things"])


def test_a_401_beyond_the_payloads_of_a_batch_refreshes_nothing() -> None:
    async def perform_batch(request: Request, data: BatchInput[Payload, NoSettings]) -> MultiStatus:
        await request.post("https://api.example.com/things", json=[], throw_http_errors=False)
        return MultiStatus([Success(status=200, sent={}, body={}), Failure(status=401, message="who?")])

    partner = Partner()
    of = destination(perform_batch=perform_batch)
    run(partner, lambda instance: instance.deliver_batch([EVENT]), of=of)
    assert partner.paths == ["/things"]
