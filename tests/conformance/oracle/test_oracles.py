"""The naive second opinions agree with Segment's own runtime, or say that they do not know.

Each is asked about every vector that it could know; a share that must be known keeps them from knowing nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from conformance.oracle import coercion, mapping, triggers
from conformance.vectors.compare import same_json


def vectors(kind: str) -> Iterator[Any]:
    for line in files("conformance.vectors").joinpath(f"{kind}.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def test_the_table_of_coercions() -> None:
    known = asked = 0
    for vector in vectors("contract"):
        fields = vector["fields"]
        if vector.get("mode", "single") != "single" or list(fields) != ["x"] or not isinstance(vector["payload"], dict):
            continue
        if not fields["x"].keys() <= {"label", "type"} or list(vector["payload"]) != ["x"]:
            continue
        value = vector["payload"]["x"]
        wanted = "refused" if "error" in vector else "accepted" if "x" in vector["result"] else "absent"
        got = coercion.verdict(fields["x"]["type"], value)
        asked += 1
        known += got != "unsure"
        assert got in (wanted, "unsure"), vector
    assert asked > 250
    assert known > asked * 0.6


def test_mappings() -> None:
    known = 0
    for vector in vectors("mapping"):
        if "error" in vector or not isinstance(vector["mapping"], dict) or not isinstance(vector["event"], dict):
            continue
        if any(key.startswith(("@", "__segment")) for key in vector["mapping"]):
            continue  # of the whole mapping, which defaults of fields are not
        for key, value in vector["mapping"].items():
            got = mapping.resolve(value, vector["event"])
            if got is mapping.UNKNOWN or _is_long(value):
                continue
            known += 1
            result = vector["result"]
            assert (key in result) == (got is not mapping.ABSENT), vector
            assert got is mapping.ABSENT or same_json(got, result[key]), vector
    assert known > 100


def _is_long(value: Any) -> bool:
    """Leave out the lengths of texts and lists, and lists of directives."""
    return any("length" in path for path in mapping.paths(value)) or isinstance(value, list)


_PLAIN = re.compile(
    r'(?:type|event|name|userId|(?:properties|traits|context)\.(?!and |or )[a-z_]+) (?:=|!=) "[^"\\]*"'
    r'(?:( and | or )(?:type|event|properties\.[a-z_]+) (?:=|!=) "[^"\\]*")*'
)


def test_triggers() -> None:
    known = 0
    for vector in vectors("trigger"):
        if "error" in vector or not _PLAIN.fullmatch(vector["fql"]) or not isinstance(vector["event"], dict):
            continue
        if " and " in vector["fql"] and " or " in vector["fql"]:
            continue
        known += 1
        assert triggers.matches(vector["fql"], vector["event"]) is vector["match"], vector
    assert known > 20


def test_the_documented_reading_of_both_connectives() -> None:
    trigger = 'type = "track" or event = "x" and properties.a = "y"'
    assert triggers.matches(trigger, {"type": "track"})
    assert not triggers.matches(trigger, {"type": "page", "event": "x"})
    assert triggers.matches(trigger, {"type": "page", "event": "x", "properties": {"a": "y"}})


def test_null_is_missing() -> None:
    assert triggers.matches("event = null", {"event": None})
    assert triggers.matches("event = null", {})
    assert not triggers.matches("event = null", {"event": ""})
