"""Reads the annex of a contract: what the page cannot say, in TOML beside it.

The page is the law. The annex adds to it: keys, slugs, defaults, choices (what Segment's catalog knows), the partner's
requests (the wire), conflicts between the sources, and promises that are known not to be kept. Where it says what the
page says as well and something else, that is a conflict, which has to be listed.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import date
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Final, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic import Field as ModelField

from actions_core.errors import ActionsError, Problem
from actions_core.inputs import OAuthCredentials
from actions_core.js import Object, stringify
from conformance.contracts.catalog import NoEntryError, find_entry
from conformance.contracts.markdown import one_line
from conformance.contracts.merging import Decision, Merger
from conformance.contracts.model import (
    Clause,
    Contract,
    Divergence,
    DocumentedAction,
    Golden,
    Source,
    WireRequest,
)
from conformance.contracts.placeholders import fields_in, meant
from conformance.contracts.told import Places, Told, ToldAction, ToldField, ToldPreset


class AnnexError(ActionsError):
    """An annex that cannot be read or does not fit its page; `problems` tells every place."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file: Final = file
        self.problems: Final = tuple(problems)
        super().__init__("\n".join([f"{file} cannot be read as an annex:", *map(str, self.problems)]))


# --- the file's shape ------------------------------------------------------------------------------------------------


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


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
    title: str | None = None
    default_trigger: str | None = None
    fields: dict[str, ToldField] = {}
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
    winner: Source
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
    catalog: str | None = None
    catalog_entry: str | None = None
    settings: dict[str, ToldField] = {}
    actions: dict[str, _Action] = {}
    presets: tuple[_Preset, ...] = ()
    wire: _Partner = _Partner()
    golden: tuple[_Golden, ...] = ()
    conflict: tuple[_Conflict, ...] = ()
    divergence: tuple[_Divergence, ...] = ()


# --- reading it ------------------------------------------------------------------------------------------------------


def read_annex(text: str, file: str, contract: Contract, directory: Traversable | None = None) -> Contract:
    """Add an annex to the contract of its page; `file` is what its lines are told under.

    `directory` is where it is, and so the catalog that it may name. Raises `AnnexError` with everything that is wrong:
    TOML that does not parse, unknown keys, fields, actions and presets that the page does not have, conflicts that are
    none, no such catalog; and `CatalogError` for a catalog that cannot be read.
    """
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AnnexError(file, [_not_toml(error, text, file)]) from None
    places = _TomlPlaces(text, file)
    try:
        annex = _Annex.model_validate(given)
    except ValidationError as error:
        raise AnnexError(file, [_problem(detail, places) for detail in error.errors()]) from None
    decisions = [
        Decision(one.clause, one.winner, one.reason, places.origin(("conflict", str(index))))
        for index, one in enumerate(annex.conflict)
    ]
    merger = Merger(contract, decisions)
    catalog = _catalog(annex, places, contract, directory)
    if catalog is not None:
        merger.merge(catalog)
    merger.merge(_told(annex, places))
    merged = replace(merger.merged(), annex=file, catalog=None if catalog is None else catalog.places.file)
    wired = _Wired(merged, places, merger.positions)
    merged = wired.add(annex)
    if problems := [*merger.problems, *wired.problems]:
        raise AnnexError(file, problems)
    return merged


def _told(annex: _Annex, places: Places) -> Told:
    return Told(
        source="annex",
        places=places,
        settings=annex.settings,
        actions={
            slug: ToldAction(title=one.title, default_trigger=one.default_trigger, fields=one.fields)
            for slug, one in annex.actions.items()
        },
        presets=[ToldPreset(name=one.name, mapping=one.mapping) for one in annex.presets],
    )


def _catalog(annex: _Annex, places: Places, contract: Contract, directory: Traversable | None) -> Told | None:
    """Read the entry of the catalog that an annex names; None if it names none."""
    key = "catalog" if annex.catalog_entry is None else "catalog_entry"
    if annex.catalog is None and annex.catalog_entry is None:
        return None
    told = 'an entry needs the catalog that it is in: catalog = "destinations.yml"'
    if annex.catalog is not None:
        try:
            return find_entry(annex.catalog, annex.catalog_entry, contract.name, places.file, directory)
        except NoEntryError as error:
            told = str(error)
    raise AnnexError(places.file, [Problem(str(places.origin([key])), f"{key}: {told}")])


_AT: Final = re.compile(r"(.*) \(at line (\d+), column (\d+)\)\Z", re.DOTALL)


def _not_toml(error: tomllib.TOMLDecodeError, text: str, file: str) -> Problem:
    found = _AT.match(str(error))
    if found is None:
        # Something is open at the end of the file.
        told = str(error).removesuffix(" (at end of document)")
        return Problem(f"{file}:{len(text.splitlines())}", f"is not TOML: {told[:1].lower()}{told[1:]}")
    return Problem(f"{file}:{found[2]}:{found[3]}", f"is not TOML: {found[1][:1].lower()}{found[1][1:]}")


