from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner, Result

from conformance.contracts import read_page
from conformance.contracts.write_page import write_page
from emulator.cli import main
from tests.conformance.contracts.pages import ACME

MODULE = """
from dataclasses import replace
from actions_core import hookimpl
from tests.conformance.contracts.pages import ACME, ACTION

@hookimpl
def actions_destination():
    return {}
"""
PAGE = write_page(ACME)
Install: TypeAlias = Callable[..., Path]


def build(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["docs", "build", *arguments])


def json_lines(result: Result) -> list[Any]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install the small destination Acme, with the page that is given, for this process and this test."""
    package = f"acme_of_{tmp_path.name}"
    site = tmp_path / "site"

    def installed(page: str | None = PAGE, code: str = "ACME") -> Path:
        (site / package).mkdir(parents=True)
        (site / package / "__init__.py").write_text(MODULE.format(code), "utf-8")
        if page is not None:
            (site / package / "page.md").write_text(page, "utf-8")
        information = site / "acme-1.0.dist-info"
        information.mkdir()
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n", "utf-8")
        (information / "entry_points.txt").write_text(f"[actions_core]\nacme = {package}\n", "utf-8")
        monkeypatch.syspath_prepend(site)
        return site / package / "page.md"

    return installed


# --- writing ---------------------------------------------------------------------------------------------------------


def test_the_page_is_printed() -> None:
    result = build("usermotion")
    assert result.exit_code == 0
    assert result.stdout.startswith("# UserMotion (Actions) Destination\n\n## Destination Info\n")
    assert read_page(result.stdout, "page.md").mapping_limit == 50


def test_the_page_is_written_to_a_file_which_it_replaces(tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    file.write_text("old", "utf-8")
    file.chmod(0o640)
    result = build("usermotion", "--output", str(file))
    assert (result.exit_code, result.stdout) == (0, f"wrote {file}\n")
    assert file.read_text("utf-8") == build("usermotion").stdout
    assert file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["page.md"]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    result = build("usermotion", "--output", str(tmp_path / "nowhere/page.md"))
    assert result.exit_code == 2
    assert result.stderr.endswith("nowhere/page.md cannot be written: No such file or directory\n")


def test_a_link_stays_a_link_to_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_text("old", "utf-8")
    (tmp_path / "page.md").symlink_to("real.md")
    assert build("usermotion", "--output", str(tmp_path / "page.md")).exit_code == 0
    assert (tmp_path / "page.md").is_symlink()
    assert (tmp_path / "real.md").read_text("utf-8").startswith("# UserMotion")


def test_a_program_gets_the_page_in_json() -> None:
    (told,) = json_lines(build("usermotion", "--json"))
    assert told == {"destination": "actions-usermotion", "page": build("usermotion").stdout}


def test_a_preset_that_the_page_cannot_show_is_told_of(install: Install) -> None:
    install(
        code='replace(ACME, actions={"saveUser": ACTION, "old": replace(ACTION, hidden=True)}, presets=[replace(ACME.presets[0], action="old")])'
    )
    result = build("acme")
    assert result.exit_code == 0
    assert result.stderr == "note: presets[0]: 'Save Users' has no row on the page: its action 'old' is hidden\n"


def test_what_no_page_can_say_is_refused(install: Install) -> None:
    install(code="replace(ACME, calls=())")
    result = build("acme")
    assert result.exit_code == 2
    assert "no page can be written for actions-acme:\ncalls: is empty; a page names at least one call" in result.stderr


# --- checking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["usermotion", "webhook", "roster"])
def test_the_pages_here_agree_with_their_definitions(name: str) -> None:
    result = build(name, "--check")
    assert (result.exit_code, result.stdout) == (
        0,
        f"destinations/{name}/page.md and the definition of actions-{name} agree\n",
    )


def test_each_difference_is_told_with_its_line_on_the_page_that_is_shipped(install: Install) -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| User ID"))
    page = PAGE.replace(row, row.replace("Yes", "No").replace("STRING", "NUMBER")).replace("**Beta.**", "**Beta**")
    page = "\n".join(line for line in page.splitlines() if not line.startswith("| Traits"))
    install(page)
    result = build("acme", "--check")
    at = page.splitlines().index(row.replace("Yes", "No").replace("STRING", "NUMBER")) + 1
    assert result.exit_code == 1
    assert [line.split("/page.md:", 1)[1] for line in result.stdout.splitlines()] == [
        f"{at}: action/save-user/field/user-id/required: the page says 'No', the definition 'Yes'",
        f"{at}: action/save-user/field/user-id/type: the page says 'number', the definition 'string'",
        f"{at}: action/save-user/field/traits: the page says nothing, the definition 'Traits'",
    ]


def test_a_program_gets_the_differences_in_json(install: Install) -> None:
    install(PAGE.replace("* This destination is **Beta.**\n", ""))
    difference, summary = json_lines(build("acme", "--check", "--json"))
    assert difference["clause"] == "identity/maturity"
    assert (difference["page"], difference["definition"]) == (None, "beta")
    assert difference["line"] == PAGE.splitlines().index("* This integration is **partner owned.**") + 1
    assert summary == {"destination": "actions-acme", "page": difference["file"], "differences": 1}


def test_prose_and_the_order_of_actions_and_presets_may_differ(install: Install) -> None:
    install(
        PAGE.replace("## Destination Settings", "How it works.\n\n## Destination Settings").replace(
            "six hours", "a day"
        ),
        code='replace(ACME, description="Something else")',
    )
    assert build("acme", "--check").exit_code == 0


def test_a_destination_without_a_page_is_told_where_it_should_be(install: Install) -> None:
    install(None)
    result = build("acme", "--check")
    assert result.exit_code == 2
    assert "actions-acme has no page; expected it at" in result.stderr


def test_checking_writes_nothing(tmp_path: Path) -> None:
    result = build("usermotion", "--check", "--output", str(tmp_path / "page.md"))
    assert result.exit_code == 2
    assert "--check writes nothing; leave out --output" in result.stderr
    assert list(tmp_path.iterdir()) == []
