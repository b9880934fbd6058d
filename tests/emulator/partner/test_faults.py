from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.partner import Fault
from emulator.partner.faults import ArmedFault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "POST /v1/identify status=503 retry-after=2 count=3",
            Fault(endpoint="POST /v1/identify", status=503, retry_after="2", count=3),
        ),
        ("* hang", Fault(hang=True)),
        ("hang", Fault(hang=True)),
        ("GET * reset", Fault(endpoint="GET *", reset=True)),
        ("/v1/track delay=0.5", Fault(endpoint="/v1/track", delay=0.5)),
        ("/a=b malformed", Fault(endpoint="/a=b", malformed=True)),
        ("probability=0.2 seed=-4 status=500", Fault(probability=0.2, seed=-4, status=500)),
        ("""status=400 body='{"error": "no"}'""", Fault(status=400, body='{"error": "no"}')),
        ("body=", Fault(body="")),
        (
            "status=429 retry-after='Wed, 21 Oct 2015 07:28:00 GMT'",
            Fault(status=429, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_faults_text_is_read(text: str, fault: Fault) -> None:
    assert Fault.parse(text) == fault


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it does nothing; give it one of status, retry-after, malformed, body, delay, hang, reset"),
        ("/v1/track count=3", "it does nothing"),
        ("status=abc", "status must be a whole number, got 'abc'"),
        ("status=٥٠٣", "status must be a whole number, got"),
        ("status=5_0_3", "status must be a whole number, got '5_0_3'"),
        ("status=101", "status must be 200 to 599, got 101"),
        ("status=600", "status must be 200 to 599, got 600"),
        ("status", "status needs a value, as in status=…"),
        ("status=500 status=503", "status is given twice"),
        ("hang hang", "hang is given twice"),
        ("hang=true", "hang takes no value"),
        ("hang delay=1", "hang gives no answer, so delay has no use"),
        ("hang reset", "hang gives no answer, so reset has no use"),
        ("reset status=500", "reset gives no answer, so status has no use"),
        ("malformed body=x", "malformed writes its own body, so body has no use"),
        ("delay=-1", "delay must be seconds, 0 or more, got -1"),
        ("delay=soon", "delay must be a number, got 'soon'"),
        ("delay=nan", "delay must be a number, got 'nan'"),
        ("status=500 count=0", "count must be 1 or more, got 0"),
        ("status=500 probability=0", "probability must be above 0 and at most 1, got 0"),
        ("status=500 probability=1.5", "probability must be above 0 and at most 1, got 1.5"),
        ("status=429 retry-after=", "retry-after must be seconds or an HTTP date, got ''"),
        ("status=429 retry-after='1\r\nx: y'", "retry-after must be seconds or an HTTP date, got"),
        ("status=429 retry_after=1", "'retry_after=1' is neither an endpoint nor one of status, retry-after, delay"),
        ("post /v1 hang", "'post' is neither an endpoint nor one of"),
        ("hang /v1", "'/v1' is neither an endpoint nor one of"),
        ("POST hang", "endpoint must be *, a path, or a method and one of both, got 'POST'"),
        ("/a /b hang", "endpoint must be *, a path, or a method and one of both, got '/a /b'"),
        ("body='x", "no closing quotation"),
    ],
    ids=repr,
)
def test_a_faults_text_that_makes_no_sense_is_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^fault ") as refused:
        Fault.parse(text)
    assert str(refused.value).startswith(f"fault {text!r}: {message}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "does nothing"),
        ({"endpoint": "v1/track", "hang": True}, "endpoint must be"),
        ({"delay": float("nan")}, "delay must be seconds"),
        ({"delay": float("inf")}, "delay must be seconds"),
    ],
    ids=["nothing", "endpoint", "nan", "infinite"],
)
def test_a_fault_that_makes_no_sense_cannot_be_made(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault(**arguments)


@pytest.mark.parametrize(
    ("endpoint", "method", "path", "expected"),
    [
        ("*", "GET", "/", True),
        ("/v1/track", "GET", "/v1/track", True),
        ("/v1/track", "POST", "/v1/track/", False),
        ("POST *", "POST", "/any", True),
        ("POST *", "GET", "/any", False),
        ("POST /v1/track", "POST", "/v1/track", True),
        ("POST /v1/track", "POST", "/v1/group", False),
        ("POST /v1/track", "PUT", "/v1/track", False),
    ],
)
def test_an_endpoint_says_which_requests_match(endpoint: str, method: str, path: str, expected: bool) -> None:
    assert ArmedFault(Fault(endpoint=endpoint, hang=True)).strikes(method, path) is expected


def test_a_probability_strikes_about_that_often_and_a_seed_repeats_it() -> None:
    def strikes(seed: int) -> list[bool]:
        armed = ArmedFault(Fault(status=500, probability=0.2, seed=seed))
        return [armed.strikes("GET", "/") for _ in range(2000)]

    assert 300 < sum(strikes(1)) < 500
    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)


def test_a_count_counts_strikes_and_not_the_requests_that_the_dice_spared() -> None:
    armed = ArmedFault(Fault(status=500, probability=0.5, count=3))
    assert sum(armed.strikes("GET", "/") for _ in range(100)) == 3


_WORDS = st.sampled_from(
    ["POST", "*", "/v1", "hang", "reset", "malformed", "status=500", "status=", "delay=1", "count=1", "'", "body=x"]
)


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=30), st.lists(_WORDS, max_size=5).map(" ".join)))
def test_any_text_is_a_fault_or_refused_in_one_sentence(text: str) -> None:
    """Varies the text: arbitrary characters, and shuffled words of the grammar."""
    try:
        fault = Fault.parse(text)
    except ValueError as error:
        sentence = str(error)
    else:
        sentence = f"fault {fault}"
    assert sentence.startswith("fault ")
