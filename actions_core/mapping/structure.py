"""The structure of a mapping, as Segment checks it before any event: which shapes a directive's argument may have.

The sentences are Segment's, word for word. Segment stops at the first fault of some directives; the faults it would
not have reached are found all the same and marked, so that a mapping can be mended in one go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from actions_core.js import MISSING, Object, object_keys, type_of, utf16_length

ROOT_DIRECTIVE: Final = "__segment_internal_directive"
"""The key of a mapping whose value is one directive, applied with the rest of the mapping as its `mapping`."""

MAX_DEPTH: Final = 128
"""How deep a mapping may be nested, counted in objects and lists; Segment's own check ends far earlier on `@if`."""

MAX_PATTERN_LENGTH: Final = 10
MAX_REPLACEMENT_LENGTH: Final = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a mapping's structure."""

    place: str
    """A JSON pointer into the mapping as its owner wrote it."""
    where: str
    """The same place in Segment's words: keys are not escaped, and items of a list are not counted."""
    sentence: str
    reported: bool
    """Whether Segment's own check gets here. Reference: it stops at the first fault of some directives."""


class _Spot:
    """A place in a mapping as a chain of keys, so that walking down costs nothing until a fault is written."""

    __slots__ = ("_counted", "_key", "_parent", "_restart")

    def __init__(self, parent: _Spot | None = None, key: str = "", *, counted: bool = True, restart: bool = False):
        self._parent = parent
        self._key = key
        self._counted = counted
        self._restart = restart

    def key(self, key: str) -> _Spot:
        return _Spot(self, key)

    def item(self, index: int) -> _Spot:
        """Go to an item of a list that Segment's own places do not mention."""
        return _Spot(self, str(index), counted=False)

    def restarted(self) -> _Spot:
        """Stay here, but let Segment's own place begin anew."""
        return _Spot(self, counted=False, restart=True)

    def _chain(self) -> list[_Spot]:
        chain: list[_Spot] = []
        spot = self
        while spot._parent is not None:
            chain.append(spot)
            spot = spot._parent
        chain.reverse()
        return chain

    def where(self) -> str:
        names: list[str] = []
        for spot in self._chain():
            if spot._restart:
                names.clear()
            elif spot._counted:
                names.append(spot._key)
        return "/" + "/".join(names)

    def pointer(self) -> str:
        return pointer(spot._key for spot in self._chain() if not spot._restart)


