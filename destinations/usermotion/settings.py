"""What a customer enters to connect UserMotion, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from actions_core import Field

API: Final = "https://api.usermotion.com/v1"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a UserMotion instance."""

    apiKey: Annotated[str, Field("API Key", "Your UserMotion API Key", type="password")]
