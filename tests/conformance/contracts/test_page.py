from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest

from conformance.contracts import (
    Contract,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Engage,
    Origin,
    PageError,
    bind,
    read_page,
)
from tests.conformance.contracts.pages import ACME, PAGE, changed

ROOT = Path(__file__).parents[3]
USERMOTION = (ROOT / "destinations/usermotion/page.md").read_text("utf-8")


def read(text: str = PAGE) -> Contract:
    return read_page(text, "page.md")


def refused(text: str) -> list[str]:
    """Read a page that cannot be read and give its problems."""
    with pytest.raises(PageError) as caught:
        read(text)
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, page: str = PAGE) -> int:
    return page[: page.index(text)].count("\n") + 1


# --- what a page promises --------------------------------------------------------------------------------------------


def test_the_whole_dialect_is_read() -> None:
    contract = read()
    assert contract.title == contract.name == "Acme (Actions)"
    assert contract.calls == ("page", "identify")
    assert contract.owner == "partner"
    assert contract.maturity == "beta"
    assert contract.settings == (
        DocumentedField("setting/api-key", "API Key", "The key, in snake_case", True, "password"),
    )
    assert contract.presets == (
        DocumentedPreset("preset/save-users", "Save Users", 'type = "identify" or type = "page"', None, "Save User"),
    )
    place = "action/save-user"
    assert contract.actions == (
        DocumentedAction(
            place,
            "Save User",
            "Create or update a user",
            "cloud",
            'type = "identify"',
            (
                DocumentedField(
                    f"{place}/field/user-id", "User ID", "A known user\nor a person | company", True, "string"
                ),
                DocumentedField(f"{place}/field/traits", "Traits", "What is known of them", False, "object"),
            ),
        ),
    )
    assert contract.mapping_limit == 50
    assert contract.engage == Engage(
        "user property", "identify", "snake_case", "bool", "order_completed_last_30days", "all", "delta"
    )
    assert contract.asides == ()


def test_usermotions_page_has_a_hundred_clauses() -> None:
    contract = read_page(USERMOTION, "destinations/usermotion/page.md")
    groups = Counter("fields" if "/field/" in clause else clause.split("/")[0] for clause in contract.clauses)
    assert groups == {
        "identity": 9, "setting": 4, "settings": 1, "preset": 9, "action": 12, "index": 3, "fields": 52, "limit": 1, "engage": 9,
    }  # fmt: skip
    assert len(contract.clauses) == 100


def test_two_of_usermotions_clauses_can_be_tested_by_nobody_here() -> None:
    clauses = read_page(USERMOTION, "page.md").clauses.values()
    assert [clause.id for clause in clauses if clause.testable == "external"] == [
        "engage/first-sync-time",
        "engage/sync-frequency",
    ]


def test_a_clause_tells_where_it_stands_and_quotes_its_row() -> None:
    clause = read().clauses["action/save-user/field/traits/required"]
    row = "| Traits  | What is known of them           | No       | OBJECT |"
    assert clause.origin == Origin("page.md", line_of(row), row.index("No ") + 1)
    assert str(clause.origin) == f"page.md:{line_of(row)}"
    assert clause.quote == "| Traits | What is known of them | No | OBJECT |"
    assert (clause.level, clause.testable) == ("MUST", "auto")


def test_clauses_come_in_the_order_of_the_page() -> None:
    origins = [clause.origin for clause in read().clauses.values()]
    assert origins == sorted(origins)


def test_what_the_page_does_not_say_is_unknown() -> None:
    contract = read(
        """# Bare Destination
## Destination Info
* Accepts Track calls.
* Refer to it as **Bare** in the Integrations object.
## Available Actions
* [Send](#send)
### Send
Send is a **Web** action.
| Field | Description | Required | Type |
| ----- | ----------- | -------- | ---- |
"""
    )
    assert (contract.owner, contract.maturity, contract.settings, contract.presets) == (None, None, None, None)
    assert (contract.mapping_limit, contract.engage) == (None, None)
    (action,) = contract.actions
    assert (action.platform, action.description, action.default_trigger, action.fields) == ("web", None, None, ())


