"""A run as text."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from actions_core import Object, Request
from actions_core.inputs import ExecuteInput
from actions_core.request import Response
from conformance.contracts import Divergence
from conformance.suite.differing import differing
from conformance.suite.drawing import draw
from conformance.suite.engine import Options, Report
from conformance.suite.lab import Lab
from conformance.suite.model import Broken, Judgement, Kept, OnField, Subject
from conformance.suite.target import Target
from conformance.suite.text import (
    Look,
    block,
    brief,
    command_lines,
    count_of,
    github,
    groups,
    header,
    not_tried,
    remarks,
    summary,
    tell,
    worth_telling,
)
from tests.conformance.suite import tiny
from tests.conformance.suite.tiny import checking, run

PLAIN = Look()
ESCAPE = re.compile("\x1b\\[[0-9;]*m")


def lower(_lab: Lab, subject: Subject, case: Object) -> Judgement:
    """Look for a text in the request."""
    assert isinstance(subject, OnField)
    value = case.get("value")
    if not value:
        return None
    sent = _lab.probe(subject.action, {"userId": "u", "note": value})
    body = sent.requests[0].json
    if body.get("note") == value:
        return Kept("inside")
    return Broken(f"delivered, with {value!r} in the request", f"it has {body.get('note')!r}", sent, ("/body/note",))


def notes(target: Target) -> list[OnField]:
    (action,) = target.actions
    return [OnField(action, field) for field in action.fields if field.key == "note"]


async def shout(request: Request, data: ExecuteInput[Any, Any]) -> Response:
    note = data.payload.note and data.payload.note.lower()
    return await request.post("https://tiny.example/send", json={"id": data.payload.userId, "note": note})


def shouted(*more: Any, **options: Any) -> Report:
    check = checking(
        lower,
        {"value": "A Note With Capitals"},
        name="made.verbatim",
        subjects=notes,
        clauses=lambda at: (f"{at.field.documented.id}/type",),
    )
    return run(check, *more, on=tiny.sending(shout), **options)


def blocks(report: Report, look: Look = PLAIN, *, strict: bool = False) -> list[str]:
    told = tell(report.target, report.options, worth_telling(report, strict=strict))
    return [block(one, report.target, look) for one in told]


# --- a failure ---


def test_a_failure_is_told_with_all_that_is_needed_to_understand_it() -> None:
    (text,) = blocks(shouted())
    lines = text.splitlines()
    assert re.fullmatch(r"FAIL  made\.verbatim \[send\.note\] +C-[0-9a-f]{8}", lines[0])
    assert len(lines[0]) == 100
    line = 1 + tiny.PAGE.splitlines().index("| Note    | What they said. | No       | STRING |")
    assert lines[1] == f'  documented   tiny/page.md:{line}   "| Note | What they said. | No | STRING |"'
    assert "  rule         What was made up holds." in lines
    (smallest,) = (line for line in lines if line.startswith("  smallest"))
    assert re.fullmatch(
        r'  smallest     \{"value": "[A-Z]"\}   \(from 32 characters in \d+ tries, phase vectors\)', smallest
    )
    assert any(re.fullmatch(r"  observed     it has '[a-z]'", line) for line in lines)
    (likely,) = (line for line in lines if line.startswith("  likely"))
    assert likely.startswith("  likely       perform of send (")
    assert f"{Path(__file__).name}:" in likely
    assert any(line.startswith("  reproduce    actions conformance replay C-") for line in lines)


def test_the_request_is_shown_without_secrets_and_pointed_at_where_it_is_wrong() -> None:
    lines = blocks(shouted())[0].splitlines()
    place = lines.index("      POST https://tiny.example/send   authorization: Bearer ${apiKey}")
    assert re.fullmatch(r'      \{"id": "u", "note": "[a-z]"\}', lines[place + 1])
    assert lines[place + 2] == "                  ^^^^^^^^^^^"


def test_one_cause_is_told_once_with_what_else_it_breaks() -> None:
    another = checking(lower, {"value": "B"}, name="made.again", subjects=notes)
    (text,) = blocks(shouted(another))
    assert re.search(r"same cause   made\.again \[send\.note\] C-[0-9a-f]{8}", text)


def test_no_line_is_wider_than_the_page_however_long_texts_are() -> None:
    def long(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        sent = lab.probe(lab.target.actions[0], {"userId": "u", "note": "n" * 500, "more": case})
        return Broken("words " * 90, "x" * 900, sent, ("/body/note",))

    (text,) = blocks(run(checking(long, {"k": ["v" * 90] * 9}), reduce=False))
    assert max(map(len, text.splitlines())) <= 100


def test_text_that_came_from_outside_does_nothing_to_the_terminal() -> None:
    def nasty(lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        sent = lab.probe(lab.target.actions[0], {"userId": "\x1b]0;pwned\x07 \x1b[2J \u202e \ud800"})
        return Broken("\x1b[31mred\x1b[0m", "\x9b31m\u2028", sent)

    text = blocks(run(checking(nasty, {"\x1b[1m": "\x1b"})))[0]
    assert "\x1b" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e\ud800-\udfff]", text)
    text.encode("utf-8")


def test_a_result_without_a_case_tells_its_reason() -> None:
    def raises(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        raise ValueError("what a mess")

    (text,) = blocks(run(checking(raises, {"n": 1})))
    assert text.startswith("ERROR")
    assert "observed     ValueError: what a mess" in text
    assert "documented   for every destination, by Segment's runtime" in text
    assert "C-" not in text


def test_a_check_that_had_nothing_to_try_is_told_of() -> None:
    def never(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return None

    (text,) = blocks(run(checking(never, {"n": 1})))
    assert text.startswith("VACUOUS  made.up")


def test_a_stale_divergence_names_itself() -> None:
    one = Divergence(
        check="made.up", subject=None, where="witness", witness={"n": 1}, reason="it was like that once",
        issue="https://issues.example/12", until=date(2999, 1, 1),
    )  # fmt: skip
    target = tiny.target(divergences=(one,), annex="tiny/contract.toml")
    (text,) = blocks(run(checking(tiny.kept, {"n": 2}), on=target))
    assert text.startswith("STALE")
    assert "tiny/contract.toml: made.up, https://issues.example/12, until 2999-01-01" in text


def test_what_should_hold_is_told_in_one_line_unless_it_counts() -> None:
    def wrong(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return Broken("another", "this one")

    report = run(checking(wrong, {"n": 1}, level="SHOULD"), checking(tiny.kept, {"n": 1}, name="good"))
    assert blocks(report) == []
    assert remarks(report, PLAIN) == ["should  made.up  this one"]
    assert len(blocks(report, strict=True)) == 1
    assert remarks(report, PLAIN, strict=True) == []


# --- how it looks ---


def test_colours_only_repeat_what_words_say() -> None:
    report = shouted()
    plain, coloured = blocks(report), blocks(report, Look(colour=True))
    assert ESCAPE.search(plain[0]) is None
    assert ESCAPE.search(coloured[0]) is not None
    assert [ESCAPE.sub("", text) for text in coloured] == plain
    both = [summary(report, "does not conform", look) for look in (PLAIN, Look(colour=True))]
    assert ESCAPE.sub("", both[1]) == both[0]


def test_a_line_for_each_group_tells_what_was_tried() -> None:
    text = groups(shouted(checking(tiny.kept, {"n": 1}, {"n": 2}, name="other.rule")), PLAIN)
    made, other = text.splitlines()
    assert re.fullmatch(r"made +1   1 vectors; 100% of \d+ deliveries sent something  1 FAIL", made)
    assert re.fullmatch(r"other +1   2 vectors", other)


def test_the_head_names_what_is_run_and_how() -> None:
    target = replace(tiny.target(), origin="tiny 1.4.2")
    text = header(target, Options(seed=7, budget="smoke"), PLAIN)
    for told in ("actions-tiny of tiny 1.4.2", "profile documented, budget smoke", "tiny/page.md (sha ", "seed 7"):
        assert told in text.replace("\n  ", " ")


def test_the_sum_tells_verdicts_clauses_and_the_conclusion() -> None:
    report = shouted(checking(tiny.kept, name="idle", subjects=tiny.none_of))
    text = summary(report, "does not conform", PLAIN)
    flat = text.replace("\n  ", " ")
    assert "2 checks, 2 with each of their subjects: 0 pass · 1 fail · 1 n/a (there is nothing of the kind)" in flat
    assert re.search(r"clauses 1/\d+ tried", flat)
    assert "not tried: " in flat
    assert re.search(r"DOES NOT CONFORM \(documented, MUST\) in \d+\.\d s$", text)
    assert max(map(len, text.splitlines())) <= 100


def test_the_sum_of_a_part_complains_of_no_other_clauses() -> None:
    assert "not tried" not in summary(shouted(only=("made",)), "partial run", PLAIN)


def test_a_failure_in_one_line_has_its_place_and_its_name() -> None:
    report = shouted()
    (told,) = tell(report.target, report.options, worth_telling(report))
    (line,) = brief(told, report.target)
    assert re.fullmatch(r"FAIL  made\.verbatim \[send\.note\]  tiny/page\.md:\d+  it has '[a-z]'  C-[0-9a-f]{8}", line)


# --- annotations ---


def test_an_annotation_is_on_the_line_of_the_documentation() -> None:
    report = shouted()
    (told,) = tell(report.target, report.options, worth_telling(report))
    (line,) = github(told, report.target)
    assert re.match(
        r"::error file=tiny/page\.md,line=\d+,title=FAIL made\.verbatim \[send\.note\]::What was made up", line
    )
    assert "%0Aobserved: it has '" in line
    assert "\n" not in line


def test_nothing_in_an_annotation_ends_it_or_begins_another() -> None:
    def tricky(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return Broken("100%", "a\r\n::error::b")

    report = run(checking(tricky, {"n": 1}, name="made,up:here"))
    (told,) = tell(report.target, report.options, worth_telling(report))
    (line,) = github(told, report.target)
    assert "title=FAIL made%2Cup%3Ahere::" in line
    assert "100%25" in line
    assert "\r" not in line
    assert "\n" not in line


# --- drawing ---


def request(body: Any, **headers: str) -> Object:
    return {"method": "POST", "url": "https://tiny.example/send/now", "headers": headers, "body": body}


def drawn(body: Any, *marks: str, **headers: str) -> list[str]:
    return draw(request(body, **headers), marks, 94)


def test_what_is_pointed_at_is_underlined_with_its_key() -> None:
    assert drawn({"a": 1, "b": {"c": None}}, "/body/b/c")[1:] == [
        '{"a": 1, "b": {"c": null}}',
        "               ^^^^^^^^^",
    ]


def test_wide_characters_are_underlined_as_wide_as_they_are() -> None:
    assert drawn({"漢": "字", "b": 1}, "/body/b")[2] == "             ^^^^^^"


def test_headers_are_shown_where_they_matter() -> None:
    marked = drawn({}, "/headers/x-a", **{"x-a": "1", "x-b": "2", "authorization": "Basic ${apiKey}"})
    assert marked[0] == "POST https://tiny.example/send/now   x-a: 1   authorization: Basic ${apiKey}"
    assert marked[1].strip() == "^^^^^^"
    assert drawn({}, "/headers/x-gone")[1] == "no header x-gone"


@pytest.mark.parametrize(
    ("mark", "below"), [("/method", "^^^^"), ("/path/1", f"     {'^' * 29}"), ("/url", f"     {'^' * 29}")]
)
def test_the_first_line_can_be_pointed_at_too(mark: str, below: str) -> None:
    assert drawn({}, mark)[1] == below


def test_what_is_not_there_is_said_not_to_be() -> None:
    assert drawn({"a": 1}, "/body/b/c")[-1] == "nothing stands at /b/c"


def test_a_large_body_is_laid_out_and_shown_around_what_is_pointed_at() -> None:
    lines = drawn({f"key{number}": "x" * 20 for number in range(200)}, "/body/key150")
    assert len(lines) < 30
    assert "…" in lines
    place = lines.index(f'  "key150": "{"x" * 20}",')
    assert lines[place + 1].strip() == "^" * len(lines[place].strip(" ,"))
    assert max(map(len, lines)) <= 94


def test_a_body_that_is_no_json_is_shown_as_text() -> None:
    assert drawn("a=1&b=2", "/body")[1:] == ['body, 7 characters: "a=1&b=2"', "^^^^"]
    assert drawn("")[1:] == ["no body"]


# --- commands ---


def test_a_long_command_is_broken_such_that_it_can_be_pasted() -> None:
    words = ["actions", "explain", "-d", "a slug", f"{'x' * 60}/event.json", "-m", f"{'y' * 60}/it's.json"]
    lines = command_lines(words, 85)
    assert max(map(len, lines)) <= 85
    assert shlex.split("\n".join(lines).replace("\\\n", "")) == words
    assert any(line.strip().startswith("-m ") for line in lines)


def test_a_short_command_stays_on_its_line() -> None:
    assert command_lines(["actions", "conformance", "replay", "C-1"], 85) == ["actions conformance replay C-1"]


# --- what is worth counting, naming and showing whole ---


def never(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
    return None


def always(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
    return Broken("another", "this one " * 30)


def test_a_failure_is_counted_in_one_way_and_advice_apart() -> None:
    report = run(
        checking(always, {"n": 1}),
        checking(always, {"n": 1}, name="made.advice", level="SHOULD"),
        checking(never, {"n": 1}, name="made.idle"),
    )
    told = tell(report.target, report.options, worth_telling(report))
    assert count_of(report, told) == "1 cause, 1 result that fails the run · 1 had nothing to try · 1 advised (SHOULD)"
    assert ": 0 pass · 1 fail · 1 vacuous · 1 advised" in summary(report, "x", PLAIN).replace("\n  ", " ")
    assert groups(report, PLAIN).endswith("1 FAIL  1 advised  1 VACUOUS")
    strict = tell(report.target, report.options, worth_telling(report, strict=True))
    assert count_of(report, strict, strict=True).startswith("2 causes, 2 results that fail the run")


def test_what_had_nothing_to_try_is_named_beside_what_failed() -> None:
    idle = checking(never, {"n": 1}, name="made.idle", subjects=notes)
    report = shouted(idle)
    told = tell(report.target, report.options, worth_telling(report))
    assert [one.lead.check.id for one in told] == ["made.verbatim", "made.idle"]
    (line,) = brief(told[1], report.target)
    assert line.startswith("VACUOUS  made.idle [send.note]  nothing was tried: ")


def test_quiet_lines_name_what_was_never_tried() -> None:
    report = run(checking(never, {"n": 1}))
    assert next(not_tried(report)) == "VACUOUS  nothing was tried"
    lines = list(not_tried(run(checking(tiny.kept, {"n": 1})), strict=True))
    assert any(re.fullmatch(r"UNTRIED  action/send/field/note/type  tiny/page\.md:\d+", line) for line in lines)


def test_nothing_is_cut_where_nobody_has_a_width() -> None:
    report = run(checking(always, {"n": 1}))
    (told,) = tell(report.target, report.options, worth_telling(report))
    assert len(next(brief(told, report.target))) <= 100
    assert ("this one " * 30).strip() in next(brief(told, report.target, None))


def test_what_is_only_compared_is_told_once_and_with_its_place() -> None:
    compared = checking(always, {"n": 1}, name="contract.made", subjects=notes)
    (text,) = blocks(run(compared))
    assert not re.search("^  (likely|smallest)", text, re.MULTILINE)
    assert re.search(r"\([\w/.]*tiny\.py:\d+\)", text.replace("\n               ", " "))


def test_an_event_is_shown_with_the_value_that_matters_however_long_it_is() -> None:
    def long(lab: Lab, at: Subject, _case: Object) -> Judgement:
        assert isinstance(at, OnField)
        more = {f"key{number:03}": "x" * 40 for number in range(200)}
        event = {"type": "track", "userId": "u", "properties": {**more, "note": f"{'n' * 300} the end"}}
        sent = lab.deliver(at.action, event, lab.default_mapping(at.action))
        return Broken("this", "that", sent)

    (text,) = blocks(run(checking(long, {"n": 1}, subjects=notes), reduce=False))
    event = text[text.index("  event") : text.index("  expected")]
    assert f"{'n' * 300} the end" in re.sub(r"\n {15}", "", event)
    assert len(event.splitlines()) < 80
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("expected", "observed", "told"),
    [
        ('{"send_at":"0","to":"0"}', '{"sendAt":"0","to":"0"}', "/send_at missing, /sendAt extra"),
        ('{"a":{"b/c":[1,2]}}', '{"a":{"b/c":[1]}}', "/a/b~1c/1 missing"),
        ('{"a":1,"b":1}', '{"a":1.0,"b":"1"}', "/a other value, /b other value"),
        ('{"a":1}', '{"a":1}', None),
        ("1 request", '{"a":1}', None),
        ("[1]", "[2]", None),
    ],
)
def test_two_objects_are_told_apart_by_pointers(expected: str, observed: str, told: str | None) -> None:
    assert differing(expected, observed) == told


def test_where_bodies_differ_is_a_line_of_its_own() -> None:
    def other(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return Broken('{"send_at":"0"}', '{"sendAt":"0"}')

    (text,) = blocks(run(checking(other, {"n": 1})))
    assert "  differs      /send_at missing, /sendAt extra" in text.splitlines()
