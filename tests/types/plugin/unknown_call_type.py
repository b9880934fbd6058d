from acme import Order, Settings, order

from actions_core import Action, CallType, Destination

calls: list[CallType] = ["tracks"]  # mistake
actions = {"order": Action(title="Order", description="", payload=Order, perform=order)}
destination = Destination(name="Acme", slug="actions-acme", settings=Settings, actions=actions, calls=calls)
