"""Each destination's page says what its definition says: the tables are the contract."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from actions_core import Destination, InputField, load_catalog

DESTINATIONS = load_catalog().destinations


def page_of(destination: Destination[Any]) -> str:
    module = inspect.getfile(destination.settings if isinstance(destination.settings, type) else type(destination))
    return (Path(module).parent / "page.md").read_text("utf-8")


def sections(text: str, level: int) -> dict[str, str]:
    """Split at the headings of one level; text before the first is left out."""
    parts = re.split(rf"^{'#' * level} (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[tuple[str, ...]]:
    """Read the first table of a section, without its head."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            break
    return [tuple(cell.strip().replace("\\", "") for cell in line.strip("|").split("|")) for line in lines[2:]]


def told(fields: Mapping[str, InputField], *, upper: bool) -> list[tuple[str, ...]]:
    """Give the rows that fields make; a hidden field has none, and one that is required on a condition says No."""
    return [
        (
            field.label,
            field.description,
            "Yes" if field.required is True else "No",
            field.type.upper() if upper else field.type,
        )
        for field in fields.values()
        if not field.unsafe_hidden
    ]


@pytest.fixture(params=["actions-roster", "actions-usermotion", "actions-webhook"])
def destination(request: pytest.FixtureRequest) -> Destination[Any]:
    return DESTINATIONS[request.param]


def test_the_settings_are_those_of_the_definition(destination: Destination[Any]) -> None:
    found = sections(page_of(destination), 2)
    expected = told(destination.settings_fields, upper=False)
    assert rows(found["Destination Settings"]) == rows(found["Settings"]) == expected


def test_the_actions_and_their_fields_are_those_of_the_definition(destination: Destination[Any]) -> None:
    found = sections(sections(page_of(destination), 2)["Available Actions"], 3)
    assert sorted(found) == sorted(action.title for action in destination.actions.values())
    for action in destination.actions.values():
        section = found[action.title]
        assert rows(section) == told(action.fields, upper=True)
        assert section.strip().splitlines()[0] == action.description
        assert f"{action.title} is a **{action.platform.title()}** action." in section
        if action.default_subscription is not None:
            assert f"The default Trigger is `{action.default_subscription}`" in section


def test_the_presets_are_those_of_the_definition(destination: Destination[Any]) -> None:
    found = rows(sections(page_of(destination), 2)["Available Presets"])
    titles = {slug: action.title for slug, action in destination.actions.items()}
    # The page shows "or" as a comma.
    triggers = {
        name: re.sub(r"Event +", "", shown).replace(", ", " or ").removeprefix("on ") for name, shown, _ in found
    }
    assert sorted((name, triggers[name], title) for name, _, title in found) == sorted(
        (preset.name, preset.trigger or preset.event_slug, titles[preset.action]) for preset in destination.presets
    )


def test_the_info_is_that_of_the_definition(destination: Destination[Any]) -> None:
    info = sections(page_of(destination), 2)["Destination Info"]
    accepted = re.search(r"^\* Accepts (.+) calls\.$", info, re.MULTILINE)
    assert accepted is not None
    assert {name.lower() for name in re.findall(r"\[(\w+)\]", accepted[1])} == set(destination.calls)
    assert f"Refer to it as **{destination.name}** in the [Integrations object]" in info
    assert ("This integration is **partner owned.**" in info) == (destination.owner == "partner")
    assert ("This destination is **Beta.**" in info) == (destination.maturity == "beta")
    assert ("as a **user property**" in page_of(destination)) == destination.engage
