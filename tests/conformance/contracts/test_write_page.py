from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from actions_core import Action, Audiences, Destination, InputField, Preset, TriggerSyntaxError, load_catalog
from actions_core.definitions import CALL_TYPES
from actions_core.fields import FIELD_TYPES
from actions_core.trigger import compile_trigger, parse
from conformance.contracts import Contract, bind, read_page
from conformance.contracts.write_page import UnwritableError, left_out, write_page
from tests.actions_core.trigger.generated import TEXTS
from tests.conformance.contracts.pages import ACME, ACTION


def read(destination: Destination[Any]) -> Contract:
    return read_page(write_page(destination), "page.md")


def refused(destination: Destination[Any]) -> list[str]:
    """Write a destination that no page can be about and give the problems."""
    with pytest.raises(UnwritableError) as caught:
        write_page(destination)
    return [str(problem) for problem in caught.value.problems]


def with_action(**changes: Any) -> Destination[Any]:
    return replace(ACME, actions={"saveUser": replace(ACTION, **changes)})


def with_field(**changes: Any) -> Destination[Any]:
    return with_action(payload={"name": InputField(**{"label": "Name", "type": "string", **changes})})


def with_preset(**changes: Any) -> Destination[Any]:
    return replace(ACME, presets=(replace(ACME.presets[0], **changes),))


# --- what is written is read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["usermotion", "webhook", "roster"])
def test_a_destination_differs_in_nothing_from_its_page(name: str) -> None:
    destination = load_catalog().find(name)
    contract = read(destination)
    assert bind(contract, destination)[1] == []
    assert contract.asides == ()


def parses(trigger: str) -> bool:
    try:
        compile_trigger(trigger)
    except TriggerSyntaxError:
        return False
    return True


MARKS = ["`", "``", "\\", "|", "\\|", "*", "**", "_", "[", "]", "(", ")", "<", "<br>", "<!--", "#", "&amp;", "~~~", "-", "1. ", "[!NOTE]", "](#a)",
         "\n", "\r\n", "\u2028", "\t", "  ", "a", "é", "words", "https://a.example/b_c", "is a **Cloud** action.", "\x00"]  # fmt: skip
prose = st.lists(st.sampled_from(MARKS), max_size=8).map("".join)
names = prose.filter(str.strip)
descriptions = st.just("") | names
QUOTED = ["a", "a, b", "a or b", "type", "Event x", "(", "]", "a  b", "a|b", "_a_", "\\\\", "*"]
clauses = st.one_of(
    st.sampled_from(CALL_TYPES).map('type = "{}"'.format),
    st.sampled_from(QUOTED).map('event = "{}"'.format),
    st.sampled_from(QUOTED).map('contains(properties.some_name, "{}")'.format),
)
joined = st.tuples(st.sampled_from([" or ", " and ", "\n  or  "]), st.lists(clauses, min_size=1, max_size=3)).map(
    lambda drawn: drawn[0].join(drawn[1])
)
triggers = st.lists(joined | joined.map("({})".format), min_size=1, max_size=2).map(" or ".join).filter(parses)
fields = st.builds(
    InputField,
    label=names,
    description=prose,
    type=st.sampled_from(FIELD_TYPES),
    required=st.booleans(),
    multiple=st.booleans(),
    choices=st.sampled_from([None, ("a",)]),
    unsafe_hidden=st.booleans(),
)
contracts = st.lists(fields, max_size=4).map(lambda drawn: {f"key{index}": field for index, field in enumerate(drawn)})


@st.composite
def destinations(draw: st.DrawFn) -> Destination[Any]:
    drawn = draw(
        st.lists(st.tuples(names, descriptions, contracts, st.none() | triggers, st.booleans()), min_size=1, max_size=3)
    )
    actions: dict[str, Action[Any, Any]] = {
        f"action{index}": replace(
            ACTION,
            title=" ".join(title.split()),
            description=description,
            payload=payload,
            default_subscription=trigger,
            hidden=hidden and index > 0,
        )
        for index, (title, description, payload, trigger, hidden) in enumerate(drawn)
    }
    visible = [slug for slug, action in actions.items() if not action.hidden]
    presets = st.builds(
        Preset,
        name=names,
        action=st.sampled_from(visible),
        trigger=triggers,
    ) | st.builds(
        Preset,
        name=names,
        action=st.sampled_from(visible),
        trigger=st.none(),
        event_slug=st.sampled_from(["one_thing", "warehouse_entity_added_track"]),
    )
    return replace(
        ACME,
        name=draw(names.map(lambda text: " ".join(text.split()))),
        description=draw(prose),
        settings=draw(contracts),
        actions=actions,
        presets=draw(st.lists(presets, max_size=3)),
        calls=draw(st.lists(st.sampled_from(CALL_TYPES), min_size=1)),
        maturity=draw(st.sampled_from(["public", "beta"])),
        owner=draw(st.sampled_from(["Segment", "partner"])),
        engage=draw(st.booleans()),
        audiences=draw(st.sampled_from([None, Audiences(mode="realtime")])),
    )


