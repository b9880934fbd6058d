"""What a run over mutants has found, as lines of text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from actions_core.js import Object
from conformance.mutants.layers import Knowledge
from conformance.mutants.matrix import Fate, Matrix
from conformance.mutants.model import Mutant


def matrix_lines(matrix: Matrix) -> Iterator[str]:
    """Tell for each mutant what notices it, for each check what it notices, and what should worry somebody."""
    for fate in matrix.fates:
        yield f"{fate.mutant.id:36} {_fate(fate)}"
    yield ""
    if not matrix.fast:
        yield from _check_lines(matrix)
    yield summary(matrix)
    for fate in matrix.survivors:
        yield f"  survives: {fate.mutant.id}: {fate.mutant.mistake}"


def _fate(fate: Fate) -> str:
    if fate.refused:
        return f"does not load: {fate.refused}"
    if fate.mutant.equivalent and not fate.kills:
        return f"equivalent: {fate.mutant.equivalent}"
    return ", ".join(fate.killers) or "SURVIVES"


def _check_lines(matrix: Matrix) -> Iterator[str]:
    only = matrix.only_killers
    for check, mutants in sorted(matrix.kills_by_check.items(), key=lambda one: -len(one[1])):
        alone = only.get(check, [])
        told = f"; nothing else notices {', '.join(alone)}" if alone else ""
        if mutants:
            yield f"{len(mutants):4} {check}{told}"
    if matrix.idle_checks:
        yield f"   0 {', '.join(matrix.idle_checks)}"
    yield ""


def summary(matrix: Matrix) -> str:
    """Say in one line how many mutants were noticed."""
    equivalent = sum(1 for fate in matrix.fates if fate.mutant.equivalent and not fate.is_dead)
    told = f", {equivalent} equivalent" if equivalent else ""
    return (
        f"{len(matrix.killed)} of {len(matrix.fates)} mutants are noticed{told}, {len(matrix.survivors)} survive "
        f"({len(matrix.checks)} checks, {matrix.seconds:.0f} s)"
    )


def knowledge_lines(
    matrices: Mapping[Knowledge, Matrix], parts: Mapping[str, Sequence[Mutant]] | None = None
) -> Iterator[str]:
    """Tell how many mutants are noticed with how much of a contract, and how many of each part of them."""
    for knowledge, matrix in matrices.items():
        killed = {fate.mutant.id for fate in matrix.killed}
        of_parts = [
            f"{name} {sum(1 for one in mutants if one.id in killed)} of {len(mutants)}"
            for name, mutants in (parts or {}).items()
        ]
        told = f" ({', '.join(of_parts)})" if of_parts else ""
        yield f"{knowledge:18}{len(killed):4} of {len(matrix.fates)}{told}"
        if matrix.survivors:
            yield f"{'':18}unnoticed: {', '.join(fate.mutant.id for fate in matrix.survivors)}"


def matrix_json(matrix: Matrix) -> Object:
    """Give a run as a JSON value."""
    return {
        "fast": matrix.fast,
        "seconds": round(matrix.seconds, 1),
        "checks": {check: len(mutants) for check, mutants in matrix.kills_by_check.items()},
        "idle": matrix.idle_checks,
        "mutants": [
            {
                "id": fate.mutant.id,
                "mistake": fate.mutant.mistake,
                "noticed": fate.is_dead,
                "refused": fate.refused or None,
                "equivalent": fate.mutant.equivalent or None,
                "kills": [
                    {"check": kill.check, "subject": kill.subject, "verdict": kill.verdict} for kill in fate.kills
                ],
            }
            for fate in matrix.fates
        ],
    }
