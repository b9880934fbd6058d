"""What the engine makes of checks: verdicts, phases, coverage, exit statuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from actions_core import Object
from conformance.contracts import Divergence
from conformance.suite.engine import EFFORTS, Options, Report, Session
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Judgement, Kept, NotApplicable, Subject, Whole
from conformance.suite.promoted import Promoted
from tests.conformance.suite import tiny
from tests.conformance.suite.tiny import checking, diverging, result_of, run


def small(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
    """Numbers below ten."""
    number = case.get("n")
    if not isinstance(number, int):
        return None
    return Kept("inside") if number < 10 else Broken("below 10", f"{number}")


def outside(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
    return Kept("outside")


@dataclass
class Clock:
    """A clock that runs only when somebody says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("conformance.suite.engine.perf_counter", clock)
    return clock


# --- verdicts ---


def test_a_rule_that_holds_for_every_case_passes() -> None:
    result = result_of(checking(small, {"n": 1}, {"n": 2}))
    assert (result.verdict, result.cases, result.found) == ("PASS", {"vectors": 2}, None)


def test_a_case_that_breaks_a_rule_is_made_as_small_as_it_can_be() -> None:
    result = result_of(checking(small, {"n": 1}, {"n": 1000, "other": ["x" * 50]}))
    assert result.verdict == "FAIL"
    assert result.found is not None
    assert result.found.first == {"n": 1000, "other": ["x" * 50]}
    assert "other" not in result.found.case
    assert 10 <= result.found.case["n"] < 1000
    assert result.found.broken.observed == str(result.found.case["n"])
    assert result.found.tries > 0


def test_what_is_told_is_what_the_smallest_case_shows() -> None:
    result = result_of(checking(small, {"n": 1000}), reduce=False)
    assert result.found is not None
    assert result.found.case == {"n": 1000}
    assert result.reason == "1000"


