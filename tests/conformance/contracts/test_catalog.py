"""The catalog: what an entry adds to the contract, where it contradicts the page or the annex, and what it owes a reader."""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions_core import Destination, InputField, Plugin, Preset, load_catalog
from actions_core.errors import ActionsError
from actions_core.fields import Choice
from actions_core.js import MISSING
from actions_core.metadata import read_metadata, write_metadata
from conformance.contracts import (
    AnnexError,
    CatalogError,
    Conflict,
    Contract,
    WireRequest,
    bind,
    contract_of,
    read_annex,
    read_page,
)
from conformance.contracts import located as located_module
from conformance.contracts.write_page import write_page
from conformance.mutants.layers import contract_knowing
from conformance.suite.target import read_contract
from tests.conformance.contracts.catalogs import CATALOG, METADATA, catalog_with, line_of
from tests.conformance.contracts.pages import ACME, ACTION, PAGE, changed

NAMED = 'catalog = "destinations.yml"\n'
PATIENCE = 'reason = "somebody has looked into it"\n'
USER = "action/save-user"
TRAITS = f"{USER}/field/traits"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(catalog: str = CATALOG, annex: str = "", page: str = PAGE, name: str = "destinations.yml") -> Contract:
    Path(name).write_text(catalog, "utf-8")
    return read_annex(f'catalog = "{name}"\n{annex}', "contract.toml", read_page(page, "page.md"), Path())


def decided(clause: str, winner: str) -> str:
    return f'[[conflict]]\nclause = "{clause}"\nwinner = "{winner}"\n{PATIENCE}'


def refused(catalog: str, annex: str = "", page: str = PAGE, name: str = "destinations.yml") -> list[str]:
    """Give the problems of a catalog, or of the annex that names it."""
    with pytest.raises((AnnexError, CatalogError)) as caught:
        read(catalog, annex, page, name)
    return problems_of(caught.value)


def refused_alone(annex: str) -> list[str]:
    """Give the problems of an annex whose catalog is as the folder has it."""
    with pytest.raises((AnnexError, CatalogError)) as caught:
        read_annex(annex, "contract.toml", read_page(PAGE, "page.md"), Path())
    return problems_of(caught.value)


def problems_of(error: ActionsError) -> list[str]:
    assert isinstance(error, (AnnexError, CatalogError))
    first, *rest = str(error).splitlines()
    assert first == f"{error.file} cannot be read as {'an annex' if isinstance(error, AnnexError) else 'a catalog'}:"
    assert rest == [str(problem) for problem in error.problems]
    return rest


def field_of(contract: Contract, label: str) -> Any:
    return next(field for field in contract.actions[0].fields if field.label == label)


def added(contract: Contract) -> dict[str, tuple[str, str, str, str]]:
    """Give the clauses that the page does not make: place, layer, how they are tested, quote."""
    return {
        clause.id: (str(clause.origin), clause.layer, clause.testable, clause.quote)
        for clause in contract.clauses.values()
        if clause.origin.file != "page.md"
    }


def with_fields(**fields: dict[str, Any]) -> Destination[Any]:
    """Give the destination with other options of its fields."""
    payload = {key: field.model_copy(update=fields.get(key, {})) for key, field in ACTION.fields.items()}
    return replace(ACME, actions={"saveUser": replace(ACTION, payload=payload)})


AS_TOLD = replace(
    with_fields(traits={"default": {"@path": "$.traits"}, "allow_null": True}),
    presets=(replace(ACME.presets[0], mapping={"userId": "fixed", "traits": {"@path": "$.traits"}}),),
)
"""The destination that keeps the page and the catalog."""


# --- what it adds ----------------------------------------------------------------------------------------------------


def test_an_entry_adds_keys_slugs_options_and_mappings_with_their_lines() -> None:
    contract = read()
    (setting,), (action,), (preset,) = contract.settings or (), contract.actions, contract.presets or ()
    assert (contract.annex, contract.catalog) == ("contract.toml", "destinations.yml")
    assert contract.layers == {"page", "catalog"}
    assert contract.conflicts == ()
    assert (setting.key, action.slug, [field.key for field in action.fields]) == (
        "apiKey", "saveUser", ["userId", "traits"],
    )  # fmt: skip
    assert preset.mapping == {"userId": "fixed", "traits": {"@path": "$.traits"}}
    traits = field_of(contract, "Traits").details
    assert traits.model_fields_set == {"type", "default", "multiple", "allow_null", "choices", "dynamic"}
    assert (traits.default, traits.allow_null, traits.multiple) == ({"@path": "$.traits"}, True, False)
    found = added(contract)
    assert {where.rpartition(":")[0] for where, *_ in found.values()} == {"destinations.yml"}
    assert {layer for _, layer, *_ in found.values()} == {"catalog"}
    assert {clause: (int(where.rpartition(":")[2]), quote) for clause, (where, _, _, quote) in found.items()} == {
        "setting/api-key/key": (line_of("  - name: apiKey"), "key = apiKey"),
        f"{USER}/slug": (line_of("    slug: saveUser"), "slug = saveUser"),
        f"{USER}/field/user-id/key": (line_of("fieldKey: userId"), "key = userId"),
        **{f"{USER}/field/user-id/{name}": told for name, told in _four(line_of("fieldKey: userId"), "false").items()},
        f"{TRAITS}/key": (line_of("fieldKey: traits"), "key = traits"),
        f"{TRAITS}/default": (line_of("      defaultValue:\n"), 'default = {"@path":"$.traits"}'),
        **{f"{TRAITS}/{name}": told for name, told in _four(line_of("fieldKey: traits") + 2, "true").items()},
        "preset/save-users/mapping": (
            line_of("    fields:\n      userId: fixed"),
            '{"userId":"fixed","traits":{"@path":"$.traits"}}',
        ),
    }


