"""What has changed between two contracts, and whom it hurts.

A change is **breaking** if what somebody set up by the old page (events, mappings, settings, code) may be refused by
the new one, or work otherwise; **compatible** if the new page promises more; **cosmetic** if it promises the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, TypeVar

from actions_core.definitions import CALL_TYPES
from actions_core.js import stringify
from conformance.contracts.markdown import one_line
from conformance.contracts.model import (
    Clause,
    Contract,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Engage,
)
from conformance.contracts.narrowing import TriggerChange, no_longer_accepted, trigger_change, types_of
from conformance.contracts.pairing import Names, pair
from conformance.contracts.triggers import same_trigger, trigger_of

Kind: TypeAlias = Literal["breaking", "compatible", "cosmetic"]
KINDS: Final[tuple[Kind, ...]] = ("breaking", "compatible", "cosmetic")

T = TypeVar("T", DocumentedAction, DocumentedField, DocumentedPreset)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the two contracts say differently."""

    kind: Kind
    subject: str
    """The id of the clause, or of what was added or removed, such as `action/identify/field/email`; the old one if
    there is one. `actions/order` and the like are the order of a table."""
    was: str | None
    """What the old contract says; None if it says nothing of it."""
    now: str | None
    old: Clause | None
    """Where it says so."""
    new: Clause | None
    reason: str = ""
    """Why, where the values do not show it."""

    def __str__(self) -> str:
        if self.was is None or self.now is None:
            told = f"added: {self.now}" if self.was is None else f"removed: {self.was}"
        else:
            told = f"{self.was} → {self.now}"
        return f"{self.subject}: {told}{f' ({self.reason})' if self.reason else ''}"


def compare(old: Contract, new: Contract) -> list[Change]:
    """List the changes from one contract to another, in the order of a page.

    Settings and fields are known by their labels, actions by their titles, presets by their names; of several with one
    name those go together first that agree in the rest. A label that is gone and one that is new are one field, with
    another label, if descriptions and types are equal and both stand between the same neighbours: the key, which no
    page shows, is most likely the same then. An action or a preset of another name is another one, as other things
    refer to the name.
    """
    comparison = _Comparison(old, new)
    comparison.identity()
    comparison.fields("settings", old.settings or (), new.settings or ())
    comparison.presets()
    comparison.actions()
    comparison.engage()
    return comparison.changes


def verdict(changes: Iterable[Change]) -> Kind | None:
    """Give the worst kind of some changes; None if there are none."""
    found = {change.kind for change in changes}
    return next((kind for kind in KINDS if kind in found), None)


