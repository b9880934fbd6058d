"""`@template`: text with `{{path}}` placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from actions_core.js import MISSING, to_string, trim
from actions_core.mapping.compiler import Scope, constant
from actions_core.mapping.paths import Resolve, describe_path


def compile_template(text: str, scope: Scope) -> Resolve:
    """Compile a template into a function from data to the filled-in text.

    Reference: a path in braces has no `$.` (`{{$.x}}` reads the key `$` and gives ""), null and missing give "", an
    object "[object Object]". Triple braces are filled in first, and what comes of it is looked through for double ones.
    """
    triple = _split(text, 3)
    if len(triple) > 1:
        fill = _filler(triple, scope.watch)
        for placeholder in _split(text, 2)[1::2]:
            if not placeholder.startswith("{"):
                scope.note_path(describe_path(trim(placeholder), scope.base))
        return lambda data: _render_double(fill(data), data, scope.record)
    double = _split(text, 2)
    return _filler(double, scope.watch) if len(double) > 1 else constant(text)


def render(text: str, data: Any, read: Callable[[str], Resolve]) -> str:
    """Fill in a template that is known only now, because another directive made it; `read` compiles its paths."""
    return _render_double(_filler(_split(text, 3), read)(data), data, read)


def _render_double(text: str, data: Any, read: Callable[[str], Resolve]) -> str:
    return _filler(_split(text, 2), read)(data) if "{{" in text else text


def _filler(parts: list[str], read: Callable[[str], Resolve]) -> Callable[[Any], str]:
    texts, readers = parts[::2], [read(trim(placeholder)) for placeholder in parts[1::2]]
    first, rest = texts[0], list(zip(readers, texts[1:], strict=True))

    def fill(data: Any) -> str:
        if data is MISSING:
            data = {}  # no data is an empty object here, which shows in `{{.}}`
        pieces = [first]
        for reader, text in rest:
            value = reader(data)
            if value is not None and value is not MISSING:
                pieces.append(to_string(value))
            pieces.append(text)
        return "".join(pieces)

    return fill


def _split(text: str, braces: int) -> list[str]:
    """Take a template apart: text, placeholder, text, … , text."""
    return [part for pair in _parts(text, braces) for part in pair]


def _parts(text: str, braces: int) -> Iterator[tuple[str, ...]]:
    # What `/{{([^}]+)}}/g` matches, in one pass: a placeholder holds no "}", so all that begin before the same "}" have
    # the same end, and the leftmost of them is it. (The regular expression tries each beginning anew.)
    opening, closing = "{" * braces, "}" * braces
    done = position = 0
    while (start := text.find(opening, position)) >= 0:
        inside = start + braces
        end = text.find("}", inside)
        if end < 0:
            break
        if end > inside and text.startswith(closing, end):
            yield text[done:start], text[inside:end]
            done = position = end + braces
        else:
            position = end + 1
    yield (text[done:],)
