r"""Texts that must be a date, a URI, an e-mail address, …: one test per format of a string field.

What is accepted is what `ajv-formats` 2.1 accepts in its "full" mode, which is not always what the RFC says. Every
pattern is anchored with `\Z` and compiled for ASCII: Python's `$`, `\d` and case folding take more than JavaScript's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from actions_core.contract.dates import is_date_like
from actions_core.contract.patterns import is_pattern
from actions_core.js import WHITESPACE

FormatTest: TypeAlias = Callable[[str], bool]


def _matcher(pattern: str) -> FormatTest:
    match = re.compile(rf"(?:{pattern})\Z", re.ASCII | re.IGNORECASE).match
    return lambda text: match(text) is not None


# --- dates and times (RFC 3339) --------------------------------------------------------------------------------------

_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_TIME: Final = re.compile(r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:[zZ]|[+-][0-9]{2}(?::?[0-9]{2})?)?\Z")
_BETWEEN_DATE_AND_TIME: Final = re.compile(f"[tT{WHITESPACE}]")
_DAYS: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_date(text: str) -> bool:
    """Tell whether a text is a calendar date such as 2024-02-29."""
    found = _DATE.match(text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= (29 if leap and month == 2 else _DAYS[month])


def is_time(text: str) -> bool:
    """Tell whether a text is a time of day such as 23:59:60.5+01:00.

    Reference: the offset is optional, here and in a date-time, and may be anything of two or four digits.
    """
    found = _TIME.match(text)
    if found is None:
        return False
    hour, minute, second = map(int, found.groups())
    return (hour <= 23 and minute <= 59 and second <= 59) or (hour, minute, second) == (23, 59, 60)


def is_date_time(text: str) -> bool:
    """Tell whether a text is a date and a time with one T or blank between them."""
    parts = _BETWEEN_DATE_AND_TIME.split(text, maxsplit=2)
    return len(parts) == 2 and is_date(parts[0]) and is_time(parts[1])


# --- hosts and addresses ---------------------------------------------------------------------------------------------

_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)"
_IPV4: Final = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_PIECE: Final = "[0-9a-f]{1,4}"
_LABEL: Final = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LONG_LABEL: Final = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_ATOM: Final = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"


def _ipv6_forms() -> str:
    """Give every form of an IPv6 address, by the number of pieces before the first place where "::" may stand."""
    # Reference: an IPv4 address at the end of an IPv6 one may have no leading zeros, a plain one may.
    octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
    ipv4 = rf"{octet}(?:\.{octet}){{3}}"
    forms = [rf"(?:{_PIECE}:){{7}}(?:{_PIECE}|:)", rf"(?:{_PIECE}:){{6}}(?::{_PIECE}|{ipv4}|:)"]
    for before in range(5, -1, -1):
        head = rf"(?:{_PIECE}:){{{before}}}" if before else ":"
        forms.append(rf"{head}(?:(?::{_PIECE}){{1,{7 - before}}}|(?::{_PIECE}){{0,{5 - before}}}:{ipv4}|:)")
    return "|".join(forms)


# --- URIs (RFC 3986) and URI templates (RFC 6570) --------------------------------------------------------------------

_ESCAPED: Final = "%[0-9a-f]{2}"
_UNRESERVED: Final = r"a-z0-9\-._~"
_SUB_DELIMITERS: Final = "!$&'()*+,;="
_SCHEME: Final = r"[a-z][a-z0-9+\-.]*:"


def _bracketed_address() -> str:
    last = f"(?:{_PIECE}:{_PIECE}|{_IPV4})"
    forms = [f"(?:{_PIECE}:){{6}}{last}", f"::(?:{_PIECE}:){{5}}{last}", f"(?:{_PIECE})?::(?:{_PIECE}:){{4}}{last}"]
    forms += [f"(?:(?:{_PIECE}:){{0,{4 - after}}}{_PIECE})?::(?:{_PIECE}:){{{after}}}{last}" for after in (3, 2, 1, 0)]
    forms += [f"(?:(?:{_PIECE}:){{0,5}}{_PIECE})?::{_PIECE}", f"(?:(?:{_PIECE}:){{0,6}}{_PIECE})?::"]
    future = rf"v[0-9a-f]+\.[{_UNRESERVED}{_SUB_DELIMITERS}:]+"
    return rf"\[(?:{'|'.join(forms)}|{future})\]"


def _after_scheme(quote: str = "") -> tuple[str, str]:
    """Give the patterns of a URI's hierarchical part and of its query and fragment.

    Reference: `quote` is the double quote in a URI reference, where it is allowed from the host onwards.
    """
    allowed = f"{_UNRESERVED}{_SUB_DELIMITERS}{quote}"
    path_character = f"(?:[{allowed}:@]|{_ESCAPED})"
    tail_character = f"(?:[{allowed}:@/?]|{_ESCAPED})"
    user = f"(?:[{_UNRESERVED}{_SUB_DELIMITERS}:]|{_ESCAPED})*@"
    host = f"(?:{_bracketed_address()}|{_IPV4}|(?:[{allowed}]|{_ESCAPED})*)"
    segments = f"(?:/{path_character}*)*"
    forms = (
        f"/?/(?:{user})?{host}(?::[0-9]*)?{segments}",
        f"/(?:{path_character}+{segments})?",
        f"{path_character}+{segments}",
    )
    return "|".join(forms), rf"(?:\?{tail_character}*)?(?:#{tail_character}*)?"


def _uri() -> str:
    hierarchy, tail = _after_scheme()
    return f"{_SCHEME}(?:{hierarchy}){tail}"


def _uri_reference() -> str:
    hierarchy, tail = _after_scheme('"')
    return f"(?:{_SCHEME})?(?:{hierarchy})?{tail}"


def _uri_template() -> str:
    literal = rf"(?:[^\x00-\x20\"'<>%\\^`{{|}}]|{_ESCAPED})"
    name = f"(?:[a-z0-9_]|{_ESCAPED})+"
    variable = rf"{name}(?::[1-9][0-9]{{0,3}}|\*)?"
    return rf"(?:{literal}|\{{[+#./;?&=,!@|]?{variable}(?:,{variable})*\}})*"


FORMATS: Final[dict[str, FormatTest]] = {
    "date": is_date,
    "time": is_time,
    "date-time": is_date_time,
    "uri": _matcher(_uri()),
    "uri-reference": _matcher(_uri_reference()),
    "uri-template": _matcher(_uri_template()),
    "email": _matcher(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LONG_LABEL}\.)+{_LONG_LABEL}"),
    "hostname": _matcher(rf"(?=.{{1,253}}\.?\Z){_LABEL}(?:\.{_LABEL})*\.?"),
    "ipv4": _matcher(_IPV4),
    "ipv6": _matcher(_ipv6_forms()),
    "regex": is_pattern,
    "uuid": _matcher("(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"),
    "date-like": is_date_like,
}
"""The test of every format that has one; any text is a password or a text."""
