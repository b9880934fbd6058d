"""Keeping secrets out of everything that is shown: output, errors, logs, reprs."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from actions_core.encoding import encode
from actions_core.js import stringify

REDACTED: Final = "[redacted]"

_CREDENTIAL_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})


class Secret(str):
    """The value of a setting of type password: text like any other, except that its repr does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(REDACTED)


class Redactor:
    """Replaces known secrets, also where they were encoded for a URL, a JSON body or a Basic header.

    >>> Redactor(["s3cret"]).text("Basic s3cret, https://api.example.com?key=s3cret")
    'Basic [redacted], https://api.example.com?key=[redacted]'
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms = {form for secret in secrets if secret for form in _forms(str(secret))}
        self._forms: Final = tuple(forms)
        self._stay_in_json: Final = all(stringify(form) == f'"{form}"' for form in forms)
        # The longest first, so that no form is cut short by one that it contains.
        pattern = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
        self._pattern: Final = re.compile(pattern) if pattern else None

    def text(self, text: str) -> str:
        """Replace every secret in a text."""
        return self._pattern.sub(REDACTED, text) if self._pattern else text

    def value(self, value: Any) -> Any:
        """Copy a JSON value with every text in it redacted, keys included; without secrets, give it as it is."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value

    def stringify(self, make: Callable[[Redactor], Any]) -> str:
        """Write as JSON what `make` makes of the redactor that it is given.

        Few values hold a secret, and to look for one in the text costs much less than to copy the value: `make` is
        first given a redactor without secrets, and this one only if its text holds one.
        """
        if self._stay_in_json:
            text = encode(make(_NO_SECRETS)).decode()
            if not any(form in text for form in self._forms):
                return text
        return encode(make(self)).decode()

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Copy headers; of those that carry credentials only the scheme stays, whatever the encoding."""
        return {
            name: _only_scheme(value) if name.lower() in _CREDENTIAL_HEADERS else self.text(value)
            for name, value in headers.items()
        }

    def holds_secret(self, text: str) -> bool:
        """Tell whether a text holds a secret in any form."""
        return bool(self._pattern and self._pattern.search(text))


_NO_SECRETS: Final = Redactor()


def _forms(secret: str) -> Iterable[str]:
    yield secret
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
    yield stringify(secret)[1:-1]
    for credentials in (secret, f"{secret}:", f":{secret}"):
        yield base64.b64encode(credentials.encode("utf-8", "replace")).decode("ascii")


def _only_scheme(value: str) -> str:
    scheme, space, _ = value.partition(" ")
    return f"{scheme} {REDACTED}" if space and scheme.isalpha() else REDACTED
