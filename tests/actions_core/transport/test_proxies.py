"""Proxies, which the environment names."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
import trustme

from actions_core import ConfigurationError, TransportError
from actions_core.transport import HttpResponse, TransportName
from tests.actions_core.transport.conftest import server_context
from tests.actions_core.transport.servers import Received, Server, answer, send


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.lower(), raising=False)


class Proxy(Server):
    """Answers plain requests itself and opens tunnels to wherever they lead."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *lines = head.rstrip("\r\n").split("\r\n")
        headers = {key.lower(): value for key, _, value in (one.partition(": ") for one in lines)}
        self.received.append(Received(line.removesuffix(" HTTP/1.1"), headers, b"", number))
        if not line.startswith("CONNECT") or self.says != b"tunnel":
            assert isinstance(self.says, bytes)
            writer.write(self.says)
            await writer.drain()
            writer.close()
            return
        host, _, port = line.split(" ")[1].rpartition(":")
        to_reader, to_writer = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))


async def _pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except ConnectionError:
        pass
    finally:
        target.close()


def ask(
    name: TransportName,
    url: str,
    environment: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    says: bytes | None = None,
    trust_env: bool = True,
) -> tuple[Proxy, HttpResponse]:
    """Ask for a URL; PROXY in the environment's values becomes the address of a proxy."""

    async def run() -> tuple[Proxy, HttpResponse]:
        async with Proxy(says or answer(b"proxy", "200 OK", b"connection: close")) as proxy:
            for key, value in environment.items():
                monkeypatch.setenv(key, value.replace("PROXY", f"127.0.0.1:{proxy.port}"))
            return proxy, await send(name, url, method="GET", body=b"", trust_env=trust_env)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "environment",
    [
        {"http_proxy": "http://PROXY"},
        {"HTTP_PROXY": "http://PROXY/"},
        {"ALL_PROXY": "http://PROXY"},
        {"HTTP_PROXY": "http://PROXY", "NO_PROXY": "other.example,localhost"},
    ],
    ids=str,
)
def test_a_proxy_is_asked_for_the_whole_url(
    name: TransportName, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, response = ask(name, "http://partner.invalid/x?a=1", environment, monkeypatch)
    assert response.body == b"proxy"
    assert proxy.received[0].line == "GET http://partner.invalid/x?a=1"
    assert proxy.received[0].headers["host"] == "partner.invalid"


def test_a_proxys_credentials_are_for_the_proxy(name: TransportName, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, _ = ask(name, "http://partner.invalid/", {"HTTP_PROXY": "http://me:pw@PROXY"}, monkeypatch)
    assert proxy.received[0].headers["proxy-authorization"] == "Basic bWU6cHc="
    assert "authorization" not in proxy.received[0].headers


@pytest.mark.parametrize(
    ("environment", "trust_env"),
    [
        ({"HTTP_PROXY": "http://PROXY"}, False),
        ({"HTTP_PROXY": "http://PROXY", "NO_PROXY": "127.0.0.1"}, True),
        ({"HTTP_PROXY": "http://PROXY", "NO_PROXY": "*"}, True),
        ({"HTTP_PROXY": "http://PROXY", "no_proxy": "a.example, 127.0.0.1"}, True),
        ({"HTTPS_PROXY": "http://PROXY"}, True),
        ({}, True),
    ],
    ids=str,
)
def test_no_proxy_is_asked_where_the_environment_says_so_or_is_not_trusted(
    name: TransportName, environment: dict[str, str], trust_env: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> list[Received]:
        async with Server() as server, Proxy(answer(b"proxy")) as proxy:
            for key, value in environment.items():
                monkeypatch.setenv(key, value.replace("PROXY", f"127.0.0.1:{proxy.port}"))
            assert (await send(name, server.url, trust_env=trust_env)).body == b"ok"
            return proxy.received

    assert asyncio.run(run()) == []


def test_a_partner_over_tls_is_reached_through_a_tunnel(
    name: TransportName, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> tuple[Proxy, Server]:
        tls = server_context(authority, "127.0.0.1")
        async with Server(tls=tls) as server, Proxy(b"tunnel") as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://me:pw@127.0.0.1:{proxy.port}")
            assert (
                await send(name, server.url, headers={"authorization": "Bearer s3cret"}, trust_env=True)
            ).body == b"ok"
            return proxy, server

    proxy, server = asyncio.run(run())
    assert proxy.received[0].line == f"CONNECT 127.0.0.1:{server.port}"
    assert proxy.received[0].headers["proxy-authorization"] == "Basic bWU6cHc="
    assert "s3cret" not in str(proxy.received)
    assert "proxy-authorization" not in server.received[0].headers


@pytest.mark.parametrize("status", ["407 Proxy Authentication Required", "502 Bad Gateway"])
def test_a_proxy_that_opens_no_tunnel(name: TransportName, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"HTTPS_PROXY": "http://PROXY"}
    with pytest.raises(TransportError) as caught:
        ask(name, "https://partner.invalid/", environment, monkeypatch, says=answer(b"", status))
    assert str(caught.value) == "GET to partner.invalid got no answer: ECONNRESET"


def test_a_proxy_that_nobody_runs(name: TransportName, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, url in (("HTTP_PROXY", "http://partner.invalid/"), ("HTTPS_PROXY", "https://partner.invalid/")):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
        with pytest.raises(TransportError) as caught:
            asyncio.run(send(name, url, trust_env=True))
        assert caught.value.code == "ECONNREFUSED"


def test_a_proxy_that_httpx_cannot_use_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://me:s3cret@127.0.0.1:1")
    with pytest.raises(ConfigurationError, match="^the environment's proxy cannot be used: ") as caught:
        asyncio.run(send("httpx", "http://partner.invalid/", trust_env=True))
    assert "s3cret" not in str(caught.value)
