from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from actions_core.transport import TRANSPORTS, TransportName


@pytest.fixture(params=TRANSPORTS)
def name(request: pytest.FixtureRequest) -> TransportName:
    """Each transport in turn: every test here holds for all of them, and for one that is added."""
    found: TransportName = request.param
    return found


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority of its own that the machine trusts, because SSL_CERT_FILE says so."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    return made


def server_context(authority: trustme.CA, *names: str, protocols: tuple[str, ...] = ()) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context
