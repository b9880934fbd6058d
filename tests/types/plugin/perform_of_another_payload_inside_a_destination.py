from acme import Order, Settings, refund

from actions_core import Action, Destination

destination = Destination(
    name="Acme (Actions)",
    slug="actions-acme",
    settings=Settings,
    actions={"order": Action(title="Order", description="", payload=Order, perform=refund)},  # mistake
)
