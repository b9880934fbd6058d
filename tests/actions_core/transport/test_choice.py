from __future__ import annotations

import subprocess
import sys

import pytest

from actions_core import ConfigurationError, HttpxTransport, PyreqwestTransport, open_transport
from actions_core.transport import choice


def test_a_plain_install_sends_with_pyreqwest() -> None:
    assert isinstance(open_transport(), PyreqwestTransport)
    assert isinstance(open_transport("pyreqwest"), PyreqwestTransport)
    assert isinstance(open_transport("httpx"), HttpxTransport)


def test_a_name_that_is_none_of_them_is_told_which_there_are() -> None:
    with pytest.raises(ConfigurationError, match="^transport: expected one of pyreqwest, httpx, got 'curl'$"):
        open_transport("curl")  # type: ignore[arg-type]


def test_a_client_that_is_not_installed_is_told_how_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match="needs the package pyreqwest: pip install pyreqwest$"):
        open_transport()


def test_opening_one_loads_no_client() -> None:
    program = (
        "import sys; from actions_core import open_transport; open_transport(); open_transport('httpx');"
        "print(sorted({'httpx', 'pyreqwest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
