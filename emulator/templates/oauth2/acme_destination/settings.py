"""What a customer enters to connect Acme, and where it is."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import MISSING, Field, Missing

API = "https://api.acme.example/v1"
TOKENS = "https://login.acme.example/oauth/token"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one connection; its tokens are Segment's to keep."""

    region: Annotated[str, Field("Region", "Where your account is", choices=["eu", "us"])] | Missing = MISSING
