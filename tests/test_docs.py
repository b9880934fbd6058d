"""The documentation is true: what it shows is what comes out, and it names everything there is."""

from __future__ import annotations

import doctest
import importlib
import inspect
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import actions_core
from actions_core import ActionsError, hookspecs
from actions_core.fields import fields_of
from actions_core.mapping import check_mapping, compile_mapping
from actions_core.mapping.directives import DIRECTIVES
from actions_core.trigger.functions import FUNCTIONS
from emulator.cli import main
from emulator.partner import Fault

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CLI = (ROOT / "docs/cli.md").read_text("utf-8")
AUTHORING = (ROOT / "docs/authoring.md").read_text("utf-8")
MAPPINGS = (ROOT / "docs/mappings.md").read_text("utf-8")
TRIGGERS = (ROOT / "docs/triggers.md").read_text("utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(*arguments: str) -> str:
    return CliRunner().invoke(main, [*arguments, "--setting", "apiKey=my-key"]).stdout


def test_the_readmes_summary_is_what_the_example_file_gives() -> None:
    shown = blocks(README, "text")[0]
    seconds = re.compile(r" in [0-9.]+ s\n")
    assert seconds.sub("\n", run("deliver", str(ROOT / "examples/events.jsonl"))).endswith(seconds.sub("\n", shown))


def test_the_readmes_explanation_is_what_the_command_gives() -> None:
    (event,) = re.findall(r"actions explain '(.*?)'", README)
    shown = blocks(README, "text")[1].split("  …")[0]
    assert run("explain", event).startswith(shown)


def test_the_readmes_destination_is_the_example_and_has_forty_lines() -> None:
    code = (ROOT / "examples/beacon-destination/beacon_destination/__init__.py").read_text("utf-8")
    assert blocks(README, "python")[0] == code
    assert sum(1 for line in code.splitlines() if line.strip()) <= 40


def test_the_readmes_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(blocks(README, "python")[1], "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - our own page
    assert capsys.readouterr().out.splitlines()[1] == "Identify Group False None"


def test_the_contract_of_the_authors_page_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "authoring_page.py").write_text(blocks(AUTHORING, "python")[0], "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    fields = fields_of(importlib.import_module("authoring_page").Order)
    assert {key: field.required for key, field in fields.items()} == {
        "email": True, "note": False, "items": False, "placed_at": False, "extra": False,
    }  # fmt: skip


def test_every_command_and_option_is_in_the_page_about_the_command_line() -> None:
    context = main.make_context("actions", ["list"], resilient_parsing=True)
    for name in main.list_commands(context):
        assert f"`actions {name}" in CLI
    for option in ("--json", "--setting", "--settings", "--mapping", "--live", "--yes", "--fault", "--concurrency"):
        assert option in CLI


def test_every_fault_is_in_the_page_about_the_command_line() -> None:
    for name in set(inspect.signature(Fault).parameters) - {"endpoint"}:
        assert name.replace("_", "-") in CLI


def test_every_hook_is_in_the_page_for_authors() -> None:
    for name in dir(hookspecs):
        if name.startswith("actions_"):
            assert f"`{name}(" in AUTHORING


def test_every_error_is_in_the_page_for_authors() -> None:
    for name in actions_core.__all__:
        value = getattr(actions_core, name)
        if isinstance(value, type) and issubclass(value, ActionsError):
            assert f"`{name}`" in AUTHORING, name


def test_every_field_option_is_in_the_page_for_authors() -> None:
    for name in set(inspect.signature(actions_core.Field.__init__).parameters) - {"self", "label", "description"}:
        assert name in AUTHORING, name


def test_every_directive_is_in_the_page_about_mappings_with_an_example_that_runs() -> None:
    rows = re.findall(r"^\| `(@\w+)` \|.*?\| `(\{.*?\})`", MAPPINGS, re.MULTILINE)
    assert {name for name, _ in rows} == set(DIRECTIVES)
    for name, example in rows:
        mapping = {"field": json.loads(example.replace("\\|", "|"))}
        assert name in mapping["field"]
        assert [finding for finding in check_mapping(mapping) if finding.severity == "error"] == []
        compile_mapping(mapping).resolve(
            {"traits": {"email": "a"}, "products": [{"sku": 1}], "properties": {"price": 2}}
        )


def test_every_function_of_triggers_is_in_their_page() -> None:
    for name in FUNCTIONS:
        assert f"`{name}" in TRIGGERS


def test_the_examples_of_the_page_about_triggers_run() -> None:
    assert doctest.testfile("../docs/triggers.md").failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
