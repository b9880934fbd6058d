"""TLS and HTTP/2, over a certificate whose authority the machine trusts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import certifi
import pytest
import trustme

from actions_core import ConfigurationError
from actions_core.transport import HttpRequest, HttpResponse, TransportName, open_transport
from tests.actions_core.transport.conftest import server_context
from tests.actions_core.transport.servers import Received, Server, send


def exchange(name: TransportName, authority: trustme.CA, *protocols: str) -> tuple[Server, list[HttpResponse]]:
    async def run() -> tuple[Server, list[HttpResponse]]:
        transport = open_transport(name, trust_env=False)
        async with Server(tls=server_context(authority, "127.0.0.1", protocols=protocols)) as server:
            request = HttpRequest("POST", server.url + "?a=1", {"x-key": "1", "user-agent": "me"}, b"{}")
            answers = [await transport.send(request)]
            answers += await asyncio.gather(*(transport.send(request) for _ in range(10)))
            await transport.aclose()
        return server, answers

    return asyncio.run(run())


def test_a_partner_is_asked_over_tls(name: TransportName, authority: trustme.CA) -> None:
    server, answers = exchange(name, authority)
    assert [one.body for one in answers] == [b"ok"] * 11
    assert server.received[0].protocol == "http/1.1"


def test_http_2_is_spoken_where_the_partner_offers_it(name: TransportName, authority: trustme.CA) -> None:
    server, answers = exchange(name, authority, "h2", "http/1.1")
    assert {(one.status, one.body, one.reason, one.headers["x-a"]) for one in answers} == {(200, b"{}", "", "1, 2")}
    assert server.connections == 1  # all at once on one
    first: Received = server.received[0]
    assert (first.protocol, first.line, first.body) == ("h2", "POST /x?a=1", b"{}")
    own = {key: value for key, value in first.headers.items() if not key.startswith(":")}
    assert own == {
        "x-key": "1",
        "user-agent": "me",
        "accept": "*/*",
        "accept-encoding": "gzip,deflate",
        "content-length": "2",
    }
    assert first.headers[":authority"] == f"127.0.0.1:{server.port}"


def test_http_1_is_spoken_where_the_partner_offers_nothing_else(name: TransportName, authority: trustme.CA) -> None:
    server, _ = exchange(name, authority, "http/1.1")
    assert server.received[0].protocol == "http/1.1"


def test_authorities_that_cannot_be_read_are_named(
    name: TransportName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    for file in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        (tmp_path / "empty.pem").touch()
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with pytest.raises(ConfigurationError) as caught:
            asyncio.run(send(name, "https://127.0.0.1:1/"))
        assert str(caught.value) == f"no certificates to trust can be read from SSL_CERT_FILE={file}"


def test_a_machine_that_trusts_nobody_trusts_whom_httpx_trusts(
    name: TransportName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "bundle.pem"))
    (tmp_path / "empty.pem").touch()
    monkeypatch.setattr(certifi, "where", lambda: str(tmp_path / "bundle.pem"))
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / "empty.pem"))  # which the machine sees, and Python does not
    monkeypatch.setattr("os.environ", {})
    server, answers = exchange(name, authority)
    assert len(answers) == len(server.received) == 11
