from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from actions_core.transport import TRANSPORTS
from emulator.cli import main

ROOT = Path(__file__).parents[2]
KEY = "sup3r-s3cret"
GOOD = {"type": "identify", "userId": "u1", "messageId": "m1", "traits": {"email": "a@example.com"}}
NO_EMAIL = {"type": "identify", "userId": "u2"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command line in an empty folder; `events` becomes events.jsonl there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("USERMOTION_API_KEY", raising=False)

    def invoke(*arguments: str, events: list[Any] | None = None, **options: Any) -> Result:
        if events is not None:
            lines = (event if isinstance(event, str) else json.dumps(event) for event in events)
            Path("events.jsonl").write_text("\n".join(lines), "utf-8")
        return CliRunner().invoke(main, arguments, **options)

    return invoke


def json_lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def with_key(*arguments: str) -> tuple[str, ...]:
    return (*arguments, "--setting", f"apiKey={KEY}")


# --- deliver ---------------------------------------------------------------------------------------------------------


def test_deliver_prints_one_line_per_event_and_mapping_and_a_summary(run: Any) -> None:
    result = run(*with_key("deliver", "events.jsonl"), events=[GOOD, NO_EMAIL])
    lines = result.stdout.splitlines()
    assert (
        lines[0].split() == "1 identify Identify User delivered 200 POST https://api.usermotion.com/v1/identify".split()
    )
    assert lines[1].split() == "1 identify Identify Group not subscribed".split()
    assert lines[3].endswith("rejected        400 The root value is missing the required field 'email'.")
    assert lines[6].startswith("2 events to UserMotion (Actions) in ")
    assert lines[7].strip() == "1 delivered, 4 not subscribed, 1 rejected, 0 failed"
    assert lines[8].strip() == "1 request to the built-in partner; nothing left this machine"
    assert lines[9].strip() == "1 POST https://api.usermotion.com/v1/identify"
    assert result.exit_code == 1


def test_deliver_succeeds_when_everything_is_delivered_or_not_subscribed(run: Any) -> None:
    assert run(*with_key("deliver", "events.jsonl"), events=[GOOD, {"type": "alias"}]).exit_code == 0


def test_deliver_writes_one_json_object_per_line(run: Any) -> None:
    result = run(*with_key("deliver", "events.jsonl", "--json"), events=[GOOD, "{broken"])
    *found, summary = json_lines(result)
    assert found[0] == {
        "event": 1,
        "place": "line 1",
        "messageId": "m1",
        "type": "identify",
        "mapping": "Identify User",
        "action": "identify",
        "outcome": "delivered",
        "status": 200,
        "error": None,
        "payload": {"userId": "u1", "email": "a@example.com", "traits": {"email": "a@example.com"}},
        "requests": found[0]["requests"],
        "milliseconds": found[0]["milliseconds"],
    }
    assert found[0]["requests"][0]["headers"]["authorization"] == "Basic [redacted]"
    assert found[-1]["outcome"] == "malformed"
    assert summary["summary"]["malformed"] == 1
    assert summary["summary"]["not_subscribed"] == 2
    assert result.exit_code == 1


def test_deliver_tells_the_number_of_a_malformed_line_and_goes_on(run: Any) -> None:
    result = run(*with_key("deliver", "events.jsonl", "--quiet"), events=[GOOD, "{broken", GOOD])
    assert "malformed       line 2 is not JSON: expecting property name" in result.stdout
    assert "2 delivered, 4 not subscribed, 0 rejected, 0 failed; 1 malformed" in result.stdout


def test_deliver_reads_standard_input_and_arrays(run: Any) -> None:
    result = run(*with_key("deliver", "-"), input=json.dumps([GOOD, GOOD]))
    assert "2 delivered, 4 not subscribed" in result.stdout


def test_deliver_keeps_the_order_of_the_input_however_many_run_at_once(run: Any) -> None:
    events = [{**GOOD, "messageId": f"m{number}"} for number in range(60)]
    result = run(*with_key("deliver", "events.jsonl", "--json", "--concurrency", "20"), events=events)
    delivered = [line["messageId"] for line in json_lines(result)[:-1] if line["outcome"] == "delivered"]
    assert delivered == [f"m{number}" for number in range(60)]


def test_deliver_shows_failures_of_the_partner_and_whether_segment_would_retry(run: Any) -> None:
    result = run(
        *with_key("deliver", "events.jsonl", "--fault", "POST /v1/identify status=503 count=1", "--concurrency", "1"),
        events=[GOOD, GOOD],
    )
    assert "failed          503" in result.stdout
    assert "(Segment would retry)" in result.stdout
    assert "1 delivered, 4 not subscribed, 0 rejected, 1 failed" in result.stdout
    assert result.exit_code == 1


def test_a_fault_that_struck_no_request_is_mentioned(run: Any) -> None:
    faults = ("--fault", "POST /v1/identfy status=503", "--fault", "POST /v1/identify delay=0")
    result = run(*with_key("deliver", "events.jsonl", *faults), events=[GOOD])
    assert result.stderr == "note: the fault of POST /v1/identfy struck no request\n"


def test_deliver_verbosely_shows_each_request_and_answer_without_the_key(run: Any) -> None:
    result = run(*with_key("deliver", "events.jsonl", "-v"), events=[GOOD])
    assert "> POST https://api.usermotion.com/v1/identify" in result.stdout
    assert "> authorization: Basic [redacted]" in result.stdout
    assert '> {"id":"u1","properties":{"email":"a@example.com"}}' in result.stdout
    assert "< 200" in result.stdout


def test_deliver_takes_mappings_from_a_file(run: Any) -> None:
    mapping = {
        "name": "Leads",
        "partnerAction": "identify",
        "trigger": 'type = "track"',
        "mapping": {"userId": "x", "email": "y"},
    }
    Path("mapping.json").write_text(json.dumps(mapping), "utf-8")
    result = run(*with_key("deliver", "events.jsonl", "-m", "mapping.json", "--json"), events=[{"type": "track"}])
    first, summary = json_lines(result)
    assert (first["mapping"], first["outcome"]) == ("Leads", "delivered")
    assert summary["summary"]["delivered"] == 1


def test_a_trigger_that_does_not_parse_is_shown_with_its_place(run: Any) -> None:
    Path("mapping.json").write_text('{"partnerAction": "group", "trigger": "type = \\"track", "mapping": {}}', "utf-8")
    result = run(*with_key("deliver", "events.jsonl", "-m", "mapping.json"), events=[GOOD])
    assert "the trigger does not parse in the mapping 'Identify Company (1)' of mapping.json: " in result.stderr
    assert "^" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("deliver", "events.jsonl"), "UserMotion (Actions) needs API Key (apiKey): give --setting apiKey=…, --settings FILE or the environment variable USERMOTION_API_KEY"),
        (("deliver", "events.jsonl", "-s", "apikey=x"), "UserMotion (Actions) has no setting 'apikey'; it has apiKey"),
        (("deliver", "events.jsonl", "-s", KEY), "expected KEY=VALUE"),
        (("deliver", "events.jsonl", "-d", "usermotoin"), "there is no destination 'usermotoin'; did you mean usermotion?"),
        (("deliver", "nowhere.jsonl", "-s", "apiKey=x"), "nowhere.jsonl"),
        (("deliver", "events.jsonl", "-s", "apiKey=x", "--fault", "nonsense=1"), "--fault"),
        (("deliver", "events.jsonl", "-s", "apiKey=x", "--live"), "add --yes to confirm"),
        (("deliver", "events.jsonl", "-s", "apiKey=x", "--live", "--yes", "--fault", "*"), "cannot go with --live"),
        (("deliver", "events.jsonl", "-s", "apiKey=x", "--concurrency", "0"), "concurrency"),
        (("deliver", "events.jsonl", "-s", "apiKey=x", "--transport", "curl"), "'curl' is not one of 'pyreqwest', 'httpx'"),
        (("explain", "events.jsonl", "-s", "apiKey=x", "-n", "9"), "events.jsonl has 1 events, so there is no number 9"),
        (("explain", "{broken", "-s", "apiKey=x"), "the event: line 1 is not JSON"),
        (("explain", "nowhere.json", "-s", "apiKey=x"), "No such file or directory"),
        (("inspect", "nope"), "there is no destination 'nope'; installed:"),
    ],
    ids=lambda value: " ".join(value[:4]) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_wrong_usage_is_one_clear_sentence_and_status_2(run: Any, arguments: tuple[str, ...], message: str) -> None:
    result = run(*arguments, events=[GOOD])
    assert message in result.stderr
    assert result.exit_code == 2
    assert result.stdout == ""
    assert KEY not in result.stderr


