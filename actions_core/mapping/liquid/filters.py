"""liquidjs's filters by name. Each takes the rendering, the value and its arguments, of which any may be missing."""

from __future__ import annotations

import base64
import binascii
import math
import random
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote

from actions_core import js
from actions_core.js import MISSING
from actions_core.mapping.liquid.dates import DATE_FILTERS
from actions_core.mapping.liquid.values import (
    LiquidFailureError,
    Literal,
    Rendering,
    Value,
    equal,
    is_nil,
    items_of,
    number_of,
    number_or_zero,
    plain,
    read_key,
    text_of,
    tidy,
    truthy,
)

Filter: TypeAlias = Callable[..., Value]

DISABLED_FILTERS: Final = frozenset(
    {
        "array_to_sentence_string",
        "concat",
        "find",
        "find_exp",
        "find_index",
        "find_index_exp",
        "group_by",
        "group_by_exp",
        "has",
        "has_exp",
        "map",
        "newline_to_br",
        "reject",
        "reject_exp",
        "reverse",
        "sort",
        "sort_natural",
        "uniq",
        "where_exp",
        "type",
    }
)
"""The filters that Segment refuses."""


def _given(value: Value, default: Value) -> Value:
    return default if value is MISSING else value


# --- numbers ---------------------------------------------------------------------------------------------------------


def _numeric(function: Callable[[float, float], float], alone: float | None = math.nan) -> Filter:
    """Make a filter of a function of two numbers; what is no number counts as 0.

    Without an argument the second one is `alone`, or the value itself if that is None.
    """

    def apply(_run: Rendering, value: Value, *arguments: Value) -> Value:
        number = number_or_zero(value)
        default = number if alone is None else alone
        return tidy(function(number, number_or_zero(arguments[0]) if arguments else default))

    return apply


def _divide(dividend: float, divisor: float) -> float:
    if divisor:
        return dividend / divisor
    return math.nan if not dividend else math.copysign(math.inf, dividend) * math.copysign(1, divisor)


def _divided_by(_run: Rendering, value: Value, *arguments: Value) -> Value:
    divisor, whole = (*map(number_or_zero, arguments[:2]), *(math.nan, 0.0)[len(arguments) :])
    result = _divide(number_or_zero(value), divisor)
    return tidy(float(math.floor(result)) if whole and math.isfinite(result) else result)


def _modulo(dividend: float, divisor: float) -> float:
    return math.fmod(dividend, divisor) if divisor and math.isfinite(dividend) else math.nan


def _whole(function: Callable[[float], int]) -> Callable[[float, float], float]:
    return lambda value, _argument: float(function(value)) if math.isfinite(value) else value


def _round(_run: Rendering, value: Value, digits: Value = 0) -> Value:
    number, power = number_or_zero(value), number_or_zero(digits)
    scale = math.inf if power > 308 else 10.0 ** max(power, -400)
    scaled = abs(number * scale)
    if not scale or math.isnan(scaled) or math.isinf(scale):
        return math.nan
    if math.isinf(scaled):
        return math.copysign(scaled, number)
    return tidy(math.copysign(math.floor(scaled + 0.5), number) / scale)


def _sum(_run: Rendering, value: Value, key: Value = MISSING) -> Value:
    total = 0.0
    for item in items_of(value):
        found = number_of(_at(item, text_of(key)) if js.truthy(key) else item)
        total += 0 if math.isnan(found) else found
    return tidy(total)


# --- text ------------------------------------------------------------------------------------------------------------


def _text_filter(function: Callable[[str], str]) -> Filter:
    """Make a filter of a function from text to text."""

    def apply(run: Rendering, value: Value) -> str:
        text = text_of(value)
        run.use(len(text))
        return function(text)

    return apply


def _append(run: Rendering, value: Value, *more: Value) -> str:
    if not more:
        raise LiquidFailureError("append expect 2 arguments")
    left, right = text_of(value), text_of(more[0])
    run.use(len(left) + len(right))
    return left + right


