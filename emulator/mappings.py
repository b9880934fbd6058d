"""Mapping files: the subscriptions of a destination instance as a customer would save them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from actions_core import Destination, Subscription, default_values
from actions_core.definitions import action_of
from actions_core.errors import ConfigurationError, JSONSyntaxError
from actions_core.js import Object, loads, type_of


class SavedMapping(BaseModel):
    """One mapping of a file, with the names of Segment's Public API or those of its open-source runtime."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(validation_alias=AliasChoices("partnerAction", "action"))
    trigger: str = Field(validation_alias=AliasChoices("trigger", "subscribe"))
    name: str | None = None
    mapping: dict[str, Any] | None = Field(default=None, validation_alias=AliasChoices("mapping", "mappings"))
    enabled: bool = True


_FILE = TypeAdapter(list[SavedMapping])


def read_mappings(path: Path, destination: Destination[Any]) -> list[Subscription]:
    """Read one mapping or a list of them from a JSON file; a mapping without values takes the action's defaults.

    Raises `ConfigurationError` with one sentence for each mistake, naming the file and the JSON pointer.
    """
    try:
        content = loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except JSONSyntaxError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from None
    single = not isinstance(content, list)
    entries = [content] if single else content
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict):
            place = "" if single else f"/{index}: "
            raise ConfigurationError(f"{path}: {place}expected a mapping (a JSON object), got {type_of(entry)}")
    try:
        saved = _FILE.validate_python(entries)
    except ValidationError as error:
        raise ConfigurationError("; ".join(_sentences(path, error, single=single))) from None
    return [
        _subscription(f"{path}: {'' if single else f'/{index}'}", index, entry, destination)
        for index, entry in enumerate(saved)
    ]


def _subscription(place: str, index: int, entry: SavedMapping, destination: Destination[Any]) -> Subscription:
    action = action_of(destination, entry.action, f"{place}/partnerAction: ")
    mapping: Object = default_values(action.fields) if entry.mapping is None else entry.mapping
    return Subscription(
        action=entry.action,
        trigger=entry.trigger,
        mapping=mapping,
        name=entry.name or f"{action.title} ({index + 1})",
        enabled=entry.enabled,
    )


def _sentences(path: Path, error: ValidationError, *, single: bool) -> list[str]:
    sentences = []
    for detail in error.errors():
        parts = detail["loc"][1:] if single else detail["loc"]
        pointer = "".join(f"/{part}" for part in parts) or "/"
        sentences.append(f"{path}: {pointer}: {detail['msg'].lower()}")
    return sentences