def test_settings_come_from_options_then_a_file_then_the_environment(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def accepted(*arguments: str) -> bool:
        # The partner refuses a blank key, which is how one sees whose value was sent.
        result = run("deliver", "events.jsonl", "--json", *arguments, events=[GOOD])
        return bool(json_lines(result)[0]["outcome"] == "delivered")

    Path("blank.json").write_text('{"apiKey": ""}', "utf-8")
    monkeypatch.setenv("USERMOTION_API_KEY", "from-environment")
    assert accepted()
    assert not accepted("--settings", "blank.json")
    assert accepted("--settings", "blank.json", "--setting", "apiKey=from-option")
    monkeypatch.setenv("USERMOTION_API_KEY", "")
    assert "needs API Key" in run("deliver", "events.jsonl").stderr  # a blank variable is none


def test_a_settings_file_that_is_no_object_is_one_clear_sentence(run: Any) -> None:
    Path("settings.json").write_text("[1]", "utf-8")
    result = run("deliver", "events.jsonl", "--settings", "settings.json", events=[GOOD])
    assert "settings.json: expected a JSON object of settings" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [("-v", "--json"), ("-v",), ("--fault", "* malformed"), ("--fault", "* status=401"), ("--fault", "* reset")],
    ids=" ".join,
)
def test_the_key_appears_nowhere_in_what_is_printed(run: Any, arguments: tuple[str, ...]) -> None:
    leaky = {**GOOD, "traits": {"email": KEY, KEY: KEY}, "messageId": KEY}
    result = run(*with_key("deliver", "events.jsonl", *arguments), events=[leaky, GOOD])
    assert KEY not in result.stdout + result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)


