"""Dates as V8 reads them, the JavaScript engine under Segment's runtime.

`new Date(text)` reads the date-time strings of ECMA-262, and whatever else browsers have always read, such as
"Mon Jan 1 2020 10:00 GMT+2", "1/2/2020" or "June 2020". The standard leaves the latter open; the rules here are V8's.
Local time is taken for UTC, as on Segment's servers; it only matters at the very ends of time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from actions_core.js import WHITESPACE

MAX_TIME_MS: Final = 8.64e15
"""How far a date may be away from 1970: 100,000,000 days (ECMA-262)."""


def time_of(text: str) -> int | None:
    """Read a text as `new Date(text)` does: milliseconds since 1970, or None for what is no date.

    >>> time_of("Jan 2 1970 00:00 GMT+1")
    82800000
    """
    scanner, parts = _Scanner(text.partition("\0")[0]), _Parts()
    token = _read_iso(scanner, parts)
    if token is None:
        return None
    if token is _ISO:
        return parts.time(iso=True)
    return parts.time(iso=False) if _read_legacy(token, scanner, parts) else None


# --- tokens -----------------------------------------------------------------------------------------------------------

_Kind: TypeAlias = Literal[
    "number", "sign", ":", ".", ")", "month", "ampm", "zone", "Z", "T", "word", "space", "other", "end"
]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    value: int = 0
    """A number's value, the sign as 1 or -1, a month as 1 to 12, hours of "pm" or of a time zone."""
    digits: int = 0
    """How many digits a number was written with."""


_END: Final = _Token("end")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDS: Final = {
    "am": _Token("ampm", 0), "pm": _Token("ampm", 12), "t": _Token("T"),
    "z": _Token("Z"), "ut": _Token("zone"), "utc": _Token("zone"), "gmt": _Token("zone"),
    **{
        f"{region}{kind}": _Token("zone", hours + (kind == "dt"))
        for region, hours in (("e", -5), ("c", -6), ("m", -7), ("p", -8))
        for kind in ("st", "dt")
    },
}  # fmt: skip
_SYMBOLS: Final = {
    ":": _Token(":"), ".": _Token("."), ")": _Token(")"), "+": _Token("sign", 1), "-": _Token("sign", -1),
}  # fmt: skip
# A word is whatever stands at or after "A" in Unicode, so "[" and "é" belong to words and "@" does not.
_PIECES: Final = re.compile(rf"([0-9]+)|([:.)+-])|([{WHITESPACE}])|(\()|([^\x00-@{WHITESPACE}]+)|.", re.DOTALL)


def _tokens(text: str) -> Iterator[_Token]:
    at, stop = 0, len(text)
    while at < stop:
        piece = cast("re.Match[str]", _PIECES.match(text, at))  # its last alternative takes anything
        at = piece.end()
        match piece.lastindex:
            case 1:
                # V8 keeps nine digits after the leading zeros, and counts them all.
                yield _Token("number", int(piece[0].lstrip("0")[:9] or 0), len(piece[0]))
            case 2:
                yield _SYMBOLS[piece[0]]
            case 3:
                yield _Token("space")
            case 4:
                at = _after_parentheses(text, at)
                yield _Token("other")
            case 5:
                yield _word(piece[0])
            case _:
                yield _Token("other")
    yield _END


def _after_parentheses(text: str, at: int) -> int:
    """Find where a remark in parentheses ends; one that is never closed takes the rest of the text."""
    depth = 1
    for found in _PARENTHESIS.finditer(text, at):
        depth += 1 if found[0] == "(" else -1
        if not depth:
            return found.end()
    return len(text)


_PARENTHESIS: Final = re.compile("[()]")


def _word(word: str) -> _Token:
    prefix = word[:3].lower() if word[:3].isascii() else ""
    if prefix in _MONTHS:  # only a month may go on: "Junebug" is June
        return _Token("month", _MONTHS.index(prefix) + 1)
    return _WORDS.get(prefix, _Token("word")) if len(word) <= 3 else _Token("word")


# --- what was read so far ---------------------------------------------------------------------------------------------


