"""Reads the annex of a contract: what the page cannot say, in TOML beside it.

The page is the law. The annex adds to it: keys, slugs, defaults, choices (what Segment's catalog knows), the partner's
requests (the wire), conflicts between the sources, and promises that are known not to be kept. Where it says what the
page says as well and something else, that is a conflict, which has to be listed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic import Field as ModelField

from actions_core.errors import ActionsError, Problem
from actions_core.fields import Choice, Conditions, FieldType, Format, InputField
from actions_core.js import MISSING, Object, stringify
from conformance.contracts.ledger import Ledger
from conformance.contracts.markdown import one_line
from conformance.contracts.model import (
    Conflict,
    Contract,
    Divergence,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Golden,
    Layer,
    Origin,
    Sent,
    WireRequest,
)
from conformance.contracts.triggers import same_trigger

_OwnerT = TypeVar("_OwnerT", DocumentedAction, DocumentedPreset)


class AnnexError(ActionsError):
    """An annex that cannot be read or does not fit its page; `problems` tells every place."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file: Final = file
        self.problems: Final = tuple(problems)
        super().__init__("\n".join([f"{file} cannot be read as an annex:", *map(str, self.problems)]))


# --- the file's shape ------------------------------------------------------------------------------------------------


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Field(_Shape):
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
    properties: dict[str, _Field] | None = None
    sent: Sent | None = None


def _method(text: str) -> str:
    if text not in _METHODS and not re.fullmatch(r"\{\w+\}", text):
        raise ValueError(f"expected {', '.join(_METHODS)} or a field such as {{method}}, got {text!r}")
    return text


_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


class _Wire(_Shape):
    method: Annotated[str, AfterValidator(_method)] = "POST"
    url: str
    body: Any = None


class _Action(_Shape):
    title: str
    default_trigger: str | None = None
    fields: dict[str, _Field] = {}
    wire: _Wire | None = None
    batch_answer: Any = None


class _Preset(_Shape):
    name: str
    mapping: Object


class _Partner(_Shape):
    headers: dict[str, str] = {}
    probe: _Wire | None = None


class _GoldenRequest(_Shape):
    method: str | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    absent: tuple[str, ...] | None = None
    body: Any = None


class _Golden(_Shape):
    name: str
    event: Object | None = None
    requests: tuple[_GoldenRequest, ...]
    preset: str | None = None
    action: str | None = None
    mapping: Object = {}
    settings: Object = {}
    events: tuple[Object, ...] = ()
    answer: Any = None
    statuses: tuple[int, ...] = ()


class _Conflict(_Shape):
    clause: str
    winner: Literal["page", "annex"]
    reason: str = ModelField(min_length=20)


class _Divergence(_Shape):
    check: str
    subject: str | None = None
    where: str = "witness"
    witness: Object
    reason: str = ModelField(min_length=20)
    issue: str | None = None
    until: date | None = None


class _Annex(_Shape):
    settings: dict[str, _Field] = {}
    actions: dict[str, _Action] = {}
    presets: tuple[_Preset, ...] = ()
    wire: _Partner = _Partner()
    golden: tuple[_Golden, ...] = ()
    conflict: tuple[_Conflict, ...] = ()
    divergence: tuple[_Divergence, ...] = ()


# What an annex says of a field, and what the page knows of it as well.
_DETAILS: Final = (
    "default", "multiple", "allow_null", "choices", "format", "minimum", "maximum", "dynamic",
    "additional_properties", "properties",
)  # fmt: skip


