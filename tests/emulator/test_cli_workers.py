"""`actions deliver --workers`: the same as with one process, whatever the input and however it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from emulator.cli import main

ROOT = Path(__file__).parents[2]
KEY = "sup3r-s3cret"
COMMAND = ("deliver", "-", "-s", f"apiKey={KEY}")

needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are found in /proc")


def identify(number: int, **more: Any) -> str:
    event = {"type": "identify", "messageId": f"m{number}", "userId": f"u{number}", "traits": {"email": "a@x.example"}}
    return json.dumps({**event, **more})


def nasty_lines() -> bytes:
    """Give more than a chunk of everything that a file of events may hold."""
    lines = [
        identify(1),
        "",
        "{broken",
        identify(2, traits={}),  # rejected: there is no email
        '{"type": "group", "groupId": "g1", "userId": "u3"}',  # fails, see FAULT
        "[1, 2]",
        '{"type": "alias"}\r',
        "   ",
        identify(4, traits={"email": "a@x.example", "emoji": "👩‍👩‍👧 \ud83d", "control": "\u0007", "key": KEY}),
        '{"type": "track", "event": "Bought", "userId": "u6", "properties": {"price": 1.0, "many": 90071992547409931}}',
        '{"type": ' + "[" * 300 + "]" * 300 + "}",
        "\udcff",
        f'{{"type": "{KEY}"}}',
    ]
    long = identify(5, traits={"email": "a@x.example", "long": "x" * 300_000})
    text = "\n".join(["", *lines * 10, long, *map(identify, range(100)), identify(7)])  # no newline at the end
    return text.encode("utf-8", "surrogateescape")


def nasty_array() -> bytes:
    items = [identify(1), "{broken}", "3", '{"type": "group", "groupId": "g1", "userId": "u3"}', identify(2, traits={})]
    return f"[{', '.join(items * 30)}".encode()


FAULT = ("--fault", "POST /v1/group status=503")


def timeless(printed: bytes) -> bytes:
    """Give what a command printed, but for the times."""
    printed = re.sub(rb'"(milliseconds|seconds)":[0-9.e-]+', b'"time":0', printed)
    return re.sub(rb"(?m) in [0-9.]+ s$", b"", printed)


@pytest.mark.parametrize(
    ("content", "style"),
    [
        pytest.param(nasty_lines(), (), id="lines"),
        pytest.param(nasty_lines(), ("--json",), id="lines-json"),
        pytest.param(nasty_lines(), ("--quiet",), id="lines-quiet"),
        pytest.param(nasty_lines(), ("--verbose",), id="lines-verbose"),
        pytest.param(nasty_array(), ("--json",), id="array"),
        pytest.param(b"\n \n", (), id="blank"),
    ],
)
@pytest.mark.parametrize("from_file", [pytest.param(True, id="file"), pytest.param(False, id="pipe")])
def test_more_workers_print_the_same(content: bytes, style: tuple[str, ...], from_file: bool, tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(content)
    command = [*COMMAND, *FAULT, *style]
    if from_file:
        command[1] = str(tmp_path / "events")
    one, two = (
        subprocess.run(
            [sys.executable, "-m", "emulator.cli", *command, "--workers", count],
            input=content,
            capture_output=True,
            check=False,
            cwd=ROOT,
        )
        for count in ("1", "2")
    )
    assert timeless(two.stdout) == timeless(one.stdout)
    assert (two.returncode, two.stderr) == (one.returncode, one.stderr)
    assert two.returncode == (1 if content.strip() else 0)
    assert KEY.encode() not in two.stdout


def test_what_is_nasty_is_indeed_of_every_kind() -> None:
    result = CliRunner().invoke(main, [*COMMAND, *FAULT, "--json", "--workers", "2"], input=nasty_lines())
    summary = json.loads(result.stdout.splitlines()[-1])["summary"]
    assert all(summary[outcome] >= 10 for outcome in ("delivered", "not_subscribed", "rejected", "failed", "malformed"))


def test_a_fault_counts_the_requests_of_all_workers() -> None:
    events = "\n".join(map(identify, range(300)))
    fault = ("--fault", "POST /v1/identify status=503 count=7")
    result = CliRunner().invoke(main, [*COMMAND, *fault, "--json", "--workers", "2"], input=events)
    summary = json.loads(result.stdout.splitlines()[-1])["summary"]
    assert (summary["failed"], summary["delivered"]) == (7, 293)


def test_workers_share_the_concurrency_of_the_command() -> None:
    events = "\n".join(map(identify, range(20)))
    result = CliRunner().invoke(main, [*COMMAND, "--workers", "8", "--concurrency", "1"], input=events)
    assert "20 delivered" in result.stdout


def test_auto_is_a_number_of_workers() -> None:
    assert CliRunner().invoke(main, [*COMMAND, "--workers", "auto"], input=identify(1)).exit_code == 0


@pytest.mark.parametrize("count", ["0", "-1", "65", "two", "1.5"])
def test_another_number_of_workers_is_one_sentence(count: str) -> None:
    result = CliRunner().invoke(main, [*COMMAND, "--workers", count], input="")
    assert result.exit_code == 2
    assert f"expected auto or 1 to 64, got '{count}'" in result.stderr


def test_workers_do_not_replace_each_others_tokens() -> None:
    command = ("deliver", "-", "-d", "roster", "-s", "workspace=w", "--oauth", "access_token=t", "--live", "--yes")
    result = CliRunner().invoke(main, [*command, "--workers", "2"], input="")
    assert result.exit_code == 2
    assert "use --workers 1 with --live" in result.stderr


def test_what_is_wrong_with_a_mapping_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mapping = {"partnerAction": "identify", "trigger": "", "mapping": {"userId": {"@nothing": "$.userId"}}}
    Path("mapping.json").write_text(json.dumps(mapping), "utf-8")
    one, two = (CliRunner().invoke(main, [*COMMAND, "-m", "mapping.json", "--workers", n], input="") for n in "12")
    assert (two.exit_code, two.stdout, two.stderr) == (one.exit_code, one.stdout, one.stderr)
    assert two.exit_code == 2


# --- how it may end --------------------------------------------------------------------------------------------------


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Find the processes that deliver."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text("utf-8").split()
    return [int(child) for child in children if b"spawn_main" in command_line(int(child))]


def command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


@contextmanager
def hanging() -> Iterator[subprocess.Popen[str]]:
    """Run a command of which the first event has been reported, and the others wait for a partner that never answers."""
    command = [sys.executable, "-m", "emulator.cli", *COMMAND, "--fault", "* hang", "--workers", "2"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # What a shell runs in the background ignores the signal, and so would a child of these tests.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, text=True, cwd=ROOT, start_new_session=True, **pipes)  # type: ignore[call-overload] # three pipes
    signal.signal(signal.SIGINT, previous)
    with process:
        try:
            process.stdin.write('{"type": "alias"}\n')
            process.stdin.flush()
            assert [process.stdout.readline().split()[-2:] for _ in range(3)] == [["not", "subscribed"]] * 3
            process.stdin.write("".join(identify(number) + "\n" for number in range(300)))
            process.stdin.flush()
            yield process
        finally:
            process.kill()


@needs_proc
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["parent", "terminal"])
def test_an_interrupt_ends_all_processes_with_what_was_reported(send: Callable[[int, int], None]) -> None:
    """A terminal sends the signal to all processes, another program to one."""
    with hanging() as process:
        wait_until(lambda: len(workers_of(process)) == 2)
        workers = workers_of(process)
        send(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert output.startswith("1 event to UserMotion (Actions) in ")
        assert re.search(r"interrupted; [0-9]+ events? under way, whose requests may have been sent", output)
        assert errors == ""
        wait_until(lambda: not any(map(command_line, workers)))


@needs_proc
def test_a_worker_that_is_killed_ends_the_command_with_one_sentence() -> None:
    with hanging() as process:
        for worker in workers_of(process):
            os.kill(worker, signal.SIGKILL)
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 1
        assert errors == "Error: a worker process was ended by signal 9 before it had delivered its events\n"
        assert re.search(r"interrupted; [0-9]+ events? under way", output)


@needs_proc
def test_workers_end_with_their_parent_however_it_ends() -> None:
    with hanging() as process:
        workers = workers_of(process)
        assert len(workers) == 2
        process.kill()
        wait_until(lambda: not any(map(command_line, workers)))


@needs_proc
def test_no_argument_of_a_worker_shows_a_secret(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"apiKey": KEY}), "utf-8")
    command = [sys.executable, "-m", "emulator.cli", "deliver", "-", "--settings", str(settings), "--workers", "2"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: len(workers_of(process)) == 2)
        assert all(KEY.encode() not in command_line(worker) for worker in workers_of(process))
        process.communicate()
