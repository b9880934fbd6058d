"""What counts as a date for a field of type datetime, which is more than ISO 8601.

Segment's runtime asks dayjs, and dayjs asks the JavaScript engine for what it does not know itself. So a text is a date
if it is (1) a number, taken for seconds since 1970, (2) what dayjs reads, (3) a date-time string of ECMA-262, or (4)
what V8 makes of older ways to write a date, such as "Mon Jan 1 2020 10:00 GMT+2", "1/2/2020" or "June 2020".
Only the question whether a text is a date is answered here, never which.
"""

from __future__ import annotations

import re
from typing import Final

from actions_core import v8_dates
from actions_core.js import WHITESPACE, number_to_string, string_to_number


def is_date_like(text: str) -> bool:
    """Tell whether a text is a date for the reference."""
    if _USUAL.match(text):
        return True
    if text[:1] in _NUMERIC_START:
        seconds = string_to_number(text)
        if number_to_string(seconds) == text:
            return abs(seconds * 1000) <= v8_dates.MAX_TIME_MS
    # Reference: what dayjs reads by itself is a date whatever the numbers say: month 99 counts on from December.
    if text[-1:] not in ("Z", "z") and _DAYJS.match(text):
        return True
    return v8_dates.time_of(text) is not None


_NUMERIC_START: Final = frozenset("-0123456789IN")  # I and N as in Infinity and NaN, which are no dates
_DIGITS_2: Final = "(?:[0-9]{1,2})?"
_DAYJS: Final = re.compile(
    rf"[0-9]{{4}}[-/]?{_DIGITS_2}[-/]?{_DIGITS_2}[Tt{WHITESPACE}]*+{_DIGITS_2}:?{_DIGITS_2}:?{_DIGITS_2}[.:]?[0-9]*+\Z"
)
# Nearly every date of an event looks like this, and needs no second look: V8 takes any day of 1 to 31 in any month.
_USUAL: Final = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])?)?\Z"
)
