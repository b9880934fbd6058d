"""A partner's API as data: its host, its endpoints, and what each demands of a request.

Describe another destination's partner in a module of its own, beside `usermotion` (which only looks at requests) and
`roster` (which remembers them); the server needs no change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeAlias

from actions_core.js import stringify
from emulator.partner.faults import Fault
from emulator.partner.received import ReceivedRequest, read_json
from emulator.partner.shape import Check, Refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a partner answers."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def json_answer(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """Make an answer with a JSON body; raises `TypeError` for a value that JSON cannot hold."""
    return Answer(status, stringify(value).encode(), (("content-type", "application/json"), *(headers or {}).items()))


Answering: TypeAlias = Callable[[ReceivedRequest, Mapping[str, str]], Answer]
"""A partner that remembers: makes an answer of a request, which has passed every check, and the parts of its path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one path.

    A part of the path in braces (`/v1/lists/{list_id}`) stands for any text without a slash. `headers` are demanded
    besides the credentials, with exactly that value. With a `body` check the request must be JSON by its content type
    and its text, and pass the check; without one, whatever the body holds is not looked at.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Check | None = None
    answer: Answer | Answering = field(default_factory=lambda: json_answer(200, {}))
    public: bool = False
    """Whether it may be called without a key, as the one that gives keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeader:
    """Where the caller's key is: a header, behind a scheme such as `Basic` if there is one."""

    name: str
    scheme: str | None = None

    def read(self, headers: Mapping[str, str]) -> str:
        """Read the key, or '' if there is none."""
        value = headers.get(self.name.lower(), "").strip()
        if self.scheme is None:
            return value
        # RFC 9110, 11.1: the scheme's case does not matter.
        scheme, _, key = value.partition(" ")
        return key.strip() if scheme.lower() == self.scheme.lower() else ""


_PART: Final = re.compile(r"\\{(\w+)\\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAPI:
    """The API at one host; raises `ValueError` if two endpoints have the same method and path.

    `key` None lets everybody in. `max_body` is in bytes.
    """

    host: str
    endpoints: tuple[Endpoint, ...]
    key: KeyHeader | None = None
    accepts: Callable[[str], bool] | None = None
    """Decides about each key, for an API that gives its keys itself; the keys that `respond` is told are not its."""
    max_body: int = 1024 * 1024
    _paths: dict[str, dict[str, Endpoint]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _patterns: dict[str, re.Pattern[str]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for endpoint in self.endpoints:
            methods = self._paths.setdefault(endpoint.path, {})
            if endpoint.method in methods:
                raise ValueError(f"{self.host} has two endpoints {endpoint.method} {endpoint.path}")
            methods[endpoint.method] = endpoint
            if "{" in endpoint.path:
                pattern = _PART.sub(r"(?P<\1>[^/]+)", re.escape(endpoint.path))
                self._patterns[endpoint.path] = re.compile(pattern)

    def respond(self, request: ReceivedRequest, keys: Collection[str] | None = None) -> Answer:
        """Answer a request as the partner would: 404, 405, 401, 400, 415, or the endpoint's own answer.

        `keys` are the accepted ones; None accepts every key that is not empty.
        """
        path, parts = self._find(request.path)
        methods = self._paths.get(path)
        if methods is None:
            return error_answer(404, "not_found", f"There is nothing at {request.path}.")
        endpoint = methods.get(request.method)
        if endpoint is None:
            allowed = ", ".join(sorted(methods))
            return error_answer(
                405, "method_not_allowed", f"{request.path} allows {allowed} only.", headers={"allow": allowed}
            )
        if self.key is not None and not endpoint.public:
            accepts = self.accepts or (lambda key: keys is None or key in keys)
            if refusal := _refuse_key(self.key, request, accepts):
                return refusal
        for name, value in endpoint.headers.items():
            if request.headers.get(name.lower()) != value:
                return error_answer(400, "invalid_header", f"The header {name} must be {value!r}.", header=name)
        if endpoint.body is not None and (refusal := _refuse_body(request, endpoint.body)):
            return refusal
        return endpoint.answer if isinstance(endpoint.answer, Answer) else endpoint.answer(request, parts)

    def _find(self, path: str) -> tuple[str, Mapping[str, str]]:
        """Find the path that a request's belongs to, as it was declared, and the texts of its parts."""
        if path not in self._paths or path in self._patterns:
            for declared, pattern in self._patterns.items():
                if found := pattern.fullmatch(path):
                    return declared, found.groupdict()
        return path, {}


def _refuse_key(header: KeyHeader, request: ReceivedRequest, accepts: Callable[[str], bool]) -> Answer | None:
    key = header.read(request.headers)
    if not key:
        message = f"The header {header.name} must be {f'{header.scheme} and ' * bool(header.scheme)}an API key."
    elif not accepts(key):
        message = "The API key is unknown."
    else:
        return None
    # RFC 9110, 11.6.1: an answer with status 401 names a scheme.
    challenge = {"www-authenticate": header.scheme} if header.scheme else {}
    return error_answer(401, "unauthorized", message, headers=challenge)


def _refuse_body(request: ReceivedRequest, check: Check) -> Answer | None:
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        message = f"The header content-type must be 'application/json', got {content_type!r}."
        return error_answer(415, "unsupported_media_type", message)
    if request.json_problem is not None:
        return error_answer(400, "malformed_json", f"The body is not JSON: {request.json_problem}.")
    refusal: Refusal | None = check(request.json, "")
    if refusal is None:
        return None
    return error_answer(400, "invalid_field", f"{refusal.message}.", field=refusal.field)


def error_answer(
    status: int, code: str, message: str, *, headers: Mapping[str, str] | None = None, **details: str
) -> Answer:
    """Make an error as the mock partners write them: `{"error": {"code": …, "message": …}}`, with details."""
    return json_answer(status, {"error": {"code": code, "message": message, **details}}, headers)


_BODILESS: Final = frozenset({204, 205, 304})


def faulty_answer(fault: Fault, answer: Answer) -> Answer:
    """Change an answer as a fault demands: its status, body and Retry-After header."""
    status = fault.status if fault.status is not None else 200 if fault.malformed else answer.status
    if fault.malformed:
        answer = Answer(status, b'{"success": tru', (("content-type", "application/json"),))
    elif fault.body is not None:
        body = fault.body.encode("utf-8", "backslashreplace") if isinstance(fault.body, str) else fault.body
        kind = "text/plain; charset=utf-8" if read_json(body)[1] else "application/json"
        answer = Answer(status, body, (("content-type", kind),))
    elif fault.status is not None:
        answer = error_answer(status, "fault", _phrase(status))
    if status in _BODILESS:
        # RFC 9110, 6.4.1: no content, and a client would take one for the start of the next answer.
        answer = Answer(status)
    retry_after = (("retry-after", fault.retry_after),) if fault.retry_after is not None else ()
    return Answer(status, answer.body, (*answer.headers, *retry_after))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
