"""Joins what the catalog and the annex tell with the contract of the page.

A later source only adds. Where two sources speak of one thing and differ, that is a conflict: the earlier one holds,
unless somebody has decided for another.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from actions_core.definitions import CALL_TYPES
from actions_core.errors import Problem, TriggerSyntaxError
from actions_core.fields import FIELD_TYPES, Choice, Conditions, FieldType, InputField
from actions_core.js import MISSING, Missing, Object, stringify
from actions_core.trigger import compile_trigger
from conformance.contracts.ledger import subject_id
from conformance.contracts.markdown import one_line, unescape
from conformance.contracts.model import (
    Clause,
    Conflict,
    Contract,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    DocumentedType,
    Layer,
    Origin,
    Source,
    Testable,
)
from conformance.contracts.pairing import pair
from conformance.contracts.plain import as_text, plain_default, plain_option
from conformance.contracts.told import DETAILS, Told, ToldAction, ToldField, ToldPreset
from conformance.contracts.triggers import event_slug_of, trigger_of

_TYPES: Final = (*FIELD_TYPES, "select", "array")
Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """Who is right in a conflict, and why."""

    clause: str
    winner: Source
    reason: str
    origin: Origin


@dataclass(frozen=True)
class _Statement:
    """What one source says of something, and how that is compared with what others say."""

    value: Any
    plain: Any


@dataclass(frozen=True)
class _Named:
    """A thing of a source: the name that people see, what tells namesakes apart, and its key if it has one."""

    path: Path
    key: str | None
    name: str
    about: str


@dataclass(frozen=True)
class _Listed:
    """A row or section of the page likewise; `clause` says that it is there."""

    clause: str
    key: str | None
    name: str
    about: str


class Merger:
    """A contract that sources are joined with, one after the other."""

    def __init__(self, contract: Contract, decisions: Sequence[Decision]) -> None:
        self.contract = contract
        self.problems: Final[list[Problem]] = []
        self.positions: Mapping[str, int] = {}
        """By slug of the last source: where its action is among those of the contract."""
        self._on_page: Final = frozenset(contract.clauses)
        self._clauses: Final[dict[str, Clause]] = dict(contract.clauses)
        self._layers: Final[set[Layer]] = set(contract.layers)
        self._decisions: Final = decisions
        self._winners: Final = {one.clause: one.winner for one in decisions}
        self._said: Final[dict[str, dict[Source, _Statement]]] = {}
        self._rows: Final[set[str]] = set()
        """Clauses about whether the page and the catalog list the same things."""
        self._told: Told

    def merge(self, told: Told) -> None:
        """Join the contract with what a source tells."""
        self._told = told
        self._identity(told)
        contract = self.contract
        settings = self._fields(contract.settings, told.settings, ("settings",), "setting")
        actions = self._actions(contract.actions, told.actions)
        presets = self._presets(contract.presets, told.presets)
        self.contract = replace(self.contract, settings=settings, actions=actions, presets=presets)

    def merged(self) -> Contract:
        """Give the contract with its clauses and conflicts; notes decisions about what is no conflict."""
        disputed = [clause for clause, said in self._said.items() if _differ(said)]
        reasons: dict[str, Decision] = {}
        for one in self._decisions:
            if one.clause not in disputed or one.clause in reasons:
                self._refuse(one, f"there is no conflict about {one.clause}")
            elif one.winner not in self._said[one.clause]:
                self._refuse(one, f"the {one.winner} does not speak of {one.clause}, so that it cannot win")
            elif one.clause in self._rows and one.winner != "page":
                self._refuse(one, f"only the page can win {one.clause}; if it is wrong, it has to be put right")
            reasons.setdefault(one.clause, one)
        return replace(
            self.contract,
            layers=frozenset(self._layers),
            conflicts=tuple(_conflict(clause, self._said[clause], reasons.get(clause)) for clause in disputed),
            clauses=self._clauses,
        )

    # --- who the destination is ---

    def _identity(self, told: Told) -> None:
        contract = self.contract
        name, owner, maturity = contract.name, contract.owner, contract.maturity
        if told.name is not None:
            name = self._hold("identity/name", name, told.name, ("name",), plain=one_line)
        if told.owner is not None:
            owner = self._hold("identity/owner", _or_missing(owner), told.owner, ("owner",))
        if told.maturity is not None:
            maturity = self._hold("identity/maturity", _or_missing(maturity), told.maturity, ("maturity",))
        calls = set(contract.calls)
        for call, accepted in told.calls.items():
            clause, path = f"identity/call/{call}", ("calls", call)
            # The page lists what is accepted, and so says of any other call that it is not.
            held = self._decide(clause, call in calls, accepted)
            if held and call not in calls:
                calls.add(call)
                self._enter(clause, path, f"{call} = true", "catalog", "auto")
            elif not held and call in calls:
                calls.remove(call)
                del self._clauses[clause]
        if calls != set(contract.calls):
            contract = replace(contract, calls=tuple(call for call in CALL_TYPES if call in calls))
        self.contract = replace(contract, name=name, owner=owner, maturity=maturity)

    # --- actions and presets ---

    def _actions(
        self, actions: tuple[DocumentedAction, ...], told: Mapping[str, ToldAction] | None
    ) -> tuple[DocumentedAction, ...]:
        if told is None:
            return actions
        documented = list(actions)
        slugs = {action.slug: action.title for action in actions}
        wanted: dict[str, _Named] = {}
        for slug, one in told.items():
            title = one.title if one.title is not None else slugs.get(slug)
            if title is None:
                self._problem(("actions", slug), f"actions.{slug}.title: field required, as nobody else tells the slug")
            else:
                wanted[slug] = _Named(("actions", slug), slug, one_line(title), _plain_text(one.description or ""))
        listed = [
            _Listed(f"{one.id}/title", one.slug, one_line(one.title), _plain_text(one.description or ""))
            for one in documented
        ]
        found = self._pair(listed, list(wanted.values()), "action", "title")
        self.positions = {slug: found[index] for index, slug in enumerate(wanted) if index in found}
        for slug, position in self.positions.items():
            documented[position] = self._action(documented[position], slug, told[slug])
        return tuple(documented)

    def _action(self, action: DocumentedAction, slug: str, told: ToldAction) -> DocumentedAction:
        here = ("actions", slug)
        quote = f"[actions.{slug}]" if self._told.source == "annex" else f"slug = {slug}"
        description, platform, trigger = action.description, action.platform, action.default_trigger
        held = self._hold(f"{action.id}/slug", MISSING, slug, here, quote)
        if told.description is not None:
            clause, path = f"{action.id}/description", (*here, "description")
            description = self._hold(clause, _or_missing(description), told.description, path, plain=_plain_text)
        if told.platform is not None:
            platform = self._hold(f"{action.id}/platform", platform, told.platform, (*here, "platform"))
        if told.default_trigger is not None:
            path = (*here, "default_trigger")
            trigger = self._trigger(f"{action.id}/trigger", trigger, told.default_trigger, path, "structural")
        fields = self._fields(action.fields, told.fields, (*here, "fields"), f"{action.id}/field") or ()
        return replace(
            action, slug=held, description=description, platform=platform, default_trigger=trigger, fields=fields
        )

    def _presets(
        self, presets: tuple[DocumentedPreset, ...] | None, told: Sequence[ToldPreset] | None
    ) -> tuple[DocumentedPreset, ...] | None:
        if told is None:
            return presets
        documented = list(presets or ())
        listed = [
            _Listed(f"{one.id}/name", None, one_line(one.name), trigger_of(_shown_trigger(one))) for one in documented
        ]
        wanted = [
            _Named(("presets", str(index)), None, one_line(one.name), trigger_of(one.trigger or ""))
            for index, one in enumerate(told)
        ]
        found = self._pair(listed, wanted, "preset", "name", silent=presets is None)
        for index, position in found.items():
            documented[position] = self._preset(documented[position], told[index], wanted[index].path)
        return None if presets is None else tuple(documented)

    def _preset(self, preset: DocumentedPreset, told: ToldPreset, here: Path) -> DocumentedPreset:
        if told.trigger is not None:
            clause, path = f"{preset.id}/trigger", (*here, "trigger")
            shown = self._trigger(clause, _shown_trigger(preset), told.trigger, path, "auto") or ""
            slug = event_slug_of(shown)
            preset = replace(preset, trigger=None if slug else shown, event_slug=slug)
        if told.action is not None:
            clause, path = f"{preset.id}/action", (*here, "action")
            action = self._hold(clause, preset.action, told.action, path, testable="auto", plain=one_line)
            preset = replace(preset, action=action)
        if told.mapping is not None:
            quote = stringify(told.mapping)
            path = here if self._told.source == "annex" else (*here, "mapping")
            preset = replace(preset, mapping=self._hold(f"{preset.id}/mapping", MISSING, told.mapping, path, quote))
        return preset

    def _trigger(self, clause: str, before: str | None, told: str, path: Path, testable: Testable) -> str | None:
        held: str = self._hold(clause, _or_missing(before), told, path, testable=testable, plain=trigger_of)
        if held != before and event_slug_of(held) is None:
            try:
                compile_trigger(held)
            except TriggerSyntaxError as error:
                self._problem(path, f"the trigger {held!r} does not parse: {error}")
        return held

    # --- fields ---

    def _fields(
        self,
        fields: tuple[DocumentedField, ...] | None,
        told: Mapping[str, ToldField] | None,
        here: Path,
        ids: str,
    ) -> tuple[DocumentedField, ...] | None:
        if told is None:
            return fields
        documented = list(fields or ())
        labels = {field.key: field.label for field in documented}
        wanted: list[_Named] = []
        for key, one in told.items():
            # Without a label, a field has that of the key which another source has told, or is labelled with its key.
            label = one.label if one.label is not None else labels.get(key, key)
            wanted.append(_Named((*here, key), key, one_line(label), _plain_text(one.description or "")))
        listed = [
            _Listed(f"{one.id}/label", one.key, one_line(one.label), _plain_text(one.description)) for one in documented
        ]
        found = self._pair(listed, wanted, ids, "label", silent=fields is None)
        for index, (key, one) in enumerate(told.items()):
            if index in found:
                documented[found[index]] = self._field(documented[found[index]], key, one, wanted[index].path)
        return None if fields is None else tuple(documented)

    def _field(self, field: DocumentedField, key: str, told: ToldField, here: Path) -> DocumentedField:
        quote = ".".join(here) if self._told.source == "annex" else f"key = {key}"
        held = self._hold(f"{field.id}/key", MISSING, key, here, quote)
        details: Object = {} if field.details is None else _options(field.details)
        for name, value in self._given(told, here).items():
            details[name] = self._option(field, name, value, here)
        required = told.required
        if isinstance(required, Conditions):
            # A page knows Yes and No only, and says No where it depends.
            details["required"] = self._option(field, "required", required, here)
            required = False
        if required is not None:
            required = self._hold(f"{field.id}/required", field.required, required, (*here, "required"))
        told_type = self._told.setting_types.get(key, told.type) if here[0] == "settings" else told.type
        type_ = self._type(field, told_type, (*here, "type"))
        description = field.description
        if told.description is not None:
            clause, path = f"{field.id}/description", (*here, "description")
            description = self._hold(clause, description, told.description, path, plain=_plain_text)
        if told.sent is not None:
            self._enter(f"{field.id}/sent", (*here, "sent"), f"sent = {told.sent}", "wire", "auto")
        return replace(
            field,
            required=field.required if required is None else required,
            type=type_,
            description=description,
            key=held,
            sent=told.sent or field.sent,
            details=InputField(type=_wire_type(type_), **details),
        )

    def _given(self, told: ToldField, here: Path) -> Object:
        """Give what no page tells of a field."""
        given: Object = {name: getattr(told, name) for name in DETAILS if name in told.model_fields_set}
        if told.properties is not None:
            given["properties"] = self._properties(told.properties, (*here, "properties"))
        return given

    def _option(self, field: DocumentedField, name: str, value: Any, here: Path) -> Any:
        part = "required-if" if name == "required" else name.replace("_", "-")
        quote = ", ".join(value) if name == "properties" else f"{name} = {_shown(value)}"
        # What a dynamic field offers is asked for by people who make a mapping, not by events. What a field is not or
        # has not, and the options of a setting, are only compared.
        compared = name == "dynamic" or value is False or value is None or field.id.startswith("setting/")
        return self._hold(
            f"{field.id}/{part}",
            MISSING,
            value,
            (*here, name),
            quote,
            testable="structural" if compared else "auto",
            plain=plain_default
            if name == "default" and here[0] != "settings"
            else lambda held: plain_option(name, held),
        )

    def _type(self, field: DocumentedField, told: str | None, path: Path) -> DocumentedType:
        if told is None:
            return field.type
        held = self._hold(f"{field.id}/type", field.type, told, path)
        if held not in _TYPES:
            self._problem(path, f"{held!r} is no type that a contract knows; expected one of {', '.join(_TYPES)}")
            return field.type
        return held  # type: ignore[no-any-return]  # it is one of them

    def _properties(self, told: Mapping[str, ToldField], here: Path) -> dict[str, InputField]:
        made: dict[str, InputField] = {}
        for key, one in told.items():
            path = (*here, key)
            if one.type is None:
                self._problem(path, f"the property {key!r} needs a type, which the page does not tell")
                continue
            names = (*DETAILS, "label", "description", "required")
            said: Object = {name: getattr(one, name) for name in names if name in one.model_fields_set}
            if one.properties is not None:
                said["properties"] = self._properties(one.properties, (*path, "properties"))
            made[key] = InputField(type=one.type, **said)
        return made

    # --- which is which ---

    def _pair(
        self, listed: Sequence[_Listed], wanted: Sequence[_Named], ids: str, part: str, *, silent: bool = False
    ) -> dict[int, int]:
        """Find for each thing of the source what the page has of its name, by index; notes what only one of them has.

        What another source has told the key of goes first, then namesakes in their order. `silent` is a page that has
        no such list at all.
        """
        keys = {(one.key, one.name): position for position, one in enumerate(listed) if one.key is not None}
        found: dict[int, int] = {}
        for index, one in enumerate(wanted):
            if one.key is not None and (one.key, one.name) in keys:
                found[index] = keys[one.key, one.name]
        places = [position for position in range(len(listed)) if position not in found.values()]
        rest = [index for index in range(len(wanted)) if index not in found]
        pairs, left = pair(
            [listed[position] for position in places],
            [wanted[index] for index in rest],
            lambda one: (one.name, one.about),
            lambda one: (one.name, one.about),
        )
        free: list[_Listed] = []
        for position, match in zip(places, pairs, strict=True):
            if match is None:
                free.append(listed[position])
            else:
                found[rest[match]] = position
        alone = [wanted[rest[index]] for index in left]
        if self._told.source == "annex":
            for one in alone:
                self._problem(one.path, _unknown(part, one.name, free))
        elif not silent:
            for row in free:
                self._row(row.clause, row.name, None)
            for one in alone:
                self._row(self._new_clause(ids, one.name, part), None, one.name)
        return found

    def _new_clause(self, ids: str, name: str, part: str) -> str:
        """Make the id that a clause would have if the page had what only the catalog has."""
        first = made = subject_id(ids, name)
        number = 1
        while f"{made}/{part}" in self._clauses or f"{made}/{part}" in self._said:
            number += 1
            made = f"{first}-{number}"
        return f"{made}/{part}"

    def _row(self, clause: str, page: str | None, catalog: str | None) -> None:
        """Note that only one of the two has something."""
        self._rows.add(clause)
        self._said[clause] = {"page": _Statement(page, page), "catalog": _Statement(catalog, catalog)}

    # --- who says what ---

    def _hold(
        self,
        clause: str,
        before: Any,
        value: Any,
        path: Path,
        quote: str | None = None,
        *,
        testable: Testable = "structural",
        plain: Callable[[Any], Any] | None = None,
    ) -> Any:
        """Note what the source says of something, and give what holds.

        `before` is what the page says, MISSING if nothing; `plain` gives what is compared of a value.
        """
        held = self._decide(clause, before, value, plain)
        if clause not in self._on_page and self._holder(clause) == self._told.source:
            self._enter(clause, path, quote or f"{path[-1]} = {_shown(value)}", "catalog", testable)
        return held

    def _decide(self, clause: str, before: Any, value: Any, plain: Callable[[Any], Any] | None = None) -> Any:
        def statement(said: Any) -> _Statement:
            return _Statement(said, said if plain is None else plain(said))

        said = self._said.setdefault(clause, {} if before is MISSING else {"page": statement(before)})
        said[self._told.source] = statement(value)
        return said[self._holder(clause)].value

    def _holder(self, clause: str) -> Source:
        said = self._said[clause]
        winner = self._winners.get(clause)
        return winner if winner in said and _differ(said) else next(iter(said))

    def _enter(self, clause: str, path: Path, quote: str, layer: Layer, testable: Testable) -> None:
        self._layers.add(layer)
        origin = self._told.places.origin(path)
        self._clauses[clause] = Clause(clause, origin, one_line(quote), "MUST", testable, layer)

    def _problem(self, path: Path, message: str) -> None:
        self.problems.append(Problem(str(self._told.places.origin(path)), message))

    def _refuse(self, decision: Decision, message: str) -> None:
        self.problems.append(Problem(str(decision.origin), message))


def _differ(said: Mapping[Source, _Statement]) -> bool:
    return len({as_text(one.plain) for one in said.values()}) > 1


def _conflict(clause: str, said: Mapping[Source, _Statement], decision: Decision | None) -> Conflict:
    page, catalog, annex = (
        said[source].plain if source in said else MISSING for source in ("page", "catalog", "annex")
    )
    winner, reason = (decision.winner, decision.reason) if decision is not None else (None, "")
    return Conflict(clause, page, annex, winner, reason, catalog)


def _unknown(part: str, name: str, free: Sequence[_Listed]) -> str:
    if part != "label":
        return f"the page has no {'action' if part == 'title' else 'preset'} {name!r}"
    known = ", ".join(repr(one.name) for one in free) or "none left"
    return f"the page has no field labelled {name!r}; it has {known}"


def _or_missing(value: str | None) -> str | Missing:
    return MISSING if value is None else value


def _shown_trigger(preset: DocumentedPreset) -> str:
    return preset.trigger if preset.trigger is not None else f"on {preset.event_slug}"


def _plain_text(text: str) -> str:
    """Give a description without what only the form of its file brings along: line breaks, escapes, entities."""
    return one_line(unescape(html.unescape(text)))


def _options(details: InputField) -> Object:
    return {name: getattr(details, name) for name in details.model_fields_set - {"type"}}


def _wire_type(documented: str) -> FieldType:
    return "string" if documented in ("select", "array") else documented  # type: ignore[return-value]  # the others are


def _shown(value: Any) -> str:
    if isinstance(value, BaseModel):
        return stringify(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    if isinstance(value, tuple):
        return stringify([one.value if isinstance(one, Choice) else one for one in value])
    return stringify(value)
