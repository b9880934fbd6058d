"""Binds a contract to the destination that is to keep it: labels to keys, titles to slugs, and what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from actions_core.definitions import AnyAction, Destination, Preset, default_values, mapping_of
from actions_core.fields import Conditions, FieldType, InputField
from actions_core.js import Object
from actions_core.rules.limits import MAX_MAPPINGS
from conformance.contracts.findings import Difference, Finding
from conformance.contracts.markdown import one_line
from conformance.contracts.model import (
    Contract,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Level,
    Source,
)
from conformance.contracts.pairing import Names, pair
from conformance.contracts.plain import as_text, plain_default, plain_option
from conformance.contracts.triggers import same_trigger, trigger_of

NARROWING: Final = ("multiple", "allow_null", "choices", "format", "minimum", "maximum", "properties")
"""The options of a field that decide which values it takes."""
_WIRE_TYPES: Final[Mapping[str, FieldType]] = {"select": "string", "array": "string"}
"""What the two types are that only a page knows."""


@dataclass(frozen=True)
class BoundField:
    """A documented field with its key on the wire."""

    documented: DocumentedField
    key: str
    field: InputField
    """As the plugin declares it."""

    @cached_property
    def facts(self) -> InputField:
        """The field as it is to be: what is documented, and for what nobody documents what the plugin declares."""
        wanted = self.documented
        facts = self.field.model_copy(update={"type": _WIRE_TYPES.get(wanted.type, wanted.type)})
        if wanted.type == "array":
            facts = facts.model_copy(update={"multiple": True})
        if wanted.required != (facts.required is True):
            # A page's No leaves room for a condition; its Yes does not.
            conditional = not wanted.required and isinstance(facts.required, Conditions)
            facts = facts.model_copy(update={"required": facts.required if conditional else wanted.required})
        return facts.model_copy(update={name: getattr(wanted.details, name) for name in self.told})

    @property
    def told(self) -> frozenset[str]:
        """What the annex tells of the field, by the names of `InputField`."""
        details = self.documented.details
        return frozenset() if details is None else frozenset(details.model_fields_set) - {"type"}


@dataclass(frozen=True, slots=True)
class BoundAction:
    """A documented action with its slug."""

    documented: DocumentedAction
    slug: str
    action: AnyAction[Any]
    fields: tuple[BoundField, ...]


@dataclass(frozen=True, slots=True)
class BoundPreset:
    """A documented preset and the plugin's."""

    documented: DocumentedPreset
    preset: Preset


@dataclass(frozen=True, slots=True)
class Bound:
    """A contract and the destination that is to keep it; what found no counterpart is left out."""

    contract: Contract
    destination: Destination[Any]
    settings: tuple[BoundField, ...]
    actions: tuple[BoundAction, ...]
    presets: tuple[BoundPreset, ...]


def bind(contract: Contract, destination: Destination[Any]) -> tuple[Bound, list[Finding]]:
    """Bind a contract to a destination, and list where what is declared differs from what is documented.

    Fields go together by label, actions by title, presets by name; of several with one name, those with the same
    description (or trigger) first, then in order. White space counts as one blank. What a page does not say is no
    promise: a plugin that says more has a finding of level SHOULD there, and of level MUST where a table is meant to
    be complete. The order of fields counts, that of actions and presets does not.
    """
    binder = _Binder(contract)
    binder.identity(destination)
    settings = binder.fields(contract.settings, destination.settings_fields, "settings")
    actions = binder.actions(destination)
    presets = binder.presets(destination)
    return Bound(contract, destination, settings, actions, presets), binder.findings