@settings(max_examples=200, deadline=None)
@given(destinations())
def test_whatever_the_texts_hold_is_read_back(destination: Destination[Any]) -> None:
    assert [str(finding) for finding in bind(read(destination), destination)[1]] == []


@settings(deadline=None)
@given(TEXTS)
def test_whatever_a_trigger_is_it_is_read_back_or_refused(trigger: str) -> None:
    assume(parses(trigger))
    destination = with_preset(trigger=trigger)
    destination = replace(destination, actions={"saveUser": replace(ACTION, default_subscription=trigger)})
    try:
        contract = read(destination)
    except UnwritableError:
        return
    assert bind(contract, destination)[1] == []
    assert contract.presets is not None
    assert parse(contract.presets[0].trigger or "") == parse(trigger)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("either a | b", r"either a \| b"),
        ("`a | b`", r"`a \| b`"),
        ("one\ntwo\r\nthree", "one<br>two<br>three"),
        ("snake_case and `snake_case`", r"snake\_case and `snake_case`"),
        ("a \\ b", r"a \\ b"),
        ("See [the docs](https://a.example/b_c), **please**.", "See [the docs](https://a.example/b_c), **please**."),
        ("https://<account_id>.example", r"https://\<account\_id>.example"),
        ("an odd ` backtick", r"an odd \` backtick"),
        ("Matches `\\|`.", r"Matches \`\\\|\`."),
    ],
    ids=["bar", "bar in code", "lines", "underscore", "backslash", "Markdown stays", "HTML", "odd backtick", "escaped bar in code"],
)  # fmt: skip
def test_a_description_stays_markdown_and_keeps_its_cell(text: str, written: str) -> None:
    page = write_page(with_field(description=text))
    assert re.findall(r"^\| Name\s+\| (.*?) +\| No ", page, re.MULTILINE) == [written]


@pytest.mark.parametrize(
    ("title", "heading", "item"),
    [
        ("Save User (v2)", "### Save User (v2)", "* [Save User (v2)](#save-user-v2)"),
        ("[Old] Save", r"### \[Old\] Save", r"* \[Old\] Save"),
        ("save_user", r"### save\_user", r"* [save\_user](#save_user)"),
        ("Save #", r"### Save \#", r"* [Save \#](#save-)"),
    ],
)
def test_a_title_is_plain_text(title: str, heading: str, item: str) -> None:
    lines = write_page(with_action(title=title)).splitlines()
    assert heading in lines
    assert item in lines


def test_two_actions_of_one_title_have_links_of_their_own() -> None:
    destination = replace(ACME, actions={"one": ACTION, "two": ACTION}, presets=())
    assert "* [Save User](#save-user)\n* [Save User](#save-user-1)\n" in write_page(destination)
    assert bind(read(destination), destination)[1] == []


@pytest.mark.parametrize(
    ("trigger", "shown"),
    [
        ('type = "track" or type = "page"', 'Event type = "track", Event type = "page"'),
        ('type = "track" and event = "A or B"', 'Event type = "track" and event = "A or B"'),
        ('type = "track" and (event = "A" or event = "B")', 'Event type = "track" and (event = "A" or event = "B")'),
        ('\n  event = "A"\n  or event = "B"\n', 'event = "A", event = "B"'),
        ('contains(properties.some_key, "a  b")', r'contains(properties.some\_key, "a  b")'),
    ],
    ids=["or", "or in quotes", "or in brackets", "several lines", "function"],
)
def test_a_preset_shows_its_trigger_as_segments_pages_do(trigger: str, shown: str) -> None:
    page = write_page(with_preset(trigger=trigger))
    assert re.findall(r"^\| Save Users\s+\| (.*?) +\| Save User ", page, re.MULTILINE) == [shown]


def test_the_columns_of_a_table_are_aligned() -> None:
    page = write_page(load_catalog().find("roster"))
    tables = re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE)
    assert len(tables) == 5
    for table in tables:
        assert len({tuple(found.start() for found in re.finditer(r"\|", line)) for line in table.splitlines()}) == 1


