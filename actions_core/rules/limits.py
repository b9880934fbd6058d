"""Numbers that hold for every destination."""

from __future__ import annotations

from typing import Final

from actions_core.errors import MappingLimitError

MAX_MAPPINGS: Final = 50
"""Mappings of one destination instance, enabled or not; every destination's page says so."""
RETRY_WINDOW: Final = 4 * 60 * 60.0
"""Seconds for which Segment tries to deliver an event; from the page "Destinations overview"."""
BATCH_SIZE: Final = 1_000
"""Events of one batch, unless its mapping says otherwise; this and the next two are from the reference's README."""
BATCH_BYTES: Final = 4_000_000
"""Bytes of one batch's payloads as JSON, likewise."""
BATCH_AGE: Final = 60.0
"""Seconds for which a batch waits for more events."""
MAX_BATCH_SIZE: Final = 4_000
"""Events of one batch, whatever its mapping says; the pages about webhooks and bulk batching name this number."""


def check_mapping_count(count: int) -> None:
    """Raise `MappingLimitError` for more mappings than an instance may have."""
    if count > MAX_MAPPINGS:
        raise MappingLimitError(f"an instance of a destination has at most {MAX_MAPPINGS} mappings, got {count}")
