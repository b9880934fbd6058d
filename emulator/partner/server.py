"""The partner's server: real HTTP on loopback, several APIs told apart by the Host header."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, TypeAlias

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from actions_core.js import MISSING
from emulator.partner.api import Answer, PartnerAPI, error_answer, faulty_answer, json_answer
from emulator.partner.faults import ArmedFault, Fault
from emulator.partner.received import ReceivedRequest, read_json
from emulator.partner.roster import Roster
from emulator.partner.usermotion import USERMOTION

_Scope: TypeAlias = Mapping[str, Any]
_Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
_Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]
_App: TypeAlias = Callable[[_Scope, _Receive, _Send], Awaitable[None]]

_LOOPBACK: Final = "127.0.0.1"
_ACCEPTED: Final = json_answer(200, {})
_GENERIC_MAX_BODY: Final = 16 * 1024 * 1024


class Partner:
    """A mock of partners' APIs on 127.0.0.1, for as long as the `async with` lasts.

        async with Partner(keys={"secret"}) as partner:
            partner.add_fault(Fault(endpoint="POST /v1/identify", status=503, count=2))
            await httpx.AsyncClient().post(f"{partner.url}/v1/identify", headers={"host": "api.usermotion.com"}, …)
            assert partner.requests[0].status == 503

    `apis` are by default those of this package. A host that no API describes accepts everything with 200 and `{}`.
    `keys` are the API keys that are accepted; None accepts every one that is not empty. `port` 0 takes a free one. The
    last `capacity` requests are kept.

    Raises `ValueError` for two APIs with one host, and on entering `OSError` if the port is taken.
    """

    def __init__(
        self,
        *,
        apis: Iterable[PartnerAPI] | None = None,
        port: int = 0,
        keys: Collection[str] | None = None,
        faults: Iterable[Fault] = (),
        capacity: int = 1000,
    ) -> None:
        self._apis: Final[dict[str, PartnerAPI]] = {}
        for api in (USERMOTION, Roster().api) if apis is None else apis:
            if api.host.lower() in self._apis:
                raise ValueError(f"two APIs have the host {api.host}")
            self._apis[api.host.lower()] = api
        self._port: Final = port
        self._keys: Final = None if keys is None else frozenset(keys)
        self._faults: Final = [ArmedFault(fault) for fault in faults]
        self._requests: Final[deque[ReceivedRequest]] = deque(maxlen=capacity)
        self._request_count = 0
        self._url: str | None = None
        self._exit: Final = contextlib.AsyncExitStack()

    # --- what a test looks at and changes ----------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where the partner listens, such as `http://127.0.0.1:49152`; raises `RuntimeError` if it does not."""
        if self._url is None:
            raise RuntimeError("the partner is not running; enter it with `async with`")
        return self._url

    @property
    def requests(self) -> tuple[ReceivedRequest, ...]:
        """The last requests, oldest first."""
        return tuple(self._requests)

    @property
    def request_count(self) -> int:
        """How many requests there were since the start or the last `clear`, forgotten ones included."""
        return self._request_count

    def clear(self) -> None:
        """Forget every request; faults stay."""
        self._requests.clear()
        self._request_count = 0

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults, those that have struck often enough included."""
        return tuple(armed.fault for armed in self._faults)

    @property
    def idle_faults(self) -> tuple[Fault, ...]:
        """The faults that have struck no request yet; perhaps their endpoint is misspelt."""
        return tuple(armed.fault for armed in self._faults if not armed.has_struck)

    def add_fault(self, fault: Fault) -> None:
        """Misbehave from now on; of several faults that match a request the first one added is applied."""
        self._faults.append(ArmedFault(fault))

    def clear_faults(self) -> None:
        """Behave again."""
        self._faults.clear()

    # --- lifetime ----------------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Partner:
        if self._url is not None:
            raise RuntimeError("the partner is already running")
        # Bound here, because uvicorn ends the process when it cannot.
        listener = socket.create_server((_LOOPBACK, self._port))
        await self._exit.enter_async_context(_served(self._app, listener))
        self._url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._url = None
        await self._exit.aclose()

    # --- one request -------------------------------------------------------------------------------------------------

    async def _app(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        headers: dict[str, str] = {}
        for raw_name, raw_value in scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        host = _host_name(headers.get("host", ""))
        api = self._apis.get(host)
        max_body = _GENERIC_MAX_BODY if api is None else api.max_body
        body = await _read_body(receive, max_body)
        if body is None:
            return
        too_large = len(body) > max_body
        value, problem = (MISSING, "the body is longer than the partner reads") if too_large else read_json(body)
        request = ReceivedRequest(
            method=scope["method"],
            host=host,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            json=value,
            json_problem=problem,
        )
        fault = next((armed.fault for armed in self._faults if armed.strikes(request.method, request.path)), None)
        if too_large:
            answer = error_answer(413, "payload_too_large", f"The body may have {max_body} bytes at most.")
        elif api is None or (fault is not None and fault.refuses):
            answer = _ACCEPTED
        else:
            answer = api.respond(request, self._keys)
        if fault is not None:
            answer = faulty_answer(fault, answer)
        silent = fault is not None and (fault.hang or fault.reset)
        self._request_count += 1
        self._requests.append(dataclasses.replace(request, status=None if silent else answer.status, fault=fault))
        if fault is None or not await _ended_by(fault, receive, scope["state"]["transport"]):
            await _send_answer(send, answer)


async def _read_body(receive: _Receive, max_body: int) -> bytes | None:
    """Read a request's body, or a little more than `max_body` of it; None if the client left before its end."""
    body = bytearray()
    more = True
    while more and len(body) <= max_body:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message["body"]
        more = message["more_body"]
    return bytes(body)


