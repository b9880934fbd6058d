"""What a customer enters to connect a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from actions_core import MISSING, Field, Missing


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of a webhook instance."""

    sharedSecret: (
        Annotated[
            str,
            Field(
                "Shared Secret",
                'If set, Segment will sign requests with an HMAC in the "X-Signature" request header. The HMAC is a '
                "hex-encoded SHA1 hash generated using this shared secret and the request body.",
                type="password",
            ),
        ]
        | Missing
    ) = MISSING
    """A blank secret is none."""