class _Binder:
    """The findings so far."""

    def __init__(self, contract: Contract) -> None:
        self.contract: Final = contract
        self.findings: Final[list[Finding]] = []

    def identity(self, destination: Destination[Any]) -> None:
        contract = self.contract
        self.compare("identity/title", "name", contract.title, destination.name)
        self.compare("identity/name", "name", contract.name, destination.name)
        for call in contract.calls:
            if call not in destination.calls:
                self.find("missing", f"identity/call/{call}", "calls", f"does not have {call!r}")
        for call in destination.calls:
            if call not in contract.calls:
                self.undocumented("calls", f"has {call!r}, which the page does not accept", "MUST")
        # A page tells only what is out of the ordinary: that a partner owns the destination, that it is in beta.
        if contract.owner is not None:
            self.compare("identity/owner", "owner", contract.owner, destination.owner)
        elif destination.owner == "partner":
            self.undocumented("owner", "is 'partner', which the page does not say")
        if contract.maturity is not None:
            self.compare("identity/maturity", "maturity", contract.maturity, destination.maturity)
        elif destination.maturity == "beta":
            self.undocumented("maturity", "is 'beta', which the page does not say")
        if contract.mapping_limit is not None:
            self.compare("limit/mappings", "the limit of mappings", contract.mapping_limit, MAX_MAPPINGS)
        told = contract.engage is not None and contract.engage.kind is not None
        if told:
            self.compare("engage/kind", "engage", True, destination.engage)
        elif destination.engage:
            self.undocumented("engage", "is True, but the page has no word of user properties")

    def actions(self, destination: Destination[Any]) -> tuple[BoundAction, ...]:
        documented = self.contract.actions
        declared = [(slug, action) for slug, action in destination.actions.items() if not action.hidden]
        found, left = pair(documented, declared, _names_of_documented_action, _names_of_action)
        bound: list[BoundAction] = []
        for wanted, index in zip(documented, found, strict=True):
            if index is None:
                titles = [declared[one][1].title for one in left]
                self.lacks(f"{wanted.id}/title", "actions", f"no action has the title {wanted.title!r}", titles)
                continue
            slug, action = declared[index]
            place = f"actions.{slug}"
            if wanted.description is not None:
                self.compare_text(
                    f"{wanted.id}/description", f"{place}.description", wanted.description, action.description
                )
            elif action.description:
                self.undocumented(f"{place}.description", f"is {action.description!r}, which the page does not say")
            self.compare(f"{wanted.id}/platform", f"{place}.platform", wanted.platform, action.platform)
            trigger = action.default_subscription
            if wanted.default_trigger is not None:
                self.compare_trigger(
                    f"{wanted.id}/trigger", f"{place}.default_subscription", wanted.default_trigger, trigger
                )
            elif trigger is not None:
                self.undocumented(f"{place}.default_subscription", f"is {trigger!r}, which the page does not say")
            if wanted.slug is not None:
                self.compare(f"{wanted.id}/slug", place, wanted.slug, slug)
            fields = self.fields(wanted.fields, action.fields, f"{place}.fields")
            bound.append(BoundAction(wanted, slug, action, fields))
        for index in left:
            slug, action = declared[index]
            self.undocumented(f"actions.{slug}", f"is {action.title!r}, which the page does not have", "MUST")
        return tuple(bound)

    def presets(self, destination: Destination[Any]) -> tuple[BoundPreset, ...]:
        documented = self.contract.presets or ()
        # Like a hidden action itself, a preset of one has no row.
        hidden = {slug for slug, action in destination.actions.items() if action.hidden}
        places = [index for index, preset in enumerate(destination.presets) if preset.action not in hidden]
        declared = [destination.presets[index] for index in places]
        found, left = pair(documented, declared, _names_of_documented_preset, _names_of_preset)
        bound: list[BoundPreset] = []
        for wanted, index in zip(documented, found, strict=True):
            if index is None:
                names = [declared[one].name for one in left]
                self.lacks(f"{wanted.id}/name", "presets", f"no preset is called {wanted.name!r}", names)
                continue
            preset = declared[index]
            place = f"presets[{places[index]}]"
            if wanted.trigger is not None:
                self.compare_trigger(f"{wanted.id}/trigger", f"{place}.trigger", wanted.trigger, preset.trigger)
            else:
                self.compare(f"{wanted.id}/trigger", f"{place}.event_slug", wanted.event_slug, preset.event_slug)
            action = destination.actions.get(preset.action)
            title = action.title if action is not None else None
            if title is None or one_line(wanted.action) != one_line(title):
                self.differs(f"{wanted.id}/action", f"{place}.action", wanted.action, title)
            if wanted.mapping is None and wanted.event_slug is None and "catalog" in self.contract.layers:
                self.default_mapping(wanted, preset, action, place)
            elif wanted.mapping is not None:
                mapping = mapping_of(preset, destination) if action is not None else None
                self.mapping(f"{wanted.id}/mapping", f"{place}.mapping", wanted.mapping, mapping, action)
            bound.append(BoundPreset(wanted, preset))
        level: Level = "SHOULD" if self.contract.presets is None else "MUST"
        for index in left:
            told = f"is {declared[index].name!r}, which the page does not have"
            self.undocumented(f"presets[{places[index]}]", told, level)
        return tuple(bound)

    def mapping(
        self, clause: str, place: str, documented: Object, declared: Object | None, action: AnyAction[Any] | None
    ) -> None:
        gone: list[str] = []
        if action is not None and declared is not None and self.source(clause) == "catalog":
            # The catalog keeps what is mapped to fields that actions have no longer. Segment drops it from the payload,
            # and a plugin may not declare it.
            gone = [key for key in documented if key not in action.fields and key not in declared]
        for key in gone:
            told = f"has no {key!r}, which the catalog maps though the action has no such field"
            self.find("differs", clause, place, told, "SHOULD")
        self.compare_json(clause, place, {key: documented[key] for key in documented if key not in gone}, declared)

    def default_mapping(
        self, wanted: DocumentedPreset, preset: Preset, action: AnyAction[Any] | None, place: str
    ) -> None:
        defaults = {} if action is None else default_values(action.fields)
        if preset.mapping is not None and as_text(preset.mapping) != as_text(defaults):
            told = "is not the defaults of the action's fields, and the annex tells of no other mapping"
            self.find("differs", f"{wanted.id}/action", f"{place}.mapping", told)

    def fields(
        self, documented: Sequence[DocumentedField] | None, fields: Mapping[str, InputField], place: str
    ) -> tuple[BoundField, ...]:
        # Segment's app does not show hidden fields, so that pages have no row for them.
        declared = [(key, field) for key, field in fields.items() if not field.unsafe_hidden]
        found, left = pair(documented or (), declared, _names_of_documented_field, _names_of_field)
        bound: list[BoundField] = []
        last = -1
        for wanted, index in zip(documented or (), found, strict=True):
            if index is None:
                labels = [declared[one][1].label for one in left]
                self.lacks(f"{wanted.id}/label", place, f"no field is labelled {wanted.label!r}", labels)
                continue
            key, field = declared[index]
            self.field(wanted, field, f"{place}.{key}")
            if wanted.key is not None:
                self.compare(f"{wanted.id}/key", f"{place}.{key}", wanted.key, key)
            if index < last:
                message = f"comes before {declared[last][0]!r}, after which the page has it"
                self.find("differs", f"{wanted.id}/label", f"{place}.{key}", message, "SHOULD")
            last = max(last, index)
            bound.append(BoundField(wanted, key, field))
        level: Level = "SHOULD" if documented is None else "MUST"
        for index in left:
            key, field = declared[index]
            self.undocumented(f"{place}.{key}", f"is {field.label!r}, which the page does not have", level)
        return tuple(bound)

    def field(self, wanted: DocumentedField, field: InputField, place: str) -> None:
        self.compare_text(f"{wanted.id}/description", f"{place}.description", wanted.description, field.description)
        # A page knows Yes and No only: a field that is required on a condition is not required always.
        if wanted.required != (field.required is True):
            declared = field.required if isinstance(field.required, bool) else "required on a condition"
            self.differs(f"{wanted.id}/required", f"{place}.required", wanted.required, declared)
        if not _has_type(field, wanted):
            self.differs(f"{wanted.id}/type", f"{place}.type", wanted.type, field.type)
        details = wanted.details
        if details is None:
            return
        for name in NARROWING if self.source(f"{wanted.id}/key") == "annex" else ():
            # Who writes an entry of a field tells everything that decides on its values. Segment's catalog does not: it
            # has no formats, bounds and properties; what it knows it always tells.
            has = plain_option(name, getattr(field, name))
            if name not in details.model_fields_set and has and wanted.type not in ("array", "select"):
                message = f"is {as_text(has)}, which the annex does not say of it"
                self.find("untold", f"{wanted.id}/key", f"{place}.{name}", message)
        for name in sorted(details.model_fields_set - {"type"}):
            clause = f"{wanted.id}/{'required-if' if name == 'required' else name.replace('_', '-')}"
            told, has = (plain_option(name, getattr(one, name)) for one in (details, field))
            if name == "default" and not wanted.id.startswith("setting/"):
                told, has = plain_default(told), plain_default(has)
            self.compare_json(clause, f"{place}.{name}", told, has)

    # --- findings ---

    def compare(self, clause: str, place: str, documented: object, declared: object) -> None:
        if documented != declared:
            self.differs(clause, place, documented, declared)

    def compare_text(self, clause: str, place: str, documented: str, declared: str) -> None:
        self.compare(clause, place, one_line(documented), one_line(declared))

    def compare_json(self, clause: str, place: str, documented: object, declared: object) -> None:
        if as_text(documented) != as_text(declared):
            told = f"is {as_text(declared)}, but the {self.source(clause)} says {as_text(documented)}"
            self.find("differs", clause, place, told)

    def compare_trigger(self, clause: str, place: str, documented: str, declared: str | None) -> None:
        if declared is None or not same_trigger(documented, declared):
            self.differs(clause, place, documented, declared)

    def differs(self, clause: str, place: str, documented: object, declared: object) -> None:
        self.find("differs", clause, place, f"is {declared!r}, but the {self.source(clause)} says {documented!r}")

    def lacks(self, clause: str, place: str, message: str, left: Sequence[str]) -> None:
        others = f"; without a counterpart: {', '.join(map(repr, left))}" if left else ""
        self.find("missing", clause, place, f"lacks something: {message}{others}")

    def source(self, clause: str) -> Source:
        """Tell who says what is compared with the plugin: the page, or who speaks where it is silent or wrong."""
        won = next((one.winner for one in self.contract.conflicts if one.clause == clause), None)
        if won is not None:
            return won
        promise = self.contract.clauses[clause]
        if promise.layer == "page":
            return "page"
        return "catalog" if promise.origin.file == self.contract.catalog else "annex"

    def find(self, kind: Difference, clause: str, place: str, message: str, level: Level | None = None) -> None:
        promise = self.contract.clauses[clause]
        self.findings.append(Finding(kind, level or promise.level, promise, place, message))

    def undocumented(self, place: str, message: str, level: Level = "SHOULD") -> None:
        self.findings.append(Finding("undocumented", level, None, place, message))


def _has_type(field: InputField, wanted: DocumentedField) -> bool:
    if wanted.type == "select":
        return field.type == "string" and field.choices is not None
    if wanted.type == "array":
        return field.multiple
    return field.type == wanted.type


# --- the names that things go together by ----------------------------------------------------------------------------


def _names_of_documented_field(field: DocumentedField) -> Names:
    return one_line(field.label), one_line(field.description)


def _names_of_field(declared: tuple[str, InputField]) -> Names:
    return one_line(declared[1].label), one_line(declared[1].description)


def _names_of_documented_action(action: DocumentedAction) -> Names:
    return one_line(action.title), one_line(action.description or "")


def _names_of_action(declared: tuple[str, AnyAction[Any]]) -> Names:
    return one_line(declared[1].title), one_line(declared[1].description)


def _names_of_documented_preset(preset: DocumentedPreset) -> Names:
    return one_line(preset.name), preset.event_slug or trigger_of(preset.trigger or "")


def _names_of_preset(preset: Preset) -> Names:
    return one_line(preset.name), preset.event_slug or trigger_of(preset.trigger or "")
