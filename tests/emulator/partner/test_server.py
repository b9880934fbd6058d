from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
import time
from typing import Any

import httpx
import pytest

from actions_core.js import MISSING
from emulator.partner import Answer, Endpoint, Fault, Partner, PartnerAPI, json_answer
from tests.emulator.partner.calls import BODIES, HEADERS, call, eventually, run

ACME = PartnerAPI(
    host="api.acme.example",
    endpoints=(
        Endpoint(method="POST", path="/people", answer=json_answer(201, {"id": 7})),
        Endpoint(method="DELETE", path="/people", answer=Answer(204)),
    ),
)


async def send_raw(partner: Partner, data: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = partner.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(data)
    await writer.drain()
    return reader, writer


# --- lifetime --------------------------------------------------------------------------------------------------------


def test_a_partner_listens_on_a_free_loopback_port() -> None:
    async def scenario() -> None:
        async with Partner() as first, Partner() as second:
            assert first.url.startswith("http://127.0.0.1:")
            assert first.url != second.url
            assert (await call(first)).status_code == 200

    run(scenario())


def test_a_partner_listens_on_the_port_it_is_given() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        async with Partner(port=port) as partner:
            assert partner.url == f"http://127.0.0.1:{port}"

    run(scenario())


def test_a_taken_port_is_an_os_error_and_nothing_is_left_running() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            partner = Partner(port=taken.getsockname()[1])
            with pytest.raises(OSError, match="in use"):
                await partner.__aenter__()
        async with partner:
            assert (await call(partner)).status_code == 200

    run(scenario())


def test_a_partner_that_is_not_running_has_no_url() -> None:
    async def scenario() -> None:
        partner = Partner()
        with pytest.raises(RuntimeError, match="not running"):
            _ = partner.url
        async with partner:
            assert partner.url
        with pytest.raises(RuntimeError, match="not running"):
            _ = partner.url

    run(scenario())


def test_a_running_partner_cannot_be_entered_again() -> None:
    async def scenario() -> None:
        async with Partner() as partner:
            with pytest.raises(RuntimeError, match="already running"):
                await partner.__aenter__()
            assert (await call(partner)).status_code == 200

    run(scenario())


def test_a_partner_can_be_started_again_and_remembers_its_requests() -> None:
    async def scenario() -> None:
        partner = Partner()
        for expected in (1, 2):
            async with partner:
                await call(partner)
            assert partner.request_count == expected

    run(scenario())


def test_the_port_is_free_after_the_end() -> None:
    async def scenario() -> None:
        async with Partner() as partner:
            url = partner.url
        async with httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(url)

    run(scenario())


def test_the_end_leaves_no_tasks_signal_handlers_or_warnings() -> None:
    async def scenario() -> None:
        handlers = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        async with Partner() as partner:
            assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
            async with httpx.AsyncClient(trust_env=False) as client:  # a connection that is kept alive
                await client.post(f"{partner.url}/v1/verify", headers=HEADERS)
        assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == handlers
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())
    gc.collect()  # a socket left open would warn here, and a warning fails the test


