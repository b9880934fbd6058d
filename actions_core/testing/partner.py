"""The partner in a test: it answers as it was told and remembers what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from actions_core import errors
from actions_core.js import Object, loads, stringify
from actions_core.transport import HttpRequest, HttpResponse, standard_reason


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of the partner; by default 200 and an empty JSON object."""

    status: int = 200
    json: Any = field(default_factory=dict)
    """Written as the body, unless there is a `body`."""
    body: bytes | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None
    """Instead of an answer: Node's name for why there is none, such as ETIMEDOUT or ECONNRESET."""


@dataclass(frozen=True)
class SentRequest:
    """One request that a destination has sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    """Names are lower case."""
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as a JSON value; raises `JSONSyntaxError` if it is none."""
        return loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The fields of a body that is a form, as urlencoded ones are; of a repeated one the last."""
        return dict(parse_qsl(self.text, keep_blank_values=True))

    @property
    def search_params(self) -> dict[str, str]:
        """The parameters in the URL's query; of a repeated one the last."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


class ScriptedPartner:
    """A transport that asks a function for each answer, in process, and keeps what was sent."""

    def __init__(self, answer: Callable[[SentRequest], Answer]) -> None:
        self._answer: Final = answer
        self.received: Final[list[HttpRequest]] = []
        self.failure: Exception | None = None
        """What the function raised: the mistake of a test, which no delivery may swallow."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """See `Transport.send`."""
        self.received.append(request)
        try:
            answer = self._answer(sent_request(request))
            return _response(answer, request)
        except errors.DeliveryError:
            raise
        except Exception as error:
            self.failure = error
            raise

    async def aclose(self) -> None:
        """Close nothing: there is no connection."""


def sent_request(request: HttpRequest) -> SentRequest:
    """Show a transport's request to a test."""
    return SentRequest(request.method, request.url, dict(request.headers), request.body)


def _response(answer: Answer, request: HttpRequest) -> HttpResponse:
    if answer.error == "ETIMEDOUT":
        raise errors.TimeoutError(request)
    if answer.error is not None:
        host = urlsplit(request.url).hostname
        raise errors.TransportError(f"{request.method} to {host} got no answer: {answer.error}", answer.error, request)
    headers: Object = {name.lower(): value for name, value in answer.headers.items()}
    if answer.body is None:
        body = stringify(answer.json).encode()
        headers.setdefault("content-type", "application/json")
    else:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
    return HttpResponse(answer.status, standard_reason(answer.status), headers, body)
