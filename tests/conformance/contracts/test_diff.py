from __future__ import annotations

from pathlib import Path

import pytest

from conformance.contracts import Contract, read_page
from conformance.contracts.diff import Change, compare, verdict
from tests.conformance.contracts.pages import PAGE as ACME

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "destinations/usermotion/page.md").read_text("utf-8")
IDENTIFY = PAGE[PAGE.index("### Identify\n") : PAGE.index("## Engage")]
GROUP = PAGE[PAGE.index("### Identify Company\n") : PAGE.index("### Track")]


def line(start: str, page: str = PAGE) -> str:
    """Give the first line of a text that begins so."""
    return next(one for one in page.splitlines(keepends=True) if one.startswith(start))


USER_ID, EMAIL, TRAITS = (line(f"| {label} ", IDENTIFY) for label in ("User ID", "Email", "Traits"))
SETTING = line("| API Key ")
TO_GROUP, TO_IDENTIFY = line("| Identify Group "), line("| Identify User ")
EXAMPLE = " When somebody orders for the first time in a month, for instance, the call says `order_completed_last_30days: true`, and once the order is older than that, another one says `false`."


def read(page: str, file: str = "new.md") -> Contract:
    return read_page(page, file)


def changed(*edits: tuple[str, str], page: str = PAGE) -> str:
    """Give a page with some texts replaced, each of which must be there."""
    for old, new in edits:
        assert old in page, old
        page = page.replace(old, new)
    return page


def changes(new: str, old: str = PAGE) -> list[Change]:
    return compare(read(old, "old.md"), read(new))