def test_nothing_is_printed_and_other_servers_access_logs_stay(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    access = logging.getLogger("uvicorn.access")
    handler = logging.NullHandler()
    access.addHandler(handler)

    async def scenario() -> None:
        async with Partner() as partner:
            await call(partner)

    try:
        with caplog.at_level(logging.INFO, logger="uvicorn.access"):
            run(scenario())
        assert handler in access.handlers
        assert access.propagate
    finally:
        access.removeHandler(handler)
    assert capfd.readouterr() == ("", "")
    assert not [record for record in caplog.records if record.name == "uvicorn.access"]


def test_an_error_inside_the_block_passes_through() -> None:
    async def scenario() -> None:
        async with Partner():
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        run(scenario())


@pytest.mark.parametrize("fault", [Fault(hang=True), Fault(delay=60)], ids=["hang", "delay"])
def test_the_end_does_not_wait_for_held_back_requests(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> float:
        async with Partner(faults=[fault]) as partner:
            held_back = [asyncio.create_task(call(partner)) for _ in range(5)]
            await eventually(lambda: partner.request_count == 5)
            end = time.perf_counter()
        took = time.perf_counter() - end
        answers = await asyncio.gather(*held_back, return_exceptions=True)
        assert all(isinstance(answer, httpx.TransportError) for answer in answers)
        return took

    assert run(scenario()) < 1
    assert not caplog.records


@pytest.mark.parametrize(
    "half",
    [b"POST /v1/ver", b"POST /v1/verify HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc"],
    ids=["head", "body"],
)
def test_the_end_does_not_wait_for_a_request_that_is_half_sent(half: bytes, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario() -> float:
        async with Partner() as partner:
            _, writer = await send_raw(partner, half)
            await asyncio.sleep(0.05)
            end = time.perf_counter()
        took = time.perf_counter() - end
        assert partner.request_count == 0
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)
        return took

    assert run(scenario()) < 1
    assert not caplog.records


def test_a_cancelled_block_ends_the_partner() -> None:
    async def scenario() -> None:
        partner = Partner()
        entered = asyncio.Event()

        async def forever() -> None:
            async with partner:
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(forever())
        await entered.wait()
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # again, while the partner ends
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(scenario())
    gc.collect()


def test_clients_that_connect_while_the_partner_ends_are_not_left_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async def connect(port: int, rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            return
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.gather(reader.read(1), return_exceptions=True)
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def scenario(stay: int) -> None:
        async with Partner() as partner:
            port = int(partner.url.rpartition(":")[2])
            clients = [asyncio.create_task(connect(port, rounds)) for rounds in range(12)]
            for _ in range(stay):
                await asyncio.sleep(0)
        await asyncio.gather(*clients)

    for stay in range(20):
        run(scenario(stay))
    assert not caplog.records


# --- several APIs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["api.usermotion.com", "API.UserMotion.com", "api.usermotion.com:443"])
def test_the_host_header_chooses_the_api_whatever_its_case_and_port(host: str) -> None:
    async def scenario() -> None:
        async with Partner() as partner:
            assert (await call(partner, "/nothing", headers={"host": host})).status_code == 404
            assert partner.requests[0].host == "api.usermotion.com"

    run(scenario())


@pytest.mark.parametrize(
    ("method", "path", "content"),
    [("GET", "/", b""), ("PATCH", "/v1/identify", b"no json"), ("POST", "/a/b?c=d", b"{}"), ("DELETE", "/x", b"")],
    ids=str,
)
def test_a_host_nobody_described_accepts_everything(method: str, path: str, content: bytes) -> None:
    async def scenario() -> httpx.Response:
        async with Partner(keys={"none"}) as partner:
            return await call(partner, path, method=method, content=content, headers={"host": "somewhere.example"})

    response = run(scenario())
    assert response.status_code == 200
    assert response.json() == {}


def test_a_request_without_a_host_meets_the_generic_api() -> None:
    async def scenario() -> bytes:
        async with Partner() as partner:
            reader, writer = await send_raw(partner, b"GET /v1/identify HTTP/1.0\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert run(scenario()).endswith(b"{}")


def test_one_partner_plays_several_apis() -> None:
    async def scenario() -> None:
        async with Partner(apis=[ACME]) as partner:
            created = await call(partner, "/people", content=b"?", headers={"host": "api.acme.example"})
            assert (created.status_code, created.json()) == (201, {"id": 7})
            deleted = await call(partner, "/people", method="DELETE", headers={"host": "api.acme.example"})
            assert (deleted.status_code, deleted.content) == (204, b"")
            assert "content-length" not in deleted.headers
            unknown = await call(partner, "/people", method="GET", headers={"host": "api.acme.example"})
            assert unknown.headers["allow"] == "DELETE, POST"
            assert (await call(partner, "/v1/verify")).json() == {}  # UserMotion's is not played here

    run(scenario())


def test_two_apis_with_one_host_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two APIs have the host API\.ACME\.example"):
        Partner(apis=[ACME, PartnerAPI(host="API.ACME.example", endpoints=())])


def test_two_endpoints_with_one_method_and_path_are_refused() -> None:
    with pytest.raises(ValueError, match=r"x\.example has two endpoints GET /a"):
        PartnerAPI(host="x.example", endpoints=(Endpoint(method="GET", path="/a"), Endpoint(method="GET", path="/a")))


# --- what is recorded ------------------------------------------------------------------------------------------------


def test_every_request_is_recorded_with_its_answers_status() -> None:
    async def scenario() -> Partner:
        async with Partner() as partner:
            await call(partner, "/v1/identify?dry=1", json=BODIES["/v1/identify"])
            await call(partner, "/v1/group", json={"id": ""})
            await call(partner, "/v1/other", content=b"")
            return partner

    first, second, third = run(scenario()).requests
    assert (first.method, first.host, first.path, first.query) == (
        "POST",
        "api.usermotion.com",
        "/v1/identify",
        "dry=1",
    )
    assert first.headers["authorization"] == "Basic s3cret"
    assert first.json == BODIES["/v1/identify"]
    assert first.body.startswith(b'{"id":')
    assert (first.status, first.fault, first.json_problem) == (200, None, None)
    assert (second.status, second.json) == (400, {"id": ""})
    assert (third.status, third.json, third.json_problem) == (404, MISSING, "the body is empty")


def test_repeated_headers_are_joined_by_a_comma() -> None:
    async def scenario() -> Partner:
        async with Partner() as partner, httpx.AsyncClient(trust_env=False) as client:
            await client.get(partner.url, headers=[("X-Tag", "a"), ("x-tag", "b")])
            return partner

    assert run(scenario()).requests[0].headers["x-tag"] == "a, b"


def test_requests_beyond_the_capacity_are_forgotten_but_counted() -> None:
    async def scenario() -> None:
        async with Partner(capacity=2) as partner:
            for number in range(5):
                await call(partner, f"/{number}", content=b"", headers={"host": "x.example"})
            assert [request.path for request in partner.requests] == ["/3", "/4"]
            assert partner.request_count == 5
            partner.clear()
            assert (partner.requests, partner.request_count) == ((), 0)

    run(scenario())


def test_a_body_that_is_too_large_is_kept_in_part_only() -> None:
    async def scenario() -> Partner:
        async with Partner() as partner:
            await call(partner, content=b"x" * 8_000_000)
            assert (await call(partner)).status_code == 200
            return partner

    large = run(scenario()).requests[0]
    assert large.status == 413
    assert 1024 * 1024 < len(large.body) < 3_000_000
    assert (large.json, large.json_problem) == (MISSING, "the body is longer than the partner reads")


def test_a_client_that_leaves_in_the_middle_of_its_body_is_not_a_request() -> None:
    async def scenario() -> None:
        async with Partner() as partner:
            _, writer = await send_raw(partner, b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nabc")
            writer.close()
            await writer.wait_closed()
            await call(partner)
            assert [request.path for request in partner.requests] == ["/v1/identify"]

    run(scenario())


def test_requests_on_one_kept_connection_are_told_apart() -> None:
    async def scenario() -> Partner:
        async with Partner() as partner, httpx.AsyncClient(trust_env=False, headers=HEADERS) as client:
            for path, body in BODIES.items():
                response: Any = await client.post(partner.url + path, json=body)
                assert response.status_code == 200
            return partner

    assert [request.path for request in run(scenario()).requests] == list(BODIES)


def test_answers_on_a_kept_connection_do_not_wait_for_acknowledgements() -> None:
    async def scenario() -> float:
        async with Partner() as partner, httpx.AsyncClient(trust_env=False) as client:
            start = time.perf_counter()
            for _ in range(50):
                await client.get(partner.url)
            return time.perf_counter() - start

    assert run(scenario()) < 1.5  # a few milliseconds each; 40 more where Nagle's algorithm is left on
