"""Failures as files: what is in them, what never is, and judging them again."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import pytest

from actions_core import Field, Missing, Object, Request, path
from actions_core.definitions import Action
from actions_core.errors import ConfigurationError
from actions_core.inputs import ExecuteInput
from actions_core.js import MISSING
from actions_core.request import Response
from conformance.suite.checks import BY_ID
from conformance.suite.engine import Options, Result
from conformance.suite.failures import (
    Failure,
    by_cause,
    failure_of,
    find,
    folder_of,
    load,
    remove,
    reproduction,
    store,
    stored,
)
from conformance.suite.lab import SECRET, Lab, status
from conformance.suite.model import Broken, Check, Judgement, Kept, OnField, Subject, Whole
from conformance.suite.places import cause_of
from conformance.suite.promoted import read_promoted
from conformance.suite.replay import Replayed, promote, replay, require_known_vectors
from conformance.suite.target import Named, Target
from emulator.partner import Fault
from tests.conformance.suite import tiny
from tests.conformance.suite.tiny import checking, result_of, run

USER_ID = "send.userId"


@dataclass(frozen=True, kw_only=True)
class Loose:
    """What `Send` would be if nobody had to say who it was."""

    userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))] | Missing = MISSING
    note: Annotated[str, Field("Note", "What they said.", default=path("$.properties.note"))] | Missing = MISSING


async def send(request: Request, data: ExecuteInput[Loose, tiny.Settings]) -> Response:
    return await request.post("https://tiny.example/send", json={"id": data.payload.userId, "note": data.payload.note})


def loose() -> Target:
    good = tiny.target()
    action = Action(
        title="Send", description="Sends it.", payload=Loose, perform=send, default_subscription='type = "track"'
    )
    return replace(good, destination=replace(good.destination, actions={"send": action}))


def delivering(
    expected: str = "nothing is sent", *, answer: Any = None, marks: Sequence[str] = (), settings: Object | None = None
) -> tiny.Judge:
    """Give a judge that delivers its case's inputs, and finds it broken that something is sent."""

    def judge(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        sent = lab.probe(lab.target.actions[0], case, answer=answer, settings=settings)
        return Broken(expected, sent.told, sent, tuple(marks)) if sent.requests else Kept("outside")

    return judge


def stored_of(target: Target, result: Result, home: Path, **options: Any) -> tuple[Path, Failure]:
    with Lab(target) as lab:
        failure = failure_of(lab, Options(**options), result, cause_of(target, result).place)
    assert failure is not None
    return store(failure, home), failure


def fail(
    judge: tiny.Judge, *cases: Object, home: Path, on: Target | None = None, **options: Any
) -> tuple[Path, Failure]:
    """Run a check made by hand that fails, and store what it found."""
    target = on or tiny.target()
    made = checking(judge, *cases or ({"userId": "u"},), **options)
    return stored_of(target, result_of(made, on=target, reduce=False), home)


def fail_for_real(home: Path) -> tuple[Path, Failure]:
    """Run a real check on a field that is required by the page alone."""
    target = loose()
    result = result_of(BY_ID["field.required.missing"], on=target, subjects=(USER_ID,))
    return stored_of(target, result, home)


# --- what is stored ---


def test_a_failure_is_stored_with_everything_that_people_need_to_understand_it(tmp_path: Path) -> None:
    file, failure = fail_for_real(tmp_path)
    read = json.loads(file.read_text("utf-8"))
    assert file == folder_of("actions-tiny", tmp_path) / f"{failure.id}.json"
    assert read["check"] == "field.required.missing"
    assert read["subject"] == USER_ID
    assert read["clauses"] == [
        {
            "id": "action/send/field/user-id/required",
            "file": "tiny/page.md",
            "line": 1 + tiny.PAGE.splitlines().index("| User ID | Who it was.     | Yes      | STRING |"),
            "quote": "| User ID | Who it was. | Yes | STRING |",
        }
    ]
    assert (read["profile"], read["phase"], read["seed"], read["case"]) == ("documented", "boundary", None, {})
    assert read["expected"] == "PayloadValidationError, 0 requests"
    assert read["observed"] == "delivered, 1 request"
    assert read["requests"][0]["body"] == {"note": "note Wert-1"}
    assert read["delivered"]["event"]["properties"] == {"note": "note Wert-1"}
    assert read["versions"]["segment-actions-emulator"] == "0.1.0"
    assert read["likely"].startswith("the declaration of send.userId (")
    assert file.read_text("utf-8").startswith('{\n  "format": 1,\n  "id": "C-')


def test_the_place_that_is_likely_to_be_wrong_is_a_line_of_the_plugin(tmp_path: Path) -> None:
    _, failure = fail_for_real(tmp_path)
    lines = Path(__file__).read_text("utf-8").splitlines()
    line = 1 + next(index for index, text in enumerate(lines) if text.startswith("    userId: Annotated"))
    assert failure.likely is not None
    assert failure.likely.endswith(f"test_failures.py:{line})")


def test_the_same_failure_has_the_same_name_wherever_it_is_found(tmp_path: Path) -> None:
    one, _ = fail(delivering(), home=tmp_path / "one")
    again, _ = fail(delivering(), home=tmp_path / "two", on=replace(tiny.target(), settings={"apiKey": "another"}))
    other, _ = fail(delivering(), {"userId": "v"}, home=tmp_path / "one")
    elsewhere, _ = fail(delivering(), home=tmp_path / "one", name="made.elsewhere")
    assert one.name == again.name
    assert len({one.name, other.name, elsewhere.name}) == 3


def test_nothing_half_written_stays_and_git_is_told_to_look_away(tmp_path: Path) -> None:
    fail(delivering(), home=tmp_path)
    fail(delivering(), home=tmp_path)
    names = sorted(file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file())
    folder = "conformance/actions-tiny/failures"
    (failure,) = (name for name in names if name.endswith(".json") and name.count("/") == folder.count("/") + 1)
    beside = failure.removesuffix(".json")
    assert names == [".gitignore", failure, f"{beside}/event.json", f"{beside}/mapping.json"]
    assert (tmp_path / ".gitignore").read_text("utf-8").splitlines()[-1] == "*"


def test_numbers_in_requests_stay_as_they_were_sent(tmp_path: Path) -> None:
    async def numbers(request: Request, data: ExecuteInput[Any, Any]) -> Response:
        return await request.post("https://tiny.example/", json={"n": [1, 1.5, True, None], "id": data.payload.userId})

    file, _ = fail(delivering(), home=tmp_path, on=tiny.sending(numbers))
    assert json.loads(file.read_text("utf-8"))["requests"][0]["body"]["n"] == [1, 1.5, True, None]


def test_long_texts_of_requests_are_cut_and_cases_are_not(tmp_path: Path) -> None:
    _, failure = fail(delivering(), {"userId": "x" * 5000}, home=tmp_path)
    assert failure.case == {"userId": "x" * 5000}
    assert failure.requests[0]["body"]["id"].endswith("… (5000 characters)")


@pytest.mark.parametrize("text", ["half an emoji \ud800", "nothing \x00", "a\u2028b", "{$x}", "${notASetting}"])
def test_a_case_comes_back_exactly_as_it_was(tmp_path: Path, text: str) -> None:
    def judge(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        return Broken("another", "this") if case == {"v": {text: text}} else Kept("inside")

    file, _ = fail(judge, {"v": {text: text}}, home=tmp_path)
    assert load(file).case == {"v": {text: text}}


def test_a_case_that_only_describes_something_large_is_stored_as_it_is(tmp_path: Path) -> None:
    file, failure = fail(delivering(), {"userId": "u", "x": {"$deep": 5000}}, home=tmp_path, fuzz=None)
    assert load(file).name == "tiny_plugin.py"
    assert failure.id in file.name


def test_a_case_that_no_file_can_hold_is_shown_in_part_and_cannot_be_replayed(tmp_path: Path) -> None:
    deep: Object = {}
    for _ in range(300):
        deep = {"d": deep}

    def judge(_lab: Lab, _subject: Subject, case: Object) -> Judgement:
        return Broken("shallow", "deep") if case == {"v": deep} else Kept("inside")

    file, failure = fail(judge, {"v": deep}, home=tmp_path)
    assert failure.name is None
    assert load(file).case["v"]["d"]


# --- secrets ---


def leaking(request: Request, data: ExecuteInput[Any, Any]) -> Any:
    secret: str = data.settings.apiKey
    encoded = base64.b64encode(f"user:{secret}:more".encode()).decode()
    logging.getLogger("leaking").debug("sending")
    return request.post(
        f"https://tiny.example/send?key={secret}",
        json={
            "plain": secret, "loud": secret.upper(), "hex": secret.encode().hex(), "base64": encoded,
            "within": f"<{secret}>", secret: "as a key",
            "urlsafe": base64.urlsafe_b64encode(f"xx{secret}".encode()).decode(),
        },
        headers={"authorization": f"Basic {encoded}", "x-key": secret},
    )  # fmt: skip


@pytest.mark.parametrize("secret", [f"{SECRET}-apiKey-1", 'pa55?/+&word with ümlaut \\ "quotes"'])
def test_no_secret_is_in_any_file_in_any_form(tmp_path: Path, secret: str) -> None:
    def judge(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        sent = lab.probe(lab.target.actions[0], {**case, "userId": f"it is {secret}"})
        return Broken(f"nobody sends {secret}", f"somebody did: {secret!r}", sent)

    target = replace(tiny.sending(leaking), settings={"apiKey": secret})
    fail(judge, {"userId": "u", "copied": secret}, home=tmp_path, on=target)
    written = "\n".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())
    raw = secret.encode()
    forms = [secret, json.dumps(secret)[1:-1], raw.hex(), base64.b64encode(raw).decode(), base64.b64encode(b"user:" + raw).decode()[8:-8]]  # fmt: skip
    assert [form for form in forms if form.casefold() in written.casefold()] == []
    assert "${apiKey}" in written


def test_a_placeholder_in_a_case_is_the_secret_again_when_it_is_judged(tmp_path: Path) -> None:
    seen: list[Object] = []

    def judge(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        seen.append(case)
        return Broken("no key", "a key") if case == {"key": lab.settings["apiKey"]} else Kept("inside")

    made = checking(judge, {"key": f"{SECRET}-apiKey-1"})
    file, failure = stored_of(tiny.target(), result_of(made), tmp_path)
    assert failure.case == {"key": "${apiKey}"}
    (again,) = judged_again([(file, load(file))], made)
    assert again.fate == "still fails"
    assert seen[-1] == {"key": f"{SECRET}-apiKey-1"}


# --- finding and reading them ---


def test_a_failure_is_found_by_the_beginning_of_its_name(tmp_path: Path) -> None:
    file, failure = fail(delivering(), home=tmp_path)
    assert find(failure.id, tmp_path) == find(failure.id[:6].lower(), tmp_path) == file
    fail(delivering(), {"userId": "v"}, home=tmp_path)
    with pytest.raises(ConfigurationError, match="C- begins the names of C-.*, C-"):
        find("C-", tmp_path)
    with pytest.raises(ConfigurationError, match=r"there is no failure C-00000000 below .*; stored there: C-"):
        find("C-00000000", tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is not JSON"),
        ("{}", "expected a failure of the conformance suite: id: field required"),
        ("[]", "expected a failure of the conformance suite"),
    ],
)
def test_a_file_that_is_no_failure_is_refused_in_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "C-1.json"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=told) as caught:
        load(file)
    assert str(file) in str(caught.value)


def test_taking_a_failure_away_leaves_what_somebody_else_has_put_beside_it(tmp_path: Path) -> None:
    file, _ = fail(delivering(), home=tmp_path)
    note = file.with_suffix("") / "note.txt"
    note.write_text("mine", "utf-8")
    remove(file)
    assert list(stored(tmp_path)) == []
    assert [one.name for one in file.with_suffix("").iterdir()] == ["note.txt"]
    note.unlink()
    remove(file)
    assert not file.with_suffix("").exists()


# --- the commands that show them again ---


def as_usermotion(failure: Failure) -> Failure:
    """Give the failure as if it were one of an installed destination."""
    return failure.model_copy(update={"destination": "actions-usermotion", "name": "actions-usermotion"})


def test_a_delivery_is_shown_again_by_a_command_that_knows_no_suite(tmp_path: Path) -> None:
    _, failure = fail(delivering(), home=tmp_path)
    beside = folder_of("actions-usermotion", tmp_path) / failure.id
    assert reproduction(as_usermotion(failure), tmp_path) == [
        ["actions", "conformance", "replay", failure.id],
        ["actions", "explain", "-d", "actions-usermotion", f"{beside}/event.json", "-m", f"{beside}/mapping.json"],
    ]


def test_what_the_partner_said_is_said_again_by_the_built_in_one(tmp_path: Path) -> None:
    _, failure = fail(delivering(answer=status(503, headers={"Retry-After": "7"})), home=tmp_path)
    command = reproduction(as_usermotion(failure), tmp_path)[-1]
    assert command[:2] == ["actions", "deliver"]
    assert "apiKey=made-up-apiKey" in command
    fault = Fault.parse(command[command.index("--fault") + 1])
    assert (fault.endpoint, fault.status, fault.retry_after, fault.count) == ("*", 503, "7", 1)


def test_a_destination_that_is_not_installed_can_only_be_replayed(tmp_path: Path) -> None:
    _, failure = fail(delivering(), home=tmp_path)
    assert reproduction(failure, tmp_path) == [["actions", "conformance", "replay", failure.id]]


def test_a_partner_of_ones_own_is_none_that_a_command_has(tmp_path: Path) -> None:
    target = replace(tiny.target(), answer=status(201))
    _, failure = fail(delivering(), home=tmp_path, on=target)
    assert failure.name is None
    assert reproduction(failure, tmp_path) == []


# --- one cause, one group ---


def two_fields(target: Target) -> list[OnField]:
    (action,) = target.actions
    return [OnField(action, field) for field in action.fields]


def test_failures_of_one_field_that_come_from_one_place_are_one_group() -> None:
    target = tiny.target()
    wrong = delivering("delivered, with 'x'")
    checks = [checking(wrong, {"userId": "u"}, name=name, subjects=two_fields) for name in ("made.one", "made.two")]
    groups = by_cause(target, run(*checks, on=target).results)
    assert [(group.cause.about, [one.check.id for one in group.results]) for group in groups] == [
        ("send.userId", ["made.one", "made.two"]),
        ("send.note", ["made.one", "made.two"]),
    ]


def test_what_is_wrong_with_a_declaration_is_another_cause_than_what_is_wrong_with_a_request() -> None:
    target = tiny.target()
    refusal = checking(delivering("PayloadValidationError, 0 requests"), {"userId": "u"}, subjects=two_fields)
    changed = checking(delivering("delivered, with 'x'"), {"userId": "u"}, name="made.two", subjects=two_fields)
    report = run(refusal, changed, on=target, subjects=(USER_ID,))
    places = [str(group.cause.place) for group in by_cause(target, report.results)]
    assert places[0].startswith("the declaration of send.userId (")
    assert places[1].startswith("perform of send (")


def test_headers_point_to_what_every_request_has_in_common() -> None:
    target = tiny.target()
    check = checking(delivering(marks=("/headers/authorization",)), {"userId": "u"}, subjects=two_fields)
    (group,) = by_cause(target, run(check, on=target).results)
    assert str(group.cause.place).startswith("what every request has in common (")
    assert len(group.results) == 2


def test_the_failure_that_shows_a_delivery_is_told_first() -> None:
    def compared(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return Broken("documented", "declared otherwise")

    target = tiny.target()
    checks = [
        checking(compared, {"n": 1}, name="made.compared", subjects=two_fields),
        checking(delivering("PayloadValidationError"), {"userId": "u"}, name="made.tried", subjects=two_fields),
    ]
    (group,) = by_cause(target, run(*checks, on=target, subjects=(USER_ID,)).results)
    assert [one.check.id for one in group.results] == ["made.tried", "made.compared"]


def test_failures_of_the_whole_destination_have_nothing_in_common_but_that() -> None:
    checks = [checking(delivering(), {"userId": "u"}, name=name) for name in ("made.one", "made.two")]
    assert len(by_cause(tiny.target(), run(*checks).results)) == 2


# --- judging them again ---


def judged_again(
    found: Sequence[tuple[Path, Failure]], *checks: Check[Any], on: Callable[[], Target] = tiny.target
) -> list[Replayed]:
    return list(replay(found, {check.id: check for check in checks}, lambda _failure: on()))


def test_a_failure_that_is_still_there_still_fails(tmp_path: Path) -> None:
    found = fail_for_real(tmp_path)
    (again,) = judged_again([found], BY_ID["field.required.missing"], on=loose)
    assert (again.fate, again.told) == ("still fails", "delivered, 1 request")


def test_a_failure_is_fixed_when_the_rule_holds_for_its_case(tmp_path: Path) -> None:
    found = fail_for_real(tmp_path)
    (again,) = judged_again([found], BY_ID["field.required.missing"])
    assert (again.fate, again.told) == ("fixed", "the rule holds")


def test_what_is_not_there_any_more_is_not_taken_for_fixed(tmp_path: Path) -> None:
    file, failure = fail_for_real(tmp_path)
    check = BY_ID["field.required.missing"]
    without_check = judged_again([(file, failure)])
    without_subject = judged_again([(file, failure.model_copy(update={"subject": "send.gone"}))], check)
    without_name = judged_again([(file, failure.model_copy(update={"name": None}))], check)
    told = [one.told for one in (*without_check, *without_subject, *without_name)]
    assert {one.fate for one in (*without_check, *without_subject, *without_name)} == {"cannot be tried"}
    assert "there is no check field.required.missing any more" in told[0]
    assert "has no subject 'send.gone' any more" in told[1]
    assert "run the tests that found it" in told[2]


def test_a_check_that_cannot_run_on_a_case_says_so(tmp_path: Path) -> None:
    def raises(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        raise ValueError("what a mess")

    found = fail(delivering(), home=tmp_path)
    (again,) = judged_again([found], checking(raises, {}))
    assert (again.fate, again.told) == ("cannot be tried", "ValueError: what a mess")


def test_what_was_flaky_has_to_hold_many_times(tmp_path: Path) -> None:
    tries = 0

    def seldom(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        nonlocal tries
        tries += 1
        return Broken("the same each time", "another") if tries in (1, 12) else Kept("inside")

    made = checking(seldom, {"n": 1})
    found = stored_of(tiny.target(), result_of(made), tmp_path)
    assert found[1].verdict == "FLAKY"
    (again,) = judged_again([found], made)
    assert again.fate == "still fails"


def test_the_settings_that_it_was_found_with_are_used_again(tmp_path: Path) -> None:
    def by_setting(lab: Lab, _subject: Subject, _case: Object) -> Judgement:
        return Broken("eu", "us") if lab.settings.get("region") == "us" else Kept("inside")

    made = checking(by_setting, {"n": 1})
    american = replace(tiny.target(), settings={"region": "us", "apiKey": "k3y-of-somebody"})
    file, _ = stored_of(american, result_of(made, on=american), tmp_path)
    assert "k3y-of-somebody" not in file.read_text("utf-8")
    (again,) = judged_again([(file, load(file))], made)
    assert again.fate == "still fails"


# --- promoting them ---


def in_folder(folder: Path) -> Target:
    return replace(tiny.target(), directory=folder, named=Named("tiny_plugin.py"))


def test_a_promoted_failure_is_tried_by_every_later_run(tmp_path: Path) -> None:
    _, failure = fail_for_real(tmp_path / "home")
    file = promote(failure, in_folder(tmp_path))
    assert file == tmp_path / "vectors" / f"{failure.id}.json"
    (vector,) = read_promoted(tmp_path)
    assert (vector.check, vector.subject, vector.case) == ("field.required.missing", USER_ID, {})
    check = BY_ID["field.required.missing"]
    before = result_of(check, on=tiny.target(), subjects=(USER_ID,))
    after = result_of(check, on=replace(tiny.target(), vectors=(vector,)), subjects=(USER_ID,))
    assert after.cases["vectors"] == before.cases["vectors"] + 1


def test_a_vector_is_never_overwritten(tmp_path: Path) -> None:
    _, failure = fail_for_real(tmp_path / "home")
    file = promote(failure, in_folder(tmp_path))
    file.write_text("mine", "utf-8")
    with pytest.raises(ConfigurationError, match="is there already, and was not changed"):
        promote(failure, in_folder(tmp_path))
    assert file.read_text("utf-8") == "mine"


def test_a_vector_with_a_secret_has_it_again_when_it_is_tried(tmp_path: Path) -> None:
    def judge(lab: Lab, _subject: Subject, case: Object) -> Judgement:
        return Broken("no key", "a key") if case == {"key": lab.settings["apiKey"]} else Kept("inside")

    made = checking(judge, {"key": f"{SECRET}-apiKey-1"})
    _, failure = stored_of(tiny.target(), result_of(made), tmp_path / "home")
    assert SECRET not in promote(failure, in_folder(tmp_path)).read_text("utf-8")
    later = replace(tiny.target(), vectors=read_promoted(tmp_path))
    assert result_of(checking(judge), on=later).verdict == "FAIL"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is not JSON"),
        ('{"id": "C-1", "check": "a", "subject": ""}', "case: field required"),
        ('{"id": "C-1", "check": "a", "subject": "", "case": []}', "case: expected an object"),
        ('{"id": "C-1", "check": "a", "subject": "", "case": {}, "color": "red"}', "color: extra inputs"),
    ],
)
def test_a_file_that_is_no_vector_is_refused_in_a_sentence(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors/C-1.json").write_text(content, "utf-8")
    with pytest.raises(ConfigurationError, match=told):
        read_promoted(tmp_path)


@pytest.mark.parametrize(
    ("check", "subject", "told"),
    [("field.requird", USER_ID, "there is no check field.requird"), ("field.required.missing", "send.x", "no subject")],
)
def test_a_vector_about_nothing_is_an_error(tmp_path: Path, check: str, subject: str, told: str) -> None:
    (tmp_path / "vectors").mkdir()
    vector = {"id": "C-1", "check": check, "subject": subject, "case": {}}
    (tmp_path / "vectors/C-1.json").write_text(json.dumps(vector), "utf-8")
    target = replace(tiny.target(), vectors=read_promoted(tmp_path))
    with pytest.raises(ConfigurationError, match=f"C-1.json: .*{told}"):
        require_known_vectors(target, BY_ID)


def test_whole_is_the_name_of_a_subject_too(tmp_path: Path) -> None:
    _, failure = fail(delivering(), home=tmp_path)
    assert failure.subject == Whole().name == ""