def test_a_page_can_say_that_there_are_no_presets_and_no_settings() -> None:
    before, rest = PAGE.split("| Preset Name")
    page = before.replace("has the following presets", "has no presets.") + rest[rest.index("## Available Actions") :]
    before, rest = page.split("## Destination Settings")
    page = before + "## Destination Settings\n\nAcme has no settings.\n\n" + rest[rest.index("## Available Presets") :]
    page = page.split("## Settings")[0]
    contract = read(page)
    assert (contract.presets, contract.settings) == ((), ())
    assert contract.clauses["presets/none"].quote == "Acme (Actions) has no presets."
    assert contract.clauses["settings/none"].quote == "Acme has no settings."


def test_a_preset_of_segments_own_products_has_an_event_instead_of_a_trigger() -> None:
    contract = read(changed('Event type = "identify", Event  type = "page"', r"on warehouse\_entity\_added\_track"))
    assert contract.presets is not None
    assert (contract.presets[0].trigger, contract.presets[0].event_slug) == (None, "warehouse_entity_added_track")


def test_things_with_one_name_have_ids_of_their_own() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    (action,) = read(changed(row, row + row.replace("What", "All that"))).actions
    assert [field.id.split("/")[-1] for field in action.fields] == ["user-id", "traits", "traits-2"]


def test_thousands_of_fields_with_one_name_are_read_and_bound_in_no_long_time() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    began = time.perf_counter()
    contract = read(changed(row, row * 5_000))
    _, findings = bind(contract, ACME)
    assert len(findings) == 4_999
    assert time.perf_counter() - began < 5


def test_ids_differ_even_where_a_name_looks_like_a_numbered_one() -> None:
    row = "| Traits  | What is known of them           | No       | OBJECT |\n"
    (action,) = read(changed(row, row + row.replace("Traits", "Traits 2") + row)).actions
    assert [field.id.split("/")[-1] for field in action.fields] == ["user-id", "traits", "traits-2", "traits-3"]


def test_where_a_link_of_the_list_of_actions_leads_is_of_no_account() -> None:
    assert read(changed("(#save-user-5)", "(#elsewhere)")).clauses.keys() == read().clauses.keys()


def test_a_sentence_may_go_over_several_lines() -> None:
    (action,) = read(
        changed('Trigger is `type = "identify"`', 'Trigger is\n`type = "identify" or\n  type = "page"`')
    ).actions
    assert action.default_trigger == 'type = "identify" or type = "page"'


def test_a_table_that_the_dialect_has_no_meaning_for_is_told_as_an_aside() -> None:
    table = "#### Modes\n\n| Mode | What happens |\n| ---- | ------------ |\n| add  | it is added  |\n\n"
    page = changed("## Engage", f"{table}## Engage")
    assert read(page).asides == (Origin("page.md", line_of("| Mode", page)),)


def test_other_sections_are_prose() -> None:
    assert (
        read(changed("## Engage", "## Deletion\n\nUsers are deleted.\n\n## Engage")).clauses.keys()
        == read().clauses.keys()
    )


@pytest.mark.parametrize(
    "template", sorted((ROOT / "emulator/templates").glob("*/*/page.md")), ids=lambda page: page.parts[-3]
)
def test_the_pages_that_new_destinations_start_with_are_in_the_dialect(template: Path) -> None:
    assert read_page(template.read_text("utf-8"), "page.md").asides == ()


# --- Engage ----------------------------------------------------------------------------------------------------------


def test_a_promise_about_audiences_that_is_not_made_is_unknown() -> None:
    contract = read(changed("as a **user property**", "somehow"))
    assert contract.engage is not None
    assert contract.engage.kind is None
    assert "engage/kind" not in contract.clauses


def test_a_promise_about_audiences_quotes_its_sentence_alone() -> None:
    assert read().clauses["engage/later"].quote == (
        "Later audience syncs only send updates for users whose membership has changed since the last sync."
    )


