"""Tools that make mistakes in an author's functions: each gives an `Edit`, as those of `conformance.mutants.edit` do.

    before_perform(lambda payload: with_values(payload, email=value_of(payload, "email").lower()), "identify")
    around_perform(swallow)                       async def swallow(perform, request, data): …
    edit_request(lambda request, data: replace(request, method="PUT"), "track")
    edit_body(lambda body, data: {**body, "raw": data.raw_data})
    edit_options(lambda options, data: replace(options, headers={**options.headers, "authorization": "…"}))

Where the last argument is the slug of an action, None means every action. Mistakes are made in `perform` and
`perform_batch` alike, since authors share what the two have in common. State belongs into the function that makes the
edit (see `made_for`), so that no two mutated targets share it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, TypeAlias

from actions_core.definitions import AnyAction
from actions_core.errors import ConfigurationError
from actions_core.inputs import BatchInput, Context, ExecuteInput
from actions_core.js import MISSING, Missing, loads, stringify
from actions_core.request import Request, RequestOptions
from actions_core.transport import HttpRequest
from conformance.mutants.edit import Edit, map_action, map_destination
from conformance.suite.target import Target

Perform: TypeAlias = Callable[[Request, Any], Awaitable[Any]]
"""`perform` or `perform_batch`."""
ChangeRequest: TypeAlias = Callable[[HttpRequest, Any], HttpRequest]
"""From a request as it would be sent, and the `ExecuteInput` or `BatchInput` that it is sent for, to another one."""
ChangeBody: TypeAlias = Callable[[Any, Any], Any]
"""The same for a body, as a JSON value; MISSING takes a key away."""


Around: TypeAlias = Callable[[Perform, Request, Any], Awaitable[Any]]
"""Runs an author's function, more or less: it is given the function and what the function is to be given."""


def made_for(make: Callable[[], Edit]) -> Edit:
    """Make an edit anew for each target, for a mistake that has a state."""

    def edit(target: Target) -> Target:
        return make()(target)

    return edit


# --- around an author's functions ------------------------------------------------------------------------------------


def around_perform(around: Around, action: str | None = None) -> Edit:
    """Run `perform` (and `perform_batch`) inside of another function."""
    return map_action(action, lambda found: replace(around_single(around, found), **_batch(around, found)))


def around_single(around: Around, action: AnyAction[Any]) -> AnyAction[Any]:
    """Give an action whose `perform` runs inside of another function."""
    return replace(action, perform=_wrapped(around, action.perform))


def around_batch(around: Around, action: str | None = None) -> Edit:
    """Run only `perform_batch` inside of another function."""
    return map_action(action, lambda found: replace(found, **_batch(around, found)))


def around_check(around: Around) -> Edit:
    """Run the check of the credentials inside of another function."""

    def edit(target: Target) -> Target:
        authentication = target.destination.authentication
        if authentication is None or authentication.check is None:
            raise ConfigurationError(f"{target.destination.name} has no check of its credentials")
        changed = replace(authentication, check=_wrapped(around, authentication.check))
        return map_destination(lambda destination: replace(destination, authentication=changed))(target)

    return edit


def _batch(around: Around, action: AnyAction[Any]) -> dict[str, Any]:
    return {} if action.perform_batch is None else {"perform_batch": _wrapped(around, action.perform_batch)}


def _wrapped(around: Around, function: Perform) -> Perform:
    async def wrapped(request: Request, data: Any) -> Any:
        return await around(function, request, data)

    return wrapped


# --- what they are given ---------------------------------------------------------------------------------------------


def before_perform(change: Callable[[Any], Any], action: str | None = None) -> Edit:
    """Change each payload before an author's function has it; see `value_of` and `with_values`."""

    async def around(perform: Perform, request: Request, data: Any) -> Any:
        return await perform(request, with_payloads(data, change))

    return around_perform(around, action)


def with_payloads(data: Any, change: Callable[[Any], Any]) -> Any:
    """Give the input of `perform` or `perform_batch` with changed payloads."""
    if isinstance(data, BatchInput):
        return replace(data, payloads=[change(payload) for payload in data.payloads])
    return replace(data, payload=change(data.payload)) if isinstance(data, ExecuteInput) else data


def value_of(payload: Any, key: str) -> Any:
    """Read a field of a payload, be it a dataclass or a dict; MISSING if it is not there."""
    return payload.get(key, MISSING) if isinstance(payload, dict) else getattr(payload, key, MISSING)


def with_values(payload: Any, **values: Any) -> Any:
    """Give a payload with other values; MISSING for none."""
    if isinstance(payload, dict):
        merged = {**payload, **values}
        return {key: value for key, value in merged.items() if value is not MISSING}
    return replace(payload, **values)


def values_of(payload: Any) -> dict[str, Any]:
    """Give the fields of a payload that have a value."""
    if isinstance(payload, dict):
        return payload
    found = {one.name: getattr(payload, one.name) for one in dataclasses.fields(payload)}
    return {key: value for key, value in found.items() if value is not MISSING}


# --- what they send --------------------------------------------------------------------------------------------------


def edit_request(change: ChangeRequest, action: str | None = None) -> Edit:
    """Change each request that is sent for events, as it is ready to be sent."""

    def edit(target: Target) -> Target:
        # What is being sent for; each mutated target has its own.
        sending: ContextVar[Any] = ContextVar("sending", default=MISSING)

        async def around(perform: Perform, request: Request, data: Any) -> Any:
            token = sending.set(data)
            try:
                return await perform(request, data)
            finally:
                sending.reset(token)

        def before(request: HttpRequest) -> HttpRequest:
            data = sending.get()
            return request if data is MISSING else change(request, data)

        def add(options: RequestOptions, _data: Context[Any]) -> RequestOptions:
            return replace(options, before_request=(*options.before_request, before))

        return edit_options(add)(around_perform(around, action)(target))

    return edit


def edit_body(change: ChangeBody, action: str | None = None, *, write: Callable[[Any], str] = stringify) -> Edit:
    """Change the JSON body of each request that is sent for events; a request without one stays as it is."""

    def rewrite(request: HttpRequest, data: Any) -> HttpRequest:
        if not request.body or "json" not in request.headers.get("content-type", ""):
            return request
        return replace(request, body=write(change(loads(request.body), data)).encode())

    return edit_request(rewrite, action)


def edit_url(change: Callable[[str], str], action: str | None = None) -> Edit:
    """Change the URL of each request that is sent for events."""
    return edit_request(lambda request, _data: replace(request, url=change(request.url)), action)


def edit_headers(action: str | None = None, /, **headers: str | Missing) -> Edit:
    """Set headers of requests that are sent for events (`x_source=` is x-source); MISSING takes one away."""

    def change(request: HttpRequest, _data: Any) -> HttpRequest:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        merged = {**request.headers, **named}
        return replace(request, headers={name: value for name, value in merged.items() if value is not MISSING})

    return edit_request(change, action)


def edit_options(change: Callable[[RequestOptions, Context[Any]], RequestOptions]) -> Edit:
    """Change what all requests have in common, those for other things than events included."""

    def edit(target: Target) -> Target:
        original = target.destination.extend_request

        def extended(data: Context[Any]) -> RequestOptions:
            return change(RequestOptions() if original is None else original(data), data)

        return map_destination(lambda destination: replace(destination, extend_request=extended))(target)

    return edit