def test_a_case_stays_as_large_as_another_failure_needs_it() -> None:
    def two_rules(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        if "a" not in case:
            raise KeyError("a")
        return Broken("b is not there", "it is") if "b" in case else Kept("inside")

    result = result_of(checking(two_rules, {"a": 1, "b": 2}))
    assert result.found is not None
    assert result.found.case.keys() == {"a", "b"}


def test_what_fails_once_and_then_holds_is_flaky() -> None:
    seen: list[Object] = []

    def only_the_first(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        seen.append(case)
        return Broken("nothing", "something") if len(seen) == 1 else Kept("inside")

    result = result_of(checking(only_the_first, {"n": 1}))
    assert result.verdict == "FLAKY"
    assert "keeps state or is not deterministic" in result.reason
    assert result.found is not None
    assert result.found.case == {"n": 1}


def test_a_check_whose_cases_never_meet_its_premise_is_vacuous() -> None:
    result = result_of(checking(small, {}, {"n": "x"}))
    assert (result.verdict, result.unfit, result.tried) == ("VACUOUS", 2, 0)
    assert "2 cases did not meet" in result.reason


def test_a_check_without_cases_is_vacuous() -> None:
    assert result_of(checking(small)).verdict == "VACUOUS"


def test_a_check_that_may_have_nothing_to_try_does_not_apply_then() -> None:
    assert result_of(checking(small, {}, vacuous=True)).verdict == "N/A"


def test_a_check_without_subjects_does_not_apply_and_says_why() -> None:
    result = result_of(checking(small, {"n": 1}, subjects=tiny.none_of))
    assert (result.verdict, result.reason) == ("N/A", "there is nothing of the kind")


def test_a_check_that_raises_is_an_error_that_names_the_exception() -> None:
    def broken(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        raise ValueError("what a mess")

    result = result_of(checking(broken, {"n": 1}))
    assert result.verdict == "ERROR"
    assert "ValueError: what a mess" in result.reason


def test_fixed_cases_that_take_too_long_are_a_timeout_that_shows_the_slowest(clock: Clock) -> None:
    def slow(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        clock.now += case["seconds"]
        return Kept("inside")

    result = result_of(checking(slow, {"seconds": 0.5}, {"seconds": 2.5}))
    assert result.verdict == "TIMEOUT"
    assert '2.50 s: {"seconds":2.5}' in result.reason


def test_random_cases_are_cut_short_where_time_is_up_which_is_no_fault(clock: Clock) -> None:
    def slow(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        clock.now += 0.9
        return Kept("inside")

    result = result_of(checking(slow, fuzz=lambda _lab, _subject: st.fixed_dictionaries({"n": st.integers()})))
    assert (result.verdict, result.cut_short) == ("PASS", True)
    assert result.cases["fuzz"] < EFFORTS["ci"].examples


def test_what_is_only_information_never_fails() -> None:
    result = result_of(checking(small, {"n": 1000}, level="INFO"))
    assert result.verdict == "INFO"
    assert not result.is_red(strict=True)


# --- divergences ---


def divergence(**changes: Any) -> Divergence:
    given: dict[str, Any] = {
        "check": "made.up", "subject": None, "where": "witness", "witness": {"n": 50},
        "reason": "it has always been like that",
    }  # fmt: skip
    return Divergence(**{**given, **changes})


def test_a_known_divergence_is_told_as_long_as_its_witness_fails() -> None:
    result = result_of(checking(small, {"n": 1}, {"n": 50}), on=diverging(divergence()))
    assert (result.verdict, result.reason, result.left_out) == ("DIVERGED", "it has always been like that", 1)
    assert not result.is_red(strict=True)


def test_a_divergence_whose_witness_holds_is_stale() -> None:
    result = result_of(checking(small, {"n": 1}), on=diverging(divergence(witness={"n": 2})))
    assert result.verdict == "STALE"
    assert '{"n":2} no longer fails' in result.reason


def test_a_divergence_hides_no_other_case() -> None:
    result = result_of(checking(small, {"n": 50}, {"n": 60}), on=diverging(divergence()))
    assert result.verdict == "FAIL"
    assert result.found is not None
    assert result.found.first == {"n": 60}


def test_a_case_is_never_made_smaller_into_one_that_is_known_to_diverge() -> None:
    result = result_of(checking(small, {"n": 60}), on=diverging(divergence(witness={"n": 15})))
    assert result.found is not None
    assert result.found.case != {"n": 15}


def test_a_divergence_counts_as_a_failure_once_its_day_is_over() -> None:
    over = divergence(until=date(2020, 1, 1))
    result = result_of(checking(small, {"n": 1}), on=diverging(over))
    assert (result.verdict, result.divergence) == ("FAIL", over)
    assert "2020-01-01" in result.reason
    assert result.is_red()


def test_a_divergence_about_another_subject_is_none() -> None:
    result = result_of(checking(small, {"n": 50}), on=diverging(divergence(subject="elsewhere")))
    assert result.verdict == "FAIL"


def test_what_segment_does_is_right_in_the_profile_of_the_reference() -> None:
    result = result_of(checking(small, {"n": 1}), on=diverging(divergence()), profile="reference")
    assert result.verdict == "PASS"


# --- phases and budgets ---


def _numbers(_lab: Lab, _subject: Subject) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"n": st.integers(0, 9)})


def test_fixed_cases_come_before_random_ones() -> None:
    result = result_of(checking(small, {"n": 50}, fuzz=lambda _lab, _subject: st.just({"n": 1000})))
    assert result.found is not None
    assert result.found.phase == "vectors"
    assert "fuzz" not in result.cases


@pytest.mark.parametrize(("budget", "fuzz", "stateful"), [("smoke", None, None), ("ci", 10, 10)])
def test_a_budget_says_how_many_random_cases_there_are(budget: str, fuzz: int | None, stateful: int | None) -> None:
    result = result_of(checking(small, {"n": 1}, fuzz=_numbers, stateful=_numbers), budget=budget)
    # A strategy of ten values has no more than ten cases, whatever the budget.
    assert (result.cases.get("fuzz"), result.cases.get("stateful")) == (fuzz, stateful)


def random_numbers(seed: int | None) -> list[int]:
    tried: list[int] = []

    def note(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        tried.append(case["n"])
        return Kept("inside")

    run(checking(note, fuzz=lambda _lab, _subject: st.fixed_dictionaries({"n": st.integers()})), seed=seed)
    return tried


def test_random_cases_are_the_same_every_time_unless_a_seed_is_given() -> None:
    assert random_numbers(None) == random_numbers(None)
    assert random_numbers(1) == random_numbers(1)
    assert random_numbers(None) != random_numbers(1)


def test_only_the_phases_that_are_wanted_are_tried() -> None:
    check = checking(small, {"n": 1}, boundary=lambda _lab, _subject: [{"n": 2}], fuzz=_numbers)
    assert result_of(check, phases=("boundary",)).cases == {"boundary": 1}


def test_a_promoted_vector_is_tried_first_by_its_check_and_subject_only() -> None:
    target = replace(tiny.target(), vectors=(Promoted("made.up", "", {"n": 77}, "vectors/C-1.json"),))
    report = run(checking(small, {"n": 1}), checking(small, {"n": 1}, name="made.too"), on=target, reduce=False)
    mine, other = report.results
    assert mine.found is not None
    assert mine.found.case == {"n": 77}
    assert other.verdict == "PASS"


# --- what is run ---


def two_subjects(_target: Any) -> tuple[Whole, Whole]:
    return Whole("one"), Whole("two")


def planned(*names: str, **options: Any) -> list[tuple[str, str]]:
    checks = [checking(small, {"n": 1}, name=name, subjects=two_subjects) for name in names]
    found = Session(tiny.target(), checks, Options(**options)).plan()
    return [(check.id, subject.name) for check, subject in found if not isinstance(subject, NotApplicable)]


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (("a",), {"a.b.c", "a.b.d"}), (("a.b",), {"a.b.c", "a.b.d"}), (("a.b.c",), {"a.b.c"}),
        (("*.d",), {"a.b.d", "ab.d"}), (("a.b.c", "ab"), {"a.b.c", "ab.d"}), ((), {"a.b.c", "a.b.d", "ab.d"}),
    ],
    ids=["group", "beginning", "id", "pattern", "several", "all"],
)  # fmt: skip
def test_checks_are_selected_by_id_group_or_pattern(only: tuple[str, ...], found: set[str]) -> None:
    assert {check for check, _ in planned("a.b.c", "a.b.d", "ab.d", only=only)} == found


def test_subjects_are_selected_by_name_or_pattern() -> None:
    assert planned("a", subjects=("t*",)) == [("a", "two")]


def test_the_first_failure_ends_a_run_that_is_to_stop_there() -> None:
    checks = [checking(small, {"n": 99}, name="one"), checking(small, {"n": 1}, name="two")]
    assert tiny.verdicts(run(*checks, stop_at_first=True)) == [("one", "FAIL")]
    assert len(run(*checks).results) == 2


def test_every_result_is_heard_of_as_it_comes() -> None:
    heard: list[str] = []
    checks = [checking(small, {"n": 1}, name="one"), checking(small, {"n": 1}, name="two")]
    Session(tiny.target(), checks, Options()).run(lambda result: heard.append(result.check.id))
    assert heard == ["one", "two"]


def test_results_count_deliveries_and_those_that_have_sent_something() -> None:
    def deliver(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        lab.probe(lab.target.actions[0], case)
        return Kept("inside")

    result = result_of(checking(deliver, {"userId": "u"}, {}))
    assert (result.deliveries, result.reached) == (2, 1)


# --- coverage and exit statuses ---

REQUIRED = "action/send/field/user-id/required"
LABEL = "action/send/field/user-id/label"


def covering(judge: tiny.Judge, clause: str, name: str = "made.up") -> Any:
    return checking(judge, {"n": 1}, name=name, clauses=lambda _subject: (clause,))


def test_a_clause_is_covered_on_the_sides_that_were_tried() -> None:
    inside, beyond = covering(small, REQUIRED), covering(outside, REQUIRED, "made.two")
    assert run(inside).coverage()[REQUIRED] == "inside"
    assert run(beyond).coverage()[REQUIRED] == "outside"
    assert run(inside, beyond).coverage()[REQUIRED] == "both"
    assert run(checking(small, {"n": 1})).coverage()[REQUIRED] == "untested"


def test_a_clause_that_is_compared_is_not_tried_and_what_nobody_can_test_is_never_covered() -> None:
    coverage = run(covering(small, LABEL, "contract.made_up"), covering(small, REQUIRED, "contract.too")).coverage()
    assert coverage[LABEL] == "compared"
    assert coverage[REQUIRED] == "untested"


def test_a_check_that_has_tried_nothing_covers_nothing() -> None:
    assert run(checking(small, {}, clauses=lambda _subject: (REQUIRED,))).coverage()[REQUIRED] == "untested"


def runs() -> Iterator[tuple[str, Report, int, int]]:
    good, bad = checking(small, {"n": 1}), checking(small, {"n": 99}, name="bad")
    should = checking(small, {"n": 99}, name="should", level="SHOULD")
    idle = checking(small, name="idle")
    idle_should = checking(small, name="idle.should", level="SHOULD")
    elsewhere = checking(small, {"n": 1}, name="elsewhere", subjects=tiny.none_of)
    everything = ("*",)
    yield "all well", run(good, elsewhere, only=everything), 0, 0
    yield "something red", run(good, bad, idle), 1, 1
    yield "a should", run(good, should), 0, 1
    yield "a must that tried nothing", run(good, idle), 3, 3
    yield "a should that tried nothing", run(good, idle_should, only=everything), 0, 3
    yield "clauses that nothing has tried", run(good), 0, 3
    yield "nothing that applies", run(elsewhere), 3, 3
    yield "nothing at all", run(), 3, 3


@pytest.mark.parametrize(("report", "status", "strict"), [pytest.param(*given, id=name) for name, *given in runs()])
def test_the_exit_status_tells_good_from_broken_from_nothing_tried(report: Report, status: int, strict: int) -> None:
    assert (report.exit_status(), report.exit_status(strict=True)) == (status, strict)
