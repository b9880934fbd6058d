"""The destinations and mappings that are measured with."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from actions_core import Destination, Object, default_values, preset_subscriptions, read_metadata
from destinations.usermotion import destination as usermotion
from tests.oracle.client import Oracle

HEAVY: Final = {"destination": "mixpanel", "action": "trackEvent"}
"""An action with 46 fields, most of them with a path each; it has no counterpart of ours but its definition."""
HOOK: Final = "https://hooks.example.com/in"


def presets() -> list[Object]:
    """Give UserMotion's three presets as subscriptions."""
    return [
        {"name": one.name, "action": one.action, "trigger": one.trigger, "mapping": one.mapping}
        for one in preset_subscriptions(usermotion)
    ]


def usermotion_account() -> Object:
    """Describe an account with the presets."""
    return {"destination": "usermotion", "settings": {"apiKey": "a-key-of-some-length"}, "subscriptions": presets()}


def webhook_account(url: str = HOOK, data: Object | None = None) -> Object:
    """Describe an account that sends every event, or what a mapping takes of it, to one address."""
    mapping = {"url": url, "method": "POST", "data": data or {"@path": "$."}, "batch_keys": ["url", "method"]}
    subscription = {"name": "Webhook", "action": "send", "trigger": 'type != "nothing"', "mapping": mapping}
    return {"destination": "webhook", "settings": {}, "subscriptions": [subscription]}


@cache
def definition(name: str) -> Object:
    """Read a definition of Segment's npm package as data."""
    with Oracle() as oracle:
        found: Object = oracle.ask("definition", name=name)["result"]
    return found


def heavy_routes() -> list[Object]:
    """Give the mapping that the defaults of the heavy action make, for every event."""
    destination: Destination[Any] = read_metadata(definition(HEAVY["destination"]))
    action = HEAVY["action"]
    return [{"action": action, "trigger": None, "mapping": default_values(destination.actions[action].fields)}]


def all_definitions(*, quick: bool) -> dict[str, Object]:
    """Read all definitions of the package that load, by their names in it; a few if it has to be quick."""
    with Oracle() as oracle:
        names: list[str] = ["mixpanel", "webhook"] if quick else oracle.ask("destinations")["result"]
        return {name: oracle.ask("definition", name=name)["result"] for name in names}