class _Comparison:
    """The changes so far."""

    def __init__(self, old: Contract, new: Contract) -> None:
        self.old: Final = old
        self.new: Final = new
        self.changes: Final[list[Change]] = []

    def note(
        self,
        kind: Kind,
        subject: str,
        was: str | None,
        now: str | None,
        *,
        clauses: tuple[str | None, str | None] | None = None,
        reason: str = "",
    ) -> None:
        """Enter a change; `clauses` are their ids on both pages where the subject is not the id on both."""
        old, new = clauses or (subject, subject)
        self.changes.append(
            Change(kind, subject, was, now, self.old.clauses.get(old or ""), self.new.clauses.get(new or ""), reason)
        )

    # --- who the destination is ---

    def identity(self) -> None:
        old, new = self.old, self.new
        if old.title != new.title:
            self.note("cosmetic", "identity/title", old.title, new.title)
        for call in old.calls:
            if call not in new.calls:
                self.note("breaking", f"identity/call/{call}", call, None)
        for call in new.calls:
            if call not in old.calls:
                self.note("compatible", f"identity/call/{call}", None, call)
        if old.name != new.name:
            self.note("breaking", "identity/name", old.name, new.name)
        for clause, was, now in (("owner", old.owner, new.owner), ("maturity", old.maturity, new.maturity)):
            if was != now:
                self.note("cosmetic", f"identity/{clause}", was, now)

    # --- settings and fields ---

    def fields(self, place: str, old: Sequence[DocumentedField], new: Sequence[DocumentedField]) -> None:
        found, added = pair(old, new, _names_of_field, _names_of_field)
        renamed = _renamed(old, new, found, added)
        both = [index if index is not None else renamed.get(position) for position, index in enumerate(found)]
        for one, index in zip(old, both, strict=True):
            if index is None:
                self.note("breaking", one.id, one.label, None, clauses=(f"{one.id}/label", None))
            else:
                self.field(one, new[index])
        for index in added:
            if index not in renamed.values():
                one = new[index]
                kind: Kind = "breaking" if one.required else "compatible"
                reason = "required" if one.required else "optional"
                self.note(kind, one.id, None, one.label, clauses=(None, f"{one.id}/label"), reason=reason)
        self.order(f"{place}/order", "label", old, new, both)

    def field(self, old: DocumentedField, new: DocumentedField) -> None:
        def note(clause: str, kind: Kind, was: str, now: str, reason: str = "") -> None:
            ids = (f"{old.id}/{clause}", f"{new.id}/{clause}")
            self.note(kind, ids[0], was, now, clauses=ids, reason=reason)

        if one_line(old.label) != one_line(new.label):
            note("label", "cosmetic", old.label, new.label, "renamed, by its description, type and place")
        if one_line(old.description) != one_line(new.description):
            note("description", "cosmetic", old.description, new.description)
        if old.required != new.required:
            kind: Kind = "breaking" if new.required else "compatible"
            note("required", kind, *("Yes" if one.required else "No" for one in (old, new)))
        if old.type != new.type:
            refused = no_longer_accepted(old.type, new.type)
            if refused is None:
                note("type", "compatible", old.type, new.type, "takes all that it took")
            else:
                note("type", "breaking", old.type, new.type, f"no longer takes {stringify(refused)}")

    # --- presets ---

    def presets(self) -> None:
        old, new = self.old.presets or (), self.new.presets or ()
        found, added = pair(old, new, _names_of_preset, _names_of_preset)
        for one, index in zip(old, found, strict=True):
            if index is None:
                self.note("breaking", one.id, one.name, None, clauses=(f"{one.id}/name", None))
                continue
            other = new[index]
            trigger = (f"{one.id}/trigger", f"{other.id}/trigger")
            if one.event_slug is None and other.event_slug is None:
                self.trigger(trigger, one.trigger, other.trigger)
            elif one.event_slug != other.event_slug:
                was, now = (each.trigger or f"on {each.event_slug}" for each in (one, other))
                self.note("breaking", trigger[0], was, now, clauses=trigger)
            if one.action != other.action:
                action = (f"{one.id}/action", f"{other.id}/action")
                self.note("breaking", action[0], one.action, other.action, clauses=action)
        for index in added:
            self.note("compatible", new[index].id, None, new[index].name, clauses=(None, f"{new[index].id}/name"))
        self.order("presets/order", "name", old, new, found)

    def trigger(self, clauses: tuple[str, str], old: str | None, new: str | None) -> None:
        if old == new or (old is not None and new is not None and same_trigger(old, new)):
            return
        if old is None or new is None:
            self.note("compatible" if old is None else "breaking", clauses[0], old, new, clauses=clauses)
            return
        change = trigger_change(old, new)
        kinds: dict[TriggerChange, Kind] = {"the same": "cosmetic", "wider": "compatible"}
        self.note(
            kinds.get(change, "breaking"), clauses[0], old, new, clauses=clauses, reason=_reason(change, old, new)
        )

    # --- actions ---

    def actions(self) -> None:
        old, new = self.old, self.new
        if old.mapping_limit != new.mapping_limit:
            was, now = (None if limit is None else str(limit) for limit in (old.mapping_limit, new.mapping_limit))
            lower = new.mapping_limit is not None and new.mapping_limit < (old.mapping_limit or float("inf"))
            self.note("breaking" if lower else "compatible", "limit/mappings", was, now)
        found, added = pair(old.actions, new.actions, _names_of_action, _names_of_action)
        for one, index in zip(old.actions, found, strict=True):
            if index is None:
                self.note("breaking", one.id, one.title, None, clauses=(f"{one.id}/title", None))
            else:
                self.action(one, new.actions[index])
        for index in added:
            one = new.actions[index]
            self.note("compatible", one.id, None, one.title, clauses=(None, f"{one.id}/title"))
        self.order("actions/order", "title", old.actions, new.actions, found)

    def action(self, old: DocumentedAction, new: DocumentedAction) -> None:
        def ids(clause: str) -> tuple[str, str]:
            return f"{old.id}/{clause}", f"{new.id}/{clause}"

        if _text(old.description) != _text(new.description):
            clauses = ids("description")
            self.note("cosmetic", clauses[0], old.description, new.description, clauses=clauses)
        if old.platform != new.platform:
            clauses = ids("platform")
            self.note("breaking", clauses[0], old.platform, new.platform, clauses=clauses)
        self.trigger(ids("trigger"), old.default_trigger, new.default_trigger)
        self.fields(old.id, old.fields, new.fields)

    # --- audiences ---

    def engage(self) -> None:
        old, new = self.old.engage or Engage(), self.new.engage or Engage()
        for name in ("kind", "call", "key", "value", "example", "initial", "later"):
            was, now = getattr(old, name), getattr(new, name)
            if was != now:
                kind: Kind = "cosmetic" if name == "example" else "compatible" if was is None else "breaking"
                self.note(kind, f"engage/{name}", was, now)
        for clause in ("engage/first-sync-time", "engage/sync-frequency"):
            said = (self.old.clauses.get(clause), self.new.clauses.get(clause))
            if (said[0] is None) != (said[1] is None):
                self.note("cosmetic", clause, *(None if one is None else one.quote for one in said))

    # --- order ---

    def order(self, subject: str, name: str, old: Sequence[T], new: Sequence[T], found: Sequence[int | None]) -> None:
        """Note that those of a table that are on both pages stand in another order."""
        kept = [(one, index) for one, index in zip(old, found, strict=True) if index is not None]
        moved = sorted(kept, key=lambda both: both[1])
        if moved == kept:
            return
        was = ", ".join(getattr(one, name) for one, _ in kept)
        now = ", ".join(getattr(new[index], name) for _, index in moved)
        one, index = next(both for both, then in zip(kept, moved, strict=True) if both != then)
        self.note("cosmetic", subject, was, now, clauses=(f"{one.id}/{name}", f"{new[index].id}/{name}"))


