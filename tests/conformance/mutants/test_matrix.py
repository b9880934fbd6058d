"""The kill matrix says of each mutant what notices it, and of each check what it notices."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from actions_core.js import Object
from conformance.contracts import Contract, read_page
from conformance.contracts.annex import read_annex
from conformance.mutants.edit import edit_destination, edit_preset
from conformance.mutants.generic import generic_mutants, survivors_by_source
from conformance.mutants.layers import contract_knowing
from conformance.mutants.matrix import Fate, Kill, Matrix, run_by_knowledge, run_matrix
from conformance.mutants.model import Mutant
from conformance.mutants.show import knowledge_lines, matrix_json, matrix_lines
from conformance.suite.checks.subjects import presets, whole
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Judgement, Kept, NotApplicable, OnPreset, Whole, check
from conformance.suite.target import Target, find_target
from tests.conformance.mutants.__main__ import main
from tests.conformance.mutants.all_mutants import SETS

PAGE = (Path(__file__).parents[3] / "docs/mutants.md").read_text("utf-8")


@cache
def usermotion() -> Target:
    return find_target("usermotion")


def once(_lab: Lab, _subject: object) -> Iterable[Object]:
    return ({},)


def same(expected: object, found: object) -> Judgement:
    return Kept() if expected == found else Broken(str(expected), str(found))


@check("toy.name", subjects=whole, source="page", vectors=once)
def name(lab: Lab, _at: Whole, _case: Object) -> Judgement:
    """The destination has the documented name."""
    return same(lab.target.contract.name, lab.target.destination.name)


@check("toy.trigger", subjects=presets, source="page", vectors=once)
def trigger(_lab: Lab, at: OnPreset, _case: Object) -> Judgement:
    """A preset has the documented trigger."""
    return same(at.preset.documented.trigger, at.preset.preset.trigger)


@check("toy.always-red", subjects=whole, source="runtime", vectors=once)
def always_red(_lab: Lab, _at: Whole, _case: Object) -> Judgement:
    """Nothing is right."""
    return Broken("something", "nothing")


@check(
    "toy.golden",
    subjects=lambda target: whole(target) if target.contract.golden else NotApplicable("no"),
    source="wire",
    vectors=once,
)
def golden(lab: Lab, _at: Whole, _case: Object) -> Judgement:
    """The name has no digits, which only those can know who know golden events."""
    return same(False, any(char.isdigit() for char in lab.target.destination.name))


RENAMED = Mutant("text/renamed", "it has another name", edit_destination(name="Other"))
NUMBERED = Mutant("text/numbered", "it has a number", edit_destination(name="Other 2"))
MAINTAINED = Mutant("text/maintained", "it is said to be public", edit_destination(maturity="public"))
TRIGGERED = Mutant("presets/screen", "a preset takes screens", edit_preset("Identify Group", trigger='type = "screen"'))
BROKEN = Mutant("presets/broken", "a trigger does not parse", edit_preset("Identify Group", trigger="(("))
ALL = (RENAMED, NUMBERED, MAINTAINED, TRIGGERED, BROKEN)
CHECKS: Any = (name, trigger, always_red, golden)


def test_a_mutant_is_killed_by_what_is_red_only_because_of_it() -> None:
    matrix = run_matrix(usermotion(), ALL, CHECKS, processes=1)

    assert {fate.mutant.id: fate.kills for fate in matrix.fates} == {
        "text/renamed": (Kill("toy.name", "", "FAIL"),),
        "text/numbered": (Kill("toy.name", "", "FAIL"), Kill("toy.golden", "", "FAIL")),
        "text/maintained": (),
        "presets/screen": (Kill("toy.trigger", "identify-group", "FAIL"),),
        "presets/broken": (),
    }
    assert [fate.mutant for fate in matrix.survivors] == [MAINTAINED]
    assert matrix.idle_checks == ["toy.always-red"]
    assert matrix.only_killers == {"toy.name": ["text/renamed"], "toy.trigger": ["presets/screen"]}


def test_a_mutant_that_does_not_load_is_noticed_by_that() -> None:
    (fate,) = run_matrix(usermotion(), [BROKEN], CHECKS, processes=1).fates

    assert fate.is_dead
    assert fate.refused.startswith("presets[1] 'Identify Group'.trigger: ")


def test_a_fast_run_stops_at_the_first_kill() -> None:
    (fate,) = run_matrix(usermotion(), [NUMBERED], CHECKS, fast=True, processes=1).fates

    assert len(fate.kills) == 1


def test_several_processes_find_the_same_as_one() -> None:
    one = run_matrix(usermotion(), ALL, CHECKS, processes=1)
    two = run_matrix(usermotion(), ALL, CHECKS, processes=2)

    assert one == two


ENDING = """
from conformance.mutants.matrix import run_matrix
from conformance.mutants.model import Mutant
from conformance.suite.target import find_target

def ended(target):
    raise SystemExit(3)

def same(target):
    return target

