"""Every error of the runtime, in three families that never mix.

    ActionsError
    ├── DefinitionError            the author's mistake: found when a destination is defined or loaded
    ├── ConfigurationError         the mapping owner's mistake: found before any event
    │   ├── TriggerSyntaxError         a trigger that does not parse
    │   ├── MappingError               a mapping whose structure is wrong
    │   ├── SettingsError              settings that break the destination's settings contract
    │   ├── UnknownActionError         a mapping for an action that the destination does not have
    │   └── MappingLimitError          more mappings than one instance may have
    ├── DeliveryError              one event's failure: has `status`, `code` and `retryable`
    │   ├── MappingResolveError        a directive that could not be carried out for this event
    │   ├── IntegrationError           what an author raises: any code and status
    │   │   ├── PayloadValidationError     400: the payload breaks the action's field contract
    │   │   ├── InvalidAudienceMembershipError 400
    │   │   ├── APIError                   the partner's answer, told in the author's words
    │   │   └── SelfTimeoutError           408: the author gave up waiting
    │   ├── RetryableError             500 unless told otherwise
    │   ├── InvalidAuthenticationError 401
    │   ├── HTTPError                  the partner answered with a status outside 200 to 299
    │   ├── TimeoutError               no answer within the request's time
    │   ├── TransportError             no answer at all: refused, reset, unknown host, …
    │   └── PerformError               anything else that an author's function raised
    ├── NotJSONError               a Python value that JSON cannot hold (also a TypeError)
    └── JSONSyntaxError            text that is not JSON (also a ValueError)

Names, messages, codes and statuses are those of Segment's `@segment/actions-core`; classes carry data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from actions_core.request import Response
    from actions_core.transport import HttpRequest


class ActionsError(Exception):
    """Any error that this project raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python copies an exception by calling its class with `args`, but the classes below take something else.
        return _again, (type(self), self.args), vars(self)


def _again(kind: type[ActionsError], arguments: tuple[Any, ...]) -> ActionsError:
    return kind.__new__(kind, *arguments)


class NotJSONError(ActionsError, TypeError):
    """A Python value that JSON cannot hold, such as a `datetime`; an event with one would mean something else."""


class JSONSyntaxError(ActionsError, ValueError):
    """Text that is not JSON; the message is one sentence that tells the position."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where it is and what is wrong with it."""

    place: str
    """A path in the reader's terms, such as `actions.identify.fields.email.type` or a JSON pointer."""
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


# --- the author's mistakes -------------------------------------------------------------------------------------------


class DefinitionError(ActionsError):
    """A destination, action, preset or field that cannot work; `problems` lists every mistake with its place."""

    def __init__(self, subject: str, problems: Iterable[Problem]) -> None:
        self.subject = subject
        self.problems: Final = tuple(problems)
        super().__init__(f"{subject} is not a valid definition: " + "; ".join(map(str, self.problems)))


# --- the mapping owner's mistakes ------------------------------------------------------------------------------------


class ConfigurationError(ActionsError):
    """A trigger, mapping or setting that is refused before any event is sent."""


class TriggerSyntaxError(ConfigurationError):
    """A trigger that does not parse; `position` counts characters from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        self.text = text
        self.position = position
        super().__init__(message)


class MappingError(ConfigurationError):
    """A mapping whose structure is wrong; the message is the reference's, `problems` hold JSON pointers."""

    def __init__(self, message: str, problems: Iterable[Problem] = ()) -> None:
        self.problems: Final = tuple(problems)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One broken promise of a field contract."""

    path: str
    """Where the value is, such as `$.products[0].id`."""
    message: str
    """The reference's sentence, such as "Email must be a string but it was an array."."""


class SettingsError(ConfigurationError):
    """Settings that break the destination's settings contract; the reference answers 400."""

    status: Final = 400
    code: Final = "INVALID_SETTINGS"

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        self.errors: Final = tuple(errors)
        super().__init__(message)


class UnknownActionError(ConfigurationError):
    """A mapping for an action that the destination does not have."""


class MappingLimitError(ConfigurationError):
    """More mappings than one destination instance may have."""


# --- one event's failure ---------------------------------------------------------------------------------------------

_RETRIED_BELOW_500: Final = frozenset({408, 423, 429})


def is_retried(status: int) -> bool:
    """Tell whether Segment sends an event again that ended in a status: 408, 423, 429 and every 5xx but 501."""
    return status in _RETRIED_BELOW_500 or (500 <= status <= 599 and status != 501)


