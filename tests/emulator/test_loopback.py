from __future__ import annotations

import asyncio

import pytest

from actions_core import HttpRequest, HttpResponse, Request, RequestOptions
from emulator.loopback import LoopbackTransport


class Recorder:
    def __init__(self, *answers: HttpResponse) -> None:
        self.answers = list(answers)
        self.received: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpResponse:
        self.received.append(request)
        return self.answers.pop(0)

    async def aclose(self) -> None:
        pass


@pytest.mark.parametrize(
    ("url", "local", "host"),
    [
        ("https://api.usermotion.com/v1/track?a=1", "http://127.0.0.1:9/v1/track?a=1", "api.usermotion.com"),
        ("http://user:pw@api.example.com:8080/x", "http://127.0.0.1:9/x", "api.example.com:8080"),
    ],
)
def test_a_request_goes_to_the_partner_and_names_the_host_that_was_meant(url: str, local: str, host: str) -> None:
    backend = Recorder(HttpResponse(200))
    asyncio.run(Request(LoopbackTransport("http://127.0.0.1:9", backend), RequestOptions())(url))
    (sent,) = backend.received
    assert (sent.url, sent.headers["host"]) == (local, host)


def test_a_redirect_to_anywhere_stays_on_the_machine() -> None:
    backend = Recorder(HttpResponse(302, headers={"location": "https://evil.example/steal"}), HttpResponse(200))
    asyncio.run(Request(LoopbackTransport("http://127.0.0.1:9", backend), RequestOptions())("https://a.example/"))
    assert [request.url for request in backend.received] == ["http://127.0.0.1:9/", "http://127.0.0.1:9/steal"]
