from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from actions_core import Condition, Conditions, Destination, InputField, Preset
from conformance.contracts import Bound, Finding, bind, read_page
from tests.conformance.contracts.pages import ACME, ACTION, PAGE, changed

FIELDS = ACTION.fields
ALWAYS_FIRST = Conditions(conditions=(Condition(field_key="traits", operator="is", value=1),))


def bound(destination: Destination[Any] = ACME, page: str = PAGE) -> tuple[Bound, list[Finding]]:
    return bind(read_page(page, "page.md"), destination)


def told(destination: Destination[Any] = ACME, page: str = PAGE) -> list[tuple[str, str, str | None, str]]:
    """List the findings without their places on the page."""
    return [
        (
            finding.kind,
            finding.level,
            finding.clause.id if finding.clause else None,
            f"{finding.place} {finding.message}",
        )
        for finding in bound(destination, page)[1]
    ]


def with_action(**changes: Any) -> Destination[Any]:
    return replace(ACME, actions={"saveUser": replace(ACTION, **changes)})


def with_field(key: str, **changes: Any) -> Destination[Any]:
    return with_action(payload={**FIELDS, key: FIELDS[key].model_copy(update=changes)})


def with_preset(**changes: Any) -> Destination[Any]:
    return replace(ACME, presets=(replace(ACME.presets[0], **changes),))


def with_setting(**changes: Any) -> Destination[Any]:
    return replace(ACME, settings={"apiKey": ACME.settings_fields["apiKey"].model_copy(update=changes)})


# --- what goes together ----------------------------------------------------------------------------------------------


def test_labels_are_bound_to_keys_and_titles_to_slugs() -> None:
    made, findings = bound()
    assert findings == []
    assert [(field.documented.label, field.key) for field in made.settings] == [("API Key", "apiKey")]
    (action,) = made.actions
    assert action.slug == "saveUser"
    assert [(field.documented.label, field.key, field.field) for field in action.fields] == [
        ("User ID", "userId", FIELDS["userId"]),
        ("Traits", "traits", FIELDS["traits"]),
    ]
    assert [preset.preset for preset in made.presets] == list(ACME.presets)


ROW = "| Traits  | What is known of them           | No       | OBJECT |\n"


def test_fields_with_one_label_go_together_by_description_and_then_in_order() -> None:
    page = changed(ROW, ROW + ROW.replace("What is", "More that is") + ROW.replace("What is", "All that is"))
    traits = FIELDS["traits"]
    payload = {
        "userId": FIELDS["userId"],
        "all": traits.model_copy(update={"description": "All that is known of them"}),
        "more": traits.model_copy(update={"description": "Something else"}),
        "what": traits,
    }
    made, findings = bound(with_action(payload=payload), page)
    assert [field.key for field in made.actions[0].fields] == ["userId", "what", "more", "all"]
    assert {finding.clause.id for finding in findings if finding.clause and "description" in finding.clause.id} == {
        "action/save-user/field/traits-2/description"
    }


def test_no_two_rows_are_about_one_field() -> None:
    made, findings = bound(page=changed(ROW, ROW + ROW))
    assert [field.key for field in made.actions[0].fields] == ["userId", "traits"]
    assert [(finding.kind, finding.clause and finding.clause.id) for finding in findings] == [
        ("missing", "action/save-user/field/traits-2/label")
    ]


def test_the_order_of_actions_and_presets_does_not_count() -> None:
    second = PAGE.replace("| Save User      |\n", '| Save User      |\n| Others | Event type = "page" | Save User |\n')
    others = Preset(name="Others", action="saveUser", trigger='type = "page"')
    assert told(replace(ACME, presets=(others, *ACME.presets)), second) == []


def test_a_finding_tells_the_place_on_the_page_and_in_the_definition() -> None:
    (finding,) = bound(with_field("userId", required=False))[1]
    assert finding.clause is not None
    assert str(finding) == (
        f"page.md:{finding.clause.origin.line}: actions.saveUser.fields.userId.required is False, but the page says True"
    )


# --- what differs ----------------------------------------------------------------------------------------------------

