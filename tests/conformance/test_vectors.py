"""The committed vectors pass, the runner finds what is wrong, and says so clearly."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result

import conformance.vectors
from conformance.vectors import Kind, VectorError, kind_of, read_vectors, run_vector, run_vectors, same_json, sentences
from conformance.vectors.__main__ import main

FILES = sorted(Path(conformance.vectors.__file__).parent.glob("*.jsonl*"))
PAGE = Path(__file__).parents[2] / "docs/vectors.md"

FIELDS = {"id": {"label": "ID", "type": "string", "required": True}}
GOOD: dict[str, dict[str, Any]] = {
    "mapping": {"mapping": {"x": {"@path": "$.a"}}, "event": {"a": 1}, "result": {"x": 1}},
    "mapping error": {"mapping": {"x": {"@no": 1}}, "event": {}, "error": {"message": "/x has an invalid directive: @no."}},
    "trigger": {"fql": 'type = "track"', "event": {"type": "track"}, "match": True},
    "trigger error": {"fql": "((", "event": {}, "error": True},
    "contract": {"fields": FIELDS, "payload": {"id": 5, "z": 1}, "result": {"id": "5"}},
    "contract of a batch": {"fields": FIELDS, "payload": {"id": ""}, "mode": "batch", "result": {"id": ""}},
    "contract error": {
        "fields": FIELDS,
        "payload": {"id": []},
        "error": {
            "message": "ID must be a string but it was an array.",
            "errors": [{"path": "$.id", "message": "ID must be a string but it was an array."}],
        },
    },
    "action": {"fields": FIELDS, "mapping": {"id": {"@path": "$.a"}}, "event": {"a": True}, "result": {"id": "true"}},
    "action error": {
        "fields": FIELDS,
        "mapping": {},
        "event": {},
        "error": {"message": "The root value is missing the required field 'id'."},
    },
}  # fmt: skip


def agrees(vector: Any) -> bool:
    expected, got = run_vector(vector)
    return same_json(expected, got)


def written(folder: Path, *vectors: Any, name: str = "some.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(vector) + "\n" for vector in vectors), "utf-8")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], color=False)


# --- the committed vectors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_committed_vector_passes(path: Path) -> None:
    assert [failure for failure in run_vectors([path]) if failure is not None] == []


def test_there_are_thousands_of_vectors_and_hundreds_of_each_kind_and_outcome() -> None:
    vectors = [vector for path in FILES for _, vector in read_vectors(path)]
    kinds = Counter(map(kind_of, vectors))
    outcomes = Counter((kind_of(vector), "error" in vector or vector.get("match") is False) for vector in vectors)
    assert kinds.total() >= 3000
    assert set(kinds) == set(get_args(Kind))
    assert min(kinds.values()) >= 600
    assert len(outcomes) == 8
    assert min(outcomes.values()) >= 250


def test_no_vector_comes_twice() -> None:
    questions = Counter(
        json.dumps({key: value for key, value in vector.items() if key != "why"}, sort_keys=True)
        for path in FILES
        for _, vector in read_vectors(path)
    )
    assert [question for question, count in questions.items() if count > 1] == []


def test_no_text_holds_half_of_a_character() -> None:
    lines = [line for path in FILES for line in path.read_text("ascii").splitlines()]
    assert [
        line for line in lines if re.search("[\ud800-\udfff]", json.dumps(json.loads(line), ensure_ascii=False))
    ] == []


# --- kinds and comparison --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", GOOD.values(), ids=GOOD)
def test_a_right_vector_passes(vector: Any, tmp_path: Path) -> None:
    assert [*run_vectors([written(tmp_path, vector)])] == [None]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("mapping", {"result": {"x": 2}}),
        ("mapping", {"result": {"x": True}}),
        ("mapping", {"result": {}}),
        ("mapping", {"result": {"x": 1, "y": None}}),
        ("mapping error", {"error": {"message": "/x has an invalid directive: @yes."}}),
        ("trigger", {"match": False}),
        ("trigger error", {"fql": 'type = "x"'}),
        ("contract", {"result": {"id": 5}}),
        ("contract of a batch", {"mode": "single"}),
        ("contract error", {"error": {"message": "ID must be a string."}}),
        ("contract error", {"error": {**GOOD["contract error"]["error"], "errors": []}}),
        ("contract error", {"error": {**GOOD["contract error"]["error"], "errors": [{"path": "$.x"}]}}),
        ("contract error", {"payload": {"id": "x"}}),
        ("action", {"result": {"id": True}}),
        ("action error", {"error": {"message": "The root value is missing the required field 'x'."}}),
    ],
    ids=str,
)
def test_a_planted_wrong_vector_is_caught(name: str, change: dict[str, Any], tmp_path: Path) -> None:
    (failure,) = run_vectors([written(tmp_path, {**GOOD[name], **change})])
    assert failure is not None
    assert failure.place == f"{tmp_path / 'some.jsonl'}:1"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_committed_vector_with_another_answer_is_caught(path: Path, tmp_path: Path) -> None:
    wrong = [dict(vector) for _, vector in read_vectors(path)]
    for vector in wrong:
        if "match" in vector:
            vector["match"] = not vector["match"]
        elif "result" in vector:
            vector["result"] = [vector["result"]]
        elif vector["error"] is True:
            vector["match"] = False
            del vector["error"]
        else:
            vector["error"] = {"message": vector["error"]["message"] + "!"}
    assert None not in [*run_vectors([written(tmp_path, *wrong)])]


@pytest.mark.parametrize(("name", "kind"), [(name, name.split()[0]) for name in GOOD], ids=str)
def test_a_kind_is_told_by_its_keys(name: str, kind: str) -> None:
    assert kind_of(GOOD[name]) == kind


def test_keys_for_readers_are_ignored() -> None:
    assert agrees({"why": "a reason", "id": 5, **GOOD["trigger"]})


def test_an_error_may_stand_for_any_words(tmp_path: Path) -> None:
    vectors = [{**GOOD[name], "error": True} for name in GOOD if "error" in name]
    assert [*run_vectors([written(tmp_path, *vectors)])] == [None] * 4


def test_stack_traces_of_the_reference_do_not_count(tmp_path: Path) -> None:
    message = "\n    ValidationError: /x has an invalid directive: @no.\n        at check (/a/b.js:54:15)\n"
    assert sentences(message) == "/x has an invalid directive: @no."
    assert [*run_vectors([written(tmp_path, {**GOOD["mapping error"], "error": {"message": message}})])] == [None]


def test_a_definition_that_cannot_be_is_an_error(tmp_path: Path) -> None:
    broken = {"fields": {"x": {"type": "string", "choices": []}}, "payload": {}}
    assert [*run_vectors([written(tmp_path, {**broken, "error": True})])] == [None]


def test_a_mapping_without_any_value_gives_null() -> None:
    assert run_vector({"mapping": {"@path": "$.a"}, "event": {}, "result": None})[1] == {"result": None}


def test_an_infinite_number_reaches_the_contract_and_is_written_as_null() -> None:
    read = {"x": {"@json": {"mode": "decode", "value": {"@path": "$.a"}}}}
    vector = {"fields": {}, "mapping": read, "event": {"a": "1e400"}, "result": {"x": None}}
    assert agrees(vector)
    refused = run_vector({**vector, "fields": {"x": {"label": "X", "type": "number"}}})[1]
    assert refused["error"]["message"] == "X must be a number but it was a number."


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (1, 1.0, True),
        (0, -0.0, True),
        (True, 1, False),
        (False, 0, False),
        (None, False, False),
        ("1", 1, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": None}, {}, False),
        ([1, 2], [2, 1], False),
        ([1], [1, 1], False),
        ({}, [], False),
        (9007199254740993, 9007199254740992, True),
        (9007199254740993, 9007199254740994, False),
        (10**400, 10**401, True),
        ([{"a": [True]}], [{"a": [1]}], False),
    ],
    ids=repr,
)
def test_values_are_compared_as_json(one: Any, other: Any, expected: bool) -> None:
    assert same_json(one, other) is expected
    assert same_json(other, one) is expected


def test_deep_values_are_compared() -> None:
    one: Any = 1
    other: Any = True
    for _ in range(50_000):
        one, other = [one], [other]
    assert same_json(one, one)
    assert not same_json(one, other)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_last_line_counts_what_passed_and_failed(tmp_path: Path) -> None:
    result = run(written(tmp_path, *GOOD.values(), {**GOOD["trigger"], "match": False}))
    assert result.output.splitlines()[-1] == "passed 9, failed 1"
    assert result.exit_code == 1
    clean = run(written(tmp_path, *GOOD.values()))
    assert (clean.output, clean.exit_code) == ("passed 9, failed 0\n", 0)


def test_a_difference_is_shown_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD["trigger"], {**GOOD["mapping"], "result": {"x": "é"}})
    assert run(path).output.splitlines() == [
        f"{path}:2 (vector 1)",
        "--- expected",
        "+++ got",
        "@@ -1,5 +1,5 @@",
        " {",
        '   "result": {',
        r'-    "x": "\u00e9"',
        '+    "x": 1',
        "   }",
        " }",
        "passed 1, failed 1",
    ]


def test_twenty_differences_are_shown_unless_all_are_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, *[{**GOOD["trigger"], "match": False}] * 23)
    short, long = run(path).output, run(path, "--all").output
    assert (short.count("--- expected"), long.count("--- expected")) == (20, 23)
    assert short.splitlines()[-2:] == ["… and 3 more; --all prints them", "passed 0, failed 23"]
    assert long.splitlines()[-1] == "passed 0, failed 23"


def test_json_tells_the_same_to_machines(tmp_path: Path) -> None:
    first = written(tmp_path, GOOD["trigger"], name="a.jsonl")
    second = written(tmp_path, GOOD["mapping"], {**GOOD["mapping"], "result": {"x": 2}}, name="b.jsonl")
    result = run("--json", first, second)
    assert json.loads(result.output) == {
        "total": 3,
        "passed": 2,
        "failed": [{"index": 2, "expected": {"result": {"x": 2}}, "got": {"result": {"x": 1}}}],
    }
    assert result.exit_code == 1


def test_plain_and_gzipped_files_are_read_whatever_their_names(tmp_path: Path) -> None:
    plain = written(tmp_path, *GOOD.values(), name="plain.gz")
    packed = tmp_path / "packed.jsonl"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert run(plain, packed).output == "passed 18, failed 0\n"


def test_blank_lines_and_line_ends_of_windows_are_no_vectors(tmp_path: Path) -> None:
    path = tmp_path / "windows.jsonl"
    path.write_bytes(b"\r\n" + json.dumps(GOOD["trigger"]).encode() + b"\r\n\r\n")
    assert run(path).output == "passed 1, failed 0\n"


def test_a_line_may_hold_other_separators_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    vector = {"mapping": {"x": "a\u2028b\u0085c"}, "event": {}, "result": {"x": "a\u2028b\u0085c"}}
    path.write_text(json.dumps(vector, ensure_ascii=False), "utf-8")
    assert run(path).output == "passed 1, failed 0\n"


NESTED = "[" * 250 + "]" * 250
DEEP_TEXT = "[" * 300 + "]" * 300


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "is not JSON: expecting property name enclosed in double quotes at column 2"),
        ("[1]", "expected a JSON object, got array"),
        ("{}", "its keys are those of no kind"),
        ('{"fql": "x", "match": true}', "its keys are those of no kind"),
        ('{"fql": "x", "event": {}}', "expected either match or error"),
        ('{"fql": "x", "event": {}, "match": true, "error": true}', "expected either match or error"),
        ('{"fql": "x", "event": {}, "result": {}}', "expected either match or error"),
        ('{"mapping": {}, "event": {}, "match": true}', "expected either result or error"),
        ('{"fql": "x", "event": {}, "match": 1}', "match: expected true or false, got number"),
        ('{"fql": "x", "event": {}, "error": {"message": "m"}}', "error: expected true, got object"),
        ('{"fql": "x", "event": {}, "error": false}', "error: expected true, got boolean"),
        ('{"fql": 5, "event": {}, "match": true}', "fql: expected text, got number"),
        ('{"fql": "type", "event": [], "match": false}', "event: expected an object, got array"),
        ('{"mapping": [], "event": {}, "result": {}}', "mapping: expected an object, got array"),
        ('{"mapping": {}, "event": {}, "error": "m"}', "error: expected true or an object, got string"),
        ('{"mapping": {}, "event": {}, "error": {}}', "error.message: expected text, got undefined"),
        ('{"fields": [], "payload": {}, "result": {}}', "fields: expected an object, got array"),
        ('{"fields": {"a": {}}, "payload": {}, "result": {}}', "fields.a.type: field required"),
        ('{"fields": {"a": {"type": "text", "properties": {"b": 5}}}, "payload": {}, "result": {}}', "fields.a.properties.b: "),
        ('{"fields": {}, "payload": {}, "mode": "all", "result": {}}', "mode: expected single or batch, got 'all'"),
        ('{"fields": {}, "payload": {}, "error": {"message": "", "errors": {}}}', "error.errors: expected a list of objects"),
        ('{"fields": {}, "payload": {}, "error": {"message": "", "errors": [1]}}', "error.errors: expected a list of objects"),
        (f'{{"mapping": {{}}, "event": {NESTED}, "result": {{}}}}', "it is nested more than 200 levels deep"),
        (f'{{"mapping": {{"@json": {{"mode": "decode", "value": "{DEEP_TEXT}"}}}}, "event": {{}}, "result": {{}}}}', "its answer is nested more than 200 levels deep"),
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_a_malformed_vector_ends_the_run_with_a_sentence_that_names_its_place(
    line: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps(GOOD["trigger"]) + "\n\n" + line + "\n", "utf-8")
    result = run(path)
    assert result.exit_code == 2
    assert re.fullmatch(re.escape(f"Error: {path}:3: {message}") + r".*\n", result.stderr)
    assert result.stdout == ""


def test_a_file_without_vectors_or_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    empty = written(tmp_path, name="empty.jsonl")
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(b"x" * 1000)[:-12])
    spoilt = tmp_path / "spoilt.jsonl.gz"
    spoilt.write_bytes(gzip.compress(b"{}")[:10] + b"\xff\xff")
    for path, message in [
        (empty, "has no vector"),
        (tmp_path / "nowhere.jsonl", "No such file or directory"),
        (tmp_path, "Is a directory"),
        (torn, "Compressed file ended before the end-of-stream marker was reached"),
        (spoilt, "Error -3 while decompressing data"),
    ]:
        result = run(written(tmp_path, GOOD["trigger"]), path)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"Error: {path}: {message}")
        assert result.stderr.count("\n") == 1


def test_a_run_without_files_is_a_wrong_use() -> None:
    assert run().exit_code == 2


def test_malformed_vectors_raise_a_vector_error() -> None:
    with pytest.raises(VectorError, match="expected a JSON object, got null"):
        kind_of(None)


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_pages_examples_pass(tmp_path: Path) -> None:
    examples = [json.loads(line) for line in re.findall(r"^(\{.*\})$", PAGE.read_text("utf-8"), re.MULTILINE)]
    assert {kind_of(vector) for vector in examples} == set(get_args(Kind))
    assert {*run_vectors([written(tmp_path, *examples)])} == {None}


def test_the_page_counts_the_vectors_there_are() -> None:
    page = PAGE.read_text("utf-8")
    for path in FILES:
        vectors = [vector for _, vector in read_vectors(path)]
        errors = sum("error" in vector for vector in vectors)
        assert f"| `{path.name}` | {len(vectors):,} | {errors:,} |" in page