def _four(key: int, null: str) -> dict[str, tuple[int, str]]:
    """Give the lines and quotes of the options that the catalog tells of each field."""
    first = next(number for number, line in enumerate(CATALOG.splitlines(), 1) if number > key and "multiple" in line)
    return {
        "multiple": (first, "multiple = false"),
        "choices": (first + 1, "choices = null"),
        "dynamic": (first + 2, "dynamic = false"),
        "allow-null": (first + 3, f"allow_null = {null}"),
    }


def test_what_a_field_is_not_is_only_compared_and_what_it_is_can_be_tried() -> None:
    found = {clause: testable for clause, (_, _, testable, _) in added(read()).items() if clause.startswith(TRAITS)}
    assert found == {
        f"{TRAITS}/key": "structural",
        f"{TRAITS}/default": "auto",
        f"{TRAITS}/allow-null": "auto",
        f"{TRAITS}/multiple": "structural",
        f"{TRAITS}/choices": "structural",
        f"{TRAITS}/dynamic": "structural",
    }


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("''", ""),
        ("yes", "yes"),
        ("'@path: $.a'", "@path: $.a"),
        ("0", 0),
        ("1.50", 1.5),
        ("false", False),
        ("[]", []),
        ("[1, {a: null}]", [1, {"a": None}]),
        ("{'@if': {exists: {'@path': $.a}, then: 1}}", {"@if": {"exists": {"@path": "$.a"}, "then": 1}}),
        ("2026-01-15", "2026-01-15"),
    ],
)
def test_a_default_may_be_any_json(written: str, value: object) -> None:
    contract = read(catalog_with("defaultValue:\n        '@path': $.traits", f"defaultValue: {written}"))
    default = field_of(contract, "Traits").details.default
    assert (default, type(default)) == (value, type(value))


@pytest.mark.parametrize("written", ["", "null", "~"])
def test_a_default_of_null_is_none(written: str) -> None:
    contract = read(catalog_with("defaultValue:\n        '@path': $.traits", f"defaultValue: {written}"))
    assert "default" not in field_of(contract, "Traits").details.model_fields_set
    assert f"{TRAITS}/default" not in contract.clauses


def test_choices_have_labels_or_none() -> None:
    listed = "choices: [{label: One, value: 1}, {label: null, value: x}, plain]"
    contract = read(CATALOG.replace("choices: null", listed, 1))
    assert field_of(contract, "Traits").details.choice_values() == (1, "x", "plain")
    assert added(contract)[f"{TRAITS}/choices"][2:] == ("auto", 'choices = [1,"x","plain"]')


def test_choices_that_are_not_mentioned_are_not_told() -> None:
    contract = read(CATALOG.replace("      choices: null\n", ""))
    assert f"{TRAITS}/choices" not in contract.clauses


@pytest.mark.parametrize(
    ("default", "told"), [("''", False), ("false", False), ("0", False), ("[]", False), ("{}", False), ("eu", True)]
)
def test_an_empty_default_of_a_setting_says_nothing(default: str, told: bool) -> None:
    contract = read(CATALOG.replace("    defaultValue: ''\n", f"    defaultValue: {default}\n", 1))
    assert ("setting/api-key/default" in contract.clauses) is told


def test_a_condition_is_a_no_of_the_page() -> None:
    condition = "{conditions: [{fieldKey: userId, operator: is, value: u}]}"
    contract = read(CATALOG.replace("      required: false\n", f"      required: {condition}\n"))
    assert contract.conflicts == ()
    assert f"{TRAITS}/required-if" in added(contract)


