"""How every transport fails: Node's code, one sentence, and never an exception of the client's own."""

from __future__ import annotations

import asyncio
import gzip
import traceback
from collections.abc import Awaitable, Callable

import pytest
import trustme

from actions_core import TransportError
from actions_core.errors import TimeoutError  # noqa: A004 - the reference's name
from actions_core.transport import HttpRequest, TransportName, open_transport
from tests.actions_core.transport.conftest import server_context
from tests.actions_core.transport.servers import Received, Server, answer, never, reset, send


def failure(name: TransportName, url: str, **request: object) -> TransportError:
    with pytest.raises(TransportError) as caught:
        asyncio.run(send(name, url, **request))  # type: ignore[arg-type]
    return caught.value


def failure_of(name: TransportName, says: bytes | Callable[..., Awaitable[None]], **server: object) -> TransportError:
    async def run() -> None:
        async with Server(says, **server) as partner:  # type: ignore[arg-type]
            await send(name, partner.url)

    with pytest.raises(TransportError) as caught:
        asyncio.run(run())
    return caught.value


async def reset_in_the_body(request: Received, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
    await writer.drain()
    await asyncio.sleep(0.1)
    await reset(request, writer)


def close_after(raw: bytes) -> Callable[[Received, asyncio.StreamWriter], Awaitable[None]]:
    async def say(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return say


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (b"", "ECONNRESET"),
        (reset, "ECONNRESET"),
        (reset_in_the_body, "ECONNRESET"),
        (close_after(b"HTTP/1.1 20"), "ECONNRESET"),
        (close_after(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), "ECONNRESET"),
        (close_after(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc"), "ECONNRESET"),
        (b"\x00\x01\x02 garbage\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 99 X\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 1000 X\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 0\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 200 OK\r\na name: 1\r\ncontent-length: 0\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "ECONNRESET"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n", "ECONNRESET"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n", "ECONNRESET"),
        (answer(b"not gzip", "200 OK", b"content-encoding: gzip"), "Z_DATA_ERROR"),
        (answer(b"not deflated", "200 OK", b"content-encoding: deflate"), "Z_DATA_ERROR"),
        (answer(gzip.compress(b"a" * 999)[:-8] + b"!" * 8, "200 OK", b"content-encoding: gzip"), "Z_DATA_ERROR"),
    ],
    ids=[
        "closed", "reset", "reset in the body", "closed in the status", "closed in the body", "closed in a chunk",
        "garbage", "status 99", "status 1000", "switching protocols", "no colon", "name with a space", "two lengths",
        "negative length", "no chunk size", "no gzip", "no deflate", "broken gzip",
    ],
)  # fmt: skip
def test_a_partner_that_gives_no_proper_answer(
    name: TransportName, says: bytes | Callable[..., Awaitable[None]], code: str
) -> None:
    error = failure_of(name, says)
    assert str(error) == f"POST to 127.0.0.1 got no answer: {code}"
    assert (error.code, error.status, error.retryable) == (code, 500, True)


def test_nobody_listens(name: TransportName) -> None:
    for url in ("http://127.0.0.1:1/", "http://[::1]:1/", "https://127.0.0.1:1/"):
        assert failure(name, url).code == "ECONNREFUSED"


def test_a_name_that_nobody_has(name: TransportName) -> None:
    error = failure(name, "http://nothing.invalid/?key=s3cret")
    assert error.code in {"ENOTFOUND", "EAI_AGAIN"}  # which of the two depends on this machine's resolver
    assert str(error) == f"POST to nothing.invalid got no answer: {error.code}"


@pytest.mark.parametrize(
    "url",
    [
        "", "no scheme", "/relative", "//a.example/", "http://", "http://:80/", "http://[::1", "http://a b/",
        "ftp://a.example/", "data:text/plain,x", "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://256.1.1.1/",
        "http://me@/",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_asked_is_the_requests_own_fault(name: TransportName, url: str) -> None:
    error = failure(name, url)
    assert (error.code, error.retryable) == ("ERR_INVALID_URL", False)


@pytest.mark.parametrize("headers", [{"x": "a\nb"}, {"x y": "1"}, {"x": "a\0"}])
def test_a_header_that_cannot_be_sent_is_the_requests_own_fault(name: TransportName, headers: dict[str, str]) -> None:
    error = failure(name, "http://127.0.0.1:1/", headers=headers)
    assert error.code in {"ERR_INVALID_CHAR", "ECONNREFUSED"}
    assert "a\nb" not in str(error)


def test_an_error_shows_no_secret_of_the_request(name: TransportName) -> None:
    url = "http://me:s3cret@127.0.0.1:1/?key=s3cret"
    error = failure(name, url, headers={"x-key": "s3cret"}, body=b"s3cret")
    assert str(error) == "POST to 127.0.0.1 got no answer: ECONNREFUSED"
    told = "".join(traceback.format_exception(error))
    assert "s3cret" not in told + repr(error) + repr(error.request)


def test_a_partner_whose_certificate_nobody_vouches_for(name: TransportName, authority: trustme.CA) -> None:
    assert authority is not None
    stranger = server_context(trustme.CA(), "127.0.0.1")
    error = failure_of(name, answer(), tls=stranger)
    assert str(error) == "POST to 127.0.0.1 got no answer: CERT_VERIFY_FAILED"


def test_a_certificate_for_another_name(name: TransportName, authority: trustme.CA) -> None:
    assert failure_of(name, answer(), tls=server_context(authority, "other.example")).code == "CERT_VERIFY_FAILED"


@pytest.mark.parametrize(
    ("says", "code"),
    [
        (b"220 mail.example ESMTP\r\n" * 10, "EPROTO"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "EPROTO"),
        (b"", "ECONNRESET"),
    ],
    ids=["speaks something else", "refuses our versions", "closes"],
)
def test_a_partner_with_which_tls_cannot_be_agreed_on(name: TransportName, says: bytes, code: str) -> None:
    async def run() -> None:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(says)
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        try:
            await send(name, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        finally:
            server.close()

    with pytest.raises(TransportError) as caught:
        asyncio.run(run())
    assert str(caught.value) == f"POST to 127.0.0.1 got no answer: {code}"


def drip(head: bytes, byte: bytes) -> Callable[[Received, asyncio.StreamWriter], Awaitable[None]]:
    async def say(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(byte)
            await writer.drain()
            await asyncio.sleep(0.02)

    return say


@pytest.mark.parametrize(
    "says",
    [
        never,
        drip(b"HTTP/1.1 200 OK\r\nx: ", b"a"),
        drip(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n", b"a"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    ],
    ids=["says nothing", "drips its head", "drips its body", "never ends"],
)
def test_the_time_limit_is_for_the_whole_exchange(name: TransportName, says: Callable[..., Awaitable[None]]) -> None:
    async def run() -> None:
        async with Server(says) as server:
            await send(name, server.url, timeout=0.3)

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(run())
    assert str(caught.value) == "Request timed out after 300ms"
    assert (caught.value.code, caught.value.retryable) == ("ETIMEDOUT", True)


@pytest.mark.parametrize("timeout", [0, -1])
def test_no_time_is_a_timeout(name: TransportName, timeout: float) -> None:
    async def run() -> None:
        async with Server(never) as server:
            await send(name, server.url, timeout=timeout)

    with pytest.raises(TimeoutError):
        asyncio.run(run())


def test_without_a_limit_a_slow_partner_is_waited_for(name: TransportName) -> None:
    async def slow(_: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(answer())

    async def run() -> int:
        async with Server(slow) as server:
            return (await send(name, server.url, timeout=None)).status

    assert asyncio.run(run()) == 200


def test_a_closed_transport_says_so(name: TransportName) -> None:
    async def run() -> None:
        transport = open_transport(name)
        await transport.aclose()
        await transport.send(HttpRequest("GET", "http://127.0.0.1:1/"))

    with pytest.raises(RuntimeError, match="the transport is closed"):
        asyncio.run(run())
