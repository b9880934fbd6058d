"""Mistakes that can be made in any destination, as edits; `conformance.mutants.code` says what those are.

Some are made for a few actions, some for all: `action` is a slug, or None for every action.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from actions_core.errors import (
    DeliveryError,
    HTTPError,
    IntegrationError,
    RetryableError,
    TimeoutError,  # noqa: A004 - the runtime's
    TransportError,
)
from actions_core.inputs import BatchInput, Context
from actions_core.js import Object
from actions_core.request import Request, RequestOptions
from conformance.mutants.code import (
    Perform,
    around_perform,
    before_perform,
    edit_body,
    edit_options,
    edit_request,
    made_for,
    values_of,
    with_values,
)
from conformance.mutants.edit import Edit

# --- the partner's answers -------------------------------------------------------------------------------------------


def swallow(*errors: type[DeliveryError], status: int | None = None, action: str | None = None) -> Edit:
    """Take errors (of one status, perhaps) for success."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except errors as error:
            if status is not None and error.status != status:
                raise
            return None

    return around_perform(around, action)


def swallow_http_errors(action: str | None = None) -> Edit:
    """Take every answer for success."""
    return swallow(HTTPError, action=action)


def swallow_timeouts(action: str | None = None) -> Edit:
    """Take no answer in time for success."""
    return swallow(TimeoutError, action=action)


def swallow_disconnects(action: str | None = None) -> Edit:
    """Take a broken connection for success."""
    return swallow(TransportError, action=action)


def report_status(wrong: Callable[[HTTPError], Exception | None], action: str | None = None) -> Edit:
    """Raise another error for an answer; None leaves it as it is."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except HTTPError as error:
            other = wrong(error)
            if other is None:
                raise
            raise other from error

    return around_perform(around, action)


def retry_status(status: int, action: str | None = None) -> Edit:
    """Ask Segment to try again what it ought to give up."""
    return report_status(lambda error: RetryableError(str(error)) if error.status == status else None, action)


def give_up_status(status: int, action: str | None = None) -> Edit:
    """Give up what Segment ought to try again."""

    def wrong(error: HTTPError) -> Exception | None:
        return IntegrationError(str(error), "BAD_REQUEST", 400) if error.status == status else None

    return report_status(wrong, action)


def lose_status(action: str | None = None) -> Edit:
    """Raise an exception that does not tell the partner's status."""
    return report_status(lambda error: RuntimeError(f"the partner said: {error}"), action)


def need_json_answer(action: str | None = None) -> Edit:
    """Fail for a success whose body is no JSON object."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        answer = await perform(request, data)
        for exchange in request.exchanges:
            if exchange.response is not None and exchange.response.ok:
                exchange.response.data.get("id")
        return answer

    return around_perform(around, action)


def retry_inline(action: str | None = None) -> Edit:
    """Try again at once when something fails, in place of letting Segment do it."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except (HTTPError, TimeoutError, TransportError) as error:
            if not error.retryable:
                raise
            return await perform(request, data)

    return around_perform(around, action)


def send_twice(action: str | None = None) -> Edit:
    """Send everything twice."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        await perform(request, data)
        return await perform(request, data)

    return around_perform(around, action)


# --- secrets ---------------------------------------------------------------------------------------------------------


def _secret(data: Context[Any]) -> str:
    """Find a secret among what an author's function is given: of the settings, else the access token."""
    settings = data.settings if isinstance(data.settings, dict) else vars(data.settings)
    # A Secret hides in its repr only.
    found = next((value for value in settings.values() if isinstance(value, str) and repr(value) == "'[redacted]'"), "")
    return str(found) or data.auth.access_token or ""


def secret_in_url(action: str | None = None) -> Edit:
    """Put the secret into the URL, where every log has it."""

    def change(request: Any, data: Any) -> Any:
        mark = "&" if "?" in request.url else "?"
        return replace(request, url=f"{request.url}{mark}key={quote(_secret(data), safe='')}")

    return edit_request(change, action)


def secret_in_body(action: str | None = None) -> Edit:
    """Put the secret into the body."""
    return edit_body(lambda body, data: with_key(body, "apiKey", _secret(data)), action)


def secret_in_log(action: str | None = None) -> Edit:
    """Log the secret, for debugging."""
    log = logging.getLogger("made_up_destination")

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        log.debug("sending with the key %s", _secret(data))
        return await perform(request, data)

    return around_perform(around, action)


