"""What the beginning of an annex takes from the plugin, and what it leaves to the documentation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from actions_core import Destination
from conformance.contracts import read_page
from conformance.contracts.annex import read_annex
from conformance.suite.init import begin_annex
from conformance.suite.target import Target
from tests.conformance.contracts.pages import ACME, ACTION, PAGE
from tests.conformance.suite.checks.trying import failure, verdicts

TRAITS = ACTION.fields["traits"].model_copy(update={"choices": ("gold", "silver"), "multiple": True})
KEY = ACME.settings_fields["apiKey"].model_copy(update={"format": "uuid"})
CHOOSY: Destination[Any] = replace(
    ACME,
    settings={"apiKey": KEY},
    actions={"saveUser": replace(ACTION, payload={**ACTION.fields, "traits": TRAITS})},
)
"""A destination with options that its page cannot show."""


def begun(destination: Destination[Any]) -> str:
    contract = read_page(PAGE, "page.md")
    return begin_annex(contract, Target(destination, contract)).text


def with_annex(destination: Destination[Any], annex: str) -> Target:
    return Target(destination, read_annex(annex, "contract.toml", read_page(PAGE, "page.md")))


def test_options_that_no_page_shows_are_asked_for_and_not_taken_from_the_plugin() -> None:
    text = begun(CHOOSY)
    assert (
        "# The plugin has multiple and choices here: add what the documentation says of it.\n"
        'traits = { label = "Traits" }\n' in text
    )
    assert "# The plugin has format here: add what the documentation says of it.\n[settings.apiKey]\n" in text
    assert "silver" not in text
    assert "uuid" not in text


def test_until_they_are_told_the_rule_that_wants_them_fails_and_no_other_of_the_entry() -> None:
    target = with_annex(CHOOSY, begun(CHOOSY))
    found = failure(target, "contract.options.told").found
    assert found is not None
    assert "which the annex does not say of it" in found.broken.observed
    assert verdicts(target, "contract.keys.equal") == {"PASS"}
    assert verdicts(target, "contract.options.told") == {"FAIL", "PASS"}


def test_once_they_are_told_it_is_kept() -> None:
    text = begun(CHOOSY)
    text = text.replace('{ label = "Traits" }', '{ label = "Traits", choices = ["gold", "silver"], multiple = true }')
    text = text.replace('label = "API Key"\n', 'label = "API Key"\nformat = "uuid"\n')
    target = with_annex(CHOOSY, text)
    assert verdicts(target, "contract.options.told") == {"PASS"}
    assert verdicts(target, "contract.options.equal") == {"PASS"}


def test_without_such_options_nothing_is_asked_for() -> None:
    assert "The plugin has" not in begun(ACME)
    assert verdicts(with_annex(ACME, begun(ACME)), "contract.options.told") == {"PASS"}
