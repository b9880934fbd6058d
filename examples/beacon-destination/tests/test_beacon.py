import asyncio

import httpx

from actions_core import DestinationInstance, HttpxTransport
from beacon_destination import actions_destination


def test_a_track_event_becomes_a_signal() -> None:
    received: list[httpx.Request] = []

    def partner(request: httpx.Request) -> httpx.Response:
        received.append(request)
        return httpx.Response(200, json={})

    async def run() -> str:
        transport = HttpxTransport(httpx.MockTransport(partner))
        async with DestinationInstance(actions_destination(), {"token": "t"}, transport=transport) as instance:
            (delivery,) = await instance.deliver({"type": "track", "userId": "u1", "event": "Signed Up"})
            return delivery.outcome

    assert asyncio.run(run()) == "delivered"
    assert received[0].url == "https://api.beacon.example/signals"
    assert received[0].content == b'{"who":"u1","what":"Signed Up"}'
