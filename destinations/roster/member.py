"""The contract of Sync Member: a person, and the list they are put on or taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from actions_core import MISSING, Choice, Condition, Conditions, DateTime, Field, Missing, Object, coalesce, path


def _identified_by(kind: str) -> Conditions:
    return Conditions(conditions=(Condition(field_key="identifierType", operator="is", value=kind),))


_BY_EMAIL: Final = _identified_by("email")
_BY_PHONE: Final = _identified_by("phone")
_BY_USER_ID: Final = _identified_by("userId")
_IDENTIFIERS: Final = (
    Choice(label="Email", value="email"),
    Choice(label="Phone", value="phone"),
    Choice(label="User ID", value="userId"),
)

IdentifierType = Annotated[
    str, Field("Identify By", "What tells members apart.", choices=_IDENTIFIERS, default="email")
]
Email = Annotated[
    str,
    Field(
        "Email",
        "The member's email address. Required if members are identified by it.",
        format="email",
        required=_BY_EMAIL,
        depends_on=_BY_EMAIL,
        default=coalesce("$.traits.email", "$.context.traits.email"),
    ),
]
Phone = Annotated[
    str,
    Field(
        "Phone",
        "The member's phone number. Required if members are identified by it.",
        required=_BY_PHONE,
        depends_on=_BY_PHONE,
        default=coalesce("$.traits.phone", "$.context.traits.phone"),
    ),
]
UserId = Annotated[
    str,
    Field(
        "User ID",
        "The member's user ID. Required if members are identified by it.",
        required=_BY_USER_ID,
        depends_on=_BY_USER_ID,
        default=path("$.userId"),
    ),
]
ListId = Annotated[
    str,
    Field(
        "List",
        "The list. If empty, it is the one chosen when the mapping was saved, or else the audience's, or else the list "
        "of everyone.",
        dynamic=True,
    ),
]
ExternalAudienceId = Annotated[
    str,
    Field(
        "Audience",
        "Roster's list for the audience that the event belongs to.",
        default=path("$.context.personas.external_audience_id"),
        unsafe_hidden=True,
    ),
]
FirstName = Annotated[
    str,
    Field("First Name", "The member's first name; null makes Roster forget it.", default=path("$.traits.firstName")),
]
Attributes = Annotated[
    Object,
    Field(
        "Attributes",
        "What else is known of the member, by Roster's name for it.",
        default={"plan": path("$.traits.plan"), "city": path("$.traits.address.city")},
        default_object_ui="keyvalue",
        dynamic=True,
    ),
]


@dataclass(frozen=True, kw_only=True)
class ConsentGiven:
    """Whether a person wants to be written to."""

    status: Annotated[str, Field("Status", "Whether the person has agreed.", choices=("granted", "denied", "unknown"))]
    givenAt: Annotated[DateTime, Field("Given At", "When the person said so.")] | Missing = MISSING


Consent = Annotated[ConsentGiven, Field("Consent", "Whether the member wants to be written to.")]
Tags = Annotated[list[str], Field("Tags", "Words to find the member by.", default=path("$.traits.tags"))]
JoinedAt = Annotated[DateTime, Field("Joined At", "When the member joined the list.", default=path("$.timestamp"))]
EnableBatching = Annotated[
    bool, Field("Use Batches", "Whether Segment sends many members in one request.", default=True)
]
BatchSize = Annotated[
    float,
    Field(
        "Batch Size",
        "How many members one request has at most.",
        minimum=1,
        maximum=500,
        default=500,
        unsafe_hidden=True,
    ),
]


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person and a list."""

    identifierType: IdentifierType
    email: Email | Missing = MISSING
    phone: Phone | Missing = MISSING
    userId: UserId | Missing = MISSING
    listId: ListId | Missing = MISSING
    externalAudienceId: ExternalAudienceId | Missing = MISSING
    firstName: FirstName | Missing | None = MISSING
    attributes: Attributes | Missing = MISSING
    consent: Consent | Missing = MISSING
    tags: Tags | Missing = MISSING
    joinedAt: JoinedAt | Missing = MISSING
    enable_batching: EnableBatching | Missing = MISSING
    batch_size: BatchSize | Missing = MISSING
