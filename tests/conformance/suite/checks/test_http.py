"""The checks of the partner's answers, of redirects and of errors: each mistake is noticed by the check that is about it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import pytest

from actions_core import (
    Destination,
    HTTPError,
    IntegrationError,
    RefreshedTokens,
    Request,
    RequestOptions,
    RetryableError,
    TimeoutError,  # noqa: A004 - the runtime's
    TransportError,
)
from actions_core.errors import DeliveryError
from actions_core.rules.retries import RetrySchedule, fate_of
from actions_core.runtime import Delivery, DestinationInstance
from actions_core.transport import HttpRequest, HttpResponse, Transport
from conformance.suite.checks import errors, http, redirects
from conformance.suite.engine import RED
from conformance.suite.target import Target
from tests.conformance.suite.checks.trying import (
    CLEAN,
    Perform,
    Wrong,
    clean,
    failure,
    performing,
    sending_nothing,
    verdicts,
    with_destination,
    with_platform,
)

IDS = [check.id for check in (*http.CHECKS, *redirects.CHECKS, *errors.CHECKS)]


def wrongly(wrong: Wrong, name: str = "usermotion") -> Target:
    return performing(clean(name), wrong)


def expected(target: Target, check: str) -> str:
    found = failure(target, check).found
    assert found is not None
    return found.broken.expected


@pytest.mark.parametrize("check", IDS)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_pass(name: str, check: str) -> None:
    assert verdicts(clean(name), check, budget="ci") == {"PASS"}


@pytest.mark.parametrize("check", [one for one in IDS if one not in ("error.shape", "retry.schedule")])
def test_a_destination_that_sends_nothing_was_not_tried(check: str) -> None:
    assert verdicts(wrongly(sending_nothing), check) == {"VACUOUS"}


def test_without_any_secret_there_is_none_to_lose() -> None:
    target = with_destination(clean("usermotion"), lambda one: replace(one, settings={}))
    assert verdicts(target, "setting.secret.redirect") == {"N/A"}


# --- statuses --------------------------------------------------------------------------------------------------------


async def swallow(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except DeliveryError:
        return None


async def retry_at_once(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except DeliveryError as error:
        if not error.retryable:
            raise
        return await perform(request, data)


def raising(make: Callable[[DeliveryError], Exception], *kinds: type[DeliveryError]) -> Wrong:
    async def wrong(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except kinds as error:
            raise make(error) from error

    return wrong


def only(status: int, make: Callable[[DeliveryError], Exception]) -> Wrong:
    return raising(lambda error: make(error) if error.status == status else error, HTTPError)


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(swallow, id="swallowed"),
        pytest.param(retry_at_once, id="tried again at once"),
        pytest.param(only(401, lambda error: RetryableError(str(error))), id="401 retried"),
        pytest.param(only(429, lambda _error: IntegrationError("no", "NO", 400)), id="429 given up"),
        pytest.param(only(501, lambda error: RetryableError(str(error))), id="501 retried"),
        pytest.param(raising(lambda error: RuntimeError(str(error)), HTTPError), id="status lost"),
    ],
)
def test_an_answer_that_is_taken_for_another_is_noticed(wrong: Wrong) -> None:
    failure(wrongly(wrong), "http.taxonomy")


def test_a_segment_that_retries_what_it_should_give_up_is_noticed() -> None:
    def eager(error: DeliveryError | None, scheme: Any = "custom", *, refreshed: bool = False) -> str:
        return "retried" if error is not None and error.status == 409 else fate_of(error, scheme, refreshed=refreshed)

    found = failure(with_platform(clean("usermotion"), fate_of=eager), "http.taxonomy").found
    assert found is not None
    assert found.case == {"status": 409}


def refreshing(refresh: Any) -> Target:
    def change(destination: Destination[Any]) -> Destination[Any]:
        assert destination.authentication is not None
        changed = replace(destination.authentication, refresh_access_token=refresh)
        return replace(destination, authentication=changed)

    return with_destination(clean("roster"), change)


async def refresh_in_vain(_request: Request, data: Any) -> RefreshedTokens:
    return RefreshedTokens(access_token=data.credentials.access_token)


async def refresh_wrongly(request: Request, _data: Any) -> RefreshedTokens:
    response = await request.post("https://api.roster.example/oauth/token", json={})
    return RefreshedTokens(access_token=response.data["accessToken"])


@pytest.mark.parametrize("refresh", [refresh_in_vain, refresh_wrongly])
def test_a_token_that_is_not_replaced_is_noticed(refresh: Any) -> None:
    assert "RFC 6749" in expected(refreshing(refresh), "http.taxonomy")


# --- no answer -------------------------------------------------------------------------------------------------------

GIVE_UP = raising(lambda _error: IntegrationError("no", "NO", 400), TimeoutError, TransportError)


@pytest.mark.parametrize("check", ["http.timeout", "http.disconnect"])
@pytest.mark.parametrize("wrong", [swallow, retry_at_once, GIVE_UP], ids=["swallowed", "tried at once", "given up"])
def test_a_partner_that_does_not_answer_and_is_taken_for_another_is_noticed(wrong: Wrong, check: str) -> None:
    failure(wrongly(wrong), check)


# --- bodies ----------------------------------------------------------------------------------------------------------


async def need_an_object(perform: Perform, request: Request, data: Any) -> Any:
    response = await perform(request, data)
    return response.data.get("id")


def test_a_success_that_needs_json_is_noticed() -> None:
    failure(wrongly(need_an_object), "http.body.malformed")


def quote_body(error: DeliveryError) -> Exception:
    assert isinstance(error, HTTPError)
    return IntegrationError(f"refused: {error.response.content}", error.code, error.status)


def test_an_error_that_quotes_a_huge_body_is_noticed() -> None:
    assert expected(wrongly(raising(quote_body, HTTPError)), "http.body.huge").startswith("an error whose text")


def test_a_success_that_reads_a_huge_body_and_fails_is_noticed() -> None:
    async def limit(perform: Perform, request: Request, data: Any) -> Any:
        response = await perform(request, data)
        if len(response.body) > 1_000_000:
            raise IntegrationError("too long", "TOO_LONG", 400)

    assert expected(wrongly(limit), "http.body.huge") == "delivered"


# --- Retry-After -----------------------------------------------------------------------------------------------------


def test_a_wait_that_the_error_does_not_tell_is_noticed() -> None:
    wrong = raising(lambda error: RetryableError(str(error), error.status), HTTPError)
    assert "Retry-After" in expected(wrongly(wrong), "http.retry_after")


class Impatient(RetrySchedule):
    """Does not wait for as long as the partner asks for."""

    def next_attempt(self, attempt: int, *, retry_after: str | None = None, **options: Any) -> float | None:
        return super().next_attempt(attempt, **options)


def test_a_segment_that_does_not_wait_is_noticed() -> None:
    assert "120 seconds" in expected(with_platform(clean("usermotion"), schedule=Impatient()), "http.retry_after")


# --- redirects -------------------------------------------------------------------------------------------------------


class FollowsAnywhere:
    """A transport that follows redirects itself, and takes everything along."""

    def __init__(self, inner: Transport, most: int = 5) -> None:
        self.inner = inner
        self.most = most

    async def send(self, request: HttpRequest) -> HttpResponse:
        for _ in range(self.most):
            answer = await self.inner.send(request)
            if "location" not in answer.headers:
                return answer
            request = replace(request, url=urljoin(request.url, answer.headers["location"]))
        return answer

    async def aclose(self) -> None:
        await self.inner.aclose()


def sending_with(wrap: Callable[[Transport], Transport], name: str = "usermotion") -> Target:
    def instance(*arguments: Any, transport: Transport, **options: Any) -> DestinationInstance[Any]:
        return DestinationInstance(*arguments, transport=wrap(transport), **options)

    return with_platform(clean(name), instance=instance)


@pytest.mark.parametrize("name", ["usermotion", "roster"])
def test_a_secret_that_goes_to_another_host_is_noticed(name: str) -> None:
    assert "authorization" in failure(sending_with(FollowsAnywhere, name), "setting.secret.redirect").reason


def test_a_secret_in_another_header_is_noticed() -> None:
    class DropsKnownHeaders(FollowsAnywhere):
        async def send(self, request: HttpRequest) -> HttpResponse:
            answer = await self.inner.send(request)
            if "location" not in answer.headers:
                return answer
            secret = request.headers["authorization"].removeprefix("Basic ")
            kept = {name: value for name, value in request.headers.items() if name != "authorization"}
            moved = replace(request, url=urljoin(request.url, answer.headers["location"]))
            return await self.inner.send(replace(moved, headers={**kept, "x-api-key": secret}))

    found = failure(sending_with(DropsKnownHeaders), "setting.secret.redirect")
    assert "a secret" in found.reason
    assert "S3cret" not in found.reason


class RefusesRedirects(FollowsAnywhere):
    """A transport to which a redirect is a failure."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        answer = await self.inner.send(request)
        if "location" in answer.headers:
            raise TransportError("no redirects here", "ERR_REDIRECT", request)
        return answer


