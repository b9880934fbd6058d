"""Batches: a hundred events, one call of `perform_batch`, one request; the network is stubbed on both sides."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.ab import Case, Run
from benchmarks.accounts import webhook_account
from benchmarks.results import Row
from benchmarks.suites.sizes import SIZES

_SIZE = 100
_SOME = {
    "user": {"@path": "$.userId"},
    "name": {"@if": {"exists": {"@path": "$.event"}, "then": {"@path": "$.event"}, "else": {"@path": "$.type"}}},
    "details": {"@path": "$.properties"},
}


def rows(run: Run) -> Iterator[Row]:
    """Send batches through Webhook, which both sides have: whole events, and some of what they hold."""
    for name, data in {"whole events": None, "three values": _SOME}.items():
        for size, title in SIZES.items():
            work = {"work": "batch", "corpus": run.corpus(size), "size": _SIZE, **webhook_account(data=data)}
            yield run.measure(Case("batch", f"{_SIZE} {name}, {title}", run.sides(work), per=_SIZE))
