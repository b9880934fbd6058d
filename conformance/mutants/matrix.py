"""Finds out which checks notice which mutants.

A check kills a mutant if it has a red verdict about it that it does not have about the target without the mistake.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Any, Final

from actions_core.check import check_destination
from conformance.mutants.layers import KNOWLEDGE, Knowledge, contract_knowing
from conformance.mutants.model import Mutant
from conformance.suite.engine import RED, Options, Session, Verdict
from conformance.suite.lab import Lab
from conformance.suite.model import Check, Phase
from conformance.suite.target import Target

DETERMINISTIC: Final[tuple[Phase, ...]] = ("vectors", "boundary")
"""What has to be enough to notice every mutant."""


@dataclass(frozen=True, slots=True)
class Kill:
    """A verdict by which a mutant was noticed."""

    check: str
    subject: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Fate:
    """What has become of one mutant."""

    mutant: Mutant
    kills: tuple[Kill, ...] = ()
    """In the order of the checks; only one, if no more were looked for."""
    refused: str = ""
    """Why the mutant does not even load, which notices it too."""
    seconds: float = field(default=0.0, compare=False)

    @property
    def is_dead(self) -> bool:
        """Whether anything has noticed it."""
        return bool(self.kills or self.refused)

    @property
    def killers(self) -> tuple[str, ...]:
        """The ids of the checks that have noticed it."""
        return tuple(dict.fromkeys(kill.check for kill in self.kills))


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """Mutants and what notices them."""

    checks: tuple[str, ...]
    fates: tuple[Fate, ...]
    fast: bool
    """Whether only the first kill of each mutant was looked for."""
    seconds: float = field(default=0.0, compare=False)

    @property
    def survivors(self) -> list[Fate]:
        """The mutants that nothing has noticed although somebody could."""
        return [fate for fate in self.fates if not fate.is_dead and not fate.mutant.equivalent]

    @property
    def killed(self) -> list[Fate]:
        """The mutants that were noticed."""
        return [fate for fate in self.fates if fate.is_dead]

    @property
    def kills_by_check(self) -> Mapping[str, list[str]]:
        """The ids of the mutants that each check has noticed; complete only if the run was not fast."""
        found: dict[str, list[str]] = {check: [] for check in self.checks}
        for fate in self.fates:
            for check in fate.killers:
                found[check].append(fate.mutant.id)
        return found

    @property
    def idle_checks(self) -> list[str]:
        """The checks that have noticed nothing."""
        return [check for check, mutants in self.kills_by_check.items() if not mutants]

    @property
    def only_killers(self) -> Mapping[str, list[str]]:
        """For each check that is the only one to notice some mutant: those mutants."""
        found: dict[str, list[str]] = {}
        for fate in self.fates:
            if len(fate.killers) == 1 and not fate.refused:
                found.setdefault(fate.killers[0], []).append(fate.mutant.id)
        return found


Verdicts = Mapping[tuple[str, str], Verdict]


class Hunt:
    """A target without mistakes and the checks that mutants of it are tried with.

    Where one kill is enough, checks that have killed before are tried first, and then those that take little time.
    """

    def __init__(self, target: Target, checks: Sequence[Check[Any]], phases: Sequence[Phase] = DETERMINISTIC) -> None:
        self.target: Final = target
        self.checks: Final = tuple(checks)
        # Fixed cases need no more; what is found is not shown, so it may be as large as it is.
        self.options: Final = Options(budget=_budget(phases), phases=tuple(phases), reduce=False)
        results = Session(self.target, self.checks, self.options).run().results
        self.clean: Final[Verdicts] = {(one.check.id, one.subject): one.verdict for one in results}
        self._seconds: Final[dict[str, float]] = {}
        for one in results:
            self._seconds[one.check.id] = self._seconds.get(one.check.id, 0.0) + one.seconds
        self._killers: Final[dict[str, Counter[str]]] = {}

    def fate(self, mutant: Mutant, *, fast: bool) -> Fate:
        """Try a mutant; if `fast`, only until it is noticed."""
        started = perf_counter()
        target = mutant.apply(self.target)
        problems = check_destination(target.destination)
        if problems:
            return Fate(mutant, refused="; ".join(map(str, problems)), seconds=perf_counter() - started)
        kills: list[Kill] = []
        for kill in self._kills(target, self._order(mutant) if fast else self.checks):
            kills.append(kill)
            if fast:
                break
        counted = self._killers.setdefault(mutant.group, Counter())
        counted.update(dict.fromkeys((kill.check for kill in kills), 1))
        return Fate(mutant, tuple(kills), seconds=perf_counter() - started)

    def _kills(self, target: Target, checks: Sequence[Check[Any]]) -> Iterable[Kill]:
        session = Session(target, checks, self.options)
        with Lab(target, self.options.profile) as lab:
            for check, subject in session.plan():
                result = session.run_one(lab, check, subject)
                if self._is_kill(check.id, result.subject, result.verdict):
                    yield Kill(check.id, result.subject, result.verdict)

    def _is_kill(self, check: str, subject: str, verdict: Verdict) -> bool:
        before = self.clean.get((check, subject), "N/A")
        return verdict in _NOTICED and before not in RED and before != verdict

    def _order(self, mutant: Mutant) -> list[Check[Any]]:
        """Put those first that have noticed mutants of the group, the best first, then those that take little time."""
        counted = self._killers.get(mutant.group, Counter())
        return sorted(self.checks, key=lambda check: (-counted[check.id], self._seconds.get(check.id, 0.0)))


_NOTICED: Final[frozenset[Verdict]] = RED | {"VACUOUS"}


def _budget(phases: Sequence[Phase]) -> Any:
    return "smoke" if set(phases) <= set(DETERMINISTIC) else "ci"


def run_matrix(
    target: Target,
    mutants: Sequence[Mutant],
    checks: Sequence[Check[Any]],
    *,
    fast: bool = False,
    phases: Sequence[Phase] = DETERMINISTIC,
    processes: int | None = None,
) -> Matrix:
    """Try every mutant with the checks; if `fast`, each only until it is noticed.

    `processes` run side by side, by default as many as there are processors. They are forked, since mutants are
    functions that no other process could be sent; where that cannot be done it is one, as where other threads run.
    """
    started = perf_counter()
    hunt = Hunt(target, checks, phases)
    wanted = min(processes or os.cpu_count() or 1, len(mutants))
    if wanted > 1 and _can_fork():
        fates = _side_by_side(hunt, mutants, fast, wanted)
    else:
        fates = [hunt.fate(mutant, fast=fast) for mutant in mutants]
    return Matrix(
        checks=tuple(check.id for check in checks), fates=tuple(fates), fast=fast, seconds=perf_counter() - started
    )


def run_by_knowledge(
    target: Target,
    mutants: Sequence[Mutant],
    checks: Sequence[Check[Any]],
    *,
    phases: Sequence[Phase] = DETERMINISTIC,
    processes: int | None = None,
) -> dict[Knowledge, Matrix]:
    """Find out what is noticed with the page alone, with the catalog's part as well, and with the whole contract."""
    return {
        knowledge: run_matrix(
            target.with_contract(contract_knowing(target.contract, knowledge)),
            mutants,
            checks,
            fast=True,
            phases=phases,
            processes=processes,
        )
        for knowledge in KNOWLEDGE
    }


