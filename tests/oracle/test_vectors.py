"""The committed vectors against Segment's own runtime: what they say is still what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from actions_core.js import Object, loads
from conformance.vectors import Kind, kind_of, read_vectors, same_json
from tests.oracle.client import HERE, Oracle, unavailable
from tests.oracle.make_vectors import ANSWERS, MAX_BYTES, VECTORS, answer, inputs_of, witnesses

each_kind = pytest.mark.parametrize("kind", get_args(Kind))


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """A process on Segment's clock, whatever this machine's: @liquid writes dates."""
    reason = unavailable()
    if reason is not None:
        pytest.skip(reason)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        with Oracle() as process:
            yield process


@each_kind
def test_every_committed_answer_is_segments(oracle: Oracle, kind: Kind) -> None:
    for place, vector in read_vectors(VECTORS / f"{kind}.jsonl"):
        assert _as_asked(oracle, kind, vector), place


def _as_asked(oracle: Oracle, kind: Kind, vector: Object) -> bool:
    question = {key: value for key, value in vector.items() if key not in ANSWERS}
    stored = {key: value for key, value in vector.items() if key in ANSWERS}
    return same_json(answer(oracle, kind, question), stored)


def test_every_answer_of_the_page_about_vectors_is_segments(oracle: Oracle) -> None:
    page = (HERE.parent.parent / "docs/vectors.md").read_text("utf-8")
    for line in re.findall(r"^\{.*\}$", page, re.MULTILINE):
        vector = loads(line)
        assert _as_asked(oracle, kind_of(vector), vector), line


@each_kind
def test_every_witness_is_committed_with_its_answer(kind: Kind) -> None:
    committed = {inputs_of(vector) for _, vector in read_vectors(VECTORS / f"{kind}.jsonl")}
    assert [witness for witness in witnesses(kind) if inputs_of(witness) not in committed] == []


@each_kind
def test_every_line_is_ascii_and_short_enough_to_be_read(kind: Kind) -> None:
    lines = (VECTORS / f"{kind}.jsonl").read_bytes().splitlines()
    assert all(line.isascii() and len(line) <= MAX_BYTES for line in lines)
