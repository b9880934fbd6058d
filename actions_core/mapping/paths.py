"""Paths into an event: `$.traits.email`, `products.0.sku`, `products[0]['sku']`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from actions_core.js import read_path

Resolve: TypeAlias = Callable[[Any], Any]
"""A compiled piece of a mapping: the data it reads from (an event, an item of a list, …) to a value or `MISSING`."""

# A dot always separates keys; a bracket does beside a quote or a digit only, so `a[b]` is one key.
_SEPARATOR: Final = re.compile(r"""\[(?=["'0-9])|\.|(?<=["'0-9])\]+""")
_QUOTES: Final = str.maketrans("", "", "\"'")


def parse_path(path: str) -> tuple[str, ...]:
    """Take a path apart into its keys; `""` and `"."` have none and mean the data itself.

    Every text is a path. A leading `$.` is no part of it here: see `strip_root`.

    Reference: quotes are dropped wherever they stand and a dot separates even between quotes, so that a key which
    contains a dot cannot be reached.

    >>> parse_path("products[0]['sku']")
    ('products', '0', 'sku')
    """
    return tuple(key.translate(_QUOTES) for key in _SEPARATOR.split(path) if key)


def strip_root(path: str) -> str:
    """Take the event's own sign off a path, as `@path` and `@arrayPath` do.

    Reference: the first `$.` goes wherever it stands (`a$.b` reads `ab`), and `$` alone is a key like any other.
    """
    return path.replace("$.", "", 1)


def compile_path(path: str) -> Resolve:
    """Compile a path without its `$.` into a function from data to the value there, or `MISSING`.

    Reference: reading on from a falsy value ends there and gives that value: `$.traits.email` is `""` when `traits`
    is `""`, and `None` when it is null. Lists and texts answer to an index and to `length`.
    """
    keys = parse_path(path)
    if not keys:
        return _whole
    return lambda data: read_path(data, keys)


def _whole(data: Any) -> Any:
    return data


def describe_path(path: str, base: str = "$") -> str:
    """Write a path without its `$.` the one way that explanations use: `$.products.0.sku`, or `$` for all the data."""
    return ".".join((base, *parse_path(path)))