PLACE = "action/save-user"
DIFFERENCES: dict[str, tuple[Callable[[], Destination[Any]], list[tuple[str, str, str | None, str]]]] = {
    "name": (
        lambda: replace(ACME, name="Acme"),
        [
            ("differs", "MUST", "identity/title", "name is 'Acme', but the page says 'Acme (Actions)'"),
            ("differs", "MUST", "identity/name", "name is 'Acme', but the page says 'Acme (Actions)'"),
        ],
    ),
    "a call that is not accepted": (
        lambda: replace(ACME, calls=("identify",)),
        [("missing", "MUST", "identity/call/page", "calls does not have 'page'")],
    ),
    "a call that the page does not accept": (
        lambda: replace(ACME, calls=("page", "identify", "alias")),
        [("undocumented", "MUST", None, "calls has 'alias', which the page does not accept")],
    ),
    "owner": (
        lambda: replace(ACME, owner="Segment"),
        [("differs", "MUST", "identity/owner", "owner is 'Segment', but the page says 'partner'")],
    ),
    "maturity": (
        lambda: replace(ACME, maturity="public"),
        [("differs", "MUST", "identity/maturity", "maturity is 'public', but the page says 'beta'")],
    ),
    "engage": (
        lambda: replace(ACME, engage=False),
        [("differs", "MUST", "engage/kind", "engage is False, but the page says True")],
    ),
    "a setting's type": (
        lambda: with_setting(type="string"),
        [("differs", "MUST", "setting/api-key/type", "settings.apiKey.type is 'string', but the page says 'password'")],
    ),
    "a setting that is optional": (
        lambda: with_setting(required=False),
        [("differs", "MUST", "setting/api-key/required", "settings.apiKey.required is False, but the page says True")],
    ),
    "a setting's label": (
        lambda: with_setting(label="Key"),
        [
            ("missing", "MUST", "setting/api-key/label", "settings lacks something: no field is labelled 'API Key'; without a counterpart: 'Key'"),
            ("undocumented", "MUST", None, "settings.apiKey is 'Key', which the page does not have"),
        ],
    ),
    "a field's description": (
        lambda: with_field("traits", description="What is known"),
        [("differs", "MUST", f"{PLACE}/field/traits/description", "actions.saveUser.fields.traits.description is 'What is known', but the page says 'What is known of them'")],
    ),
    "a field's type": (
        lambda: with_field("traits", type="string"),
        [("differs", "MUST", f"{PLACE}/field/traits/type", "actions.saveUser.fields.traits.type is 'string', but the page says 'object'")],
    ),
    "a field that is required on a condition only": (
        lambda: with_field("userId", required=ALWAYS_FIRST),
        [("differs", "MUST", f"{PLACE}/field/user-id/required", "actions.saveUser.fields.userId.required is 'required on a condition', but the page says True")],
    ),
    "a field that is removed": (
        lambda: with_action(payload={"userId": FIELDS["userId"]}),
        [("missing", "MUST", f"{PLACE}/field/traits/label", "actions.saveUser.fields lacks something: no field is labelled 'Traits'")],
    ),
    "a field that the page does not have": (
        lambda: with_action(payload={**FIELDS, "ip": InputField(label="IP", type="string")}),
        [("undocumented", "MUST", None, "actions.saveUser.fields.ip is 'IP', which the page does not have")],
    ),
    "a documented field that is hidden": (
        lambda: with_field("traits", unsafe_hidden=True),
        [("missing", "MUST", f"{PLACE}/field/traits/label", "actions.saveUser.fields lacks something: no field is labelled 'Traits'")],
    ),
    "fields in another order": (
        lambda: with_action(payload={"traits": FIELDS["traits"], "userId": FIELDS["userId"]}),
        [("differs", "SHOULD", f"{PLACE}/field/traits/label", "actions.saveUser.fields.traits comes before 'userId', after which the page has it")],
    ),
    "an action's title": (
        lambda: with_action(title="Store User"),
        [
            ("missing", "MUST", f"{PLACE}/title", "actions lacks something: no action has the title 'Save User'; without a counterpart: 'Store User'"),
            ("undocumented", "MUST", None, "actions.saveUser is 'Store User', which the page does not have"),
            ("differs", "MUST", "preset/save-users/action", "presets[0].action is 'Store User', but the page says 'Save User'"),
        ],
    ),
    "an action's description": (
        lambda: with_action(description="Save a user"),
        [("differs", "MUST", f"{PLACE}/description", "actions.saveUser.description is 'Save a user', but the page says 'Create or update a user'")],
    ),
    "an action's platform": (
        lambda: with_action(platform="web"),
        [("differs", "MUST", f"{PLACE}/platform", "actions.saveUser.platform is 'web', but the page says 'cloud'")],
    ),
    "an action's default trigger": (
        lambda: with_action(default_subscription='type = "page"'),
        [("differs", "MUST", f"{PLACE}/trigger", "actions.saveUser.default_subscription is 'type = \"page\"', but the page says 'type = \"identify\"'")],
    ),
    "an action without its default trigger": (
        lambda: with_action(default_subscription=None),
        [("differs", "MUST", f"{PLACE}/trigger", "actions.saveUser.default_subscription is None, but the page says 'type = \"identify\"'")],
    ),
    "a preset's name": (
        lambda: with_preset(name="Users"),
        [
            ("missing", "MUST", "preset/save-users/name", "presets lacks something: no preset is called 'Save Users'; without a counterpart: 'Users'"),
            ("undocumented", "MUST", None, "presets[0] is 'Users', which the page does not have"),
        ],
    ),
    "a preset's trigger": (
        lambda: with_preset(trigger='type = "identify"'),
        [("differs", "MUST", "preset/save-users/trigger", "presets[0].trigger is 'type = \"identify\"', but the page says 'type = \"identify\" or type = \"page\"'")],
    ),
    "a preset that only an event of Segment's sets up": (
        lambda: with_preset(trigger=None, event_slug="warehouse_entity_added_track"),
        [("differs", "MUST", "preset/save-users/trigger", "presets[0].trigger is None, but the page says 'type = \"identify\" or type = \"page\"'")],
    ),
    "a preset for another action": (
        lambda: replace(with_preset(action="other"), actions={"saveUser": ACTION, "other": replace(ACTION, title="Other")}),
        [
            ("undocumented", "MUST", None, "actions.other is 'Other', which the page does not have"),
            ("differs", "MUST", "preset/save-users/action", "presets[0].action is 'Other', but the page says 'Save User'"),
        ],
    ),
    "a preset for a hidden action": (
        lambda: replace(with_preset(action="other"), actions={"saveUser": ACTION, "other": replace(ACTION, title="Other", hidden=True)}),
        [("missing", "MUST", "preset/save-users/name", "presets lacks something: no preset is called 'Save Users'")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_what_is_declared_otherwise_is_a_finding_with_its_clause(
    case: tuple[Callable[[], Destination[Any]], list[tuple[str, str, str | None, str]]],
) -> None:
    destination, expected = case
    assert told(destination()) == expected


def test_another_limit_than_the_runtimes_is_a_finding() -> None:
    assert told(page=changed("maximum of 50", "maximum of 51")) == [
        ("differs", "MUST", "limit/mappings", "the limit of mappings is 50, but the page says 51")
    ]


def test_an_event_slug_is_compared_where_the_page_has_one() -> None:
    page = changed('Event type = "identify", Event  type = "page"', "on one_thing")
    assert told(with_preset(trigger=None, event_slug="one_thing"), page) == []
    assert told(with_preset(trigger=None, event_slug="another"), page) == [
        (
            "differs",
            "MUST",
            "preset/save-users/trigger",
            "presets[0].event_slug is 'another', but the page says 'one_thing'",
        )
    ]


# --- what does not differ --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "destination",
    [
        with_field("traits", required=ALWAYS_FIRST),
        with_action(payload={**FIELDS, "size": InputField(label="Size", type="number", unsafe_hidden=True)}),
        replace(ACME, actions={"saveUser": ACTION, "old": replace(ACTION, title="Old", hidden=True)}),
        with_action(description="Create  or\nupdate a user"),
        with_preset(trigger='type = "identify"  or  type = "page"'),
    ],
    ids=["No and a condition", "a hidden field", "a hidden action", "blanks of a text", "blanks of a trigger"],
)
def test_what_a_page_cannot_show_is_no_difference(destination: Destination[Any]) -> None:
    assert told(destination) == []


@pytest.mark.parametrize(
    ("documented", "changes", "agrees"),
    [
        ("select", {"choices": ("a", "b")}, True),
        ("select", {}, False),
        ("array", {"multiple": True}, True),
        ("array", {}, False),
        ("STRING", {"choices": ("a", "b")}, True),
    ],
    ids=["select with choices", "select without", "array of many", "array of one", "string with choices"],
)
def test_the_types_that_only_settings_have_stand_for_options(
    documented: str, changes: dict[str, Any], agrees: bool
) -> None:
    found = told(with_setting(type="string", **changes), changed("| password |", f"| {documented} |"))
    assert (found == []) is agrees


# --- what the page does not say --------------------------------------------------------------------------------------


def without(*spans: tuple[str, str]) -> str:
    """Give the page without what stands from one text to another."""
    page = PAGE
    for start, end in spans:
        at = page.index(start)
        page = page[:at] + page[page.index(end, at) :] if end else page[:at]
    return page


SILENT = without(
    ("* This integration", "## Getting"),
    ("## Destination Settings", "## Available Presets"),
    ("## Available Presets", "## Available Actions"),
    ("> \\[!NOTE]", "* [Save User]"),
    (" The default Trigger", "\n"),
    ("Create or update", "Save User is"),
    ("## Engage", ""),
)


def test_what_the_page_does_not_say_is_no_broken_promise() -> None:
    plain = replace(
        with_action(description="", default_subscription=None),
        owner="Segment", maturity="public", engage=False, presets=(), settings={},
    )  # fmt: skip
    assert told(plain, SILENT) == []


def test_what_the_plugin_says_beyond_the_page_is_undocumented_but_breaks_nothing() -> None:
    found = told(ACME, SILENT)
    assert {(kind, level, clause) for kind, level, clause, _ in found} == {("undocumented", "SHOULD", None)}
    assert [message.split()[0] for *_, message in found] == [
        "owner",
        "maturity",
        "engage",
        "settings.apiKey",
        "actions.saveUser.description",
        "actions.saveUser.default_subscription",
        "presets[0]",
    ]
