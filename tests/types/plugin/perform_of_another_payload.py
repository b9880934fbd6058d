from acme import Order, refund

from actions_core import Action

action = Action(title="Order", description="", payload=Order, perform=refund)  # mistake
