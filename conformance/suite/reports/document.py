"""The report as a document: what the JSON format holds. The other formats are made of it, so that they cannot differ.

The published schema is made of these models; see `schema`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from conformance.contracts import Layer, Level
from conformance.contracts.model import Testable
from conformance.suite.engine import RED, Budget, Counted, Coverage, Verdict
from conformance.suite.failures import Failure
from conformance.suite.lab import Profile
from conformance.suite.model import Phase, Side, Source
from conformance.suite.reports.states import State

SCHEMA_VERSION: Final = 1
"""Goes up with every change that a reader of older reports would notice, but for new keys."""

Conclusion: TypeAlias = Literal["conforms", "does not conform", "diverges", "not proven", "partial run"]
"""`diverges`: nothing is red, but too much is known not to be kept. `not proven`: nothing was tried, or a check that
MUST hold had nothing to try. `partial run`: only some of the checks were asked for."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Run(_Shape):
    """When and how it was run."""

    started: datetime
    seconds: float
    profile: Profile
    budget: Budget
    seed: int | None
    """Null: the same random cases every time."""
    only: tuple[str, ...]
    subjects: tuple[str, ...]
    phases: tuple[Phase, ...]
    versions: dict[str, str]
    """Of what ran: `actions`, `python`, `hypothesis`."""


class About(_Shape):
    """The destination."""

    name: str
    slug: str
    origin: str
    """The distribution and version of its plugin, or the module."""


class SourceFile(_Shape):
    """A file that promises come from."""

    file: str
    sha256: str | None
    """Of its text in UTF-8; null if the text is not at hand."""


class Sources(_Shape):
    """Where the contract comes from."""

    page: SourceFile
    annex: SourceFile | None
    layers: tuple[Layer, ...]


class Place(_Shape):
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int


class CheckFacts(_Shape):
    """A check that was asked for."""

    id: str
    group: str
    statement: str
    level: Level
    source: Source


class ResultFacts(_Shape):
    """What a check says about one subject."""

    check: str
    subject: str
    """"" for the destination itself."""
    verdict: Verdict
    red: bool
    """Whether it fails the run: the verdict is a red one, and the check's level is MUST."""
    reason: str
    clauses: tuple[str, ...]
    cases: dict[Phase, int]
    """How many cases were judged in each phase."""
    sides: tuple[Side, ...]
    left_out: int
    """Cases that a known divergence is about."""
    unfit: int
    """Cases that did not meet the rule's premise."""
    cut_short: bool
    """Whether random cases were left out for want of time."""
    deliveries: int
    """How many deliveries were tried; `reached` of them have sent a request."""
    reached: int
    seconds: float
    failure: str | None
    """The id of what it found."""

    @property
    def counted_as(self) -> Counted:
        """What it counts as for people."""
        return "ADVISED" if self.verdict in RED and not self.red else self.verdict


class Tried(_Shape):
    """A result about a clause."""

    check: str
    subject: str
    verdict: Verdict
    failure: str | None
    """The id of what it found."""


class ClauseFacts(_Shape):
    """A promise, and what became of it."""

    id: str
    level: Level
    layer: Layer
    testable: Testable
    origin: Place
    quote: str
    coverage: Coverage
    state: State
    """The coverage, or what is worse: `failed`, `advised` (a SHOULD is not kept), `diverged`."""
    results: tuple[Tried, ...]


class CauseFacts(_Shape):
    """Results that most likely have one cause."""

    about: str
    likely: str | None
    """The place in the plugin's source, where one is known."""
    red: bool
    """Whether any of them fails the run."""
    results: tuple[Tried, ...]


class DivergenceFacts(_Shape):
    """A promise that is known not to be kept."""

    check: str
    subject: str | None
    """Null: all of them."""
    where: str
    reason: str
    issue: str | None
    until: date | None
    days_left: int | None
    """From the day of the run; negative once it is over."""
    own: bool
    """Whether it is the destination's own, not Segment's."""
    witness: dict[str, Any]
    clauses: tuple[str, ...]
    results: tuple[Tried, ...]


class ClauseTotals(_Shape):
    """How much of the contract was tried."""

    total: int
    testable: int
    """All but the external ones."""
    tried: int
    """Of the testable ones."""
    coverage: dict[Coverage, int]
    states: dict[State, int]


class Totals(_Shape):
    """The sums."""

    results: int
    red: int
    """How many fail the run."""
    advised: int
    """How many have a red verdict and fail no run, as what they look for only SHOULD hold."""
    verdicts: dict[Verdict, int]
    cases: dict[Phase, int]
    left_out: int
    unfit: int
    deliveries: int
    reached: int
    clauses: ClauseTotals
    divergences: int
    own_divergences: int
    own_diverged_clauses: int


class Document(_Shape):
    """A run of the conformance suite on one destination."""

    schema_version: Literal[1]
    conclusion: Conclusion
    run: Run
    destination: About
    contract: Sources
    totals: Totals
    checks: tuple[CheckFacts, ...]
    results: tuple[ResultFacts, ...]
    """One for each check and subject, in the order in which they were run."""
    clauses: tuple[ClauseFacts, ...]
    failures: tuple[Failure, ...]
    """As `actions conformance replay` takes them."""
    causes: tuple[CauseFacts, ...]
    """What was found, put together by what most likely caused it."""
    divergences: tuple[DivergenceFacts, ...]