def _prepend(run: Rendering, value: Value, *more: Value) -> str:
    if not more:
        raise LiquidFailureError("prepend expect 2 arguments")
    left, right = text_of(value), text_of(more[0])
    run.use(len(left) + len(right))
    return right + left


_BLANKS: Final = "".join(chr(code) for code in range(0x10000) if not js.trim(chr(code)))
_BLANK_RUN: Final = re.compile(f"[{re.escape(_BLANKS)}]+")


def _strip(*, left: bool, right: bool) -> Filter:
    def apply(run: Rendering, value: Value, chars: Value = MISSING) -> str:
        text = text_of(value)
        run.use(len(text))
        # Characters are looked for unit by unit, so that one of two units is never found.
        cut = "".join(char for char in text_of(chars) if char <= "\uffff") if js.truthy(chars) else _BLANKS
        text = text.lstrip(cut) if left else text
        return text.rstrip(cut) if right else text

    return apply


def _capitalize(text: str) -> str:
    first = text[:1]
    return (first.upper() if first <= "\uffff" else first) + text[1:].lower()


def _replace(run: Rendering, value: Value, old: Value = MISSING, new: Value = MISSING) -> str:
    text, pattern, replacement = text_of(value), text_of(old), text_of(new)
    if not pattern:  # between all characters
        run.use(len(text) + max(len(text) - 1, 0) * len(replacement))
        return replacement.join(js.utf16_units(text))
    run.use(len(text) + text.count(pattern) * (len(replacement) - len(pattern)))
    return text.replace(pattern, replacement)


def _replace_first(run: Rendering, value: Value, old: Value = MISSING, new: Value = MISSING) -> str:
    text, pattern, replacement = text_of(value), text_of(old), text_of(new)
    run.use(len(text) + len(pattern) + len(replacement))
    return text.replace(pattern, replacement, 1)


def _replace_last(run: Rendering, value: Value, old: Value = MISSING, new: Value = MISSING) -> str:
    text, pattern, replacement = text_of(value), text_of(old), text_of(new)
    run.use(len(text) + len(pattern) + len(replacement))
    before, found, after = text.rpartition(pattern) if pattern else (text, "", "")
    return before + replacement + after if found or not pattern else text


def _remove(run: Rendering, value: Value, part: Value = MISSING) -> str:
    return _replace(run, value, part, "")


def _remove_first(run: Rendering, value: Value, part: Value = MISSING) -> str:
    return _replace_first(run, value, part, "")


def _remove_last(run: Rendering, value: Value, part: Value = MISSING) -> str:
    return _replace_last(run, value, part, "")


def _split(run: Rendering, value: Value, separator: Value = MISSING) -> list[str]:
    text, between = text_of(value), text_of(separator)
    run.use(len(text))
    parts = text.split(between) if between else js.utf16_units(text)
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _truncate(run: Rendering, value: Value, length: Value = MISSING, ellipsis: Value = MISSING) -> Value:
    text, tail = text_of(value), text_of(_given(ellipsis, "..."))
    run.use(len(text) + len(tail))
    most = number_of(_given(length, 50))
    if js.utf16_length(text) <= most:
        return value
    kept = most - js.utf16_length(tail)
    return js.utf16_slice(text, 0, int(max(kept, 0)) if not math.isnan(kept) else 0) + tail


def _truncate_words(run: Rendering, value: Value, count: Value = MISSING, ellipsis: Value = MISSING) -> str:
    text, tail = text_of(value), text_of(_given(ellipsis, "..."))
    run.use(len(text) + len(tail))
    words = _BLANK_RUN.split(text)
    wanted = number_of(_given(count, 15))
    most = 1 if wanted <= 0 else wanted
    kept = " ".join(words[: 0 if math.isnan(most) else int(min(most, len(words)))])
    return kept + tail if len(words) >= most else kept


_CJK: Final = "\u4e00-\u9fff\uf900-\ufaff\u3400-\u4dbf\u3040-\u309f\u30a0-\u30ff\uac00-\ud7af"
_CJK_WORD: Final = re.compile(f"[{_CJK}]")
_OTHER_WORD: Final = re.compile(f"[^{_CJK}{re.escape(_BLANKS)}]+")