def test_fields_stand_in_their_sort_order_and_go_to_namesakes_by_description() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    page = changed(row, row.replace("known of them  ", "told by others ") + row + row.replace("Traits ", "User ID"))
    page = page.replace("| User ID | What is known of them ", "| User ID | A third thing         ")
    traits = CATALOG[CATALOG.index("    - id: f2") : CATALOG.index("    - id: f1")]
    others = (
        traits.replace("fieldKey: traits", "fieldKey: last").replace("sortOrder: 1", "sortOrder: 9"),
        traits.replace("fieldKey: traits", "fieldKey: other").replace("sortOrder: 1", "sortOrder: 3"),
    )
    others = (
        others[0].replace("' Traits'", "User ID").replace("What is known of them", "A third thing"),
        others[1].replace("What is known of them", "What is told by others"),
    )
    contract = read(catalog_with(traits, "".join(others) + traits), page=page)
    assert contract.conflicts == ()
    assert [(field.label, field.key) for field in contract.actions[0].fields] == [
        ("User ID", "userId"), ("Traits", "other"), ("Traits", "traits"), ("User ID", "last"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("catalog", "page"),
    [
        ("What is known\n        of  them ", "What is known of them"),
        ("'What is `<known>` of them'", "What is `<known>` of them"),
        ("What is <b>known</b> of them", "What is &lt;b&gt;known&lt;/b&gt; of them"),
        (r"What is *known\_of* them", r"What is *known\_of* them"),
        ("What is *known_of* them", r"What is *known\_of* them"),
        (r"'known | of [them](https://acme.example/a_b)'", r"known \| of [them](https://acme.example/a_b)"),
        ('"What is\\n\\nknown"', "What is<br><br>known"),
    ],
)
def test_descriptions_differ_in_more_than_escapes_and_line_breaks(catalog: str, page: str) -> None:
    text = CATALOG.replace("description: What is known of them", f"description: {catalog}", 1)
    assert read(text, page=changed("What is known of them", page)).conflicts == ()


def test_what_is_hidden_is_left_out() -> None:
    contract = read(CATALOG.replace("      sortOrder: 1\n", "      sortOrder: 1\n      hidden: false\n"))
    assert contract.conflicts == ()
    assert not any("forget" in clause for clause in contract.clauses)
    shown = read(catalog_with("hidden: true", "hidden: false"))
    assert [conflict.clause for conflict in shown.conflicts] == ["action/forget-user/title", "preset/forget-users/name"]


def test_a_hidden_field_is_left_out() -> None:
    page = changed("| Traits  | What is known of them           | No       | OBJECT |\n", "")
    contract = read(CATALOG.replace("sortOrder: 1\n", "sortOrder: 1\n      hidden: true\n"), page=page)
    assert contract.conflicts == ()


def test_what_the_page_does_not_say_is_a_clause_of_the_catalog() -> None:
    page = (
        changed(' The default Trigger is `type = "identify"`', "")
        .replace("* This destination is **Beta.**\n", "")
        .replace(
            "* This integration is **partner owned.** Please reach out to the partner's support for any issues.\n", ""
        )
        .replace("Create or update a user\n", "")
    )
    contract = read(page=page)
    assert (contract.owner, contract.maturity, contract.conflicts) == ("partner", "beta", ())
    (action,) = contract.actions
    assert (action.description, action.default_trigger) == (
        "Create or update a user", 'type = "identify"',
    )  # fmt: skip
    found = added(contract)
    for clause, text in {
        "identity/owner": "  partnerOwned: true",
        "identity/maturity": "  status: PUBLIC_BETA",
        f"{USER}/description": "    description: >-",
        f"{USER}/trigger": "    defaultTrigger: |",
    }.items():
        assert found[clause][:3] == (f"destinations.yml:{line_of(text)}", "catalog", "structural")
    assert bind(contract, AS_TOLD)[1] == []


def test_a_section_that_the_page_does_not_have_is_not_made_up() -> None:
    page = PAGE[: PAGE.index("## Destination Settings")] + PAGE[PAGE.index("## Available Actions") :]
    contract = read(page=page[: page.index("## Settings")])
    assert (contract.settings, contract.presets, contract.conflicts) == (None, None, ())


@pytest.mark.parametrize("status", ["PRIVATE_BETA", "DEPRECATED", "null"])
def test_a_status_that_is_neither_public_nor_beta_says_nothing(status: str) -> None:
    assert read(catalog_with("PUBLIC_BETA", status)).conflicts == ()


def test_a_screen_call_that_is_not_accepted_is_not_told() -> None:
    page = changed("Accepts [Page]", "Accepts Screen, [Page]")
    assert read(page=page).conflicts == ()
    assert read(catalog_with("screen: false", "screen: true"), page=page).conflicts == ()
    (conflict,) = read(catalog_with("screen: false", "screen: true")).conflicts
    assert str(conflict) == "identity/call/screen: the page says False, the catalog says True"


# --- where it contradicts the page -----------------------------------------------------------------------------------

DIFFERENT = {
    "setting/api-key/type": ("type: password", "type: string", "password", "string"),
    "setting/api-key/required": ("required: true\n    label", "required: false\n    label", True, False),
    "setting/api-key/description": ("The key, in", "A key, in", "The key, in snake_case", "A key, in snake_case"),
    f"{TRAITS}/type": ("type: OBJECT", "type: STRING", "object", "string"),
    f"{TRAITS}/required": ("required: false", "required: true", False, True),
    f"{TRAITS}/description": ("What is known", "All", "What is known of them", "All of them"),
    f"{USER}/description": ("Create or", "Make or", "Create or update a user", "Make or update a user"),
    f"{USER}/platform": ("CLOUD\n    hidden: false", "WEB\n    hidden: false", "cloud", "web"),
    f"{USER}/trigger": ('        "identify"', '        "page"', 'type = "identify"', 'type = "page"'),
    "preset/save-users/trigger": (
        'type  = "identify" or type = "page"',
        'type = "identify"',
        'type = "identify" or type = "page"',
        'type = "identify"',
    ),
    "identity/maturity": ("PUBLIC_BETA", "PUBLIC", "beta", "public"),
    "identity/owner": ("partnerOwned: true", "partnerOwned: false", "partner", "Segment"),
    "identity/call/page": ("page: true", "page: false", True, False),
    "identity/call/group": ("group: false", "group: true", False, True),
}
"""By clause: what the catalog says otherwise, and what then page and catalog say."""
CASES = [(clause, *told) for clause, told in DIFFERENT.items()]


@pytest.mark.parametrize(("clause", "old", "new", "page", "catalog"), CASES, ids=DIFFERENT)
def test_what_it_says_otherwise_is_a_conflict_in_which_the_page_holds(
    clause: str, old: str, new: str, page: object, catalog: object
) -> None:
    contract = read(catalog_with(old, new))
    assert contract.conflicts == (Conflict(clause, page, MISSING, catalog=catalog),)
    assert str(contract.conflicts[0]) == f"{clause}: the page says {page!r}, the catalog says {catalog!r}"
    assert bind(contract, AS_TOLD)[1] == []
    assert read(catalog_with(old, new), decided(clause, "page")).conflicts == (
        Conflict(clause, page, MISSING, "page", "somebody has looked into it", catalog),
    )


@pytest.mark.parametrize(("clause", "old", "new", "page", "catalog"), CASES, ids=DIFFERENT)
def test_what_the_catalog_has_won_is_what_the_plugin_owes(
    clause: str, old: str, new: str, page: object, catalog: object
) -> None:
    contract = read(catalog_with(old, new), decided(clause, "catalog"))
    assert [(one.winner, one.page, one.catalog) for one in contract.conflicts] == [("catalog", page, catalog)]
    findings = [str(finding) for finding in bind(contract, AS_TOLD)[1]]
    if clause.startswith("identity/call/"):
        assert (clause in contract.clauses) is catalog
        assert findings == [
            f"destinations.yml:{line_of(new, catalog_with(old, new))}: calls does not have 'group'"
            if catalog
            else "calls has 'page', which the page does not accept"
        ]
    else:
        (finding,) = findings
        assert finding.endswith(f"but the catalog says {catalog!r}")
    alone = contract_knowing(contract, "page")
    assert [str(one) for one in bind(alone, AS_TOLD)[1]] == (
        ["calls has 'page', which the page does not accept"] if clause == "identity/call/page" else []
    )


def test_another_action_of_a_preset_is_a_conflict() -> None:
    text = CATALOG.replace("hidden: true", "hidden: false").replace(
        "actionId: a1\n    name: Save", "actionId: a2\n    name: Save"
    )
    found = {conflict.clause: conflict for conflict in read(text).conflicts}
    assert str(found["preset/save-users/action"]) == (
        "preset/save-users/action: the page says 'Save User', the catalog says 'Forget User'"
    )


def test_an_action_that_is_elsewhere_is_none_of_a_presets_affair() -> None:
    assert read(catalog_with("actionId: a1\n", "actionId: browser\n")).conflicts == ()


def test_another_display_name_is_a_conflict() -> None:
    text = catalog_with("display_name: 'Acme  (Actions) '", "display_name: Acme")
    (conflict,) = read(text, 'catalog_entry = "actions-acme"\n').conflicts
    assert str(conflict) == "identity/name: the page says 'Acme (Actions)', the catalog says 'Acme'"


def test_what_only_one_of_them_lists_is_a_conflict() -> None:
    contract = read(CATALOG.replace("' Traits'", "Traits of them").replace("name: Save Users", "name: Save Them"))
    assert [str(conflict) for conflict in contract.conflicts] == [
        f"{TRAITS}/label: the page says 'Traits', the catalog has none",
        f"{USER}/field/traits-of-them/label: the page has none, the catalog says 'Traits of them'",
        "preset/save-users/name: the page says 'Save Users', the catalog has none",
        "preset/save-them/name: the page has none, the catalog says 'Save Them'",
    ]
    assert (field_of(contract, "Traits").key, (contract.presets or ())[0].mapping) == (None, None)


def test_only_the_page_can_win_what_it_lists() -> None:
    text, clause = catalog_with("' Traits'", "All Traits"), f"{USER}/field/all-traits/label"
    assert len(read(text, decided(f"{TRAITS}/label", "page") + decided(clause, "page")).conflicts) == 2
    assert refused(text, decided(clause, "catalog")) == [
        f"contract.toml:2: only the page can win {clause}; if it is wrong, it has to be put right"
    ]


def test_a_second_thing_of_a_name_that_only_the_catalog_has_gets_a_number() -> None:
    traits = CATALOG[CATALOG.index("    - id: f2") : CATALOG.index("    - id: f1")]
    more = "".join(traits.replace("fieldKey: traits", f"fieldKey: more{number}") for number in (1, 2))
    assert [conflict.clause for conflict in read(catalog_with(traits, traits + more)).conflicts] == [
        f"{TRAITS}-2/label", f"{TRAITS}-3/label",
    ]  # fmt: skip


def test_a_type_that_no_contract_knows_cannot_win() -> None:
    text = catalog_with("type: password", "type: Text-Map")
    (conflict,) = read(text).conflicts
    assert str(conflict) == "setting/api-key/type: the page says 'password', the catalog says 'text-map'"
    (problem,) = refused(text, decided("setting/api-key/type", "catalog"))
    assert problem.startswith(f"destinations.yml:{line_of('type: password')}: 'text-map' is no type that a contract")


def test_a_setting_and_a_field_of_one_key_have_types_of_their_own() -> None:
    text = CATALOG.replace("fieldKey: userId", "fieldKey: apiKey")
    assert read(text).conflicts == ()


def test_a_trigger_that_does_not_parse_cannot_hold() -> None:
    page = changed(' The default Trigger is `type = "identify"`', "")
    text = catalog_with("      type\n        =\n", "      (type\n        =\n")
    (problem,) = refused(text, page=page)
    assert problem.startswith(f"destinations.yml:{line_of('    defaultTrigger: |')}: the trigger '(type")
    assert problem.endswith(" does not parse: this '(' is never closed")
    assert len(read(text).conflicts) == 1


@pytest.mark.parametrize("winner", ["annex", "catalog"])
def test_who_does_not_speak_of_it_cannot_win(winner: str) -> None:
    text = CATALOG if winner == "catalog" else catalog_with("required: false", "required: true")
    clause = f"{TRAITS}/required"
    annex = decided(clause, winner)
    if winner == "catalog":
        text = CATALOG.replace("      required: false\n", "")
        annex += "[actions.saveUser.fields.traits]\nrequired = true\n"
    assert refused(text, annex) == [f"contract.toml:2: the {winner} does not speak of {clause}, so that it cannot win"]


# --- together with the annex -----------------------------------------------------------------------------------------


def test_an_annex_says_the_rest_by_the_keys_of_the_catalog() -> None:
    annex = (
        '[settings.apiKey]\nformat = "uuid"\n[actions.saveUser.fields.traits]\nsent = "changed"\n'
        '[actions.saveUser.wire]\nurl = "https://acme.example"\n'
        '[[golden]]\nname = "one"\naction = "saveUser"\nevent = {}\nrequests = []\n'
    )
    contract = read(annex=annex)
    traits = field_of(contract, "Traits")
    assert contract.layers == {"page", "catalog", "wire"}
    assert contract.conflicts == ()
    assert (traits.sent, traits.details.default) == ("changed", {"@path": "$.traits"})
    assert contract.actions[0].wire == WireRequest("POST", "https://acme.example")
    mine = {clause: where for clause, (where, *_) in added(contract).items() if where.startswith("contract.toml")}
    assert mine == {
        "setting/api-key/format": "contract.toml:3",
        f"{TRAITS}/sent": "contract.toml:5",
        f"{USER}/wire/method": "contract.toml:6",
        f"{USER}/wire/url": "contract.toml:7",
        "golden/1": "contract.toml:8",
    }


def test_a_golden_event_may_be_of_an_action_that_only_the_catalog_tells() -> None:
    annex = '[[golden]]\nname = "one"\naction = "saveUser"\nevent = {}\nrequests = []\n'
    assert len(read(annex=annex).golden) == 1


def test_an_annex_without_the_catalog_has_to_tell_the_title() -> None:
    assert refused_alone("[actions.saveUser]\n")[0].startswith(
        "contract.toml:1: actions.saveUser.title: field required"
    )
    assert refused(CATALOG, "[actions.other]\n")[0].startswith("contract.toml:2: actions.other.title: ")


def test_what_both_tell_alike_is_the_catalogs() -> None:
    annex = (
        '[actions.saveUser]\ntitle = "Save User"\n[actions.saveUser.fields.traits]\nlabel = "Traits"\n'
        'default = { "@path" = "$.traits" }\nmultiple = false\n'
        '[[presets]]\nname = "Save Users"\nmapping = { traits = { "@path" = "$.traits" }, userId = "fixed" }\n'
    )
    assert read(annex=annex).conflicts == ()
    assert added(read(annex=annex)) == added(read())


OTHERWISE = {
    f"{TRAITS}/default": ("default = 1\n", {"@path": "$.traits"}, 1),
    f"{TRAITS}/multiple": ("multiple = true\n", False, True),
    f"{TRAITS}/choices": ('choices = ["a", { label = "B", value = "b" }]\n', [], ["a", "b"]),
}


@pytest.mark.parametrize(
    ("clause", "said", "catalog", "annex"), [(clause, *told) for clause, told in OTHERWISE.items()], ids=OTHERWISE
)
def test_what_the_annex_says_otherwise_is_a_conflict_in_which_the_catalog_holds(
    clause: str, said: str, catalog: object, annex: object
) -> None:
    told = f"[actions.saveUser.fields.traits]\n{said}"
    contract = read(annex=told)
    assert contract.conflicts == (Conflict(clause, MISSING, annex, catalog=catalog),)
    assert str(contract.conflicts[0]) == f"{clause}: the catalog says {catalog!r}, the annex says {annex!r}"
    assert contract.clauses[clause] == read().clauses[clause]
    assert bind(contract, AS_TOLD)[1] == []
    won = read(annex=decided(clause, "annex") + told)
    assert str(won.clauses[clause].origin) == "contract.toml:7"
    (finding,) = bind(won, AS_TOLD)[1]
    assert finding.message.split(", but ")[1].startswith("the annex says ")


def test_all_three_may_differ() -> None:
    clause = f"{USER}/trigger"
    text = catalog_with('        "identify"', '        "page"')
    told = "[actions.saveUser]\ndefault_trigger = 'type = \"track\"'\n"
    (conflict,) = read(text, told).conflicts
    assert (conflict.page, conflict.catalog, conflict.annex) == (
        'type = "identify"', 'type = "page"', 'type = "track"',
    )  # fmt: skip
    for winner, held in (("page", "identify"), ("catalog", "page"), ("annex", "track")):
        assert read(text, decided(clause, winner) + told).actions[0].default_trigger == f'type = "{held}"'


def test_the_catalog_and_the_annex_against_the_page_is_one_conflict() -> None:
    text = catalog_with("required: false", "required: true")
    told = "[actions.saveUser.fields.traits]\nrequired = true\n"
    (conflict,) = read(text, told).conflicts
    assert str(conflict) == f"{TRAITS}/required: the page says False, the catalog says True, the annex says True"


def test_keys_and_slugs_may_be_in_conflict() -> None:
    annex = '[actions.save]\ntitle = "Save User"\n[actions.save.fields.properties]\nlabel = "Traits"\n'
    assert [str(conflict) for conflict in read(annex=annex).conflicts] == [
        f"{USER}/slug: the catalog says 'saveUser', the annex says 'save'",
        f"{TRAITS}/key: the catalog says 'traits', the annex says 'properties'",
    ]
    won = read(annex=decided(f"{USER}/slug", "annex") + decided(f"{TRAITS}/key", "annex") + annex)
    assert (won.actions[0].slug, field_of(won, "Traits").key) == ("save", "properties")


def test_an_annex_tells_namesakes_apart_by_the_catalogs_keys() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    traits = CATALOG[CATALOG.index("    - id: f2") : CATALOG.index("    - id: f1")]
    text = catalog_with(traits, traits + traits.replace("fieldKey: traits", "fieldKey: more"))
    annex = '[actions.saveUser.fields]\nmore = { sent = "never" }\ntraits = { label = "Traits", sent = "changed" }\n'
    contract = read(text, annex, changed(row, row + row))
    assert [(field.key, field.sent) for field in contract.actions[0].fields[1:]] == [
        ("traits", "changed"), ("more", "never"),
    ]  # fmt: skip


# --- what a plugin owes it -------------------------------------------------------------------------------------------


def test_a_plugin_that_declares_what_it_tells_has_no_findings() -> None:
    assert bind(read(), AS_TOLD)[1] == []


@pytest.mark.parametrize(
    ("fields", "clause"),
    [
        ({"traits": {"default": {"@path": "$.t"}}}, f"{TRAITS}/default"),
        ({"traits": {"allow_null": False}}, f"{TRAITS}/allow-null"),
        ({"userId": {"multiple": True}}, f"{USER}/field/user-id/multiple"),
        ({"userId": {"choices": (Choice(label="A", value="a"),)}}, f"{USER}/field/user-id/choices"),
        ({"userId": {"dynamic": True}}, f"{USER}/field/user-id/dynamic"),
    ],
)
def test_a_plugin_that_declares_something_else_has_a_finding_on_the_catalogs_line(
    fields: dict[str, dict[str, Any]], clause: str
) -> None:
    (action,) = AS_TOLD.actions.values()
    payload = {key: field.model_copy(update=fields.get(key, {})) for key, field in action.fields.items()}
    (finding,) = bind(read(), replace(AS_TOLD, actions={"saveUser": replace(action, payload=payload)}))[1]
    assert finding.clause is not None
    assert finding.clause.id == clause
    assert str(finding).startswith("destinations.yml:")
    assert ", but the catalog says " in finding.message


def test_what_no_catalog_knows_is_the_plugins_affair() -> None:
    (action,) = AS_TOLD.actions.values()
    options = {"format": "email", "minimum": 3}
    payload = {**action.fields, "userId": action.fields["userId"].model_copy(update=options)}
    destination = replace(AS_TOLD, actions={"saveUser": replace(action, payload=payload)})
    assert bind(read(), destination)[1] == []
    told = '[actions.saveUser.fields.userId]\nformat = "email"\nminimum = 4\n'
    (finding,) = bind(read(annex=told), destination)[1]
    assert str(finding) == "contract.toml:4: actions.saveUser.fields.userId.minimum is 3, but the annex says 4"


def test_a_key_that_it_maps_to_no_field_is_told_and_not_asked_for() -> None:
    text = catalog_with("userId: fixed", "userId: fixed\n      gone: 1")
    (finding,) = bind(read(text), AS_TOLD)[1]
    assert (finding.level, finding.message) == (
        "SHOULD", "has no 'gone', which the catalog maps though the action has no such field",
    )  # fmt: skip
    hidden = {**AS_TOLD.actions["saveUser"].fields, "gone": InputField(type="number", unsafe_hidden=True)}
    preset = replace(AS_TOLD.presets[0], mapping={**(AS_TOLD.presets[0].mapping or {}), "gone": 1})
    action = replace(AS_TOLD.actions["saveUser"], payload=hidden)
    kept = replace(AS_TOLD, actions={"saveUser": action}, presets=(preset,))
    assert bind(read(text), kept)[1] == []
    # An annex is written for the plugin, so that there it is a mistake.
    annex = '[[presets]]\nname = "Save Users"\nmapping = { gone = 1 }\n'
    contract = read_annex(annex, "contract.toml", read_page(PAGE, "page.md"))
    assert [one.level for one in bind(contract, ACME)[1]] == ["MUST"]


def test_a_preset_of_segments_own_products_is_told_by_its_event() -> None:
    page = changed('Event type = "identify", Event  type = "page"', r"on journeys\_step\_entered\_track")
    text = catalog_with('trigger: type  = "identify" or type = "page"', "trigger: on journeys_step_entered_track")
    contract = read(text, page=page)
    assert contract.conflicts == ()
    preset = Preset(name="Save Users", action="saveUser", trigger=None, event_slug="journeys_step_entered_track")
    preset = replace(preset, mapping=AS_TOLD.presets[0].mapping)
    assert bind(contract, replace(AS_TOLD, presets=(preset,)))[1] == []
    won = read(text, decided("preset/save-users/trigger", "catalog"))
    assert ((won.presets or ())[0].trigger, (won.presets or ())[0].event_slug) == (None, "journeys_step_entered_track")
    alone = contract_knowing(won, "page").presets or ()
    assert (alone[0].trigger, alone[0].event_slug) == ('type = "identify" or type = "page"', None)


# --- a metadata.json -------------------------------------------------------------------------------------------------


def test_a_metadata_file_tells_what_the_definition_has() -> None:
    contract = read(METADATA, name="metadata.json")
    assert contract.conflicts == ()
    assert bind(contract, ACME)[1] == []
    found = added(contract)
    for clause, text in {
        f"{TRAITS}/key": '        "traits": {',
        f"{USER}/slug": '    "saveUser": {',
        "preset/save-users/mapping": '      "mapping": {}',
    }.items():
        assert found[clause][0] == f"metadata.json:{line_of(text, METADATA)}"


def test_a_metadata_file_tells_options_that_the_documentations_catalog_does_not() -> None:
    inner = {"id": InputField(type="string", required=True)}
    rich = with_fields(
        traits={"properties": inner, "additional_properties": True},
        userId={"format": "email", "default": {"@path": "$.userId"}},
    )
    contract = read(json.dumps(write_metadata(rich)), name="metadata.json")
    assert bind(contract, rich)[1] == []
    assert sorted(finding.clause.id for finding in bind(contract, ACME)[1] if finding.clause is not None) == [
        f"{TRAITS}/additional-properties",
        f"{TRAITS}/properties",
        f"{USER}/field/user-id/default",
        f"{USER}/field/user-id/format",
        "preset/save-users/mapping",
    ]


def test_settings_of_a_metadata_file_are_called_as_on_pages() -> None:
    page = changed(
        "| API Key | The key, in snake\\_case | Yes      | password |",
        "| API Key | The key, in snake\\_case | Yes      | select |",
    )
    given = write_metadata(ACME)
    given["authentication"]["fields"]["apiKey"] |= {"type": "string", "choices": [{"label": "A", "value": "a"}]}
    assert read(json.dumps(given), page=page, name="metadata.json").conflicts == ()
    (conflict,) = read(json.dumps(given), name="metadata.json").conflicts
    assert str(conflict) == "setting/api-key/type: the page says 'password', the catalog says 'select'"


def test_what_a_metadata_file_hides_is_left_out() -> None:
    hidden = replace(ACTION, title="Forget", hidden=True)
    preset = Preset(name="Forget", action="forget", trigger='type = "delete"')
    destination = replace(
        with_fields(), actions={**with_fields().actions, "forget": hidden}, presets=(preset, *ACME.presets)
    )
    assert read(json.dumps(write_metadata(destination)), name="metadata.json").conflicts == ()


def test_a_contract_without_a_page_comes_of_a_page_that_is_written() -> None:
    destination = read_metadata(METADATA)
    contract = read(METADATA, page=write_page(destination), name="metadata.json")
    assert contract.conflicts == ()
    assert bind(contract, destination)[1] == []


# --- where it is -----------------------------------------------------------------------------------------------------


def test_the_entry_is_the_one_of_the_pages_name_or_of_a_slug() -> None:
    assert read().catalog == read(annex='catalog_entry = "actions-acme"\n').catalog
    assert added(read()) == added(read(annex='catalog_entry = "actions-acme"\n'))
    other = read(annex='catalog_entry = "other"\n')
    assert [conflict.clause for conflict in other.conflicts][:2] == ["identity/name", "identity/maturity"]


def test_a_list_without_a_name_is_a_catalog_too() -> None:
    listed = CATALOG.replace("items:\n", "")
    assert read(listed).conflicts == ()


def test_a_catalog_is_looked_for_beside_the_annex(tmp_path: Path) -> None:
    for folder in ("package", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data/catalog.yaml").write_text(CATALOG, "utf-8")
    (tmp_path / "package/page.md").write_text(PAGE, "utf-8")
    (tmp_path / "package/contract.toml").write_text('catalog = "../data/catalog.yaml"\n', "utf-8")
    for file in ("package/page.md", "package/contract.toml"):
        contract = read_contract(Path(file))
        assert contract.catalog == "package/../data/catalog.yaml"
        assert contract.actions[0].slug == "saveUser"


def test_a_plugin_has_its_catalog_beside_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme_with_catalog"
    package.mkdir()
    module = (
        "from actions_core import hookimpl\nfrom tests.conformance.contracts.pages import ACME\n\n\n"
        "@hookimpl\ndef actions_destination():\n    return ACME\n"
    )
    for name, text in {
        "__init__.py": module,
        "page.md": PAGE,
        "contract.toml": NAMED,
        "destinations.yml": CATALOG,
    }.items():
        (package / name).write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    catalog = load_catalog([Plugin("acme", importlib.import_module("acme_with_catalog"))])
    contract = contract_of(catalog, catalog.find("acme"))
    assert contract.catalog == "acme_with_catalog/destinations.yml"
    assert contract.clauses[f"{TRAITS}/key"].origin.file == contract.catalog


# --- what cannot be read ---------------------------------------------------------------------------------------------


def test_a_catalog_that_is_not_there_is_told_on_the_annexs_line() -> None:
    assert refused_alone("\n" + NAMED) == ["contract.toml:2: catalog: there is no file destinations.yml"]
    assert refused_alone('catalog_entry = "acme"\n') == [
        'contract.toml:1: catalog_entry: an entry needs the catalog that it is in: catalog = "destinations.yml"'
    ]
    with pytest.raises(AnnexError, match="catalog: destinations.yml cannot be looked for: the annex comes from no dir"):
        read_annex(NAMED, "contract.toml", read_page(PAGE, "page.md"))


def test_a_file_of_another_kind_is_no_catalog() -> None:
    assert refused(CATALOG, name="catalog.txt") == [
        "contract.toml:1: catalog: catalog.txt is no catalog; expected a file such as destinations.yml or metadata.json"
    ]


@pytest.mark.parametrize(
    ("catalog", "annex", "problem"),
    [
        (
            CATALOG,
            'catalog_entry = "actions-amce"\n',
            "2: catalog_entry: destinations.yml has no entry with the slug 'actions-amce'; did you mean 'actions-acme'?",
        ),
        (
            CATALOG,
            'catalog_entry = "acme"\n',
            "2: catalog_entry: destinations.yml has no entry with the slug 'acme'; did you mean 'actions-acme'?",
        ),
        (CATALOG, 'catalog_entry = "x"\n', "2: catalog_entry: destinations.yml has no entry with the slug 'x'"),
        (
            CATALOG.replace("'Acme  (Actions) '", "Acme"),
            "",
            "1: catalog: destinations.yml has no entry called 'Acme (Actions)'; close to it: actions-acme (Acme); say which it is with catalog_entry, by its slug",
        ),
        (
            CATALOG.replace("display_name: Other", "display_name: Acme (Actions)"),
            "",
            "1: catalog: destinations.yml has 2 entries called 'Acme (Actions)', in line 3 (other), line 10 (actions-acme); say which with catalog_entry",
        ),
        (
            CATALOG.replace("slug: other", "slug: actions-acme"),
            'catalog_entry = "actions-acme"\n',
            "2: catalog_entry: destinations.yml has 2 entries with the slug 'actions-acme', in line 3 (actions-acme), line 10 (actions-acme)",
        ),
    ],
    ids=["misspelt", "part", "unknown", "other name", "two of a name", "two of a slug"],
)
def test_an_entry_that_is_not_there_is_told_with_those_that_are(catalog: str, annex: str, problem: str) -> None:
    assert refused(catalog, annex) == [f"contract.toml:{problem}"]


TWICE = "    label: API Key\n  - {name: apiKey, label: B, type: string}\n"


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("    slug: saveUser\n", "", "  - id: a1", "items[1].actions[0].slug: field required"),
        ("type: OBJECT", "type: MAP", "type: MAP", "items[1].actions[0].fields[0].type: input should be 'string', 'text'"),
        ("required: false", "required: maybe", "required: maybe", "items[1].actions[0].fields[0].required: input should"),
        ("CLOUD\n    hidden: false", "MOON\n    hidden: false", "platform: MOON", "items[1].actions[0].platform: input"),
        ("    fields: []", "    fields: none", "fields: none", "items[1].actions[1].fields: input should be a list"),
        ("    label: API Key\n", "", "  - name: apiKey", "items[1].settings[0].label: field required"),
        ("    name: Save Users\n", "", "  - actionId: a1", "items[1].presets[0].name: field required"),
        ("    fields: {}\n", "    fields: x\n", "fields: x", "items[1].presets[1].fields: input should be a mapping"),
        ("choices: null\n      dynamic: false\n      allowNull: true", "choices: [{label: a}]", "choices: [", "items[1].actions[0].fields[0].choices[0]: input"),
        ("fieldKey: userId", "fieldKey: traits  # again", "fieldKey: traits  # again", "items[1].actions[0].fields[1].fieldKey: is 'traits' again"),
        ("slug: forgetUser", "slug: saveUser  # again", "slug: saveUser  # again", "items[1].actions[1].slug: is 'saveUser' again"),
        ("    label: API Key\n", TWICE, "{name: apiKey", "items[1].settings[1].name: is 'apiKey' again"),
        ("items:\n", "items: 5\nothers:\n", "items: 5", "expected a list of destinations, below the key 'items'"),
        ("slug: saveUser", "slug: saveUser: x", "slug: saveUser: x", "is not YAML: mapping values are not allowed"),
        ("slug: saveUser", "slug: a\n    slug: b", "slug: b", "the key 'slug' is there already, in line "),
        ("userId: fixed", "userId: *fixed", "userId: *fixed", "there is no complete value with the anchor 'fixed'"),
    ],
)  # fmt: skip
def test_what_has_another_shape_is_told_with_its_line(old: str, new: str, place: str, problem: str) -> None:
    text = catalog_with(old, new)
    (first, *_) = refused(text)
    assert first.startswith(f"destinations.yml:{line_of(place, text)}: {problem}")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    text = CATALOG.replace("    slug: saveUser\n", "").replace("type: OBJECT", "type: MAP")
    assert len(refused(text)) == 2


