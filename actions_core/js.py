"""JavaScript's value semantics, the one place where Python and Segment's runtime are made to agree.

An event is JSON: `None`, `bool`, `int`, `float`, `str`, `list` and `dict` with text keys. One more value exists while a
mapping runs: `MISSING`, JavaScript's `undefined`. It is never `None` (`null`).
"""

from __future__ import annotations

import enum
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any, Final, Literal, NoReturn, TypeAlias

from actions_core.errors import JSONSyntaxError, NotJSONError

Object: TypeAlias = dict[str, Any]
"""A JSON object."""


class Missing(enum.Enum):
    """The type of `MISSING`; an enum so that type checkers narrow `value is MISSING`."""

    # A value that nothing can write: JSON libraries write an enum as its value.
    MISSING = object()

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return getattr, (Missing, "MISSING")

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "MISSING"

    def __str__(self) -> str:
        return "undefined"

    def __format__(self, spec: str) -> str:
        return format("undefined", spec)


MISSING: Final = Missing.MISSING
"""JavaScript's `undefined`: no value at all, as opposed to `None`, which is JSON's `null`."""

JSType: TypeAlias = Literal["undefined", "null", "boolean", "number", "string", "array", "object"]

MAX_SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer up to which a JavaScript number counts without gaps."""

_TYPES: dict[type, JSType] = {
    Missing: "undefined",
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def type_of(value: object) -> JSType:
    """Name the kind of a JSON value, telling null, array and object apart.

    Raises `NotJSONError` for what JSON cannot hold (a `datetime`, a `tuple`): an event with such a value would mean
    something else in Segment's cloud, so it is refused rather than guessed at.
    """
    found = _TYPES.get(type(value))
    if found is not None:
        return found
    for base, name in _TYPES.items():  # subclasses, e.g. the secret texts of settings or an OrderedDict
        if isinstance(value, base):
            return name
    raise NotJSONError(f"{type(value).__name__} is not a JSON value")


def truthy(value: object) -> bool:
    """Tell whether JavaScript takes a value for true: `[]` and `{}` are, NaN is not."""
    if value is None or value is MISSING:
        return False
    if isinstance(value, (bool, str)):
        return bool(value)
    if isinstance(value, (int, float)):
        return value == value and value != 0  # noqa: PLR0124 - NaN is the value that differs from itself
    return True


# --- numbers ---------------------------------------------------------------------------------------------------------


def number(value: int | float) -> int | float:
    """Round an integer beyond 2^53 as JavaScript does, which has doubles only.

    Reference: 9007199254740993 leaves as 9007199254740992, in whatever event it came.

    >>> number(9007199254740993)
    9007199254740992.0
    """
    if isinstance(value, int) and not -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
        try:
            return float(value)
        except OverflowError:
            return math.inf if value > 0 else -math.inf
    return value


def number_to_string(value: int | float) -> str:
    """Write a number as JavaScript's `String(n)`: 1.0 is "1", 1e21 is "1e+21", 1e16 is "10000000000000000".

    >>> [number_to_string(n) for n in (1.0, 1e21, 1e16, 1e-7, -0.0, 0.1)]
    ['1', '1e+21', '10000000000000000', '1e-7', '0', '0.1']
    """
    value = number(value)
    if isinstance(value, int):
        return str(int(value))
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    # ECMA-262, Number::toString: `digits` is the shortest text that reads back as the same number (Python's repr finds
    # the same one), and `point` is where the decimal point falls, counted from the first digit.
    sign, digit_tuple, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - for the type checker: only NaN and infinities have another
    digits = "".join(map(str, digit_tuple))
    point = len(digits) + exponent
    digits = digits.rstrip("0")
    minus = "-" if sign else ""
    if len(digits) <= point <= 21:
        return minus + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{minus}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{minus}{mantissa}e{'+' if point > 0 else '-'}{abs(point - 1)}"


WHITESPACE: Final = (
    "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Every character that JavaScript takes for white space: what `\\s` matches and `trim` cuts off."""
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_RADIX: Final = re.compile(r"0(?:[xX]([0-9a-fA-F]+)|[oO]([0-7]+)|[bB]([01]+))\Z")


def string_to_number(text: str) -> float:
    """Read a number as JavaScript's `Number(text)`: blanks are 0, hexadecimal is read, anything else is NaN."""
    text = text.strip(WHITESPACE)
    if not text:
        return 0.0
    if _DECIMAL.match(text):
        return float(text)
    if found := _RADIX.match(text):
        digits, base = next((group, base) for group, base in zip(found.groups(), (16, 8, 2), strict=True) if group)
        return float(number(int(digits, base)))
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


