"""Numbers that hold for every destination."""

from __future__ import annotations

from typing import Final

from actions_core.errors import MappingLimitError

MAX_MAPPINGS: Final = 50
"""Mappings of one destination instance, enabled or not; every destination's page says so."""


def check_mapping_count(count: int) -> None:
    """Raise `MappingLimitError` for more mappings than an instance may have."""
    if count > MAX_MAPPINGS:
        raise MappingLimitError(f"an instance of a destination has at most {MAX_MAPPINGS} mappings, got {count}")
