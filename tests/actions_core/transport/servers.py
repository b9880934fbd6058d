"""Partners on loopback that answer byte by byte as a test tells them."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias

import h2.config
import h2.connection
import h2.events

from actions_core.transport import HttpRequest, HttpResponse, TransportName, open_transport


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int
    """The how-manieth connection it came on, from 1."""
    protocol: str = "http/1.1"


Handler: TypeAlias = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes = b"ok", status: str = "200 OK", *headers: bytes) -> bytes:
    length = b"" if any(header.lower().startswith(b"content-length") for header in headers) else _length(body)
    return (
        f"HTTP/1.1 {status}\r\n".encode() + length + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body
    )


def _length(body: bytes) -> bytes:
    return f"content-length: {len(body)}\r\n".encode()


async def reset(_: Received, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def never(_: Received, __: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def _turns() -> None:
    """Let the event loop come round some times; on a busy machine a pause of any length may be a single turn of it."""
    for _ in range(10):
        await asyncio.sleep(0.001)


@dataclass
class Server:
    """Reads requests and writes `says`, bytes or a function that does it; bytes of b"" close the connection."""

    says: bytes | Handler = field(default_factory=answer)
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, self.host, 0, ssl=self.tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Who knocked a moment ago is let in before: asyncio (3.11) loses those that it lets into a closed server.
        await _turns()
        self._server.close()
        await _turns()
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await _turns()  # an aborted socket is closed by the loop

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/x"

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        task = asyncio.create_task(self._serve(reader, writer, self.connections))
        self.open.add(task)
        task.add_done_callback(self.open.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        try:
            if self.tls and writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
                await self._speak_http2(reader, writer, number)
                return
            while True:
                request = await _read(reader, number)
                self.received.append(request)
                if not isinstance(self.says, bytes):
                    await self.says(request, writer)
                elif self.says:
                    writer.write(self.says)
                else:
                    return
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()

    async def _speak_http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        """Answer every request with 200 and its body."""
        connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="latin-1"))
        connection.initiate_connection()
        writer.write(connection.data_to_send())
        asked: dict[int, tuple[dict[str, str], bytearray]] = {}
        while data := await reader.read(65536):
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    asked[event.stream_id] = ({str(key): str(value) for key, value in event.headers}, bytearray())
                elif isinstance(event, h2.events.DataReceived):
                    asked[event.stream_id][1].extend(event.data)
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    headers, body = asked.pop(event.stream_id)
                    line = f"{headers[':method']} {headers[':path']}"
                    self.received.append(Received(line, headers, bytes(body), number, "h2"))
                    connection.send_headers(event.stream_id, [(":status", "200"), ("x-a", "1"), ("x-a", "2")])
                    connection.send_data(event.stream_id, bytes(body), end_stream=True)
            writer.write(connection.data_to_send())
            await writer.drain()


async def _read(reader: asyncio.StreamReader, number: int) -> Received:
    line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip("\r\n").split("\r\n")
    headers: dict[str, str] = {}
    for one in lines:
        name, _, value = one.partition(":")
        assert name.lower() not in headers, "a header that comes twice"
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Received(re.sub(r" HTTP/1\.1$", "", line), headers, body, number)


async def send(
    name: TransportName,
    url: str,
    *,
    method: str = "POST",
    headers: dict[str, str] | None = None,
    body: bytes = b"{}",
    timeout: float | None = 10,  # noqa: ASYNC109 - the request's own
    trust_env: bool = False,
) -> HttpResponse:
    """Send one request through a transport of its own."""
    transport = open_transport(name, trust_env=trust_env)
    try:
        return await transport.send(HttpRequest(method, url, headers or {}, body, timeout))
    finally:
        await transport.aclose()
