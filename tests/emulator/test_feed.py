from __future__ import annotations

import asyncio
import io
import os
import threading
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

import pytest

from emulator.events import EventText
from emulator.feed import feed

LINE = b'{"x": "' + b"y" * 1000 + b'"}\n'


async def read_all(stream: BinaryIO) -> list[EventText]:
    return [text async for chunk in feed(stream) for text in chunk.texts]


@pytest.mark.parametrize("count", [0, 1, 64, 65, 1000])
def test_a_file_a_pipe_and_a_buffer_hold_the_same_events(tmp_path: Path, count: int) -> None:
    content = LINE * count
    (tmp_path / "events.jsonl").write_bytes(content)
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(content)

    writer = threading.Thread(target=write)
    writer.start()
    with (tmp_path / "events.jsonl").open("rb") as file, os.fdopen(reading, "rb") as pipe:
        found = [asyncio.run(read_all(stream)) for stream in (file, pipe, io.BytesIO(content))]
    writer.join()
    assert found[0] == found[1] == found[2]
    assert [(text.number, text.place) for text in found[0]] == [(n, f"line {n}") for n in range(1, count + 1)]


def test_a_file_is_read_no_further_than_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(LINE * 10_000)

    async def first(stream: BinaryIO) -> int:
        async with aclosing(feed(stream)) as chunks:
            async for chunk in chunks:
                return chunk.position
        return 0

    with path.open("rb") as file:
        assert asyncio.run(first(file)) == 64 * len(LINE)
        assert file.tell() == 64 * len(LINE)


def test_a_pipe_is_read_little_further_than_was_asked_for() -> None:
    reading, writing = os.pipe()
    written = 0
    blocked = threading.Event()

    def write() -> None:
        nonlocal written
        os.set_blocking(writing, False)
        misses = 0
        while misses < 100:  # a reader that goes on reading would have made room in between
            try:
                written += os.write(writing, LINE)
                misses = 0
            except BlockingIOError:
                misses += 1
                threading.Event().wait(0.005)
            if written > 10_000_000:
                break
        blocked.set()

    async def first(stream: BinaryIO) -> None:
        async with aclosing(feed(stream)) as chunks:
            async for _ in chunks:
                await asyncio.to_thread(blocked.wait)
                break

    writer = threading.Thread(target=write)
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        asyncio.run(first(pipe))
        writer.join()
        os.close(writing)
    # What was asked for and what is read ahead, 64 KB each; what the pipe and Python's buffer hold is as much again.
    assert 64 * 1024 < written < 512 * 1024


def test_a_bad_disk_is_told_and_not_taken_for_the_end() -> None:
    class Bad(io.BytesIO):
        def readline(self, size: int | None = -1) -> bytes:
            if self.tell() > 3 * len(LINE):
                raise OSError("input/output error")
            return super().readline(size)

    with pytest.raises(OSError, match="input/output error"):
        asyncio.run(read_all(Bad(LINE * 10)))


def test_what_cannot_be_read_from_a_descriptor_is_told_too(tmp_path: Path) -> None:
    class Folder(io.BytesIO):
        def fileno(self) -> int:
            return descriptor

    descriptor = os.open(tmp_path, os.O_RDONLY)  # a folder can be opened, but not read
    with pytest.raises(IsADirectoryError):
        asyncio.run(read_all(Folder()))
    os.close(descriptor)
