from acme import Order, Settings

from actions_core import BatchInput, MultiStatus, Request


async def send(request: Request, data: BatchInput[Order, Settings]) -> MultiStatus:
    response = await request.post("https://api.acme.example", json=[payload.email for payload in data.payloads])
    return MultiStatus([response])  # mistake
