"""Webhook: sends whatever a mapping makes to a URL of one's own, signed if a secret is shared.

Source: `destinations/webhook` of `@segment/action-destinations`.
"""

from __future__ import annotations

from actions_core import Authentication, Destination, hookimpl
from destinations.webhook.send import SEND
from destinations.webhook.settings import Settings

destination = Destination(
    name="Webhook",
    slug="actions-webhook",
    description="Send event data to an HTTP endpoint of your own.",
    settings=Settings,
    authentication=Authentication(scheme="custom"),
    actions={"send": SEND},
    # Every mapping needs a URL that only its owner knows, so there is no preset.
    calls=("page", "alias", "group", "identify", "track"),
    owner="Segment",
)


@hookimpl
def actions_destination() -> Destination[Settings]:
    """Contribute the webhook."""
    return destination
