"""What counts as a regular expression: JavaScript's syntax, as `new RegExp(text)` reads it.

That is ECMA-262 with its Annex B, which lets nearly every stray character stand for itself. Nothing is matched here, so
V8's limit of 65,535 groups does not apply.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from actions_core.js import utf16_units

# Reference: a text that ends like a Python or Ruby pattern is refused, though JavaScript would take \Z for a letter.
_FOREIGN_ANCHOR: Final = re.compile(r"[^\\]\\Z")
_INTERVAL: Final = re.compile(r"\{([0-9]+)(?:(,)([0-9]*))?\}")
_GROUP_START: Final = re.compile(r"\((?:\?(?::|=|!|<=|<!|<([^>]*)>)|(?!\?))", re.DOTALL)
_NAME_ESCAPE: Final = re.compile(r"\\u(?:([0-9a-fA-F]{4})|\{([0-9a-fA-F]+)\})")
_CLASS_ESCAPE: Final = re.compile(
    r"\\(?:([dDsSwW])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|c([A-Za-z0-9_])|([0-3][0-7]{0,2}|[4-7][0-7]?)|([^c]))",
    re.DOTALL,
)
_CONTROLS: Final = {"b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}
_UNLIMITED: Final = 2**31 - 1  # V8 counts no repetition beyond this


class _SyntaxError(Exception):
    """The text is no regular expression."""


def is_pattern(text: str) -> bool:
    """Tell whether a text is a regular expression for the reference."""
    if _FOREIGN_ANCHOR.search(text):
        return False
    try:
        _check("".join(utf16_units(text)))
    except _SyntaxError:
        return False
    return True


def _check(pattern: str) -> None:
    names = set(_names(pattern))
    open_groups: list[bool] = []  # for each open group: whether it may be repeated
    repeatable = False
    at, stop = 0, len(pattern)
    while at < stop:
        char = pattern[at]
        if char == "(":
            group = _GROUP_START.match(pattern, at)
            if group is None:
                raise _SyntaxError("invalid group")
            open_groups.append(not group[0].startswith(("(?<=", "(?<!")))
            at, repeatable = group.end(), False
            continue
        if char in "*+?" or (char == "{" and _INTERVAL.match(pattern, at)):
            if not repeatable:
                raise _SyntaxError("nothing to repeat")
            at, repeatable = _after_quantifier(pattern, at), False
            continue
        if char == ")":
            if not open_groups:
                raise _SyntaxError("unmatched parenthesis")
            at, repeatable = at + 1, open_groups.pop()
        elif char == "[":
            at, repeatable = _after_class(pattern, at, named=bool(names)), True
        elif char == "\\":
            at, repeatable = _after_escape(pattern, at, names), pattern[at + 1 : at + 2] not in ("b", "B")
        else:
            at, repeatable = at + 1, char not in "^$|"
    if open_groups:
        raise _SyntaxError("unterminated group")


def _after_quantifier(pattern: str, at: int) -> int:
    interval = _INTERVAL.match(pattern, at)
    if interval is None:
        at += 1
    else:
        at = interval.end()
        if interval[3] and _count(interval[1]) > _count(interval[3]):
            raise _SyntaxError("numbers out of order in {} quantifier")
    return at + (pattern[at : at + 1] == "?")


def _count(digits: str) -> int:
    digits = digits.lstrip("0") or "0"
    return _UNLIMITED if len(digits) > 10 else min(int(digits), _UNLIMITED)


# --- named groups ----------------------------------------------------------------------------------------------------


def _names(pattern: str) -> Iterator[str]:
    """Give the name of every named group; raises `_SyntaxError` for one that is no identifier or comes twice."""
    seen: set[str] = set()
    for found in _STRUCTURE.finditer(pattern):
        if found[1] is None:
            continue
        name = _name(found[1])
        if name in seen or not found[2]:
            raise _SyntaxError("duplicate or unfinished capture group name")
        seen.add(name)
        yield name


# Escapes and classes are stepped over, so that a parenthesis in them opens no group.
_STRUCTURE: Final = re.compile(r"\\.|\[(?:[^\]\\]|\\.)*+|\(\?<(?![=!])([^>]*)(>?)", re.DOTALL)


def _name(written: str) -> str:
    text = _NAME_ESCAPE.sub(_escaped_character, written)
    name = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    # Python's identifiers are Unicode's, as JavaScript's are, but for the dollar sign and the two joiners.
    if not name or name[0] in "\u200c\u200d" or not re.sub("[$\u200c\u200d]", "_", name).isidentifier():
        raise _SyntaxError("invalid capture group name")
    return name


def _escaped_character(found: re.Match[str]) -> str:
    code = int(found[1] or found[2], 16) if len(found[0]) < 20 else _UNLIMITED
    if code > 0x10FFFF:
        raise _SyntaxError("invalid Unicode escape")
    return chr(code)


def _after_escape(pattern: str, at: int, names: set[str]) -> int:
    if at + 1 == len(pattern):
        raise _SyntaxError("\\ at end of pattern")
    # Only \k can be wrong, and only if a group has a name; what else follows a backslash stands for something.
    if pattern[at + 1] != "k" or not names:
        return at + 2
    end = pattern.find(">", at)
    if pattern[at + 2 : at + 3] != "<" or end < 0 or _name(pattern[at + 3 : end]) not in names:
        raise _SyntaxError("invalid named reference")
    return end + 1


# --- classes ---------------------------------------------------------------------------------------------------------


def _after_class(pattern: str, at: int, *, named: bool) -> int:
    at += 2 if pattern[at + 1 : at + 2] == "^" else 1
    while at < len(pattern) and pattern[at] != "]":
        first, at = _class_atom(pattern, at, named=named)
        if pattern[at : at + 1] != "-" or pattern[at + 1 : at + 2] in ("]", ""):
            continue
        last, at = _class_atom(pattern, at + 1, named=named)
        if first is not None and last is not None and first > last:
            raise _SyntaxError("range out of order in character class")
    if at >= len(pattern):
        raise _SyntaxError("unterminated character class")
    return at + 1


def _class_atom(pattern: str, at: int, *, named: bool) -> tuple[int | None, int]:
    r"""Read one member of a class: the code of its character, None for a set such as \d, and where it ends."""
    if pattern[at] != "\\":
        return ord(pattern[at]), at + 1
    if at + 1 == len(pattern):
        raise _SyntaxError("\\ at end of pattern")
    found = _CLASS_ESCAPE.match(pattern, at)
    if found is None:  # \c before anything but a letter, digit or underscore: the backslash stands for itself
        return ord("\\"), at + 1
    kind, hexadecimal, code_unit, control, octal, other = found.groups()
    if kind is not None:
        code: int | None = None
    elif control is not None:
        code = ord(control) & 0x1F
    elif octal is not None:
        code = int(octal, 8)
    elif other is not None:
        if other == "k" and named:
            raise _SyntaxError("invalid escape")
        code = _CONTROLS.get(other, ord(other))
    else:
        code = int(hexadecimal or code_unit, 16)
    return code, found.end()
