"""Running events through a destination: compile a plan per mapping, deliver, explain."""

from actions_core.runtime.account import Account
from actions_core.runtime.batches import BatchDelivery, EventStatus
from actions_core.runtime.explanation import Explanation, FieldExplanation
from actions_core.runtime.instance import DestinationInstance
from actions_core.runtime.plan import Plan
from actions_core.runtime.results import Delivery, Outcome
from actions_core.runtime.settings import environment_variable
from actions_core.runtime.stream import deliver_all

__all__ = [
    "Account",
    "BatchDelivery",
    "Delivery",
    "DestinationInstance",
    "EventStatus",
    "Explanation",
    "FieldExplanation",
    "Outcome",
    "Plan",
    "deliver_all",
    "environment_variable",
]