def code_for_status(status: int) -> str:
    """Name an HTTP status as Segment's error codes do: 404 is NOT_FOUND, an unknown one UNKNOWN_ERROR."""
    if status in _SEGMENT_CODES:
        return _SEGMENT_CODES[status]
    try:
        return HTTPStatus(status).name
    except ValueError:
        return "UNKNOWN_ERROR"


# Where Segment's names differ from Python's, or where Python has none (the spelling is Segment's).
_SEGMENT_CODES: Final = {
    301: "MOVED_PERMENANTLY",
    413: "PAYLOAD_TOO_LARGE",
    414: "URI_TOO_LONG",
    416: "RANGE_NOT_SATISFIABLE",
    418: "IM_A_TEAPOT",
    422: "UNPROCESSABLE_ENTITY",
    499: "CANCELLED",
    509: "BANDWIDTH_LIMIT_EXCEEDED",
    529: "SITE_IS_OVERLOADED",
}


class DeliveryError(ActionsError):
    """One event could not be delivered: `status` and `code` as Segment reports them."""

    def __init__(self, message: str, *, status: int, code: str) -> None:
        if not isinstance(status, int):
            raise TypeError(f"an error's status is a whole number, got {status!r}")
        self.status = status
        self.code = code
        super().__init__(message)

    @property
    def message(self) -> str:
        """The reference's text."""
        return str(self)

    @property
    def retryable(self) -> bool:
        """Whether Segment sends the event again, which its status decides: see `is_retried`."""
        return is_retried(self.status)


class MappingResolveError(DeliveryError):
    """A directive that could not be carried out for this event, such as a @path whose argument is no text."""

    def __init__(self, message: str) -> None:
        super().__init__(message, status=500, code="UNKNOWN_ERROR")

    @property
    def retryable(self) -> bool:
        """Never: the same event meets the same mapping again."""
        return False


class IntegrationError(DeliveryError):
    """What an author raises when an event cannot be sent; any code and status."""

    def __init__(self, message: str, code: str, status: int) -> None:
        super().__init__(message, status=status, code=code)


class PayloadValidationError(IntegrationError):
    """The payload breaks the action's field contract; `errors` has one entry per broken promise, in order."""

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        self.errors: Final = tuple(errors)
        super().__init__(message, "PAYLOAD_VALIDATION_FAILED", 400)


class InvalidAudienceMembershipError(IntegrationError):
    """An audience event that does not say whether the user is a member."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "INVALID_AUDIENCE_MEMBERSHIP", 400)


class APIError(IntegrationError):
    """The partner refused; the author tells why."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, str(status), status)


class SelfTimeoutError(IntegrationError):
    """The author's own deadline passed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "SELF_TIMEOUT", 408)


class RetryableError(DeliveryError):
    """A failure that Segment should try again."""

    def __init__(self, message: str = "", status: int = 500) -> None:
        super().__init__(message, status=status, code="RETRYABLE_ERROR")


class InvalidAuthenticationError(DeliveryError):
    """The partner no longer accepts the credentials."""

    def __init__(self, message: str = "", code: str = "INVALID_AUTHENTICATION") -> None:
        super().__init__(message, status=401, code=code)


class HTTPError(DeliveryError):
    """The partner answered with a status outside 200 to 299; `response` holds the answer."""

    def __init__(self, response: Response, request: HttpRequest) -> None:
        self.response = response
        self.request = request
        super().__init__(
            response.reason or str(response.status), status=response.status, code=code_for_status(response.status)
        )


class TimeoutError(DeliveryError):  # noqa: A001 - the reference's name; authors catch `actions_core.TimeoutError`
    """No answer within the request's time; it has no status of its own, which Segment takes for a 500."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        milliseconds = round((request.timeout or 0) * 1000)
        super().__init__(f"Request timed out after {milliseconds}ms", status=500, code="ETIMEDOUT")


class TransportError(DeliveryError):
    """No answer at all; `code` is the system's name for it, such as ECONNREFUSED. No status, as `TimeoutError`."""

    def __init__(self, message: str, code: str, request: HttpRequest) -> None:
        self.request = request
        super().__init__(message, status=500, code=code)

    @property
    def retryable(self) -> bool:
        """As for any 500, unless the request itself is at fault: such codes begin with ERR_, as ERR_INVALID_URL."""
        return not self.code.startswith("ERR_") and super().retryable


class PerformError(DeliveryError):
    """Anything else that an author's function raised; the exception itself is `__cause__`."""

    def __init__(self, message: str, place: str) -> None:
        self.place = place
        """Where it was raised, such as `actions.py:41`."""
        super().__init__(f"{message} ({place})", status=500, code="UNKNOWN_ERROR")
