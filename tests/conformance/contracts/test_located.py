"""Values that know their lines: YAML as the JSON that it stands for, and nothing that could be endless."""

from __future__ import annotations

import json

import pytest

from actions_core.errors import JSONSyntaxError
from conformance.contracts import located
from conformance.contracts.located import UnlocatableError, read_json, read_yaml

YAML = """# a comment
a: 1
b:
  - x
  - y: |
      text

    z: &kept {n: null}
c: *kept
"""


def test_a_value_has_its_line_and_that_of_a_key_where_it_has_one() -> None:
    node = read_yaml(YAML)
    assert node.plain() == {"a": 1, "b": ["x", {"y": "text\n", "z": {"n": None}}], "c": {"n": None}}
    paths: list[tuple[str | int, ...]] = [(), ("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "y"), ("b", 1, "z"), ("c",)]
    assert [node.line_of(path) for path in paths] == [2, 2, 3, 4, 5, 5, 8, 9]
    assert node.line_of(("b", 1, "missing", "x")) == 5
    assert node.known(("b", 1, "missing", "y")) == ("b", 1, "y")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("No", "No"),
        ("true", True),
        ("FALSE", False),
        ("~", None),
        ("''", ""),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("012", 12),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-15", "2026-01-15"),
        ("1.50", 1.5),
        ("-0.0", 0),
        ("1.0", 1),
        ("1e3", 1000),
        ("9007199254740993", 9007199254740992),
        ("'=x'", "=x"),
        ("=", "="),
    ],
)
def test_a_scalar_is_what_json_would_have(written: str, value: object) -> None:
    found = read_yaml(f"a: {written}").plain()["a"]
    assert (found, type(found)) == (value, type(value))


def test_keys_are_texts_whatever_they_look_like() -> None:
    assert read_yaml("1: a\ntrue: b\n~: c\n'': d\n").plain() == {"1": "a", "true": "b", "~": "c", "": "d"}


def test_an_empty_file_is_null() -> None:
    assert read_yaml("").plain() is None
    assert read_yaml("# nothing").plain() is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [1", 2, "is not YAML: while parsing a flow sequence, did not find expected ',' or ']'"),
        ("a:\n\tb: 1", 2, "is not YAML: while scanning for the next token, found character that cannot start any token"),
        ("a:\n  b: \x07", 2, "is not YAML: control characters are not allowed"),
        ("a: 1\nb: *c", 2, "there is no complete value with the anchor 'c' above this line"),
        ("a: &a\n  - *a", 2, "there is no complete value with the anchor 'a' above this line"),
        ("a: 1\n? [b]\n: 2", 2, "expected a text as key, got a mapping or a list"),
        ("b: &b x\n*b : 2", 2, "expected a text as key, got an alias"),
        ("a: 1\n<<: {b: 2}", 2, "merge keys (<<) are not read; write out what they stand for"),
        ("a: !!binary aGk=", 1, "the tag tag:yaml.org,2002:binary has no meaning here; expected texts, numbers, true and false"),
        ("a: .nan", 1, ".nan is no value of JSON"),
        ("a: -.Inf", 1, "-.Inf is no value of JSON"),
        ("a: 1e999", 1, "is a number that is too large"),
        ("a: 0x" + "F" * 5000, 1, "is a number that is too large"),
        ("a: 1\nb: 2\na: 3", 3, "the key 'a' is there already, in line 1"),
        ("a: 1\n---\nb: 2", 2, "a second document begins; expected one"),
        ("[" * 200, 1, "is nested more than 100 levels deep"),
    ],
)  # fmt: skip
def test_what_is_no_such_value_is_told_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UnlocatableError) as caught:
        read_yaml(text)
    assert (caught.value.line, caught.value.message[: len(message)]) == (line, message)


def test_what_anchors_repeat_is_counted_as_often_as_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_yaml("a: &a [1, 2]\nb: [*a, *a]\n").size == 11
    monkeypatch.setattr(located, "MAX_VALUES", 10)
    with pytest.raises(UnlocatableError, match="line 2: the file has more than 10 values, or anchors repeat so many"):
        read_yaml("a: &a [1, 2]\nb: [*a, *a]\n")


def test_the_slower_reader_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = read_yaml(YAML)
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    assert read_yaml(YAML) == quick


JSON = """{
  "a": [1, "\\"}\\ud83d\\ude00",
\t{"b c": null}, []],
  "d": {"a": -1.5e3, "": true}
}
"""


def test_json_has_lines_too() -> None:
    node = read_json(JSON)
    assert node.plain() == json.loads(JSON)
    assert [node.line_of(path) for path in [("a",), ("a", 1), ("a", 2, "b c"), ("d", "")]] == [2, 2, 3, 4]


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(JSONSyntaxError, match="at line 2 column 1"):
        read_json('{"a":\n')
    with pytest.raises(UnlocatableError, match="line 2: the key 'a' is there already, in line 1"):
        read_json('{"a": 1,\n"a": 2}')