EMAIL_ID = "action/identify/field/email"
EDITS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    # --- breaking ---
    "a field becomes required": (
        changed((TRAITS, TRAITS.replace("No ", "Yes"))),
        [("breaking", "action/identify/field/traits/required: No → Yes")],
    ),
    "a new field is required": (
        changed((TRAITS, TRAITS + "| Phone | A number | Yes | STRING |\n")),
        [("breaking", "action/identify/field/phone: added: Phone (required)")],
    ),
    "a new setting is required": (
        changed((SETTING, SETTING + "| Region | Where it is | Yes | string |\n")),
        [("breaking", "setting/region: added: Region (required)")],
    ),
    "a field is removed": (
        changed((EMAIL, "")),
        [("breaking", "action/identify/field/email: removed: Email")],
    ),
    "a field's type refuses what was taken": (
        changed((EMAIL, EMAIL.replace("STRING", "NUMBER"))),
        [("breaking", 'action/identify/field/email/type: string → number (no longer takes "text")')],
    ),
    "an action is removed": (
        changed((GROUP, ""), ("* [Identify Company](#identify-company)\n", ""), (TO_GROUP, "")),
        [("breaking", "preset/identify-group: removed: Identify Group"), ("breaking", "action/identify-company: removed: Identify Company")],
    ),
    "an action has another title": (
        changed(("Identify Company", "Save Company")),
        [
            ("breaking", "preset/identify-group/action: Identify Company → Save Company"),
            ("breaking", "action/identify-company: removed: Identify Company"),
            ("compatible", "action/save-company: added: Save Company"),
        ],
    ),
    "an action runs elsewhere": (
        changed(("Identify is a **Cloud**", "Identify is a **Web**")),
        [("breaking", "action/identify/platform: cloud → web")],
    ),
    "a preset is removed": (
        changed((TO_IDENTIFY, "")),
        [("breaking", "preset/identify-user: removed: Identify User")],
    ),
    "a preset is for fewer calls": (
        changed(('Event type = "track", Event  type = "page"', 'Event type = "page"')),
        [("breaking", 'preset/track-analytics-event/trigger: type = "track" or type = "page" → type = "page" (no longer track)')],
    ),
    "a preset is for other calls": (
        changed(('Event type = "group"', 'Event type = "screen"')),
        [("breaking", 'preset/identify-group/trigger: type = "group" → type = "screen" (no longer group; now also screen)')],
    ),
    "a preset is for fewer events": (
        changed(('Event type = "group"', 'Event type = "group" and traits.paying = true')),
        [("breaking", 'preset/identify-group/trigger: type = "group" → type = "group" and traits.paying = true (narrower)')],
    ),
    "a preset is set up by another thing": (
        changed(('Event type = "group"', "on one_thing")),
        [("breaking", 'preset/identify-group/trigger: type = "group" → on one_thing')],
    ),
    "an action's default trigger is narrower": (
        changed(('`type = "track" or type = "page"`', '`type = "track"`')),
        [("breaking", 'action/track-analytics-event/trigger: type = "track" or type = "page" → type = "track" (no longer page)')],
    ),
    "an action has no default trigger any more": (
        changed((' The default Trigger is `type = "group"`', "")),
        [("breaking", 'action/identify-company/trigger: removed: type = "group"')],
    ),
    "a call is no longer accepted": (
        changed(("[Alias](https://segment.com/docs/connections/spec/alias), ", "")),
        [("breaking", "identity/call/alias: removed: alias")],
    ),
    "the name in the Integrations object is another": (
        changed(("as **UserMotion (Actions)**", "as **UserMotion**")),
        [("breaking", "identity/name: UserMotion (Actions) → UserMotion")],
    ),
    "fewer mappings are allowed": (changed(("at most 50", "at most 25")), [("breaking", "limit/mappings: 50 → 25")]),
    "a promise about audiences is gone": (
        changed(("in snake case", "in some way")),
        [("breaking", "engage/key: removed: snake_case")],
    ),
    "a field has another label and type": (
        changed((EMAIL, EMAIL.replace("Email ", "E-mail").replace("STRING", "OBJECT"))),
        [("breaking", "action/identify/field/email: removed: Email"), ("breaking", "action/identify/field/e-mail: added: E-mail (required)")],
    ),
    "a field of another label stands elsewhere": (
        changed((EMAIL, ""), (TRAITS, TRAITS + EMAIL.replace("Email ", "E-mail"))),
        [("breaking", "action/identify/field/email: removed: Email"), ("breaking", "action/identify/field/e-mail: added: E-mail (required)")],
    ),
    # --- compatible ---
    "a field is no longer required": (
        changed((EMAIL, EMAIL.replace("Yes", "No "))),
        [("compatible", "action/identify/field/email/required: Yes → No")],
    ),
    "a new field is optional": (
        changed((TRAITS, "| Phone | A number | No | STRING |\n" + TRAITS)),
        [("compatible", "action/identify/field/phone: added: Phone (optional)")],
    ),
    "a field's type takes all that it took": (
        changed((EMAIL, EMAIL.replace("STRING", "TEXT  "))),
        [("compatible", "action/identify/field/email/type: string → text (takes all that it took)")],
    ),
    "an action is added": (
        changed(("* [Identify](#identify)\n", "* [Identify](#identify)\n* [Forget](#forget)\n"), ("## Engage", IDENTIFY.replace("Identify", "Forget") + "## Engage")),
        [("compatible", "action/forget: added: Forget")],
    ),
    "a preset is added": (
        changed(("| Identify Group  ", '| Pages | Event type = "page" | Identify |\n| Identify Group  ')),
        [("compatible", "preset/pages: added: Pages")],
    ),
    "a preset is for more calls": (
        changed(('Event type = "group"  ', 'Event type = "group", Event type = "identify"')),
        [("compatible", 'preset/identify-group/trigger: type = "group" → type = "group" or type = "identify" (now also identify)')],
    ),
    "an action has a default trigger now": (
        PAGE,
        [("compatible", 'action/identify-company/trigger: added: type = "group"')],
    ),
    "a call is accepted now": (
        changed((" calls.\n* Refer", ", Screen calls.\n* Refer")),
        [("compatible", "identity/call/screen: added: screen")],
    ),
    "more mappings are allowed": (changed(("at most 50", "at most 100")), [("compatible", "limit/mappings: 50 → 100")]),
    # --- cosmetic ---
    "a description": (
        changed(("The email address of the identified user", "The user's email address")),
        [("cosmetic", "action/identify/field/email/description: The email address of the identified user → The user's email address")],
    ),
    "an action's description": (
        changed(("Identify user in UserMotion\n", "Identify a user\n")),
        [("cosmetic", "action/identify/description: Identify user in UserMotion → Identify a user")],
    ),
    "a label, as description, type and place show": (
        changed((EMAIL, EMAIL.replace("Email ", "E-mail"))),
        [("cosmetic", "action/identify/field/email/label: Email → E-mail (renamed, by its description, type and place)")],
    ),
    "the order of fields": (
        changed((USER_ID, ""), (TRAITS, TRAITS + USER_ID)),
        [("cosmetic", "action/identify/order: User ID, Anonymous ID, Email, Traits → Anonymous ID, Email, Traits, User ID")],
    ),
    "the order of actions": (
        changed((GROUP, ""), ("## Engage", GROUP + "## Engage")),
        [("cosmetic", "actions/order: Identify Company, Track Analytics Event, Identify → Track Analytics Event, Identify, Identify Company")],
    ),
    "the same trigger in other words": (
        changed(('Event type = "track", Event  type = "page"', 'Event type = "page", Event type = "track"')),
        [("cosmetic", 'preset/track-analytics-event/trigger: type = "track" or type = "page" → type = "page" or type = "track" (means the same)')],
    ),
    "the page's title": (
        changed(("# UserMotion (Actions) Destination", "# UserMotion Destination")),
        [("cosmetic", "identity/title: UserMotion (Actions) → UserMotion")],
    ),
    "owner and maturity": (
        changed(("* This destination is **Beta.**\n", "")),
        [("cosmetic", "identity/maturity: removed: beta")],
    ),
    "the example": (changed((EXAMPLE, "")), [("cosmetic", "engage/example: removed: order_completed_last_30days")]),
    # --- nothing ---
    "prose": (changed(("predicts which leads", "knows which leads"), ("## Getting started", "## How to start")), []),
    "white space": (changed(("known user.    ", "known   user. ")), []),
    "the second table of settings": (PAGE[: PAGE.index("## Settings")], []),
}  # fmt: skip
OLD = {"an action has a default trigger now": changed((' The default Trigger is `type = "group"`', ""))}


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_of_a_page_means(name: str) -> None:
    page, expected = EDITS[name]
    assert [(change.kind, str(change)) for change in changes(page, OLD.get(name, PAGE))] == expected


