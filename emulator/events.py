"""Reading events: one per line (JSONL), a JSON array, or pretty-printed objects; in constant memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Any, BinaryIO, Final, NamedTuple

from actions_core.encoding import decode
from actions_core.errors import JSONSyntaxError
from actions_core.frozen import frozen
from actions_core.js import Object, nests_deeper, type_of

_CHUNK: Final = 64 * 1024
MAX_LINE: Final = 32 * 1024 * 1024
"""Bytes of a line; Segment itself takes 32 KB for an event."""
MAX_DEPTH: Final = 200
"""Levels of nesting of an event; Segment itself takes more, but nobody can mean it."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@frozen()
class NumberedEvent:
    """One event and where it stood; `number` counts events and malformed ones alike, from 1."""

    number: int
    place: str
    """`line 12` of a JSONL file, `item 12` of an array."""
    event: Object = field(repr=False)


@frozen()
class MalformedEvent:
    """A line or item that is no event; reading goes on after it."""

    number: int
    place: str
    message: str


class EventText(NamedTuple):
    """One line or item as it was read, see `NumberedEvent`; small to send to another process."""

    number: int
    place: str
    text: bytes | str
    """What it says, or as `str` why that was not read."""


def read_events(stream: BinaryIO) -> Iterator[NumberedEvent | MalformedEvent]:
    """Yield the events of a stream as they are read; what is no event is reported in its place, see `read_texts`."""
    return map(parse_event, read_texts(stream))


def parse_event(read: EventText) -> NumberedEvent | MalformedEvent:
    """Make an event of its text."""
    number, place, text = read
    if isinstance(text, str):
        return MalformedEvent(number, place, f"is not JSON: {text}")
    try:
        event = _parse(text)
    except JSONSyntaxError as error:
        return MalformedEvent(number, place, f"is not JSON: {error}")
    if isinstance(event, dict):
        return NumberedEvent(number, place, event)
    return MalformedEvent(number, place, f"is not an event: expected a JSON object, got {type_of(event)}")


def read_texts(stream: BinaryIO) -> Iterator[EventText]:
    """Yield the text of each event of a stream as it is read.

    The first character tells the form: `[` begins an array, a line that is only `{` pretty-printed objects, anything
    else one event per line. Blank lines are skipped.
    """
    first = _first_line(stream)
    if first.lstrip().startswith(b"["):
        opening = first.index(b"[") + 1
        yield from _number("item", enumerate(_split(_chunks(first[opening:], stream), array=True), 1))
    elif first.strip() == b"{":
        yield from _number("event", enumerate(_split(_chunks(first, stream), array=False), 1))
    else:
        numbered = enumerate(_lines(first, stream), 1)
        lines = ((number, line) for number, line in numbered if isinstance(line, JSONSyntaxError) or line.strip())
        yield from _number("line", lines)


def _first_line(stream: BinaryIO) -> bytes:
    """Give everything up to the end of the first line that is not blank, or a chunk of it: an array may be one line."""
    read = b""
    while not read.strip():
        line = stream.readline(_CHUNK)
        if not line:
            break
        read += line.removeprefix(_BYTE_ORDER_MARK) if not read else line
    return read


def _lines(first: bytes, stream: BinaryIO) -> Iterator[bytes | JSONSyntaxError]:
    *blank, line = first.split(b"\n")[:-1] if first.endswith(b"\n") else first.split(b"\n")
    yield from blank
    if not first.endswith(b"\n"):
        line += stream.readline(MAX_LINE)  # the first line was longer than a chunk
    while line:
        if len(line) >= MAX_LINE and not line.endswith(b"\n"):
            yield JSONSyntaxError(f"the line is longer than {MAX_LINE // 2**20} MiB")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
        else:
            yield line
        line = stream.readline(MAX_LINE)


def _chunks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield first
    while chunk := stream.read(_CHUNK):
        yield chunk


def _number(unit: str, texts: Iterable[tuple[int, bytes | JSONSyntaxError]]) -> Iterator[EventText]:
    for number, (position, text) in enumerate(texts, 1):
        yield EventText(number, f"{unit} {position}", text if isinstance(text, bytes) else str(text))


def _parse(text: bytes) -> Any:
    event = decode(text)
    # Walked only if there are brackets enough for it.
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and nests_deeper(event, MAX_DEPTH):
        raise JSONSyntaxError(f"nested more than {MAX_DEPTH} levels deep")
    return event


_OUTSIDE_TEXT: Final = re.compile(rb'["\[\]{},]')
_INSIDE_TEXT: Final = re.compile(rb'["\\]')


def _split(chunks: Iterator[bytes], *, array: bool) -> Iterator[bytes | JSONSyntaxError]:
    """Cut a stream into the items of an array (whose `[` has been read), or into objects that follow each other.

    Only brackets and quotes are looked at, so an item that is not JSON is handed on whole and costs only itself.
    """
    item = bytearray()
    more = False  # whether a comma promises another item
    depth = 0
    in_text = escaped = False
    for chunk in chunks:
        start = at = 0
        while at < len(chunk):
            if escaped:
                escaped = False
                at += 1
                continue
            found = (_INSIDE_TEXT if in_text else _OUTSIDE_TEXT).search(chunk, at)
            if found is None:
                break
            at = found.end()
            match found[0]:
                case b"\\":
                    escaped = True
                case b'"':
                    in_text = not in_text
                case b"{" | b"[":
                    depth += 1
                case b"," if array and depth == 0:
                    yield bytes(item + chunk[start : at - 1])
                    item.clear()
                    start, more = at, True
                case b"]" if array and depth == 0:
                    item += chunk[start : at - 1]
                    if item.strip() or more:
                        yield bytes(item)
                    rest = chunk[at:].strip() or next((more.strip() for more in chunks if more.strip()), b"")
                    if rest:
                        yield JSONSyntaxError(f"there is more after the end of the array: {_excerpt(rest)}")
                    return
                case b"}" | b"]":
                    depth -= 1
                    if depth <= 0 and not array:
                        yield bytes(item + chunk[start:at])
                        item.clear()
                        start, depth = at, 0
        item += chunk[start:]
    if array:
        yield JSONSyntaxError(f"the array is not closed: it ends after {_excerpt(bytes(item))}")
    elif item.strip():
        yield bytes(item)


def _excerpt(text: bytes) -> str:
    shown = text.decode("utf-8", "replace").strip()
    return repr(shown if len(shown) <= 40 else shown[:37] + "...")
