"""Connections: kept, shared, given up, and closed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

import pytest

from actions_core import TransportError
from actions_core.transport import HttpRequest, Transport, TransportName, open_transport
from tests.actions_core.transport.servers import Received, Server, answer


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110 - nothing tells
        await asyncio.sleep(0.01)


async def post(transport: Transport, server: Server, body: bytes = b"{}") -> bytes:
    return (await transport.send(HttpRequest("POST", server.url, {}, body))).body


def test_a_connection_is_used_again(name: TransportName) -> None:
    async def run() -> int:
        transport = open_transport(name, trust_env=False)
        async with Server() as server:
            for _ in range(5):
                await post(transport, server)
            await transport.aclose()
        return server.connections

    assert asyncio.run(run()) == 1


@pytest.mark.parametrize("says", [answer(b"", "204 No Content"), answer(b"no", "500 Oops"), answer(b"x" * 100_000)])
def test_it_is_used_again_whatever_the_answer(name: TransportName, says: bytes) -> None:
    async def run() -> int:
        transport = open_transport(name, trust_env=False)
        async with Server(says) as server:
            for _ in range(3):
                await post(transport, server)
            await transport.aclose()
        return server.connections

    assert asyncio.run(run()) == 1


def test_a_hundred_at_once_each_get_their_own_answer(name: TransportName) -> None:
    async def run() -> None:
        arrived = 0
        everybody = asyncio.Event()

        async def echo(request: Received, writer: asyncio.StreamWriter) -> None:
            nonlocal arrived
            arrived += 1
            if arrived == 100:
                everybody.set()
            await everybody.wait()  # so that all are under way at once
            writer.write(answer(request.body))

        transport = open_transport(name, trust_env=False)
        async with Server(echo) as server:
            bodies = [str(number).encode() for number in range(100)]
            assert await asyncio.gather(*(post(transport, server, body) for body in bodies)) == bodies
            assert server.connections == 100
            assert await post(transport, server, b"again") == b"again"
            assert server.connections == 100
            await transport.aclose()

    asyncio.run(run())


def test_a_connection_that_was_closed_while_it_was_idle_is_replaced(name: TransportName) -> None:
    async def run() -> None:
        async def once(_: Received, writer: asyncio.StreamWriter) -> None:
            writer.write(answer())
            await writer.drain()
            writer.close()

        transport = open_transport(name, trust_env=False)
        async with Server(once) as server:
            for number in range(1, 4):
                assert await post(transport, server) == b"ok"
                assert len(server.received) == server.connections == number
                await asyncio.sleep(0.1)  # the client hears of it
            await transport.aclose()

    asyncio.run(run())


def test_a_request_that_may_have_arrived_is_never_sent_twice(name: TransportName) -> None:
    async def run() -> None:
        async def first_only(request: Received, writer: asyncio.StreamWriter) -> None:
            if len(server.received) == 1:
                writer.write(answer())
            else:
                writer.close()

        transport = open_transport(name, trust_env=False)
        async with Server(first_only) as server:
            await post(transport, server)
            with pytest.raises(TransportError) as caught:
                await post(transport, server, b"second")
            assert caught.value.code == "ECONNRESET"
            assert [request.body for request in server.received] == [b"{}", b"second"]
            await transport.aclose()

    asyncio.run(run())


def test_a_cancelled_exchange_lets_go_of_its_connection(name: TransportName) -> None:
    async def run() -> None:
        async def never(_: Received, __: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        transport = open_transport(name, trust_env=False)
        async with Server(never) as server:
            sending = asyncio.create_task(post(transport, server))
            await until(lambda: server.received)
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            server.says = answer()
            assert await post(transport, server) == b"ok"
            assert server.connections == 2
            await transport.aclose()

    asyncio.run(run())


def test_a_cancelled_exchange_is_over_for_the_partner_too(name: TransportName) -> None:
    async def run() -> None:
        gone = asyncio.Event()

        async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            try:
                while True:
                    writer.write(b"x" * 10)
                    await writer.drain()
                    await asyncio.sleep(0.01)
            except ConnectionError:
                gone.set()
                raise

        transport = open_transport(name, trust_env=False)
        async with Server(endless) as server:
            sending = asyncio.create_task(post(transport, server))
            await until(lambda: server.received)
            await asyncio.sleep(0.1)  # it has come to the body
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            await asyncio.wait_for(gone.wait(), 10)
            await transport.aclose()

    asyncio.run(run())


def test_closing_closes_the_connections(name: TransportName) -> None:
    async def run() -> None:
        transport = open_transport(name, trust_env=False)
        async with Server() as server:
            await post(transport, server)
            assert server.open
            await transport.aclose()
            await asyncio.wait_for(until(lambda: not server.open), 10)
            await transport.aclose()  # a second time does nothing

    asyncio.run(run())


def test_a_transport_that_was_never_used_can_be_closed(name: TransportName) -> None:
    asyncio.run(open_transport(name).aclose())


def test_a_process_ends_only_when_every_thread_has_come_back(name: TransportName) -> None:
    # A client's own thread wakes the event loop. One that came back to a Python that is ending would abort the process.
    program = """
import asyncio, os, sys, threading, time
from actions_core.transport import HttpRequest, open_transport

wake = asyncio.SelectorEventLoop._write_to_self

def wake_slowly(loop):
    if threading.get_ident() == threading.main_thread().ident:
        return wake(loop)
    os.write(1, b"<")
    wake(loop)
    time.sleep(0.3)
    os.write(1, b">")

asyncio.SelectorEventLoop._write_to_self = wake_slowly

async def main():
    transport = open_transport(sys.argv[1], trust_env=False)
    answer = await transport.send(HttpRequest("GET", sys.argv[2]))
    await transport.aclose()
    os.write(1, str(answer.status).encode())

asyncio.run(main())
"""

    async def run() -> tuple[int | None, bytes, bytes]:
        async with Server() as server:
            pipe = asyncio.subprocess.PIPE
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", program, name, server.url, stdout=pipe, stderr=pipe
            )
            output, complaint = await process.communicate()
        return process.returncode, output, complaint

    code, output, complaint = asyncio.run(run())
    assert (code, complaint) == (0, b"")
    assert b"200" in output
    assert output.count(b"<") == output.count(b">")
