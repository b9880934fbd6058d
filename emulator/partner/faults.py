"""Faults that a partner can be told to have: errors, delays, silence, broken connections, broken JSON."""

from __future__ import annotations

import math
import random
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

_ENDPOINT: Final = re.compile(r"(?:[A-Z]+ )?(?:\*|/\S*)")
_HEADER_TEXT: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way in which a partner misbehaves, at one endpoint or everywhere.

    `endpoint` is `*`, a path (`/v1/track`) or a method and one of both (`POST /v1/identify`, `GET *`). Without `count`
    and `probability` every matching request meets the fault. A value: how often it has struck, the partner knows.

    Raises `ValueError` with one sentence for a fault that makes no sense.
    """

    endpoint: str = "*"
    status: int | None = None
    """The answer's status, 200 to 599; its body is a JSON error unless `body` says otherwise."""
    retry_after: str | None = None
    """The value of the answer's Retry-After header: seconds, or an HTTP date."""
    delay: float | None = None
    """Seconds to wait before the answer, or before the reset."""
    hang: bool = False
    """Never answer; the request ends when the client leaves or the partner is shut down."""
    reset: bool = False
    """Drop the connection with a TCP reset instead of an answer."""
    malformed: bool = False
    """Answer (200 unless `status` is given) with JSON that ends too early."""
    body: str | bytes | None = None
    """The answer's body; sent as JSON if it is JSON, else as plain text."""
    count: int | None = None
    """How many times the fault strikes."""
    probability: float | None = None
    """How likely a matching request is to meet the fault, above 0 and at most 1."""
    seed: int = 0
    """What the dice of `probability` start from: the same seed strikes the same requests."""

    @property
    def refuses(self) -> bool:
        """Whether the partner does nothing of what it was asked; any other fault only spoils its answer."""
        return self.hang or self.reset or (self.status is not None and self.status >= 400)

    def __post_init__(self) -> None:
        mistake = next(_mistakes(self), None)
        if mistake is not None:
            raise ValueError(mistake)

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault as the command line's `--fault` writes it: an endpoint, then options, quoted as in a shell.

        >>> Fault.parse("POST /v1/identify status=503 retry-after=2 count=3").retry_after
        '2'
        >>> Fault.parse("hang").endpoint
        '*'

        Raises `ValueError` with one sentence that quotes the text.
        """
        try:
            return cls(**_read(shlex.split(text)))
        except ValueError as error:
            raise ValueError(f"fault {text!r}: {str(error)[0].lower()}{str(error)[1:]}") from None


class ArmedFault:
    """A fault at work: what is left of its count, and its own dice."""

    def __init__(self, fault: Fault) -> None:
        self.fault: Final = fault
        self._method, _, self._path = fault.endpoint.rpartition(" ")
        self._left = math.inf if fault.count is None else fault.count
        self.has_struck = False
        self._dice: Final = random.Random(fault.seed)  # noqa: S311 - repeatable, not secret

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether the fault strikes this request; one that matches rolls the dice, one that is hit is counted."""
        if not self._left or self._method not in ("", method) or self._path not in ("*", path):
            return False
        if self.fault.probability is not None and self._dice.random() >= self.fault.probability:
            return False
        self._left -= 1
        self.has_struck = True
        return True


def _mistakes(fault: Fault) -> Iterator[str]:
    """Yield what is wrong with a fault, one sentence each."""
    answered = {
        "status": fault.status is not None,
        "retry-after": fault.retry_after is not None,
        "malformed": fault.malformed,
        "body": fault.body is not None,
    }
    effects = {**answered, "delay": fault.delay is not None, "hang": fault.hang, "reset": fault.reset}
    if not _ENDPOINT.fullmatch(fault.endpoint):
        yield f"endpoint must be *, a path, or a method and one of both, got {fault.endpoint!r}"
    if not any(effects.values()):
        yield f"it does nothing; give it one of {', '.join(effects)}"
    if fault.status is not None and not 200 <= fault.status <= 599:
        yield f"status must be 200 to 599, got {fault.status}"
    if fault.retry_after is not None and not _HEADER_TEXT.fullmatch(fault.retry_after):
        yield f"retry-after must be seconds or an HTTP date, got {fault.retry_after!r}"
    if fault.delay is not None and not 0 <= fault.delay < math.inf:
        yield f"delay must be seconds, 0 or more, got {fault.delay}"
    if fault.count is not None and fault.count < 1:
        yield f"count must be 1 or more, got {fault.count}"
    if fault.probability is not None and not 0 < fault.probability <= 1:
        yield f"probability must be above 0 and at most 1, got {fault.probability}"
    silent = next((name for name in ("hang", "reset") if effects[name]), None)
    pointless = next((name for name, given in effects.items() if given and name != silent), None)
    if silent and pointless and (silent, pointless) != ("reset", "delay"):
        yield f"{silent} gives no answer, so {pointless} has no use"
    if fault.malformed and fault.body is not None:
        yield "malformed writes its own body, so body has no use"


# --- the command line's text -----------------------------------------------------------------------------------------

_WHOLE: Final = (re.compile(r"-?[0-9]{1,15}"), int, "a whole number")
_DECIMAL: Final = (re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"), float, "a number")
_TEXT: Final = (re.compile(r"(?s:.*)"), str, "text")
_OPTIONS: Final[dict[str, tuple[re.Pattern[str], Callable[[str], Any], str]]] = {
    "status": _WHOLE,
    "retry-after": _TEXT,
    "delay": _DECIMAL,
    "body": _TEXT,
    "count": _WHOLE,
    "probability": _DECIMAL,
    "seed": _WHOLE,
}
_FLAGS: Final = ("hang", "reset", "malformed")


def _read(words: list[str]) -> dict[str, Any]:
    """Turn the words of a fault's text into the arguments of `Fault`."""
    split = next((at for at, word in enumerate(words) if not _is_endpoint(word)), len(words))
    given: dict[str, Any] = {}
    for word in words[split:]:
        name, equals, value = word.partition("=")
        if name not in _OPTIONS and name not in _FLAGS:
            raise ValueError(f"{word!r} is neither an endpoint nor one of {', '.join([*_OPTIONS, *_FLAGS])}")
        key = name.replace("-", "_")
        if key in given:
            raise ValueError(f"{name} is given twice")
        if name in _FLAGS:
            if equals:
                raise ValueError(f"{name} takes no value")
            given[key] = True
            continue
        if not equals:
            raise ValueError(f"{name} needs a value, as in {name}=…")
        pattern, convert, expected = _OPTIONS[name]
        if not pattern.fullmatch(value):
            raise ValueError(f"{name} must be {expected}, got {value!r}")
        given[key] = convert(value)
    return {"endpoint": " ".join(words[:split]), **given} if split else given


def _is_endpoint(word: str) -> bool:
    return word == "*" or word.startswith("/") or re.fullmatch("[A-Z]+", word) is not None