def _number_of_words(run: Rendering, value: Value, mode: Value = MISSING) -> int:
    text = text_of(value)
    run.use(len(text))
    text = js.trim(text)
    if not text:
        return 0
    if mode == "cjk" or (mode == "auto" and _CJK_WORD.search(text)):
        return len(_CJK_WORD.findall(text)) + len(_OTHER_WORD.findall(text))
    return len(_BLANK_RUN.split(text))


# --- HTML, addresses, base64 -----------------------------------------------------------------------------------------

_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}
_UNESCAPES: Final = {entity: char for char, entity in _ESCAPES.items()}
_ESCAPED: Final = str.maketrans(_ESCAPES)
_ENTITY: Final = re.compile("&(?:amp|lt|gt|#34|#39);")
_MARKUP: Final = re.compile(r"<script.*?</script>|<style.*?</style>|<[^\n\r\u2028\u2029]*?>|<!--.*?-->", re.DOTALL)


def _escape(text: str) -> str:
    return text.translate(_ESCAPED)


def _escape_once(text: str) -> str:
    return _escape(_ENTITY.sub(lambda entity: _UNESCAPES[entity[0]], text))


def _encode(text: str, safe: str) -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        raise LiquidFailureError("URI malformed") from None


def _url_decode(text: str) -> str:
    # JavaScript refuses a percent sign that begins no byte, and bytes that are no UTF-8.
    try:
        if re.search("%(?![0-9a-fA-F]{2})", text):
            raise LiquidFailureError("URI malformed")
        return unquote(text, errors="strict").replace("+", " ")
    except UnicodeDecodeError:
        raise LiquidFailureError("URI malformed") from None


_SLUG_PARTS: Final[dict[str, Callable[[str], bool]]] = {
    "raw": lambda char: bool(js.trim(char)),
    "default": lambda char: unicodedata.category(char)[0] in "ML" or unicodedata.category(char) == "Nd",
    "pretty": lambda char: _SLUG_PARTS["default"](char) or char in "._~!$&'()+,;=@",
    "ascii": lambda char: char.isascii() and char.isalnum(),
}
_ACCENTS: Final = str.maketrans(
    {
        **dict.fromkeys("àáâãäå", "a"),
        **dict.fromkeys("èéêë", "e"),
        **dict.fromkeys("ìíîï", "i"),
        **dict.fromkeys("òóôõöø", "o"),
        **dict.fromkeys("ùúûü", "u"),
        **dict.fromkeys("ýÿ", "y"),
        "æ": "ae",
        "ç": "c",
        "ð": "d",
        "ñ": "n",
        "ß": "ss",
        "œ": "oe",
        "þ": "th",
        "ẞ": "SS",
        "Œ": "OE",
        "Þ": "TH",
    }
)


def _slugify(run: Rendering, value: Value, mode: Value = MISSING, cased: Value = False) -> str:
    text = text_of(value)
    run.use(len(text))
    belongs = _SLUG_PARTS.get("default" if mode is MISSING or mode == "latin" else js.to_string(plain(mode)))
    if belongs is not None:
        text = text.translate(_ACCENTS) if mode == "latin" else text
        text = re.sub("\0+", "-", "".join(char if char != "\0" and belongs(char) else "\0" for char in text))
        text = text.removeprefix("-").removesuffix("-")
    return text if js.truthy(cased) else text.lower()


def _base64_encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")


