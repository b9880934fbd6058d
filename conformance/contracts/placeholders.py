"""The places in templates of requests that values are put into: `{email}`, `{email?}`, `{items|[]}`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from typing import Any, Final

PLACE: Final = re.compile(r"\{([A-Za-z_][\w.-]*)(\?|\|[^{}]*)?\}")
"""Its groups are the name, and what stands behind it."""


def fields_in(template: Any) -> set[str]:
    """List what a template reads."""
    if isinstance(template, str):
        return {found[1] for found in PLACE.finditer(template)}
    if isinstance(template, dict):
        return set().union(*(fields_in(inner) for inner in template.values())) if template else set()
    return set().union(*(fields_in(inner) for inner in template)) if isinstance(template, list) and template else set()


def meant(name: str, known: Collection[str]) -> str | None:
    """Give the known name that a template most likely means by another; None if it may be right.

    An annex does not know every name: a hidden field of the plugin's has no entry. So only what has the same letters is
    taken for a slip: `userid`, `user_id`, `emial`; `emails` and `address2` may be fields beside `email` and `address1`.
    What is before a dot is always known.
    """
    if name in known:
        return None
    head, dot, _ = name.partition(".")
    if dot and not any(one.startswith(f"{head}.") for one in known):
        return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.85)), None)
    close = difflib.get_close_matches(_plain(name), [_plain(one) for one in known], n=3, cutoff=0.75)
    return next((one for one in known if _plain(one) in close and sorted(_plain(one)) == sorted(_plain(name))), None)


def _plain(name: str) -> str:
    return re.sub(r"[_-]", "", name).lower()
