"""What the suite is made of: checks, what they are about, and what they find.

A **check** is a rule. It is about some **subjects** (each required field, each preset, …), and for each of them it
makes **cases**: JSON values. A case is judged by a plain function, which gives `Kept`, `Broken`, or None if the case
does not meet the rule's premise. Because a case is data and the function is pure, whatever breaks a rule can be made
smaller, stored, read by people and run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeAlias, TypeVar

from actions_core.js import Object
from conformance.contracts import BoundAction, BoundField, BoundPreset, Layer, Level

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from conformance.suite.lab import Lab
    from conformance.suite.sent import Sent
    from conformance.suite.target import Target

Phase: TypeAlias = Literal["vectors", "boundary", "fuzz", "stateful"]
"""Values that are the same for everybody; values made of the contract, just inside and outside of it; random ones;
random sequences. The first two are deterministic and run first."""
PHASES: tuple[Phase, ...] = ("vectors", "boundary", "fuzz", "stateful")
Side: TypeAlias = Literal["inside", "outside"]
"""Of a promise's boundary: what it lets through, and what it keeps out."""
Source: TypeAlias = Layer | Literal["runtime"]
"""What a check needs to know: the page, the annex's catalog or wire part, or only what holds for every destination."""


@dataclass(frozen=True)
class Kept:
    """The rule holds for a case."""

    side: Side = "inside"


@dataclass(frozen=True)
class Broken:
    """The rule does not hold for a case."""

    expected: str
    observed: str
    sent: Sent | None = field(default=None, repr=False)
    """The delivery that shows it."""
    marks: tuple[str, ...] = ()
    """JSON pointers into the request, such as `/body/properties/email`, that are to be pointed at."""


Judgement: TypeAlias = Kept | Broken | None


# --- what checks are about -------------------------------------------------------------------------------------------


class Subject(Protocol):
    """What one check is run on."""

    @property
    def name(self) -> str:
        """Unique among the subjects of a check, such as `identify.email`; "" for the destination itself."""
        ...


@dataclass(frozen=True)
class Whole:
    """The destination itself."""

    name: str = ""


@dataclass(frozen=True)
class OnAction:
    """An action."""

    action: BoundAction

    @property
    def name(self) -> str:
        """Its slug."""
        return self.action.slug


@dataclass(frozen=True)
class OnField:
    """A field of an action."""

    action: BoundAction
    field: BoundField

    @property
    def name(self) -> str:
        """Slug and key."""
        return f"{self.action.slug}.{self.field.key}"

    def clause(self, part: str) -> tuple[str, ...]:
        """Give the id of one of the field's clauses."""
        return (f"{self.field.documented.id}/{part}",)


@dataclass(frozen=True)
class OnSetting:
    """A setting."""

    field: BoundField

    @property
    def name(self) -> str:
        """Its key."""
        return self.field.key

    def clause(self, part: str) -> tuple[str, ...]:
        """Give the id of one of the setting's clauses."""
        return (f"{self.field.documented.id}/{part}",)


@dataclass(frozen=True)
class OnPreset:
    """A preset with its action."""

    preset: BoundPreset
    action: BoundAction

    @property
    def name(self) -> str:
        """The last part of its clauses' id."""
        return self.preset.documented.id.removeprefix("preset/")

    def clause(self, part: str) -> tuple[str, ...]:
        """Give the id of one of the preset's clauses."""
        return (f"{self.preset.documented.id}/{part}",)


@dataclass(frozen=True)
class OnClause:
    """A clause that is compared, not tried."""

    clause: str

    @property
    def name(self) -> str:
        """The clause's id."""
        return self.clause


@dataclass(frozen=True)
class NotApplicable:
    """Why a check has nothing to look at."""

    reason: str


SubjectT = TypeVar("SubjectT", bound=Subject)
Judge: TypeAlias = "Callable[[Lab, SubjectT, Object], Judgement]"
Cases: TypeAlias = "Callable[[Lab, SubjectT], Iterable[Object]]"
Fuzz: TypeAlias = "Callable[[Lab, SubjectT], SearchStrategy[Any]]"
Subjects: TypeAlias = "Callable[[Target], Sequence[SubjectT] | NotApplicable]"


@dataclass(frozen=True, kw_only=True)
class Check(Generic[SubjectT]):
    """A rule, what it is about, and how cases for it are made."""

    id: str
    statement: str
    judge: Judge[SubjectT]
    subjects: Subjects[SubjectT]
    clauses: Callable[[SubjectT], tuple[str, ...]]
    """The promises that a case about a subject tries."""
    source: Source
    level: Level = "MUST"
    vectors: Cases[SubjectT] | None = None
    boundary: Cases[SubjectT] | None = None
    fuzz: Fuzz[SubjectT] | None = None
    stateful: Fuzz[SubjectT] | None = None
    """A strategy whose cases are sequences of steps."""
    vacuous: bool = False
    """Whether nothing to try is no fault, as where a rule is about what most destinations do not have."""
    exact: bool = False
    """Whether it compares with the one right answer, so that the promise has no other side to be tried."""

    @property
    def group(self) -> str:
        """The first part of the id."""
        return self.id.partition(".")[0]


def check(
    id: str,  # noqa: A002 - the suite's word for it
    *,
    subjects: Subjects[SubjectT],
    source: Source,
    clauses: Callable[[SubjectT], tuple[str, ...]] | None = None,
    level: Level = "MUST",
    vectors: Cases[SubjectT] | None = None,
    boundary: Cases[SubjectT] | None = None,
    fuzz: Fuzz[SubjectT] | None = None,
    stateful: Fuzz[SubjectT] | None = None,
    vacuous: bool = False,
    exact: bool = False,
) -> Callable[[Judge[SubjectT]], Check[SubjectT]]:
    """Make a check of the function that judges a case; its docstring is the statement."""

    def make(judge: Judge[SubjectT]) -> Check[SubjectT]:
        statement = " ".join((judge.__doc__ or "").split())
        return Check(
            id=id,
            statement=statement,
            judge=judge,
            subjects=subjects,
            clauses=clauses or _no_clauses,
            source=source,
            level=level,
            vectors=vectors,
            boundary=boundary,
            fuzz=fuzz,
            stateful=stateful,
            vacuous=vacuous,
            exact=exact,
        )

    return make


def _no_clauses(_subject: Subject) -> tuple[str, ...]:
    return ()


def once(_lab: Lab, _subject: Subject) -> Iterable[Object]:
    """Give the one case of a check that has nothing to vary."""
    return ({},)
