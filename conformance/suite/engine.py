"""Runs checks: phases in order, a verdict for each check and subject, and what was tried of each clause."""

from __future__ import annotations

import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any, Final, Literal, TypeAlias

from actions_core.js import Object, stringify
from conformance.contracts import Clause, Divergence
from conformance.suite.divergences import divergences_for, is_over, is_taken
from conformance.suite.lab import Lab, Profile
from conformance.suite.model import PHASES, Broken, Check, Judgement, NotApplicable, Phase, Side, Subject
from conformance.suite.placeholders import Placeholders
from conformance.suite.quiet import quiet
from conformance.suite.reduce import reduce_json
from conformance.suite.target import Target

Verdict: TypeAlias = Literal["PASS", "FAIL", "DIVERGED", "STALE", "VACUOUS", "N/A", "INFO", "FLAKY", "ERROR", "TIMEOUT"]
Counted: TypeAlias = Verdict | Literal["ADVISED"]
"""What a result counts as: its verdict, but ADVISED for a red one that fails no run, as SHOULD is not MUST."""
RED: Final[frozenset[Verdict]] = frozenset({"FAIL", "STALE", "FLAKY", "ERROR", "TIMEOUT"})
Budget: TypeAlias = Literal["smoke", "ci", "nightly"]


@dataclass(frozen=True)
class Effort:
    """How much is tried."""

    examples: int
    """Random cases of each check and subject."""
    sequences: int
    """Random sequences likewise."""
    seconds: float
    """For each check and subject; random cases are cut short then, fixed ones must be done by then."""


EFFORTS: Final[Mapping[Budget, Effort]] = {
    "smoke": Effort(examples=0, sequences=0, seconds=10.0),
    "ci": Effort(examples=25, sequences=20, seconds=2.0),
    "nightly": Effort(examples=2000, sequences=500, seconds=60.0),
}


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to run."""

    budget: Budget = "ci"
    profile: Profile = "documented"
    seed: int | None = None
    """None: the same random cases every time."""
    only: tuple[str, ...] = ()
    """Ids of checks or groups, with `*` and `?`; none: all."""
    subjects: tuple[str, ...] = ()
    """Names of subjects, likewise."""
    stop_at_first: bool = False
    phases: tuple[Phase, ...] = PHASES
    reduce: bool = True
    """Whether to make failing cases smaller, which takes time."""

    @property
    def effort(self) -> Effort:
        """How much is tried."""
        return EFFORTS[self.budget]

    def wants(self, check: Check[Any]) -> bool:
        """Tell whether a check is selected."""
        return not self.only or any(
            fnmatchcase(check.id, pattern) or check.group == pattern or check.id.startswith(f"{pattern}.")
            for pattern in self.only
        )

    def wants_subject(self, subject: Subject) -> bool:
        """Tell whether a subject is selected."""
        return not self.subjects or any(fnmatchcase(subject.name, pattern) for pattern in self.subjects)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A case that breaks a rule, as small as it could be made."""

    case: Object
    first: Object
    """As it was found."""
    phase: Phase
    broken: Broken
    tries: int
    """How many smaller cases were tried."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a check says about one subject."""

    check: Check[Any]
    subject: str
    verdict: Verdict
    reason: str = ""
    found: Found | None = None
    divergence: Divergence | None = None
    cases: Mapping[Phase, int] = field(default_factory=dict)
    sides: frozenset[Side] = frozenset()
    """The sides of the promise that cases were on."""
    clauses: tuple[str, ...] = ()
    left_out: int = 0
    """Cases that a known divergence is about."""
    unfit: int = 0
    """Cases that did not meet the rule's premise."""
    cut_short: bool = False
    """Whether random cases were left out for want of time."""
    deliveries: int = 0
    """How many deliveries were tried; `reached` of them have sent a request."""
    reached: int = 0
    seconds: float = 0.0

    @property
    def tried(self) -> int:
        """How many cases were judged."""
        return sum(self.cases.values())

    def is_red(self, *, strict: bool = False) -> bool:
        """Tell whether it fails a run: what MUST hold and does not, with `strict` what SHOULD hold as well."""
        if self.verdict not in RED:
            return False
        return strict or self.check.level == "MUST"

    def counted_as(self, *, strict: bool = False) -> Counted:
        """Tell what it counts as, wherever results are counted for people."""
        is_advised = self.verdict in RED and not self.is_red(strict=strict)
        return "ADVISED" if is_advised else self.verdict


