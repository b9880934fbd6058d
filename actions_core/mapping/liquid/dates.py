"""liquidjs's dates. The zone is UTC, as on Segment's own machines, unless a filter names another."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from actions_core.js import MISSING
from actions_core.mapping.liquid.values import LiquidFailureError, Rendering, Value, is_nil, plain, text_of

_DEFAULT_FORMAT: Final = "%A, %B %-e, %Y at %-l:%M %P %z"
_DIRECTIVE: Final = re.compile(r"%([-_0^#:]+)?([0-9]+)?([EO])?([^\n\r\u2028\u2029])")
_DIGITS: Final = re.compile(r"[0-9]+\Z")
_ISO: Final = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d:?\d\d)?)?\Z",
    re.ASCII,
)
_SPELLINGS: Final = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d", "%m/%d/%Y")
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


def _read(value: Value) -> datetime | None:
    """Read a date: seconds since 1970, ISO 8601, RFC 2822, or a few common spellings; None for anything else."""
    value = plain(value)
    if isinstance(value, str) and value in ("now", "today"):
        return datetime.now(UTC)
    if isinstance(value, str) and not _DIGITS.match(value):
        return _read_text(value)
    if not isinstance(value, (bool, int, float, str)):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=math.trunc(float(value) * 1000))
    except (OverflowError, ValueError):
        return None


def _read_text(text: str) -> datetime | None:
    try:
        if found := _ISO.match(text):
            year, month, day, hour, minute, second, fraction, zone = found.groups()
            millisecond = int((fraction or "0").ljust(3, "0")[:3])
            date = datetime(
                int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
                millisecond * 1000, tzinfo=UTC,
            )  # fmt: skip
            return date - _offset(zone) if zone and zone != "Z" else date
        for spelling in _SPELLINGS:
            try:
                return datetime.strptime(text, spelling).replace(tzinfo=UTC)
            except ValueError:  # not this spelling, then
                continue
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


def _offset(zone: str) -> timedelta:
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -size if zone[0] == "-" else size


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


def _us_date(date: datetime) -> str:
    return f"{date.month}/{date.day}/{date.year}"


def _us_time(date: datetime) -> str:
    return f"{_hour(date)}:{date.minute:02}:{date.second:02} {'AM' if date.hour < 12 else 'PM'}"


_CODES: Final[dict[str, Callable[[datetime], Any]]] = {
    "a": lambda date: _DAYS[date.weekday()][:3],
    "A": lambda date: _DAYS[date.weekday()],
    "b": lambda date: _MONTHS[date.month - 1][:3],
    "B": lambda date: _MONTHS[date.month - 1],
    "c": lambda date: f"{_us_date(date)}, {_us_time(date)}",
    "C": lambda date: int(str(date.year)[:2]),
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
    "s": lambda date: math.floor(date.replace(tzinfo=UTC).timestamp() + 0.5),
    "S": lambda date: date.second,
    "u": lambda date: date.isoweekday(),
    "U": lambda date: _week(date, 0),
    "w": lambda date: date.isoweekday() % 7,
    "W": lambda date: _week(date, 1),
    "x": _us_date,
    "X": _us_time,
    "y": lambda date: str(date.year)[2:4],
    "Y": lambda date: date.year,
    "t": lambda _date: "\t",
    "n": lambda _date: "\n",
    "%": lambda _date: "%",
}


def _written(date: datetime, zone_name: str, pattern: str) -> str:
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
    date = _read(value)
    if date is None:
        return value
    pattern = _DEFAULT_FORMAT if is_nil(pattern) else text_of(pattern)
    if widths := re.findall("%[-_0^#:]*([0-9]{5,})", pattern):
        run.use(max(map(float, widths)))
    return _written(*_zoned(date, zone), pattern)


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