class _Parts:
    """The numbers of a date, in the order in which they were read."""

    __slots__ = ("clock", "days", "month", "offset_hour", "offset_minute", "offset_sign", "pm")

    def __init__(self) -> None:
        self.days: list[int] = []
        self.month: int | None = None
        self.clock: list[int] = []
        self.pm: int | None = None
        self.offset_sign: int | None = None
        self.offset_hour: int | None = None
        self.offset_minute: int | None = None

    def expects_clock(self, value: int) -> bool:
        """Tell whether a number can be the next part of the time: minute, second or millisecond."""
        return 1 <= len(self.clock) <= 3 and value < (60, 60, 1000)[len(self.clock) - 1]

    def is_utc(self) -> bool:
        return self.offset_hour == 0 and self.offset_minute == 0

    def set_zone(self, hours: int) -> None:
        self.offset_sign, self.offset_hour, self.offset_minute = (-1 if hours < 0 else 1), abs(hours), 0

    def time(self, *, iso: bool) -> int | None:
        """Give the milliseconds since 1970, if the numbers make a date and a time that JavaScript can represent."""
        date = self._date(iso=iso)
        clock_ms = self._clock_ms()
        if date is None or clock_ms is None:
            return None
        offset = 0
        if self.offset_sign is not None:
            # V8 counts seconds in 32 bits: a zone millions of hours away wraps around before it is refused.
            seconds = ((self.offset_hour or 0) * 3600 + (self.offset_minute or 0) * 60) % 2**32
            if seconds >= 2**31:
                return None
            offset = self.offset_sign * seconds
        time = _days_since_1970(*date) * 86_400_000 + clock_ms - offset * 1000
        return time if abs(time) <= MAX_TIME_MS else None

    def _date(self, *, iso: bool) -> tuple[int, int, int] | None:
        if not self.days:
            return None
        first, second, third = (*self.days, 1, 1)[:3]
        is_year_first = iso or not 1 <= first <= 31
        if self.month is not None:
            month, day, year = self.month, *((second, first) if is_year_first else (first, second))
        elif is_year_first:
            year, month, day = first, second, third
        else:
            month, day, year = first, second, third
        if not iso and 0 <= year <= 99:
            year += 2000 if year < 50 else 1900
        return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None

    def _clock_ms(self) -> int | None:
        hour, minute, second, millisecond = (*self.clock, 0, 0, 0, 0)[:4]
        if self.pm is not None:
            if hour > 12:
                return None
            hour = hour % 12 + self.pm
        usual = hour < 24 and minute < 60 and second < 60 and millisecond < 1000
        if not usual and (hour, minute, second, millisecond) != (24, 0, 0, 0):
            return None
        return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond


def _days_since_1970(year: int, month: int, day: int) -> int:
    """Count days in the Gregorian calendar, which JavaScript extends to all years; day 31 counts on in any month."""
    year -= month <= 2  # a year that begins in March has its leap day at the end
    month_of_year = (month + 9) % 12
    leap_days = year // 4 - year // 100 + year // 400
    return year * 365 + leap_days + (153 * month_of_year + 2) // 5 + day - 1 - 719_468


# --- the two grammars -------------------------------------------------------------------------------------------------


class _Scanner:
    """The tokens of a text, one of them looked at ahead."""

    __slots__ = ("_rest", "peek")

    def __init__(self, text: str) -> None:
        self._rest = _tokens(text)
        self.peek = next(self._rest)

    def take(self) -> _Token:
        token = self.peek
        self.peek = next(self._rest, _END)
        return token

    def sees(self, *kinds: _Kind) -> bool:
        return self.peek.kind in kinds

    def skip(self, kind: _Kind, value: int = 0) -> bool:
        found = self.peek.kind == kind and self.peek.value == value
        if found:
            self.take()
        return found

    def sees_digits(self, count: int, low: int, high: int) -> bool:
        """Tell whether the next token is a number of so many digits within a range."""
        return self.peek.kind == "number" and self.peek.digits == count and low <= self.peek.value <= high


_ISO: Final = _Token("end", 1)


def _read_iso(scanner: _Scanner, parts: _Parts) -> _Token | None:
    """Read [+-YY]YYYY[-MM[-DD]][Thh:mm[:ss[.s…]][Z|±hh[:]mm]].

    Gives `_ISO` if that is all there is, the first token that does not fit (the older grammar goes on from there), or
    None where the text is no date at all: the older grammar gets no chance once a T was read.
    """
    if scanner.sees("sign"):
        sign = scanner.take()
        if not scanner.sees_digits(6, 0, 999_999):
            return sign
        year = scanner.take().value
        if sign.value < 0 and year == 0:
            return sign
        parts.days.append(sign.value * year)
    elif scanner.sees_digits(4, 0, 9999):
        parts.days.append(scanner.take().value)
    else:
        return scanner.take()
    for last in (12, 31):
        if not scanner.skip("sign", -1):
            break
        if not scanner.sees_digits(2, 1, last):
            return scanner.take()
        parts.days.append(scanner.take().value)
    if scanner.sees("T"):
        scanner.take()
        if not (_read_iso_clock(scanner, parts) and _read_iso_offset(scanner, parts)):
            return None
    token = scanner.take()
    if token.kind != "end":
        return None if parts.clock else token
    if not parts.clock:
        parts.set_zone(0)
    return _ISO


