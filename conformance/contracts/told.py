"""What a source other than the page tells of a destination: Segment's catalog, or the annex.

Both become the same values, so that one merger (`conformance.contracts.merging`) joins them with the page. What a
source does not tell is None, or, of a field, not in its `model_fields_set`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from actions_core.definitions import CallType, Maturity, Owner, Platform
from actions_core.fields import Choice, Conditions, FieldType, Format
from actions_core.js import MISSING, Object
from conformance.contracts.model import Origin, Sent, Source


class ToldField(BaseModel):
    """What is told of a field or a setting."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str | None = None
    description: str | None = None
    type: FieldType | None = None
    required: bool | Conditions | None = None
    default: Any = MISSING
    multiple: bool | None = None
    allow_null: bool | None = None
    choices: tuple[str | Choice, ...] | None = None
    format: Format | None = None
    minimum: int | float | None = None
    maximum: int | float | None = None
    dynamic: bool | None = None
    additional_properties: bool | None = None
    properties: dict[str, ToldField] | None = None
    sent: Sent | None = None


DETAILS: Final = (
    "default", "multiple", "allow_null", "choices", "format", "minimum", "maximum", "dynamic",
    "additional_properties", "properties",
)  # fmt: skip
"""What is told of a field and no page tells."""


class Places:
    """Where in a file things are told."""

    def __init__(self, file: str, lines: Mapping[tuple[str, ...], int]) -> None:
        self.file: Final = file
        self._lines: Final = lines

    def origin(self, path: Sequence[str]) -> Origin:
        """Give the line of a path, or of the nearest thing above it that has one."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(tuple(path[:length]))
            if line is not None:
                return Origin(self.file, line)
        return Origin(self.file, self._lines.get((), 1))


@dataclass(frozen=True, kw_only=True)
class ToldAction:
    """What is told of an action."""

    title: str | None
    """None: that of the action which is known to have the slug."""
    description: str | None = None
    platform: Platform | None = None
    default_trigger: str | None = None
    fields: Mapping[str, ToldField] = field(default_factory=dict)
    """By key, in order."""


@dataclass(frozen=True, kw_only=True)
class ToldPreset:
    """What is told of a preset."""

    name: str
    mapping: Object | None = None
    trigger: str | None = None
    """In the trigger language, or `on some_event`."""
    action: str | None = None
    """The title of its action."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """All that a source tells; places are paths such as `("actions", SLUG, "fields", KEY, "default")`."""

    source: Source
    places: Places
    name: str | None = None
    calls: Mapping[CallType, bool] = field(default_factory=dict)
    """Whether a call is accepted, as far as that is told."""
    owner: Owner | None = None
    maturity: Maturity | None = None
    settings: Mapping[str, ToldField] | None = None
    setting_types: Mapping[str, str] = field(default_factory=dict)
    """Types of settings by key, where they may be others than those of fields."""
    actions: Mapping[str, ToldAction] | None = None
    presets: Sequence[ToldPreset] | None = None
