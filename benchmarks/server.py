"""`python -m benchmarks.server`: a partner on loopback that answers every request with `{}`, as fast as Python can.

It reads no more of a request than its length, keeps connections open, and prints its port when it listens.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final, cast

ANSWER: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"


class Answers(asyncio.Protocol):
    """One connection: any number of requests, in order."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)  # TCP has no other; uvloop's is of a class of its own

    def data_received(self, data: bytes) -> None:
        """Answer each request that has come as a whole."""
        data = self._rest + data if self._rest else data
        answers = 0
        while (end := data.find(_END)) >= 0:
            start = data.lower().find(_LENGTH, 0, end + 2)
            length = int(data[start + len(_LENGTH) : data.index(b"\r", start + 2)]) if start >= 0 else 0
            if len(data) < end + len(_END) + length:
                break
            data = data[end + len(_END) + length :]
            answers += 1
        self._rest = data
        if answers and self._transport is not None:
            self._transport.write(ANSWER * answers)


async def serve() -> None:
    """Listen until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answers, "127.0.0.1", 0, backlog=1024)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve, on uvloop where it is installed."""
    try:
        import uvloop  # noqa: PLC0415 - may be missing
    except ImportError:
        asyncio.run(serve())
    else:
        uvloop.run(serve())


if __name__ == "__main__":
    main()
