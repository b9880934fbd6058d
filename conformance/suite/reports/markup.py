"""HTML out of values: whatever is not markup already is escaped, so that nothing has to be remembered."""

from __future__ import annotations

import html
import json
import re
from typing import Any, Final
from urllib.parse import quote

_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
"""What is not seen, changes the order of what is, or may not stand in HTML, XML or UTF-8."""


class Markup(str):
    """Text that is HTML."""

    __slots__ = ()


def seen(text: str) -> str:
    r"""Write characters that cannot be seen or written as JSON does: `\u202e`."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def pretty(value: Any) -> str:
    """Lay out a JSON value over several lines, with every character in it visible."""
    return seen(json.dumps(value, ensure_ascii=False, indent=2))


def compact(value: Any) -> str:
    """Write a JSON value on one line, likewise."""
    return seen(json.dumps(value, ensure_ascii=False))


def escaped(value: str) -> Markup:
    """Make HTML of a text; markup stays as it is."""
    return value if isinstance(value, Markup) else Markup(html.escape(seen(value)))


def join(*parts: str, between: str = "") -> Markup:
    """Put texts and markup together."""
    return Markup(escaped(between).join(map(escaped, parts)))


def tag(name: str, *children: str, **attributes: str | bool | None) -> Markup:
    """Make an element; `class_` is the attribute `class`, and one that is None or False is left out."""
    given = "".join(
        f" {_attribute(key)}" if value is True else f' {_attribute(key)}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return Markup(f"<{name}{given}>{join(*children)}</{name}>")


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def anchor(id: str) -> str:  # noqa: A002 - HTML's word for it
    """Make a value for the attribute `id` of any text: it may have no blanks."""
    return re.sub(r"\s+", "-", seen(id))


def link(to: str, *children: str, **attributes: str | bool | None) -> Markup:
    """Make a link to the element with an id."""
    return tag("a", *children, href=f"#{quote(anchor(to), safe='/.:')}", **attributes)
