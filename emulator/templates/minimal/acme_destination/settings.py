"""What a customer enters to connect Acme, and where it is."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import Field

API = "https://api.acme.example/v1"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one connection."""

    apiKey: Annotated[str, Field("API Key", "Your account, Settings, API Keys", type="password")]