mutants = [Mutant("odd/exit", "it ends", ended), Mutant("odd/same", "nothing", same)]
run_matrix(find_target("usermotion"), mutants, (), processes=2)
"""


def test_what_ends_a_process_is_told_with_the_mutant() -> None:
    # In a process of its own, because one that runs tests side by side has threads and cannot be forked.
    done = subprocess.run([sys.executable, "-c", ENDING], capture_output=True, text=True, check=False)

    assert done.stderr.splitlines()[-1] == "RuntimeError: odd/exit: the process that tried it ended with status 3"


def test_an_equivalent_mutant_is_no_survivor() -> None:
    equivalent = replace(MAINTAINED, equivalent="nobody reads it")

    assert run_matrix(usermotion(), [equivalent], CHECKS, processes=1).survivors == []


def test_somebody_who_knows_less_notices_less() -> None:
    found = run_by_knowledge(usermotion(), ALL, CHECKS[1:], processes=1)

    assert {knowledge: [fate.mutant.id for fate in matrix.killed] for knowledge, matrix in found.items()} == {
        "page": ["presets/screen", "presets/broken"],
        "page and catalog": ["presets/screen", "presets/broken"],
        "everything": ["text/numbered", "presets/screen", "presets/broken"],
    }
    lines = list(knowledge_lines(found, {"text": ALL[:3], "presets": ALL[3:]}))
    assert lines[-2:] == [
        "everything           3 of 5 (text 1 of 3, presets 2 of 2)",
        "                  unnoticed: text/renamed, text/maintained",
    ]


# --- contracts that know less ----------------------------------------------------------------------------------------

DESTINATIONS = ("roster", "usermotion", "webhook")


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_a_contract_that_knows_the_page_alone_is_that_of_the_page(destination: str) -> None:
    contract = find_target(destination).contract
    page = Path(__file__).parents[3] / "destinations" / destination / "page.md"

    assert contract_knowing(contract, "page") == read_page(page.read_text("utf-8"), contract.file)


def test_where_the_annex_wins_the_page_alone_says_what_it_said() -> None:
    page = contract_knowing(usermotion().contract, "page")
    annex = """
        [actions.identify]
        title = "Identify"
        default_trigger = 'type = "page"'
        [actions.identify.fields.email]
        label = "Email"
        required = false
        [[conflict]]
        clause = "action/identify/trigger"
        winner = "annex"
        reason = "the page is older than the plugin"
        [[conflict]]
        clause = "action/identify/field/email/required"
        winner = "annex"
        reason = "the page is older than the plugin"
    """
    joined = read_annex(annex, "contract.toml", page)

    assert default_trigger(joined) == 'type = "page"'
    assert contract_knowing(joined, "page") == page
    assert default_trigger(contract_knowing(joined, "page and catalog")) == 'type = "page"'


def default_trigger(contract: Contract) -> str | None:
    return next(action.default_trigger for action in contract.actions if action.title == "Identify")


# --- mutants of any destination --------------------------------------------------------------------------------------


@pytest.mark.parametrize("destination", DESTINATIONS)
def test_every_destination_has_mutants_that_load(destination: str) -> None:
    mutants = generic_mutants(find_target(destination))

    assert len({mutant.id for mutant in mutants}) == len(mutants) > 50
    assert {mutant.told_by for mutant in mutants} == {"page", "catalog", "wire", "runtime"}


def test_what_survives_is_told_by_what_could_have_told_it() -> None:
    mutants = {mutant.id: mutant for mutant in generic_mutants(usermotion())}
    fates = [Fate(mutants["default/identify.email-none"]), Fate(mutants["wire/track-method"]), Fate(MAINTAINED)]

    assert survivors_by_source([*fates, Fate(RENAMED, (Kill("toy.name", "", "FAIL"),))]) == {
        "catalog": [mutants["default/identify.email-none"]],
        "wire": [mutants["wire/track-method"]],
        "runtime": [MAINTAINED],
    }


# --- output ----------------------------------------------------------------------------------------------------------


def test_a_matrix_is_told_in_lines_and_as_json() -> None:
    matrix = Matrix(
        checks=("toy.name", "toy.trigger"),
        fates=(Fate(RENAMED, (Kill("toy.name", "", "FAIL"),)), Fate(MAINTAINED), Fate(BROKEN, refused="no trigger")),
        fast=False,
        seconds=1.2,
    )

    assert list(matrix_lines(matrix)) == [
        "text/renamed                         toy.name",
        "text/maintained                      SURVIVES",
        "presets/broken                       does not load: no trigger",
        "",
        "   1 toy.name; nothing else notices text/renamed",
        "   0 toy.trigger",
        "",
        "2 of 3 mutants are noticed, 1 survive (2 checks, 1 s)",
        "  survives: text/maintained: it is said to be public",
    ]
    shown = matrix_json(matrix)
    assert shown["checks"] == {"toy.name": 1, "toy.trigger": 0}
    assert shown["mutants"][0]["kills"] == [{"check": "toy.name", "subject": "", "verdict": "FAIL"}]


def test_the_command_tells_what_notices_a_mutant() -> None:
    result = CliRunner().invoke(main, ["usermotion", "--fast", "--only", "text/action-title", "--processes", "1"])

    assert result.exit_code == 0, result.output
    assert "1 of 1 mutants are noticed, 0 survive" in result.output


def test_every_mutant_says_what_is_wrong() -> None:
    for one in SETS.values():
        assert len({mutant.id for mutant in one.mutants}) == len(one.mutants)
        for mutant in one.mutants:
            assert "/" in mutant.id
            assert mutant.mistake
            assert not mutant.mistake.endswith(".")


def test_the_page_about_mutants_counts_them() -> None:
    for name, one in SETS.items():
        (row,) = re.findall(rf"^\| `{name}` \|.*\| ([0-9]+) \|$", PAGE, re.MULTILINE)
        assert int(row) == len(one.mutants)


def test_what_the_programs_of_the_page_about_mutants_import_is_there() -> None:
    first, second = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    imports = "".join(line for line in first.splitlines(keepends=True) if line.startswith("from "))

    # The first one would take its time.
    compile(first, "docs/mutants.md", "exec")
    exec(imports, {})  # noqa: S102 - our own page
    exec(second, {})  # noqa: S102 - likewise