def test_a_change_has_its_line_on_both_pages() -> None:
    (change,) = changes("\n" + changed((EMAIL, EMAIL.replace("Yes", "No "))))
    assert change.old is not None
    assert change.new is not None
    line = PAGE[: PAGE.index(EMAIL)].count("\n") + 1
    assert [str(clause.origin) for clause in (change.old, change.new)] == [f"old.md:{line}", f"new.md:{line + 1}"]
    assert "| Yes |" in change.old.quote
    assert "| No |" in change.new.quote


def test_what_is_on_one_page_only_has_one_line() -> None:
    (change,) = changes(changed((EMAIL, "")))
    assert change.old is not None
    assert change.new is None


def test_of_several_labels_that_could_be_the_same_each_is_taken_once() -> None:
    one, two = (f"| {label} | The same | No | STRING |\n" for label in ("One", "Two"))
    old, new = (changed((TRAITS, TRAITS + more)) for more in (one + two, one.replace("One", "Three")))
    assert [(change.kind, change.subject) for change in changes(new, old)] == [
        ("cosmetic", "action/identify/field/one/label"),
        ("breaking", "action/identify/field/two"),
    ]


@pytest.mark.parametrize("page", [PAGE, ACME], ids=["UserMotion", "Acme"])
def test_a_page_differs_in_nothing_from_itself(page: str) -> None:
    assert changes(page, page) == []


def test_pages_that_are_silent_break_nothing_by_beginning_to_promise() -> None:
    silent = ACME[: ACME.index("## Engage")].replace(
        "* This integration is **partner owned.** Please reach out to the partner's support for any issues.\n", ""
    )
    assert {change.kind for change in changes(ACME, silent)} == {"compatible", "cosmetic"}


def test_the_verdict_is_the_worst_of_the_changes() -> None:
    kinds = {name: verdict(changes(page, OLD.get(name, PAGE))) for name, (page, _) in EDITS.items()}
    assert kinds["prose"] is None
    assert kinds["a description"] == "cosmetic"
    assert kinds["a preset is added"] == "compatible"
    assert kinds["an action has another title"] == "breaking"