@pytest.mark.parametrize(
    "wrap",
    [
        pytest.param(FollowsAnywhere, id="repeats the body"),
        pytest.param(RefusesRedirects, id="does not follow"),
        pytest.param(lambda inner: FollowsAnywhere(inner, 100), id="for ever"),
    ],
)
def test_a_redirect_that_is_followed_otherwise_is_noticed(wrap: Any) -> None:
    failure(sending_with(wrap), "http.redirect")


# --- errors ----------------------------------------------------------------------------------------------------------


async def read_the_error(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError as error:
        raise IntegrationError(error.response.data["error"]["message"], error.code, error.status) from error


def test_an_error_that_just_happens_is_noticed() -> None:
    found = failure(wrongly(read_the_error), "error.shape")
    assert found.reason.startswith("failed (PerformError: ")


class LockedError(IntegrationError):
    """An error that nobody can copy."""

    def __init__(self, error: DeliveryError) -> None:
        self.lock = threading.Lock()
        super().__init__(str(error), error.code, error.status)


class ShyError(IntegrationError):
    """An error that will not say what it is."""

    def __init__(self, error: DeliveryError) -> None:
        super().__init__(str(error), "", error.status)


class HopefulError(IntegrationError):
    """An error that is tried again in words only."""

    def __init__(self, error: DeliveryError) -> None:
        super().__init__(str(error), error.code, error.status)

    @property
    def retryable(self) -> bool:
        return "yes"  # type: ignore[return-value]  # the mistake


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [(LockedError, "pickled"), (ShyError, "with a code"), (HopefulError, "whether it is tried again")],
)
def test_an_error_of_another_shape_is_noticed(kind: Any, wanted: str) -> None:
    assert wanted in expected(wrongly(raising(kind, HTTPError)), "error.shape")


