"""Checks about options that none of the project's own destinations has: bounds of numbers, formats, nested properties."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions_core import Action, Destination, ExecuteInput, Request
from actions_core.fields import InputField
from conformance.contracts import read_annex, read_page
from conformance.suite.checks import BY_ID
from conformance.suite.engine import Options, Result, Session
from conformance.suite.target import Target

PAGE = """# Scores Destination

## Destination Info

* Accepts Track calls.
* Refer to it as **Scores** in the Integrations object.

## Destination Settings

Scores has no settings.

## Available Actions

* Send

### Send

Send is a **Cloud** action.

| Field | Description | Required | Type |
|---|---|---|---|
| Score | The score. | Yes | NUMBER |
| Level | The level. | No | INTEGER |
| Code | The code. | No | STRING |
| Site | Where. | No | STRING |
| Player | Who. | No | OBJECT |
"""
ANNEX = """
[actions.send]
title = "Send"

[actions.send.fields]
score = { label = "Score", minimum = 1, maximum = 10 }
level = { label = "Level", minimum = 1 }
code = { label = "Code", minimum = 2, maximum = 4 }
site = { label = "Site", format = "uri" }

[actions.send.fields.player]
label = "Player"
properties = { name = { type = "string", required = true }, age = { type = "integer" } }
"""
FIELDS = {
    "score": InputField(label="Score", description="The score.", type="number", required=True, minimum=1, maximum=10),
    "level": InputField(label="Level", description="The level.", type="integer", minimum=1),
    "code": InputField(label="Code", description="The code.", type="string", minimum=2, maximum=4),
    "site": InputField(label="Site", description="Where.", type="string", format="uri"),
    "player": InputField(
        label="Player",
        description="Who.",
        type="object",
        properties={"name": InputField(type="string", required=True), "age": InputField(type="integer")},
    ),
}


async def perform(request: Request, data: ExecuteInput[Any, Any]) -> None:
    await request.post("https://scores.example/send", json=data.payload)


def target(**changed: InputField) -> Target:
    contract = read_annex(ANNEX, "contract.toml", read_page(PAGE, "page.md"))
    action = Action[Any, Any](title="Send", description="", payload={**FIELDS, **changed}, perform=perform)
    destination: Destination[Any] = Destination(
        name="Scores", slug="scores", settings={}, actions={"send": action}, presets=(), calls=("track",)
    )
    return Target(destination, contract)


def result_of(check: str, subject: Target) -> list[Result]:
    report = Session(subject, [BY_ID[check]], Options(budget="smoke")).run()
    return [one for one in report.results if one.verdict != "N/A"]


CHECKS = ["field.minimum", "field.maximum", "field.format", "field.nested.properties"]


@pytest.mark.parametrize("check", CHECKS)
def test_a_plugin_that_keeps_what_the_annex_tells_passes(check: str) -> None:
    results = result_of(check, target())
    assert results
    verdicts = {one.subject: one.verdict for one in results}
    # Segment's runtime knows no bounds of integers.
    assert verdicts.pop("send.level", "DIVERGED") == "DIVERGED"
    assert set(verdicts.values()) == {"PASS"}
    assert all(one.sides == {"inside", "outside"} for one in results if one.verdict == "PASS")


@pytest.mark.parametrize(
    ("check", "wrong", "case"),
    [
        ("field.minimum", {"score": FIELDS["score"].model_copy(update={"minimum": None})}, {"beyond": 1}),
        ("field.minimum", {"score": FIELDS["score"].model_copy(update={"minimum": 2})}, {"beyond": 0}),
        ("field.maximum", {"score": FIELDS["score"].model_copy(update={"maximum": 11})}, {"beyond": 1}),
        ("field.maximum", {"score": FIELDS["score"].model_copy(update={"maximum": 9})}, {"beyond": 0}),
        ("field.maximum", {"code": FIELDS["code"].model_copy(update={"maximum": None})}, {"beyond": 1}),
        ("field.format", {"site": FIELDS["site"].model_copy(update={"format": None})}, {"value": "no uri"}),
        (
            "field.nested.properties",
            {"player": FIELDS["player"].model_copy(update={"additional_properties": True})},
            {"value": {"name": "player_name Wert-1", "undocumented": "Sentinel-Unknown"}},
        ),
        (
            "field.nested.properties",
            {"player": FIELDS["player"].model_copy(update={"properties": {"age": InputField(type="integer")}})},
            {"value": {}},
        ),
    ],
)
def test_a_plugin_that_does_not_fails_with_the_smallest_case(
    check: str, wrong: dict[str, InputField], case: dict[str, Any]
) -> None:
    (key,) = wrong
    (result,) = [one for one in result_of(check, target(**wrong)) if one.subject == f"send.{key}"]
    assert result.verdict == "FAIL"
    assert result.found is not None
    assert result.found.case == case


def test_without_the_annex_there_is_nothing_to_hold_it_to() -> None:
    page_alone = replace(target(), contract=read_page(PAGE, "page.md"))
    (result,) = Session(page_alone, [BY_ID["field.minimum"]], Options()).run().results
    assert result.verdict == "N/A"
    assert "needs the annex" in result.reason