def test_an_entry_of_somebody_else_may_be_of_any_shape() -> None:
    assert read(catalog_with("  settings: []\n", "  settings: none\n")).conflicts == ()


def test_a_catalog_that_is_not_utf_8_is_told_with_its_line() -> None:
    Path("destinations.yml").write_bytes(b"items:\n- \xff\n")
    assert refused_alone(NAMED) == ["destinations.yml:2: is not UTF-8"]


def test_a_catalog_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.contracts.catalog.MAX_BYTES", 100)
    assert refused(CATALOG) == [f"destinations.yml: has {len(CATALOG):,} bytes; expected 100 at most"]


def test_anchors_that_repeat_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(located_module, "MAX_VALUES", 1000)
    bomb = "a: &a [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcd", "bcde", strict=True)
    )
    assert refused(bomb) == ["destinations.yml:3: the file has more than 1,000 values, or anchors repeat so many"]


def test_without_its_library_a_catalog_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert refused(CATALOG) == [
        'destinations.yml: reading it needs PyYAML: pip install "segment-actions-emulator[conformance]"'
    ]
    assert read(METADATA, name="metadata.json").conflicts == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"slug"', "slug", "metadata.json: is not JSON: "),
        ('"title": "Save User"', '"title": 5', "metadata.json:23: actions.saveUser.title: input should be a valid"),
        ('"type": "object"', '"type": "map"', "metadata.json:58: actions.saveUser.fields.traits.type: input should"),
        ('"mode": "cloud"', '"mode": "cloud", "mode": "device"', "metadata.json:4: the key 'mode' is there already"),
    ],
)
def test_a_metadata_file_of_another_shape_is_told_with_its_line(old: str, new: str, problem: str) -> None:
    assert METADATA.count(old) == 1
    (first,) = refused(METADATA.replace(old, new), name="metadata.json")
    assert first.startswith(problem)


def test_a_metadata_file_is_about_one_destination() -> None:
    assert read(METADATA, 'catalog_entry = "actions-acme"\n', name="metadata.json").conflicts == ()
    assert refused(METADATA, 'catalog_entry = "other"\n', name="metadata.json") == [
        "contract.toml:2: catalog_entry: metadata.json is about 'actions-acme', not 'other'"
    ]
