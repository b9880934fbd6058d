from acme import Order, Settings

from actions_core import MISSING, ExecuteInput, Request


async def send(request: Request, data: ExecuteInput[Order, Settings]) -> None:
    note = data.payload.note
    if note is not MISSING:
        await request.post("https://api.acme.example", body=note.upper())  # mistake
