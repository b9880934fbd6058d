"""Formats against Segment's own runtime: the same texts are a date, a URI, a regular expression, …"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions_core.contract.formats import FORMATS
from actions_core.js import Object
from tests.actions_core.contract.test_formats import INVALID, VALID
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import EXAMPLES, fuzz

TEXTS_AT_ONCE = 50

DATES = [
    "Mon Jan 1 2020", "Mon, 25 Dec 1995 13:30:00 GMT+0430", "2020/01/02 10:00", "1609459200000", "1/2/2020", "June 2020",
    "2020-01-01T24:00:00", "+002020-01-01T00:00:00.000Z", "-000000-01-01", "2020-01-01T10:00+0200", "Jan 1 2020 10:00 PM",
    "(x) 1 2 3", "1 jan 10::", "1 jan 10:11:12.1234567890123", "Thu Jan 01 1970 00:00:00 GMT+0200 (CET)", "8640000000000",
    "8640000000001", "0x10", "+275760-09-13T00:00:00.000Z", "Sep 13 275760", "2020-01-01 10:00 EST", "1 2 3 UTC+9:5",
    "jan 1 2000 12:00 am", "1\x00x", "é 1 2020", "[1 2 2020", "5 Mayhem 99", "1 jan 2000 gmt-8", "2020Z", "2020T10:00Z",
]  # fmt: skip
PATTERNS = [
    "\\u{2,1}", "\\x41[\\x41-\\x40]", "[\\b-\\cA]", "\\k<a>", "(?<a>)\\k", "[\\c]", "[\\c-a]", "[\\77-\\1]", "^*", "\\b+",
    "[]", "[^]", "[\\", "(?<$\\u0061>)", "(?<a", "[\\k](?<a>)", "(?<a>.)[\\k<a>]", "(?i:a)", "(?", "😀*[😀-😁]", "a|*",
    "a{99999999999999999999,1}", "a{3}{3}", "(?!a){2}", "(?<\\u{61}>)\\k<a>", "[\\d-\\w]", "[\\8-\\9]", "(?<!a)*", "(?=a)?",
]  # fmt: skip
ALPHABETS = {
    "regex": "()[]{}*+?|^$\\.-,:<>=!kbBdcxu0123aAzZ_😀é",
    "date-like": "0123456789:-+./ ()TZtz,apmjunfebutcgmtés\u00a0\x00",
}
SEEDS = {name: [*VALID[name], *INVALID[name]] for name in FORMATS}
SEEDS["date-like"] += [*SEEDS["date"], *SEEDS["time"], *SEEDS["date-time"], *DATES]
SEEDS["uri-reference"] += SEEDS["uri"]
SEEDS["regex"] += PATTERNS
ODD = ["\n", "\r", "\t", " ", "0", "9", "-", "٣", "ﬁ", "\u212a", "ſ", "\u0000", "\ud800"]


def near(seeds: list[str], alphabet: str, random: Random) -> str:
    """Change a seed in a few places: cut, insert, replace, repeat, or go on as another seed does."""
    text = random.choice(seeds)
    for _ in range(random.choice([0, 1, 1, 1, 2, 2, 3, 4])):
        at = random.randint(0, len(text))
        stop = min(len(text), at + random.randint(1, 3))
        match random.randint(0, 6):
            case 0:
                text = text[:at] + text[stop:]
            case 1:
                text = text[:at] + random.choice(alphabet) + text[at:]
            case 2:
                text = text[:at] + random.choice(alphabet) + text[at + 1 :]
            case 3:
                other = random.choice(seeds)
                text = text[:at] + other[random.randint(0, len(other)) :]
            case 4:
                text = text[:at] + text[at:stop] * 2 + text[stop:]
            case 5:
                text = text[:at] + random.choice(ODD) + text[at:]
            case _:
                text = text.swapcase()
    return text


def refused_by_reference(oracle: Oracle, name: str, texts: list[str]) -> list[str]:
    field = {"type": "datetime"} if name == "date-like" else {"type": "string", "format": name}
    fields: Object = {f"k{at}": field for at in range(len(texts))}
    payload = {f"k{at}": text for at, text in enumerate(texts)}
    answer = oracle.ask("contract", fields=fields, payload=payload, batch=True)
    errors = answer.get("error", {"errors": []})["errors"]
    return [texts[int(error["path"].removeprefix("$.k"))] for error in errors]


@pytest.mark.parametrize("name", FORMATS)
def test_format_is_that_of_the_reference(oracle: Oracle, name: str) -> None:
    """Varies texts near valid ones: cut, repeated, joined, with characters that other languages' patterns would take."""
    seeds = SEEDS[name]
    alphabet = "".join(sorted(set("".join(seeds) + ALPHABETS.get(name, ""))))

    @settings(fuzz, max_examples=max(1, EXAMPLES // 25))
    @given(st.randoms(use_true_random=True))
    def compare(random: Random) -> None:
        texts = [near(seeds, alphabet, random) for _ in range(TEXTS_AT_ONCE)]
        ours = [text for text in texts if not FORMATS[name](text)]
        assert ours == refused_by_reference(oracle, name, texts)

    compare()