def test_a_setting_that_is_a_choice_or_a_list_has_the_type_that_only_settings_have() -> None:
    settings = {
        "region": InputField(label="Region", type="string", choices=("eu", "us")),
        "tags": InputField(label="Tags", type="string", multiple=True),
    }
    contract = read(replace(ACME, settings=settings))
    assert [field.type for field in contract.settings or ()] == ["select", "array"]


def test_a_destination_without_settings_and_presets_says_so() -> None:
    contract = read(replace(ACME, settings={}, presets=()))
    assert (contract.settings, contract.presets) == ((), ())


def test_engage_is_told_in_full_where_audiences_are_a_user_property() -> None:
    engage = read(ACME).engage
    assert engage is not None
    assert (engage.kind, engage.call, engage.key, engage.value, engage.initial, engage.later) == (
        "user property", "identify", "snake_case", "bool", "all", "delta",
    )  # fmt: skip


def test_only_computed_traits_are_told_of_where_the_destination_keeps_audiences() -> None:
    engage = read(replace(ACME, audiences=Audiences(mode="synced"))).engage
    assert engage is not None
    assert (engage.kind, engage.call, engage.value, engage.initial) == ("user property", "identify", None, None)


# --- what has no place on a page -------------------------------------------------------------------------------------


def test_what_is_hidden_has_no_row() -> None:
    hidden = InputField(label="Secret thing", type="string", unsafe_hidden=True)
    destination = replace(
        ACME,
        settings={"hidden": hidden},
        actions={
            "saveUser": replace(ACTION, payload={**ACTION.fields, "hidden": hidden}),
            "old": replace(ACTION, title="Secret action", hidden=True),
        },
    )
    page = write_page(destination)
    assert "Secret" not in page
    assert "Acme (Actions) has no settings." in page
    assert bind(read(destination), destination)[1] == []


def test_a_preset_of_a_hidden_action_has_no_row_and_is_told_of() -> None:
    second = Preset(name="Old ones", action="old", trigger='type = "track"')
    actions = {"saveUser": ACTION, "old": replace(ACTION, title="Old", hidden=True)}
    destination = replace(ACME, actions=actions, presets=(*ACME.presets, second))
    assert "Old ones" not in write_page(destination)
    assert [str(problem) for problem in left_out(destination)] == [
        "presets[1]: 'Old ones' has no row on the page: its action 'old' is hidden"
    ]


def test_a_page_does_not_say_that_there_are_no_presets_where_it_can_show_none() -> None:
    destination = with_preset(action="nowhere")
    assert read(destination).presets is None
    assert "does not exist" in str(left_out(destination)[0])


# --- what cannot be written ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("destination", "problem"),
    [
        (with_field(label=" "), "actions.saveUser.fields.name.label: is empty; on a page it is what a row or section is known by"),
        (with_action(title=""), "actions.saveUser.title: is empty; on a page it is what a row or section is known by"),
        (replace(ACME, name="Acme  Mail"), "name: has white space that a page does not keep: 'Acme  Mail'"),
        (replace(ACME, calls=()), "calls: is empty; a page names at least one call"),
        (replace(with_action(hidden=True), presets=()), "actions: has none that is not hidden; a page is about at least one"),
        (with_action(default_subscription='event = "`"'), "actions.saveUser.default_subscription: has a backtick, which would end the code that a page shows it as: 'event = \"`\"'"),
        (with_action(default_subscription='event = "a\nb"'), "actions.saveUser.default_subscription: has a line break in quotes, which a page does not keep: 'event = \"a\\nb\"'"),
        (with_action(default_subscription="("), "actions.saveUser.default_subscription: this '(' is never closed (at character 0 of '(')"),
        (with_preset(trigger='event = "a\nb"'), "presets[0].trigger: has a line break in quotes, which a page does not keep: 'event = \"a\\nb\"'"),
        (with_preset(trigger='type = "track", userId = "a"'), "presets[0].trigger: has a comma, or Event before a name, which mean something else in the table of presets: 'type = \"track\", userId = \"a\"'"),
        (with_preset(trigger=None, event_slug="a b"), "presets[0].event_slug: expected letters, digits and underscores, as there is no trigger; got 'a b'"),
        (with_preset(trigger=None), "presets[0].event_slug: expected letters, digits and underscores, as there is no trigger; got None"),
        (with_field(description="half: \ud83d"), "actions.saveUser.fields.name.description: has half of a character, which no file can hold: 'half: \\ud83d'"),
    ],
    ids=lambda case: case.split(":")[0] if isinstance(case, str) else "",
)  # fmt: skip
def test_what_the_dialect_has_no_form_for_is_told_with_its_place(destination: Destination[Any], problem: str) -> None:
    assert refused(destination) == [problem]
