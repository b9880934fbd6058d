from acme import Order, order

from actions_core import Action

action = Action(title="Order", description="", payload=Order, perform=order, perform_batch=order)  # mistake
