from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from emulator.cli import main
from emulator.cli.new import TEMPLATES, Names

ROOT = Path(__file__).parents[2]
SETTINGS: Final = {
    "minimal": {"apiKey": "key-for-tests"},
    "custom": {"apiKey": "key-for-tests"},
    "basic": {"username": "mira", "password": "password-for-tests"},
    "oauth2": {"region": "us"},
    "batch": {"apiKey": "key-for-tests"},
}


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", *arguments])


# --- what is made ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a destination from each template."""
    parent = tmp_path_factory.mktemp("made")
    for template in TEMPLATES:
        assert new(f"Crisp {template}", "--template", template, "--directory", str(parent)).exit_code == 0
    return parent


@pytest.fixture(scope="module")
def installed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install all of them with one command, asking no registry."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), *map(str, sorted(made.iterdir()))], check=True)
    return target


def run(folder: Path, *command: str, path: Path | None = None, text: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": "" if path is None else str(path)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        input=text,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_own_tests_pass(template: str, made: Path) -> None:
    found = run(made / f"crisp-{template}-destination", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("template", TEMPLATES)
def test_mypy_accepts_it(template: str, made: Path) -> None:
    cache = str(ROOT / ".mypy_cache/third_party")
    found = run(made / f"crisp-{template}-destination", "mypy", "--strict", "--cache-dir", cache, ".")
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    "command", [("check", "--select", "B,E,F,I,UP,W"), ("format", "--check")], ids=lambda it: it[0]
)
def test_they_are_as_tidy_as_a_linter_wants_them(command: tuple[str, ...], made: Path) -> None:
    for folder in sorted(made.iterdir()):
        options = ["--isolated", "--no-cache", "--line-length", "120"]
        found = run(folder, "ruff", *command, *options, ".")
        assert found.returncode == 0, f"{folder.name}: {found.stdout}"


def test_they_are_listed(installed: Path) -> None:
    listed = json.loads(run(installed, "emulator.cli", "list", "--json", path=installed).stdout)
    origins = {one["slug"]: one["plugin"] for one in listed}
    for template in TEMPLATES:
        assert origins[f"actions-crisp-{template}"] == f"crisp-{template}-destination 0.1.0 (crisp-{template})"


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_event_is_delivered_to_it(template: str, installed: Path) -> None:
    event = {"type": "identify", "userId": "u1", "traits": {"email": "mira@northlight.example"}}
    options = [f"--setting={key}={value}" for key, value in SETTINGS[template].items()]
    command = ["emulator.cli", "deliver", "-", "-d", f"crisp-{template}", "--json", *options]
    found = run(installed, *command, path=installed, text=json.dumps(event))
    delivery, summary = map(json.loads, found.stdout.splitlines())
    assert summary["summary"]["delivered"] == 1, found.stdout
    assert delivery["requests"][0]["url"] == f"https://api.crisp-{template}.example/v1/users"
    assert "for-tests" not in found.stdout


FINDINGS: Final = """
import sys
from actions_core import load_catalog
from conformance.contracts import bind, find_page, read_page

catalog = load_catalog()
destination = catalog.find(sys.argv[1])
text, file = find_page(catalog, destination)
print(file)
for finding in bind(read_page(text, file), destination)[1]:
    print(finding)
"""


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_page_is_installed_with_it_and_promises_what_its_definition_says(template: str, installed: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-c", FINDINGS, f"crisp-{template}"]
    found = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=installed, check=True)
    assert found.stdout.splitlines() == [f"crisp_{template}_destination/page.md"]


@pytest.mark.parametrize("template", TEMPLATES)
def test_its_page_could_have_been_written_from_its_definition(template: str, installed: Path) -> None:
    found = run(installed, "emulator.cli", "docs", "build", f"crisp-{template}", "--check", path=installed)
    assert found.returncode == 0, found.stdout


# --- the command -----------------------------------------------------------------------------------------------------


def test_it_tells_what_it_made_and_what_to_do_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = new("acme")
    assert result.exit_code == 0
    head, following = result.stdout.split("\nNext:\n")
    folder, *files = head.split()
    made = {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}
    assert (folder, set(files)) == ("acme-destination", made)
    assert following.splitlines()[-1].strip() == "actions conformance run acme"


def test_it_tells_a_program_the_same(tmp_path: Path) -> None:
    told = json.loads(new("acme", "--directory", str(tmp_path / "my work"), "--json").stdout)
    assert told["slug"] == "actions-acme"
    assert told["folder"] == str(tmp_path / "my work/acme-destination")
    assert told["next"][0] == f"cd '{told['folder']}'"
    assert "acme_destination/actions.py" in told["files"]


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "acme-destination"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine", "utf-8")
    result = new("acme", "--directory", str(tmp_path))
    assert result.exit_code == 2
    assert f"{folder} exists already, and nothing in it was changed" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("name", ["", "3com", "a/b", "..", "a--b", "ähm", "a" * 41, "acme!", "-x ", "acme\n"])
def test_what_cannot_be_a_name_is_refused(name: str, tmp_path: Path) -> None:
    result = new("--directory", str(tmp_path), "--", name)
    assert result.exit_code == 2
    assert "expected a name of at most 40 letters and digits" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    result = new("UserMotion", "--directory", str(tmp_path))
    assert result.exit_code == 2
    assert "there is a destination actions-usermotion already, from segment-actions-emulator" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "display", "hyphened"),
    [
        ("acme", "Acme", "acme"),
        ("acme mail", "Acme Mail", "acme-mail"),
        ("acme_mail-2", "Acme Mail 2", "acme-mail-2"),
        ("HubSpot", "HubSpot", "hubspot"),
        ("actions-acme", "Acme", "acme"),
        ("acme-destination", "Acme", "acme"),
        ("destination", "Destination", "destination"),
        ("actions", "Actions", "actions"),
    ],
)
def test_a_name_has_every_form_that_the_files_need(text: str, display: str, hyphened: str) -> None:
    assert Names.of(text) == Names(display=display, hyphened=hyphened)


