"""What a documentation page promises: the contract, and the ledger of the clauses that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from actions_core.definitions import CallType, Maturity, Owner, Platform
from actions_core.fields import FieldType

Level: TypeAlias = Literal["MUST", "SHOULD", "INFO"]
"""How much a clause binds: INFO is only shown."""
Testable: TypeAlias = Literal["auto", "structural", "external"]
"""How a clause can be tested: by sending events, by comparing with what the plugin declares, or by nobody here."""
DocumentedType: TypeAlias = FieldType | Literal["select", "array"]
"""A field's type, or one of two that only settings have: a choice of texts, and a list of them."""


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """A place on a page; lines and columns count from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Clause:
    """One promise of a page."""

    id: str
    """Unique in its contract, such as `action/identify/field/email/required`."""
    origin: Origin
    quote: str
    """The line, sentence or row of the table that makes the promise."""
    level: Level
    testable: Testable


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """A row of a table of settings or of an action's fields; its clauses are `label`, `description`, …, below `id`."""

    id: str
    label: str
    description: str
    required: bool
    type: DocumentedType


@dataclass(frozen=True, slots=True)
class DocumentedPreset:
    """A row of the table of presets; its clauses are `name`, `trigger` and `action`, below `id`."""

    id: str
    name: str
    trigger: str | None
    """In the trigger language, not as the page shows it; None where `event_slug` says when."""
    event_slug: str | None
    action: str
    """The title of an action."""


@dataclass(frozen=True, slots=True)
class DocumentedAction:
    """A section about an action; its clauses are `title`, `description`, …, below `id`, and those of its fields."""

    id: str
    title: str
    description: str | None
    platform: Platform
    default_trigger: str | None
    fields: tuple[DocumentedField, ...]


@dataclass(frozen=True, slots=True)
class Engage:
    """What a page says of audiences and computed traits that Engage sends; its clauses are below `engage`."""

    kind: Literal["user property"] | None = None
    call: Literal["identify"] | None = None
    key: Literal["snake_case"] | None = None
    value: Literal["bool"] | None = None
    example: str | None = None
    """The key of the page's example."""
    initial: Literal["all"] | None = None
    """Whom the first sync of an audience sends."""
    later: Literal["delta"] | None = None
    """Whom the later ones send: only those whose membership has changed."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """All that one page promises; None is what it does not say."""

    file: str
    title: str
    """The page's heading without the word Destination."""
    name: str
    """The destination's name in the Integrations object."""
    calls: tuple[CallType, ...]
    owner: Owner | None
    maturity: Maturity | None
    settings: tuple[DocumentedField, ...] | None
    presets: tuple[DocumentedPreset, ...] | None
    actions: tuple[DocumentedAction, ...]
    mapping_limit: int | None
    engage: Engage | None
    clauses: Mapping[str, Clause] = field(repr=False)
    """The ledger, by id, in the order of the page."""
    asides: tuple[Origin, ...]
    """Tables that the dialect has no meaning for, so that nothing of the page is passed over unseen."""
