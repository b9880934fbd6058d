"""The same events as a batch and one by one.

The requests of a batch have another form than the single ones (a list, a file, …), which nobody documents. So they are
compared by what tells an event from the others, wherever that stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

from actions_core.js import MISSING, Object, stringify
from actions_core.testing import SentRequest
from conformance.contracts import BoundAction
from conformance.suite.lab import Lab, SentBatch, probe_event
from conformance.suite.model import Broken, OnAction
from conformance.suite.numbered import batch_keys
from conformance.suite.sent import Sent, flat

Leaf: TypeAlias = tuple[str, str]
"""A value in a request as text, and the name that it stands under."""


@dataclass(frozen=True)
class Both:
    """Events as a batch, and each of them alone."""

    inputs: Sequence[Any]
    singles: Sequence[Sent]
    batch: SentBatch

    @property
    def arrived(self) -> list[bool]:
        """For each event of the batch whether the partner took it."""
        statuses = self.batch.delivery.statuses if self.batch.delivery is not None else ()
        return [status.delivered or status.pending for status in statuses]

    @property
    def wanted(self) -> list[bool]:
        """For each event whether it arrived alone."""
        return [single.delivered for single in self.singles]

    @property
    def told(self) -> str:
        """What has become of the batch, in a few words."""
        if self.batch.escaped is not None or self.batch.delivery is None:
            return f"{type(self.batch.escaped).__name__} came out of it: {self.batch.escaped}"
        statuses = ", ".join(str(status.status) for status in self.batch.delivery.statuses) or "none"
        count = f"{len(self.batch.requests)} request{'' if len(self.batch.requests) == 1 else 's'}"
        why = next((f" ({status.message})" for status in self.batch.delivery.statuses if status.message), "")
        return f"statuses {statuses}{why}, {count}"

    def broken(self, expected: str, observed: str | None = None) -> Broken:
        """Say what is wrong, with the batch's requests."""
        sent = Sent("batch", self.batch.requests, None if self.batch.delivery is None else self.batch.delivery.error)
        return Broken(expected, observed or self.told, sent)

    @cached_property
    def marks(self) -> list[set[Leaf]]:
        """For each event what its own requests have and no other event's; of one that was refused, its inputs."""
        texts = ["\0".join(text for _, text in leaves_of(single.requests)) for single in self.singles]
        given = ["\0".join(text for _, text in texts_in(one)) for one in self.inputs]
        found: list[set[Leaf]] = []
        for index, single in enumerate(self.singles):
            own = leaves_of(single.requests) if single.delivered else texts_in(self.inputs[index])
            others = [
                text
                for place, pair in enumerate(zip(texts, given, strict=True))
                if place != index and self.inputs[place] != self.inputs[index]
                for text in pair
            ]
            found.append({leaf for leaf in own if _tells(leaf[1]) and all(leaf[1] not in one for one in others)})
        return found

    def counted(self, index: int) -> Iterator[tuple[Leaf, int, int]]:
        """Give each mark of an event, how often it is expected in the batch's requests, and how often it is there."""
        batch, alone = leaves_of(self.batch.requests), leaves_of(self.singles[index].requests)
        names = {name for name, _ in batch}
        # Where a batch has all the names that single requests have, it has the same values under them.
        named = all(name in names for marks, ok in zip(self.marks, self.wanted, strict=True) if ok for name, _ in marks)
        for leaf in self.marks[index]:
            under = leaf[0] if named and self.wanted[index] else None
            expected = _count(alone, leaf[1], under) if self.wanted[index] else 0
            yield leaf, expected, _count(batch, leaf[1], under)


def leaves_of(requests: Sequence[SentRequest]) -> list[Leaf]:
    """Give the values of requests' URLs and bodies; headers are everybody's in a batch."""
    return [
        (_name(pointer), json.loads(leaf) if leaf.startswith('"') else leaf)
        for request in requests
        for pointer, leaf in flat(request).items()
        if not pointer.startswith(("/headers/", "/method"))
    ]


def texts_in(value: Any, name: str = "") -> list[Leaf]:
    """Give the values of inputs as text."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in texts_in(inner, key)]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in texts_in(inner, name)]
    return [(name, value if isinstance(value, str) else stringify(value))]


def _count(leaves: Sequence[Leaf], mark: str, under: str | None) -> int:
    return sum(text.count(mark) for name, text in leaves if under in (None, name))


def _name(pointer: str) -> str:
    return next((part for part in reversed(pointer.split("/")) if not part.isdigit()), "")


_WORDS: Final = frozenset({"null", "true", "false"})


def _tells(text: str) -> bool:
    """Tell whether a text is long enough to be known again, and the same in whatever form a body has."""
    known_again = len(text) >= 4 and text not in _WORDS
    return known_again and text.isascii() and text.isprintable() and not set(text) & set('"\\')


def both(lab: Lab, at: OnAction, case: Object) -> Both | None:
    """Send the `inputs` of a case as a batch and one by one; None if they make no batch."""
    inputs = case.get("inputs")
    if not isinstance(inputs, list):
        return None
    # What becomes of a blank text is a matter of its own: see `batch.equals_singles.blank`.
    if any("" in one.values() for one in inputs if isinstance(one, dict)):
        return None
    found = send_both(lab, at.action, inputs)
    valid = [single.payload for single in found.singles if single.payload is not MISSING]
    keys = sorted(batch_keys(at.action))
    # Segment puts only those events into one batch that have these in common.
    common = {stringify({key: payload.get(key) for key in keys}) for payload in valid}
    return found if len(common) <= 1 else None


def send_both(lab: Lab, action: BoundAction, inputs: Sequence[Any]) -> Both:
    """Send events as a batch and one by one."""
    events, mapping = [event_of(one) for one in inputs], lab.probe_mapping(action)
    singles = [lab.deliver(action, event, mapping) for event in events]
    return Both(inputs, singles, lab.batch(action, events, mapping))


def event_of(inputs: Any) -> Any:
    """Give the event that inputs stand for: what is no object is an event itself, and none that is valid."""
    return probe_event(inputs) if isinstance(inputs, dict) else inputs
