"""Each destination's page says what its definition says."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core import Destination, load_catalog
from conformance.contracts import bind, contract_of

CATALOG = load_catalog()


@pytest.fixture(params=["actions-roster", "actions-usermotion", "actions-webhook"])
def destination(request: pytest.FixtureRequest) -> Destination[Any]:
    return CATALOG.destinations[request.param]


def test_the_page_and_the_definition_agree(destination: Destination[Any]) -> None:
    _, findings = bind(contract_of(CATALOG, destination), destination)
    assert [str(finding) for finding in findings] == []


def test_every_action_and_preset_and_each_field_that_is_shown_has_its_place_on_the_page(
    destination: Destination[Any],
) -> None:
    bound, _ = bind(contract_of(CATALOG, destination), destination)
    assert {action.slug for action in bound.actions} == set(destination.actions)
    for action in bound.actions:
        shown = {key for key, field in destination.actions[action.slug].fields.items() if not field.unsafe_hidden}
        assert {field.key for field in action.fields} == shown
    assert {field.key for field in bound.settings} == set(destination.settings_fields)
    assert {preset.preset.name for preset in bound.presets} == {preset.name for preset in destination.presets}


@pytest.mark.parametrize(
    ("slug", "tables"),
    [("actions-usermotion", 0), ("actions-webhook", 0), ("actions-roster", 3)],
    ids=["usermotion", "webhook", "roster"],
)
def test_hardly_a_table_is_beside_the_contract(slug: str, tables: int) -> None:
    # Roster's are its sync modes, what is asked when a mapping is saved, and the settings of an audience.
    assert len(contract_of(CATALOG, CATALOG.destinations[slug]).asides) == tables
