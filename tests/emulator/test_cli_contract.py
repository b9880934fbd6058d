from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main

PAGE = (Path(__file__).parents[2] / "destinations/usermotion/page.md").read_text("utf-8")
ROW = next(line for line in PAGE.splitlines() if line.startswith("| Email "))
LINE = PAGE.splitlines().index(ROW) + 1
OPTIONAL = ROW.replace("Yes", "No ")
GIT = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


def diff(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["contract", "diff", *arguments])


@pytest.fixture(autouse=True)
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with UserMotion's page, one on which the email is optional, and one in other words."""
    monkeypatch.chdir(tmp_path)
    Path("page.md").write_text(PAGE, "utf-8")
    Path("optional.md").write_text(PAGE.replace(ROW, OPTIONAL), "utf-8")
    Path("words.md").write_text(PAGE.replace("Identify user in UserMotion", "Identify a user"), "utf-8")


@pytest.fixture
def committed(tmp_path: Path) -> None:
    for command in (
        ["git", "init", "--quiet"],
        ["git", "add", "page.md"],
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "--quiet", "-m", "The page"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, **GIT})


# --- what it says ----------------------------------------------------------------------------------------------------


def test_what_breaks_is_told_with_both_lines_and_the_verdict_last() -> None:
    result = diff("optional.md", "page.md")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "breaking    action/identify/field/email/required: No → Yes",
        f"            - optional.md:{LINE}: {' '.join(OPTIONAL.split())}",
        f"            + page.md:{LINE}: {' '.join(ROW.split())}",
        "breaking: 1 breaking, 0 compatible, 0 cosmetic",
    ]


def test_what_is_compatible_is_no_failure() -> None:
    result = diff("page.md", "optional.md")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "compatible: 0 breaking, 1 compatible, 0 cosmetic"


def test_what_is_cosmetic_is_no_failure() -> None:
    result = diff("page.md", "words.md")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "cosmetic: 0 breaking, 0 compatible, 1 cosmetic"


def test_pages_that_promise_the_same_are_told_so() -> None:
    result = diff("page.md", "page.md")
    assert (result.exit_code, result.stdout) == (0, "both pages promise the same\n")


def test_a_program_gets_each_change_and_the_verdict_in_json() -> None:
    result = diff("optional.md", "page.md", "--json")
    change, summary = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 1
    assert change == {
        "change": "breaking",
        "clause": "action/identify/field/email/required",
        "was": "No",
        "now": "Yes",
        "reason": None,
        "old": {"file": "optional.md", "line": LINE, "quote": " ".join(OPTIONAL.split())},
        "new": {"file": "page.md", "line": LINE, "quote": " ".join(ROW.split())},
    }
    assert summary == {"verdict": "breaking", "breaking": 1, "compatible": 0, "cosmetic": 0}


# --- where pages come from -------------------------------------------------------------------------------------------


def test_an_installed_destination_stands_for_the_page_that_it_is_shipped_with() -> None:
    result = diff("usermotion", "optional.md")
    assert result.exit_code == 0
    assert f"- destinations/usermotion/page.md:{LINE}: " in result.stdout


@pytest.mark.usefixtures("committed")
def test_a_page_of_an_earlier_commit_is_named_as_git_does() -> None:
    Path("page.md").write_text(PAGE.replace("at most 50", "at most 40"), "utf-8")
    result = diff("HEAD:page.md", "page.md")
    assert result.exit_code == 1
    assert "limit/mappings: 50 → 40\n            - HEAD:page.md:" in result.stdout


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("nowhere:page.md", "git has no 'nowhere:page.md': invalid object name 'nowhere'."),
        ("HEAD:other.md", "git has no 'HEAD:other.md': path 'other.md' does not exist in 'HEAD'"),
        ("HEAD:", "HEAD: cannot be read as a contract:"),
    ],
    ids=["unknown commit", "unknown file", "folder"],
)
@pytest.mark.usefixtures("committed")
def test_what_git_does_not_have_is_told(source: str, told: str) -> None:
    result = diff(source, "page.md")
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_folder_without_git_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    result = diff("HEAD:page.md", "page.md")
    assert result.exit_code == 2
    assert "git has no 'HEAD:page.md': not a git repository" in result.stderr


def test_a_machine_without_git_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = diff("HEAD:page.md", "page.md")
    assert result.exit_code == 2
    assert "there is no file 'HEAD:page.md', and no git to look for it in an earlier commit" in result.stderr


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"# Something\n", "bad.md cannot be read as a contract:\nbad.md:1: expected a heading '# Name Destination'"),
        (b"caf\xe9", "bad.md is not text in UTF-8: byte 3 is no part of it"),
    ],
    ids=["no page", "no UTF-8"],
)
def test_a_page_that_cannot_be_read_is_told_with_a_status_of_its_own(content: bytes, told: str) -> None:
    Path("bad.md").write_bytes(content)
    result = diff("page.md", "bad.md")
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_name_of_nothing_is_told() -> None:
    result = diff("page.md", "nothing")
    assert result.exit_code == 2
    assert "there is no file 'nothing', and there is no destination 'nothing'; installed: " in result.stderr
