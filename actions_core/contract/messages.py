"""What is said about a value: where it is, what is wrong with it, what was done to it.

The sentences are those of `@segment/ajv-human-errors`, word for word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from actions_core.errors import FieldError
from actions_core.js import MISSING, number_to_string, stringify, type_of, utf16_length

Place: TypeAlias = "tuple[Place, str | int] | None"
"""Where a value is: the place of what holds it and its key there; None is the root."""

NoteAction: TypeAlias = Literal["dropped", "coerced", "wrapped", "stripped"]

_INDEX: Final = re.compile(r"[0-9]+\Z")


def _keys(place: Place) -> list[str | int]:
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    keys.reverse()
    return keys


def json_path(place: Place) -> str:
    r"""Write a place as the reference does: "$", "$.products[0].id"; a dot inside a key gets a backslash.

    >>> json_path((((None, "a.b"), 0), "id"))
    '$.a\\.b[0].id'
    """
    # Reference: a key of digits alone is written as a position, whether it is in an object or in a list.
    parts = [f"[{key}]" if _INDEX.match(key) else "." + key.replace(".", "\\.") for key in map(str, _keys(place))]
    return "$" + "".join(parts)


def json_pointer(place: Place) -> str:
    """Write a place as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in _keys(place))


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was done to a value on its way into the payload."""

    action: NoteAction
    key: str
    """The field, or the key that is no field."""
    path: str
    """Where the value was among the values, such as `$.products[0].id`."""
    before: Any
    after: Any = MISSING
    """What it became; `MISSING` if it is gone."""

    def __str__(self) -> str:
        became = "" if self.after is MISSING else f" to {_shown(self.after)}"
        why = {"dropped": " because it is empty", "stripped": " because it is no field"}.get(self.action, "")
        return f"{self.path}: {self.action} {_shown(self.before)}{became}{why}"


def _shown(value: Any) -> str:
    try:
        text = "undefined" if value is MISSING else stringify(value)
    except RecursionError:
        return "a deeply nested value"
    return text if len(text) <= 80 else text[:79] + "…"


class Findings:
    """What one validation has found so far: every error, and the notes if somebody wants them."""

    __slots__ = ("errors", "notes")

    def __init__(self, notes: list[Note] | None) -> None:
        self.errors: Final[list[FieldError]] = []
        self.notes: Final = notes

    def fail(self, place: Place, label: str, text: str) -> None:
        """Add a sentence about the field `label`, or about the value at `place` where it has no label."""
        subject = label or (f"the value at {json_pointer(place)}" if place else "the root value")
        sentence = f"{subject} {text}."
        self.errors.append(FieldError(json_path(place), _capitalized(sentence)))

    def note(self, action: NoteAction, place: Place, before: Any, after: Any = MISSING) -> None:
        """Remember what was done to a value, if somebody wants to know."""
        if self.notes is not None:
            self.notes.append(Note(action, str(_keys(place)[0]), json_path(place), before, after))


def _capitalized(sentence: str) -> str:
    # `charAt(0).toUpperCase()` sees UTF-16 units, so that half of a character beyond U+FFFF stays as it is.
    first = sentence[0]
    return sentence if first > "\uffff" else first.upper() + sentence[1:]


# --- one function per sentence ---------------------------------------------------------------------------------------


def wrong_type(kinds: Sequence[str], value: object) -> str:
    """Say which types would have been right."""
    expected = _listed(kinds)
    kind = type_of(value)
    got = kind if kind in ("null", "undefined") else _with_article(kind)
    return f"must be {_with_article(expected)} but it was {got}"


def wrong_choice(choices: Sequence[Any]) -> str:
    """Say which values are allowed."""
    return f"must be one of: {_listed([stringify(choice) for choice in choices])}"


def wrong_format(name: str) -> str:
    """Say what the text should have been."""
    return f"must be a valid {_FORMAT_LABELS.get(name, name)} string but it was not"


def wrong_length(text: str, limit: int | float, bound: Literal["more", "fewer"]) -> str:
    """Say how long the text may be; `bound` is "more" for a minimum and "fewer" for a maximum."""
    # Reference: the limit counts characters, but the length that is told counts UTF-16 units.
    return f"must be {_characters(limit)} or {bound} but it was {_characters(utf16_length(text))}"


def wrong_size(limit: int | float, bound: Literal["greater", "less"]) -> str:
    """Say how large the number may be."""
    return f"must be equal to or {bound} than {number_to_string(limit)}"


def missing(key: str) -> str:
    """Say which required field is not there."""
    return f"is missing the required field '{key}'"


UNMET_CONDITION: Final = 'must match "then" schema'
"""What the reference adds after the fields that a condition requires."""

_FORMAT_LABELS: Final = {
    "date-time": "date and time", "email": "email address", "ipv4": "IPv4 address", "ipv6": "IPv6 address",
    "uri": "URI", "uri-reference": "URI Reference", "uri-template": "URI-template", "regex": "regular expression",
}  # fmt: skip


def _listed(words: Sequence[str]) -> str:
    if len(words) <= 2:
        return " or ".join(words)
    return f"{', '.join(words[:-1])}, or {words[-1]}"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _characters(count: int | float) -> str:
    return f"{number_to_string(count)} character{'' if count == 1 else 's'}"
