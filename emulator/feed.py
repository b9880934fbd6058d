"""Events for a program that does other things meanwhile: read from a file at once, from a pipe as they come."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from emulator.events import EventText, read_texts

_BYTES: Final = 64 * 1024
_EVENTS: Final = 64


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some events that were read together: 64 or 64 KB of them, or fewer where no more were there."""

    texts: list[EventText]
    position: int
    """Bytes read so far; 0 where nobody knows."""


def size_of(stream: BinaryIO) -> int | None:
    """Give a regular file's size in bytes; None for a pipe or a terminal."""
    try:
        found = os.fstat(stream.fileno())
    except OSError:  # not a file of the system, such as a buffer in a test
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


async def feed(stream: BinaryIO) -> AsyncGenerator[Chunk, None]:
    """Yield events as they are read, and little more than was asked for; raises `OSError` for a bad disk."""
    if size_of(stream) is not None or not _has_descriptor(stream):
        for texts in _chunks(read_texts(stream)):
            yield Chunk(texts, stream.tell())
        return
    async for texts in _from_pipe(stream):
        yield Chunk(texts, 0)


def _has_descriptor(stream: BinaryIO) -> bool:
    try:
        stream.fileno()
    except OSError:
        return False
    return True


def _chunks(texts: Iterator[EventText]) -> Iterator[list[EventText]]:
    chunk: list[EventText] = []
    size = 0
    for text in texts:
        chunk.append(text)
        size += len(text.text)
        if size >= _BYTES or len(chunk) >= _EVENTS:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


async def _from_pipe(stream: BinaryIO) -> AsyncIterator[list[EventText]]:
    """Read in a thread, because reading may wait for ever; nobody waits for that thread when the program ends."""
    reader = _Reader(asyncio.get_running_loop())
    # A descriptor of its own: Python would wait at its end for a lock that a blocked read of `stream` holds.
    descriptor = os.dup(stream.fileno())
    threading.Thread(target=reader.read_all, args=(descriptor,), name="events", daemon=True).start()
    while texts := await reader.take():
        yield texts


class _Reader:
    """What a thread has read and nobody has taken yet; when that is as much as a chunk holds, the thread waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop: Final = loop
        self._news: Final = asyncio.Event()
        self._changed: Final = threading.Condition()
        self._texts: list[EventText] = []
        self._size = 0
        self._at_end = False
        self._failure: Exception | None = None

    def read_all(self, descriptor: int) -> None:
        """Read to the end; for the thread."""
        try:
            with os.fdopen(descriptor, "rb") as own:
                for text in read_texts(own):
                    self._put(text)
        except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits for events must hear of it
            self._failure = error
        self._at_end = True
        self._tell()

    def _put(self, text: EventText) -> None:
        with self._changed:
            self._texts.append(text)
            self._size += len(text.text)
            if len(self._texts) == 1:
                self._tell()
            while self._size >= _BYTES or len(self._texts) >= _EVENTS:
                self._changed.wait()

    def _tell(self) -> None:
        # The loop may be closed by the time that a read returns: then nobody wants to know.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._news.set)

    async def take(self) -> list[EventText]:
        """Give what has been read, in the event loop: nothing at the end; raises what ended the reading."""
        while True:
            await self._news.wait()
            at_end = self._at_end  # first of all: what is read before the end is then found below
            if not at_end:
                self._news.clear()
            with self._changed:
                texts, self._texts, self._size = self._texts, [], 0
                self._changed.notify()
            if texts:
                return texts
            if at_end:
                if self._failure is not None:
                    raise self._failure
                return []
