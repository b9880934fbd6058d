"""liquidjs's dates. The zone is UTC, as on Segment's own machines, unless a filter names another."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from time import time as now
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from actions_core import v8_dates
from actions_core.js import MISSING, to_string
from actions_core.mapping.liquid.values import LiquidFailureError, Rendering, Value, is_nil, plain, text_of

_DEFAULT_FORMAT: Final = "%A, %B %-e, %Y at %-l:%M %P %z"
_DIRECTIVE: Final = re.compile(r"%([-_0^#:]+)?([0-9]+)?([EO])?([^\n\r\u2028\u2029])")
_DIGITS: Final = re.compile(r"[0-9]+\Z")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CYCLE: Final = 146_097 * 86_400_000
"""The milliseconds of 400 years."""
_FIRST: Final = -62_135_424_000_000
"""A day after the beginning of year 1, so that every time zone is in it."""
_LAST: Final = 253_402_214_400_000
"""A day before the end of year 9999."""
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_WIDTHS: Final = dict.fromkeys("deHIklmMSUW", 2) | {"j": 3, "L": 3}
_SPACED: Final = frozenset("aAbBceklpP")


def _read(value: Value) -> tuple[datetime, int] | None:
    """Read a date as `new Date` does, and text of digits alone as seconds since 1970; None for what is no date.

    Python knows the years 1 to 9999 only. A date of another year is given as the same day of a year that Python knows,
    with the years in between, a multiple of 400, after which the calendar repeats itself.
    """
    value = plain(value)
    time = _milliseconds(value)
    if time is None or abs(time) > v8_dates.MAX_TIME_MS:
        return None
    cycles = (
        0 if _FIRST <= time < _LAST else (time - _FIRST) // _CYCLE if time < _FIRST else (time - _LAST) // _CYCLE + 1
    )
    return _EPOCH + timedelta(milliseconds=time - cycles * _CYCLE), cycles * 400


def _milliseconds(value: Value) -> int | None:
    if isinstance(value, str) and value in ("now", "today"):
        return int(now() * 1000)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list) or (isinstance(value, str) and not _DIGITS.match(value)):
        return v8_dates.time_of(to_string(value))
    if not isinstance(value, (int, float, str)):
        return None
    try:
        return math.trunc(float(value) * 1000)
    except (OverflowError, ValueError):
        return None


def _zoned(date: datetime, zone: Value) -> tuple[datetime, str]:
    """Move a date into a zone: minutes west of Greenwich, or a name; also gives what `%Z` writes, if anything."""
    zone = plain(zone)
    try:
        if isinstance(zone, str):
            return date.astimezone(ZoneInfo(zone)), zone
        if isinstance(zone, (int, float)):
            return date.astimezone(timezone(timedelta(minutes=-zone))), ""
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        raise LiquidFailureError(f"Invalid time zone specified: {zone}") from None
    return date, "UTC"


def _shown_offset(date: datetime, flags: str) -> str:
    minutes = round((date.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{':' if ':' in flags else ''}{rest:02}"


def _ordinal(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _hour(date: datetime) -> int:
    return date.hour % 12 or 12


def _week(date: datetime, first_weekday: int) -> int:
    """Count weeks as liquidjs does, days of the week from Sunday."""
    weekday, january_first = date.isoweekday() % 7, datetime(date.year, 1, 1, tzinfo=UTC).isoweekday() % 7
    now = date.timetuple().tm_yday + first_weekday - weekday
    return (now - (7 - january_first + first_weekday)) // 7 + 1


def _us_date(date: datetime, year: int) -> str:
    return f"{date.month}/{date.day}/{year if year > 0 else 1 - year}"


def _us_time(date: datetime) -> str:
    return f"{_hour(date)}:{date.minute:02}:{date.second:02} {'AM' if date.hour < 12 else 'PM'}"


_CODES: Final[dict[str, Callable[[datetime], Any]]] = {
    "a": lambda date: _DAYS[date.weekday()][:3],
    "A": lambda date: _DAYS[date.weekday()],
    "b": lambda date: _MONTHS[date.month - 1][:3],
    "B": lambda date: _MONTHS[date.month - 1],
    "d": lambda date: date.day,
    "e": lambda date: date.day,
    "h": lambda date: _MONTHS[date.month - 1][:3],
    "H": lambda date: date.hour,
    "I": _hour,
    "j": lambda date: date.timetuple().tm_yday,
    "k": lambda date: date.hour,
    "l": _hour,
    "L": lambda date: date.microsecond // 1000,
    "m": lambda date: date.month,
    "M": lambda date: date.minute,
    "p": lambda date: "AM" if date.hour < 12 else "PM",
    "P": lambda date: "am" if date.hour < 12 else "pm",
    "q": lambda date: _ordinal(date.day),
    "S": lambda date: date.second,
    "u": lambda date: date.isoweekday(),
    "U": lambda date: _week(date, 0),
    "w": lambda date: date.isoweekday() % 7,
    "W": lambda date: _week(date, 1),
    "X": _us_time,
    "t": lambda _date: "\t",
    "n": lambda _date: "\n",
    "%": lambda _date: "%",
}

_CODES_OF_YEARS: Final[dict[str, Callable[[datetime, int], Any]]] = {
    "c": lambda date, year: f"{_us_date(date, year)}, {_us_time(date)}",
    "C": lambda _date, year: int(str(year)[:2]),
    "s": lambda date, year: (
        math.floor(date.replace(tzinfo=UTC).timestamp() + 0.5) + (year - date.year) // 400 * _CYCLE // 1000
    ),
    "x": _us_date,
    "y": lambda _date, year: str(year)[2:4],
    "Y": lambda _date, year: year,
}


def _written(date: datetime, zone_name: str, pattern: str, more_years: int) -> str:
    def write(found: re.Match[str]) -> str:
        flags, width, code = found[1] or "", found[2], found[4]
        if code == "N":
            # Reference: nanoseconds are the milliseconds, padded on the right.
            digits = int(width) if width and int(width) else 9
            text = str(date.microsecond // 1000)[:digits].ljust(digits, "0")
        elif code == "z" or (code == "Z" and not zone_name):
            text = _shown_offset(date, flags)
        elif code == "Z":
            text = zone_name
        elif code in _CODES:
            text = str(_CODES[code](date))
        elif code in _CODES_OF_YEARS:
            text = str(_CODES_OF_YEARS[code](date, date.year + more_years))
        else:
            return found[0]
        if "^" in flags:
            text = text.upper()
        elif "#" in flags:
            text = text.upper() if re.search("[a-z]", text) else text.lower()
        padding = " " if "_" in flags or (code in _SPACED and "0" not in flags) else "0"
        return text if "-" in flags else text.rjust(int(width) if width else _WIDTHS.get(code, 0), padding)

    return _DIRECTIVE.sub(write, pattern)


def _date(run: Rendering, value: Value, pattern: Value = MISSING, zone: Value = MISSING) -> Value:
    run.use(sum(len(part) for part in (value, pattern, zone) if isinstance(part, str)))
    found = _read(value)
    if found is None:
        return value
    date, more_years = found
    pattern = _DEFAULT_FORMAT if is_nil(pattern) else text_of(pattern)
    if widths := re.findall("%[-_0^#:]*([0-9]{5,})", pattern):
        run.use(max(map(float, widths)))
    return _written(*_zoned(date, zone), pattern, more_years)


def _fixed(pattern: str) -> Callable[..., Value]:
    return lambda run, value: _date(run, value, pattern)


def _spelled(month: str) -> Callable[..., Value]:
    def write(run: Rendering, value: Value, kind: Value = MISSING, style: Value = MISSING) -> Value:
        if kind != "ordinal":
            return _date(run, value, f"%d {month} %Y")
        return _date(run, value, f"{month} %-d%q, %Y" if style == "US" else f"%-d%q {month} %Y")

    return write


DATE_FILTERS: Final[dict[str, Callable[..., Value]]] = {
    "date": _date,
    "date_to_xmlschema": _fixed("%Y-%m-%dT%H:%M:%S%:z"),
    "date_to_rfc822": _fixed("%a, %d %b %Y %H:%M:%S %z"),
    "date_to_string": _spelled("%b"),
    "date_to_long_string": _spelled("%B"),
}
