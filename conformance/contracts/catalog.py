"""Finds what Segment's catalog tells of a destination: an entry of `destinations.yml`, or a `metadata.json`.

The first is the data of Segment's public documentation, a list of all destinations; the second is the file of one
destination in Segment's npm package. Both tell keys, slugs, defaults and mappings, which no page tells.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from importlib.resources.abc import Traversable
from pathlib import PurePath
from typing import Final

from actions_core.errors import ActionsError, DefinitionError, JSONSyntaxError, Problem
from actions_core.metadata import read_metadata
from conformance.contracts.catalog_shape import ShapeError, told_by_entry, told_by_metadata
from conformance.contracts.located import MAX_BYTES, Node, UnlocatableError, read_json, read_yaml
from conformance.contracts.markdown import one_line
from conformance.contracts.told import Told


class CatalogError(ActionsError):
    """A catalog that cannot be read; `problems` tells every place."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file: Final = file
        self.problems: Final = tuple(problems)
        super().__init__("\n".join([f"{file} cannot be read as a catalog:", *map(str, self.problems)]))


class NoEntryError(ActionsError):
    """A catalog that is not there, or has no such entry: a mistake of who names it."""


def find_entry(name: str, slug: str | None, display_name: str, annex: str, directory: Traversable | None) -> Told:
    """Read the entry of a catalog that an annex names.

    `name` is the catalog's file, seen from the annex, which is in `directory`; without a `slug`, the entry is the one
    of the `display_name`. Raises `NoEntryError` and `CatalogError`.
    """
    if directory is None:
        raise NoEntryError(f"{name} cannot be looked for: the annex comes from no directory")
    place, file = directory.joinpath(name), str(PurePath(annex).parent / name)
    if not place.is_file():
        raise NoEntryError(f"there is no file {file}")
    content = place.read_bytes()
    if len(content) > MAX_BYTES:
        raise CatalogError(file, [Problem(file, f"has {len(content):,} bytes; expected {MAX_BYTES:,} at most")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CatalogError(file, [Problem(f"{file}:{line}", "is not UTF-8")]) from None
    return read_catalog(text, file, slug, display_name)


def read_catalog(text: str, file: str, slug: str | None, display_name: str) -> Told:
    """Read the entry of a slug, or of a display name, from the text of a catalog; the file's name tells its kind.

    Raises `NoEntryError` and `CatalogError`.
    """
    read = _READERS.get(PurePath(file).suffix.lower())
    if read is None:
        raise NoEntryError(f"{file} is no catalog; expected a file such as destinations.yml or metadata.json")
    try:
        return read(text, file, slug, display_name)
    except UnlocatableError as error:
        problems = [Problem(f"{file}:{error.line}", error.message)]
    except ShapeError as error:
        problems = [Problem(f"{file}:{line}", message) for line, message in error.problems]
    raise CatalogError(file, problems)


def _from_yaml(text: str, file: str, slug: str | None, display_name: str) -> Told:
    try:
        root = read_yaml(text)
    except ModuleNotFoundError as error:
        if error.name != "yaml":
            raise
        told = 'reading it needs PyYAML: pip install "segment-actions-emulator[conformance]"'
        raise CatalogError(file, [Problem(file, told)]) from None
    items = root.get("items") or root
    if not isinstance(items.value, list):
        raise UnlocatableError(items.line, "expected a list of destinations, below the key 'items'")
    index = _find(items.items(), file, slug, display_name)
    return told_by_entry(items.items()[index], file, f"items[{index}]")


def _find(items: list[Node], file: str, slug: str | None, display_name: str) -> int:
    """Find the one entry of a slug or of a display name; raises `NoEntryError` with what there is instead."""
    slugs, names = [_text(item, "slug") for item in items], [_text(item, "display_name") for item in items]
    wanted, known = (slug, slugs) if slug is not None else (one_line(display_name), names)
    found = [index for index, one in enumerate(known) if one == wanted]
    if len(found) == 1:
        return found[0]
    what = "with the slug" if slug is not None else "called"
    if found:
        lines = ", ".join(f"line {items[index].line} ({slugs[index]})" for index in found)
        told = "" if slug is not None else "; say which with catalog_entry"
        raise NoEntryError(f"{file} has {len(found)} entries {what} {wanted!r}, in {lines}{told}")
    close = [one for one in dict.fromkeys(known) if one and (wanted in one or one in wanted)][:3]
    close = close or difflib.get_close_matches(wanted, dict.fromkeys(known), n=3)
    hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
    if slug is None:
        hint = f"; close to it: {', '.join(f'{slugs[names.index(one)]} ({one})' for one in close)}" if close else ""
        hint += "; say which it is with catalog_entry, by its slug"
    raise NoEntryError(f"{file} has no entry {what} {wanted!r}{hint}")


def _text(item: Node, key: str) -> str:
    value = item.get(key)
    return one_line(value.value) if value is not None and isinstance(value.value, str) else ""


def _from_json(text: str, file: str, slug: str | None, _display_name: str) -> Told:
    try:
        root = read_json(text)
        destination = read_metadata(text)
    except JSONSyntaxError as error:
        raise CatalogError(file, [Problem(file, f"is not JSON: {error}")]) from None
    except DefinitionError as error:
        problems = [_located(problem, root, file) for problem in error.problems]
        raise CatalogError(file, problems) from None
    if slug is not None and slug != destination.slug:
        raise NoEntryError(f"{file} is about {destination.slug!r}, not {slug!r}")
    return told_by_metadata(destination, root, file)


def _located(problem: Problem, root: Node, file: str) -> Problem:
    """Put the line before a place in the metadata, whose parts are joined by dots."""
    path: list[str | int] = [int(part) if part.isdecimal() else part for part in problem.place.split(".")]
    return Problem(f"{file}:{root.line_of(tuple(path))}", str(problem))


_READERS: Final[Mapping[str, Callable[[str, str, str | None, str], Told]]] = {
    ".yml": _from_yaml,
    ".yaml": _from_yaml,
    ".json": _from_json,
}