def secret_in_errors(action: str | None = None) -> Edit:
    """Quote the secret in the text of an error."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        try:
            return await perform(request, data)
        except HTTPError as error:
            told = f"the partner refused the key {_secret(data)}: {error}"
            raise IntegrationError(told, error.code, error.status) from error

    return around_perform(around, action)


# --- state -----------------------------------------------------------------------------------------------------------


def mutate_event(key: str, action: str | None = None) -> Edit:
    """Take a key out of the event itself (`traits.email`)."""
    *above, last = key.split(".")

    def forget(event: Any) -> None:
        for one in above:
            event = event.get(one) if isinstance(event, dict) else None
        if isinstance(event, dict):
            event.pop(last, None)

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        for event in data.raw_data if isinstance(data, BatchInput) else [data.raw_data]:
            forget(event)
        return await perform(request, data)

    return around_perform(around, action)


def mark_event(action: str | None = None) -> Edit:
    """Note in the event itself that it was sent."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        for event in data.raw_data if isinstance(data, BatchInput) else [data.raw_data]:
            event["processed"] = True
        return await perform(request, data)

    return around_perform(around, action)


def number_requests(key: str = "seq", action: str | None = None) -> Edit:
    """Give every request a number, one more than the one before."""

    def make() -> Edit:
        numbers = itertools.count(1)
        return edit_body(lambda body, _data: with_key(body, key, next(numbers)), action)

    return made_for(make)


def add_random_id(key: str = "requestId", action: str | None = None) -> Edit:
    """Give every request an id of its own, so that the partner cannot know a repetition."""
    return edit_body(lambda body, _data: with_key(body, key, str(uuid.uuid4())), action)


def add_clock(key: str = "sentAt", action: str | None = None) -> Edit:
    """Say in every request what time it is."""
    return edit_body(lambda body, _data: with_key(body, key, time.time()), action)


def keep_first_options() -> Edit:
    """Use what the first instance has in common (its credentials) for all instances."""

    def make() -> Edit:
        kept: list[RequestOptions] = []

        def first(options: RequestOptions, _data: Context[Any]) -> RequestOptions:
            kept.append(options)
            return kept[0]

        return edit_options(first)

    return made_for(make)


def share_payload(action: str | None = None) -> Edit:
    """Keep what is being sent in one place for all deliveries, and wait before it is read."""

    def make() -> Edit:
        current: Object = {}

        async def around(perform: Perform, request: Request, data: Any) -> Any:
            current["data"] = data
            await asyncio.sleep(0)
            return await perform(request, current["data"])

        return around_perform(around, action)

    return made_for(make)


# --- values ----------------------------------------------------------------------------------------------------------


def with_key(body: Any, key: str, value: Any) -> Any:
    """Give a body with one more key, or if it is a list, each of its objects; another body stays as it is."""
    if isinstance(body, list):
        return [with_key(item, key, value) for item in body]
    return {**body, key: value} if isinstance(body, dict) else body


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Change every text in a JSON value, but no keys."""
    return map_leaves(value, lambda leaf: change(leaf) if isinstance(leaf, str) else leaf)


def map_integers(value: Any, change: Callable[[int], Any]) -> Any:
    """Change every integer in a JSON value."""
    return map_leaves(value, lambda leaf: change(leaf) if type(leaf) is int else leaf)


def map_leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change every text, number, boolean and null in a JSON value."""
    if isinstance(value, dict):
        return {key: map_leaves(inner, change) for key, inner in value.items()}
    return [map_leaves(inner, change) for inner in value] if isinstance(value, list) else change(value)


def map_keys(value: Any, change: Callable[[str], str]) -> Any:
    """Change every key in a JSON value."""
    if isinstance(value, dict):
        return {change(key): map_keys(inner, change) for key, inner in value.items()}
    return [map_keys(inner, change) for inner in value] if isinstance(value, list) else value


def edit_values(change: Callable[[Any], Any], action: str | None = None) -> Edit:
    """Change the value of every field that has one, before it is sent."""
    return before_perform(
        lambda payload: with_values(payload, **{key: change(value) for key, value in values_of(payload).items()}),
        action,
    )


def edit_texts(change: Callable[[str], str], action: str | None = None) -> Edit:
    """Change every text that is sent, inside of objects and lists as well."""
    return edit_values(lambda value: map_texts(value, change), action)


def edit_objects(change: Callable[[Object], Object], action: str | None = None) -> Edit:
    """Change the value of every object field that has one, before it is sent."""
    return edit_values(lambda value: change(value) if isinstance(value, dict) else value, action)


def keep_items(keep: Callable[[str, Any], bool], action: str | None = None) -> Edit:
    """Send only some of an object's keys."""
    return edit_objects(
        lambda given: {key: value for key, value in given.items() if keep(key, value)},
        action,
    )
