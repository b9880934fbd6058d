"""Collecting events for actions with `perform_batch`: which events go together, and when a batch is complete.

Segment's own batching is closed. What it documents, in the README of its action destinations, is followed: the
reserved fields `enable_batching`, `batch_size`, `batch_bytes` and `batch_keys`, their defaults, and a minute of
waiting. A `Batcher` is a plain data structure: it never sleeps and has no clock; times are seconds of any one clock
that does not go back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from actions_core.definitions import Destination, Subscription
from actions_core.errors import PayloadValidationError
from actions_core.fields import InputField
from actions_core.js import MISSING, Object, string_to_number, stringify
from actions_core.rules.audience import personas_of
from actions_core.rules.limits import BATCH_AGE, BATCH_BYTES, BATCH_SIZE, MAX_BATCH_SIZE

CloseReason: TypeAlias = Literal["count", "bytes", "age", "key", "flush"]
"""`key`: there were more different keys at once than batches may be open."""

MAX_OPEN: Final = 100
"""Batches of one mapping that may be open at once; Segment only asks for keys with few different values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRules:
    """When batches of one mapping are complete, and which of its events may share one."""

    size: int = BATCH_SIZE
    """Events."""
    bytes: int = BATCH_BYTES
    """UTF-8 bytes of the payloads as a JSON array; a payload that is larger goes alone."""
    keys: tuple[str, ...] = ()
    """Fields of the payload that must be the same in all of a batch."""
    by_audience: bool = False
    """Whether all of a batch must be of the same audience."""
    age: float = BATCH_AGE
    """Seconds after its first event."""
    open: int = MAX_OPEN
    """Batches; the oldest is closed for another."""


def batch_rules(destination: Destination[Any], subscription: Subscription) -> BatchRules | None:
    """Read how a mapping's events are batched; None if they are sent singly.

    That is when the action has no `perform_batch` or the mapping does not say `enable_batching`: true, also as 1 or
    "true". `batch_size`, `batch_bytes` and `batch_keys` are the mapping's, else the default of the action's field of
    that name, else Segment's. A number that is none or below 1 is no number (webhooks say 0 for Segment's own), and
    `batch_size` has an upper limit. Directives are not carried out: a batch has many events.
    """
    action = destination.actions[subscription.action]
    mapping = subscription.mapping
    if action.perform_batch is None or mapping.get("enable_batching") not in (True, "true"):
        return None
    return BatchRules(
        size=min(_count(mapping, action.fields, "batch_size", BATCH_SIZE), MAX_BATCH_SIZE),
        bytes=_count(mapping, action.fields, "batch_bytes", BATCH_BYTES),
        keys=_keys(_setting(mapping, action.fields, "batch_keys")),
        by_audience=destination.audiences is not None,
    )


def _setting(mapping: Object, fields: Mapping[str, InputField], key: str) -> Any:
    if key in mapping:
        return mapping[key]
    return fields[key].default if key in fields else MISSING


def _count(mapping: Object, fields: Mapping[str, InputField], key: str, default: int) -> int:
    value = _setting(mapping, fields, key)
    number = string_to_number(value) if isinstance(value, str) else value
    usable = isinstance(number, (int, float)) and not isinstance(number, bool) and 1 <= number < float("inf")
    return int(number) if usable else default


def _keys(value: Any) -> tuple[str, ...]:
    return tuple(key for key in (value if isinstance(value, list) else [value]) if isinstance(key, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBatch:
    """Events that go to `perform_batch` together, and why no more were waited for."""

    events: tuple[Object, ...] = field(repr=False)
    """In the order in which they came."""
    payloads: tuple[Object, ...] = field(repr=False)
    """The valid payload of each event."""
    bytes: int
    """The size of the payloads as a JSON array in UTF-8."""
    key: str
    """What the events have in common, as a JSON object."""
    reason: CloseReason
    opened_at: float
    closed_at: float


class _OpenBatch:
    __slots__ = ("bytes", "events", "opened_at", "payloads")

    def __init__(self, opened_at: float) -> None:
        self.events: Final[list[Object]] = []
        self.payloads: Final[list[Object]] = []
        self.bytes = 1  # the brackets; with every payload comes a comma, but with the first
        self.opened_at: Final = opened_at

    def add(self, event: Object, payload: Object, size: int) -> None:
        self.events.append(event)
        self.payloads.append(payload)
        self.bytes += size + 1


class Batcher:
    """The open batches of one mapping."""

    def __init__(self, rules: BatchRules) -> None:
        self.rules: Final = rules
        self._open: Final[OrderedDict[str, _OpenBatch]] = OrderedDict()
        """By key; the one that was opened first comes first (which a plain dict finds ever more slowly)."""

    def __len__(self) -> int:
        return sum(len(batch.events) for batch in self._open.values())

    def add(self, event: Object, payload: Object, now: float) -> list[ClosedBatch]:
        """Take an event with its valid payload; give the batches that are complete, with it or because of it.

        Batches that are due are among them. Raises `PayloadValidationError` for a payload that cannot be written as
        JSON because it is nested too deeply; the event is then in no batch.
        """
        key = self._key_of(event, payload)
        size = len(_json(payload).encode())
        closed = self.due(now)
        batch = self._open.get(key)
        if batch is not None and batch.bytes + size + 1 > self.rules.bytes:
            closed.append(self._close(key, "bytes", now))
            batch = None
        if batch is None:
            if len(self._open) >= self.rules.open:
                closed.append(self._close(next(iter(self._open)), "key", now))
            batch = self._open[key] = _OpenBatch(now)
        batch.add(event, payload, size)
        if len(batch.events) >= self.rules.size:
            closed.append(self._close(key, "count", now))
        elif batch.bytes >= self.rules.bytes:
            closed.append(self._close(key, "bytes", now))
        return closed

    def due(self, now: float) -> list[ClosedBatch]:
        """Give the batches that have waited long enough."""
        closed = []
        while (at := self.next_due) is not None and at <= now:
            closed.append(self._close(next(iter(self._open)), "age", now))
        return closed

    @property
    def next_due(self) -> float | None:
        """When the next batch will have waited long enough; None if none is open."""
        return next((batch.opened_at + self.rules.age for batch in self._open.values()), None)

    def flush(self, now: float) -> list[ClosedBatch]:
        """Give all batches, complete or not, as when a program ends."""
        return [self._close(key, "flush", now) for key in list(self._open)]

    def _close(self, key: str, reason: CloseReason, now: float) -> ClosedBatch:
        batch = self._open.pop(key)
        return ClosedBatch(
            events=tuple(batch.events),
            payloads=tuple(batch.payloads),
            bytes=batch.bytes,
            key=key,
            reason=reason,
            opened_at=batch.opened_at,
            closed_at=now,
        )

    def _key_of(self, event: Object, payload: Object) -> str:
        shared = {name: payload[name] for name in self.rules.keys if name in payload}
        if self.rules.by_audience:
            personas = personas_of(event) or {}
            for name in ("computation_key", "audience_settings", "external_audience_id"):
                if name in personas:
                    shared[f"context.personas.{name}"] = personas[name]
        return _json(shared)


def _json(value: Object) -> str:
    try:
        return stringify(value)
    except RecursionError:
        raise PayloadValidationError("The payload is nested too deeply to be batched.") from None