def pointer(keys: Iterable[str]) -> str:
    """Write a JSON pointer: `pointer(["a/b", "@path"])` is `/a~1b/@path`; no key at all is the empty text."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def is_directive(value: object) -> bool:
    """Tell whether an object stands for a value: its keys all begin with `@`, but for an optional `_metadata`."""
    if not isinstance(value, dict):
        return False
    marked = [key for key in value if key.startswith("@")]
    return bool(marked) and len(value) - len(marked) == ("_metadata" in value)


def directive_name(value: Object) -> str:
    """Name the directive of an object for which `is_directive` holds: its first key with an `@`."""
    return next(key for key in value if key.startswith("@"))


# --- what an argument may be -----------------------------------------------------------------------------------------

Check: TypeAlias = Callable[[Any], str | None]
"""Says what is wrong with a value itself (not with what it holds), or None."""


def _kind(value: object) -> str:
    if isinstance(value, dict) and any(key.startswith("@") for key in value):
        return "directive"
    return type_of(value)


def _expected(what: str, value: object, kind: str = "") -> str:
    kind = kind or _kind(value)
    return f"should be {what} but it is {'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _anything(_value: Any) -> str | None:
    return None


def _string_or_directive(value: Any) -> str | None:
    return None if _kind(value) in ("string", "directive") else _expected("a string or a mapping directive", value)


def _object_or_directive(value: Any) -> str | None:
    return None if _kind(value) in ("object", "directive") else _expected("a object or a mapping directive", value)


def _string(value: Any) -> str | None:
    return None if isinstance(value, str) else _expected("a string", value)


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else _expected("a boolean", value)


def _array(value: Any) -> str | None:
    # Reference: here alone a directive is called what it is made of, an object.
    return None if isinstance(value, list) else _expected("an array", value, type_of(value))


def _length(least: int, most: int) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return _expected("a string", value)
        if utf16_length(value) < least:
            return f"should be a string of length {least} or greater"
        return f"should be a string of length {most} or less" if utf16_length(value) > most else None

    return check


def _one_of(*allowed: str) -> Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str):
            return _expected("a string", value)
        # Segment's check ignores case here, though its directives do not; see `@json` and `@merge`.
        if value.lower() in allowed:
            return None
        return f"should be one of {', '.join(allowed)} but it is {json.dumps(value, ensure_ascii=False)}"

    return check


REQUIRED: Final = True
OPTIONAL: Final = False

_FIELDS: Final[dict[str, dict[str, tuple[bool, Check]]]] = {
    "@if": {"exists": (OPTIONAL, _anything), "then": (OPTIONAL, _anything), "else": (OPTIONAL, _anything)},
    "@case": {"operator": (OPTIONAL, _string), "value": (OPTIONAL, _string_or_directive)},
    "@replace": {
        "pattern": (REQUIRED, _length(1, MAX_PATTERN_LENGTH)),
        "replacement": (OPTIONAL, _length(0, MAX_REPLACEMENT_LENGTH)),
        "value": (REQUIRED, _string_or_directive),
        "ignorecase": (OPTIONAL, _boolean),
        "global": (OPTIONAL, _boolean),
    },
    "@json": {"value": (REQUIRED, _anything), "mode": (REQUIRED, _one_of("encode", "decode"))},
    "@flatten": {"separator": (OPTIONAL, _string), "value": (REQUIRED, _anything)},
    "@merge": {"direction": (OPTIONAL, _one_of("left", "right")), "objects": (REQUIRED, _array)},
    "@transform": {"apply": (REQUIRED, _object_or_directive), "mapping": (REQUIRED, _object_or_directive)},
}


class StructureCheck:
    """Finds the faults of one mapping; what was found clean is not walked again when asked about once more.

    Reference: lists are not looked into, nor an object that `@literal` or `@excludeWhenNull` holds: a fault there shows
    at run time only, when the directive is carried out.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._clean: dict[int, object] = {}  # by identity; the values keep the keys from being used twice
        self._reported = True

    def faults(self, mapping: Any) -> list[Fault]:
        """List what is wrong with a mapping, in the order in which Segment finds it."""
        self._faults = []
        self._reported = True
        self._value(mapping, _Spot())
        return self._faults

    def _add(self, spot: _Spot, sentence: str) -> None:
        self._faults.append(Fault(spot.pointer(), spot.where(), sentence, self._reported))

    def _value(self, value: Any, spot: _Spot) -> None:
        if not isinstance(value, dict) or id(value) in self._clean:
            return
        before = len(self._faults)
        if _kind(value) == "directive":
            self._directive(value, spot)
        else:
            for key in object_keys(value):
                self._value(value[key], spot.key(key))
        if len(self._faults) == before:
            self._clean[id(value)] = value

    def _directive(self, value: Object, spot: _Spot) -> None:
        names = [key for key in value if key.startswith("@")]
        if len(names) > 1:
            self._add(spot, f"should only have one @-prefixed key but it has {len(names)} keys")
        elif not is_directive(value):
            self._add(spot, f"should only have one @-prefixed key but it has {len(value)} keys")
        elif names[0] not in _ARGUMENTS:
            self._add(spot, f"has an invalid directive: {names[0]}")
        else:
            _ARGUMENTS[names[0]](self, value[names[0]], spot.key(names[0]))

    # --- one method per shape of argument

    def _text(self, argument: Any, spot: _Spot) -> None:
        sentence = _string_or_directive(argument)
        if sentence is not None:
            self._add(spot, sentence)
        else:
            self._value(argument, spot)

    def _plain_text(self, argument: Any, spot: _Spot) -> None:
        sentence = _string(argument)
        if sentence is not None:
            self._add(spot, sentence)

    def _constant(self, argument: Any, spot: _Spot) -> None:
        if _kind(argument) == "directive":
            self._value(argument, spot)

    def _fields(self, argument: Any, spot: _Spot) -> None:
        if _kind(argument) != "object":
            self._add(spot, _expected("an object", argument))
            return
        before = len(self._faults)
        self._value(argument, spot)
        with _Unreported(self, self._reached(before)):
            for name, (required, check) in _FIELDS[spot._key].items():
                if name not in argument:
                    if required:
                        self._add(spot, f'should have field "{name}" but it doesn\'t')
                elif (sentence := check(argument[name])) is not None:
                    self._add(spot.key(name), sentence)

    def _merge(self, argument: Any, spot: _Spot) -> None:
        before = len(self._faults)
        self._fields(argument, spot)
        objects = argument.get("objects") if isinstance(argument, dict) else None
        for index, operand in enumerate(objects if isinstance(objects, list) else ()):
            with _Unreported(self, self._reached(before)):
                # Reference: Segment's own message forgets where it is and begins anew at "/".
                here = spot.key("objects").item(index).restarted()
                sentence = _object_or_directive(operand)
                if sentence is not None:
                    self._add(here, sentence)
                else:
                    self._value(operand, here)

    def _array_path(self, argument: Any, spot: _Spot) -> None:
        sentence = _array(argument)
        if sentence is not None:
            self._add(spot, sentence)
            return
        path, shape = (*argument, MISSING, MISSING)[:2]
        before = len(self._faults)
        self._text(path, spot.item(0))
        with _Unreported(self, self._reached(before)):
            self._value(shape, spot.item(1))

    def _reached(self, before: int) -> bool:
        """Tell whether Segment's check goes on here: it stops at what has been added since `before`."""
        return len(self._faults) == before


class _Unreported:
    """Within it, faults are marked as ones that Segment's check does not reach."""

    def __init__(self, check: StructureCheck, reached: bool) -> None:
        self._check = check
        self._was = check._reported
        self._now = self._was and reached

    def __enter__(self) -> None:
        self._check._reported = self._now

    def __exit__(self, *_: object) -> None:
        self._check._reported = self._was


_ARGUMENTS: Final[dict[str, Callable[[StructureCheck, Any, _Spot], None]]] = {
    "@if": StructureCheck._fields,
    "@case": StructureCheck._fields,
    "@replace": StructureCheck._fields,
    "@arrayPath": StructureCheck._array_path,
    "@path": StructureCheck._text,
    "@json": StructureCheck._fields,
    "@flatten": StructureCheck._fields,
    "@merge": StructureCheck._merge,
    "@template": StructureCheck._text,
    "@literal": StructureCheck._constant,
    "@transform": StructureCheck._fields,
    "@excludeWhenNull": StructureCheck._constant,
    "@liquid": StructureCheck._plain_text,
}
