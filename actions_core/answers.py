"""What an author's functions answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions_core.fields import FieldType
from actions_core.js import MISSING, Object


@dataclass(frozen=True, kw_only=True)
class Success:
    """The answer for one payload of a batch that was accepted."""

    status: int
    sent: Any = field(repr=False)
    body: Any = field(default=MISSING, repr=False)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The answer for one payload of a batch that was refused."""

    status: int
    message: str
    code: str | None = None
    """Segment's error code; None: the one of the status."""
    sent: Any = field(default=MISSING, repr=False)
    body: Any = field(default=MISSING, repr=False)


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """The partner has taken a batch and will work on it; `poll_batch` asks what has become of it."""

    job_id: str


class MultiStatus:
    """An answer for each payload of a batch; a payload without one is reported as a failure with status 500."""

    def __init__(self, answers: Iterable[Success | Failure] = ()) -> None:
        self._answers: dict[int, Success | Failure] = dict(enumerate(answers))

    def __setitem__(self, index: int, answer: Success | Failure) -> None:
        self._answers[index] = answer

    def __getitem__(self, index: int) -> Success | Failure | None:
        return self._answers.get(index)

    def __delitem__(self, index: int) -> None:
        self._answers.pop(index, None)

    def __len__(self) -> int:
        return max(self._answers, default=-1) + 1

    def append(self, answer: Success | Failure) -> None:
        """Answer for the payload after the last one answered."""
        self._answers[len(self)] = answer

    def __repr__(self) -> str:
        return f"MultiStatus({[self[index] for index in range(len(self))]!r})"


@dataclass(frozen=True, kw_only=True)
class DynamicChoice:
    """One value that a dynamic field offers."""

    value: str
    label: str
    description: str | None = None
    type: FieldType | None = None


@dataclass(frozen=True, kw_only=True)
class DynamicChoices:
    """One page of what a dynamic field offers, or why it cannot."""

    choices: Sequence[DynamicChoice] = ()
    next_page: str | None = None
    error: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class HookResult:
    """What a mapping hook did: data to be saved in the mapping, or why it failed."""

    saved_data: Object | None = None
    success_message: str | None = None
    error: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class RefreshedTokens:
    """What a partner gives for a refresh token; without a new refresh token the old one stays."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Audience:
    """An audience at the partner, by the partner's id."""

    external_id: str
