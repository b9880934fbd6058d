"""The only way out: one request value in, one response value out.

Authors never see a transport; tests, the emulator and embedders choose one. `open_transport` gives the one that a plain
install sends with; a test gives `HttpxTransport` an `httpx.MockTransport`. Importing this loads no HTTP client.
"""

from actions_core.transport.choice import DEFAULT_TRANSPORT, TRANSPORTS, TransportName, open_transport
from actions_core.transport.protocol import MAX_BODY, HttpRequest, HttpResponse, Transport, standard_reason
from actions_core.transport.with_httpx import HttpxTransport
from actions_core.transport.with_pyreqwest import PyreqwestTransport

__all__ = [
    "DEFAULT_TRANSPORT",
    "MAX_BODY",
    "TRANSPORTS",
    "HttpRequest",
    "HttpResponse",
    "HttpxTransport",
    "PyreqwestTransport",
    "Transport",
    "TransportName",
    "open_transport",
    "standard_reason",
]
