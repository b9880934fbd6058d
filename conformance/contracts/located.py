"""Values of YAML and JSON files that know their lines.

YAML is read as the values of JSON that it stands for, by the core schema of YAML 1.2, so that `on` is a text and
`2026-01-15` no date. Nothing of it is ever constructed, and what could be huge or endless (anchors within anchors, deep
nesting) is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from actions_core.errors import ActionsError
from actions_core.js import loads

MAX_BYTES: Final = 32 * 1024 * 1024
"""Of a file. Segment's whole catalog has some four million."""
MAX_DEPTH: Final = 100
MAX_VALUES: Final = 4_000_000
"""In a file, those that an alias repeats included."""


class UnlocatableError(ActionsError):
    """A text that cannot be read; `line` tells where."""

    def __init__(self, line: int, message: str) -> None:
        self.line: Final = line
        self.message: Final = message
        super().__init__(f"line {line}: {message}")


Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value and the line that it begins in; for a value of a mapping, the line of its key."""

    value: Scalar | dict[str, Node] | list[Node]
    line: int
    size: int = 1
    """How many values it has, itself included."""

    def plain(self) -> Any:
        """Give the value without lines."""
        if isinstance(self.value, dict):
            return {key: inner.plain() for key, inner in self.value.items()}
        if isinstance(self.value, list):
            return [inner.plain() for inner in self.value]
        return self.value

    def inner(self) -> Iterator[tuple[str | int, Node]]:
        """Yield what it holds, by key or index."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def get(self, key: str) -> Node | None:
        """Give the value of a key; None if there is none, or if this is no mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self) -> list[Node]:
        """Give the items of a list; none if this is no list."""
        return self.value if isinstance(self.value, list) else []

    def at(self, path: tuple[str | int, ...]) -> Node | None:
        """Give what a path of keys and indexes leads to; None if that is not there."""
        node: Node | None = self
        for part in path:
            if node is None:
                break
            node = dict(node.inner()).get(part)
        return node

    def known(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        """Give as much of a path as is there, without those of its parts that are not."""
        found: tuple[str | int, ...] = ()
        for part in path:
            if self.at((*found, part)) is not None:
                found = (*found, part)
        return found

    def line_of(self, path: tuple[str | int, ...]) -> int:
        """Give the line of what a path leads to, or of the nearest thing above it that is there."""
        return next(node.line for end in range(len(path), -1, -1) if (node := self.at(path[:end])) is not None)


# --- building it -----------------------------------------------------------------------------------------------------


class _Open:
    """A mapping or list that is not complete yet."""

    def __init__(self, value: dict[str, Node] | list[Node], line: int, anchor: str | None) -> None:
        self.value: Final = value
        self.line: Final = line
        self.anchor: Final = anchor
        self.key: str | None = None
        self.key_line = line
        self.size = 1


class _Builder:
    """Puts a value together from its parts, in the order in which they stand in the file; does not recurse."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: Final[list[_Open]] = []
        self._anchored: Final[dict[str, Node]] = {}

    def at_key(self) -> bool:
        """Tell whether a key comes next."""
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def key(self, key: str, line: int) -> None:
        holder = self._open[-1]
        assert isinstance(holder.value, dict)  # noqa: S101 - for the type checker: see `at_key`
        if key in holder.value:
            raise UnlocatableError(line, f"the key {key!r} is there already, in line {holder.value[key].line}")
        holder.key, holder.key_line = key, line

    def begin(self, value: dict[str, Node] | list[Node], line: int, anchor: str | None = None) -> None:
        if self.at_key():
            raise UnlocatableError(line, "expected a text as key, got a mapping or a list")
        if len(self._open) == MAX_DEPTH:
            raise UnlocatableError(line, f"is nested more than {MAX_DEPTH} levels deep")
        self._open.append(_Open(value, line, anchor))

    def end(self) -> None:
        done = self._open.pop()
        self.add(Node(done.value, done.line, done.size), done.anchor)

    def add(self, node: Node, anchor: str | None = None) -> None:
        if anchor is not None:
            self._anchored[anchor] = node
        if not self._open:
            self.root = node
            return
        holder = self._open[-1]
        holder.size += node.size
        if holder.size > MAX_VALUES:
            raise UnlocatableError(
                node.line, f"the file has more than {MAX_VALUES:,} values, or anchors repeat so many"
            )
        if isinstance(holder.value, list):
            holder.value.append(node)
        elif holder.key is not None:
            holder.value[holder.key] = node if node.line == holder.key_line else replace(node, line=holder.key_line)
            holder.key = None

    def alias(self, anchor: str, line: int) -> None:
        # One that is still open would hold itself.
        if anchor not in self._anchored:
            raise UnlocatableError(line, f"there is no complete value with the anchor {anchor!r} above this line")
        if self.at_key():
            raise UnlocatableError(line, "expected a text as key, got an alias")
        self.add(replace(self._anchored[anchor], line=line))


