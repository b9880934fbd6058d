"""Random cases leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]
TRY: Final = """
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from conformance.suite.fuzzing import examples

{before}
seen = []
examples(st.text(min_size=1), lambda case: seen.append(case) is None, count=20, seed=1)
assert len(seen) == 20
print(storage_directory(intent_to_write=False).home_directory)
"""


def try_some(folder: Path, before: str = "", **environment: str) -> str:
    own = {key: value for key, value in os.environ.items() if key != "HYPOTHESIS_STORAGE_DIRECTORY"}
    ran = subprocess.run(
        [sys.executable, "-c", TRY.format(before=before)],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**own, "PYTHONPATH": str(ROOT), **environment},
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_nothing_is_written_into_the_folder_in_which_the_suite_runs(tmp_path: Path) -> None:
    assert try_some(tmp_path) == str(tmp_path / ".hypothesis")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_tests_have_chosen_is_theirs_afterwards(tmp_path: Path) -> None:
    assert try_some(tmp_path, before="set_hypothesis_home_dir('mine')") == "mine"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_the_environment_names_is_used(tmp_path: Path) -> None:
    chosen = tmp_path / "elsewhere"
    assert try_some(tmp_path, HYPOTHESIS_STORAGE_DIRECTORY=str(chosen)) == str(chosen)
    assert list(tmp_path.iterdir()) == [chosen]
