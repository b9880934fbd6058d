from dataclasses import dataclass
from typing import Annotated

from acme import Order, order

from actions_core import Action, Destination, Field


@dataclass(frozen=True, kw_only=True)
class OtherSettings:
    token: Annotated[str, Field("Token")]


actions = {"order": Action(title="Order", description="", payload=Order, perform=order)}
destination = Destination(name="Other", slug="actions-other", settings=OtherSettings, actions=actions)  # mistake