def test_the_example_of_an_audience_and_its_timing_are_for_information() -> None:
    clauses = read().clauses
    assert {clause.id for clause in clauses.values() if clause.level == "INFO"} == {
        "engage/example", "engage/first-sync-time", "engage/sync-frequency",
    }  # fmt: skip


# --- pages that are refused ------------------------------------------------------------------------------------------

FIELDS = "| Field   | Description                     | Required | Type   |"
# What is replaced by what; the line that is told, by what the page has there (None where that varies); what is told.
REFUSED: dict[str, tuple[tuple[str, str], str | None, str]] = {
    "an unknown column": (
        (FIELDS, FIELDS.replace("Required ", "Mandatory")),
        FIELDS,
        "the header does not know the column 'Mandatory'; expected | Field | Description | Required | Type |",
    ),
    "columns in another order": (
        ("| Preset Name  | Trigger ", "| Trigger | Preset Name "),
        "| Preset Name",
        "the header is incomplete or in another order; expected | Preset Name | Trigger | Default Action |",
    ),
    "a row that is too short": (
        ("| No       | OBJECT |", "| OBJECT |"),
        "| Traits",
        "the row has 3 cells; expected 4: | Field | Description | Required | Type |",
    ),
    "a bar that is not escaped": (
        (r"\|", "|"),
        "| User ID",
        "the row has 5 cells; expected 4: | Field | Description | Required | Type |",
    ),
    "neither Yes nor No": (("| No       ", "| Maybe    "), "| Traits", "expected Yes or No under Required, got 'Maybe'"),
    "an unknown type": (
        ("| OBJECT |", "| MAP    |"),
        "| Traits",
        "expected one of string, text, password, number, integer, datetime, boolean, object under Type, got 'MAP'",
    ),
    "a field without a label": (("| Traits  |", "|         |"), "| Traits", "the field has no label"),
    "a preset's trigger that does not parse": (
        ('| Event type = "identify", Event  type', '| Event typ = "identify", Event  typ'),
        "| Save Users",
        "the trigger 'typ = \"identify\" or typ = \"page\"' does not parse: there is no clause here that Segment knows",
    ),
    "a default trigger that does not parse": (
        ('`type = "identify"`', '`("identify"`'),
        "Save User is a",
        "the trigger '(\"identify\"' does not parse: this '(' is never closed",
    ),
    "a preset for an action that is not there": (
        ("| Save User      |", "| Store User     |"),
        "| Save Users",
        "no section is about the action 'Store User'",
    ),
    "an action of the list without a section": (
        ("* [Save User](#save-user-5)", "* [Save User](#save-user-5)\n* [Forget User](#forget)"),
        None,
        "no section '### Forget User' is there for this action of the list",
    ),
    "an action that the list lacks": (
        ("* [Save User](#save-user-5)", ""),
        "### Save User",
        "the list of actions has no 'Save User'",
    ),
    "an action without its sentence": (
        ("is a **Cloud** action", "acts"),
        "### Save User",
        "expected a sentence 'Save User is a **Cloud** action. The default Trigger is `…`' below this heading",
    ),
    "a sentence about another action": (
        ("Save User is a", "Forget User is a"),
        "Save User is a",
        "is about 'Forget User', below the heading 'Save User'",
    ),
    "an unknown platform": (("**Cloud**", "**Mobile**"), "Save User is a", "expected one of Cloud, Web, got 'Mobile'"),
    "an unknown statement about the destination": (
        ("This destination is **Beta.**", "This destination is **Alpha.**"),
        "* This destination",
        "expected one of Accepts Page, … calls.; Refer to it as **Name** in the Integrations object.; This integration is **partner owned.**; This destination is **Beta.**; got 'This destination is **Alpha.**'",
    ),
    "no calls": (("* Accepts", "Accepts"), "## Destination Info", "expected a line '* Accepts Page, … calls.'"),
    "an unknown call": (
        ("[Page]", "[Purchase]"),
        "* Accepts",
        "expected each of identify, track, page, screen, group, alias at most once, got 'Purchase'",
    ),
    "a call told twice": (
        ("[Page]", "[Identify]"),
        "* Accepts",
        "expected each of identify, track, page, screen, group, alias at most once, got 'Identify'",
    ),
    "a statement made twice": (
        ("* This destination is **Beta.**", "* This destination is **Beta.**\n* This destination is **Beta**."),
        None,
        "said twice: This destination is **Beta**.",
    ),
    "a misspelt section": (
        ("## Available Presets", "## Availible Presets"),
        "## Available Presets",
        "unknown section 'Availible Presets'; did you mean 'Available Presets'?",
    ),
    "a section told twice": (
        ("## Getting started", "## Settings"),
        None,
        "a second section 'Settings'; the first is in line 10",
    ),
    "a second table of presets": (
        ("## Available Actions", "| A |\n| - |\n| b |\n\n## Available Actions"),
        None,
        "a second table; expected one",
    ),
    "a page of another kind": (
        ("# Acme (Actions) Destination", "# Acme (Actions)"),
        "# Acme",
        "expected a heading '# Name Destination'",
    ),
    "a second heading of the page": (
        ("## Getting started", "# Getting started"),
        "## Getting started",
        "a second heading of the page; expected one",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_page_that_is_not_in_the_dialect_is_refused_with_line_and_reason(
    case: tuple[tuple[str, str], str | None, str],
) -> None:
    (old, new), at, message = case
    found = refused(changed(old, new, 1))
    assert len(found) == 1
    assert found[0].endswith(f": {message}")
    assert at is None or found[0].startswith(f"page.md:{line_of(at)}: ")


def test_settings_that_are_told_twice_must_agree() -> None:
    head, tail = PAGE.rsplit("| password |", 1)
    (found,) = refused(f"{head}| string   |{tail}")
    assert found == (
        f"page.md:{PAGE.count(chr(10))}: differs from the settings in line {line_of('| API Key')}: "
        r"| API Key | The key, in snake\_case | Yes | string | is not | API Key | The key, in snake\_case | Yes | password |"
    )


def test_a_setting_in_one_of_the_two_tables_only_is_refused() -> None:
    (found,) = refused(f"{PAGE}| Region  | Where | No | string |\n")
    assert found.endswith("this row is in one of the two tables of settings only: | Region | Where | No | string |")


def test_the_second_table_of_settings_has_the_same_header() -> None:
    head, tail = PAGE.rsplit("| Required |", 1)
    (found,) = refused(f"{head}| Needed   |{tail}")
    assert "differs from the header in line 16" in found


def test_the_sections_that_a_contract_cannot_do_without_are_named() -> None:
    assert refused("# Acme Destination\n") == [
        "page.md:1: expected a section '## Available Actions'",
        "page.md:1: expected a section '## Destination Info'",
    ]


def test_a_section_of_presets_has_a_table_or_says_that_there_are_none() -> None:
    before, rest = PAGE.split("| Preset Name")
    (found,) = refused(before + rest[rest.index("## Available Actions") :])
    assert found.endswith("the section 'Available Presets' needs a table, or a sentence '… has no presets.'")


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_page() -> None:
    page = changed("[Page]", "[Purchase]").replace("| OBJECT |", "| MAP    |").replace("**Cloud**", "**Mobile**")
    found = refused(page)
    assert [int(problem.split(":")[1]) for problem in found] == sorted(
        [line_of("* Accepts"), line_of("Save User is a"), line_of("| Traits")]
    )
    with pytest.raises(PageError, match="page.md cannot be read as a contract:\npage.md:5: expected each of"):
        read(page)


# Vary what is cut out of the page and where; the page is small, so every line and every span of lines is tried.
@pytest.mark.parametrize("length", [1, 2, 5, 20])
def test_a_page_of_which_lines_are_lost_is_read_or_refused_but_nothing_else(length: int) -> None:
    lines = PAGE.splitlines()
    outcomes = Counter[str]()
    for at in range(len(lines)):
        try:
            read("\n".join([*lines[:at], *lines[at + length :]]))
            outcomes["read"] += 1
        except PageError:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 0
