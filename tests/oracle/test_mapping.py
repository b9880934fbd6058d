"""Mappings against Segment's own: generated mappings times generated events give the same values or the same words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions_core import js
from actions_core.errors import MappingError, MappingResolveError
from actions_core.mapping import compile_mapping, compiler
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import fuzz

# --- events ----------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    ["a", "b", "c", "email", "traits", "products", "a.b", "0", "1", "", "$", "x y", "length", "null"]
)
TEXTS = st.sampled_from(
    [
        "",
        " ",
        "x",
        "Ab-Ab",
        "$.a",
        "{{a}}",
        "{{{b}}} {{a}}",
        '{"a": [1, null]}',
        "[]",
        "12",
        "é😀İß",
        "false",
        "a.b",
        "sſK",
        "\ud83dA",
    ]
)
NUMBERS = st.sampled_from([0, 1, -1, 2, 0.5, -0.0, 1.0, 1e21, 1e-7, 2**53])
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
EVENTS = st.dictionaries(KEYS, VALUES, max_size=6)

# --- mappings --------------------------------------------------------------------------------------------------------

STEPS = st.one_of(
    KEYS.map(lambda key: f".{key}"),
    st.sampled_from(
        [".0", "[0]", "['a']", '["b"]', "[1]", "['a.b']", "[a]", "..", "]", "['a", ".length", "[-1]", "]]"]
    ),
)
PATHS = st.builds(
    lambda root, first, steps: root + first + "".join(steps),
    st.sampled_from(["$.", "$.", "$.", "", "$", "$.$."]),
    KEYS,
    st.lists(STEPS, max_size=2),
) | st.sampled_from(["$.", ".", "", "$", "$..", "a$.b"])
TEMPLATES = st.lists(
    st.one_of(
        st.sampled_from(["", "x", "{", "}", "{{", "}}", "{{}}", "{{ }}", "{{.}}", "{{{", "{{{a}", "}}}", "$&"]),
        PATHS.map(lambda path: "{{" + path.removeprefix("$.") + "}}"),
        PATHS.map(lambda path: "{{{ " + path.removeprefix("$.") + " }}}"),
    ),
    min_size=1,
    max_size=3,
).map("".join)


PATTERNS = st.sampled_from(["a", "A", "-", "b-", ".", "ſ", "$", "😀", "K", "\ud83d"])
REPLACEMENTS = st.sampled_from(["", "$&", "$$", "$`", "$'", "$1", "_", "$$&"])
MODES = st.sampled_from(["encode", "decode"])
WAYS = st.sampled_from(["left", "right"])
OPERATORS = st.sampled_from(["lower", "upper"])
ODD: st.SearchStrategy[Any] = st.sampled_from(
    ["LEFT", "Encode", "title", "abcdefghijk", "", 0, False, None, 1, [], {}, {"@foo": 1}]
)


class Parts:
    """Draws parts of one mapping; a wild one has, now and then, a wrong shape in it."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any], *, wild: bool) -> None:
        self.draw = draw
        self.wild = wild

    def one_in(self, count: int) -> bool:
        return bool(self.draw(st.integers(1, count)) == count)

    def part(self, depth: int) -> Any:
        if depth <= 0 or self.one_in(6):
            return {"@path": self.draw(PATHS)} if self.one_in(2) else self.draw(SCALARS)
        if self.one_in(8):
            return [self.part(depth - 1) for _ in range(self.draw(st.integers(0, 3)))]
        if self.one_in(5):
            return self.object(depth, KEYS)
        return self.directive(depth)

    def object(self, depth: int, keys: st.SearchStrategy[str]) -> dict[str, Any]:
        names = self.draw(st.lists(keys, min_size=1, max_size=3, unique=True))
        return {name: self.part(depth - 1) for name in names}

    def members(self, **members: Callable[[], Any]) -> dict[str, Any]:
        """An object of which, in a wild mapping, a member may be left out or have an odd value."""
        result = {}
        for name, make in members.items():
            if self.wild and self.one_in(12):
                continue
            result[name] = self.draw(ODD) if self.wild and self.one_in(12) else make()
        return result

    def text(self, depth: int) -> Any:
        """What becomes text for most events."""
        if self.one_in(3):
            return {"@template": self.draw(TEMPLATES)}
        return {"@if": {"exists": self.directive(depth - 1), "then": self.draw(PATHS), "else": self.draw(PATHS)}}

    def directive(self, depth: int) -> dict[str, Any]:
        if depth <= 0:
            return {"@path": self.draw(PATHS)}
        name = self.draw(st.sampled_from(sorted(self.arguments)))
        result = {name: self.arguments[name](self, depth)}
        if self.one_in(20):
            result["_metadata"] = {"@foo": 1}
        if self.wild and self.one_in(12):
            return {name: self.draw(ODD)}
        if self.wild and self.one_in(16):
            result[self.draw(st.sampled_from(["b", "@foo", "@path"]))] = 1
        return result

    def _if(self, depth: int) -> Any:
        test = self.draw(st.sampled_from(["exists", "blank"]))
        sub = {key: (lambda: self.part(depth - 1)) for key in (test, "then", "else")}
        return self.members(**sub)

    def _replace(self, depth: int) -> Any:
        result = self.members(
            pattern=lambda: self.draw(PATTERNS),
            replacement=lambda: self.draw(REPLACEMENTS),
            value=lambda: {"@path": self.draw(PATHS)} if self.one_in(2) else self.part(depth - 1),
            ignorecase=lambda: self.draw(st.booleans()),
        )
        if self.one_in(3):
            more = {"global": self.draw(st.booleans()), "pattern2": self.draw(PATTERNS)}
            result |= {**more, "replacement2": self.draw(REPLACEMENTS | st.none())}
        return result

    def _array_path(self, depth: int) -> Any:
        path = self.draw(PATHS) if self.one_in(2) else self.directive(depth - 1)
        shape = self.object(depth - 1, KEYS) if self.one_in(2) else self.directive(depth - 1)
        return [path, shape][: self.draw(st.integers(1, 2))]

    def _merge(self, depth: int) -> Any:
        def operand() -> Any:
            return self.directive(depth - 1) if self.one_in(2) else self.object(depth - 1, KEYS)

        return self.members(
            objects=lambda: [operand() for _ in range(self.draw(st.integers(0, 3)))],
            direction=lambda: self.draw(WAYS),
        )

    def _transform(self, depth: int) -> Any:
        keys = KEYS | st.just("__segment_internal_directive") if self.wild else KEYS
        return self.members(
            apply=lambda: self.object(depth - 1, keys) if self.one_in(2) else self.directive(depth - 1),
            mapping=lambda: self.object(depth - 1, KEYS) if self.one_in(2) else self.directive(depth - 1),
        )

    arguments: ClassVar[dict[str, Callable[[Parts, int], Any]]] = {
        "@path": lambda self, depth: self.text(depth) if self.one_in(5) else self.draw(PATHS),
        "@template": lambda self, depth: self.text(depth) if self.one_in(5) else self.draw(TEMPLATES),
        "@literal": lambda self, depth: self.part(depth - 1),
        "@if": _if,
        "@case": lambda self, depth: self.members(
            operator=lambda: self.draw(OPERATORS), value=lambda: self.directive(depth - 1)
        ),
        "@replace": _replace,
        "@arrayPath": _array_path,
        "@flatten": lambda self, depth: self.members(
            separator=lambda: self.draw(st.sampled_from([".", "_"])),
            value=lambda: self.part(depth - 1),
            omitArrays=lambda: self.draw(st.booleans()),
        ),
        "@json": lambda self, depth: self.members(mode=lambda: self.draw(MODES), value=lambda: self.part(depth - 1)),
        "@merge": _merge,
        "@transform": _transform,
        "@excludeWhenNull": lambda self, depth: self.part(depth - 1),
        "@liquid": lambda self, _depth: self.draw(st.sampled_from(["", "x"])),
    }


