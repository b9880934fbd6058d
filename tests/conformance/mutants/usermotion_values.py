"""What UserMotion's functions could do to values on their way."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from actions_core import MISSING, ExecuteInput, Request, Response
from conformance.mutants.code import Perform, around_perform, before_perform, edit_body, with_values
from conformance.mutants.edit import edit_action
from conformance.mutants.mistakes import (
    edit_objects,
    edit_texts,
    edit_values,
    keep_items,
    map_integers,
    map_keys,
    map_leaves,
)
from conformance.mutants.model import Mutant
from destinations.usermotion.actions import TrackPayload
from destinations.usermotion.settings import API, Settings


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


def _fifteen_digits(number: int) -> float:
    """Give an integer as a spreadsheet keeps it; one that no float can hold stays as it is."""
    return float(f"{number:.15g}") if abs(number) < 10**300 else number


async def _track_with_json_module(request: Request, data: ExecuteInput[TrackPayload, Settings]) -> Response:
    event = data.payload
    body = {
        "event": event.eventName,
        "userId": event.userId,
        "anonymousId": event.anonymousId,
        "context": event.context or {},
        "properties": event.properties or {},
    }
    told = {key: value for key, value in body.items() if value is not MISSING}
    return await request.post(f"{API}/track", body=json.dumps(told))


async def _without_computed_trait(perform: Perform, request: Request, data: Any) -> Any:
    computed = (data.personas or {}).get("computation_key")
    traits = {key: value for key, value in (data.payload.traits or {}).items() if key != computed}
    return await perform(request, replace(data, payload=with_values(data.payload, traits=traits)))


MUTANTS: Final = (
    Mutant(
        "values/lower-case-email",
        "Email is sent in lower case",
        before_perform(lambda payload: with_values(payload, email=payload.email.lower()), "identify"),
    ),
    Mutant(
        "values/strip-user-id",
        "white space around a User ID is not sent",
        before_perform(lambda payload: with_values(payload, userId=payload.userId.strip()), "identify"),
    ),
    Mutant(
        "values/cut-event-name",
        "of an Event Name 255 characters are sent",
        before_perform(lambda payload: with_values(payload, eventName=payload.eventName[:255]), "track"),
    ),
    Mutant(
        "values/ascii-only",
        "characters outside of ASCII are not sent",
        edit_texts(_ascii),
    ),
    Mutant(
        "values/integers-to-floats",
        "1 is sent as 1.0",
        edit_body(lambda body, _data: map_integers(body, float), write=json.dumps),
    ),
    Mutant(
        "values/booleans-to-integers",
        "true is sent as 1",
        edit_values(lambda value: map_leaves(value, lambda leaf: int(leaf) if isinstance(leaf, bool) else leaf)),
    ),
    Mutant("values/drop-falsy", "what is empty, 0 or false is not sent", keep_items(lambda _key, value: bool(value))),
    Mutant("values/drop-false", "false is not sent", keep_items(lambda _key, value: value is not False)),
    Mutant("values/drop-null", "null is not sent", keep_items(lambda _key, value: value is not None)),
    Mutant(
        "values/lower-case-keys",
        "keys are sent in lower case",
        edit_objects(lambda given: map_keys(given, str.lower)),
    ),
    Mutant(
        "values/integers-of-15-digits",
        "integers go through a float of 15 digits",
        edit_objects(lambda given: map_integers(given, _fifteen_digits)),
    ),
    Mutant(
        "values/hide-underscored",
        "keys that begin with an underscore are not sent",
        keep_items(lambda key, _value: not key.startswith("_")),
    ),
    Mutant(
        "values/empty-key",
        "a key that is empty cannot be sent",
        keep_items(lambda key, _value: key[0] != "$"),
    ),
    Mutant(
        "values/nan",
        "NaN is written into the body",
        edit_action("track", perform=_track_with_json_module),
    ),
    Mutant(
        "values/computed-trait",
        "the trait that Engage has computed is not sent",
        around_perform(_without_computed_trait, "identify"),
    ),
    Mutant(
        "values/channel",
        "the event's channel is sent",
        edit_body(lambda body, data: {**body, "channel": data.raw_data.get("channel", MISSING)}),
    ),
)
