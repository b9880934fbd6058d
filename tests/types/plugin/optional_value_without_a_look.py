from acme import Order, Settings

from actions_core import ExecuteInput, Request


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    for item in data.payload.items:  # mistake
        await request.post("https://api.acme.example", json={"sku": item.sku})
