from __future__ import annotations

import asyncio
import json
import time

import httpx
import pytest

from emulator.partner import Fault, Partner
from tests.emulator.partner.calls import call, eventually, run


async def statuses(partner: Partner, count: int, path: str = "/v1/verify") -> list[int]:
    return [(await call(partner, path)).status_code for _ in range(count)]


def faulty(fault: Fault, path: str = "/v1/verify") -> tuple[httpx.Response, Partner]:
    async def scenario() -> tuple[httpx.Response, Partner]:
        async with Partner(faults=[fault]) as partner:
            return await call(partner, path), partner

    return run(scenario())


def test_a_status_replaces_the_answer_with_a_json_error_and_is_recorded() -> None:
    response, partner = faulty(Fault(status=503))
    assert response.status_code == 503
    assert response.json() == {"error": {"code": "fault", "message": "Service Unavailable"}}
    assert (partner.requests[0].status, partner.requests[0].fault) == (503, Fault(status=503))


def test_a_status_without_a_name_can_be_answered() -> None:
    response, _ = faulty(Fault(status=599))
    assert (response.status_code, response.json()["error"]["message"]) == (599, "Status 599")


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_content_is_answered_without_a_body(status: int) -> None:
    async def scenario() -> None:
        fault = Fault(status=status, body="ignored", retry_after="1", count=1)
        async with Partner(faults=[fault]) as partner, httpx.AsyncClient(trust_env=False) as client:
            first = await client.get(partner.url)
            assert (first.status_code, first.content, first.headers["retry-after"]) == (status, b"", "1")
            assert (await client.get(partner.url)).status_code == 200  # the connection is still in order

    run(scenario())


@pytest.mark.parametrize("value", ["2", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_retry_after_is_sent_as_given(value: str) -> None:
    response, _ = faulty(Fault(status=429, retry_after=value))
    assert (response.status_code, response.headers["retry-after"]) == (429, value)


def test_retry_after_alone_keeps_the_answer() -> None:
    response, _ = faulty(Fault(retry_after="2"))
    assert (response.status_code, response.json(), response.headers["retry-after"]) == (200, {"success": True}, "2")


def test_a_delay_holds_the_answer_back_and_keeps_it() -> None:
    start = time.perf_counter()
    response, partner = faulty(Fault(delay=0.3), "/v1/other")
    assert time.perf_counter() - start >= 0.3
    assert response.status_code == partner.requests[0].status == 404


def test_a_delay_goes_with_a_status() -> None:
    start = time.perf_counter()
    response, _ = faulty(Fault(delay=0.2, status=500))
    assert time.perf_counter() - start >= 0.2
    assert response.status_code == 500


def test_delayed_requests_do_not_hold_up_others() -> None:
    async def scenario() -> float:
        async with Partner(faults=[Fault(endpoint="/slow", delay=5)]) as partner:
            slow = asyncio.create_task(call(partner, "/slow"))
            await eventually(lambda: partner.request_count == 1)
            start = time.perf_counter()
            await call(partner)
            took = time.perf_counter() - start
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
        return took

    assert run(scenario()) < 2


@pytest.mark.parametrize("fault", [Fault(hang=True), Fault(delay=60)], ids=["hang", "delay"])
def test_a_client_that_gives_up_ends_a_held_back_request(fault: Fault) -> None:
    async def scenario() -> None:
        async with Partner(faults=[fault]) as partner, httpx.AsyncClient(trust_env=False, timeout=0.2) as client:
            before = asyncio.all_tasks()
            with pytest.raises(httpx.ReadTimeout):
                await client.get(partner.url)
            assert partner.requests[0].status == (None if fault.hang else 200)
            await eventually(lambda: asyncio.all_tasks() == before)

    run(scenario())


def test_a_reset_breaks_the_connection_with_a_tcp_reset() -> None:
    async def scenario() -> None:
        async with Partner(faults=[Fault(reset=True, count=1)]) as partner:
            host, port = partner.url.removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()
            assert partner.requests[0].status is None
            assert (await call(partner)).status_code == 200

    run(scenario())


def test_a_reset_is_a_read_error_to_an_http_client() -> None:
    with pytest.raises(httpx.ReadError):
        faulty(Fault(reset=True, delay=0.05))


def test_a_reset_ends_its_own_connection_only() -> None:
    async def scenario() -> None:
        fault = Fault(endpoint="/broken", reset=True)
        async with Partner(faults=[fault]) as partner, httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(partner.url)).status_code == 200
            with pytest.raises(httpx.ReadError):
                await call(partner, "/broken")
            assert (await client.get(partner.url)).status_code == 200

    run(scenario())


def test_a_malformed_answer_is_200_with_broken_json() -> None:
    response, _ = faulty(Fault(malformed=True))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_malformed_answer_may_have_another_status() -> None:
    response, _ = faulty(Fault(malformed=True, status=500))
    assert (response.status_code, response.text) == (500, '{"success": tru')


@pytest.mark.parametrize(
    ("body", "content", "kind"),
    [
        ('{"ok": false}', b'{"ok": false}', "application/json"),
        ("<html>502</html>", b"<html>502</html>", "text/plain; charset=utf-8"),
        (b"\xff", b"\xff", "text/plain; charset=utf-8"),
        ("", b"", "text/plain; charset=utf-8"),
        ("é\ud800", b"\xc3\xa9\\ud800", "text/plain; charset=utf-8"),
    ],
    ids=["JSON", "text", "bytes", "empty", "unpaired surrogate"],
)
def test_a_body_replaces_the_answers(body: str | bytes, content: bytes, kind: str) -> None:
    response, _ = faulty(Fault(body=body))
    assert (response.status_code, response.content, response.headers["content-type"]) == (200, content, kind)


def test_a_fault_applies_whatever_the_request_is_worth() -> None:
    response, _ = faulty(Fault(status=503), "/v1/nowhere")
    assert response.status_code == 503


def test_a_count_limits_how_often_a_fault_strikes() -> None:
    async def scenario() -> None:
        async with Partner(faults=[Fault(status=503, count=2)]) as partner:
            assert await statuses(partner, 4) == [503, 503, 200, 200]

    run(scenario())


def test_only_matching_requests_meet_a_fault_and_are_counted() -> None:
    async def scenario() -> None:
        async with Partner(faults=[Fault(endpoint="POST /v1/identify", status=500, count=1)]) as partner:
            assert await statuses(partner, 2, "/v1/group") == [200, 200]
            assert await statuses(partner, 2, "/v1/identify") == [500, 200]

    run(scenario())


def test_the_first_matching_fault_is_applied_and_then_the_next() -> None:
    async def scenario() -> None:
        async with Partner() as partner:
            partner.add_fault(Fault(status=503, count=2))
            partner.add_fault(Fault(endpoint="/v1/verify", status=429, count=1))
            assert await statuses(partner, 4) == [503, 503, 429, 200]

    run(scenario())


def test_faults_can_be_listed_and_cleared() -> None:
    async def scenario() -> None:
        async with Partner(faults=[Fault(status=503)]) as partner:
            partner.add_fault(Fault(hang=True))
            assert list(partner.faults) == [Fault(status=503), Fault(hang=True)]
            partner.clear_faults()
            assert list(partner.faults) == []
            assert await statuses(partner, 1) == [200]

    run(scenario())


def test_a_seed_makes_probable_faults_repeatable_over_http() -> None:
    async def scenario() -> list[int]:
        async with Partner(faults=[Fault(status=503, probability=0.5, seed=7)]) as partner:
            return await statuses(partner, 20)

    first = run(scenario())
    assert set(first) == {200, 503}
    assert run(scenario()) == first
