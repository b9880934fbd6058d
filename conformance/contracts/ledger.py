"""The ledger that is kept while a page is read: its clauses, and everything that is wrong with it."""

from __future__ import annotations

import re
from typing import Final

from actions_core.errors import Problem
from conformance.contracts.markdown import Cell, Row, one_line
from conformance.contracts.model import Clause, Layer, Level, Origin, Testable

_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def subject_id(place: str, name: str) -> str:
    """Make the id of what clauses are about from the name that people see."""
    return f"{place}/{_BETWEEN_WORDS.sub('-', name.casefold()).strip('-') or 'unnamed'}"


class Ledger:
    """Clauses and problems of one page."""

    def __init__(self, file: str) -> None:
        self.file: Final = file
        self.clauses: Final[dict[str, Clause]] = {}
        self._problems: Final[list[tuple[int, str]]] = []
        self._subjects: Final[set[str]] = set()
        self._numbers: Final[dict[str, int]] = {}

    def subject(self, place: str, name: str) -> str:
        """Make the id of what clauses are about, such as `action/identify`; a second one of a name gets a number."""
        first = made = subject_id(place, name)
        number = self._numbers.get(first, 1)
        while made in self._subjects:
            number += 1
            made = f"{first}-{number}"
        self._subjects.add(made)
        self._numbers[first] = number
        return made

    def add(
        self,
        clause: str,
        line: int,
        quote: str,
        testable: Testable,
        *,
        level: Level = "MUST",
        column: int = 1,
        layer: Layer = "page",
    ) -> None:
        """Enter a clause; its id must be new."""
        if clause in self.clauses:
            raise ValueError(f"the ledger already has a clause {clause}")
        self.clauses[clause] = Clause(clause, Origin(self.file, line, column), one_line(quote), level, testable, layer)

    def add_cell(self, clause: str, row: Row, cell: Cell, testable: Testable) -> None:
        """Enter a clause that a cell makes; the whole row is its quote."""
        self.add(clause, row.line, row.quote, testable, column=cell.column)

    def problem(self, line: int, message: str) -> None:
        """Note that a line is not as the dialect wants it."""
        self._problems.append((line, message))

    def problems(self) -> list[Problem]:
        """List what is wrong, in the order of the page."""
        return [Problem(str(Origin(self.file, line)), message) for line, message in sorted(self._problems)]
