"""Explanations: where each key's value came from, and which paths a mapping can read at all."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.errors import MappingResolveError
from actions_core.js import MISSING
from actions_core.mapping import Read, compile_mapping

EMAIL = {
    "@if": {
        "exists": {"@path": "$.traits.email"},
        "then": {"@path": "$.traits.email"},
        "else": {"@path": "$.email"},
    }
}


def line(part: Any, event: dict[str, Any]) -> str:
    return str(compile_mapping({"key": part}).explain(event)["key"])


@pytest.mark.parametrize(
    ("part", "event", "shown"),
    [
        ({"@path": "$.userId"}, {"userId": 1}, "$.userId"),
        ({"@path": "$.userId"}, {}, "$.userId (missing)"),
        (EMAIL, {"traits": {"email": "e"}}, "$.traits.email (@if: exists)"),
        (EMAIL, {"email": "e"}, "$.email (@if: else)"),
        ({"@if": {"exists": {"@path": "$.x"}, "then": 1}}, {}, "nothing (@if: nothing, missing)"),
        ({"@if": {"blank": {"@path": "$.x"}, "then": "yes"}}, {"x": 1}, "constant (@if: blank)"),
        ({"@template": "{{a}} {{b}}"}, {"a": 1}, "$.a, $.b (@template)"),
        ({"@literal": 5}, {}, "constant"),
        ({"x": {"@path": "$.a"}, "y": [1]}, {}, "$.a"),
        ({"@path": {"@template": "$.{{k}}"}}, {"k": "v"}, "$.k, $.v (missing)"),
        ({"@arrayPath": ["$.p", {"s": {"@path": "$.s"}}]}, {"p": [{}, {}]}, "$.p, $.p[*].s (@arrayPath)"),
        ({"@liquid": "{{ a.b | upcase }}"}, {}, "$.a.b (@liquid)"),
        ({"@json": {"mode": "encode", "value": 0}}, {}, 'nothing (@json, error: @json requires a "value" key)'),
    ],
    ids=str,
)
def test_an_origin_is_one_short_line(part: Any, event: dict[str, Any], shown: str) -> None:
    assert line(part, event) == shown


def test_an_origin_tells_what_was_read_and_what_only_decided() -> None:
    origin = compile_mapping({"email": EMAIL}).explain({"email": "e"})["email"]

    assert origin.reads == (Read("$.traits.email", MISSING, decides=True), Read("$.email", "e", decides=False))
    assert (origin.directive, origin.choices, origin.value, origin.error) == ("@if", ("@if: else",), "e", None)


def test_every_key_is_explained_though_one_fails() -> None:
    compiled = compile_mapping({"bad": [{"@nope": 1}], "good": {"@path": "$.x"}})

    origins = compiled.explain({"x": 1})

    assert origins["bad"].error == "@nope is not a valid directive, got undefined"
    assert origins["good"].value == 1


def test_explained_values_are_the_resolved_ones() -> None:
    mapping = {"email": EMAIL, "list": [{"@path": "$.x"}], "gone": {"@path": "$.y"}, "5": 1}
    compiled, event = compile_mapping(mapping), {"email": "e", "x": None}

    explained = {key: origin.value for key, origin in compiled.explain(event).items() if origin.value is not MISSING}

    assert explained == compiled.resolve(event)


def test_a_root_directive_is_explained_before_what_reads_its_result() -> None:
    root = {"@transform": {"apply": {"mail": {"@path": "$.email"}, "list": [{"@path": "$.x"}]}}}
    mapping = {"__segment_internal_directive": root, "to": {"@path": "$.mail"}, "l": {"@path": "$.list"}}

    origins = compile_mapping(mapping).explain({"email": "e"})

    assert {key: str(origin) for key, origin in origins.items()} == {
        "__segment_internal_directive": "$.email, $.x (@transform)",
        "to": "@transform.mail",
        "l": "@transform.list",
    }
    assert (origins["to"].value, origins["l"].value) == ("e", [None])


def test_a_mapping_that_is_a_directive_is_explained_under_its_name() -> None:
    assert list(compile_mapping({"@merge": {"direction": "left", "objects": []}}).explain({})) == ["@merge"]


def test_an_event_that_is_no_object_is_not_explained() -> None:
    with pytest.raises(MappingResolveError, match="data must be an object, got null"):
        compile_mapping({}).explain(None)  # type: ignore[arg-type]


def test_a_mapping_knows_the_paths_it_can_read() -> None:
    mapping = {
        "a": EMAIL,
        "b": {"@template": "{{ x.0 }} {{{y['z']}}}"},
        "c": {"@arrayPath": ["$.p", {"s": {"@path": "$.s"}}]},
        "d": {"@liquid": "{% assign v = q %}{{ v }}{{ o['k'].l }}"},
        "e": {"@transform": {"apply": {"f": {"@path": "$.g"}}, "mapping": {"@path": "$.f"}}},
    }

    assert compile_mapping(mapping).paths == (
        "$.traits.email",
        "$.email",
        "$.y.z",
        "$.x.0",
        "$.p",
        "$.p[*].s",
        "$.q",
        "$.o.k.l",
        "$.g",
    )


def test_a_path_found_while_running_counts_as_the_whole_event() -> None:
    assert compile_mapping({"a": {"@path": {"@template": "{{k}}"}}}).paths == ("$.k", "$")