# --- YAML ------------------------------------------------------------------------------------------------------------

_TEXT_TAGS: Final = (None, "!", "tag:yaml.org,2002:str")
_CORE: Final = re.compile(
    r"""
      (?P<null>~|null|Null|NULL|)
    | (?P<true>true|True|TRUE)
    | (?P<false>false|False|FALSE)
    | (?P<octal>0o[0-7]+)
    | (?P<hexadecimal>0x[0-9a-fA-F]+)
    | (?P<number>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)
    | (?P<nonfinite>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))
    """,
    re.VERBOSE,
)
_EXACT: Final = 2**53


def read_yaml(text: str) -> Node:
    """Read the one document of a YAML file; raises `UnlocatableError`, and `ModuleNotFoundError` without PyYAML."""
    import yaml  # noqa: PLC0415 - comes with an extra, and only this function needs it

    loader = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
    builder = _Builder()
    documents = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            line = 1 if event.start_mark is None else event.start_mark.line + 1
            match event:
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        raise UnlocatableError(line, "a second document begins; expected one")
                case yaml.MappingStartEvent():
                    builder.begin({}, line, event.anchor)
                case yaml.SequenceStartEvent():
                    builder.begin([], line, event.anchor)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    builder.end()
                case yaml.AliasEvent():
                    builder.alias(event.anchor or "", line)
                case yaml.ScalarEvent():
                    _add_scalar(builder, event, line)
    except yaml.MarkedYAMLError as error:
        lines = [mark.line + 1 for mark in (error.problem_mark, error.context_mark) if mark is not None]
        told = ", ".join(part for part in (error.context, error.problem) if part)
        raise UnlocatableError(lines[0] if lines else 1, f"is not YAML: {told}") from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        line = text.count("\n", 0, position) + 1
        raise UnlocatableError(line, f"is not YAML: {getattr(error, 'reason', error)}") from None
    return builder.root or Node(None, 1)


def _add_scalar(builder: _Builder, event: Any, line: int) -> None:
    text: str = event.value
    is_plain = event.implicit[0] and not event.style
    if event.tag not in _TEXT_TAGS:
        raise UnlocatableError(
            line, f"the tag {event.tag} has no meaning here; expected texts, numbers, true and false"
        )
    if builder.at_key():
        if is_plain and text == "<<":
            raise UnlocatableError(line, "merge keys (<<) are not read; write out what they stand for")
        builder.key(text, line)
    else:
        builder.add(Node(_resolved(text, line) if is_plain else text, line), event.anchor)


def _resolved(text: str, line: int) -> Scalar:
    """Give what a text without quotes stands for."""
    found = _CORE.fullmatch(text)
    return text if found is None else _OF_CORE[found.lastgroup or "null"](text, line)


def _number(text: str, line: int) -> int | float:
    # As JSON.parse does: what a double does not hold exactly is the nearest one, and 1.0 is 1.
    value = float(text)
    if math.isinf(value):
        raise UnlocatableError(line, "is a number that is too large")
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


def _integer(text: str, base: int, line: int) -> int | float:
    value = int(text, base)
    if value > _EXACT:
        raise UnlocatableError(line, "is a number that is too large")
    return value


def _nonfinite(text: str, line: int) -> Scalar:
    raise UnlocatableError(line, f"{text} is no value of JSON")


_OF_CORE: Final[Mapping[str, Callable[[str, int], Scalar]]] = {
    "null": lambda _text, _line: None,
    "true": lambda _text, _line: True,
    "false": lambda _text, _line: False,
    "octal": lambda text, line: _integer(text[2:], 8, line),
    "hexadecimal": lambda text, line: _integer(text[2:], 16, line),
    "number": _number,
    "nonfinite": _nonfinite,
}


# --- JSON ------------------------------------------------------------------------------------------------------------

_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+')


def read_json(text: str) -> Node:
    """Read a JSON file; raises `JSONSyntaxError`, and `UnlocatableError` for a key that is there twice."""
    loads(text)
    builder = _Builder()
    line, last = 1, 0
    for found in _PART.finditer(text):
        line += text.count("\n", last, found.start())
        last = found.start()
        match found[0]:
            case "{":
                builder.begin({}, line)
            case "[":
                builder.begin([], line)
            case "}" | "]":
                builder.end()
            case written if builder.at_key():
                builder.key(loads(written), line)
            case written:
                builder.add(Node(loads(written), line))
    return builder.root or Node(None, 1)