# --- text ------------------------------------------------------------------------------------------------------------

MAX_TEXT_LENGTH: Final = 2**29 - 24
"""The longest text that V8 (Node 20, 64 bits) can hold, in UTF-16 units."""


def trim(text: str) -> str:
    """Cut blanks off both ends as `text.trim()` does, whose blanks are not Python's: U+FEFF is one, U+001C is not."""
    return text.strip(WHITESPACE)


def equals_empty_text(value: object) -> bool:
    """Tell whether JavaScript's `value == ""` holds: 0, false and a list that joins to "" pass; null, `{}` do not."""
    if isinstance(value, str):
        return not value
    if isinstance(value, (int, float)):
        return value == 0
    return isinstance(value, list) and not to_string(value)


def to_string(value: object) -> str:
    """Write any value as JavaScript's `String(value)`: an object is "[object Object]", a list is joined by commas."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list):
        return ",".join("" if leaf is None or leaf is MISSING else to_string(leaf) for leaf in _leaves(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, (int, float)):
        return number_to_string(value)
    return "undefined" if value is MISSING else "[object Object]"


def _leaves(items: list[Any]) -> Iterator[Any]:
    """Yield what `Array.join` writes between commas, with a stack of its own so that deep nesting cannot overflow."""
    stack = [iter(items or [""])]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list):
                stack.append(iter(item or [""]))
                break
            yield item
        else:
            stack.pop()


def utf16_length(text: str) -> int:
    """Count a text's UTF-16 units, which is what JavaScript's `.length` counts."""
    return len(text) + sum(1 for char in text if char > "\uffff") if not text.isascii() else len(text)


def utf16_slice(text: str, start: int, stop: int | None = None) -> str:
    """Cut a text at UTF-16 units, as `text.slice(start, stop)`; a cut pair leaves a lone surrogate behind."""
    if text.isascii():
        return text[start:stop]
    units = text.encode("utf-16-le", "surrogatepass")
    count = len(units) // 2
    first, last, _ = slice(start, stop).indices(count)
    return units[first * 2 : max(first, last) * 2].decode("utf-16-le", "surrogatepass")


def utf16_units(text: str) -> list[str]:
    """Take a text apart into its UTF-16 units, as `Object.values(text)`; a character beyond U+FFFF gives two."""
    if text.isascii():
        return list(text)
    units = text.encode("utf-16-le", "surrogatepass")
    return [chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2)]


_DOLLAR: Final = re.compile(r"\$([$&`'])")


def replace_text(text: str, pattern: str, replacement: str, *, every: bool = True, ignore_case: bool = False) -> str:
    """Replace a literal `pattern` as `text.replace(new RegExp(escaped, flags), replacement)` does.

    In the replacement `$$` is a dollar sign, `$&` the match, `` $` `` what stands before it and `$'` what stands after
    it; any other `$` is itself, since a literal pattern has no groups. Raises `OverflowError` for a result longer than
    `MAX_TEXT_LENGTH` and `ValueError` for an empty pattern.

    >>> replace_text("a-b", "-", "[$&]")
    'a[-]b'
    """
    if not pattern:
        raise ValueError("an empty pattern matches everywhere")
    halves = _SURROGATE.search(pattern) is not None
    if halves:  # a lone surrogate matches half of a character, as it does without the regular expression's `u` flag
        text, pattern = "".join(utf16_units(text)), "".join(utf16_units(pattern))
    haystack, needle = (_canonical(text), _canonical(pattern)) if ignore_case else (text, pattern)
    pieces: list[str] = []
    length = end = 0
    start = haystack.find(needle)
    while start >= 0:
        after = start + len(needle)
        inserted = _expand(replacement, text, start, after) if "$" in replacement else replacement
        pieces += (text[end:start], inserted)
        length += start - end + len(inserted)
        if length > MAX_TEXT_LENGTH:
            raise OverflowError("Invalid string length")
        end = after
        start = haystack.find(needle, end) if every else -1
    pieces.append(text[end:])
    result = "".join(pieces)
    return result.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") if halves else result


def _expand(replacement: str, text: str, start: int, stop: int) -> str:
    def special(found: re.Match[str]) -> str:
        match found[1]:
            case "$":
                return "$"
            case "&":
                return text[start:stop]
            case "`":
                return text[:start]
            case _:
                return text[stop:]

    return _DOLLAR.sub(special, replacement)


def _canonical(text: str) -> str:
    # ECMA-262, Canonicalize without the `u` flag: one UTF-16 unit becomes its upper case if that is one unit too, and
    # never crosses into ASCII, so that U+017F does not match "s".
    if text.isascii():
        return text.upper()
    return "".join(map(_canonical_character, text))


def _canonical_character(char: str) -> str:
    upper = char.upper()
    crosses = len(upper) != 1 or char > "\uffff" or upper < "\x80" <= char
    return char if crosses else upper


# --- objects ---------------------------------------------------------------------------------------------------------

_INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,9})\Z", re.ASCII)


def is_index(key: str) -> bool:
    """Tell whether JavaScript takes a key for an array index: "0" to "4294967294", with no leading zero."""
    return bool(_INDEX.match(key)) and int(key) < 2**32 - 1


def object_keys(value: Object) -> list[str]:
    """List keys as `Object.keys` does: integer-like ones first and ascending, the others in the order of insertion."""
    keys = list(value)
    indices = [key for key in keys if is_index(key)]
    if not indices:
        return keys
    return sorted(indices, key=int) + [key for key in keys if not is_index(key)]


def get_property(value: object, key: str) -> Any:
    """Read `value[key]` as JavaScript does, or `MISSING`.

    Lists and texts answer to an index and to `length`. Inherited functions (`constructor`, `map`, …) are not there,
    because nobody can send a function to a partner.
    """
    if isinstance(value, dict):
        return value.get(key, MISSING)
    if isinstance(value, list):
        if key == "length":
            return len(value)
        return value[int(key)] if is_index(key) and int(key) < len(value) else MISSING
    if isinstance(value, str):
        if key == "length":
            return utf16_length(value)
        return utf16_slice(value, int(key), int(key) + 1) or MISSING if is_index(key) else MISSING
    return MISSING


def read_path(value: Any, keys: Iterable[str]) -> Any:
    """Read `value[key1][key2]…` as Segment's runtime walks a path: a falsy value on the way is the result."""
    for key in keys:
        if type(value) is dict:  # the usual case, without asking further
            value = value.get(key, MISSING)
        elif truthy(value):
            value = get_property(value, key)
        else:
            return value
    return value


