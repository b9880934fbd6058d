"""Turns the JSON of a mapping into functions from an event to values.

Segment resolves a mapping as it stands and sweeps `undefined` out of the whole result afterwards. Here nothing is
swept: each piece knows when it is compiled which `MISSING` must outlive it (`Keep`), so that values taken from the
event, which cannot hold any, are passed on as they are and never walked.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from actions_core.errors import MappingResolveError
from actions_core.holes import settle
from actions_core.js import MISSING, Object, object_keys, type_of
from actions_core.mapping.forms import LONGEST_READ, OFTEN, Call, Copy, Form, Give, Member, Read, object_function
from actions_core.mapping.origins import Recorder
from actions_core.mapping.paths import Resolve, compile_path, describe_path, parse_path
from actions_core.mapping.structure import StructureCheck, directive_name, is_directive


class Keep(enum.Enum):
    """Which `MISSING` a piece leaves in its result: as values of an object's keys, and as items of a list.

    Reference: a key without a value makes a difference to @merge, where it hides the same key of an earlier operand,
    and such an item to what reads the result of a @transform's `apply`.
    """

    NOTHING = "drop keys, turn items into null: a result"
    TOP = "keep both in the outermost object or list only: an operand of @merge"
    ITEMS = "drop keys, keep items: what @transform hands to its mapping"
    TOP_AND_ITEMS = "an operand of @merge within a @transform's apply"
    ALL = "keep both everywhere: what @flatten takes apart"

    @property
    def keys(self) -> bool:
        """Whether the outermost object keeps its missing keys."""
        return self in (Keep.TOP, Keep.TOP_AND_ITEMS, Keep.ALL)

    @property
    def items(self) -> bool:
        """Whether the outermost list keeps its missing items."""
        return self is not Keep.NOTHING

    @property
    def below(self) -> Keep:
        """What the members of the outermost object or list leave in turn."""
        return {Keep.TOP: Keep.NOTHING, Keep.TOP_AND_ITEMS: Keep.ITEMS}.get(self, self)

    @property
    def operand(self) -> Keep:
        """What the operands of a @merge leave, whose own result this is."""
        return {Keep.NOTHING: Keep.TOP, Keep.ITEMS: Keep.TOP_AND_ITEMS}.get(self, self)


@dataclass(frozen=True, slots=True)
class Piece:
    """A compiled part of a mapping."""

    run: Resolve
    holes: bool = False
    """Whether `MISSING` may be inside the result (not: be the result)."""
    form: Form | None = None
    """What `run` does, where that is known."""
    members: Sequence[Member] | None = None
    """Of what `run` makes an object, if it does."""

    @property
    def known_form(self) -> Form:
        """What `run` does, or that it is to be called."""
        return Call(self.run) if self.form is None else self.form


@dataclass(slots=True)
class Compilation:
    """What is known about one mapping as a whole while it is compiled."""

    check: StructureCheck
    recorder: Recorder | None = None
    paths: dict[str, None] = field(default_factory=dict)
    """The event's paths that were met, in order."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a piece reads from: the event, the items of a list, or what a @transform made."""

    compilation: Compilation
    base: str = "$"
    """How explanations write the data: `$` is the event."""
    holes: bool = False
    """Whether the data may hold `MISSING`, which an event never does."""
    decides: bool = False
    """Whether what is read only decides between the branches of an @if."""

    def compile(self, value: Any, keep: Keep) -> Piece:
        """Compile any part of a mapping: a directive, an object or a list of parts, or a constant."""
        if isinstance(value, dict):
            return self._directive(value, keep) if is_directive(value) else self._object(value, keep)
        return self._list(value, keep) if isinstance(value, list) else Piece(constant(value), form=Give(value))

    def reading(self, base: str, *, holes: bool) -> Scope:
        """Give the scope of pieces that read from other data."""
        return replace(self, base=base, holes=holes)

    def deciding(self) -> Scope:
        """Give the scope of an @if's condition."""
        return replace(self, decides=True)

    def path(self, path: str, keep: Keep) -> Piece:
        """Compile a path without its `$.`."""
        run = self.watch(path)
        if not self.holes or keep is Keep.ALL:
            keys = parse_path(path)
            is_known = self.compilation.recorder is None and len(keys) <= LONGEST_READ
            return Piece(run, self.holes, Read(keys) if is_known else None)

        def read(data: Any) -> Any:
            return settle(run(data), keep_keys=keep.keys, keep_items=keep.items, keep_items_below=keep.below.items)

        return Piece(read, keep.keys or keep.items)

    def watch(self, path: str) -> Resolve:
        """Compile a path, as `record` does, and note that the mapping reads it."""
        return self.noting(describe_path(path, ""), compile_path(path))

    def record(self, path: str) -> Resolve:
        """Compile a path so that each read is noted, if there is an explanation to be made."""
        return self._recorded(describe_path(path, self.base), compile_path(path))

    def noting(self, below: str, run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Note that the mapping reads a path, such as `.traits.email`, with what reads it; see `record`."""
        self.note_path(self.base + below)
        return self._recorded(self.base + below, run)

    def _recorded(self, shown: str, run: Callable[[Any], Any]) -> Callable[[Any], Any]:
        recorder = self.compilation.recorder
        return run if recorder is None else recorder.watch(shown, run, decides=self.decides)

    def note_path(self, shown: str) -> None:
        """Note that a path is read, if it is one of the event's."""
        if shown.startswith("$"):
            self.compilation.paths[shown] = None

    def chooses(self, choice: str, run: Resolve) -> Resolve:
        """Wrap the branch of an @if, so that an explanation tells that it was taken."""
        recorder = self.compilation.recorder
        if recorder is None:
            return run

        def chosen(data: Any) -> Any:
            recorder.choices.append(choice)
            return run(data)

        return chosen

    def text(self, argument: Any, directive: str) -> Resolve:
        """Compile the argument of a directive that must turn out to be text for every event."""
        run = self.compile(argument, Keep.NOTHING).run

        def resolve_text(data: Any) -> str:
            text = run(data)
            if not isinstance(text, str):
                raise MappingResolveError(f"{directive}: expected string, got {type_of(text)}")
            return text

        return resolve_text

    def _directive(self, value: Object, keep: Keep) -> Piece:
        # The table holds functions that call back into this class, so it can only be looked up late.
        from actions_core.mapping.directives import DIRECTIVES  # noqa: PLC0415

        name = directive_name(value)
        compile_directive = DIRECTIVES.get(name)
        if compile_directive is None:
            return fails(f"{name} is not a valid directive, got undefined")
        return compile_directive(value[name], self, keep)

    def _object(self, value: Object, keep: Keep) -> Piece:
        members: list[tuple[str, Piece]] = []
        holes = keep.keys
        for key in object_keys(value):
            piece = self.compile(value[key], keep.below)
            members.append((key, piece))
            holes = holes or piece.holes
        if keep.keys:
            return Piece(_keeping(members), holes)
        return Piece(dropping(members), holes, members=[(key, piece.known_form) for key, piece in members])

    def _list(self, value: list[Any], keep: Keep) -> Piece:
        pieces = [self.compile(item, keep.below) for item in value]
        runs = [piece.run for piece in pieces]
        holes = keep.items or any(piece.holes for piece in pieces)
        blank = MISSING if keep.items else None

        def build(data: Any) -> list[Any]:
            items: list[Any] = []
            for run in runs:
                item = run(data)
                items.append(blank if item is MISSING else item)
            return items

        constants = [piece.form.value for piece in pieces if isinstance(piece.form, Give)]
        same = len(constants) == len(pieces) and MISSING not in constants
        return Piece(build, holes, Copy(constants) if same else None)


def dropping(members: list[tuple[str, Piece]]) -> Callable[[Any], Object]:
    """Build an object without the keys whose value is missing."""
    runs = [(key, piece.run) for key, piece in members]
    times = 0
    quick: Callable[[Any], Object] | None = None

    def build(data: Any) -> Object:
        nonlocal times, quick
        if quick is not None and type(data) is dict:
            return quick(data)
        times += 1
        if times >= OFTEN:
            quick = object_function([(key, piece.known_form) for key, piece in members])
        result: Object = {}
        for key, run in runs:
            value = run(data)
            if value is not MISSING:
                result[key] = value
        return result

    return build


def _keeping(members: list[tuple[str, Piece]]) -> Callable[[Any], Object]:
    runs = [(key, piece.run) for key, piece in members]

    def build(data: Any) -> Object:
        result: Object = {}
        for key, run in runs:
            result[key] = run(data)
        return result

    return build


def constant(value: Any) -> Resolve:
    """Give the same value for every event."""

    def give(_data: Any) -> Any:
        return value

    return give


def fails(message: str, first: Resolve = constant(MISSING)) -> Piece:  # noqa: B008 - constant
    """Stand for a directive that cannot be carried out for any event; it matters only if the event gets there.

    `first` is what Segment carries out before it notices, and may have a failure of its own.
    """

    def fail(data: Any) -> NoReturn:
        first(data)
        raise MappingResolveError(message)

    return Piece(fail)
