"""UserMotion as a plugin whose import says something."""

from __future__ import annotations

import sys

from destinations.usermotion import actions_destination

sys.stdout.write("UserMotion is ready\n")

__all__ = ["actions_destination"]
