"""`python -m tests.oracle.make_vectors`: writes conformance/vectors/*.jsonl, every answer from Segment's own runtime.

The questions are those of `witnesses/*.jsonl`, written by hand, and generated ones (see `questions.py`). A witness may
have `events` or `payloads` in the plural, and is then as many vectors. Each run writes the same bytes.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from actions_core.js import Object, loads
from conformance.vectors import Kind, read_vectors, sentences
from tests.oracle.client import HERE, Oracle
from tests.oracle.questions import Outcome, generated, outcome_of, signature

WITNESSES: Final = HERE / "witnesses"
VECTORS: Final = HERE.parent.parent / "conformance/vectors"
QUOTAS: Final[Mapping[Kind, Mapping[Outcome, int]]] = {
    "mapping": {"result": 480, "error": 200},
    "trigger": {"match": 260, "no match": 180, "error": 130},
    "contract": {"result": 220, "error": 220},
    "action": {"result": 480, "error": 340},
}
"""How many generated vectors of each kind and outcome there are at most."""
MAX_BYTES: Final = 4000
"""How long the line of a vector may be; a generated one is at most `_MAX_GENERATED` bytes."""
_MAX_GENERATED: Final = 700
ANSWERS: Final = frozenset({"result", "match", "error"})

Answer: TypeAlias = Object
"""`{"result": …}`, `{"match": …}` or `{"error": …}`."""


def witnesses(kind: Kind) -> Iterator[Object]:
    """Yield the questions written by hand: `why`, and the inputs of one vector."""
    for line in (WITNESSES / f"{kind}.jsonl").read_text("utf-8").split("\n")[:-1]:
        witness = json.loads(line)  # which keeps the digits of integers beyond 2^53
        several = next((key for key in ("events", "payloads") if key in witness), None)
        if several is None:
            yield witness
        else:
            rest = {key: value for key, value in witness.items() if key != several}
            yield from ({**rest, several.removesuffix("s"): value} for value in witness[several])


def answer(oracle: Oracle, kind: Kind, question: Object) -> Answer | None:
    """Ask one question; None where Segment's runtime stumbles instead of answering.

    It stumbles over a field contract that it cannot compile (which is the author's mistake) and over a trigger's event
    with which it cannot cope: the event is delivered nowhere, and nobody is told.
    """
    inputs = {key: value for key, value in question.items() if key not in ("why", "mode")}
    if kind == "trigger":
        if "error" in oracle.ask("parse", fql=question["fql"])["result"]:
            return {"error": True}
        judged = oracle.ask("trigger", **inputs)
        return {"match": judged["result"]} if "result" in judged else None
    if kind == "contract":
        inputs["batch"] = question.get("mode") == "batch"
    given = oracle.ask(kind, **inputs)
    if "error" not in given:
        return {"result": given.get("result")}  # undefined is no key in JSON
    name, message = given["error"]["name"], given["error"]["message"]
    if name == "AggregateAjvError":
        errors = [{"path": one["path"], "message": one["message"]} for one in given["error"]["errors"]]
        return {"error": {"message": message, **({"errors": errors} if kind == "contract" else {})}}
    if kind == "contract" or name == "TypeError":
        return None
    if kind == "action" and "error" not in oracle.ask("mapping", mapping=question["mapping"], event=question["event"]):
        return None  # so it is the contract's
    return {"error": {"message": sentences(message) if name == "AggregateError" else message}}


def make(oracle: Oracle, kind: Kind, left_out: Counter[str]) -> list[str]:
    """Give the lines of a kind's file, and count in `left_out` the generated questions that are no vector, by reason.

    Raises `ValueError` for a witness without an answer, or with one that holds half of a surrogate pair.
    """
    lines: dict[str, str] = {}
    for question in witnesses(kind):
        found = answer(oracle, kind, question)
        if found is None or not _is_well_formed(found):
            raise ValueError(f"Segment's runtime has no answer that can be kept to {question}")
        lines.setdefault(inputs_of(question), _line({**question, **found}))
    for vector in _chosen(_answered(oracle, kind, left_out), QUOTAS[kind]):
        lines.setdefault(inputs_of(vector), _line(vector))
    return list(lines.values())


def _answered(oracle: Oracle, kind: Kind, left_out: Counter[str]) -> Iterator[Object]:
    for question in generated(kind):
        if isinstance(question, str):
            left_out[question] += 1
            continue
        found = answer(oracle, kind, question)
        if found is None:
            left_out["Segment's runtime stumbles"] += 1
            continue
        vector = {**question, **found}
        if not _is_well_formed(vector):
            left_out["half of a character"] += 1
        elif not _is_vacuous(vector):
            yield vector


def _is_well_formed(vector: Object) -> bool:
    """Tell whether every text is well-formed Unicode: many readers of JSON refuse half of a surrogate pair."""
    return not any("\ud800" <= char <= "\udfff" for char in json.dumps(vector, ensure_ascii=False))


def _is_vacuous(vector: Object) -> bool:
    """Tell whether nothing went in or nothing came out."""
    nothing: tuple[Any, ...] = ({}, None)
    if "error" in vector:
        return False
    return any(vector.get(key, vector) in nothing for key in ("event", "payload", "mapping", "result"))


def _chosen(vectors: Iterable[Object], quotas: Mapping[Outcome, int]) -> list[Object]:
    """Choose the shortest of each sort of vector, as many as the quotas allow."""
    shortest: dict[tuple[str, ...], Object] = {}
    for vector in vectors:
        sort = (outcome_of(vector), *signature(vector))
        kept = shortest.get(sort)
        if kept is None or len(json.dumps(vector)) < len(json.dumps(kept)):
            shortest[sort] = vector
    room = Counter(quotas)
    chosen = []
    for vector in shortest.values():
        if len(json.dumps(vector)) <= _MAX_GENERATED and room[outcome_of(vector)] > 0:
            room[outcome_of(vector)] -= 1
            chosen.append(vector)
    return chosen


def inputs_of(vector: Object) -> str:
    """Give what a vector asks as a text, the same for the same question; `why` and the answer are left out."""
    inputs = {key: value for key, value in vector.items() if key != "why" and key not in ANSWERS}
    return json.dumps(loads(json.dumps(inputs)), sort_keys=True)


def _line(vector: Object) -> str:
    # ASCII alone: some readers of lines take U+2028 and U+0085 for their ends.
    line = json.dumps(vector)
    if len(line) > MAX_BYTES:
        raise ValueError(f"a vector of {len(line)} bytes is too long to be read: {line[:100]}…")
    return line


def main() -> None:
    """Write every file and print what is in them."""
    os.environ["TZ"] = "UTC"  # as on Segment's servers; Node reads it when it starts
    with Oracle() as oracle:
        for kind in QUOTAS:
            left_out: Counter[str] = Counter()
            path = VECTORS / f"{kind}.jsonl"
            path.write_text("".join(f"{line}\n" for line in make(oracle, kind, left_out)), "ascii")
            print(_summary(kind, path, left_out))  # noqa: T201 - this is a command


def _summary(kind: Kind, path: Path, left_out: Counter[str]) -> str:
    outcomes = Counter(outcome_of(vector) for _, vector in read_vectors(path))
    parts = [f"{count} {outcome}" for outcome, count in outcomes.most_common()]
    parts += [f"left out {count}: {reason}" for reason, count in left_out.most_common()]
    return f"{kind}: {outcomes.total()} vectors, {path.stat().st_size:,} bytes; " + "; ".join(parts)


if __name__ == "__main__":
    main()
