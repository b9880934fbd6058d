"""The example destination of `examples/`, installed as anybody would install a package of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/beacon-destination"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the example into a folder of its own, asking no registry."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "beacon"
    subprocess.run(["cp", "-r", str(EXAMPLE), str(source)], check=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True)
    return target


def actions(installed: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "BEACON_TOKEN": "b3acon-t0ken"}
    command = [sys.executable, "-m", "emulator.cli", *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, env=environment, cwd=installed, check=False
    )


def test_it_is_listed_and_inspected(installed: Path) -> None:
    listed = {one["slug"]: one for one in json.loads(actions(installed, "list", "--json").stdout)}
    assert listed["actions-beacon"]["plugin"] == "beacon-destination 1.0.0 (beacon)"
    text = actions(installed, "inspect", "beacon").stdout
    assert "Send Signal" in text
    assert "BEACON_TOKEN" in text


def test_events_are_delivered_to_it(installed: Path) -> None:
    event = {"type": "track", "userId": 7, "event": "Paid", "properties": {"revenue": "9.50"}}
    found = actions(installed, "deliver", "-", "-d", "beacon", "--json", text=json.dumps(event))
    delivery, summary = map(json.loads, found.stdout.splitlines())
    (request,) = delivery["requests"]
    assert request["url"] == "https://api.beacon.example/signals"
    assert request["headers"]["authorization"] == "Bearer [redacted]"
    assert request["body"] == {"who": "7", "what": "Paid", "worth": 9.5, "details": {"revenue": "9.50"}}
    assert summary["summary"]["delivered"] == 1
    assert "b3acon-t0ken" not in found.stdout + found.stderr


def test_it_adds_an_action_and_a_preset_to_usermotion(installed: Path) -> None:
    event = {"type": "screen", "name": "Cart", "anonymousId": "a"}
    found = actions(installed, "deliver", "-", "--json", "-s", "apiKey=um-k3y", text=json.dumps(event))
    outcomes = {line.get("mapping"): line for line in map(json.loads, found.stdout.splitlines())}
    assert outcomes["Screen Views"]["outcome"] == "delivered"
    assert outcomes["Screen Views"]["requests"][0]["body"]["event"] == "Viewed Cart"
    assert outcomes["Identify User"]["outcome"] == "not subscribed"


def test_its_own_tests_pass(installed: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests")]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=installed, check=False)
    assert found.returncode == 0, found.stdout
