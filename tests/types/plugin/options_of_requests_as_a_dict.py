from acme import Order, Settings, order

from actions_core import Action, Context, Destination


def extend(data: Context[Settings]) -> dict[str, dict[str, str]]:
    return {"headers": {"x-key": data.settings.apiKey}}


made = {"order": Action(title="Order", description="", payload=Order, perform=order)}
destination = Destination(name="A", slug="actions-a", settings=Settings, actions=made, extend_request=extend)  # mistake
