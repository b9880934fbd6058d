"""UserMotion's API as its destination calls it: identify, group, track, and verify for the test of the API key.

The requests are those that Segment's open-source destination sends (`destinations/usermotion` of
`@segment/action-destinations`); UserMotion publishes no reference of its answers, so their JSON is this project's.
"""

from __future__ import annotations

from typing import Final

from emulator.partner.api import Endpoint, KeyHeader, PartnerAPI, json_answer
from emulator.partner.shape import Check, record, text

_ANY_OBJECT: Final = record(others=True)
_DONE: Final = json_answer(200, {"success": True})


def _post(path: str, body: Check | None = None) -> Endpoint:
    return Endpoint(method="POST", path=f"/v1{path}", headers={"x-source": "Segment"}, body=body, answer=_DONE)


USERMOTION: Final = PartnerAPI(
    host="api.usermotion.com",
    # Not RFC 7617's Basic: the key is sent as it is, neither encoded nor followed by a colon.
    key=KeyHeader(name="authorization", scheme="Basic"),
    endpoints=(
        _post(
            "/identify",
            record(
                {"id": text(empty=False), "properties": record({"email": text()}, others=True)},
                optional={"anonymousId": text()},
            ),
        ),
        _post(
            "/group",
            record(
                {"id": text(empty=False), "properties": _ANY_OBJECT},
                optional={"userId": text(), "anonymousId": text()},
            ),
        ),
        _post(
            "/track",
            record(
                {"event": text(empty=False), "context": _ANY_OBJECT, "properties": _ANY_OBJECT},
                optional={"userId": text(), "anonymousId": text()},
            ),
        ),
        _post("/verify"),
    ),
)
"""The partner of the destination `actions-usermotion`."""