def _problem(detail: Any, places: Places) -> Problem:
    path = [str(part) for part in detail["loc"]]
    message: str = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "extra_forbidden":
        known = _Annex.model_fields.keys() if len(path) == 1 else _names(_Annex)
        close = difflib.get_close_matches(path[-1], known, n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return Problem(str(places.origin(path)), f"{'.'.join(path)}: an annex knows no such key here{hint}")
    return Problem(str(places.origin(path)), f"{'.'.join(path)}: {message[:1].lower()}{message[1:]}")


def _names(shape: type[BaseModel]) -> set[str]:
    """List the keys of a shape and of the shapes within it."""
    names: set[str] = set()
    pending = [shape]
    seen: set[type[BaseModel]] = set()
    while pending:
        one = pending.pop()
        if one in seen:
            continue
        seen.add(one)
        names |= one.model_fields.keys()
        for field in one.model_fields.values():
            parts = [field.annotation, *get_args(field.annotation)]
            parts += [inner for part in get_args(field.annotation) for inner in get_args(part)]
            pending += [part for part in parts if isinstance(part, type) and issubclass(part, BaseModel)]
    return names


class _TomlPlaces(Places):
    """Where in a TOML text its keys are; `tomllib` does not tell."""

    _HEADER: Final = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
    _KEY: Final = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")

    def __init__(self, text: str, file: str) -> None:
        known: dict[tuple[str, ...], int] = {}
        above: tuple[str, ...] = ()
        counts: dict[tuple[str, ...], int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if header := self._HEADER.match(line):
                above = tuple(self._parts(header[2]))
                if header[1] == "[[":
                    index = counts[above] = counts.get(above, -1) + 1
                    above = (*above, str(index))
                for length in range(1, len(above) + 1):
                    known.setdefault(above[:length], number)
            elif key := self._KEY.match(line):
                known.setdefault((*above, *self._parts(key[1])), number)
        super().__init__(file, known)

    @staticmethod
    def _parts(dotted: str) -> Iterator[str]:
        for found in re.finditer(r'"([^"]*)"|\'([^\']*)\'|([\w-]+)', dotted):
            yield found[1] or found[2] or found[3] or ""


# --- the requests ----------------------------------------------------------------------------------------------------


_TOKENS: Final = tuple(f"auth.{one.name}" for one in fields(OAuthCredentials))
"""What templates may read of a destination that signs in."""


class _Wired:
    """A contract with what only an annex tells: the partner's requests, golden events and divergences."""

    def __init__(self, contract: Contract, places: Places, positions: Mapping[str, int]) -> None:
        self.contract: Final = contract
        self.places: Final = places
        self.positions: Final = positions
        self.clauses: Final = dict(contract.clauses)
        self.problems: Final[list[Problem]] = []

    def add(self, annex: _Annex) -> Contract:
        actions = list(self.contract.actions)
        for slug, position in self.positions.items():
            actions[position] = self.action(actions[position], slug, annex.actions[slug])
        probe = self.partner(annex.wire)
        for index, golden in enumerate(annex.golden):
            here = ["golden", str(index)]
            self.enter(f"golden/{index + 1}", here, golden.name)
            self.check_golden(annex, golden, here)
        told_before = len(self.contract.clauses)
        return replace(
            self.contract,
            actions=tuple(actions),
            layers=self.contract.layers | ({"wire"} if len(self.clauses) > told_before else set()),
            headers=annex.wire.headers,
            probe=probe,
            golden=tuple(
                Golden(**{**dict(one), "requests": tuple(each.model_dump(exclude_unset=True) for each in one.requests)})
                for one in annex.golden
            ),
            divergences=tuple(
                Divergence(one.check, one.subject, one.where, one.witness, one.reason, one.issue, one.until)
                for one in annex.divergence
            ),
            clauses=self.clauses,
        )

    def action(self, action: DocumentedAction, slug: str, told: _Action) -> DocumentedAction:
        action = replace(action, batch_answer=told.batch_answer)
        if told.wire is None:
            return action
        wire = WireRequest(told.wire.method, told.wire.url, told.wire.body)
        for part in ("method", "url") if wire.body is None else ("method", "url", "body"):
            quote = f"{part} = {stringify(getattr(wire, part))}"
            self.enter(f"{action.id}/wire/{part}", ["actions", slug, "wire", part], quote)
            self.check_names(getattr(wire, part), ["actions", slug, "wire", part], [action])
        return replace(action, wire=wire)

    def partner(self, given: _Partner) -> WireRequest | None:
        if given.headers:
            shown = ", ".join(f"{name}: {value}" for name, value in given.headers.items())
            self.enter("wire/headers", ["wire", "headers"], shown)
            for name, value in given.headers.items():
                self.check_names(value, ["wire", "headers", name], self.contract.actions)
        if given.probe is None:
            return None
        self.enter("wire/probe", ["wire", "probe"], f"{given.probe.method} {given.probe.url}")
        for part in ("method", "url", "body"):
            self.check_names(getattr(given.probe, part), ["wire", "probe", part], [])
        return WireRequest(given.probe.method, given.probe.url, given.probe.body)

    def check_names(self, template: Any, here: list[str], actions: Iterable[DocumentedAction]) -> None:
        """Refuse a name in a template that is misspelt."""
        settings = [f"settings.{one.key}" for one in self.contract.settings or () if one.key is not None]
        known = [one.key for action in actions for one in action.fields if one.key is not None]
        for name in sorted(fields_in(template)):
            if close := meant(name, [*known, *settings, *_TOKENS]):
                self.problem(here, f"{'.'.join(here)}: {{{name}}} is not known here; did you mean {{{close}}}?")

    def check_golden(self, annex: _Annex, golden: _Golden, here: list[str]) -> None:
        slugs = {*annex.actions, *(action.slug for action in self.contract.actions)}
        if golden.preset is not None and golden.preset not in {one.name for one in self.contract.presets or ()}:
            self.problem([*here, "preset"], f"the page has no preset {golden.preset!r}")
        if golden.action is not None and golden.action not in slugs:
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

    def enter(self, clause: str, path: list[str], quote: str) -> None:
        self.clauses[clause] = Clause(clause, self.places.origin(path), one_line(quote), "MUST", "auto", "wire")

    def problem(self, path: list[str], message: str) -> None:
        self.problems.append(Problem(str(self.places.origin(path)), message))
