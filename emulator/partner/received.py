"""A request as the partner received it, and a repr of it that shows no credentials."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

from actions_core.encoding import decode
from actions_core.errors import JSONSyntaxError
from actions_core.frozen import frozen
from actions_core.js import MISSING
from emulator.partner.faults import Fault

_MASK: Final = "[redacted]"
_SECRET: Final = re.compile("key|token|secret|authorization|cookie", re.IGNORECASE)
_SHOWN_LEVELS: Final = 6
_SHOWN_CHARACTERS: Final = 1000


@frozen()
class ReceivedRequest:
    """One request, with what became of it.

    `host` is lower case and without a port; `path` is percent-decoded, `query` is raw; header names are lower case and
    repeated ones are joined by a comma. `body` is cut one chunk after the bound that made the answer 413.
    """

    method: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    json: Any
    """The parsed body; `MISSING` if there is none, or if it is not JSON."""
    json_problem: str | None
    """Why the body is not JSON, as one sentence; None if it is."""
    status: int | None = None
    """The answer's status, also of one that a delay holds back; None for a request left hanging or reset."""
    fault: Fault | None = None
    """The fault that was applied."""

    def __repr__(self) -> str:
        headers = {name: _MASK if _SECRET.search(name) else value for name, value in self.headers.items()}
        shown = {
            "method": repr(self.method),
            "host": repr(self.host),
            "path": repr(self.path),
            "query": repr(_masked_query(self.query)),
            "headers": _cut(repr(headers)),
            "body": f"<{len(self.body)} bytes>",
            "json": _cut(repr(_masked(self.json, _SHOWN_LEVELS))),
            "status": repr(self.status),
            "fault": repr(self.fault),
        }
        return f"ReceivedRequest({', '.join(f'{name}={value}' for name, value in shown.items())})"


def read_json(body: bytes) -> tuple[Any, str | None]:
    """Parse a body; gives the value and None, or `MISSING` and one sentence that tells why it is not JSON."""
    if not body:
        return MISSING, "the body is empty"
    try:
        return decode(body), None
    except JSONSyntaxError as error:
        return MISSING, str(error)


def _masked(value: Any, levels: int) -> Any:
    if isinstance(value, (dict, list)) and not levels:
        return ...
    if isinstance(value, dict):
        return {name: _MASK if _SECRET.search(name) else _masked(item, levels - 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, levels - 1) for item in value]
    return value


def _masked_query(query: str) -> str:
    pairs = (pair.partition("=") for pair in query.split("&"))
    return "&".join(
        f"{name}={_MASK}" if _SECRET.search(unquote_plus(name)) else name + equals + value
        for name, equals, value in pairs
    )


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}… ({len(text)} characters)"
