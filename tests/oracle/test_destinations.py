"""Every destination of Segment's npm package that loads: its own fields, presets and default mappings, on both sides."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from actions_core import Destination, MappingResolveError, Object, PayloadValidationError, default_values, read_metadata
from actions_core.contract import compile_contract
from actions_core.js import loads, stringify
from actions_core.mapping import compile_mapping
from conformance.vectors import same_json, sentences
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import EXAMPLES, RANDOM

EVENTS_PER_MAPPING = max(1, EXAMPLES // 50)

TEXTS = (
    "",
    " ",
    "a@example.com",
    "0",
    "12",
    "1e3",
    "true",
    "2024-02-30T10:00:00Z",
    "https://example.com/?a=b",
    "é😀",
    "USD",
)
NUMBERS = (0, 1, -1, 1.5, 1e21, 42, 1700000000, 1700000000000, 9007199254740993)
PATH = re.compile(r"\$\.([A-Za-z0-9_$.\[\]'\" -]+)")


def any_value(dice: random.Random, depth: int = 0) -> Any:
    """Give a value of any JSON type, texts and numbers most often."""
    match dice.randrange(10 if depth < 2 else 7):
        case 0 | 1 | 2 | 3:
            return dice.choice(TEXTS)
        case 4 | 5:
            return dice.choice(NUMBERS)
        case 6:
            return dice.choice((None, True, False))
        case 7:
            return [any_value(dice, depth + 1) for _ in range(dice.randrange(3))]
        case _:
            keys = ("email", "id", "name", "price", "quantity", "value", "currency")
            return {key: any_value(dice, depth + 1) for key in dice.sample(keys, dice.randrange(4))}


def likely_value(name: str) -> Any:
    """Give a value of the kind that a property of this name usually has; "12" is right for texts and for numbers."""
    lowered = name.lower()
    if "email" in lowered:
        return "a@example.com"
    if any(part in lowered for part in ("url", "referrer", "link", "website")):
        return "https://example.com/a?b=c"
    if any(part in lowered for part in ("timestamp", "date", "createdat", "time", "birthday")):
        return "2024-02-29T10:00:00.000Z"
    if lowered in ("properties", "traits", "context", "address", "device", "page", "campaign", "integrations"):
        return {"id": "1", "name": "x"}
    return [{"product_id": "p", "price": 1, "quantity": 2, "name": "x"}] if lowered == "products" else "12"


def event_for(mapping: Object, dice: random.Random) -> Object:
    """Build an event that has something at most places that the mapping reads: likely values, or any."""
    event: Object = {"type": dice.choice(("track", "identify", "page", "group")), "messageId": "m"}
    wildness = dice.choice((0, 0.05, 1))
    for path in dict.fromkeys(PATH.findall(stringify(mapping))):
        if dice.random() < 0.15 * wildness:
            continue
        place: Any = event
        *parents, last = [part for part in re.split(r"[.\[\]'\"]+", path) if part] or ["x"]
        for parent in parents:
            inner = place.setdefault(parent, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            if not isinstance(place.get(last), dict):
                place[last] = any_value(dice) if dice.random() < wildness else likely_value(last)
    for products in (place for place in (event.get("properties"),) if isinstance(place, dict) and "products" in place):
        if dice.random() < 0.7 * wildness:
            products["products"] = [any_value(dice) for _ in range(dice.randrange(4))]
    return event


def mappings(destination: Destination[Any]) -> Iterator[tuple[str, Object]]:
    for slug, action in destination.actions.items():
        yield slug, default_values(action.fields)
    for preset in destination.presets:
        if preset.action in destination.actions and preset.mapping:
            yield preset.action, preset.mapping


def ours(destination: Destination[Any], action: str, mapping: Object, event: Object) -> Object:
    try:
        values = compile_mapping(mapping).resolve(event)
        payload = compile_contract(destination.actions[action].fields).validate(values)
    except (MappingResolveError, PayloadValidationError) as error:
        return {"error": str(error)}
    return {"result": loads(stringify(payload))}


def test_every_loadable_destination_maps_and_validates_alike(oracle: Oracle) -> None:
    """Varies the events: per mapping, any JSON value or none at each place that it reads."""
    names = oracle.ask("destinations")["result"]
    dice = random.Random(None if RANDOM else 1)  # noqa: S311 - repeatable, not secret
    actions = pairs = delivered = 0
    for name in names:
        destination = read_metadata(oracle.ask("definition", name=name)["result"])
        actions += len(destination.actions)
        for action, mapping in mappings(destination):
            for _ in range(EVENTS_PER_MAPPING):
                event = event_for(mapping, dice)
                answer = oracle.ask("actionPayload", name=name, action=action, mapping=mapping, event=event)
                found = ours(destination, action, mapping, event)
                pairs += 1
                witness = f"{name}/{action} {stringify(event)}"
                if "it was a function" in stringify(answer):
                    continue  # a mapping that reads an inherited function, such as `search` of a text: a listed divergence
                if "error" in answer:
                    assert found.get("error") == sentences(answer["error"]["message"]), witness
                else:
                    assert same_json(found.get("result"), answer.get("result")), witness
                    delivered += 1
    print(f"{len(names)} destinations, {actions} actions, {pairs} pairs, {delivered} payloads")  # noqa: T201 - the counts are what one wants to know
    assert len(names) >= 215
    assert actions >= 590
    assert delivered > pairs / 4, "too few of the generated events are valid to mean anything"


@pytest.mark.parametrize("name", ["usermotion", "webhook", "slack"])
def test_a_definition_that_was_read_can_be_checked(oracle: Oracle, name: str) -> None:
    from actions_core.check import check_destination  # noqa: PLC0415

    assert check_destination(read_metadata(oracle.ask("definition", name=name)["result"])) == []
