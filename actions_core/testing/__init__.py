"""What the tests of a destination import: events to begin with, and a tester that runs them without a network.

    tester = DestinationTester(destination, settings={"apiKey": "key-for-tests"})
    result = tester.action("order", create_event("track"))
    assert result.request.json == {"email": "mira@northlight.example"}

Nothing here needs pytest; `destination_tester` is the same tester as a fixture of pytest's.
"""

from actions_core.testing.events import create_event
from actions_core.testing.network import NetworkAccessError, no_network
from actions_core.testing.partner import Answer, SentRequest
from actions_core.testing.results import ActionResult, BatchResult, CallResult
from actions_core.testing.tester import DestinationTester, TesterFactory

__all__ = [
    "ActionResult",
    "Answer",
    "BatchResult",
    "CallResult",
    "DestinationTester",
    "NetworkAccessError",
    "SentRequest",
    "TesterFactory",
    "create_event",
    "no_network",
]