def _base64_decode(text: str) -> str:
    # Node reads on over what is no base64, takes both alphabets, and needs no padding.
    digits = re.sub("[^A-Za-z0-9+/]", "", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8", "replace")
    except binascii.Error as error:
        raise LiquidFailureError(str(error)) from None


# --- lists -----------------------------------------------------------------------------------------------------------


def _at(item: Any, path: str) -> Value:
    for key in path.split("."):
        item = read_key(item, key)
    return item


def _join(run: Rendering, value: Value, separator: Value = MISSING) -> str:
    items = items_of(value)
    between = " " if is_nil(separator) else text_of(separator)
    run.use(len(items) * (1 + len(between)))
    return between.join("" if is_nil(item) else js.to_string(item) for item in items)


def _first(_run: Rendering, value: Value) -> Value:
    value = plain(value)
    if isinstance(value, list):
        return value[0] if value else MISSING
    return js.utf16_slice(value, 0, 1) if isinstance(value, str) else ""


def _last(_run: Rendering, value: Value) -> Value:
    value = plain(value)
    if isinstance(value, list):
        return value[-1] if value else MISSING
    return js.utf16_slice(value, -1) if isinstance(value, str) else ""


def _size(_run: Rendering, value: Value) -> Value:
    value = plain(value)
    if isinstance(value, dict):
        length = value.get("length")
        return length if js.truthy(length) else 0
    return len(value) if isinstance(value, list) else js.utf16_length(value) if isinstance(value, str) else 0


def _listing(function: Callable[[list[Any]], list[Any]]) -> Filter:
    def apply(run: Rendering, value: Value) -> list[Any]:
        items = items_of(value)
        run.use(len(items))
        return function(items)

    return apply


def _push(run: Rendering, value: Value, item: Value = MISSING) -> list[Any]:
    items = items_of(value)
    run.use(len(items) + 1)
    return [*items, plain(item)]


def _unshift(run: Rendering, value: Value, item: Value = MISSING) -> list[Any]:
    items = items_of(value)
    run.use(len(items))
    return [plain(item), *items]


def _plus(left: Value, right: Value) -> Value:
    """Add as JavaScript does, where "1" + 2 is "12"."""
    left, right = plain(left), plain(right)
    if any(isinstance(value, (str, list, dict)) for value in (left, right)):
        return js.to_string(left) + js.to_string(right)
    return number_of(left) + number_of(right)


def _slice(run: Rendering, value: Value, begin: Value = MISSING, length: Value = MISSING) -> Value:
    value = plain(value)
    if is_nil(value):
        return []
    whole = value if isinstance(value, list) else text_of(value)
    size = len(whole) if isinstance(whole, list) else js.utf16_length(whole)
    length = _given(length, 1)
    run.use(number_or_zero(length))
    begin = _plus(size, begin) if number_of(begin) < 0 else begin
    first, stop = (int(max(-size, min(number_or_zero(edge), size))) for edge in (begin, _plus(begin, length)))
    return whole[first:stop] if isinstance(whole, list) else js.utf16_slice(whole, first, stop)


def _where(run: Rendering, value: Value, key: Value = MISSING, expected: Value = MISSING) -> list[Any]:
    items = items_of(value)
    run.use(len(items))
    path = text_of(key)
    if expected is MISSING:
        return [item for item in items if truthy(_at(item, path))]
    return [item for item in items if equal(_at(item, path), expected)]


def _sample(run: Rendering, value: Value, count: Value = 1) -> Value:
    value = plain(value)
    if is_nil(value):
        return []
    items = list(value) if isinstance(value, list) else js.utf16_units(text_of(value))
    run.use(number_or_zero(count))
    random.shuffle(items)
    if count == 1:
        return items[0] if items else MISSING
    return items[: int(number_or_zero(count))]


# --- any value -------------------------------------------------------------------------------------------------------


def _default(_run: Rendering, value: Value, fallback: Value = MISSING, *options: Value) -> Value:
    value = plain(value)
    if isinstance(value, (list, str)):
        return value or fallback
    if value is False and any(name == "allow_false" and js.truthy(allow) for name, allow in options):
        return False
    return value if truthy(value) else fallback


_JSON_PIECE: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{][\]}]|[\[\]{},:]|[^\[\]{},:"]+')


def _json(_run: Rendering, value: Value, space: Value = 0) -> Value:
    if isinstance(value, Literal):  # an object without keys of its own, there
        return "{}"
    try:
        text = MISSING if value is MISSING else js.stringify(value)
    except RecursionError:
        raise LiquidFailureError("Maximum call stack size exceeded") from None
    if text is MISSING or isinstance(space, bool) or not isinstance(space, (int, float, str)) or space in ("", 0):
        return text
    if isinstance(space, str):
        return _indented(text, js.utf16_slice(space, 0, 10))
    return _indented(text, " " * int(min(space, 10))) if space > 0 else text


def _indented(text: str, step: str) -> str:
    """Write compact JSON over several lines, as `JSON.stringify` with an indent."""
    parts: list[str] = []
    margin = "\n"
    for piece in _JSON_PIECE.findall(text):
        if piece in ("[", "{"):
            margin += step
            parts += (piece, margin)
        elif piece in ("]", "}"):
            margin = margin[: len(margin) - len(step)]
            parts += (margin, piece)
        elif piece == ",":
            parts += (piece, margin)
        else:
            parts.append(": " if piece == ":" else piece)
    return "".join(parts)


def _to_integer(_run: Rendering, value: Value) -> Value:
    return tidy(number_of(value))


def _same(_run: Rendering, value: Value) -> Value:
    return value


def _disabled(name: str) -> Filter:
    def refuse(_run: Rendering, _value: Value) -> Value:
        raise LiquidFailureError(f'filter "{name}" is disabled')

    return refuse


FILTERS: Final[dict[str, Filter]] = {
    "abs": _numeric(lambda value, _: abs(value)),
    "at_least": _numeric(max, alone=None),
    "at_most": _numeric(min, alone=None),
    "ceil": _numeric(_whole(math.ceil)),
    "floor": _numeric(_whole(math.floor)),
    "divided_by": _divided_by,
    "minus": _numeric(lambda value, argument: value - argument),
    "modulo": _numeric(_modulo),
    "plus": _numeric(lambda value, argument: value + argument),
    "times": _numeric(lambda value, argument: value * argument),
    "round": _round,
    "sum": _sum,
    "append": _append,
    "prepend": _prepend,
    "lstrip": _strip(left=True, right=False),
    "rstrip": _strip(left=False, right=True),
    "strip": _strip(left=True, right=True),
    "downcase": _text_filter(str.lower),
    "upcase": _text_filter(str.upper),
    "capitalize": _text_filter(_capitalize),
    "remove": _remove,
    "remove_first": _remove_first,
    "remove_last": _remove_last,
    "replace": _replace,
    "replace_first": _replace_first,
    "replace_last": _replace_last,
    "split": _split,
    "strip_newlines": _text_filter(lambda text: text.replace("\r\n", "").replace("\n", "")),
    "truncate": _truncate,
    "truncatewords": _truncate_words,
    "normalize_whitespace": _text_filter(lambda text: _BLANK_RUN.sub(" ", text)),
    "number_of_words": _number_of_words,
    "escape": _text_filter(_escape),
    "xml_escape": _text_filter(_escape),
    "escape_once": _text_filter(_escape_once),
    "strip_html": _text_filter(lambda text: _MARKUP.sub("", text)),
    "url_encode": _text_filter(lambda text: _encode(text, "!'()*").replace("%20", "+")),
    "url_decode": _text_filter(_url_decode),
    "cgi_escape": _text_filter(lambda text: _encode(text, "").replace("%20", "+")),
    "uri_escape": _text_filter(lambda text: _encode(text, ";/?:@&=+$,#!'()*[]")),
    "slugify": _slugify,
    "base64_encode": _text_filter(_base64_encode),
    "base64_decode": _text_filter(_base64_decode),
    "join": _join,
    "first": _first,
    "last": _last,
    "size": _size,
    "compact": _listing(lambda items: [item for item in items if not is_nil(item)]),
    "push": _push,
    "unshift": _unshift,
    "pop": _listing(lambda items: items[:-1]),
    "shift": _listing(lambda items: items[1:]),
    "slice": _slice,
    "where": _where,
    "sample": _sample,
    "default": _default,
    "raw": _same,
    "json": _json,
    "jsonify": _json,
    "inspect": _json,
    "to_integer": _to_integer,
    **DATE_FILTERS,
    **{name: _disabled(name) for name in DISABLED_FILTERS},
}
"""Reference: a name that is not here is no error: the value passes through."""