# --- several processes -----------------------------------------------------------------------------------------------


def _can_fork() -> bool:
    # A fork has none of the other threads, but the locks that they hold.
    return "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1


_Told = tuple[tuple[Kill, ...], str, float]


def _side_by_side(hunt: Hunt, mutants: Sequence[Mutant], fast: bool, processes: int) -> list[Fate]:
    """Fork, and let each process try every so-manieth mutant: those are known there by their place."""
    context = multiprocessing.get_context("fork")
    found: dict[int, Fate] = {}
    running = []
    for first in range(processes):
        places = range(first, len(mutants), processes)
        receiving, sending = context.Pipe(duplex=False)
        process = context.Process(target=_try_some, args=(hunt, mutants, places, fast, sending), daemon=True)
        process.start()
        sending.close()
        running.append((process, receiving, places))
    for process, receiving, places in running:
        for place in places:
            try:
                kills, refused, seconds = receiving.recv()
            except EOFError:
                process.join()
                told = f"{mutants[place].id}: the process that tried it ended with status {process.exitcode}"
                raise RuntimeError(told) from None
            found[place] = Fate(mutants[place], kills, refused, seconds)
        process.join()
    return [found[place] for place in range(len(mutants))]


def _try_some(hunt: Hunt, mutants: Sequence[Mutant], places: range, fast: bool, sending: Connection) -> None:
    for place in places:
        fate = hunt.fate(mutants[place], fast=fast)
        told: _Told = (fate.kills, fate.refused, fate.seconds)
        sending.send(told)
    sending.close()
