from acme import Order, Settings

from actions_core import BatchInput, Request


async def send(request: Request, data: BatchInput[Order, Settings]) -> None:
    for payload in data.payloads:
        for item in payload.items or []:
            await request.post("https://api.acme.example", json={"id": item.id})  # mistake
