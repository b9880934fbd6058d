"""Pairs what a page describes with what a plugin declares, one to one, by the names that people see."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

DocumentedT = TypeVar("DocumentedT")
DeclaredT = TypeVar("DeclaredT")
Names: TypeAlias = tuple[str, str]
"""The name that is shown, and what tells two of one name apart."""


def pair(
    documented: Sequence[DocumentedT],
    declared: Sequence[DeclaredT],
    documented_names: Callable[[DocumentedT], Names],
    declared_names: Callable[[DeclaredT], Names],
) -> tuple[list[int | None], list[int]]:
    """Give each documented thing the index of the declared one that it is about, and list the indexes left over.

    Of several with one name those go together first that agree in the rest as well, and then those that are left, in
    their order. None stands for a thing without a counterpart.
    """
    alike: defaultdict[Names, deque[int]] = defaultdict(deque)
    for index, one in enumerate(declared):
        alike[declared_names(one)].append(index)
    found: list[int | None] = []
    for wanted in documented:
        same = alike[documented_names(wanted)]
        found.append(same.popleft() if same else None)
    taken = set(found)
    namesakes: defaultdict[str, deque[int]] = defaultdict(deque)
    for index, one in enumerate(declared):
        if index not in taken:
            namesakes[declared_names(one)[0]].append(index)
    for position, wanted in enumerate(documented):
        same = namesakes[documented_names(wanted)[0]]
        if found[position] is None and same:
            found[position] = same.popleft()
    return found, sorted(index for left in namesakes.values() for index in left)