def echo_plugin(tmp_path: Path, url: str) -> dict[str, str]:
    """Write a destination that posts to a URL, and install it beside the others."""
    (tmp_path / "echo_plugin.py").write_text(
        "from dataclasses import dataclass\n"
        "from typing import Annotated\n"
        "from actions_core import Action, Destination, Field, Preset, hookimpl\n"
        "@dataclass(frozen=True, kw_only=True)\n"
        "class Settings:\n"
        "    token: Annotated[str, Field('Token', type='password')]\n"
        "@dataclass(frozen=True, kw_only=True)\n"
        "class Payload:\n"
        "    id: Annotated[str, Field('Id', default={'@path': '$.userId'})]\n"
        "async def perform(request, data):\n"
        f"    await request.post(f'{url}')\n"
        "@hookimpl\n"
        "def actions_destination():\n"
        "    return Destination(name='Echo', slug='actions-echo', settings=Settings,\n"
        "        actions={'send': Action(title='Send', description='', payload=Payload, perform=perform)},\n"
        "        presets=[Preset(name='All', action='send', trigger='type = \"track\"')])\n",
        "utf-8",
    )
    metadata = tmp_path / "echo-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: echo\nVersion: 1\n", "utf-8")
    (metadata / "entry_points.txt").write_text("[actions_core]\necho = echo_plugin\n", "utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def actions(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, **options)


@pytest.mark.parametrize(
    "url", ["https://h.example/{data.settings.token}/x", "https://me:{data.settings.token}@h.example/"]
)
@pytest.mark.parametrize("as_json", [(), ("--json",)], ids=["text", "json"])
def test_a_key_in_a_url_is_not_shown_in_lines_or_summary(tmp_path: Path, url: str, as_json: tuple[str, ...]) -> None:
    event = json.dumps({"type": "track", "userId": "u"})
    arguments = ("deliver", "-", "-d", "echo", "-v", "-s", f"token={KEY}", *as_json)
    found = actions(*arguments, input=event, env=echo_plugin(tmp_path, url))
    assert "h.example" in found.stdout
    assert KEY not in found.stdout + found.stderr


@pytest.mark.parametrize("value", [[KEY], 1234567890123456.0], ids=["list", "number"])
def test_a_key_that_a_settings_file_writes_in_another_way_is_not_shown(tmp_path: Path, value: Any) -> None:
    environment = echo_plugin(tmp_path, "https://h.example/?k={data.settings.token}")
    (tmp_path / "settings.json").write_text(json.dumps({"token": value}), "utf-8")
    event = json.dumps({"type": "track", "userId": "u"})
    arguments = ("deliver", "-", "-d", "echo", "-v", "--settings", str(tmp_path / "settings.json"))
    found = actions(*arguments, input=event, env=environment)
    assert "k=[redacted]" in found.stdout
    assert KEY not in found.stdout
    assert "1234567890123456" not in found.stdout


def test_the_summary_does_not_grow_with_the_urls(tmp_path: Path) -> None:
    events = "\n".join(json.dumps({"type": "track", "userId": f"u{number}"}) for number in range(60))
    environment = echo_plugin(tmp_path, "https://h.example/{data.payload.id}")
    found = actions("deliver", "-", "-d", "echo", "-q", "-s", "token=t0ken", input=events, env=environment)
    assert "40 other URLs" in found.stdout
    assert len(found.stdout.splitlines()) < 30


def test_control_characters_and_half_emoji_are_shown_and_not_carried_out(run: Any) -> None:
    events = [{"type": "\x1b[2J\ud800", "userId": "u"}, {"type": ["x"]}]
    mapping = {"name": "a\x07b", "partnerAction": "group", "trigger": 'type = "group"', "mapping": {}}
    Path("mapping.json").write_text(json.dumps(mapping), "utf-8")
    result = run(*with_key("deliver", "events.jsonl", "-m", "mapping.json"), events=events)
    assert "\\x1b[2J" in result.stdout
    assert "a\\x07b" in result.stdout
    assert '["x"]' in result.stdout
    assert "\x1b" not in result.stdout
    assert result.exit_code == 0


def test_a_mapping_file_without_an_enabled_mapping_is_refused(run: Any) -> None:
    Path("mapping.json").write_text("[]", "utf-8")
    result = run(*with_key("deliver", "events.jsonl", "-m", "mapping.json"), events=[GOOD])
    assert "mapping.json has no mapping that is enabled" in result.stderr
    assert result.exit_code == 2


def test_a_disk_that_is_full_is_one_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "emulator.cli", "list"]
        found = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False)
    assert "No space left on device" in found.stderr
    assert "Traceback" not in found.stderr
    assert found.returncode != 0


