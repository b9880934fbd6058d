"""Errors as values: they can be copied and pickled, as when a delivery is handed to another process."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import pytest

from actions_core.errors import (
    APIError,
    DefinitionError,
    DeliveryError,
    FieldError,
    HTTPError,
    IntegrationError,
    InvalidAuthenticationError,
    JSONSyntaxError,
    MappingError,
    MappingResolveError,
    PayloadValidationError,
    PerformError,
    Problem,
    RetryableError,
    SelfTimeoutError,
    TimeoutError,  # noqa: A004 - the runtime's
    TransportError,
    TriggerSyntaxError,
)
from actions_core.request import Response
from actions_core.transport import HttpRequest

REQUEST = HttpRequest("POST", "https://api.example.com/v1/track", {"content-type": "application/json"}, b"{}")
ERRORS = [
    IntegrationError("no such list", "LIST_NOT_FOUND", 404),
    PayloadValidationError("Email is missing", [FieldError("$.email", "Email is missing")]),
    APIError("refused", 409),
    SelfTimeoutError("too slow"),
    RetryableError("later", 503),
    InvalidAuthenticationError("expired"),
    MappingResolveError("no path"),
    HTTPError(Response(418, "I'm a teapot", {"retry-after": "5"}, b"{}"), REQUEST),
    TimeoutError(REQUEST),
    TransportError("no answer", "ECONNRESET", REQUEST),
    PerformError("KeyError: 'id'", "actions.py:41"),
]


def pickled(error: Exception) -> object:
    return pickle.loads(pickle.dumps(error))  # noqa: S301 - our own


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, pickled])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_delivery_error_can_be_copied_and_pickled(error: DeliveryError, again: Callable[[Exception], object]) -> None:
    other = again(error)
    assert type(other) is type(error)
    assert isinstance(other, DeliveryError)
    assert (other.message, other.code, other.status, other.retryable) == (
        error.message,
        error.code,
        error.status,
        error.retryable,
    )
    assert vars(other) == vars(error)


def test_the_answer_comes_along_with_its_error() -> None:
    error = HTTPError(Response(429, "Too Many Requests", {"retry-after": "120"}, b"wait"), REQUEST)
    other = copy.copy(error)
    assert other.response.headers["retry-after"] == "120"
    assert other.response.content == "wait"
    assert other.request == REQUEST


def test_the_errors_of_authors_and_owners_are_copied_likewise() -> None:
    definition = copy.copy(DefinitionError("actions-x", [Problem("actions.a", "has no title")]))
    assert str(definition.problems[0]) == "actions.a: has no title"
    assert copy.copy(TriggerSyntaxError("no operator", "type", 4)).position == 4
    assert copy.copy(MappingError("wrong", [Problem("/a", "is wrong")])).problems[0].place == "/a"
    assert str(copy.copy(JSONSyntaxError("no JSON at position 3"))) == "no JSON at position 3"


def test_an_error_of_an_authors_own_needs_nothing_for_it() -> None:
    class QuotaError(IntegrationError):
        def __init__(self, quota: int) -> None:
            self.quota = quota
            super().__init__(f"only {quota} a day", "QUOTA", 429)

    other = copy.copy(QuotaError(5))
    assert (other.quota, other.status, str(other)) == (5, 429, "only 5 a day")
