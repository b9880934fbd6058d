"""Secrets in what is shown and stored: `${apiKey}` stands for the value, and for every form of it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, quote_plus

from actions_core.js import Object, stringify
from actions_core.redaction import REDACTED
from conformance.suite.lab import SECRET, Lab
from conformance.suite.sent import Number

_CREDENTIAL_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
_MADE_UP: Final = re.compile(re.escape(SECRET) + r"-([A-Za-z0-9_]+)(?:-([A-Za-z0-9]+))?", re.IGNORECASE)
_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]+)\}")
_SHORTEST_PART: Final = 8
"""Characters of a part of a Base64 text that cannot be there by accident."""

_SHORTEST_HALF: Final = 4
"""Characters of the beginning of a secret that give some of it away."""


class Placeholders:
    """Replaces secrets by the names of their settings, and puts them back."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        """`secrets` are the values by the names of their settings."""
        self._secrets: Final = {name: value for name, value in secrets.items() if value}
        self._names: Final = {
            form.casefold(): name for name, value in reversed(self._secrets.items()) for form in _forms(value)
        }
        # The longest first, so that no form is cut short by one that it contains.
        forms = sorted(self._names, key=len, reverse=True)
        self._pattern: Final = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None

    @classmethod
    def of(cls, lab: Lab) -> Placeholders:
        """Know the secrets of a lab: its settings' and its tokens'."""
        settings = {
            field.key: value
            for field in lab.target.secret_settings
            if isinstance(value := lab.settings.get(field.key), str)
        }
        tokens = {
            name: value
            for name in ("access_token", "refresh_token", "client_secret")
            if lab.oauth is not None and isinstance(value := getattr(lab.oauth, name), str)
        }
        return cls({**settings, **tokens})

    def text(self, text: str) -> str:
        """Replace every secret in a text."""
        if self._pattern is not None:
            text = self._pattern.sub(lambda found: _named(self._names.get(found[0].casefold(), "secret")), text)
        text = self._without_half(text)
        # What the suite has made up besides, for a second account: no secret, but nobody should have to wonder.
        return _MADE_UP.sub(lambda found: _named(":".join(part for part in found.groups() if part)), text)

    def _without_half(self, text: str) -> str:
        """Replace the beginning of a secret with which a text ends that was cut for being long."""
        cut = text.removesuffix("…")
        for form, name in self._names.items():
            for length in range(min(len(form) - 1, len(cut)), _SHORTEST_HALF - 1, -1):
                if cut[-length:].casefold() == form[:length]:
                    return f"{cut[:-length]}{_named(name)}…"
        return text

    def value(self, value: Any) -> Any:
        """Copy a JSON value with every text in it replaced, keys included."""
        if isinstance(value, str):
            hidden = self.text(value)
            return value if hidden == value else hidden
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list) else value

    def request(self, request: Object) -> Object:
        """Replace secrets in a request as `shown_request` gives it; of credentials nothing stays but placeholders."""
        headers = {name: self._header(name, text) for name, text in request["headers"].items()}
        return {**self.value({**request, "headers": {}}), "headers": headers}

    def _header(self, name: str, text: str) -> str:
        hidden = self.text(text)
        if name.lower() not in _CREDENTIAL_HEADERS:
            return hidden
        scheme, blank, credentials = hidden.partition(" ")
        if not (blank and scheme.isalpha()):
            scheme, blank, credentials = "", "", hidden
        # Base64 of a name and a password, say, is a form that nobody can foresee.
        told = "${" in credentials and not re.search(r"\w", _PLACEHOLDER.sub("", credentials))
        return f"{scheme}{blank}{credentials if told else REDACTED}"

    def reveal(self, value: Any) -> Any:
        """Put the secrets back into a JSON value, wherever their placeholders stand."""
        if isinstance(value, Number):
            return value
        if isinstance(value, str):
            return _PLACEHOLDER.sub(self._revealed, value)
        if isinstance(value, dict):
            return {self.reveal(key): self.reveal(item) for key, item in value.items()}
        return [self.reveal(item) for item in value] if isinstance(value, list) else value

    def _revealed(self, found: re.Match[str]) -> str:
        name, _, part = found[1].partition(":")
        if part:
            return f"{SECRET}-{name}-{part}"
        return self._secrets.get(name, found[0])


def _named(name: str) -> str:
    return f"${{{name}}}"


def _forms(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield quote(secret, safe="", errors="replace")
    yield quote_plus(secret, errors="replace")
    yield stringify(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield raw.hex()
    yield from _base64_forms(raw)


def _base64_forms(raw: bytes) -> Iterable[str]:
    """Give what a text becomes in Base64 of itself, and of longer texts that it is part of."""
    yield base64.b64encode(raw).decode("ascii")
    yield base64.b64encode(raw + b":").decode("ascii")
    for before in range(3):
        padded = base64.b64encode(b"\0" * before + raw).decode("ascii")
        # The first and the last characters also depend on what stands beside the text.
        part = padded[(0, 2, 3)[before] :].rstrip("=")
        part = part if (before + len(raw)) % 3 == 0 else part[:-1]
        if len(part) >= _SHORTEST_PART:
            yield part
            yield part.replace("+", "-").replace("/", "_")