@st.composite
def mappings(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Draw a mapping: mostly an object of parts, at times one with a root directive, at times a directive itself."""
    parts = Parts(draw, wild=draw(st.integers(1, 4)) == 1)
    if parts.one_in(10):
        return parts.directive(2)
    if parts.one_in(10):
        root = {"@transform": {"apply": parts.object(3, KEYS)}} if parts.one_in(2) else parts.part(3)
        return {"__segment_internal_directive": root, **parts.object(3, KEYS)}
    return parts.object(3, KEYS)


# --- the comparison --------------------------------------------------------------------------------------------------


def reference_words(error: dict[str, Any]) -> str:
    """Segment's message without the stacks that it has inside."""
    if error["name"] != "AggregateError":
        return str(error["message"])
    lines = [line for line in error["message"].split("\n") if line and not re.match(r"\s+at ", line)]
    return "\n".join(re.sub(r"^\s*ValidationError: ", "", line) for line in lines)


def ask(oracle: Oracle, mapping: Any, event: Any) -> tuple[str, Any]:
    answer = oracle.ask("mapping", mapping=mapping, event=event)
    if "error" in answer:
        return "error", reference_words(answer["error"])
    return ("value", answer["result"]) if "result" in answer else ("missing", None)


def ours(mapping: Any, event: Any) -> tuple[str, Any]:
    """Resolve with functions that call each other, and with those that are written for a mapping that is used often."""
    called = resolved(mapping, event)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "OFTEN", 1)
        assert resolved(mapping, event) == called
    return called


def resolved(mapping: Any, event: Any) -> tuple[str, Any]:
    try:
        value = compile_mapping(mapping).resolve(event)
    except (MappingError, MappingResolveError) as error:
        return "error", str(error)
    return ("missing", None) if value is js.MISSING else ("value", json.loads(js.stringify(value)))


def test_generated_mappings_resolve_as_segments(oracle: Oracle) -> None:
    """Varies the mapping (every directive but a templating @liquid, nested, misshapen now and then) and the events."""

    @fuzz
    @given(mappings(), st.lists(EVENTS, min_size=2, max_size=3))
    def check(mapping: Any, events: list[Any]) -> None:
        before = json.dumps([mapping, events])
        for event in events:
            assert ours(mapping, event) == ask(oracle, mapping, event)
        assert json.dumps([mapping, events]) == before

    check()


@pytest.mark.parametrize("data", [None, [], [1], "text", 5, True], ids=repr)
def test_data_that_is_no_object_is_refused_in_segments_words(oracle: Oracle, data: Any) -> None:
    with pytest.raises(MappingResolveError) as caught:
        compile_mapping({"a": 1}).resolve(data)

    assert ("error", str(caught.value)) == ask(oracle, {"a": 1}, data)


def test_keys_come_out_in_segments_order(oracle: Oracle) -> None:
    mapping = {"b": 1, "10": 2, "a": {"@path": "$.x"}, "2": 3, "": 4, "01": {"@path": "$.y"}}

    answer = oracle.ask("mapping", mapping=mapping, event={"x": 1})

    assert list(compile_mapping(mapping).resolve({"x": 1})) == list(answer["result"])
