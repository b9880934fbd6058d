"""The sizes of events that most suites measure with."""

from __future__ import annotations

from typing import Final

from benchmarks.corpus import Size

SIZES: Final[dict[Size, str]] = {"1k": "1 KB", "4k": "4 KB"}
