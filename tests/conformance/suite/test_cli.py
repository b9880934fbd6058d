"""`actions conformance`, as somebody uses it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest
from click.testing import CliRunner, Result

from conformance.contracts.page import read_page
from conformance.suite.checks import BY_ID, CHECKS
from conformance.suite.engine import Options
from conformance.suite.init import begin_annex
from conformance.suite.target import find_target, read_contract
from emulator.cli import main
from emulator.cli.conformance.options import open_session, open_target
from emulator.cli.conformance.run import watch
from tests.conformance.suite.tiny import PAGE, write_plugin

NO_USER_ID = (
    'userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))]',
    'userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))] | Missing = MISSING',
)
LOWER = ('"note": data.payload.note}', '"note": data.payload.note and data.payload.note.lower()}')
Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty current directory, and nothing left of the modules that a command has imported."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if name.startswith(("tiny_plugin", "mydest")):
            del sys.modules[name]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(main, ["conformance", *arguments])


@pytest.fixture
def good(folder: Path) -> str:
    return write_plugin(folder / "good").relative_to(folder).as_posix()


@pytest.fixture
def bad(folder: Path) -> str:
    return write_plugin(folder / "bad", NO_USER_ID).relative_to(folder).as_posix()


def lines_of(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def failures() -> list[str]:
    return sorted(file.stem for file in Path(".actions").glob("conformance/*/failures/*.json"))


# --- run ---


def test_a_destination_that_keeps_its_contract_conforms(run: Run, good: str) -> None:
    result = run("run", good, "--only", "field")
    assert result.exit_code == 0, result.output
    assert re.search(r"^field +\d+   \d+ vectors", result.stdout, re.MULTILINE)
    assert re.search(r"PARTIAL RUN \(documented, MUST\) in ", result.stdout)
    assert failures() == []


def test_a_destination_that_does_not_keep_it_is_told_where_and_why(run: Run, bad: str) -> None:
    result = run("run", bad, "--only", "field.required", "--budget", "smoke")
    assert result.exit_code == 1
    assert re.search(r"^FAIL  field\.required\.missing \[send\.userId\] +C-[0-9a-f]{8}$", result.stdout, re.MULTILINE)
    assert "documented   bad/page.md:" in result.stdout
    assert "(bad/tiny_plugin.py:" in result.stdout
    assert re.search(r"same cause   field\.required\.null \[send\.userId\] C-", result.stdout)
    assert "DOES NOT CONFORM" in result.stdout
    assert "\x1b" not in result.stdout
    assert len(failures()) >= 3


def test_the_installed_destination_conforms_to_a_smoke_test(run: Run) -> None:
    result = run("run", "usermotion", "--budget", "smoke")
    assert result.exit_code == 0, result.output
    assert "page destinations/usermotion/page.md (sha " in result.stdout.replace("\n  ", " ")


def test_quiet_writes_one_line_for_each_failure_and_nothing_else(run: Run, good: str, bad: str) -> None:
    assert run("run", good, "--only", "field.required", "-q").stdout == ""
    result = run("run", bad, "--only", "field.required", "-q")
    assert result.exit_code == 1
    assert all(line.startswith("FAIL  field.required.") for line in result.stdout.splitlines())


def test_json_is_the_report(run: Run, bad: str) -> None:
    result = run("run", bad, "--only", "field.required", "--json")
    (report,) = lines_of(result)
    assert result.exit_code == 1
    assert report["conclusion"] == "does not conform"
    assert {failure["id"] for failure in report["failures"]} == set(failures())


def test_annotations_are_on_the_lines_of_the_page(run: Run, bad: str) -> None:
    result = run("run", bad, "--only", "field.required", "--output", "github")
    annotations = [line for line in result.stdout.splitlines() if line.startswith("::")]
    assert annotations
    line = 1 + PAGE.splitlines().index("| User ID | Who it was.     | Yes      | STRING |")
    assert all(one.startswith(f"::error file=bad/page.md,line={line},title=FAIL field.required") for one in annotations)


def test_reports_are_written_into_a_folder(run: Run, good: str) -> None:
    result = run("run", good, "--only", "field.required", "--report", "out/reports")
    assert result.stdout.endswith("report: out/reports/index.html\n")
    names = sorted(file.name for file in Path("out/reports").iterdir())
    assert names == ["COMPLIANCE.md", "badge.json", "index.html", "junit.xml", "report.json"]


def test_the_first_failure_ends_the_run(run: Run, bad: str) -> None:
    result = run("run", bad, "--only", "field.required", "--stop-at-first", "-q")
    assert len(result.stdout.splitlines()) == 1


def test_only_what_is_named_is_run(run: Run, good: str) -> None:
    (report,) = lines_of(run("run", good, "--only", "field.optional.*", "--subject", "send.note", "--json"))
    assert {(one["check"], one["subject"]) for one in report["results"]} == {
        ("field.optional.absent", "send.note"), ("field.optional.blank", "send.note"),
    }  # fmt: skip


def test_a_contract_of_another_place_may_be_given(run: Run, good: str, folder: Path) -> None:
    (folder / "other").mkdir()
    stricter = PAGE.replace("| Note    | What they said. | No ", "| Note    | What they said. | Yes")
    (folder / "other/page.md").write_text(stricter, "utf-8")
    result = run("run", good, "--contract", "other/page.md", "--only", "field.required.missing")
    assert result.exit_code == 1
    assert "documented   other/page.md:" in result.stdout


def test_a_package_is_found_by_its_file_its_folder_and_its_name(run: Run, folder: Path) -> None:
    write_plugin(folder / "mydest").rename(folder / "mydest/__init__.py")
    for name in ("mydest/__init__.py", "./mydest", "mydest"):
        assert run("run", name, "--only", "field.required").exit_code == 0, name


def test_a_module_of_a_package_has_the_page_beside_it(run: Run, folder: Path) -> None:
    file = write_plugin(folder / "mydest_package")
    (folder / "mydest_package/__init__.py").touch()
    assert run("run", file.relative_to(folder).as_posix(), "--only", "field.required").exit_code == 0
    assert run("run", "mydest_package.tiny_plugin", "--only", "field.required").exit_code == 0


def test_the_failure_in_the_page_about_the_command_line_is_what_comes_out(run: Run, folder: Path) -> None:
    page = (Path(__file__).parents[3] / "docs/cli.md").read_text("utf-8")
    (shown,) = re.findall(r"```text\n(FAIL .*?)```", page, re.DOTALL)
    write_plugin(folder / "mydest", NO_USER_ID).rename(folder / "mydest/plugin.py")
    assert shown in run("run", "mydest/plugin.py", "--only", "field.required", "--budget", "smoke").stdout


def test_every_command_and_option_is_in_the_page_about_the_command_line() -> None:
    page = (Path(__file__).parents[3] / "docs/cli.md").read_text("utf-8")
    group = main.get_command(click.Context(main), "conformance")
    assert isinstance(group, click.Group)
    context = click.Context(group)
    for name in group.list_commands(context):
        assert f"`actions conformance {name} " in page, name
        command = group.get_command(context, name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option):
                assert any(f"`{known}" in page for known in option.opts), f"{name} {option.opts[-1]}"


def test_no_output_holds_a_secret_that_the_plugin_leaks(run: Run, folder: Path) -> None:
    leaking = """\
    key = data.settings.apiKey
    print(f"sending with {key}")
    logging.getLogger("tiny").error("sending with %s", key)
    if not data.payload.userId.isascii():
        raise ValueError(key)
    return await request.post(f"https://tiny.example/send?k={key}&h={key.encode().hex()}\""""
    leak = ('    return await request.post("https://tiny.example/send"', leaking)
    imports = ("from dataclasses import dataclass", "import logging\nfrom dataclasses import dataclass")
    name = write_plugin(folder / "leaky", imports, leak, LOWER, NO_USER_ID).relative_to(folder).as_posix()
    told = [
        run("run", name, "--budget", "smoke", *more)
        for more in ((), ("-q",), ("--json",), ("--output", "github", "--report", "out"), ("--strict",))
    ]
    told += [run("replay", "--keep"), run("replay", "--keep", "--json")]
    assert {result.exit_code for result in told} == {1}
    written = [
        file.read_text("utf-8") for file in folder.rglob("*.*") if file.is_file() and "__pycache__" not in str(file)
    ]
    everything = "\n".join([*(result.output for result in told), *written])
    assert "${apiKey}" in everything
    assert "s3cret" not in everything.casefold()
    assert b"S3cret-Sentinel-apiKey-1".hex() not in everything


def test_a_terminal_is_told_how_far_it_is(
    good: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = open_session(open_target(good, None), Options(only=("field.required",)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    watch(session)
    told = capsys.readouterr().err
    assert re.search(r"\[#+-*\] 1/\d+  field\.required\.missing \[send\.userId\]", told)
    assert told.endswith("\r\x1b[K")


# --- exit statuses ---


def test_a_page_that_cannot_be_read_is_told_line_by_line(run: Run, good: str) -> None:
    page = Path("good/page.md")
    page.write_text(PAGE.replace("| Required |", "| Mandatory |"), "utf-8")
    result = run("run", good)
    assert result.exit_code == 2
    assert "good/page.md:" in result.stderr or "page.md:" in result.stderr
    assert "Mandatory" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("annex", "told"),
    [
        ("[settings", "contract.toml:1: is not TOML: expected ']' at the end of a table declaration"),
        ('[settings.key]\nlabel = "No such"', "no field labelled"),
        (
            '[[divergence]]\ncheck = "field.requird"\nwitness = {}\nreason = "twenty characters and more"',
            "there is no such check",
        ),
    ],
    ids=["no TOML", "unknown field", "unknown check"],
)
def test_an_annex_that_is_wrong_is_told_in_a_sentence(run: Run, good: str, annex: str, told: str) -> None:
    Path("good/contract.toml").write_text(annex, "utf-8")
    result = run("run", good)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def (", "cannot be imported: SyntaxError"),
        ("import nothing_of_the_kind", "cannot be imported: ModuleNotFoundError"),
        ("x = 1", "implements no hook"),
    ],
)
def test_a_plugin_that_cannot_be_used_is_told_in_a_sentence(run: Run, folder: Path, source: str, told: str) -> None:
    (folder / "mydest_wrong.py").write_text(source, "utf-8")
    result = run("run", "mydest_wrong.py")
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr


@pytest.mark.parametrize(
    ("name", "told"),
    [("usermotoin", "did you mean usermotion?"), ("no/such/file.py", "there is no such file")],
)
def test_a_destination_that_is_not_there_is_an_error(run: Run, name: str, told: str) -> None:
    result = run("run", name)
    assert (result.exit_code, told in result.stderr) == (2, True)


def test_a_check_that_has_nothing_to_look_at_gives_a_status_of_its_own(run: Run, good: str) -> None:
    result = run("run", good, "--only", "field.choices")
    assert result.exit_code == 3
    assert "NOT PROVEN" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say which destination to run"),
        (
            ("usermotion", "--only", "field.requird"),
            "--only field.requird selects no check; did you mean field.required",
        ),
        (("usermotion", "--only", "wonders"), "--only wonders selects no check"),
        (("usermotion", "--subject", "identify.emial"), "no subject is called identify.emial; there is identify.email"),
        (("usermotion", "--budget", "huge"), "'huge' is not one of 'smoke', 'ci', 'nightly'"),
        (("usermotion", "--colour"), "No such option"),
        (("usermotion", "--seed", "x"), "'x' is not a valid integer"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_usage_has_a_status_of_its_own(run: Run, arguments: tuple[str, ...], told: str) -> None:
    result = run("run", *arguments)
    assert (result.exit_code, told in result.stderr) == (4, True), result.stderr


def test_a_subject_that_is_misspelt_is_answered_with_its_neighbours(run: Run, good: str) -> None:
    told = run("run", good, "--only", "field", "-s", "send.body")
    assert told.exit_code == 4
    assert "send.note" in told.output
    assert "send.userId" in told.output


# --- replay and promote ---


def test_what_is_fixed_is_taken_away_and_what_is_not_stays(run: Run, bad: str, folder: Path) -> None:
    run("run", bad, "--only", "field.required")
    found = failures()
    still = run("replay")
    assert still.exit_code == 1
    assert f"{len(found)} still fail" in still.stdout
    assert failures() == found
    write_plugin(folder / "bad")
    kept = run("replay", "--keep")
    assert (kept.exit_code, failures()) == (0, found)
    fixed = run("replay")
    assert (fixed.exit_code, failures()) == (0, [])
    assert f"{len(found)} fixed; taken away" in fixed.stdout
    assert list(Path(".actions").glob("conformance/*/failures/*")) == []


def test_nothing_is_taken_away_while_something_still_fails(run: Run, folder: Path) -> None:
    bad = write_plugin(folder / "bad", NO_USER_ID, LOWER).relative_to(folder).as_posix()
    run("run", bad, "--only", "field.required", "--only", "field.value.verbatim")
    found = failures()
    write_plugin(folder / "bad", LOWER)
    result = run("replay")
    assert result.exit_code == 1
    assert re.search(r"1 still fails, \d+ fixed", result.stdout)
    assert failures() == found


def test_some_failures_are_replayed_by_name_and_told_as_json(run: Run, bad: str) -> None:
    run("run", bad, "--only", "field.required")
    wanted = failures()[0]
    (told,) = lines_of(run("replay", wanted[:8], "--json"))
    assert (told["id"], told["fate"], told["removed"]) == (wanted, "still fails", False)


def test_there_may_be_nothing_to_replay(run: Run) -> None:
    result = run("replay")
    assert (result.exit_code, "no failures are stored below .actions" in result.stderr) == (3, True)
    unknown = run("replay", "C-12345678")
    assert (unknown.exit_code, "there is no failure C-12345678" in unknown.stderr) == (2, True)


def test_a_promoted_failure_is_tried_in_every_later_run(run: Run, folder: Path) -> None:
    bad = write_plugin(folder / "bad", LOWER).relative_to(folder).as_posix()
    selection = ("--only", "field.value.verbatim", "--subject", "send.note", "--budget", "smoke")
    run("run", bad, *selection)
    (wanted,) = failures()
    result = run("promote", wanted)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"bad/vectors/{wanted}.json: field.value.verbatim tries it in every run")
    again = run("promote", wanted)
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    write_plugin(folder / "bad")
    (with_vector,) = lines_of(run("run", bad, *selection, "--json"))
    Path(f"bad/vectors/{wanted}.json").unlink()
    (without,) = lines_of(run("run", bad, *selection, "--json"))
    assert with_vector["totals"]["cases"]["vectors"] == without["totals"]["cases"]["vectors"] + 1


def test_a_vector_about_nothing_stops_the_run(run: Run, good: str) -> None:
    Path("good/vectors").mkdir()
    vector = {"id": "C-1", "check": "field.gone", "subject": "", "case": {}}
    Path("good/vectors/C-1.json").write_text(json.dumps(vector), "utf-8")
    result = run("run", good)
    assert (result.exit_code, "C-1.json: there is no check field.gone" in result.stderr) == (2, True)


def test_the_commands_that_a_failure_ends_with_can_be_pasted(run: Run, folder: Path) -> None:
    for file in ("page.md", "contract.toml"):
        text = (Path(__file__).parents[3] / "destinations/usermotion" / file).read_text("utf-8")
        (folder / file).write_text(text, "utf-8")
    page = (folder / "page.md").read_text("utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| Anonymous ID"))
    (folder / "page.md").write_text(page.replace(row, row.replace(" No ", " Yes ")), "utf-8")
    result = run("run", "usermotion", "--contract", "page.md", "--only", "field.required.missing")
    assert result.exit_code == 1
    shown = result.stdout.split("  reproduce ")[1].split("\n\n")[0].replace("\\\n", " ")
    commands = [shlex.split(line) for line in shown.splitlines()]
    assert [command[:2] for command in commands] == [["actions", "conformance"], ["actions", "explain"]]
    replayed, explained = [CliRunner().invoke(main, command[1:]) for command in commands]
    assert replayed.exit_code == 1
    assert "still fails" in replayed.stdout
    assert explained.exit_code == 0
    assert "request  POST https://api.usermotion.com/v1/group" in explained.stdout
    assert "anonymousId  (nothing)" in explained.stdout


# --- list and explain ---


def test_every_check_is_listed_with_its_statement(run: Run) -> None:
    told = lines_of(run("list", "--json"))
    assert [one["check"] for one in told] == [check.id for check in CHECKS]
    assert all(one["statement"] and one["level"] and one["phases"] for one in told)
    text = run("list").stdout
    assert all(f"  {check.id}  {check.level}, {check.source}" in text for check in CHECKS)


def test_a_part_of_the_checks_may_be_listed(run: Run) -> None:
    told = lines_of(run("list", "--only", "setting", "--json"))
    assert {one["check"].split(".")[0] for one in told} == {"setting"}
    assert run("list", "--only", "wonders").exit_code == 4


def test_the_plan_for_a_destination_has_subjects_clauses_and_counts(run: Run, good: str) -> None:
    told = lines_of(run("list", good, "--only", "field.required.missing", "--dry-run", "--json"))
    assert told == [
        {
            "check": "field.required.missing",
            "subject": "send.userId",
            "clauses": ["action/send/field/user-id/required"],
            "cases": {"vectors": 3, "boundary": 2, "fuzz": True, "stateful": False},
        }
    ]
    text = run("list", good, "--only", "field.required").stdout
    assert "  send.userId  action/send/field/user-id/required" in text
    assert "  n/a: " in text
    assert run("list", "--dry-run").exit_code == 4


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_can_be_explained(run: Run, check: Any) -> None:
    result = run("explain", check.id)
    assert result.exit_code == 0
    assert f"  level     {check.level}" in result.stdout


def test_an_explanation_has_clauses_and_what_segment_does_otherwise(run: Run, good: str) -> None:
    text = run("explain", "field.required.wrapped", "-d", good).stdout
    assert "diverges  Segment itself does not keep it" in text
    assert "clauses   action/send/field/user-id/required" in text
    (told,) = lines_of(run("explain", "field.required.wrapped", "--json"))
    assert told["divergencesOfSegment"]
    assert "none: " in run("explain", "field.choices", "-d", good).stdout


def test_a_check_that_is_misspelt_is_suggested(run: Run) -> None:
    result = run("explain", "field.required.mising")
    assert (result.exit_code, "did you mean field.required.missing" in result.stderr) == (4, True)


# --- report ---


def test_reports_are_written_where_they_are_wanted(run: Run, bad: str) -> None:
    result = run("report", bad, "--only", "field.required", "--html", "r.html", "--json", "r.json", "--junit", "r.xml", "--markdown", "r.md", "--badge", "b.json")  # fmt: skip
    assert result.exit_code == 1
    assert result.stdout.split() == ["r.html", "r.xml", "r.md", "b.json", "r.json"]
    assert Path("r.html").read_text("utf-8").startswith("<!doctype html>")
    assert json.loads(Path("r.json").read_text("utf-8"))["conclusion"] == "does not conform"
    assert ET.parse("r.xml").getroot().tag == "testsuites"  # noqa: S314 - our own file
    assert "does not conform" in Path("r.md").read_text("utf-8")
    assert json.loads(Path("b.json").read_text("utf-8"))["color"] == "red"


def test_several_destinations_share_a_table(run: Run, good: str, bad: str) -> None:
    result = run("report", good, bad, "--only", "field.required", "--markdown", "r.md")
    assert result.exit_code == 1
    assert Path("r.md").read_text("utf-8").count("| Tiny |") >= 2


@pytest.mark.parametrize("arguments", [("usermotion",), ("--html", "x"), ("usermotion", "webhook", "--html", "x")])
def test_a_report_that_makes_no_sense_is_wrong_usage(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("report", *arguments).exit_code == 4
    assert not Path("x").exists()


# --- init ---


def test_a_contract_and_a_test_file_are_begun_with_the_keys_of_the_plugin(run: Run, folder: Path) -> None:
    write_plugin(folder / "mydest").rename(folder / "mydest/__init__.py")
    result = run("init", "mydest")
    assert result.exit_code == 0, result.output
    assert "action/send/field/user-id/required" in result.stdout
    assert "written: mydest/contract.toml\nwritten: tests/test_conformance.py" in result.stdout
    annex = tomllib.loads(Path("mydest/contract.toml").read_text("utf-8"))
    assert annex["settings"] == {"apiKey": {"label": "API Key"}}
    assert annex["actions"]["send"] == {
        "title": "Send",
        "fields": {"userId": {"label": "User ID"}, "note": {"label": "Note"}},
    }
    assert Path("tests/test_conformance.py").read_text("utf-8").splitlines() == [
        "from conformance import destination_suite",
        "",
        "import mydest",
        "",
        'TestMydest = destination_suite(mydest, contract="mydest/contract.toml")',
    ]
    assert run("run", "mydest", "--budget", "smoke").exit_code == 0


def test_what_was_begun_is_never_overwritten(run: Run, folder: Path) -> None:
    write_plugin(folder / "mydest").rename(folder / "mydest/__init__.py")
    Path("mydest/contract.toml").write_text("# mine\n", "utf-8")
    Path("tests").mkdir()
    Path("tests/test_conformance.py").write_text("# mine too\n", "utf-8")
    result = run("init", "mydest", "--json")
    (told,) = lines_of(result)
    assert told["files"] == {"mydest/contract.toml": False, "tests/test_conformance.py": False}
    assert Path("mydest/contract.toml").read_text("utf-8") == "# mine\n"
    assert Path("tests/test_conformance.py").read_text("utf-8") == "# mine too\n"


def test_without_a_plugin_nothing_is_guessed(run: Run, folder: Path) -> None:
    (folder / "docs").mkdir()
    (folder / "docs/page.md").write_text(PAGE, "utf-8")
    result = run("init", "--from", "docs/page.md")
    assert result.exit_code == 0
    assert "no test file: it imports the plugin, so give its NAME as well" in result.stdout
    assert "to be filled in: 4 keys, listed as comments" in result.stdout
    text = Path("docs/contract.toml").read_text("utf-8")
    assert tomllib.loads(text) == {}
    assert '# KEY = { label = "User ID" }' in text
    # What is left to do is only to put in the keys.
    filled = re.sub(r"^# (?=\[|label|title|KEY)", "", text, flags=re.MULTILINE).split("# What else")[0]
    filled = filled.replace("[settings.KEY]", "[settings.apiKey]").replace("actions.KEY", "actions.send")
    filled = filled.replace('KEY = { label = "User', 'userId = { label = "User').replace(
        "KEY = { label = ", "note = { label = "
    )
    Path("docs/contract.toml").write_text(filled, "utf-8")
    assert read_contract(Path("docs/contract.toml")).actions[0].slug == "send"


@pytest.mark.parametrize("name", ["usermotion", "roster", "webhook"])
def test_a_beginning_fits_its_page(name: str, tmp_path: Path) -> None:
    target = find_target(name)
    beginning = begin_annex(read_page(target.page, "page.md"), target)
    assert beginning.missing == ()
    (tmp_path / "page.md").write_text(target.page, "utf-8")
    (tmp_path / "contract.toml").write_text(beginning.text, "utf-8")
    begun = read_contract(tmp_path / "page.md")
    assert [action.slug for action in begun.actions] == [action.slug for action in target.contract.actions]
    assert [field.key for action in begun.actions for field in action.fields] == [
        field.key for action in target.contract.actions for field in action.fields
    ]


def test_a_beginning_needs_a_destination_or_a_page(run: Run) -> None:
    assert run("init").exit_code == 4
    assert run("init", "--from", "nowhere/page.md").exit_code == 2


# --- mutants ---


def test_mutants_tell_what_a_contract_would_not_notice(run: Run, good: str) -> None:
    result = run("mutants", good, "--only", "contract", "--only", "field.required", "--fast", "--json")
    *told, total = lines_of(result)
    assert result.exit_code == (1 if total["survivors"] else 0)
    assert total["mutants"] == len(told) > 10
    assert total["noticed"] == sum(one["noticed"] for one in told)
    noticed = [one for one in told if one["noticed"]]
    assert all(one["refused"] or set(one["by"]) <= set(BY_ID) for one in noticed)
    # The page alone says nothing of the requests.
    assert "wire/send-method" in total["survivors"]
    text = run("mutants", good, "--only", "contract", "--fast").stdout
    assert "not noticed; the annex could tell it: [actions.SLUG.wire]" in text


# --- help ---


@pytest.mark.parametrize("command", ["run", "list", "explain", "replay", "promote", "report", "init", "mutants"])
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"actions conformance {command}" in result.stdout.split("Example")[1]


def test_help_needs_neither_the_checks_nor_hypothesis() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from emulator.cli import main;"
        "assert CliRunner().invoke(main, ['conformance', '--help']).exit_code == 0;"
        "assert not {'hypothesis', 'conformance.suite'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_hypothesis_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None; from emulator.cli import main; main(['conformance', 'list'])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert 'pip install "segment-actions-emulator[conformance]"' in result.stderr


def test_a_change_that_breaks_the_earlier_page_fails(tmp_path: Path) -> None:
    now = Path(__file__).parents[3] / "destinations/usermotion/page.md"
    page = now.read_text("utf-8")
    earlier = tmp_path / "page.md"
    earlier.write_text(page.replace("identified user | Yes ", "identified user | No  "), "utf-8")
    arguments = ["conformance", "run", "usermotion", "--only", "contract.diff"]
    assert CliRunner().invoke(main, [*arguments, "--since", str(now)]).exit_code == 0
    result = CliRunner().invoke(main, [*arguments, "--since", str(earlier)])
    assert result.exit_code == 1
    assert "action/identify/field/email/required: No → Yes" in result.stdout
