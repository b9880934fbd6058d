"""Events for a program that does other things meanwhile: read from a file at once, from a pipe as they come."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import os
import stat
import threading
from collections.abc import AsyncIterator
from typing import BinaryIO, Final

from emulator.events import MalformedEvent, NumberedEvent, read_events

_AHEAD: Final = 64  # events read from a pipe before anybody has asked for them


def size_of(stream: BinaryIO) -> int | None:
    """Give a regular file's size in bytes; None for a pipe or a terminal."""
    try:
        found = os.fstat(stream.fileno())
    except OSError:  # not a file of the system, such as a buffer in a test
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


async def feed(stream: BinaryIO) -> AsyncIterator[tuple[NumberedEvent | MalformedEvent, int]]:
    """Yield events with the number of bytes read so far (0 where nobody knows); raises `OSError` for a bad disk."""
    if size_of(stream) is not None or not _has_descriptor(stream):
        for read in read_events(stream):
            yield read, stream.tell()
        return
    async for read in _from_pipe(stream):
        yield read, 0


def _has_descriptor(stream: BinaryIO) -> bool:
    try:
        stream.fileno()
    except OSError:
        return False
    return True


async def _from_pipe(stream: BinaryIO) -> AsyncIterator[NumberedEvent | MalformedEvent]:
    """Read in a thread, because reading may wait for ever; nobody waits for that thread when the program ends."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[NumberedEvent | MalformedEvent | Exception | None] = asyncio.Queue(_AHEAD)
    # A descriptor of its own: Python would wait at its end for a lock that a blocked read of `stream` holds.
    descriptor = os.dup(stream.fileno())

    def put(item: NumberedEvent | MalformedEvent | Exception | None) -> None:
        asyncio.run_coroutine_threadsafe(queue.put(item), loop).result()

    def read_all() -> None:
        # The loop may be closed by the time that a read returns: then nobody wants to know.
        with contextlib.suppress(RuntimeError, concurrent.futures.CancelledError):
            try:
                with os.fdopen(descriptor, "rb") as own:
                    for read in read_events(own):
                        put(read)
            except Exception as error:  # noqa: BLE001 - whatever it is, whoever waits for events must hear of it
                put(error)
            put(None)

    threading.Thread(target=read_all, name="events", daemon=True).start()
    while (item := await queue.get()) is not None:
        if isinstance(item, Exception):
            raise item
        yield item