class LosesCauses(DestinationInstance[Any]):
    """Segment as it would be if it told nobody why."""

    async def deliver(self, event: Any, *, own: bool = False) -> list[Delivery]:
        deliveries = await super().deliver(event, own=own)
        for one in deliveries:
            if one.error is not None:
                one.error.__cause__ = None
        return deliveries


class LetsErrorsOut(DestinationInstance[Any]):
    """Segment as it would be if an event's failure were everybody's."""

    async def deliver(self, event: Any, *, own: bool = False) -> list[Delivery]:
        deliveries = await super().deliver(event, own=own)
        for one in deliveries:
            if one.error is not None:
                raise one.error
        return deliveries


@pytest.mark.parametrize(("kind", "wanted"), [(LosesCauses, "whose cause is"), (LetsErrorsOut, "none that comes out")])
def test_a_segment_that_handles_errors_otherwise_is_noticed(kind: Any, wanted: str) -> None:
    assert wanted in expected(with_platform(clean("usermotion"), instance=kind), "error.shape")


# --- trying again ----------------------------------------------------------------------------------------------------


class Steady(RetrySchedule):
    """Always waits for as long."""

    def next_attempt(self, attempt: int, *, first_at: float, now: float, random: Any, retry_after: Any = None) -> Any:
        at = now + (600.0 if retry_after is None else float(retry_after))
        return at if at <= first_at + self.window else None


class Doubling(Steady):
    """Waits ever longer, but always as long."""

    def next_attempt(self, attempt: int, *, first_at: float, now: float, random: Any, retry_after: Any = None) -> Any:
        at = now + (60.0 * 2**attempt if retry_after is None else float(retry_after))
        return at if at <= first_at + self.window else None


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        pytest.param(Steady(), "exponential backoff", id="no backoff"),
        pytest.param(Doubling(), "at random", id="no jitter"),
        pytest.param(RetrySchedule(window=24 * 3600.0), "no try after", id="for a day"),
        pytest.param(RetrySchedule(window=600.0), "almost over", id="for ten minutes"),
        pytest.param(RetrySchedule(base=0.001, cap=0.001), "come to an end", id="all the time"),
        pytest.param(Impatient(), "no try within the partner's", id="too early"),
    ],
)
def test_another_schedule_is_noticed(schedule: RetrySchedule, wanted: str) -> None:
    assert wanted in expected(with_platform(clean("usermotion"), schedule=schedule), "retry.schedule")


def test_a_schedule_that_fails_is_red() -> None:
    class Broken(RetrySchedule):
        def next_attempt(self, *_arguments: Any, **_options: Any) -> float | None:
            raise ZeroDivisionError

    assert verdicts(with_platform(clean("usermotion"), schedule=Broken()), "retry.schedule") <= RED


def test_a_segment_that_tries_a_400_again_is_noticed() -> None:
    def eager(error: DeliveryError | None, *_options: Any, **_more: Any) -> str:
        return "delivered" if error is None else "retried"

    assert expected(with_platform(clean("usermotion"), fate_of=eager), "retry.schedule") == "one try, as after 400"


def test_options_of_the_destination_do_not_get_in_the_way() -> None:
    # A destination may look at answers itself; that is no mistake.
    options = RequestOptions(throw_http_errors=True)
    target = with_destination(clean("webhook"), lambda one: replace(one, extend_request=lambda _data: options))
    assert verdicts(target, "http.taxonomy") == {"PASS"}