def _read_iso_clock(scanner: _Scanner, parts: _Parts) -> bool:
    # 24:00 is the end of the day, and may only be followed by zeros.
    if not scanner.sees_digits(2, 0, 24):
        return False
    last = 0 if scanner.peek.value == 24 else 59
    parts.clock.append(scanner.take().value)
    if not scanner.skip(":") or not scanner.sees_digits(2, 0, last):
        return False
    parts.clock.append(scanner.take().value)
    if not scanner.skip(":"):
        return True
    if not scanner.sees_digits(2, 0, last):
        return False
    parts.clock.append(scanner.take().value)
    if scanner.skip("."):
        if not scanner.sees("number") or (last == 0 and scanner.peek.value > 0):
            return False
        parts.clock.append(_milliseconds(scanner.take()))
    return True


def _read_iso_offset(scanner: _Scanner, parts: _Parts) -> bool:
    if scanner.skip("Z"):
        parts.set_zone(0)
        return True
    if not scanner.sees("sign"):
        return True
    parts.offset_sign = scanner.take().value
    if scanner.sees_digits(4, 0, 9999):
        parts.offset_hour, parts.offset_minute = divmod(scanner.take().value, 100)
        return parts.offset_hour < 24 and parts.offset_minute < 60
    if not scanner.sees_digits(2, 0, 23):
        return False
    parts.offset_hour = scanner.take().value
    if not scanner.skip(":") or not scanner.sees_digits(2, 0, 59):
        return False
    parts.offset_minute = scanner.take().value
    return True


def _milliseconds(number: _Token) -> int:
    """Read a fraction's first three digits; V8 has kept nine of a long one."""
    digits = min(number.digits, 9)
    return number.value * 1000 // int(10**digits)


def _read_legacy(token: _Token, scanner: _Scanner, parts: _Parts) -> bool:
    """Read a date in any older way; False as soon as the text cannot be one.

    Words before the first number, remarks in parentheses and most punctuation mean nothing. A number before ":" is part
    of the time, as is the one after it; other numbers are days, months and years, told apart when all are known.
    """
    seen_number = bool(parts.days)
    while token.kind != "end":
        match token.kind:
            case "number":
                seen_number = True
                if not _read_number(token.value, scanner, parts):
                    return False
            case "ampm" if parts.clock:
                parts.pm = token.value
            case "month":
                parts.month = token.value
                scanner.skip("sign", -1)
            case "zone" | "Z" if seen_number:
                parts.set_zone(token.value)
            case "ampm" | "zone" | "Z" | "T" | "word":
                if seen_number or scanner.sees("number"):
                    return False
            case "sign" if parts.is_utc() or parts.clock:
                seen_number = True
                if not _read_offset(token.value, scanner, parts):
                    return False
            case "sign" | ")":
                if seen_number:
                    return False
            case _:
                pass
        token = scanner.take()
    return True


def _read_number(value: int, scanner: _Scanner, parts: _Parts) -> bool:
    clock = parts.clock
    if scanner.skip(":"):
        if scanner.skip(":"):  # "10::" is ten o'clock
            if clock:
                return False
            clock += (value, 0)
            return True
        if len(clock) == 4:
            return False
        clock.append(value)
        scanner.skip(".")
        return True
    if scanner.skip(".") and parts.expects_clock(value):
        clock.append(value)
        if not scanner.sees("number"):
            return False
        clock.append(_milliseconds(scanner.take()))
        clock += [0] * (4 - len(clock))
        del clock[4:]  # "10:00:00:00.5" has its milliseconds before the point, and no room for more
        return True
    if parts.offset_hour is not None and parts.offset_minute is None and value < 60:
        parts.offset_minute = value
        return True
    if parts.expects_clock(value):
        clock.append(value)
        clock += [0] * (4 - len(clock))
        # The time is complete: nothing may touch it but a blank or a time zone.
        return scanner.sees("end", "space", "sign", "Z")
    if len(parts.days) == 3:
        return False
    parts.days.append(value)
    scanner.skip("sign", -1)
    return True


def _read_offset(sign: int, scanner: _Scanner, parts: _Parts) -> bool:
    """Read what follows a sign after a time or "UTC": +2, -08, +0530, +05:30."""
    parts.offset_sign = sign
    number = scanner.take() if scanner.sees("number") else _Token("number")
    if scanner.sees(":"):
        parts.offset_hour, parts.offset_minute = number.value, None
    elif number.digits in (1, 2):
        parts.offset_hour, parts.offset_minute = number.value, 0
    elif number.digits in (3, 4):
        parts.offset_hour, parts.offset_minute = divmod(number.value, 100)
    else:
        return False
    return True
