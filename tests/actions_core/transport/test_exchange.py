"""What goes over the wire and what comes back, the same with every transport."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from typing import Any

import pytest

from actions_core.transport import HttpRequest, HttpResponse, TransportName
from actions_core.transport.choice import open_transport
from actions_core.transport.with_httpx import HttpxTransport
from actions_core.transport.with_pyreqwest import PyreqwestTransport
from tests.actions_core.transport.servers import Received, Server, answer, send


def exchange(
    name: TransportName, says: bytes | None = None, path: str = "", **request: Any
) -> tuple[Received, HttpResponse]:
    async def run() -> tuple[Received, HttpResponse]:
        async with Server(answer() if says is None else says) as server:
            response = await send(name, server.url + path, **request)
        return server.received[0], response

    return asyncio.run(run())


def test_a_request_arrives_with_its_own_headers_and_what_framing_needs(name: TransportName) -> None:
    own = {"user-agent": "Segment (Actions)", "content-type": "application/json", "authorization": "Basic eA=="}
    received, _ = exchange(name, headers=own, body=b'{"a":1}')
    host = received.headers.pop("host")
    assert host.startswith("127.0.0.1:")
    assert received.headers == {**own, "accept": "*/*", "accept-encoding": "gzip,deflate", "content-length": "7"}
    assert (received.line, received.body) == ("POST /x", b'{"a":1}')


def test_a_request_may_say_otherwise(name: TransportName) -> None:
    own = {"user-agent": "mine", "accept": "a/b", "accept-encoding": "identity", "host": "api.example.com", "x-e": ""}
    received, _ = exchange(name, headers=own)
    assert received.headers == {**own, "content-length": "2"}


def test_who_sends_is_said_where_the_request_does_not(name: TransportName) -> None:
    assert exchange(name)[0].headers["user-agent"] == "segment-actions-emulator"


@pytest.mark.parametrize(
    ("method", "length"),
    [("POST", "0"), ("PUT", "0"), ("PATCH", "0"), ("GET", None), ("DELETE", None), ("HEAD", None)],
)
def test_a_request_without_a_body_says_so_where_one_is_usual(
    name: TransportName, method: str, length: str | None
) -> None:
    received, _ = exchange(name, answer(b""), method=method, body=b"")
    assert received.line == f"{method} /x"
    assert received.headers.get("content-length") == length
    assert "transfer-encoding" not in received.headers


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
def test_any_method_may_have_a_body(name: TransportName, method: str) -> None:
    received, _ = exchange(name, method=method, body=b"abc")
    assert (received.line, received.body) == (f"{method} /x", b"abc")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("?a=b c&d=%zz", "/x?a=b%20c&d=%zz"),
        ("/../y/./z//?q#f", "/y/z//?q"),
        ("/%7E/ü?ü=1", "/x/%7E/%C3%BC?%C3%BC=1"),
        ('/a%2Fb?x=<>"|', "/x/a%2Fb?x=%3C%3E%22|"),
        ("/[1]?[2]", "/x/[1]?[2]"),
    ],
)
def test_what_a_url_holds_is_escaped_alike(name: TransportName, path: str, sent: str) -> None:
    assert exchange(name, path=path)[0].line == f"POST {sent}"


def test_a_latin_header_is_sent_as_latin(name: TransportName) -> None:
    assert exchange(name, headers={"x-name": "Zoë"})[0].headers["x-name"] == "Zoë"


def with_credentials(name: TransportName, headers: dict[str, str]) -> str:
    async def run() -> str:
        async with Server() as server:
            await send(name, server.url.replace("://", "://me:p%40ss@"), headers=headers)
        return server.received[0].headers["authorization"]

    return asyncio.run(run())


def test_credentials_in_a_url_are_sent_unless_there_are_others(name: TransportName) -> None:
    assert with_credentials(name, {}) == "Basic bWU6cEBzcw=="
    assert with_credentials(name, {"authorization": "Bearer x"}) == "Bearer x"


def test_an_answer_has_its_status_headers_and_body(name: TransportName) -> None:
    says = answer(
        b"hello", "201 Created", b"X-One: 1", b"x-two: a", b"X-Two: b", b"set-cookie: c=1", b"set-cookie: d=2"
    )
    _, response = exchange(name, says)
    assert (response.status, response.body) == (201, b"hello")
    assert response.headers == {"content-length": "5", "x-one": "1", "x-two": "a, b", "set-cookie": "c=1, d=2"}


def test_a_header_that_is_not_ascii_does_not_hide_the_others(name: TransportName) -> None:
    _, response = exchange(name, answer(b"ok", "200 OK", b"x-a: 1", b"x-name: Zo\xeb", b"x-b: 2", b"x-b: 3"))
    others = {key: value for key, value in response.headers.items() if key != "x-name"}
    assert others == {"content-length": "2", "x-a": "1", "x-b": "2, 3"}
    # pyreqwest cannot give the value; docs/transports.md says so.
    assert response.headers.get("x-name") == (None if name == "pyreqwest" else "Zoë")


def test_the_reason_is_the_partners_or_none(name: TransportName) -> None:
    _, response = exchange(name, answer(b"", "429 Slow Down"))
    assert response.reason == ("" if name == "pyreqwest" else "Slow Down")


@pytest.mark.parametrize("status", [200, 204, 301, 304, 404, 429, 500, 599, 999])
def test_any_status_is_an_answer(name: TransportName, status: int) -> None:
    _, response = exchange(name, f"HTTP/1.1 {status} X\r\nlocation: /y\r\ncontent-length: 0\r\n\r\n".encode())
    assert (response.status, response.headers["location"], response.body) == (status, "/y", b"")


@pytest.mark.parametrize(
    ("method", "head"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"),
        ("POST", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n"),
    ],
    ids=["HEAD", "204", "304"],
)
def test_answers_that_have_no_body_are_not_waited_for(name: TransportName, method: str, head: bytes) -> None:
    assert exchange(name, head, method=method)[1].body == b""


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nx-t: 1\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde",
        b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabcde",
        b"HTTP/1.1 200\r\ncontent-length: 5\r\n\r\nabcde",
    ],
    ids=["chunked", "continue", "early hints", "no reason"],
)
def test_every_framing_is_understood(name: TransportName, raw: bytes) -> None:
    _, response = exchange(name, raw)
    assert (response.status, response.body) == (200, b"abcde")


@pytest.mark.parametrize(("encoding", "pack"), [(b"gzip", gzip.compress), (b"deflate", zlib.compress)])
def test_a_compressed_body_is_unpacked(name: TransportName, encoding: bytes, pack: Any) -> None:
    _, response = exchange(name, answer(pack(b"hello" * 1000), "200 OK", b"content-encoding: " + encoding, b"x-a: 1"))
    assert response.body == b"hello" * 1000
    assert response.headers == {"x-a": "1"}


def test_an_encoding_that_was_not_asked_for_stays(name: TransportName) -> None:
    _, response = exchange(name, answer(b"\x0b\x02\x80hello\x03", "200 OK", b"content-encoding: br"))
    assert (response.headers["content-encoding"], response.body) == ("br", b"\x0b\x02\x80hello\x03")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_of_a_huge_answer_only_the_beginning_is_read(name: TransportName, packed: bool) -> None:
    async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + (b"content-encoding: gzip\r\n" if packed else b"") + b"\r\n")
        pack = zlib.compressobj(wbits=31)
        while True:
            chunk = b"x" * 65536
            writer.write(pack.compress(chunk) if packed else chunk)
            await writer.drain()
            await asyncio.sleep(0)  # little comes out of a good compressor, so nothing else makes room

    async def run() -> HttpResponse:
        kind = PyreqwestTransport if name == "pyreqwest" else HttpxTransport
        transport = kind(trust_env=False, max_body=100_000)
        async with Server(endless) as server:
            try:
                return await transport.send(HttpRequest("GET", server.url))
            finally:
                await transport.aclose()

    assert asyncio.run(run()).body == b"x" * 100_000


def test_a_large_body_is_sent_whole_and_comes_back_whole(name: TransportName) -> None:
    async def echo(request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request.body))

    async def run() -> HttpResponse:
        async with Server(echo) as server:
            return await send(name, server.url, body=bytes(range(256)) * 20_000)

    assert asyncio.run(run()).body == bytes(range(256)) * 20_000


def test_no_redirect_is_followed_and_no_cookie_kept(name: TransportName) -> None:
    async def run() -> Server:
        transport = open_transport(name, trust_env=False)
        says = answer(b"", "302 Found", b"location: /elsewhere", b"set-cookie: session=1")
        async with Server(says) as server:
            for _ in range(2):
                assert (await transport.send(HttpRequest("GET", server.url))).status == 302
            await transport.aclose()
        return server

    first, second = asyncio.run(run()).received
    assert first.line == second.line == "GET /x"
    assert first.headers == second.headers
    assert "cookie" not in second.headers
    assert "referer" not in second.headers


def test_an_address_of_the_sixth_version_can_be_asked(name: TransportName) -> None:
    async def run() -> Server:
        async with Server(host="::1") as server:
            assert (await send(name, server.url)).status == 200
        return server

    server = asyncio.run(run())
    assert server.received[0].headers["host"] == f"[::1]:{server.port}"
