from acme import Order, Settings

from actions_core import Action, ExecuteInput, Request


def send(request: Request, data: ExecuteInput[Order, Settings]) -> dict[str, str]:
    return {"email": data.payload.email}


action = Action(title="Order", description="", payload=Order, perform=send)  # mistake
