from acme import Order, Settings

from actions_core import ExecuteInput, Request


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> int:
    response = request.post("https://api.acme.example", json={"email": data.payload.email})
    return response.status  # mistake
