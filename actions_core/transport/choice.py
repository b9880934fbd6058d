"""Which transport: one function gives each by its name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final, Literal, TypeAlias, get_args

from actions_core.errors import ConfigurationError
from actions_core.transport.protocol import Transport
from actions_core.transport.with_httpx import HttpxTransport
from actions_core.transport.with_pyreqwest import PyreqwestTransport

TransportName: TypeAlias = Literal["pyreqwest", "httpx"]
"""The package that sends."""
TRANSPORTS: Final[tuple[TransportName, ...]] = get_args(TransportName)
DEFAULT_TRANSPORT: Final[TransportName] = "pyreqwest"


def open_transport(name: TransportName | None = None, *, trust_env: bool = True) -> Transport:
    """Give a transport that sends over the network; None is `DEFAULT_TRANSPORT`.

    `trust_env` says whether proxies are taken from the environment. Raises `ConfigurationError` for a name that is none
    of `TRANSPORTS` and for a client that is not installed.
    """
    chosen = name or DEFAULT_TRANSPORT
    if chosen not in TRANSPORTS:
        raise ConfigurationError(f"transport: expected one of {', '.join(TRANSPORTS)}, got {chosen!r}")
    if find_spec(chosen) is None:
        raise ConfigurationError(f"the transport {chosen} needs the package {chosen}: pip install {chosen}")
    return HttpxTransport(trust_env=trust_env) if chosen == "httpx" else PyreqwestTransport(trust_env=trust_env)
