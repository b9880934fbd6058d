"""Triggers and events made of one small pool of words, so that they meet."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import strategies as st

# --- texts -----------------------------------------------------------------------------------------------------------

WORDS = [
    "track", "page", "Order", "Order Completed", "", "null", "true", "5", "0", "a*", "*", "é", "x😀", "😀", "a", "eos",
    "=",
]  # fmt: skip
FIELDS = [
    "type", "event", "name", "userId", "properties.a", "properties.a", "properties.a.b", "properties.b", "traits.a",
    "traits.b", "context.a", "context.a.b.a",
]  # fmt: skip
ODD_FIELDS = [
    "properties", "traits", "properties.a.length", "properties.\\0", "traits.a.\\0", "context.a\\ b", "properties . a",
    "properties\\.a\\[b\\]", "properties.\\.", "properties\\.", "properties.and", "properties.null", "properties.or.a",
    "propertiesX", "traits.\\é", "event.a", "groupId", "timestamp.a", "constructor", "toString", "valueOf.a",
    "contextual.a", "_a", "\\type", "prop\\erties.a", "nul", "Type",
]  # fmt: skip
OPERATORS = ["=", "=", "!=", "!=", "<", "<=", ">", ">="]
ODD_OPERATORS = [
    "==", "in", "!", "contains", "not_contains", "starts_with", "not_starts_with", "ends_with", "not_ends_with",
    "exists", "not_exists", "is_true", "is_false", "number_equals", "number_not_equals", "(", ")", ".", ",", "and",
    "never", "eos",
]  # fmt: skip
NUMBERS = ["0", "1", "5", "-1", "1.5", "007", "+5", "-", "-0", "1.", "1000000000000000000000", "9" * 400]
ODD_VALUES = [
    "track", "a", "an", "nul", "nu", "\\true", "\\null", "null(", '\\"a\\*\\"', '"a', "[", ")", "(", ".", "1e5", "",
]  # fmt: skip


T = TypeVar("T")


def pick(*words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words)


def often(times: int, usual: st.SearchStrategy[T], *unusual: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Weigh strategies; `one_of` counts one that is given many times once."""
    return st.sampled_from([usual] * times + [*unusual]).flatmap(lambda strategy: strategy)


def mostly(usual: st.SearchStrategy[str], unusual: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return often(15, usual, unusual)


PATHS = mostly(pick(*FIELDS), pick(*ODD_FIELDS))
QUOTED = pick(*(f'"{word}"' for word in WORDS))
PLAIN_VALUES = QUOTED | pick(*NUMBERS) | pick("true", "false", "null")
VALUES = mostly(PLAIN_VALUES, pick(*ODD_VALUES) | pick(*(f"'{word}'" for word in WORDS)) | PATHS)
PATTERNS = st.builds(
    lambda word, shape: f'"{shape.format(word)}"', pick(*WORDS), pick("{}*", "{}*", "*{}", "*{}", "*{}*", "{}", "?{}")
)
BLANKS = pick(" ", " ", " ", " ", "  ", "\n\t ")
COMPARISONS = st.builds(
    "{}{}{}{}{}".format, PATHS, BLANKS, mostly(pick(*OPERATORS), pick(*ODD_OPERATORS)), BLANKS, VALUES
)
CALLS = often(
    4,
    st.builds("{}contains({}{},{})".format, pick("", "!"), PATHS, pick("", " "), mostly(QUOTED, VALUES)),
    st.builds("{}match({}, {}{})".format, pick("", "!"), PATHS, mostly(PATTERNS, VALUES), pick("", " ")),
    st.builds("{}match({}, {}{})".format, pick("", "!"), PATHS, mostly(PATTERNS, VALUES), pick("", " ")),
    st.builds("{} {} {} {}".format, pick("match(", "contains", "length("), PATHS, VALUES, pick(")", "", ",")),
)
CLAUSES = often(2, COMPARISONS, CALLS)
JOINTS = mostly(pick("and", "or"), pick("AND", ",", "andor", ""))
GROUPS = often(
    12,
    CLAUSES,
    st.builds("({} {} {})".format, COMPARISONS, JOINTS, COMPARISONS),
    st.builds("({} {} {})".format, COMPARISONS, JOINTS, CLAUSES),
    st.builds("{}({} {} {} {}".format, pick("", "!"), CLAUSES, JOINTS, CLAUSES, pick(")", ") ", "")),
    pick("()"),
)
SENTENCES = st.lists(st.tuples(JOINTS, GROUPS), min_size=1, max_size=4).map(
    lambda parts: " ".join(f"{joint} {part}" if place else part for place, (joint, part) in enumerate(parts))
)
TOKENS = [
    *FIELDS, *ODD_FIELDS, *OPERATORS, *ODD_OPERATORS, *NUMBERS, *ODD_VALUES, "match", "or", "null", "[", "]", '"', "'",
    "\\", '"a"', "😀", "\\é", "\r", " ", " ", "",
]  # fmt: skip
SOUP = st.lists(pick(*TOKENS), max_size=8).map(" ".join) | st.lists(pick(*TOKENS), max_size=8).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    text = draw(SENTENCES)
    for _ in range(draw(st.integers(1, 2))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        inserted = draw(pick("", "", '"', "'", "(", ")", "!", "=", "\\", " ", ".", "a", "*", "é"))
        text = text[:at] + inserted + text[at + length :]
    return text


TEXTS = often(8, SENTENCES, damaged(), SOUP)

# --- events ----------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "a", "b", "0", "a b", "length", "properties", "propertiesX", "é", "and", "x"])
SCALARS = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(["Order Completed x", "x Order", "NaN", "1.5", "'a'", "eos*", "y😀"]),
    st.sampled_from([0, 1, 5, -1, 1.5, 7, 1e21, -0.0, 2**53 + 1]),
    st.booleans(),
    st.none(),
)
EVENT_VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
HOLDERS = often(6, st.dictionaries(KEYS, EVENT_VALUES, min_size=1, max_size=3), EVENT_VALUES)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "page", "track", "page", "5", 5, None, "é"]),
        "event": SCALARS,
        "name": EVENT_VALUES,
        "userId": SCALARS,
        "properties": HOLDERS,
        "traits": HOLDERS,
        "context": HOLDERS,
    },
)
