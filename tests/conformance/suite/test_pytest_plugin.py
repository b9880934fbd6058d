"""The suite under pytest: of an installed destination, and in somebody's own tests."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.conformance.suite.tiny import write_plugin

NO_USER_ID = (
    'userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))]',
    'userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))] | Missing = MISSING',
)
SUITE = """\
from conformance import destination_suite
import tiny_plugin

TestTiny = destination_suite(tiny_plugin{arguments})
"""
MISSING_USER_ID = "field.required.missing[send.userId]"

Pytest = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Pytest:
    """Run pytest in a directory of its own."""

    def pytest_(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", "--conformance-budget=smoke"]
        return subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    return pytest_


def write_suite(folder: Path, *changes: tuple[str, str], arguments: str = "") -> None:
    write_plugin(folder, *changes)
    (folder / "test_tiny.py").write_text(SUITE.format(arguments=arguments), "utf-8")


def collected(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.partition("::")[2] for line in result.stdout.splitlines() if "::" in line]


# --- pytest --pyargs conformance ---


def test_each_check_and_subject_of_an_installed_destination_is_a_test(run: Pytest) -> None:
    result = run("--pyargs", "conformance", "--destination", "usermotion", "--collect-only", "-q")
    tests = collected(result)
    assert "test[field.required.missing[identify.email]]" in tests
    assert "test[field.choices]" in tests
    assert len(tests) == len(set(tests)) > 100
    again = run("--pyargs", "conformance", "--destination", "usermotion", "--collect-only", "-q")
    assert collected(again) == tests


def test_an_installed_destination_passes_side_by_side(run: Pytest) -> None:
    result = run("--pyargs", "conformance", "--destination", "usermotion", "-n", "2", "-q")
    assert result.returncode == 0, result.stdout
    assert re.search(r"\d{3} passed, \d+ skipped, \d+ xfailed", result.stdout)
    assert re.search(r"^SKIPPED .*(no field is|the annex tells none)", result.stdout, re.MULTILINE)
    assert re.search(r"^XFAIL .*field\.required\.wrapped.* - .*known to diverge: ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("more", [(), ("-n", "2")], ids=["alone", "side by side"])
def test_the_suite_without_a_destination_is_wrong_usage(run: Pytest, more: tuple[str, ...]) -> None:
    result = run("--pyargs", "conformance", *more)
    assert result.returncode == 4
    assert "add --destination NAME (see `actions list`)" in result.stderr


def test_the_suites_file_without_a_destination_is_an_error(run: Pytest) -> None:
    file = Path(__file__).parents[3] / "conformance/test_destination.py"
    result = run(str(file))
    assert result.returncode == 2
    assert "say which destination to run: --destination NAME" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_destination_that_is_not_there_is_told_in_a_sentence(run: Pytest) -> None:
    result = run("--pyargs", "conformance", "--destination", "usermotoin")
    assert result.returncode == 2
    assert "there is no destination 'usermotoin'; did you mean usermotion?" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_plugin_in_a_file_can_be_named_with_another_contract(run: Pytest, tmp_path: Path) -> None:
    write_plugin(tmp_path / "tiny")
    (tmp_path / "other").mkdir()
    page = (tmp_path / "tiny/page.md").read_text("utf-8")
    (tmp_path / "other/page.md").write_text(page.replace("What they said. | No ", "What they said. | Yes"), "utf-8")
    named = ("--pyargs", "conformance", "--destination", "tiny/tiny_plugin.py", "-k", "field.required.missing")
    assert run(*named).returncode == 0
    result = run(*named, "--contract", "other/page.md")
    assert result.returncode == 1
    assert "documented   other/page.md:" in result.stdout


# --- destination_suite ---


def test_three_lines_are_a_suite(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path)
    result = run("-q")
    assert result.returncode == 0, result.stdout
    assert re.search(r"\d+ passed", result.stdout)


def test_a_failure_is_told_as_the_command_line_tells_it_and_without_a_traceback(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, NO_USER_ID)
    result = run("-q", "-k", MISSING_USER_ID)
    assert result.returncode == 1
    assert re.search(r"^_+ TestTiny\.test\[field\.required\.missing\[send\.userId\]\] _+$", result.stdout, re.MULTILINE)
    assert re.search(r"^FAIL  field\.required\.missing \[send\.userId\] +C-[0-9a-f]{8}$", result.stdout, re.MULTILINE)
    assert "  documented   page.md:" in result.stdout
    assert "(tiny_plugin.py:" in result.stdout
    assert "def test" not in result.stdout
    assert "testing.py" not in result.stdout


def test_a_failure_can_be_replayed_by_the_command_that_it_ends_with(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, NO_USER_ID)
    result = run("-q", "-k", MISSING_USER_ID)
    # Where CI is set, pytest's summary has the whole message once more.
    (command,) = set(re.findall(r"reproduce    actions (conformance replay C-[0-9a-f]{8})", result.stdout))
    replay = [sys.executable, "-m", "emulator.cli", *command.split()]
    before = subprocess.run(replay, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (before.returncode, "1 still fails" in before.stdout) == (1, True), before.stderr
    write_plugin(tmp_path)
    after = subprocess.run(replay, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (after.returncode, "1 fixed; taken away" in after.stdout) == (0, True), after.stderr


def test_reports_for_ci_have_check_clause_line_and_case(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, NO_USER_ID)
    run("-q", "-k", MISSING_USER_ID, "--junit-xml=junit.xml")
    (case,) = ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")  # noqa: S314 - our own file
    assert case.get("name") == f"test[{MISSING_USER_ID}]"
    properties = {one.get("name"): one.get("value") or "" for one in case.iter("property")}
    assert properties["check"] == "field.required.missing"
    assert properties["verdict"] == "FAIL"
    assert properties["clause"] == "action/send/field/user-id/required"
    assert re.fullmatch(r"page\.md:\d+", properties["documented"])
    assert (tmp_path / f".actions/conformance/actions-tiny/failures/{properties['case']}.json").is_file()


def test_what_should_hold_fails_only_where_that_is_asked_for(run: Pytest, tmp_path: Path) -> None:
    note_is_required = (
        'default=path("$.properties.note"))] | Missing = MISSING',
        'default=path("$.properties.note"))]',
    )
    write_suite(tmp_path, NO_USER_ID, note_is_required)
    page = tmp_path / "page.md"
    page.write_text(page.read_text("utf-8").replace("What they said. | No ", "What they said. | Yes"), "utf-8")
    relaxed, strict = (run("-q", "-k", "field.error.complete", *more) for more in ((), ("--conformance-strict",)))
    assert relaxed.returncode == 0, relaxed.stdout
    assert re.search(r"^XFAIL .*SHOULD, not MUST: ", relaxed.stdout, re.MULTILINE)
    assert strict.returncode == 1
    assert "FAIL  field.error.complete [send]" in strict.stdout


def test_the_contract_is_found_from_where_its_author_meant(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, arguments=', contract="contracts/page.md"')
    missing = run("-q")
    assert missing.returncode == 2
    assert "there is no contract contracts/page.md: looked for it from the current directory" in missing.stdout
    (tmp_path / "contracts").mkdir()
    (tmp_path / "page.md").rename(tmp_path / "contracts/page.md")
    assert run("-q", "-k", "field.required").returncode == 0


def test_a_contract_that_cannot_be_read_is_told_in_a_sentence(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path)
    page = tmp_path / "page.md"
    page.write_text(page.read_text("utf-8").replace("| Required |", "| Mandatory |"), "utf-8")
    result = run("-q")
    assert result.returncode == 2
    assert re.search(r"page\.md:\d+: .*'Mandatory'", result.stdout)
    assert "Traceback" not in result.stdout


def test_settings_and_the_partner_may_be_given(run: Pytest, tmp_path: Path) -> None:
    needs_an_id = ("return await request.post(", "answer = await request.post(")
    and_reads_it = ('"note": data.payload.note})', '"note": data.payload.note})\n    return answer.data["id"]')
    write_suite(tmp_path, needs_an_id, and_reads_it)
    wanted = ("-q", "-k", "field.optional.absent")
    assert run(*wanted).returncode == 1
    (tmp_path / "test_tiny.py").write_text(
        "from actions_core.testing import Answer\n"
        + SUITE.format(
            arguments=', settings={"apiKey": "key-for-tests"}, answer=lambda request: Answer(json={"id": "1"})'
        ),
        "utf-8",
    )
    result = run(*wanted)
    assert result.returncode == 0, result.stdout


def test_a_file_may_select_checks(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, arguments=', only=("field.required",)')
    tests = collected(run("--collect-only", "-q"))
    assert tests
    assert all(test.startswith("TestTiny::test[field.required.") for test in tests)


def test_a_class_of_ones_own_may_add_tests(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, arguments=', only=("field.required.missing",)')
    with (tmp_path / "test_tiny.py").open("a", encoding="utf-8") as file:
        file.write("\n\nclass TestMore(TestTiny):\n    def test_more(self):\n        assert True\n")
    tests = collected(run("--collect-only", "-q"))
    assert tests == [
        f"TestTiny::test[{MISSING_USER_ID}]",
        f"TestMore::test[{MISSING_USER_ID}]",
        "TestMore::test_more",
    ]


def test_a_suite_runs_side_by_side(run: Pytest, tmp_path: Path) -> None:
    write_suite(tmp_path, NO_USER_ID)
    result = run("-q", "-n", "2", "-k", "field.required")
    assert result.returncode == 1
    assert "Different tests were collected" not in result.stdout
    names = [file.name for file in (tmp_path / ".actions/conformance/actions-tiny/failures").glob("*.json")]
    assert len(names) >= 3


# --- what it costs ---


def test_pytest_without_a_destination_pays_nothing_for_the_plugin() -> None:
    code = (
        "import sys, conformance.pytest_plugin, conformance;"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('hypothesis', 'actions_core', 'pydantic')];"
        "assert not [name for name in sys.modules if name.startswith('conformance.suite')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_our_own_tests_do_not_collect_the_suites(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.getini("testpaths") == ["tests"]