def test_an_interrupted_delivery_says_so_and_ends_at_once_with_130() -> None:
    command = [sys.executable, "-m", "emulator.cli", "deliver", "-", "-s", "apiKey=k3y", "--fault", "* hang"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # What a shell runs in the background ignores the signal, and so would a child of these tests.
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen([*command, "--concurrency", "1"], text=True, cwd=ROOT, **pipes)  # type: ignore[call-overload] # three pipes
    signal.signal(signal.SIGINT, previous)
    with process:
        # The first is told of at once; then there is always one that hangs, however slow this machine is.
        for event in ({**GOOD, "type": "alias"}, *[GOOD] * 50):
            process.stdin.write(json.dumps(event) + "\n")
        process.stdin.flush()
        assert "not subscribed" in process.stdout.readline()
        time.sleep(1)  # the pipe stays open
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert "1 event under way, whose requests may have been sent" in output
    assert "Traceback" not in errors
    assert process.returncode == 130


def test_a_proxy_of_the_environment_is_not_used_for_the_built_in_partner(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert run(*with_key("deliver", "events.jsonl"), events=[GOOD]).exit_code == 0


def test_every_transport_gives_the_same_output(run: Any) -> None:
    faults = ["POST /v1/identify status=503 retry-after=2 count=1", "POST /v1/identify reset count=1"]
    options = [option for fault in faults for option in ("--fault", fault)]
    outputs = []
    for transport in TRANSPORTS:
        arguments = ("deliver", "events.jsonl", "--json", "--concurrency", "1", "--transport", transport, *options)
        *lines, summary = json_lines(run(*with_key(*arguments), events=[GOOD] * 3))
        del summary["summary"]["seconds"]
        outputs.append([{**line, "milliseconds": 0} for line in lines] + [summary])
    assert [line["status"] for line in outputs[0][:-1] if line["status"]] == [503, 500, 200]
    assert all(output == outputs[0] for output in outputs)


def test_a_transport_that_is_not_installed_is_one_clear_sentence(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("actions_core.transport.choice.find_spec", lambda _: None)
    for transport in TRANSPORTS:
        result = run(*with_key("deliver", "events.jsonl", "--transport", transport), events=[GOOD])
        assert result.exit_code == 2
        assert f"the transport {transport} needs the package {transport}: pip install {transport}" in result.stderr


def test_a_pipe_is_followed_while_it_is_being_written() -> None:
    command = [sys.executable, "-m", "emulator.cli", "deliver", "-", "--json", "--setting", "apiKey=k"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(GOOD) + "\n")
        process.stdin.flush()
        first = json.loads(process.stdout.readline())  # comes although the input is not at its end
        process.stdin.close()
        rest = process.stdout.read()
    assert first["outcome"] == "delivered"
    assert json.loads(rest.splitlines()[-1])["summary"]["events"] == 1
    assert process.returncode == 0


# --- explain ---------------------------------------------------------------------------------------------------------


def test_explain_tells_trigger_fields_and_request(run: Any) -> None:
    event = {"type": "identify", "userId": 42, "traits": {"email": None}, "email": "root@example.com"}
    result = run(*with_key("explain", json.dumps(event)))
    text = result.stdout
    assert 'type = "identify"' in text
    assert "matched" in text
    assert "$.email" in text
    assert '"42"' in text
    assert "POST https://api.usermotion.com/v1/identify" in text
    assert "authorization: Basic [redacted]" in text
    assert "not subscribed" in text
    assert KEY not in text
    assert result.exit_code == 0


def test_explain_as_json_has_one_object_per_mapping(run: Any) -> None:
    result = run(*with_key("explain", json.dumps(NO_EMAIL), "--json"))
    identify, group, track = json_lines(result)
    assert identify["trigger"]["matched"]
    assert identify["error"]["message"] == "The root value is missing the required field 'email'."
    assert identify["requests"] == []
    assert not group["trigger"]["matched"]
    assert track["mapping"] == "Track Analytics Event"


def test_explain_sends_nothing(run: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        environment = {**os.environ, "ALL_PROXY": f"http://127.0.0.1:{trap.getsockname()[1]}"}
        found = actions("explain", json.dumps(GOOD), "-s", "apiKey=k3y", env=environment)
        with pytest.raises(TimeoutError):
            trap.accept()  # whatever left the machine would have come by here
    assert "POST https://api.usermotion.com/v1/identify" in found.stdout


def test_explain_needs_no_secret(run: Any) -> None:
    result = run("explain", json.dumps([GOOD]))
    assert "authorization: Basic [redacted]" in result.stdout
    assert result.exit_code == 0


def test_explain_chooses_one_event_of_a_file(run: Any) -> None:
    result = run(*with_key("explain", "events.jsonl", "-n", "2", "--json"), events=[GOOD, {"type": "alias"}])
    assert [line["trigger"]["matched"] for line in json_lines(result)] == [False] * 3


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_has_nothing_to_say_about_usermotions_presets(run: Any) -> None:
    result = run("check")
    assert result.stdout.count("nothing to say") == 3
    assert result.exit_code == 0


def test_check_tells_errors_and_warnings_of_trigger_and_mapping_with_their_places(run: Any) -> None:
    mapping = {
        "partnerAction": "identify",
        "trigger": "type = 'identify' and groupId = \"g\"",
        "mapping": {"userId": {"@if": {"exists": {"@path": "$.a"}, "then": 1, "else": 0}}, "nope": "x"},
    }
    Path("mapping.json").write_text(json.dumps(mapping), "utf-8")
    result = run("check", "mapping.json", "--json")
    (found,) = json_lines(result)
    places = {remark["place"]: remark["severity"] for remark in found["remarks"]}
    assert places == {
        "trigger at 0": "warning",
        "trigger at 22": "warning",
        "/nope": "warning",
        "/userId/@if/else": "warning",
        "/email": "warning",
    }
    assert result.exit_code == 0
    assert run("check", "mapping.json", "--strict").exit_code == 1

    mapping["mapping"] = {"userId": {"@path": 5}}
    mapping["trigger"] = 'type = "'
    Path("mapping.json").write_text(json.dumps(mapping), "utf-8")
    result = run("check", "mapping.json")
    assert "error    trigger at" in result.stdout
    assert "error    /userId" in result.stdout
    assert result.exit_code == 1


# --- list, inspect, check-auth ----------------------------------------------------------------------------------------


def test_list_names_the_destination_and_where_it_comes_from(run: Any) -> None:
    text = run("list").stdout
    assert "actions-usermotion  UserMotion (Actions)  identify, group, track  3" in text
    assert "segment-actions-emulator" in text
    (found,) = [one for one in json.loads(run("list", "--json").stdout) if one["slug"] == "actions-usermotion"]
    assert found["presets"] == ["Identify User", "Identify Group", "Track Analytics Event"]


def test_inspect_shows_settings_presets_actions_and_fields(run: Any) -> None:
    text = run("inspect", "usermotion").stdout
    for part in (
        'in the Integrations object: "UserMotion (Actions)"',
        "at most 50 mappings",
        "USERMOTION_API_KEY",
        "Identify Company",
        'type = "track" or type = "page"',
        "The email address of the identified user",
        "Engage: an identify call",
    ):
        assert part in text


def test_inspect_as_json_has_the_references_shapes(run: Any) -> None:
    found = json.loads(run("inspect", "actions-usermotion", "--json").stdout)
    assert found["settings"]["apiKey"]["type"] == "password"
    assert found["actions"]["identify"]["fields"]["userId"] == {
        "label": "User ID",
        "description": "A identifier for a known user.",
        "type": "string",
        "required": True,
        "default": {"@path": "$.userId"},
    }
    assert found["presets"][1]["mapping"]["groupId"] == {"@path": "$.groupId"}


def test_inspect_shows_what_segments_app_asks_a_destination_for(run: Any) -> None:
    text = run("inspect", "roster").stdout
    assert "sync modes: upsert (default), add, update, delete" in text
    assert "choices fetched from the partner for: listId" in text
    assert "onMappingSave: " in text
    actions = json.loads(run("inspect", "roster", "--json").stdout)["actions"]
    assert actions["syncMember"]["syncModes"][0] == "upsert"
    assert "listId" in actions["syncMember"]["dynamicFields"]
    assert actions["logOrder"]["dynamicFields"] == ["items.sku"]
    assert actions["syncMember"]["hooks"]["onMappingSave"]["outputs"].keys() == {"listId", "listName"}


@pytest.mark.parametrize(
    ("arguments", "text", "status"),
    [
        (("-s", "apiKey=good"), "accepted by the built-in partner", 0),
        (("-s", "apiKey="), "refused by the built-in partner: Credentials are invalid: 401", 1),
        (("-s", "apiKey=good", "--fault", "POST /v1/verify status=403"), "Credentials are invalid: 403", 1),
    ],
    ids=["good", "blank", "forbidden"],
)
def test_check_auth_says_whether_the_partner_accepts(
    run: Any, arguments: tuple[str, ...], text: str, status: int
) -> None:
    result = run("check-auth", "usermotion", *arguments)
    assert text in result.stdout
    assert result.exit_code == status
    answer = json.loads(run("check-auth", "usermotion", *arguments, "--json").stdout)
    assert answer["accepted"] is (status == 0)


def test_a_destination_that_is_signed_in_to_needs_no_tokens_for_the_built_in_partner(run: Any) -> None:
    event = {"type": "identify", "userId": "u1", "traits": {"email": "a@example.com"}}
    result = run("deliver", "events.jsonl", "-d", "roster", "-s", "workspace=w", "--json", events=[event])
    outcomes = {line.get("mapping"): line["outcome"] for line in json_lines(result)[:-1]}
    assert "delivered" in outcomes.values()
    assert run("check-auth", "roster", "-s", "workspace=w").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-d", "roster", "--oauth", "token=x"), "expected KEY=VALUE with one of access_token, refresh_token"),
        (("-s", "apiKey=k", "--oauth", "access_token=x"), "UserMotion (Actions) has no OAuth scheme"),
        (("-d", "roster", "-s", "workspace=w", "--live", "--yes"), "is signed in to: give its tokens with --oauth"),
    ],
    ids=["unknown key", "no scheme", "live without tokens"],
)
def test_wrong_tokens_are_one_clear_sentence(run: Any, arguments: tuple[str, ...], message: str) -> None:
    if "roster" in arguments and "workspace=w" not in arguments:
        arguments = (*arguments, "-s", "workspace=w")
    result = run("deliver", "events.jsonl", *arguments, events=[GOOD])
    assert message in result.stderr
    assert result.exit_code == 2


# --- the whole program -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["deliver", "explain", "check", "list", "inspect", "check-auth"])
def test_every_command_has_help_that_teaches(run: Any, command: str) -> None:
    assert command in run("--help").stdout
    result = run(command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


def test_the_version_loads_neither_destinations_nor_an_http_client() -> None:
    code = (
        "import sys\n"
        "from emulator.cli import main\n"
        "try: main(['--version'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pydantic', 'httpx', 'pyreqwest', 'uvicorn', 'actions_core'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.splitlines()[1] == "[]"


def test_output_that_is_cut_off_by_head_ends_without_a_traceback(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text((json.dumps(GOOD) + "\n") * 3000, "utf-8")
    command = [sys.executable, "-m", "emulator.cli", "deliver", str(events), "-s", "apiKey=k"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read()
    assert "Traceback" not in errors


def test_memory_does_not_grow_with_the_input(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        events = tmp_path / f"{count}.jsonl"
        events.write_text((json.dumps({"type": "alias", "traits": {"x": "y" * 2000}}) + "\n") * count, "utf-8")
        code = (
            "import resource, sys\n"
            "from emulator.cli import main\n"
            f"try: main(['deliver', {str(events)!r}, '-q', '-s', 'apiKey=k'])\n"
            "except SystemExit: pass\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
        return int(found.stdout.splitlines()[-1])

    # 2 KB each: 20,000 more events are 40 MB of input.
    assert peak(20_100) - peak(100) < 10_000  # kilobytes
