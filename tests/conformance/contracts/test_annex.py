"""The annex: what it may say, what it adds to the contract, where it contradicts the page, and what a plugin owes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from actions_core import Condition, Conditions, Destination, InputField, Preset, load_catalog
from actions_core.js import stringify
from conformance.contracts import Conflict, Contract, Golden, bind, contract_of, read_page
from conformance.contracts.annex import AnnexError, read_annex
from conformance.contracts.model import WireRequest
from emulator.partner import Roster
from emulator.partner.received import ReceivedRequest
from emulator.partner.roster import RosterList
from tests.conformance.contracts.pages import ACME, ACTION, PAGE, changed

ACTION_HEAD = '[actions.saveUser]\ntitle = "Save User"\n'
TRAITS = ACTION_HEAD + '[actions.saveUser.fields.traits]\nlabel = "Traits"\n'
"""An annex whose next line, the fifth, is about the field traits."""


def read(annex: str, page: str = PAGE) -> Contract:
    return read_annex(annex, "contract.toml", read_page(page, "page.md"))


def problems(annex: str, page: str = PAGE) -> list[str]:
    with pytest.raises(AnnexError) as caught:
        read(annex, page)
    first, *rest = str(caught.value).splitlines()
    assert first == "contract.toml cannot be read as an annex:"
    return rest


def added(annex: str) -> dict[str, tuple[int, str, str, str]]:
    """Give the clauses of an annex: line, layer, how they are tested, quote."""
    contract = read(annex)
    return {
        clause.id: (clause.origin.line, clause.layer, clause.testable, clause.quote)
        for clause in contract.clauses.values()
        if clause.origin.file == "contract.toml"
    }


def findings(annex: str, destination: Destination[Any] = ACME, page: str = PAGE) -> list[tuple[str, str]]:
    """List what differs: the clause, and what is told."""
    _, found = bind(read(annex, page), destination)
    return [(finding.clause.id if finding.clause else "", str(finding)) for finding in found]


def with_traits(**options: Any) -> Destination[Any]:
    traits = ACTION.fields["traits"].model_copy(update=options)
    return replace(ACME, actions={"saveUser": replace(ACTION, payload={**ACTION.fields, "traits": traits})})


def field_of(contract: Contract, label: str) -> Any:
    return next(field for field in contract.actions[0].fields if field.label == label)


# --- what it adds ----------------------------------------------------------------------------------------------------


def test_an_empty_annex_adds_nothing_and_is_still_named() -> None:
    page = read_page(PAGE, "page.md")
    assert read("") == replace(page, annex="contract.toml")


def test_an_action_has_its_slug_and_a_field_its_key() -> None:
    contract = read(TRAITS)
    assert contract.actions[0].slug == "saveUser"
    assert (field_of(contract, "Traits").key, field_of(contract, "User ID").key) == ("traits", None)
    assert contract.layers == {"page", "catalog"}
    assert added(TRAITS) == {
        "action/save-user/slug": (1, "catalog", "structural", "[actions.saveUser]"),
        "action/save-user/field/traits/key": (3, "catalog", "structural", "actions.saveUser.fields.traits"),
    }


def test_a_field_is_called_like_its_key_unless_it_has_a_label() -> None:
    contract = read(ACTION_HEAD + "fields.Traits = { multiple = true }")
    assert field_of(contract, "Traits").key == "Traits"


def test_a_setting_has_a_key_and_details_as_a_field_does() -> None:
    annex = '[settings.apiKey]\nlabel = "API Key"\nformat = "uuid"\n'
    (setting,) = read(annex).settings or ()
    assert (setting.key, setting.details and setting.details.format) == ("apiKey", "uuid")
    assert list(added(annex)) == ["setting/api-key/key", "setting/api-key/format"]


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ('default = { "@path" = "$.traits" }', "default", {"@path": "$.traits"}),
        ("multiple = true", "multiple", True),
        ("allow_null = true", "allow_null", True),
        ('choices = ["a", "b"]', "choices", ("a", "b")),
        ('format = "date"', "format", "date"),
        ("minimum = 1", "minimum", 1),
        ("maximum = 2.5", "maximum", 2.5),
        ("dynamic = true", "dynamic", True),
        ("additional_properties = true", "additional_properties", True),
    ],
)
def test_what_it_says_of_a_field_is_a_clause_with_its_line_and_a_detail(said: str, name: str, value: object) -> None:
    details = field_of(read(TRAITS + said), "Traits").details
    assert details.model_fields_set == {"type", name}
    assert getattr(details, name) == value
    line, layer, testable, quote = added(TRAITS + said)[f"action/save-user/field/traits/{name.replace('_', '-')}"]
    assert (line, layer, testable) == (5, "catalog", "structural" if name == "dynamic" else "auto")
    assert quote.startswith(f"{name} = ")


def test_choices_may_have_labels() -> None:
    details = field_of(read(TRAITS + 'choices = [{ label = "A", value = 1 }, "b"]'), "Traits").details
    assert details.choice_values() == (1, "b")


def test_properties_are_fields_inside_of_a_field() -> None:
    annex = TRAITS + (
        '[actions.saveUser.fields.traits.properties]\nid = { type = "string", required = true }\n'
        'home = { type = "object", properties = { city = { type = "string", choices = ["Berlin"] } } }\n'
    )
    properties = field_of(read(annex), "Traits").details.properties
    assert (properties["id"].required, properties["home"].required) == (True, False)
    assert properties["home"].properties["city"].choices == ("Berlin",)
    assert added(annex)["action/save-user/field/traits/properties"] == (5, "catalog", "auto", "id, home")


def test_a_field_that_the_page_says_is_not_required_may_be_on_a_condition() -> None:
    annex = TRAITS + 'required = { conditions = [{ field_key = "userId", operator = "is", value = "u" }] }'
    contract = read(annex)
    field = field_of(contract, "Traits")
    assert field.required is False
    assert field.details.required == Conditions(
        conditions=(Condition(field_key="userId", operator="is", value="u"),), match="all"
    )
    assert contract.conflicts == ()
    assert added(annex)["action/save-user/field/traits/required-if"][:3] == (5, "catalog", "auto")


@pytest.mark.parametrize("sent", ["verbatim", "changed", "never"])
def test_it_says_what_becomes_of_a_field_in_the_request(sent: str) -> None:
    annex = TRAITS + f'sent = "{sent}"'
    assert field_of(read(annex), "Traits").sent == sent
    assert added(annex)["action/save-user/field/traits/sent"] == (5, "wire", "auto", f"sent = {sent}")
    assert field_of(read(TRAITS), "Traits").sent == "verbatim"


def test_an_action_has_a_request() -> None:
    annex = ACTION_HEAD + (
        'batch_answer = { results = [] }\n[actions.saveUser.wire]\nmethod = "{method}"\nurl = "https://acme.example"\n'
        'body = { id = "{userId}" }\n'
    )
    contract = read(annex)
    assert contract.actions[0].wire == WireRequest("{method}", "https://acme.example", {"id": "{userId}"})
    assert contract.actions[0].batch_answer == {"results": []}
    assert {clause: told for clause, told in added(annex).items() if "wire" in clause} == {
        "action/save-user/wire/method": (5, "wire", "auto", 'method = "{method}"'),
        "action/save-user/wire/url": (6, "wire", "auto", 'url = "https://acme.example"'),
        "action/save-user/wire/body": (7, "wire", "auto", 'body = {"id":"{userId}"}'),
    }


def test_the_partner_has_headers_and_a_probe() -> None:
    annex = '[wire.headers]\nauthorization = "Basic {settings.apiKey}"\n[wire.probe]\nurl = "https://acme.example/me"\n'
    contract = read(annex)
    assert contract.headers == {"authorization": "Basic {settings.apiKey}"}
    assert contract.probe == WireRequest("POST", "https://acme.example/me", None)
    assert contract.layers == {"page", "wire"}
    assert added(annex) == {
        "wire/headers": (1, "wire", "auto", "authorization: Basic {settings.apiKey}"),
        "wire/probe": (3, "wire", "auto", "POST https://acme.example/me"),
    }


def test_a_preset_has_a_mapping() -> None:
    annex = '[[presets]]\nname = "Save Users"\nmapping = { userId = "u" }\n'
    (preset,) = read(annex).presets or ()
    assert preset.mapping == {"userId": "u"}
    assert added(annex) == {"preset/save-users/mapping": (1, "catalog", "structural", '{"userId":"u"}')}


def test_a_golden_event_goes_through_a_preset_or_a_mapping_of_an_action() -> None:
    annex = (
        ACTION_HEAD + '[[golden]]\nname = "one"\npreset = "Save Users"\nevent = { type = "page" }\nrequests = []\n\n'
        '[[golden]]\nname = "two"\naction = "saveUser"\nmapping = { userId = "u" }\nsettings = { apiKey = "k" }\n'
        'event = {}\nrequests = [\n  { method = "PUT", headers = { x-a = "b" }, absent = ["x-c"], body = [] },\n]\n'
    )
    request = {"method": "PUT", "headers": {"x-a": "b"}, "absent": ("x-c",), "body": []}
    assert read(annex).golden == (
        Golden("one", {"type": "page"}, (), preset="Save Users"),
        Golden("two", {}, (request,), action="saveUser", mapping={"userId": "u"}, settings={"apiKey": "k"}),
    )
    goldens = {clause: told for clause, told in added(annex).items() if "golden" in clause}
    assert goldens == {"golden/1": (3, "wire", "auto", "one"), "golden/2": (9, "wire", "auto", "two")}


def test_a_golden_batch_has_an_answer_and_a_status_for_each_event() -> None:
    annex = (
        ACTION_HEAD + '[[golden]]\nname = "a batch"\naction = "saveUser"\nevents = [{ userId = "u" }, {}]\n'
        "requests = []\nanswer = { results = [] }\nstatuses = [200, 400]\n"
    )
    assert read(annex).golden == (
        Golden(
            "a batch", None, (), action="saveUser", events=({"userId": "u"}, {}), answer={"results": []},
            statuses=(200, 400),
        ),
    )  # fmt: skip


def test_a_divergence_has_a_case_that_shows_it() -> None:
    (found,) = read(
        '[[divergence]]\ncheck = "batch.equals_singles"\nsubject = "saveUser"\nwhere = "blank"\n'
        'witness = { value = "" }\nreason = "Segment keeps it in a batch"\nuntil = 2027-03-01\n'
    ).divergences
    assert (found.check, found.subject, found.where, found.witness) == (
        "batch.equals_singles", "saveUser", "blank", {"value": ""},
    )  # fmt: skip
    assert found.until == date(2027, 3, 1)


def test_several_fields_of_one_label_are_told_in_the_order_of_the_page() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    annex = ACTION_HEAD + 'fields.first = { label = "Traits" }\nfields.second = { label = "Traits", multiple = true }\n'
    fields = read(annex, changed(row, row + row)).actions[0].fields
    assert [(field.key, field.id.rpartition("/")[2]) for field in fields[1:]] == [
        ("first", "traits"),
        ("second", "traits-2"),
    ]


# --- what cannot be read ---------------------------------------------------------------------------------------------


def test_what_is_no_toml_is_told_with_its_line() -> None:
    assert problems("[actions]\nx = \n") == ["contract.toml:2:5: is not TOML: invalid value"]
    assert problems("[actions]\n[settings") == [
        "contract.toml:2: is not TOML: expected ']' at the end of a table declaration"
    ]


def test_a_part_that_does_not_exist_is_told_on_its_own_line_with_the_one_that_is_meant() -> None:
    assert problems('[settings]\n\n[wier.headers]\na = "b"\n') == [
        "contract.toml:3: wier: an annex knows no such key here; did you mean 'wire'?"
    ]


WIRED = (
    '[settings.apiKey]\nlabel = "API Key"\n' + ACTION_HEAD + "[actions.saveUser.fields]\n"
    'userId = { label = "User ID" }\n'
)
"""An annex whose next line, the seventh, is about something else."""
WIRE = '[actions.saveUser.wire]\nurl = "https://x.example/{{{0}}}"\n'


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("userid", "userId"),
        ("user_id", "userId"),
        ("uesrId", "userId"),
        ("settings.apikey", "settings.apiKey"),
        ("setting.apiKey", "settings.apiKey"),
        ("auth.acces_token", None),
        ("auth.accesstoken", "auth.access_token"),
        ("userId", None),
        ("settings.apiKey", None),
        ("auth.access_token", None),
        ("userIds", None),
        ("userId2", None),
        ("hidden", None),
    ],
)
def test_a_name_that_is_misspelt_in_a_template_is_refused(name: str, meant: str | None) -> None:
    annex = WIRED + WIRE.format(name)
    if meant is None:
        assert read(annex).actions[0].wire is not None
    else:
        told = f"{{{name}}} is not known here; did you mean {{{meant}}}?"
        assert problems(annex) == [f"contract.toml:8: actions.saveUser.wire.url: {told}"]


def test_so_is_one_in_a_body_in_a_header_and_in_the_probe() -> None:
    annex = WIRED + '[actions.saveUser.wire]\nurl = "x"\nbody = { a = ["{userid?}"] }\n'
    annex += '[wire.headers]\nx-key = "{settings.apikey}"\n[wire.probe]\nurl = "https://x.example/{settings.APIKey}"\n'
    assert problems(annex) == [
        "contract.toml:9: actions.saveUser.wire.body: {userid} is not known here; did you mean {userId}?",
        "contract.toml:11: wire.headers.x-key: {settings.apikey} is not known here; did you mean {settings.apiKey}?",
        "contract.toml:13: wire.probe.url: {settings.APIKey} is not known here; did you mean {settings.apiKey}?",
    ]


@pytest.mark.parametrize(
    ("annex", "problem"),
    [
        ("\ncolour = 1\n", "contract.toml:2: colour: an annex knows no such key here"),
        ("\n[wier.headers]\nx = 'y'", "contract.toml:2: wier: an annex knows no such key here; did you mean 'wire'?"),
        (TRAITS + "colour = 1\n", "contract.toml:5: actions.saveUser.fields.traits.colour: an annex knows no such key"),
        (TRAITS + "properties.a.colour = 1", "contract.toml:5: actions.saveUser.fields.traits.properties.a.colour"),
        ("[[golden]]\n[[golden]]\nvalue = 1", "contract.toml:3: golden.1.value: an annex knows no such key here"),
        (
            '[[golden]]\nname = "x"\nevent = {}\nrequests = [{ uri = "x" }]',
            "contract.toml:4: golden.0.requests.0.uri: an annex knows no such key here",
        ),
        ("[actions.saveUser]\n", "contract.toml:1: actions.saveUser.title: field required"),
        (TRAITS + 'format = "zip"\n', "contract.toml:5: actions.saveUser.fields.traits.format: input should be 'date'"),
        (TRAITS + 'sent = "hashed"\n', "contract.toml:5: actions.saveUser.fields.traits.sent: input should be"),
        (
            '[wire.probe]\nmethod = "FETCH"\nurl = "x"',
            "contract.toml:2: wire.probe.method: expected GET, POST, PUT, PATCH, DELETE or a field such as {method}",
        ),
        (
            '[[divergence]]\ncheck = "x"\nwitness = {}\nreason = "because"',
            "contract.toml:4: divergence.0.reason: string should have at least 20 characters",
        ),
        (
            TRAITS + 'properties = { a = { label = "A" } }\n',
            "contract.toml:5: the property 'a' needs a type, which the page does not tell",
        ),
    ],
)  # fmt: skip
def test_what_has_another_shape_is_told_with_its_key_and_line(annex: str, problem: str) -> None:
    assert any(told.startswith(problem) for told in problems(annex)), problems(annex)


@pytest.mark.parametrize(
    ("annex", "problem"),
    [
        ('\n[actions.save]\ntitle = "Save"\n', "contract.toml:2: the page has no action 'Save'"),
        ('\n[[presets]]\nname = "Save"\nmapping = {}\n', "contract.toml:2: the page has no preset 'Save'"),
        ("\n[settings.token]\n", "contract.toml:2: the page has no field labelled 'token'; it has 'API Key'"),
        (
            ACTION_HEAD + 'fields.a = { label = "Traits" }\nfields.b = { label = "Traits" }\n',
            "contract.toml:4: the page has no field labelled 'Traits'; it has 'User ID'",
        ),
        (
            '[[golden]]\nname = "x"\nevent = {}\nrequests = []\npreset = "Save"\n',
            "contract.toml:5: the page has no preset 'Save'",
        ),
        (
            '[[golden]]\nname = "x"\nevent = {}\nrequests = []\naction = "save"\n',
            "contract.toml:5: the annex has no action 'save'",
        ),
        (
            '[[golden]]\nname = "x"\nevent = {}\nrequests = []\nmapping = { a = 1 }\n',
            "contract.toml:5: a mapping needs the action that it is for",
        ),
        (
            '[[golden]]\nname = "x"\nevents = [{}]\nrequests = []\n',
            "contract.toml:3: a batch needs the action that it is for",
        ),
        ('[[golden]]\nname = "x"\nrequests = []\n', "contract.toml:1: expected an event, or the events of a batch"),
        (
            '[[golden]]\nname = "x"\nevent = {}\nrequests = []\nstatuses = [200]\n',
            "contract.toml:1: an answer and statuses are for the events of a batch",
        ),
        (
            ACTION_HEAD + '[[golden]]\nname = "x"\naction = "saveUser"\nevents = [{}, {}]\nrequests = []\nstatuses = [1]\n',
            "contract.toml:8: expected a status for each of the 2 events, got 1",
        ),
    ],
    ids=[
        "action", "preset", "setting", "field twice", "golden preset", "golden action", "golden mapping",
        "golden batch", "golden event", "golden statuses", "golden counts",
    ],
)  # fmt: skip
def test_what_the_page_does_not_have_is_told(annex: str, problem: str) -> None:
    assert problems(annex) == [problem]


def test_a_destination_without_settings_has_none_to_tell_of() -> None:
    page = PAGE[: PAGE.index("## Destination Settings")] + PAGE[PAGE.index("## Available Presets") :]
    page = page[: page.index("## Settings")]
    assert problems("[settings.apiKey]", page) == [
        "contract.toml:1: the page has no field labelled 'apiKey'; it has none left"
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert len(problems('[actions.a]\ntitle = "A"\n[actions.b]\ntitle = "B"\n[settings.c]\n')) == 3


# --- where it contradicts the page -----------------------------------------------------------------------------------

PATIENCE = 'reason = "the page is of last year, and wrong"'
"""Long enough for a reason."""


@pytest.mark.parametrize(
    ("said", "part", "page", "annex"),
    [
        ("required = true", "required", False, True),
        ('type = "string"', "type", "object", "string"),
        ('description = "All"', "description", "What is known of them", "All"),
    ],
)
def test_two_statements_about_a_field_are_a_conflict_in_which_the_page_holds(
    said: str, part: str, page: object, annex: object
) -> None:
    contract = read(TRAITS + said)
    clause = f"action/save-user/field/traits/{part}"
    assert contract.conflicts == (Conflict(clause, page, annex),)
    assert getattr(field_of(contract, "Traits"), part) == page
    assert findings(TRAITS + said) == []


def test_a_conflict_that_is_listed_has_a_winner_and_a_reason() -> None:
    annex = TRAITS + 'required = true\n[[conflict]]\nclause = "action/save-user/field/traits/required"\n' + PATIENCE
    for winner, required in (("annex", True), ("page", False)):
        contract = read(f'{annex}\nwinner = "{winner}"\n')
        (conflict,) = contract.conflicts
        assert (conflict.winner, conflict.reason) == (winner, "the page is of last year, and wrong")
        assert field_of(contract, "Traits").required is required


def test_another_trigger_is_a_conflict_and_one_that_is_only_written_in_another_way_is_not() -> None:
    assert read(ACTION_HEAD + "default_trigger = 'type = \"page\"'\n").conflicts == (
        Conflict("action/save-user/trigger", 'type = "identify"', 'type = "page"'),
    )
    assert read(ACTION_HEAD + "default_trigger = 'type  =  \"identify\"'\n").conflicts == ()


def test_what_the_annex_has_won_is_compared_and_told_as_the_annexs() -> None:
    annex = TRAITS + 'type = "string"\n[[conflict]]\nclause = "action/save-user/field/traits/type"\nwinner = "annex"\n'
    assert findings(annex + PATIENCE) == [
        (
            "action/save-user/field/traits/type",
            "page.md:47: actions.saveUser.fields.traits.type is 'object', but the annex says 'string'",
        )
    ]


def test_a_trigger_that_the_page_does_not_tell_is_a_clause_of_the_annex() -> None:
    page = changed(' The default Trigger is `type = "identify"`', "")
    annex = ACTION_HEAD + "default_trigger = 'type = \"page\"'\n"
    contract = read(annex, page)
    assert contract.conflicts == ()
    assert contract.actions[0].default_trigger == 'type = "page"'
    assert contract.clauses["action/save-user/trigger"].origin.line == 3
    ((clause, told),) = findings(annex, page=page)
    assert clause == "action/save-user/trigger"
    assert told.startswith("contract.toml:3: ")


def test_what_agrees_with_the_page_is_no_conflict() -> None:
    assert read(TRAITS + 'required = false\ntype = "object"\ndescription = "What is known of them"').conflicts == ()


def test_a_conflict_that_is_none_is_told_with_its_line() -> None:
    real = '[[conflict]]\nclause = "action/save-user/field/traits/type"\nwinner = "page"\n' + PATIENCE + "\n"
    annex = TRAITS + 'type = "string"\n' + real
    assert problems(annex + real) == ["contract.toml:10: there is no conflict about action/save-user/field/traits/type"]
    assert problems(annex + real.replace("traits/type", "nothing")) == [
        "contract.toml:10: there is no conflict about action/save-user/field/nothing"
    ]


# --- what a plugin owes it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name", "right", "wrong", "told"),
    [
        ('default = { "@path" = "$.traits" }', "default", {"@path": "$.traits"}, {"@path": "$.t"}, '{"@path":"$.t"}'),
        ("default = 1", "default", 1, True, "true"),
        ("multiple = true", "multiple", True, False, "false"),
        ("allow_null = true", "allow_null", True, False, "false"),
        ('choices = ["a", "b"]', "choices", ("a", "b"), ("a",), '["a"]'),
        ('format = "date"', "format", "date", None, "null"),
        ("minimum = 1", "minimum", 1.0, 2, "2"),
        ("maximum = 5", "maximum", 5, 4, "4"),
        ("dynamic = true", "dynamic", True, False, "false"),
        ("additional_properties = true", "additional_properties", True, False, "false"),
        (
            'properties = { id = { type = "string", required = true, choices = ["x"] } }',
            "properties",
            {"id": InputField(label="ID", type="string", required=True, choices=("x",))},
            {"id": InputField(label="ID", type="string", choices=("x",))},
            '"required":false',
        ),
    ],
)  # fmt: skip
def test_a_plugin_that_declares_something_else_has_a_finding_on_the_annexs_line(
    said: str, name: str, right: object, wrong: object, told: str
) -> None:
    assert findings(TRAITS + said, with_traits(**{name: right})) == []
    ((clause, message),) = findings(TRAITS + said, with_traits(**{name: wrong}))
    assert clause == f"action/save-user/field/traits/{name.replace('_', '-')}"
    assert message.startswith(f"contract.toml:5: actions.saveUser.fields.traits.{name} is ")
    is_, _, should = message.partition(", but the annex says ")
    assert told in is_
    assert should


def test_a_default_is_the_same_whether_it_is_written_as_a_literal_or_not() -> None:
    literal, plain = {"@literal": "email"}, "email"
    for told, has in (('"email"', literal), ('{ "@literal" = "email" }', plain), ('{ "@literal" = "email" }', literal)):
        assert findings(TRAITS + f"default = {told}", with_traits(default=has)) == []
    ((clause, _),) = findings(TRAITS + 'default = "phone"', with_traits(default=literal))
    assert clause == "action/save-user/field/traits/default"


def test_a_default_of_a_setting_is_no_mapping() -> None:
    key = ACME.settings_fields["apiKey"].model_copy(update={"default": {"@literal": "k"}})
    annex = '[settings.apiKey]\nlabel = "API Key"\ndefault = "k"\n'
    ((clause, _),) = findings(annex, replace(ACME, settings={"apiKey": key}))
    assert clause == "setting/api-key/default"


def test_a_default_that_the_annex_does_not_tell_is_the_plugins_affair() -> None:
    assert findings(TRAITS, with_traits(default="x", placeholder="y", dynamic=True)) == []


@pytest.mark.parametrize(
    ("option", "value", "shown"),
    [
        ("multiple", True, "true"),
        ("allow_null", True, "true"),
        ("choices", ("a",), '["a"]'),
        ("format", "email", '"email"'),
    ],
)
def test_what_decides_on_a_fields_values_has_to_be_told(option: str, value: Any, shown: str) -> None:
    ((clause, message),) = findings(TRAITS, with_traits(**{option: value}))
    assert clause == "action/save-user/field/traits/key"
    assert message.endswith(f"traits.{option} is {shown}, which the annex does not say of it")
    assert findings(TRAITS + f"{option} = {shown}", with_traits(**{option: value})) == []


def test_a_default_that_the_plugin_does_not_have_is_told_as_nothing() -> None:
    ((_, message),) = findings(TRAITS + "default = {}")
    assert message.endswith("traits.default is nothing, but the annex says {}")


def test_the_order_of_keys_is_no_promise() -> None:
    annex = TRAITS + "default = { a = 1, b = [{ c = 2, d = 3 }] }"
    assert findings(annex, with_traits(default={"b": [{"d": 3, "c": 2}], "a": 1})) == []


def test_a_condition_is_compared_whole() -> None:
    annex = (
        TRAITS + 'required = { match = "all", conditions = [{ field_key = "userId", operator = "is", value = "u" }] }'
    )
    is_u = Condition(field_key="userId", operator="is", value="u")
    assert findings(annex, with_traits(required=Conditions(conditions=(is_u,)))) == []
    is_not_u = is_u.model_copy(update={"operator": "is_not"})
    ((clause, message),) = findings(annex, with_traits(required=Conditions(conditions=(is_not_u,))))
    assert (clause, message[:16]) == ("action/save-user/field/traits/required-if", "contract.toml:5:")
    ((clause, _),) = findings(annex, with_traits())
    assert clause == "action/save-user/field/traits/required-if"
    assert len(findings(annex, with_traits(required=Conditions(match="any", conditions=(is_u,))))) == 1


def test_keys_and_slugs_are_compared() -> None:
    renamed = ACTION_HEAD.replace("saveUser", "save") + 'fields.properties = { label = "Traits" }\n'
    assert findings(renamed) == [
        ("action/save-user/slug", "contract.toml:1: actions.saveUser is 'saveUser', but the annex says 'save'"),
        (
            "action/save-user/field/traits/key",
            "contract.toml:3: actions.saveUser.fields.traits is 'traits', but the annex says 'properties'",
        ),
    ]


def test_a_setting_is_compared_as_a_field_is() -> None:
    ((clause, message),) = findings('[settings.key]\nlabel = "API Key"\n')
    assert (clause, message) == (
        "setting/api-key/key",
        "contract.toml:1: settings.apiKey is 'apiKey', but the annex says 'key'",
    )


def test_the_mapping_of_a_preset_is_compared_with_the_one_that_it_gives() -> None:
    annex = '[[presets]]\nname = "Save Users"\nmapping = { traits = { "@path" = "$.traits" } }\n'
    by_default = with_traits(default={"@path": "$.traits"})
    assert findings(annex, by_default) == []
    own = Preset(name="Save Users", action="saveUser", trigger=ACME.presets[0].trigger, mapping={"traits": 1})
    ((clause, message),) = findings(annex, replace(by_default, presets=(own,)))
    assert clause == "preset/save-users/mapping"
    assert message.startswith('contract.toml:1: presets[0].mapping is {"traits":1}, but the annex says')


def test_the_facts_of_a_field_are_the_annexs_where_it_has_any_and_else_the_plugins() -> None:
    made, _ = bind(read(TRAITS + "multiple = true"), with_traits(multiple=False, choices=("a",)))
    field = made.actions[0].fields[1]
    assert (field.key, set(field.told)) == ("traits", {"multiple"})
    assert field.facts.multiple is True
    assert field.facts.choice_values() == ("a",)


# --- the annexes of this project -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roster", "usermotion", "webhook"])
def test_the_plugins_of_this_project_declare_what_their_annexes_say(name: str) -> None:
    catalog = load_catalog()
    contract = contract_of(catalog, catalog.find(name))
    assert contract.layers == {"page", "catalog", "wire"}
    assert contract.conflicts == ()
    assert [str(finding) for finding in bind(contract, catalog.find(name))[1]] == []


def test_the_requests_of_rosters_annex_are_such_as_its_mock_takes() -> None:
    catalog = load_catalog()
    contract = contract_of(catalog, catalog.find("roster"))
    requests = [request for golden in contract.golden for request in golden.requests]
    roster = Roster()
    tokens = "grant_type=refresh_token&refresh_token=r&client_id=c&client_secret=s"
    roster.api.respond(ReceivedRequest("POST", "", "/oauth/token", "", {}, tokens.encode(), None, None))
    headers = {"authorization": "Bearer access-1", "content-type": "application/json"}
    for request in requests:
        # Not decoded, so that no list's ID has a slash.
        path = urlsplit(request["url"]).path
        if path.startswith("/v1/lists/"):
            list_id = path.split("/")[3]
            roster.lists.setdefault(list_id, RosterList(list_id, list_id))
        body = stringify(request["body"]).encode()
        received = ReceivedRequest(request["method"], "", path, "", headers, body, request["body"], None)
        answer = roster.api.respond(received)
        # A member may be there already, or not yet; that is all that may be wrong.
        assert answer.status in (200, 201, 207) or b"a_member" in answer.body, answer.body
        assert b"invalid_field" not in answer.body
