"""Where a value came from: what an explanation of a mapping tells about each of its keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from actions_core.js import MISSING


@dataclass(frozen=True, slots=True)
class Read:
    """One look into the event."""

    path: str
    """`$.traits.email`; below a list `$.products[*].sku`; below a @transform, its own output as `@transform.email`."""
    value: Any
    """What was there; `MISSING` if nothing was."""
    decides: bool
    """Whether the value only decided between the branches of an @if."""


@dataclass(frozen=True, slots=True)
class Origin:
    """How one key of a mapping got its value; `str()` is one short line such as `$.traits.email (@if: exists)`."""

    directive: str | None
    """The outermost directive; None for a constant, an object or a list."""
    reads: tuple[Read, ...]
    """What was read, in order; branches that were not taken are not there."""
    choices: tuple[str, ...]
    """Each @if on the way and the branch it took: `@if: exists`, `@if: blank`, `@if: else` or `@if: nothing`."""
    value: Any
    """The value, or `MISSING` if the key is left out; also `MISSING` if there is an error."""
    error: str | None = None
    """Why a directive could not be carried out for this event."""

    def __str__(self) -> str:
        sources = list(dict.fromkeys(read.path for read in self.reads if not read.decides))
        notes = list(dict.fromkeys(self.choices))
        if self.directive not in (None, "@path", "@if", "@literal"):
            notes.insert(0, str(self.directive))
        if self.error is not None:
            notes.append(f"error: {self.error}")
        elif self.value is MISSING:
            notes.append("missing")
        line = ", ".join(sources) or ("nothing" if self.value is MISSING else "constant")
        return f"{line} ({', '.join(notes)})" if notes else line


class Recorder:
    """Notes what the pieces of one mapping key do while they run; used by explanations only, one for each."""

    def __init__(self) -> None:
        self.reads: list[Read] = []
        self.choices: list[str] = []

    def watch(self, path: str, run: Callable[[Any], Any], *, decides: bool) -> Callable[[Any], Any]:
        """Wrap the piece that reads a path, so that each read is noted."""

        def watched(data: Any) -> Any:
            value = run(data)
            self.reads.append(Read(path, value, decides))
            return value

        return watched

    def origin(self, directive: str | None, value: Any, error: str | None = None) -> Origin:
        """Sum up what has been noted."""
        return Origin(directive, tuple(self.reads), tuple(self.choices), value, error)