def _reason(change: TriggerChange, old: str, new: str) -> str:
    """Tell what a change of a trigger means, with the call types if it is about nothing else."""
    before, after = types_of(old), types_of(new)
    if before is None or after is None or before == after:
        return "means the same" if change == "the same" else change
    return "; ".join(
        f"{told} {', '.join(call for call in CALL_TYPES if call in types)}"
        for told, types in (("no longer", before - after), ("now also", after - before))
        if types
    )


def _renamed(
    old: Sequence[DocumentedField], new: Sequence[DocumentedField], found: Sequence[int | None], added: Sequence[int]
) -> dict[int, int]:
    """Find the fields that have another label only: by position on the old page, the position on the new one."""
    renamed: dict[int, int] = {}
    kept = {index for index in found if index is not None}
    free = list(added)
    for position, index in enumerate(found):
        if index is not None:
            continue
        between = _neighbours(position, len(old), lambda at: found[at])
        for candidate in free:
            if (
                old[position].description.strip()
                and one_line(old[position].description) == one_line(new[candidate].description)
                and old[position].type == new[candidate].type
                and _neighbours(candidate, len(new), lambda at: at if at in kept else None) == between
            ):
                renamed[position] = candidate
                free.remove(candidate)
                break
    return renamed


def _neighbours(position: int, count: int, place: Callable[[int], int | None]) -> tuple[int | None, int | None]:
    """Give the places on the new page of the nearest rows before and after one that are on both pages."""
    before = next((at for one in range(position - 1, -1, -1) if (at := place(one)) is not None), None)
    after = next((at for one in range(position + 1, count) if (at := place(one)) is not None), None)
    return before, after


def _text(text: str | None) -> str:
    return one_line(text or "")


def _names_of_field(field: DocumentedField) -> Names:
    return one_line(field.label), one_line(field.description)


def _names_of_action(action: DocumentedAction) -> Names:
    return one_line(action.title), _text(action.description)


def _names_of_preset(preset: DocumentedPreset) -> Names:
    return one_line(preset.name), preset.event_slug or trigger_of(preset.trigger or "")
