"""What a compiled piece of a mapping does, as far as it can be written as Python instead of being called.

An object of a mapping is a handful of reads, often of neighbours in the event: `$.traits.email`, `$.traits.name`.
Called one by one they take several times as long as one function that reads each part of the event once. When an
object has been made often enough such a function is written and compiled for it; `object_source` gives its text.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from actions_core.js import MISSING, read_path

OFTEN: Final = 50
"""How many times an object is made before a function is written for it, which takes as long as a thousand times."""
LONGEST_READ: Final = 20
"""Keys of a path that is written out; each is a level of the function's text, of which Python reads a hundred."""
_DEEPEST: Final = 20
"""Levels of choices that are written into each other, for the same reason."""


@dataclass(frozen=True, slots=True)
class Read:
    """Reads a path of the event."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Give:
    """Gives the same value for every event."""

    value: Any


@dataclass(frozen=True, slots=True)
class Copy:
    """Gives a list of the same texts and numbers for every event, each time a new one."""

    items: list[Any]


@dataclass(frozen=True, slots=True)
class Choose:
    """An @if that asks whether something exists."""

    test: Form
    then: Form
    otherwise: Form
    run: Callable[[Any], Any]
    """Does the same when it is called."""


@dataclass(frozen=True, slots=True)
class Call:
    """Anything else: calls the piece."""

    run: Callable[[Any], Any]


Form: TypeAlias = Read | Give | Copy | Choose | Call
Member: TypeAlias = tuple[str, Form]
Store: TypeAlias = Callable[[str, str, Form], Iterable[str]]
"""Writes what puts a value into `result`: from its key, the name that it has, and what made it, to lines of Python."""


def keep(key: str, name: str, _form: Form) -> Iterable[str]:
    """Put a value into the object, unless it is missing."""
    return f"if {name} is not MISSING:", f"    result[{key!r}] = {name}"


def object_function(
    members: Sequence[Member], store: Store = keep, values: Mapping[str, Any] | None = None
) -> Callable[[Any], Any]:
    """Write and compile the function that makes an object of members: by default of those that are not missing.

    It gives for an object what calling each member gives; for data of another kind it is not to be called. `values` are
    what names in the lines of `store` stand for.
    """
    source, own = object_source(members, store)
    names: dict[str, Any] = {**own, **(values or {}), "MISSING": MISSING, "read_path": read_path}
    exec(compile(source, "<mapping>", "exec"), names)  # noqa: S102 - keys are in it as `repr` writes them, values are not
    made: Callable[[Any], Any] = names["make"]
    return made


def object_source(members: Sequence[Member], store: Store = keep) -> tuple[str, dict[str, Any]]:
    """Write that function: its text, and the values that its names stand for.

    >>> print(object_source([("id", Read(("userId",))), ("plan", Read(("traits", "plan")))])[0])
    def make(data):
        v1 = data.get('userId', MISSING)
        v2 = data.get('traits', MISSING)
        if type(v2) is dict:
            v3 = v2.get('plan', MISSING)
        elif v2 is MISSING:
            v3 = MISSING
        else:
            v3 = read_path(v2, ('plan',))
        result = {}
        if v1 is not MISSING:
            result['id'] = v1
        if v3 is not MISSING:
            result['plan'] = v3
        return result
    """
    writer = _Writer()
    return writer.write(members, store), writer.values


@dataclass
class _Part:
    """A part of the event that is read, and what is read of it."""

    name: str
    parts: dict[str, _Part] = field(default_factory=dict)


class _Writer:
    def __init__(self) -> None:
        self.values: Final[dict[str, Any]] = {}
        self._event: Final = _Part("data")
        self._names: Final = itertools.count(1)

    def write(self, members: Sequence[Member], store: Store) -> str:
        values = [(key, self._expression(form), form) for key, form in members]
        lines = ["def make(data):", *self._reads(self._event, "    "), "    result = {}"]
        for key, value, form in values:
            if not value.isidentifier():
                lines.append(f"    value = {value}")
            name = value if value.isidentifier() else "value"
            lines += (f"    {line}" for line in store(key, name, form))
        return "\n".join([*lines, "    return result"])

    def _expression(self, form: Form, depth: int = 0) -> str:
        match form:
            case Read(keys):
                return self._part(keys).name
            case Give(value):
                return "MISSING" if value is MISSING else self._value(value)
            case Copy(items):
                return f"{self._value(items)}.copy()"
            case Choose(test, then, otherwise) if depth < _DEEPEST:
                tested = self._expression(test, depth + 1)
                name = tested if tested.isidentifier() else f"t{next(self._names)}"
                tested = tested if tested.isidentifier() else f"({name} := {tested})"
                yes, no = self._expression(then, depth + 1), self._expression(otherwise, depth + 1)
                return f"({yes} if {tested} is not None and {name} is not MISSING else {no})"
            case Choose(run=run) | Call(run):
                return f"{self._value(run)}(data)"

    def _value(self, value: Any) -> str:
        name = f"c{len(self.values) + 1}"
        self.values[name] = value
        return name

    def _part(self, keys: Sequence[str]) -> _Part:
        part = self._event
        for key in keys:
            if key not in part.parts:
                part.parts[key] = _Part(f"v{next(self._names)}")
            part = part.parts[key]
        return part

    def _reads(self, part: _Part, indent: str) -> Iterator[str]:
        for key, inner in part.parts.items():
            yield f"{indent}{inner.name} = {part.name}.get({key!r}, MISSING)"
            below = list(_below(inner))
            if below:
                yield f"{indent}if type({inner.name}) is dict:"
                yield from self._reads(inner, indent + "    ")
                yield f"{indent}elif {inner.name} is MISSING:"
                yield f"{indent}    {' = '.join(one.name for _, one in below)} = MISSING"
                yield f"{indent}else:"
                for keys, one in below:
                    yield f"{indent}    {one.name} = read_path({inner.name}, {keys!r})"


def _below(part: _Part, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], _Part]]:
    for key, inner in part.parts.items():
        yield (*above, key), inner
        yield from _below(inner, (*above, key))
