from __future__ import annotations

import pytest

from actions_core.contract.dates import is_date_like


@pytest.mark.parametrize(
    "text",
    [
        "2020",
        "2020-1-2",
        "2020/01/02 10:00",
        "20200102T101112",
        "2020-01-01T10:00",
        "2020-01-01T24:00:00Z",
        "2020-02-31",
        "+002020-01-01T00:00:00.000Z",
        "1609459200",
        "1609459200000",
        "-1.5",
        "Mon Jan 1 2020",
        "Mon, 25 Dec 1995 13:30:00 GMT+0430",
        "Thu Jan 01 1970 00:00:00 GMT+0200 (CET)",
        "1/2/2020",
        "12-25-1995",
        "June 2020",
        "5 Mayhem 99",
        "Jan 1 2020 10:00 PM",
        "1 jan 2000 10:11:12.5",
        "10:00 1 jan",
        "1 jan 10::",
        "1 jan 2000 gmt-8",
        "1 jan 2000 10:00 +05:30",
        "foo 1",
        "(a remark) 1 2 3",
        "23:59:60",
        "+275760-09-13T00:00:00.000Z",
        "-000000-01-01",
        "1\x00anything",
    ],
)
def test_text_is_a_date(text: str) -> None:
    assert is_date_like(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "foo1",
        "1 foo",
        "2020-13-01Z",
        "2020-01-01Tx",
        "2020-01-01T10:00:00UTC",
        "2020-01-01T24:00:01Z",
        "2020-01-01T10:00:00+24:00",
        "+275760-09-13T00:00:00.001Z",
        "8640000000001",
        "32/1/2020 x",
        "13/1/2020",
        "jan 0 0",
        "jan 1 2000 13:00 pm",
        "1 2 3 UTC+12345",
        "1 2 3 4",
        "1 2 2020)",
        "1 jan 10:11:12,5",
        "10:00 25:00 1 jan 5:",
        "1 jan 10:11:12.x",
        "1 jan 5 10::20::",
        "10:00:00:00.123:00:00",
        "1 jan 10:11:12:13:14:15",
        "Sep 13 275761",
        "a\x001",
    ],
)
def test_text_is_no_date(text: str) -> None:
    assert not is_date_like(text)


def test_numbers_out_of_range_are_a_date_if_dayjs_reads_them() -> None:
    """Reference: what dayjs reads by itself is a date whatever the numbers say."""
    assert is_date_like("2020-99-99 99:99:99")
    assert not is_date_like("2020-99-99Z")


def test_time_zone_millions_of_hours_away_wraps_around() -> None:
    assert is_date_like("1 2 3 UTC+123423423:00")
    assert not is_date_like("1 2 3 UTC+600000:00")
