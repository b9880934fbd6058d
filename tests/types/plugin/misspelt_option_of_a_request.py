from acme import Order, Settings

from actions_core import ExecuteInput, Request


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    await request.post("https://api.acme.example", jsn={"email": data.payload.email})  # mistake
