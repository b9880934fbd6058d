"""What pages say of audiences and computed traits: Segment prints the same sentences for every destination."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from conformance.contracts.ledger import Ledger
from conformance.contracts.markdown import Block, Paragraph, unescape, without_links
from conformance.contracts.model import Engage, Level, Testable


class _Wording(NamedTuple):
    """How a promise is put, links and escapes aside."""

    clause: str
    pattern: str
    testable: Testable = "auto"
    level: Level = "MUST"


# Each promise in Segment's words, and in others that say the same.
_WORDINGS: Final = (
    _Wording("kind", r"\bas a \*\*user property\*\*", "structural"),
    _Wording("call", r"\ban identify call\b"),
    _Wording("key", r"\bsnake[_ -]cased?\b"),
    _Wording("value", r"\btrue/false value\b|\bvalue is true for one who joins and false for one who leaves\b"),
    _Wording("example", r"`(?P<key>\w+): true`", level="INFO"),
    _Wording("initial", r"\bcall for every user in that audience\b|\bone call for each of its members\b"),
    _Wording(
        "later", r"\bonly send updates for users whose membership has changed\b|\bonly for users who join or leave\b"
    ),
    _Wording("first-sync-time", r"\bmay take (?:six or more hours|six hours or more)\b", "external", "INFO"),
    _Wording("sync-frequency", r"\btwo to three hours\b", "external", "INFO"),
)
_PATTERNS: Final = {wording: re.compile(wording.pattern, re.IGNORECASE) for wording in _WORDINGS}
_SENTENCE_END: Final = re.compile(r"(?<=[.!?;])\s+")
_MEANINGS: Final[dict[str, Any]] = {
    "kind": "user property",
    "call": "identify",
    "key": "snake_case",
    "value": "bool",
    "initial": "all",
    "later": "delta",
}


def read_engage(blocks: Iterable[Block], ledger: Ledger) -> Engage:
    """Read the section Engage: each promise from the first sentence that makes it."""
    told: dict[str, Any] = {}
    for line, sentence in _sentences(blocks):
        for wording, pattern in _PATTERNS.items():
            found = pattern.search(sentence)
            clause = f"engage/{wording.clause}"
            if found is None or clause in ledger.clauses:
                continue
            ledger.add(clause, line, sentence, wording.testable, level=wording.level)
            if wording.clause in _MEANINGS:
                told[wording.clause] = _MEANINGS[wording.clause]
            elif wording.clause == "example":
                told["example"] = found["key"]
    return Engage(**told)


def _sentences(blocks: Iterable[Block]) -> Iterator[tuple[int, str]]:
    for block in blocks:
        if isinstance(block, Paragraph):
            for sentence in _SENTENCE_END.split(unescape(without_links(block.text))):
                yield block.line, sentence
