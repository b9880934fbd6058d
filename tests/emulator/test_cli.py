from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

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
    assert "the trigger does not parse in the mapping 'Identify Company (1)': " in result.stderr
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
    def sent_key(*arguments: str) -> bool:
        # The partner is told to accept one key only, by refusing in its name whatever else arrives.
        result = run("deliver", "events.jsonl", "--json", *arguments, events=[{**GOOD, "userId": "probe"}])
        return bool(json_lines(result)[0]["outcome"] == "delivered")

    monkeypatch.setenv("USERMOTION_API_KEY", "")
    Path("settings.json").write_text('{"apiKey": "from-file"}', "utf-8")
    assert not sent_key()  # the blank key of the environment is refused by the partner
    assert sent_key("--settings", "settings.json")
    assert not sent_key("--settings", "settings.json", "--setting", "apiKey=")


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
    # There is no partner and no network in this command: were anything sent, the request would show an error.
    result = run(*with_key("explain", json.dumps(GOOD), "--json"))
    request = json_lines(result)[0]["requests"][0]
    assert "error" not in request
    assert "response" not in request


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
        "print(sorted({'pydantic', 'httpx', 'uvicorn', 'actions_core'} & set(sys.modules)))"
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
