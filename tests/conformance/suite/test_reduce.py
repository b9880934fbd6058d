"""Making cases smaller."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions_core.js import stringify
from conformance.suite.reduce import candidates, reduce_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=4), inner, max_size=5),
    max_leaves=12,
)


def weight(value: Any) -> tuple[int, int]:
    text = stringify(value)
    return len(text), sum(map(ord, text))


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(text for inner in value.values() for text in texts_in(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


@given(JSON, st.integers(0, 4))
def test_what_is_left_still_fails_and_is_never_heavier(value: Any, texts: int) -> None:
    def fails(smaller: Any) -> bool:
        return len(texts_in(smaller)) >= texts

    smaller, tried = reduce_json(value, fails, seconds=60)
    assert tried <= 400
    assert weight(smaller) <= weight(value)
    if fails(value):
        assert fails(smaller)


@given(JSON)
def test_what_nothing_smaller_shows_stays_as_it_is(value: Any) -> None:
    def only_this(smaller: Any) -> bool:
        return stringify(smaller) == stringify(value)

    assert reduce_json(value, only_this)[0] == value


@given(JSON)
def test_each_candidate_weighs_less_so_that_it_comes_to_an_end(value: Any) -> None:
    assert all(weight(one) < weight(value) for one in candidates(value))


@given(JSON)
def test_the_value_itself_is_not_changed(value: Any) -> None:
    before = stringify(value)
    reduce_json(value, lambda _smaller: True)
    assert stringify(value) == before


@pytest.mark.parametrize(
    ("value", "needle", "smallest"),
    [
        ({"a": 1, "b": {"c": ["x", "needle", "y"]}, "d": None}, "needle", {"b": {"c": ["needle"]}}),
        ({"text": "a long text with a needle in it"}, "needle", {"text": "needle"}),
        ([0, 12345, [[["needle"]]]], "needle", [[[["needle"]]]]),
        ({f"k{number}": "hay" for number in range(40)} | {"n": "needle"}, "needle", {"n": "needle"}),
    ],
    ids=["keys and items", "text", "lists", "many keys"],
)
def test_everything_that_does_not_matter_is_cut_off(value: Any, needle: str, smallest: Any) -> None:
    def fails(smaller: Any) -> bool:
        return any(needle in text for text in texts_in(smaller))

    assert reduce_json(value, fails)[0] == smallest


def test_numbers_become_zero_or_one_where_they_can() -> None:
    assert reduce_json({"n": 987654}, lambda smaller: "n" in smaller and isinstance(smaller["n"], int))[0] == {"n": 0}
    assert reduce_json({"n": 987654}, lambda smaller: smaller.get("n", 0) > 0)[0] == {"n": 1}


def test_it_stops_after_so_many_tries() -> None:
    tried: list[Any] = []

    def note(smaller: Any) -> bool:
        tried.append(smaller)
        return False

    _, count = reduce_json({f"k{number}": "x" * 20 for number in range(50)}, note, evaluations=30)
    assert count == len(tried) == 30


def test_it_stops_when_its_time_is_over() -> None:
    value = {"a": "long enough"}
    assert reduce_json(value, lambda _smaller: True, seconds=-1) == (value, 0)
