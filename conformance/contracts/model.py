"""What a documentation page promises: the contract, and the ledger of the clauses that it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, TypeAlias

from actions_core.definitions import CallType, Maturity, Owner, Platform
from actions_core.fields import FieldType, InputField
from actions_core.js import MISSING, Object

Level: TypeAlias = Literal["MUST", "SHOULD", "INFO"]
"""How much a clause binds: INFO is only shown."""
Testable: TypeAlias = Literal["auto", "structural", "external"]
"""How a clause can be tested: by sending events, by comparing with what the plugin declares, or by nobody here."""
Layer: TypeAlias = Literal["page", "catalog", "wire"]
"""Which source makes a promise: the page, what Segment's catalog adds to it (keys, defaults, choices), or what is known
of the partner's API."""
Source: TypeAlias = Literal["page", "catalog", "annex"]
"""Who says something; an earlier one holds until a conflict is decided."""
Sent: TypeAlias = Literal["verbatim", "changed", "never"]
"""What becomes of a field's value in the request: as it is, in another form (hashed, say), or nothing."""
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
    layer: Layer = "page"


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """A row of a table of settings or of an action's fields; its clauses are `label`, `description`, …, below `id`."""

    id: str
    label: str
    description: str
    required: bool
    type: DocumentedType
    key: str | None = None
    """Its key on the wire, where the annex tells it."""
    details: InputField | None = None
    """What the annex adds (default, choices, …); `model_fields_set` tells which of it was said."""
    sent: Sent = "verbatim"


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
    mapping: Object | None = None
    """Its own values, where the annex tells them."""


@dataclass(frozen=True, slots=True)
class DocumentedAction:
    """A section about an action; its clauses are `title`, `description`, …, below `id`, and those of its fields."""

    id: str
    title: str
    description: str | None
    platform: Platform
    default_trigger: str | None
    fields: tuple[DocumentedField, ...]
    slug: str | None = None
    wire: WireRequest | None = None
    """The request that an event becomes."""
    batch_answer: Any = None
    """What the partner answers to a batch when all is well, as a template; None: an empty object."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """A request as the annex describes it: text with `{field}` in it; see `conformance.suite.wire`."""

    method: str
    url: str
    body: Any = None


@dataclass(frozen=True, slots=True)
class Golden:
    """An event, or the events of a batch, and the requests that come of it, literally."""

    name: str
    event: Object | None
    requests: tuple[Object, ...]
    """Each with `method`, `url` and `body`, with those `headers` that are told and none of those that are `absent`."""
    preset: str | None = None
    """The name of the preset whose mapping it goes through; None: all of them, or a mapping of `action`."""
    action: str | None = None
    """The slug of the action whose mapping it goes through, whatever the trigger."""
    mapping: Object = field(default_factory=dict)
    """What that mapping has besides the defaults, or instead of them."""
    settings: Object = field(default_factory=dict)
    """Settings besides the made-up ones, or instead of them."""
    events: tuple[Object, ...] = ()
    """A batch, in place of the event."""
    answer: Any = None
    """What the partner answers to the batch, as a template; None: that all is well."""
    statuses: tuple[int, ...] = ()
    """What becomes of each event of the batch; none: that is not told."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that say different things; MISSING is what does not speak of it, None what says that there is none."""

    clause: str
    page: Any
    annex: Any
    winner: Source | None = None
    """None: nobody has decided it."""
    reason: str = ""
    catalog: Any = MISSING

    def __str__(self) -> str:
        said: dict[Source, Any] = {"page": self.page, "catalog": self.catalog, "annex": self.annex}
        told = ", ".join(
            f"the {source} {'says' if value is not None else 'has'} {_shown(value)}"
            for source, value in said.items()
            if value is not MISSING
        )
        return f"{self.clause}: {told}"


def _shown(value: Any) -> str:
    return "none" if value is None else repr(value)


@dataclass(frozen=True, slots=True)
class Divergence:
    """A promise that is known not to be kept, with the case that shows it."""

    check: str
    subject: str | None
    where: str
    """The name of a predicate; cases that it takes are left out of the check."""
    witness: Object = field(hash=False)
    """A case of the check that must still fail."""
    reason: str
    issue: str | None = None
    until: date | None = None
    """The day after which it counts as a failure."""


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

    # --- what the annex adds ---
    layers: frozenset[Layer] = frozenset({"page"})
    annex: str | None = None
    """The annex's file."""
    catalog: str | None = None
    """The file of Segment's catalog that the annex names."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers of every request, as templates."""
    probe: WireRequest | None = None
    """What the check of the credentials asks the partner."""
    golden: tuple[Golden, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    divergences: tuple[Divergence, ...] = ()