# --- JSON ------------------------------------------------------------------------------------------------------------


def _refuse_constant(name: str) -> NoReturn:
    raise JSONSyntaxError(f"{name} is not JSON")


def _read_integer(text: str) -> int | float:
    # Only long texts can leave the exact range; Python refuses to read an int of more than 4,300 digits.
    return int(text) if len(text) < 16 else number(int(text)) if len(text) < 400 else float(text)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_read_integer)


def loads(text: str | bytes) -> Any:
    """Read JSON text as `JSON.parse` does: integers beyond 2^53 become doubles, NaN is no value.

    Raises `JSONSyntaxError` with one sentence that tells the position; also for text nested too deeply to be read.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise JSONSyntaxError(f"byte {error.start} is not UTF-8") from None
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno} column {error.colno}"
        raise JSONSyntaxError(f"{error.msg[0].lower()}{error.msg[1:]} at {place}") from None
    except RecursionError:
        raise JSONSyntaxError("nested too deeply to be read") from None


def nests_deeper(value: Any, levels: int) -> bool:
    """Tell whether objects and lists are nested more than some levels deep; walks with a stack of its own."""
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not layer:
            return False
    return True


_quote: Final = json.encoder.encode_basestring
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def stringify(value: Any) -> str:
    """Write a value as `JSON.stringify` does, character for character.

    `MISSING` disappears from an object and is null in a list; NaN and the infinities are null; 1.0 is 1 and 1e-7 is
    1e-7; integer-like keys come first; a lone surrogate is escaped, so that the text can always be encoded.
    An integer that no double can hold is infinite, as it is for JavaScript. Raises `NotJSONError` for a value that JSON
    cannot hold and `RecursionError` for one nested hundreds of levels deep.
    """
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def _write(value: Any, put: Callable[[str], None]) -> None:
    kind = type_of(value)
    if kind == "string":
        text = _quote(value)
        put(text if text.isascii() else _SURROGATE.sub(lambda lone: f"\\u{ord(lone[0]):04x}", text))
    elif kind == "object":
        separator = "{"
        for key in object_keys(value):
            if value[key] is not MISSING:
                put(separator)
                _write(key, put)
                put(":")
                _write(value[key], put)
                separator = ","
        put("}" if separator == "," else "{}")
    elif kind == "array":
        separator = "["
        for item in value:
            put(separator)
            _write(None if item is MISSING else item, put)
            separator = ","
        put("]" if separator == "," else "[]")
    elif kind == "number" and not math.isfinite(number(value)):
        put("null")
    elif kind == "undefined":
        raise TypeError("MISSING is no JSON value of its own")
    else:
        put(to_string(value))
