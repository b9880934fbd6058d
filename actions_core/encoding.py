"""JSON text at full speed: events in, bodies of requests out.

orjson does the work, `js` what JavaScript does otherwise: few texts need it.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from actions_core import js
from actions_core.holes import settle
from actions_core.js import MISSING

_OPTIONS: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS  # a dataclass or a date is no JSON value, for `js.stringify` and so here
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_STRICT_INTEGER  # an integer beyond 2^53 is a double for JavaScript
)

# orjson writes 500.0 and 1e16 (or 1e+16, as its version has it) where JavaScript writes 500 and 10000000000000000, and
# leaves integer-like keys where they stand. Such texts are rare, and looking for them is most of the cost of a body, so
# it is done roughly first: in a shorter text, without digits, where a number with an exponent is a bare "e" and such a
# key is "". All expressions begin with the characters that they are found by, which is several times faster than else.
_NOISE: Final = b"+0123456789.-bcdghjklmpqrsvwxyzBCDFGHJKLMNPQRSTVWXYZ"  # not the t, f and n of true, false and null
_empty_key, _member, _item, _first_item = (re.compile(text).search for text in (rb'"":', rb":e", rb",e", rb"\[e"))
_whole_number: Final = re.compile(rb"\.0(?:[,\]}]|\Z)").search
_index_key: Final = re.compile(rb'"[0-9]+":').search
_ODD_NUMBER: Final = rb"(-?[0-9]+(?:\.0|(?:\.[0-9]+)?e[-+]?[0-9]+))(?=[,\]}]|\Z)"
_odd_numbers: Final = tuple(re.compile(before + _ODD_NUMBER) for before in (rb'":', rb",", rb"\[", rb"\A"))
_QUOTE: Final = ord('"')


def encode(value: Any) -> bytes:
    """Write a value as JSON in UTF-8: the text of `js.stringify`, and its errors.

    What every JSON library for Python takes is taken here, too: a tuple is a list, a UUID its text.
    """
    if type(value) is dict:
        for member in value.values():
            if member is MISSING:  # the usual place: an optional field of the payload in the outermost object
                value = {key: member for key, member in value.items() if member is not MISSING}
                break
    try:
        text = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        try:
            text = orjson.dumps(_without_holes(value), option=_OPTIONS)
        except TypeError:
            return js.stringify(value).encode()
    return _mended(text) if _is_odd(text) else text


def _mended(text: bytes) -> bytes:
    """Write a text of orjson's as JavaScript does."""
    if _index_key(text):
        return js.stringify(orjson.loads(text)).encode()
    for numbers in _odd_numbers:
        pieces: list[bytes] = []
        bare = text.replace(rb"\\", b"__").replace(rb"\"", b"__") if b"\\" in text else text
        done = counted = quotes = 0
        for found in numbers.finditer(text):
            start = found.start()
            quotes += bare.count(b'"', counted, start)
            counted = start
            # Where the quotes before it are odd in number it is no number but a part of a text. (What stands before the
            # number of a member is a quote itself, the one that ends the key.)
            if quotes % 2 == (bare[start] == _QUOTE):
                pieces += (text[done : found.start(1)], js.number_to_string(float(found[1])).encode())
                done = found.end()
        if pieces:
            text = b"".join([*pieces, text[done:]])
    return text


def _without_holes(value: Any) -> Any:
    return settle(value, keep_keys=False, keep_items=False, keep_items_below=False)


def _is_odd(text: bytes) -> bool:
    """Tell whether JavaScript writes a text otherwise."""
    if _whole_number(text):
        return True
    shorter = text.translate(None, _NOISE)
    if _empty_key(shorter) or _member(shorter) or (b"[" in shorter and (_item(shorter) or _first_item(shorter))):
        return True
    return text[0] not in b'{["'


def decode(text: bytes | str) -> Any:
    """Read an event: the value of `js.loads`, and its errors.

    An integer beyond 2^53 stays one; it becomes a double where JavaScript would show it, when it is written for one.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return js.loads(text)