def read_annex(text: str, file: str, contract: Contract) -> Contract:
    """Add an annex to the contract of its page; `file` is what its lines are told under.

    Raises `AnnexError` with everything that is wrong: TOML that does not parse, unknown keys, fields, actions and
    presets that the page does not have, conflicts that are none.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnnexError(file, [Problem(file, str(error))]) from None
    return add_annex(given, Places(text, file), contract)


def add_annex(given: Object, places: Places, contract: Contract) -> Contract:
    """Add an annex that has been parsed; raises `AnnexError`."""
    try:
        annex = _Annex.model_validate(given)
    except ValidationError as error:
        raise AnnexError(places.file, [_problem(detail, places) for detail in error.errors()]) from None
    merger = _Merger(contract, places, {one.clause: one for one in annex.conflict})
    merged = merger.merge(annex)
    if merger.problems:
        raise AnnexError(places.file, merger.problems)
    return merged


def _problem(detail: Any, places: Places) -> Problem:
    path = [str(part) for part in detail["loc"]]
    message: str = detail["msg"].removeprefix("Value error, ")
    return Problem(str(places.origin(path)), f"{'.'.join(path)}: {message[:1].lower()}{message[1:]}")


class Places:
    """Where in a TOML text its keys are; `tomllib` does not tell."""

    _HEADER: Final = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
    _KEY: Final = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")

    def __init__(self, text: str, file: str) -> None:
        self.file: Final = file
        self._lines: Final = text.splitlines()
        self._known: Final[dict[tuple[str, ...], int]] = {}
        above: tuple[str, ...] = ()
        counts: dict[tuple[str, ...], int] = {}
        for number, line in enumerate(self._lines, 1):
            if header := self._HEADER.match(line):
                above = tuple(self._parts(header[2]))
                if header[1] == "[[":
                    index = counts[above] = counts.get(above, -1) + 1
                    above = (*above, str(index))
                self._known.setdefault(above, number)
            elif key := self._KEY.match(line):
                self._known.setdefault((*above, *self._parts(key[1])), number)

    @staticmethod
    def _parts(dotted: str) -> Iterator[str]:
        for found in re.finditer(r'"([^"]*)"|\'([^\']*)\'|([\w-]+)', dotted):
            yield found[1] or found[2] or found[3] or ""

    def origin(self, path: list[str]) -> Origin:
        """Give the line of a key, or of the nearest thing above it that has one."""
        for length in range(len(path), 0, -1):
            line = self._known.get(tuple(path[:length]))
            if line is not None:
                return Origin(self.file, line)
        return Origin(self.file, 1)


# --- joining it with the page ----------------------------------------------------------------------------------------


class _Merger:
    """The page's contract, and what the annex makes of it."""

    def __init__(self, contract: Contract, places: Places, decided: Mapping[str, _Conflict]) -> None:
        self.contract: Final = contract
        self.places: Final = places
        self.decided: Final = decided
        self.ledger: Final = Ledger(places.file)
        self.conflicts: Final[list[Conflict]] = []
        self.problems: Final[list[Problem]] = []
        self.layers: Final[set[Layer]] = set(contract.layers)

    def merge(self, annex: _Annex) -> Contract:
        contract = self.contract
        settings = self.fields(contract.settings or (), annex.settings, ["settings"])
        actions = self.actions(annex.actions)
        presets = self.presets(annex.presets)
        probe = self.partner(annex.wire)
        for index, golden in enumerate(annex.golden):
            self.add(f"golden/{index + 1}", ["golden", str(index)], golden.name, "wire")
            self.check_golden(annex, golden, ["golden", str(index)])
        left = [conflict.clause for conflict in self.conflicts]
        for index, told in enumerate(annex.conflict):
            if told.clause in left:
                left.remove(told.clause)
            else:
                self.problem(["conflict", str(index)], f"there is no conflict about {told.clause}")
        return replace(
            contract,
            settings=None if contract.settings is None else settings,
            actions=actions,
            presets=presets,
            layers=frozenset(self.layers),
            annex=self.places.file,
            headers=annex.wire.headers,
            probe=probe,
            golden=tuple(
                Golden(**{**dict(one), "requests": tuple(each.model_dump(exclude_unset=True) for each in one.requests)})
                for one in annex.golden
            ),
            conflicts=tuple(self.conflicts),
            divergences=tuple(
                Divergence(one.check, one.subject, one.where, one.witness, one.reason, one.issue, one.until)
                for one in annex.divergence
            ),
            clauses={**contract.clauses, **self.ledger.clauses},
        )

    def check_golden(self, annex: _Annex, golden: _Golden, here: list[str]) -> None:
        if golden.preset is not None and golden.preset not in {one.name for one in self.contract.presets or ()}:
            self.problem([*here, "preset"], f"the page has no preset {golden.preset!r}")
        if golden.action is not None and golden.action not in annex.actions:
            self.problem([*here, "action"], f"the annex has no action {golden.action!r}")
        if golden.action is None and golden.mapping:
            self.problem([*here, "mapping"], "a mapping needs the action that it is for")
        if golden.action is None and golden.events:
            self.problem([*here, "events"], "a batch needs the action that it is for")
        if (golden.event is None) == (not golden.events):
            self.problem(here, "expected an event, or the events of a batch")
        if not golden.events and (golden.answer is not None or golden.statuses):
            self.problem(here, "an answer and statuses are for the events of a batch")
        elif golden.statuses and len(golden.statuses) != len(golden.events):
            told = f"expected a status for each of the {len(golden.events)} events, got {len(golden.statuses)}"
            self.problem([*here, "statuses"], told)

    def actions(self, given: Mapping[str, _Action]) -> tuple[DocumentedAction, ...]:
        names = {("actions", slug): told.title for slug, told in given.items()}
        found = dict(self.owners(self.contract.actions, names, "action", "title"))
        actions = list(self.contract.actions)
        for index, (slug, told) in enumerate(given.items()):
            if index not in found:
                continue
            here = ["actions", slug]
            action = actions[found[index]]
            self.add(f"{action.id}/slug", here, f"[actions.{slug}]", "catalog")
            documented, trigger = action.default_trigger, told.default_trigger
            if documented is not None and trigger is not None and same_trigger(documented, trigger):
                trigger = documented
            trigger = self.compare(f"{action.id}/trigger", documented, trigger, [*here, "default_trigger"])
            wire = None
            if told.wire is not None:
                wire = WireRequest(told.wire.method, told.wire.url, told.wire.body)
                for part in ("method", "url") if wire.body is None else ("method", "url", "body"):
                    quote = f"{part} = {stringify(getattr(wire, part))}"
                    self.add(f"{action.id}/wire/{part}", [*here, "wire", part], quote, "wire", testable="auto")
            actions[found[index]] = replace(
                action,
                slug=slug,
                default_trigger=trigger,
                fields=self.fields(action.fields, told.fields, [*here, "fields"]),
                wire=wire,
                batch_answer=told.batch_answer,
            )
        return tuple(actions)

    def presets(self, given: tuple[_Preset, ...]) -> tuple[DocumentedPreset, ...] | None:
        presets = list(self.contract.presets or ())
        names = {("presets", str(index)): told.name for index, told in enumerate(given)}
        found = dict(self.owners(tuple(presets), names, "preset", "name"))
        for index, told in enumerate(given):
            if index in found:
                preset = presets[found[index]]
                self.add(f"{preset.id}/mapping", ["presets", str(index)], stringify(told.mapping), "catalog")
                presets[found[index]] = replace(preset, mapping=told.mapping)
        return self.contract.presets if self.contract.presets is None else tuple(presets)

    def owners(
        self, documented: tuple[_OwnerT, ...], names: Mapping[tuple[str, str], str], thing: str, attribute: str
    ) -> Iterator[tuple[int, int]]:
        """Find for each name of the annex what the page has of that name, in order where several have it."""
        taken: set[int] = set()
        where: tuple[str, str]
        for index, (where, name) in enumerate(names.items()):
            for position, one in enumerate(documented):
                if position not in taken and one_line(getattr(one, attribute)) == one_line(name):
                    taken.add(position)
                    yield index, position
                    break
            else:
                self.problem([*where], f"the page has no {thing} {name!r}")

    def fields(
        self, documented: tuple[DocumentedField, ...], given: Mapping[str, _Field], here: list[str]
    ) -> tuple[DocumentedField, ...]:
        fields = list(documented)
        free = list(range(len(fields)))
        for key, told in given.items():
            place = [*here, key]
            wanted = one_line(told.label if told.label is not None else key)
            position = next((one for one in free if one_line(fields[one].label) == wanted), None)
            if position is None:
                known = ", ".join(repr(fields[one].label) for one in free) or "none left"
                self.problem(place, f"the page has no field labelled {wanted!r}; it has {known}")
                continue
            free.remove(position)
            fields[position] = self.field(fields[position], key, told, place)
        return tuple(fields)

    def field(self, field: DocumentedField, key: str, told: _Field, place: list[str]) -> DocumentedField:
        self.add(f"{field.id}/key", place, f"{'.'.join(place)}", "catalog")
        said: Object = {
            name: getattr(told, name) for name in _DETAILS if name in told.model_fields_set and name != "properties"
        }
        for name in said:
            quote = f"{name} = {_shown(said[name])}"
            # What a dynamic field offers is asked for by people who make a mapping, not by events.
            testable: Literal["auto", "structural"] = "structural" if name == "dynamic" else "auto"
            self.add(f"{field.id}/{name.replace('_', '-')}", [*place, name], quote, "catalog", testable)
        if told.properties is not None:
            said["properties"] = self.properties(told.properties, [*place, "properties"])
            self.add(f"{field.id}/properties", [*place, "properties"], ", ".join(told.properties), "catalog", "auto")
        if told.sent is not None:
            self.add(f"{field.id}/sent", [*place, "sent"], f"sent = {told.sent}", "wire")
        required: bool | Conditions = field.required
        if isinstance(told.required, Conditions):
            # A page knows Yes and No only, and says No where it depends.
            said["required"] = told.required
            self.add(f"{field.id}/required-if", [*place, "required"], _shown(told.required), "catalog", "auto")
        elif told.required is not None:
            required = self.compare(f"{field.id}/required", field.required, told.required, [*place, "required"])
        type_ = self.compare(f"{field.id}/type", field.type, told.type, [*place, "type"])
        description = self.compare(
            f"{field.id}/description", field.description, told.description, [*place, "description"]
        )
        return replace(
            field,
            required=bool(required),
            type=type_,
            description=description,
            key=key,
            sent=told.sent or "verbatim",
            details=InputField(type=_wire_type(type_), **said),
        )

    def properties(self, given: Mapping[str, _Field], here: list[str]) -> dict[str, InputField]:
        made: dict[str, InputField] = {}
        for key, told in given.items():
            place = [*here, key]
            if told.type is None:
                self.problem(place, f"the property {key!r} needs a type, which the page does not tell")
                continue
            said: Object = {
                name: getattr(told, name)
                for name in (*_DETAILS, "label", "description", "required")
                if name in told.model_fields_set and name != "properties"
            }
            if told.properties is not None:
                said["properties"] = self.properties(told.properties, [*place, "properties"])
            made[key] = InputField(type=told.type, **said)
        return made

    def partner(self, given: _Partner) -> WireRequest | None:
        if given.headers:
            shown = ", ".join(f"{name}: {value}" for name, value in given.headers.items())
            self.add("wire/headers", ["wire", "headers"], shown, "wire", "auto")
        if given.probe is None:
            return None
        self.add("wire/probe", ["wire", "probe"], f"{given.probe.method} {given.probe.url}", "wire", "auto")
        return WireRequest(given.probe.method, given.probe.url, given.probe.body)

    # --- clauses, conflicts, problems ---

    def add(
        self,
        clause: str,
        path: list[str],
        quote: str,
        layer: Layer,
        testable: Literal["auto", "structural"] = "structural",
    ) -> None:
        self.layers.add(layer)
        if layer == "wire":
            testable = "auto"
        self.ledger.add(clause, self.places.origin(path).line, quote, testable, layer=layer)

    def compare(self, clause: str, page: Any, annex: Any, path: list[str]) -> Any:
        """Give what holds of two statements about the same thing, and note a conflict."""
        if annex is None or page == annex:
            return page
        if page is None:
            self.add(clause, path, f"{path[-1]} = {_shown(annex)}", "catalog")
            return annex
        decided = self.decided.get(clause)
        conflict = Conflict(clause, page, annex, decided.winner if decided else None, decided.reason if decided else "")
        self.conflicts.append(conflict)
        return annex if conflict.winner == "annex" else page

    def problem(self, path: list[str], message: str) -> None:
        self.problems.append(Problem(str(self.places.origin(path)), message))


def _wire_type(documented: str) -> FieldType:
    return "string" if documented in ("select", "array") else documented  # type: ignore[return-value]  # the others are


def _shown(value: Any) -> str:
    if isinstance(value, BaseModel):
        return stringify(value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    if isinstance(value, tuple):
        return stringify([one.value if isinstance(one, Choice) else one for one in value])
    return stringify(value)