Coverage: TypeAlias = Literal["untested", "inside", "outside", "both", "compared", "external"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run."""

    target: Target = field(repr=False)
    options: Options
    results: tuple[Result, ...]
    seconds: float
    started: datetime

    @property
    def counts(self) -> Counter[Verdict]:
        """How many results have each verdict."""
        return Counter(result.verdict for result in self.results)

    def tally(self, *, strict: bool = False) -> Counter[Counted]:
        """Count results for people: what is FAIL here fails the run."""
        return Counter(result.counted_as(strict=strict) for result in self.results)

    def red(self, *, strict: bool = False) -> list[Result]:
        """List what fails the run."""
        return [result for result in self.results if result.is_red(strict=strict)]

    def coverage(self) -> dict[str, Coverage]:
        """Tell for each clause what was tried of it."""
        sides: dict[str, set[Side]] = {}
        compared: set[str] = set()
        for result in self.results:
            for clause in result.clauses if result.tried else ():
                compared.add(clause)
                # To compare what is declared is not to try it.
                if result.check.group != "contract":
                    tried: set[Side] = {"inside", "outside"} if result.check.exact and result.sides else {*result.sides}
                    # What has broken it was on some side of it, too.
                    sides.setdefault(clause, set()).update(tried or ({"inside"} if result.found is not None else set()))
        return {clause.id: _coverage(clause, sides.get(clause.id), compared) for clause in self.clauses}

    @property
    def clauses(self) -> Iterable[Clause]:
        """The contract's clauses, in order."""
        return self.target.contract.clauses.values()

    def exit_status(self, *, strict: bool = False) -> int:
        """Give 0 if all is well, 1 if something is red, 3 if nothing was tried or a check had nothing to try.

        With `strict` what SHOULD hold must, and each clause must have been tried.
        """
        if self.red(strict=strict):
            return 1
        if not any(result.tried for result in self.results):
            return 3
        vacuous = [one for one in self.results if one.verdict == "VACUOUS" and (strict or one.check.level == "MUST")]
        return 3 if vacuous or (strict and self.untested) else 0

    @property
    def untested(self) -> list[Clause]:
        """List the clauses that something could have tried and nothing has, unless only some checks were asked for."""
        if self.options.only or self.options.subjects:
            return []
        coverage = self.coverage()
        return [clause for clause in self.clauses if coverage[clause.id] == "untested"]


def _coverage(clause: Clause, sides: set[Side] | None, compared: set[str]) -> Coverage:
    if clause.testable == "external":
        return "external"
    if clause.testable == "structural":
        return "compared" if clause.id in compared else "untested"
    if not sides:
        return "untested"
    return "both" if len(sides) == 2 else next(iter(sides))


Listener: TypeAlias = Callable[[Result], None]


class Session:
    """A target, the checks that are run on it, and how."""

    def __init__(self, target: Target, checks: Sequence[Check[Any]], options: Options) -> None:
        self.target: Final = target
        self.options: Final = options
        self.checks: Final = [check for check in checks if options.wants(check)]

    def plan(self) -> Iterator[tuple[Check[Any], Subject | NotApplicable]]:
        """Yield what there is to run: each check with each of its subjects, or with why it has none."""
        for one in self.checks:
            subjects = one.subjects(self.target)
            if isinstance(subjects, NotApplicable):
                if not self.options.subjects:
                    yield one, subjects
                continue
            for subject in subjects:
                if self.options.wants_subject(subject):
                    yield one, subject

    def run(self, listener: Listener | None = None) -> Report:
        """Run everything; `listener` hears of each result."""
        started, clock = datetime.now(UTC), perf_counter()
        results: list[Result] = []
        with Lab(self.target, self.options.profile) as lab:
            for check, subject in self.plan():
                result = self.run_one(lab, check, subject)
                results.append(result)
                if listener is not None:
                    listener(result)
                if self.options.stop_at_first and result.is_red():
                    break
        return Report(
            target=self.target,
            options=self.options,
            results=tuple(results),
            seconds=perf_counter() - clock,
            started=started,
        )

    def run_one(self, lab: Lab, check: Check[Any], subject: Subject | NotApplicable) -> Result:
        """Run one check on one subject."""
        if isinstance(subject, NotApplicable):
            return Result(check=check, subject="", verdict="N/A", reason=subject.reason)
        with quiet():
            return _Trial(lab, check, subject, self.options).run()


class _Trial:
    """One check on one subject, under way."""

    def __init__(self, lab: Lab, check: Check[Any], subject: Subject, options: Options) -> None:
        self.lab: Final = lab
        self.check: Final = check
        self.subject: Final = subject
        self.options: Final = options
        self.divergences: Final = divergences_for(lab.target, check.id, subject)
        self.cases: Final[dict[Phase, int]] = {}
        self.sides: Final[set[Side]] = set()
        self.left_out = 0
        self.unfit = 0
        self.cut_short = False
        self.slowest: tuple[float, Object] = (0.0, {})
        self.before: Final = (lab.deliveries, lab.reached)
        self.started: Final = perf_counter()

    def run(self) -> Result:
        try:
            found = self._search()
            return self._failed(found) if found is not None else self._held()
        except Exception as error:  # noqa: BLE001 - a check that cannot run has a verdict of its own
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            return self._result("ERROR", f"{type(error).__name__}: {error} ({place})")

    # --- searching ---

    def _search(self) -> tuple[Phase, Object, Broken] | None:
        for phase in self.options.phases:
            found = self._fixed(phase) if phase in ("vectors", "boundary") else self._random(phase)
            if found is not None:
                return found
        return None

    def _fixed(self, phase: Phase) -> tuple[Phase, Object, Broken] | None:
        make = self.check.vectors if phase == "vectors" else self.check.boundary
        promoted = self.lab.target.vectors if phase == "vectors" else ()
        mine = [one.case for one in promoted if (one.check, one.subject) == (self.check.id, self.subject.name)]
        own = Placeholders.of(self.lab).reveal(mine) if mine else ()
        for case in chain(own, make(self.lab, self.subject) if make is not None else ()):
            broken = self._try(phase, case)
            if broken is not None:
                return phase, case, broken
        return None

    def _random(self, phase: Phase) -> tuple[Phase, Object, Broken] | None:
        make = self.check.fuzz if phase == "fuzz" else self.check.stateful
        effort = self.options.effort
        count = effort.examples if phase == "fuzz" else effort.sequences
        if make is None or not count:
            return None
        from conformance.suite.fuzzing import examples  # noqa: PLC0415 - Hypothesis takes its time to load

        # Each check and subject has random cases of its own, whatever else is run.
        seed = zlib.crc32(f"{self.options.seed}/{self.check.id}/{self.subject.name}/{phase}".encode())
        found: list[tuple[Phase, Object, Broken]] = []

        def attempt(case: Object) -> bool:
            if perf_counter() - self.started > effort.seconds:
                self.cut_short = True
                return False
            broken = self._try(phase, case)
            if broken is not None:
                found.append((phase, case, broken))
            return broken is None

        examples(make(self.lab, self.subject), attempt, count=count, seed=seed)
        return found[0] if found else None

    def _try(self, phase: Phase, case: Object) -> Broken | None:
        if is_taken(case, self.divergences):
            self.left_out += 1
            return None
        began = perf_counter()
        judgement = self._judge(self.lab, case)
        took = perf_counter() - began
        if took > self.slowest[0]:
            self.slowest = (took, case)
        if judgement is None:
            self.unfit += 1
            return None
        self.cases[phase] = self.cases.get(phase, 0) + 1
        if isinstance(judgement, Broken):
            return judgement
        self.sides.add(judgement.side)
        return None

    def _judge(self, lab: Lab, case: Object) -> Judgement:
        judgement: Judgement = self.check.judge(lab, self.subject, case)
        return judgement

    # --- what it comes to ---

    def _held(self) -> Result:
        effort = self.options.effort
        took = perf_counter() - self.started
        if took > effort.seconds and not self.cut_short:
            slowest = f"the slowest took {self.slowest[0]:.2f} s: {_short(self.slowest[1])}"
            return self._result("TIMEOUT", f"{took:.1f} s of {effort.seconds:g} s were used; {slowest}")
        if not self.cases and not self.left_out:
            if self.check.vacuous:
                return self._result("N/A", "nothing to try")
            return self._result("VACUOUS", f"nothing was tried: {self.unfit} cases did not meet the rule's premise")
        for one in self.divergences:
            if is_over(one, date.today()):  # noqa: DTZ011 - a day of the reader's calendar
                return self._result("FAIL", f"was accepted until {one.until}: {one.reason}", divergence=one)
            with self.lab.fresh() as lab:
                if not isinstance(self._judge(lab, one.witness), Broken):
                    told = f"{_short(one.witness)} no longer fails: take the divergence out. {one.reason}"
                    return self._result("STALE", told, divergence=one)
        if self.divergences and self.options.profile == "documented":
            one = self.divergences[0]
            return self._result("DIVERGED", one.reason, divergence=one)
        return self._result("PASS")

    def _failed(self, found: tuple[Phase, Object, Broken]) -> Result:
        phase, case, broken = found
        with self.lab.fresh() as lab:
            if not isinstance(self._judge(lab, case), Broken):
                told = "failed once and held the next time: the plugin keeps state or is not deterministic"
                failure = Found(case=case, first=case, phase=phase, broken=broken, tries=0)
                return self._result("FLAKY", told, found=failure)
            smallest, tries = self._reduce(lab, case, broken) if self.options.reduce else (case, 0)
            # What the smallest case shows is what is told.
            again = self._judge(lab, smallest)
        if isinstance(again, Broken):
            broken = again
        else:
            smallest = case
        failure = Found(case=smallest, first=case, phase=phase, broken=broken, tries=tries)
        return self._result("INFO" if self.check.level == "INFO" else "FAIL", broken.observed, found=failure)

    def _reduce(self, lab: Lab, case: Object, broken: Broken) -> tuple[Object, int]:
        def still_fails(smaller: Any) -> bool:
            if not isinstance(smaller, dict) or is_taken(smaller, self.divergences):
                return False
            try:
                found = self._judge(lab, smaller)
                # Another way to break the same rule would be another fault.
                return isinstance(found, Broken) and _kind(found) == _kind(broken)
            except Exception:  # noqa: BLE001 - what was cut off may be what the check needs
                return False

        return reduce_json(case, still_fails)

    def _result(
        self, verdict: Verdict, reason: str = "", *, found: Found | None = None, divergence: Divergence | None = None
    ) -> Result:
        return Result(
            check=self.check,
            subject=self.subject.name,
            verdict=verdict,
            reason=reason,
            found=found,
            divergence=divergence,
            cases=dict(self.cases),
            sides=frozenset(self.sides),
            clauses=self.check.clauses(self.subject),
            left_out=self.left_out,
            unfit=self.unfit,
            cut_short=self.cut_short,
            deliveries=self.lab.deliveries - self.before[0],
            reached=self.lab.reached - self.before[1],
            seconds=perf_counter() - self.started,
        )


def _kind(broken: Broken) -> tuple[str, str]:
    """Tell how a rule was broken: what became of the delivery, and which kind of error it ended in."""
    sent = broken.sent
    return ("", "") if sent is None else (sent.outcome, type(sent.escaped or sent.error).__name__)


def _short(value: Any) -> str:
    text = stringify(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
