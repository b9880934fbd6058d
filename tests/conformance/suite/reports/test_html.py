from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from actions_core.js import Object
from actions_core.testing import SentRequest
from conformance.suite.engine import Found, Report
from conformance.suite.model import Broken
from conformance.suite.reports import html, json_report
from conformance.suite.reports.states import SIGNS
from conformance.suite.sent import Sent
from tests.conformance.suite.reports.runs import as_it_is, report_of, result, run, with_page

HOSTILE = """</script><img src=x onerror="alert(1)"> & '"><svg onload=alert(2)>"""
VOID = {"meta", "wbr"}


class Page(HTMLParser):
    """What is on a page, and whether its elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.classes: dict[str, str] = {}
        self.text: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes.update(given)
        if "id" in given:
            self.ids.append(given["id"])
            self.classes[given["id"]] = given.get("class", "")
        if "href" in given:
            self.links.append(given["href"])
        if tag not in VOID:
            self._open.append((tag, given.get("id", "")))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        for _, id_ in self._open:
            if id_:
                self.text[id_] = self.text.get(id_, "") + data
        self.text[""] = self.text.get("", "") + data


def test_every_clause_is_marked_where_it_stands_and_told_on_the_right(kept: Report) -> None:
    page = Page(html(kept))
    for clause in kept.clauses:
        assert f"p-{clause.id}" in page.ids, f"{clause.id} is not on the page"
        assert f"c-{clause.id}" in page.ids, f"{clause.id} is not told"
    assert "Yes" in page.text["p-action/identify/field/email/required"]
    assert page.text["p-engage/key"].startswith("It has a trait that is called like the audience in snake case;")
    assert "field.required.missing" in page.text["c-action/identify/field/email/required"]


def test_every_link_leads_somewhere_on_the_page_and_no_id_is_there_twice(broken: Report) -> None:
    page = Page(html(broken))
    assert len(page.ids) == len(set(page.ids))
    assert {unquote(link) for link in page.links} <= {f"#{one}" for one in page.ids}


def test_the_page_needs_nothing_else(broken: Report) -> None:
    text = html(broken)
    page = Page(text)
    assert not page.tags & {"script", "link", "img", "iframe", "object", "embed", "form", "input"}
    assert not page.attributes & {"src", "srcset", "action", "background"}
    assert not any(name.startswith("on") for name in page.attributes)
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme: dark" in style


def test_a_state_is_a_sign_as_well_as_a_colour() -> None:
    clauses = list(as_it_is().contract.clauses)
    tried = [name for name in clauses if name.startswith("engage/") or name.endswith("/required")]
    report = report_of(
        result("PASS", "1", tried[0], sides=frozenset({"inside", "outside"})),
        result("PASS", "2", tried[1], sides=frozenset({"inside"})),
        result("PASS", "3", tried[2], sides=frozenset({"outside"})),
        result("PASS", "4", "identity/title"),
        result("DIVERGED", "5", tried[3]),
        result("FAIL", "6", tried[4]),
        result("FAIL", "7", tried[5], level="SHOULD"),
    )
    page = Page(html(report))
    shown = set()
    for clause in json_report(report)["clauses"]:
        name, state = clause["id"], clause["state"]
        assert state in page.classes[f"p-{name}"].split()
        assert SIGNS[state].mark in page.text[f"p-{name}"]
        assert f"{SIGNS[state].mark} {SIGNS[state].word}" in page.text[f"c-{name}"]
        shown.add(state)
    assert shown == set(SIGNS)
    assert len({sign.mark for sign in SIGNS.values()}) == len(SIGNS)


def test_a_failure_shows_the_case_the_request_and_how_to_see_it_again(broken: Report) -> None:
    page = Page(html(broken))
    failure = next(one for one in json_report(broken)["failures"] if one["check"] == "field.required.missing")
    shown = page.text[f"f-{failure['id']}"]
    assert "PayloadValidationError, 0 requests" in shown
    assert "delivered, 1 request" in shown
    assert "POST https://api.usermotion.com/v1/identify" in shown
    assert "authorization: Basic ${apiKey}" in shown
    assert f"actions conformance replay {failure['id']}" in shown
    assert failure["id"] in page.text["c-action/identify/field/email/required"]


def test_what_is_wrong_in_a_request_is_marked() -> None:
    request = SentRequest(
        "POST", "https://api.example/x", {"x-a": "1"}, b'{"id": "u", "properties": {"email": [1, null]}}'
    )
    sent = Sent("delivered", (request,))
    wrong = Broken("this", "that", sent, ("/headers/x-a", "/body/properties/email"))
    found = Found(case={"value": 1}, first={"value": 1}, phase="vectors", broken=wrong, tries=0)
    text = html(report_of(result("FAIL", reason="that", found=found)))
    assert "<mark>▸x-a: 1</mark>" in text
    marked = text[text.index("<mark>▸&quot;email") :]
    assert " ".join(marked[: marked.index("</mark>")].split()) == "<mark>▸&quot;email&quot;: [ 1, null ]"
    assert text.count("<mark>") == 2


def test_the_summary_says_what_it_comes_to(kept: Report, broken: Report) -> None:
    good, bad = Page(html(kept)).text[""], Page(html(broken)).text[""]
    assert "✓ conforms" in good
    assert "Nothing was found broken." in good
    assert "✗ does not conform" in bad
    assert "destinations/usermotion/page.md" in bad
    assert f"{len(broken.red())} failing" in bad
    assert f"✗ {len(broken.red())} FAIL" in bad
    assert f"! {broken.counts['FAIL'] - len(broken.red())} advised" in bad


def test_hostile_text_of_a_page_is_only_text(tmp_path: Path) -> None:
    cell = HOSTILE.replace("|", "\\|")
    target = with_page(tmp_path, lambda page: page.replace("Traits to associate with the user", cell))
    report = run(target, only=("contract",))
    text = html(report)
    other = with_page(tmp_path, lambda page: page.replace("Traits to associate with the user", "Something else"))
    harmless = Page(html(run(other, only=("contract",))))
    assert Page(text).tags <= harmless.tags
    assert Page(text).attributes <= harmless.attributes
    assert HOSTILE in Page(text).text["p-action/identify/field/traits/description"]
    assert HOSTILE in Page(text).text["failures"]


def test_hostile_text_of_a_plugin_is_only_text() -> None:
    target = as_it_is()
    target = replace(target, destination=replace(target.destination, name=HOSTILE))
    plain = Page(html(report_of(result("FAIL", "one", reason="two"))))
    page = Page(html(report_of(result("FAIL", HOSTILE, reason=HOSTILE), target=target)))
    assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    assert page.text[""].count(HOSTILE) >= 4


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\u202e", "\u2028", "\ufeff", "\ud800"])
def test_characters_that_nobody_sees_are_spelt_out(char: str) -> None:
    case: Object = {"value": f"a{char}b", char: 1}
    found = Found(
        case=case, first=case, phase="vectors", broken=Broken("this", f"that {char}", Sent("failed")), tries=0
    )
    text = html(report_of(result("FAIL", reason=f"that {char}", found=found)))
    assert char not in text
    assert f"a\\u{ord(char):04x}b" in text
    text.encode("utf-8")


def test_the_text_of_a_page_that_is_not_at_hand_is_replaced_by_its_clauses() -> None:
    target = as_it_is()
    contract = replace(target.contract, file="gone/page.md")
    page = Page(html(report_of(result("PASS"), target=replace(target.with_contract(contract), page=""))))
    assert "The text of gone/page.md is not at hand" in page.text[""]


def test_a_sentence_that_goes_on_in_the_next_line_is_marked_whole(tmp_path: Path) -> None:
    target = with_page(
        tmp_path, lambda page: page.replace("It has a trait that is called like", "It has a trait\nthat is called like")
    )
    page = Page(html(report_of(result("PASS"), target=target)))
    assert page.text["p-engage/key"].startswith("It has a trait that is called like the audience in snake case;")
