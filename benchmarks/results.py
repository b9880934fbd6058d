"""What was measured, as values: a row has figures, a figure has one value for each round."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Final

from actions_core import Object

TIMES: Final = "times"
"""The unit of a ratio."""


@dataclass(frozen=True)
class Figure:
    """One number of a row, measured in every round."""

    name: str
    unit: str
    rounds: tuple[float, ...]
    shown: bool = True
    """Whether it is in the tables; all figures are in the JSON output."""

    @property
    def median(self) -> float:
        """The value that half of the rounds lie below."""
        return median(self.rounds)

    def to_json(self) -> Object:
        """Give the figure with every round's value."""
        return {
            "unit": self.unit,
            "median": self.median,
            "lowest": min(self.rounds),
            "highest": max(self.rounds),
            "rounds": list(self.rounds),
        }


@dataclass(frozen=True)
class Row:
    """One thing that was measured."""

    suite: str
    name: str
    figures: tuple[Figure, ...]
    compared: int = 0
    """How many outputs of both sides were found equal before anything was timed."""
    table: str = ""
    """What its table is about, for a suite that has several."""

    def figure(self, name: str) -> Figure | None:
        """Find a figure by its name."""
        return next((figure for figure in self.figures if figure.name == name), None)

    def to_json(self) -> Object:
        """Give the row with all of its figures."""
        return {
            "suite": self.suite,
            "table": self.table,
            "name": self.name,
            "compared": self.compared,
            "figures": {figure.name: figure.to_json() for figure in self.figures},
        }


def ratio(name: str, of: Figure, to: Figure, *, shown: bool = True) -> Figure:
    """Divide two figures round by round: what disturbed a round disturbed both of its halves."""
    return Figure(name, TIMES, tuple(one / other for one, other in zip(of.rounds, to.rounds, strict=True)), shown)