async def _send_answer(send: _Send, answer: Answer) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    # RFC 9110, 8.6: these two have no content and say no length either.
    if answer.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _ended_by(fault: Fault, receive: _Receive, transport: asyncio.Transport) -> bool:
    """Carry out a fault's delay, silence or reset; tell whether the exchange has ended without an answer."""
    if fault.hang:
        return await _left(receive, None)
    if fault.delay is not None and await _left(receive, fault.delay):
        return True
    if not fault.reset:
        return False
    # With a linger time of 0 the system drops the connection with RST instead of closing it with FIN.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    return await _left(receive, None)


async def _left(receive: _Receive, seconds: float | None) -> bool:
    """Wait until the client has left; False if it has not within some seconds."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def _host_name(host: str) -> str:
    """Take the port off a Host header: `API.example.com:443` is `api.example.com`, `[::1]:80` is `[::1]`."""
    name, colon, port = host.strip().lower().rpartition(":")
    return name if colon and port.isdigit() else host.strip().lower()


# --- uvicorn ---------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _served(app: _App, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an application in a task of its own; whoever connects before it runs waits in the listener's queue."""
    server = _Server(app)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="partner")
    try:
        yield
    finally:
        server.stopping.set()
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            # Cancelled while it ends: let go of the port all the same, it is a matter of milliseconds.
            await serving
            raise


class _Connection(HttpToolsProtocol):
    """uvicorn's connection, which also tells the application its transport and keeps no access log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Here and not in the configuration, which would silence every other server of the process as well.
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        # `state` is ASGI's place for what a server gives to each request's scope.
        self.app_state = {**self.app_state, "transport": transport}
        # asyncio does this itself, but not for the sockets of a listener that it did not open: 40 ms an answer.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """uvicorn inside somebody else's event loop: no signal handlers, no polling, ended by `stopping`."""

    def __init__(self, app: _App) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                proxy_headers=False,
                # Longer than a pooled client rests between two deliveries, so that it never meets a closing connection.
                timeout_keep_alive=600,
            )
        )
        self.stopping: Final = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the program that the partner runs in."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut off every connection instead of waiting for the hanging, the delayed and the half-read requests."""
        # asyncio loses a socket that it has accepted but not yet made a connection of when its server is closed. So
        # stop accepting first, and give those sockets the three rounds that they need.
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError):  # Windows' event loop has no readers
            for listener in sockets or ():
                loop.remove_reader(listener)
        for _ in range(3):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.gather(*self.server_state.tasks)  # each of them has just lost its client
