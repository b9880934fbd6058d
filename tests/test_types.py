"""The declarations work for a type checker: it accepts good plugins, and finds the mistakes of `tests/types/plugin`.

Each file there has one mistake, on the line that says so. A plugin is checked as somebody else's code is: from a folder
of its own, against the installed packages.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import pytest

ROOT = Path(__file__).parent.parent
PLUGIN = ROOT / "tests/types/plugin"
MISTAKES = sorted(path.name for path in PLUGIN.glob("*.py") if path.name != "acme.py")
PYRIGHT = ROOT / "tests/types/node_modules/pyright/index.js"
TY = Path(sys.executable).with_name("ty")

Places: TypeAlias = set[tuple[str, int]]
"""File names with line numbers."""

UNSEEN: Final = {
    ("mypy", "misspelt_option_of_a_field.py"): "mypy does not look into Annotated; importing the plugin fails at once",
    ("ty", "misspelt_option_of_a_request.py"): "ty does not compare keywords with an unpacked TypedDict yet",
}
"""Mistakes that a checker cannot find, each with the reason; one that it finds after all is a mistake here."""


def run(command: Sequence[object], folder: Path) -> str:
    found = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=folder, check=False)
    assert found.returncode in (0, 1), found.stdout + found.stderr
    return found.stdout


def mypy(folder: Path, paths: Sequence[Path]) -> Places:
    cache = ROOT / ".mypy_cache/third_party"
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--cache-dir", cache, *paths]
    return places(r"(.+?):(\d+): error:", run(command, folder))


def pyright(folder: Path, paths: Sequence[Path]) -> Places:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed, so pyright cannot run")
    if not PYRIGHT.exists():
        pytest.skip("pyright is not installed: run `npm ci` in tests/types")
    report = json.loads(run(["node", PYRIGHT, "--outputjson", "--pythonpath", sys.executable, *paths], folder))
    return {(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in report["generalDiagnostics"]}


def ty(folder: Path, paths: Sequence[Path]) -> Places:
    if not TY.exists():
        pytest.skip("ty is not installed: it is in the extra `dev`")
    return places(
        r"(.+?):(\d+):\d+: \w+\[",
        run([TY, "check", "--python", sys.prefix, "--output-format", "concise", *paths], folder),
    )


def places(pattern: str, output: str) -> Places:
    return {(Path(file).name, int(line)) for file, line in re.findall(f"^{pattern}", output, re.MULTILINE)}


CHECKERS: Final[dict[str, Callable[[Path, Sequence[Path]], Places]]] = {"mypy": mypy, "pyright": pyright, "ty": ty}


@pytest.fixture(scope="module", params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def found(checker: str, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Check the plugin with all its mistakes at once."""
    folder = tmp_path_factory.mktemp("third_party") / "plugin"
    shutil.copytree(PLUGIN, folder)
    return CHECKERS[checker](folder, sorted(folder.glob("*.py")))


def test_the_examples_and_usermotion_are_accepted(checker: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    paths = [*(tmp_path / "examples").rglob("*.py"), *(ROOT / "destinations/usermotion").rglob("*.py")]
    assert CHECKERS[checker](tmp_path, sorted(paths)) == set()


def test_a_plugin_with_something_of_everything_is_accepted(found: Places) -> None:
    assert {place for place in found if place[0] == "acme.py"} == set()


@pytest.mark.parametrize("file", MISTAKES)
def test_a_mistake_is_found_on_its_line_and_nowhere_else(file: str, checker: str, found: Places) -> None:
    lines = (PLUGIN / file).read_text("utf-8").splitlines()
    (expected,) = ((file, number) for number, line in enumerate(lines, 1) if line.endswith("# mistake"))
    reported = {place for place in found if place[0] == file}
    if (checker, file) in UNSEEN:
        assert reported == set(), f"{checker} finds it after all: {UNSEEN[checker, file]}"
        pytest.skip(UNSEEN[checker, file])
    assert reported == {expected}
