"""Segment around a plugin: the parts of the runtime that checks look at besides the plugin's own functions.

They are a value, so that a test of the suite itself can replace one of them with a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from actions_core.js import Object
from actions_core.mapping import compile_mapping
from actions_core.plugins import Catalog
from actions_core.rules.call_types import refuse_call_type
from actions_core.rules.engage import membership_events, snake_case
from actions_core.rules.integrations import route
from actions_core.rules.limits import check_mapping_count
from actions_core.rules.retries import RetrySchedule, fate_of
from actions_core.runtime import DestinationInstance
from actions_core.trigger import compile_trigger


def _matches(trigger: str, event: Object) -> bool:
    return compile_trigger(trigger).matches(event)


def _resolve(mapping: Object, event: Object) -> Any:
    return compile_mapping(mapping).resolve(event)


async def _deliver_batch(instance: DestinationInstance[Any], events: Sequence[Object]) -> Any:
    return await instance.deliver_batch(events)


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The runtime's functions, by what they are for."""

    instance: Callable[..., DestinationInstance[Any]] = DestinationInstance
    deliver_batch: Callable[[DestinationInstance[Any], Sequence[Object]], Any] = _deliver_batch
    matches: Callable[[str, Object], bool] = _matches
    """Whether a trigger takes an event; raises `TriggerSyntaxError`."""
    resolve: Callable[[Object, Object], Any] = _resolve
    """What a mapping makes of an event; raises `MappingError` or `MappingResolveError`."""
    route: Callable[..., Any] = route
    refuse_call_type: Callable[..., Any] = refuse_call_type
    check_mapping_count: Callable[[int], None] = check_mapping_count
    fate_of: Callable[..., str] = fate_of
    schedule: RetrySchedule = field(default_factory=RetrySchedule)
    snake_case: Callable[[str], str] = snake_case
    membership_events: Callable[..., Any] = membership_events
    with_plugin: Callable[..., Catalog] = Catalog.with_plugin


SEGMENT: Final = Platform()
"""As it is."""
