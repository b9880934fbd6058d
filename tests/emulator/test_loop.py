from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import loop

ROOT = Path(__file__).parents[2]
# None in sys.modules is how Python is told that a module is not there.
WITHOUT = "import sys; sys.modules['uvloop'] = None; "
DELIVER = "from emulator.cli import main; main(['deliver', '-', '--json', '-s', 'apiKey=k3y', '--workers', '{}'])"
EVENT = {"type": "identify", "userId": "u1", "traits": {"email": "a@example.com"}}


async def loop_module() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_uvloop_is_used_where_it_is_installed() -> None:
    pytest.importorskip("uvloop")
    assert loop.run(loop_module()) == "uvloop"


def test_asyncio_is_used_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert loop.run(loop_module()) == "asyncio"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("before", ["", WITHOUT])
def test_events_are_delivered_with_uvloop_and_without(before: str, workers: int) -> None:
    found = subprocess.run(
        [sys.executable, "-c", before + DELIVER.format(workers)],
        input=json.dumps(EVENT),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (found.returncode, found.stderr) == (0, "")
    first, *_, last = map(json.loads, found.stdout.splitlines())
    assert first["requests"][0]["response"]["body"] == {"success": True}
    assert last["summary"]["delivered"] == 1
