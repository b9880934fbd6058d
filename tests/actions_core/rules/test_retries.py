from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core import (
    APIError,
    DeliveryError,
    HTTPError,
    HttpRequest,
    IntegrationError,
    InvalidAudienceMembershipError,
    InvalidAuthenticationError,
    MappingResolveError,
    PayloadValidationError,
    PerformError,
    Response,
    RetryableError,
    SelfTimeoutError,
    TimeoutError,  # noqa: A004 - the reference's name
    TransportError,
)
from actions_core.definitions import OAUTH_SCHEMES, Scheme
from actions_core.rules.retries import (
    RetrySchedule,
    fate_of,
    fate_of_status,
    retry_after_of,
    seconds_until,
)

REQUEST = HttpRequest(method="POST", url="https://a.example/", headers={}, body=b"", timeout=10)
FOUR_HOURS = 4 * 3600
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()


def http_error(status: int, **headers: str) -> HTTPError:
    return HTTPError(Response(status, "", headers, b""), REQUEST)


# --- retried, discarded or delivered ---------------------------------------------------------------------------------

RETRIED = {408, 423, 429, *range(500, 600)} - {501}


@pytest.mark.parametrize("status", [*range(100, 601), 999])
def test_the_fate_of_every_status(status: int) -> None:
    expected = "delivered" if 200 <= status < 300 else "retried" if status in RETRIED else "discarded"
    assert fate_of_status(status) == expected


@pytest.mark.parametrize("status", [300, 304, 400, 401, 404, 408, 423, 429, 500, 501, 502, 511, 599])
def test_a_partners_refusal_fares_as_its_status_does(status: int) -> None:
    error = http_error(status)
    assert fate_of(error) == fate_of_status(status)
    assert error.retryable is (fate_of(error) == "retried")


@pytest.mark.parametrize(
    "code",
    ["ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EHOSTUNREACH", "EAI_AGAIN", "EPIPE", "EPROTO"],
)
def test_a_partner_that_cannot_be_reached_is_tried_again(code: str) -> None:
    assert fate_of(TransportError("", code, REQUEST)) == "retried"


def test_a_partner_that_does_not_answer_in_time_is_tried_again() -> None:
    assert fate_of(TimeoutError(REQUEST)) == "retried"


@pytest.mark.parametrize(
    "code", ["ERR_INVALID_URL", "ERR_INVALID_CHAR", "ERR_TOO_MANY_REDIRECTS", "ERR_REDIRECT_REFUSED"]
)
def test_a_request_that_cannot_be_sent_is_not_tried_again(code: str) -> None:
    assert fate_of(TransportError("", code, REQUEST)) == "discarded"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PayloadValidationError(""), "discarded"),
        (InvalidAudienceMembershipError(""), "discarded"),
        (InvalidAuthenticationError(""), "discarded"),
        (IntegrationError("", "MESSAGE_REJECTED", 400), "discarded"),
        (IntegrationError("", "NotImplemented", 501), "discarded"),
        (APIError("", 403), "discarded"),
        (APIError("", 503), "retried"),
        (SelfTimeoutError(""), "retried"),
        (RetryableError(""), "retried"),
        (RetryableError("", 429), "retried"),
        (PerformError("", "a.py:1"), "retried"),
        (MappingResolveError(""), "discarded"),
    ],
    ids=lambda value: f"{type(value).__name__} {value.status}" if isinstance(value, DeliveryError) else "",
)
def test_the_fate_of_every_error(error: DeliveryError, expected: str) -> None:
    assert fate_of(error) == expected


def test_an_event_without_an_error_is_delivered() -> None:
    assert fate_of(None) == "delivered"


def test_an_error_with_a_good_status_is_still_no_delivery() -> None:
    assert fate_of(IntegrationError("the body says no", "REFUSED", 200)) == "discarded"


@pytest.mark.parametrize("scheme", ["custom", "basic"])
def test_a_401_is_discarded(scheme: Scheme) -> None:
    assert fate_of(http_error(401), scheme) == "discarded"
    assert fate_of_status(401, scheme) == "discarded"


@pytest.mark.parametrize("scheme", OAUTH_SCHEMES)
def test_a_401_of_an_oauth_scheme_is_refreshed_first_and_discarded_after_that(scheme: Scheme) -> None:
    assert fate_of(http_error(401), scheme) == "refreshed"
    assert fate_of(http_error(401), scheme, refreshed=True) == "discarded"
    assert fate_of_status(401, scheme) == "refreshed"
    assert fate_of_status(401, scheme, refreshed=True) == "discarded"


@pytest.mark.parametrize("status", [403, 429, 503])
def test_an_oauth_scheme_refreshes_for_nothing_else(status: int) -> None:
    assert fate_of(http_error(status), "oauth2") == fate_of(http_error(status))


# --- when ------------------------------------------------------------------------------------------------------------


def always(number: float) -> Callable[[], float]:
    return lambda: number


def next_attempt(schedule: RetrySchedule, attempt: int, **options: Any) -> float | None:
    return schedule.next_attempt(attempt, **{"first_at": NOON, "now": NOON, "random": always(1.0), **options})


@pytest.mark.parametrize(("attempt", "bound"), [(1, 60), (2, 120), (3, 240), (6, 1920), (7, 3600), (8, 3600)])
def test_the_bound_doubles_with_each_attempt_up_to_the_cap(attempt: int, bound: float) -> None:
    assert next_attempt(RetrySchedule(), attempt) == NOON + bound


@pytest.mark.parametrize("chance", [0.0, 0.25, 0.999])
def test_the_wait_is_anything_below_the_bound(chance: float) -> None:
    assert next_attempt(RetrySchedule(), 3, random=always(chance)) == NOON + 240 * chance


