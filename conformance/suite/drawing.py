"""Shows a request in a terminal, and points at parts of it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from actions_core.js import Object
from conformance.suite.failures import plain

_MOST_LINES: Final = 24
_AROUND: Final = 2
"""Lines shown before and after one that is pointed at, where not all can be."""
_STEP: Final = 2
_MOST_OF_A_LINE: Final = 1000
"""Columns of one value that is written whole, over several lines."""


@dataclass
class _Line:
    """A line, and where in it the things stand that a JSON pointer names."""

    text: str
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)


def draw(request: Object, marks: Sequence[str], width: int) -> list[str]:
    """Write a request as lines of at most `width` columns, with `^^^` below what the marks point at.

    `request` is as `requests_of` gives it, `marks` are pointers as `flat` gives them.
    """
    lines = [*_head(request, marks, width), *_body(request["body"], marks, width)]
    known = {pointer for line in lines for pointer in line.spans}
    drawn = [text for line in _shortened(lines, marks) for text in (line.text, _below(line, marks)) if text]
    absent = [mark for mark in marks if mark.startswith("/body") and mark not in known]
    return [*drawn, *(f"nothing stands at {mark.removeprefix('/body') or '/'}" for mark in absent)]


def lay_out(value: Any, marks: Sequence[str], width: int, most: int) -> list[str]:
    """Write a JSON value over lines of at most `width` columns, nothing cut; over `most`, those that are marked stay.

    Only a text that alone would fill many lines is cut.
    """
    lines = list(_laid_out(value, "", "", "", indent=0, width=width, most_columns=_MOST_OF_A_LINE))
    return [
        line.text[start : start + width]
        for line in _shortened(lines, marks, most)
        for start in range(0, max(len(line.text), 1), width)
    ]


def _head(request: Object, marks: Sequence[str], width: int) -> Iterator[_Line]:
    method, url = request["method"], plain(request["url"])
    first = _Line(f"{method} {url}", {"/method": (0, len(method))})
    at_url = (len(method) + 1, len(first.text))
    # Parts of the URL have pointers of their own.
    first.spans |= {mark: at_url for mark in marks if mark.split("/")[1] in ("url", "path", "query")}
    shown = {
        name: plain(text) for name, text in request["headers"].items() if f"/headers/{name}" in marks or "${" in text
    }
    for name, text in shown.items():
        told = f"{name}: {text}"
        spans = {f"/headers/{name}": (0, len(told))}
        if len(first.text) + len(told) + 3 <= width:
            start = len(first.text) + 3
            first.text += f"   {told}"
            first.spans |= {pointer: (start, start + end) for pointer, (_, end) in spans.items()}
        else:
            yield first
            first = _Line(_fitted(told, width), spans)
    yield first
    for mark in marks:
        if mark.startswith("/headers/") and mark.removeprefix("/headers/") not in request["headers"]:
            yield _Line(f"no header {mark.removeprefix('/headers/')}")


def _body(body: Any, marks: Sequence[str], width: int) -> Iterator[_Line]:
    if isinstance(body, str):
        text = f"body, {len(body)} characters: {json.dumps(body, ensure_ascii=False)}" if body else "no body"
        yield _Line(_fitted(plain(text), width), {mark: (0, 4) for mark in marks if mark.startswith("/body")})
    else:
        yield from _laid_out(body, "/body", "", "", indent=0, width=width)


def _laid_out(
    value: Any, pointer: str, before: str, after: str, *, indent: int, width: int, most_columns: int | None = None
) -> Iterator[_Line]:
    """Lay out a JSON value: on one line if it fits, else its parts on lines of their own."""
    line = _Line(" " * indent + before)
    _write(value, pointer, line)
    line.spans[pointer] = (indent, len(line.text))
    line.text += after
    if len(line.text) <= width or not isinstance(value, (dict, list)) or not value:
        line.text = _fitted(line.text, most_columns or width)
        yield line
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    start = " " * indent + before
    yield _Line(f"{start}{opening}", {pointer: (indent, len(start) + 1)})
    parts = list(_parts(value, pointer))
    for index, (name, inner_pointer, inner) in enumerate(parts):
        comma = "," if index < len(parts) - 1 else ""
        yield from _laid_out(
            inner, inner_pointer, name, comma, indent=indent + _STEP, width=width, most_columns=most_columns
        )
    yield _Line(f"{' ' * indent}{closing}{after}")


def _write(value: Any, pointer: str, line: _Line) -> None:
    """Write a value at the end of a line, noting where each part of it stands."""
    if not isinstance(value, (dict, list)):
        line.text += plain(json.dumps(value, ensure_ascii=False))
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    line.text += opening
    for index, (name, inner_pointer, inner) in enumerate(_parts(value, pointer)):
        line.text += ", " if index else ""
        start = len(line.text)
        line.text += name
        _write(inner, inner_pointer, line)
        line.spans[inner_pointer] = (start, len(line.text))
    line.text += closing


def _parts(value: Any, pointer: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            escaped = key.replace("~", "~0").replace("/", "~1")
            yield f"{plain(json.dumps(key, ensure_ascii=False))}: ", f"{pointer}/{escaped}", inner
    else:
        for index, inner in enumerate(value):
            yield "", f"{pointer}/{index}", inner


def _below(line: _Line, marks: Sequence[str]) -> str:
    spans = [line.spans[mark] for mark in marks if mark in line.spans]
    below = [" "] * (max((end for _, end in spans), default=0))
    for start, end in spans:
        below[start:end] = "^" * (end - start)
    return "".join(mark * _columns(char) for mark, char in zip(below, line.text, strict=False)).rstrip()


def _columns(char: str) -> int:
    """Tell how many columns of a terminal a character takes."""
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _shortened(lines: Sequence[_Line], marks: Sequence[str], most: int = _MOST_LINES) -> Iterator[_Line]:
    """Leave out lines far from what is pointed at, if there are many."""
    if len(lines) <= most:
        yield from lines
        return
    marked = [index for index, line in enumerate(lines) if any(mark in line.spans for mark in marks)]
    kept = {near for index in marked for near in range(index - _AROUND, index + _AROUND + 1)}
    kept |= set(range(most // 2 if marked else most))
    left_out = False
    for index, line in enumerate(lines):
        if index in kept:
            yield line
        elif not left_out:
            yield _Line("…")
        left_out = index not in kept


def _fitted(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
