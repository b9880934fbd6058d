"""How much is compared with Segment's runtime, and with which randomness.

By default the inputs are the same on every run. `make fuzz` sets `ACTIONS_FUZZ_RANDOM`, and then every run has others.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, settings

EXAMPLES: Final = int(os.environ.get("ACTIONS_FUZZ_EXAMPLES", "500"))
RANDOM: Final = bool(os.environ.get("ACTIONS_FUZZ_RANDOM"))

# The inputs are meant to be large and strange, and another process answers.
fuzz: Final = settings(
    max_examples=EXAMPLES,
    derandomize=not RANDOM,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
