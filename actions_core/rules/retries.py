"""What becomes of an event whose delivery went wrong: tried again, and when, or given up.

Sources: the pages "Integration error codes" and "Destinations overview" ("for four hours with a randomized exponential
backoff after each attempt"), and the errors of `@segment/actions-core`. Which statuses are tried again is said in one
place, `errors.is_retried`. Times are seconds since 1970.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias

from actions_core.definitions import OAUTH_SCHEMES, Scheme
from actions_core.errors import DeliveryError, HTTPError, is_retried
from actions_core.rules.limits import RETRY_WINDOW

Fate: TypeAlias = Literal["delivered", "retried", "refreshed", "discarded"]
"""`refreshed`: the account's access token is replaced first, and then the event is sent once more at once."""


def fate_of_status(status: int, scheme: Scheme = "custom", *, refreshed: bool = False) -> Fate:
    """Decide on an event by the status that its delivery ended in.

    200 to 299 is delivered. 401 is refreshed for an OAuth scheme, unless that was done (`refreshed`), else discarded:
    the page about error codes and the one about OAuth disagree only in appearance. The rest is `is_retried`'s.
    """
    if 200 <= status <= 299:
        return "delivered"
    if status == 401 and scheme in OAUTH_SCHEMES and not refreshed:
        return "refreshed"
    return "retried" if is_retried(status) else "discarded"


def fate_of(error: DeliveryError | None, scheme: Scheme = "custom", *, refreshed: bool = False) -> Fate:
    """Decide on an event by the error of its delivery, None if there was none; as `fate_of_status`.

    An error knows more than its status: a mapping that cannot be carried out is a 500 and never tried again.
    """
    if error is None:
        return "delivered"
    if error.retryable:
        return "retried"
    # Whatever its status, an error is no delivery.
    return "refreshed" if fate_of_status(error.status, scheme, refreshed=refreshed) == "refreshed" else "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySchedule:
    """When an event is tried again: exponential backoff with full jitter, within a window.

    Segment tells the window and the kind of backoff, not its numbers: with these about a dozen attempts fit in.
    """

    base: float = 60.0
    """Seconds within which the second attempt is made; the bound doubles with each attempt."""
    cap: float = 3600.0
    """Seconds that the bound does not grow beyond; a partner's `Retry-After` may."""
    window: float = RETRY_WINDOW
    """Seconds after the first attempt within which the last one may be made."""

    def next_attempt(
        self,
        attempt: int,
        *,
        first_at: float,
        now: float,
        random: Callable[[], float],
        retry_after: str | None = None,
    ) -> float | None:
        """Give the time of the next attempt, or None if the event is given up.

        `attempt` counts those that failed, from 1; the first was made at `first_at`, the last at `now`. `random` gives
        numbers from 0 to 1, as `random.Random(7).random`; it is asked once unless the partner's header `retry_after`
        tells the wait: no attempt is made before the partner allows it. The next attempt comes no later than `window`
        after the first, or not at all.
        """
        wait = None if retry_after is None else seconds_until(retry_after, now)
        if wait is None:
            # Beyond 2^63 seconds any cap is reached, and a float has not yet overflowed.
            wait = random() * min(self.cap, self.base * 2.0 ** min(attempt - 1, 63))
        at = now + wait
        return at if at <= first_at + self.window else None


def retry_after_of(error: DeliveryError) -> str | None:
    """Give the header with which a partner says when to come back; None if it does not, or did not answer at all."""
    return error.response.headers.get("retry-after") if isinstance(error, HTTPError) else None


# --- Retry-After -----------------------------------------------------------------------------------------------------

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SECONDS: Final = re.compile(r"-?[0-9]+")
_TIME: Final = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_DATES: Final = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"[a-z]{{3}}, (?P<day>\d\d) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} GMT",
        rf"[a-z]{{6,9}}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} GMT",
        rf"[a-z]{{3}} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)
"""RFC 9110's three: IMF-fixdate and the obsolete forms of RFC 850 and asctime. The day of the week is not checked."""


def seconds_until(retry_after: str, now: float) -> float | None:
    """Read a `Retry-After` header: how many seconds from now; 0 if that is past, None if the header makes no sense.

    A whole number of seconds (a negative one is past) or an HTTP date.

    >>> seconds_until("120", now=0), seconds_until("Thu, 01 Jan 1970 00:01:00 GMT", now=50), seconds_until("soon", 0)
    (120.0, 10.0, None)
    """
    text = retry_after.strip(" \t")
    if _SECONDS.fullmatch(text):
        return max(0.0, float(text))
    found = next((found for pattern in _DATES if (found := pattern.fullmatch(text))), None)
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    try:
        moment = datetime(
            _year(found["year"], now),
            _MONTHS.index(found["month"].lower()) + 1,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            int(found["second"]),
            tzinfo=UTC,
        )
    except ValueError:  # the 31st of June, or an hour 25
        return None
    return max(0.0, moment.timestamp() - now)


def _year(digits: str, now: float) -> int:
    """Complete a year of two digits: of the years that end so, the one that is not over 50 years ahead (RFC 9110)."""
    if len(digits) == 4:
        return int(digits)
    latest = datetime.fromtimestamp(now, UTC).year + 50
    return latest - (latest - int(digits)) % 100
