"""Makes a JSON value smaller for as long as it still shows what it shows.

Hypothesis shrinks only what it has generated, and slowly where a case is costly; named values it does not shrink at
all. This works on any case: it drops keys and items, lifts what is inside, halves texts and lists, and takes numbers
to 0 or 1, each time keeping what still fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, Final

from actions_core.js import stringify

EVALUATIONS: Final = 400
SECONDS: Final = 2.0


def reduce_json(
    value: Any, still_fails: Callable[[Any], bool], *, evaluations: int = EVALUATIONS, seconds: float = SECONDS
) -> tuple[Any, int]:
    """Give a smaller value that still fails, and how many were tried; at most so many, for at most so long."""
    until = perf_counter() + seconds
    tried = 0
    progress = True
    while progress:
        progress = False
        for smaller in candidates(value):
            if tried >= evaluations or perf_counter() > until:
                return value, tried
            tried += 1
            if still_fails(smaller):
                value = smaller
                progress = True
                break
    return value, tried


def candidates(value: Any) -> Iterator[Any]:
    """Yield values that are simpler than this one, the simplest first; each weighs less, so that it ends."""
    weight = _weight(value)
    for one in _simpler(value):
        if _weight(one) < weight:
            yield one


def _weight(value: Any) -> tuple[int, int]:
    """Compare by length, and among equally long ones by how plain they are."""
    text = stringify(value)
    return len(text), sum(ord(char) for char in text)


def _simpler(value: Any) -> Iterator[Any]:
    match value:
        case bool():
            if value:
                yield False
        case int() | float():
            yield from (0, 1)
            if isinstance(value, int):
                # Fewer digits first: 250 has as many as 500, and weighs more.
                yield from (value // 10, value // 2)
        case str():
            yield ""
            if len(value) > 1:
                half = len(value) // 2
                yield from (value[:half], value[half:], value[:-1], value[1:])
            if value not in ("", "a", "0"):
                yield "0"
        case list():
            yield from _simpler_list(value)
        case dict():
            yield from _simpler_object(value)


def _simpler_list(value: list[Any]) -> Iterator[Any]:
    if len(value) > 3:
        half = len(value) // 2
        yield from (value[:half], value[half:])
    for index in range(len(value)):
        yield value[:index] + value[index + 1 :]
    for index, item in enumerate(value):
        yield from ([*value[:index], smaller, *value[index + 1 :]] for smaller in _simpler(item))


def _simpler_object(value: dict[str, Any]) -> Iterator[Any]:
    if len(value) > 3:
        keys = list(value)
        half = len(keys) // 2
        yield {key: value[key] for key in keys[:half]}
        yield {key: value[key] for key in keys[half:]}
    for key in value:
        yield {other: item for other, item in value.items() if other != key}
    for key, item in value.items():
        yield from ({**value, key: smaller} for smaller in _simpler(item))