def test_the_templates_name_is_replaced_in_each_of_its_forms() -> None:
    text = "Acme acme_destination acme-destination actions-acme api.acme.example"
    assert Names.of("Big mail").put_into(text) == (
        "Big Mail big_mail_destination big-mail-destination actions-big-mail api.big-mail.example"
    )


def test_nothing_of_the_templates_name_is_left(made: Path) -> None:
    for path in made.rglob("*"):
        assert "acme" not in path.name.lower()
        if path.suffix in (".md", ".py", ".toml"):
            assert "acme" not in path.read_text("utf-8").lower()


def test_the_tables_of_its_page_are_even_whatever_it_is_called(made: Path) -> None:
    for page in made.rglob("page.md"):
        for table in re.findall(r"(?:^\|.*\n)+", page.read_text("utf-8"), re.MULTILINE):
            assert len({len(row) for row in table.splitlines()}) == 1, table


def test_git_leaves_out_what_tools_leave_behind(made: Path) -> None:
    folder = made / "crisp-minimal-destination"
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    try:
        names = [".actions/cases", ".hypothesis/tmp", ".venv/bin", "a/__pycache__/b", "crisp.egg-info/PKG-INFO"]
        command = ["git", "-C", str(folder), "check-ignore", *names]
        ignored = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        shutil.rmtree(folder / ".git")
    assert ignored.stdout.splitlines() == names


def test_the_templates_are_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.iterdir()
    listed = subprocess.run(
        [sys.executable, "-m", "zipfile", "-l", str(wheel)], capture_output=True, text=True, check=True
    )
    for path in (ROOT / "emulator/templates").rglob("*"):
        if (path.suffix or path.name) in (".md", ".py", ".toml", ".typed", ".gitignore"):
            assert path.relative_to(ROOT).as_posix() in listed.stdout


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_is_begun_keeps_the_contract_of_its_page(template: str, tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["new", "Acme", "-t", template, "--directory", str(tmp_path)]).exit_code == 0
    plugin = tmp_path / "acme-destination/acme_destination/__init__.py"
    command = [sys.executable, "-m", "emulator.cli", "conformance", "run", str(plugin), "--budget", "smoke", "-q"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