def test_base_cap_and_window_are_arguments() -> None:
    schedule = RetrySchedule(base=1, cap=3, window=2)
    assert next_attempt(schedule, 1) == NOON + 1
    assert next_attempt(schedule, 2) == NOON + 2
    assert next_attempt(schedule, 3) is None


def test_the_ten_thousandth_attempt_waits_no_longer_than_the_cap() -> None:
    assert next_attempt(RetrySchedule(window=1e9), 10_000) == NOON + 3600


def test_the_last_attempt_comes_four_hours_after_the_first() -> None:
    schedule = RetrySchedule()
    assert next_attempt(schedule, 9, now=NOON + FOUR_HOURS - 3600) == NOON + FOUR_HOURS
    assert next_attempt(schedule, 9, now=NOON + FOUR_HOURS - 3599) is None


def test_about_a_dozen_attempts_fit_in_the_window() -> None:
    schedule = RetrySchedule()
    counts = []
    for seed in range(200):
        random = Random(seed).random  # noqa: S311 - jitter is no secret
        attempt, now = 1, NOON
        while (at := schedule.next_attempt(attempt, first_at=NOON, now=now, random=random)) is not None:
            assert now <= at <= NOON + FOUR_HOURS
            attempt, now = attempt + 1, at
        counts.append(attempt)
    assert 12 <= sum(counts) / len(counts) <= 15
    assert min(counts) >= 8


def test_the_partner_may_tell_the_wait_and_no_chance_is_taken_then() -> None:
    def no_chance() -> float:
        raise AssertionError

    assert next_attempt(RetrySchedule(), 1, random=no_chance, retry_after="300") == NOON + 300


def test_no_attempt_comes_before_the_partner_allows_it() -> None:
    assert next_attempt(RetrySchedule(), 1, retry_after="7200") == NOON + 7200
    assert next_attempt(RetrySchedule(), 1, retry_after="86400") is None


def test_a_partners_wait_that_leads_out_of_the_window_gives_the_event_up() -> None:
    assert next_attempt(RetrySchedule(), 1, now=NOON + FOUR_HOURS - 10, retry_after="11") is None


def test_a_header_that_makes_no_sense_is_as_good_as_none() -> None:
    assert next_attempt(RetrySchedule(), 1, retry_after="soon") == NOON + 60


def test_the_header_is_found_in_the_partners_answer() -> None:
    assert retry_after_of(http_error(429, **{"retry-after": "7"})) == "7"
    assert retry_after_of(http_error(503)) is None
    assert retry_after_of(TimeoutError(REQUEST)) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120\t", 120),
        ("-5", 0),
        ("007", 7),
        ("9" * 5000, float("inf")),
        ("Wed, 01 Jul 2026 12:02:00 GMT", 120),
        ("wed, 01 jul 2026 12:02:00 gmt", 120),
        ("Wednesday, 01-Jul-26 12:02:00 GMT", 120),
        ("Wed Jul  1 12:02:00 2026", 120),
        ("Wed, 01 Jul 2026 11:59:59 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_header_tells_seconds_or_a_date(header: str, seconds: float) -> None:
    assert seconds_until(header, NOON) == seconds


@pytest.mark.parametrize(
    "header",
    [
        "", "soon", "1.5", "1e3", "+5", "1 2", "--5", "٣", "0x10", "1_000", "NaN", "12 s",
        "Wed, 1 Jul 2026 12:02:00 GMT", "Wed, 01 Jul 2026 12:02:00 +0200", "Wed, 01 Jul 2026 12:02:00", "2026-07-01T12:02:00Z",
        "Wed, 31 Jun 2026 12:02:00 GMT", "Wed, 01 Jul 2026 25:00:00 GMT", "Wed, 01 Foo 2026 12:02:00 GMT", "Wed, 01 Jul 0000 12:02:00 GMT",
        "Wed, 01 Jul 2026 12:02:00 GMT, 5",
    ],
    ids=repr,
)  # fmt: skip
def test_a_malformed_header_is_ignored(header: str) -> None:
    assert seconds_until(header, NOON) is None


def test_a_year_of_two_digits_is_at_most_fifty_years_ahead() -> None:
    century = 100 * 365.25 * 86400
    ahead = seconds_until("Wednesday, 01-Jul-76 12:00:00 GMT", NOON)
    assert ahead is not None
    assert ahead == pytest.approx(century / 2, rel=0.001)
    assert seconds_until("Friday, 01-Jul-77 12:00:00 GMT", NOON) == 0


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.integers(0, 40 * 365 * 86400))
def test_every_date_as_mail_and_http_write_it_is_read(seconds: int) -> None:
    """Varies the date, within forty years; the header is as Python writes it."""
    header = format_datetime(datetime.fromtimestamp(NOON + seconds, UTC), usegmt=True)
    assert seconds_until(header, NOON) == seconds


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[A-Z][a-z]{2,8}, [0-9]{2}[ -][A-Za-z]{3}[ -][0-9]{2,4} [0-9:]{8} GMT", fullmatch=True),
        st.from_regex(r"-?[0-9]{1,30}", fullmatch=True),
    ),
    st.integers(1, 500),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, FOUR_HOURS),
)
def test_an_attempt_is_never_before_now_nor_after_the_window(
    header: str, attempt: int, chance: float, late: float
) -> None:
    """Varies the header (free text, things like dates and numbers), the attempt, the chance and how late it is."""
    schedule = RetrySchedule()
    at = next_attempt(schedule, attempt, now=NOON + late, random=always(chance), retry_after=header)
    assert at is None or NOON + late <= at <= NOON + FOUR_HOURS
