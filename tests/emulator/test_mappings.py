from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from actions_core import Subscription, default_values
from actions_core.errors import ConfigurationError
from destinations.usermotion import destination
from emulator.mappings import read_mappings


def saved(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "mapping.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return file


def test_the_names_of_the_public_api_and_of_the_runtime_are_both_read(tmp_path: Path) -> None:
    entry = {"name": "Leads", "partnerAction": "identify", "mapping": {"userId": "x"}, "enabled": False}
    expected = [
        Subscription(name="Leads", action="identify", trigger='type = "track"', mapping={"userId": "x"}, enabled=False)
    ]
    assert read_mappings(saved(tmp_path, [{**entry, "trigger": 'type = "track"'}]), destination) == expected
    assert read_mappings(saved(tmp_path, {**entry, "subscribe": 'type = "track"'}), destination) == expected


def test_a_mapping_without_values_takes_the_actions_defaults(tmp_path: Path) -> None:
    (found,) = read_mappings(saved(tmp_path, {"action": "group", "trigger": 'type = "group"'}), destination)
    assert found.mapping == default_values(destination.actions["group"].fields)
    assert found.name == "Identify Company (1)"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "mapping.json is not JSON: expecting property name"),
        ([{"trigger": "x"}], "mapping.json: /0/partnerAction: field required"),
        ({"partnerAction": "group", "trigger": 5}, "mapping.json: /trigger: input should be a valid string"),
        ([{"partnerAction": "nope", "trigger": "x"}], "has no action 'nope'; it has identify, group, track"),
        ({"partnerAction": "group", "trigger": "x", "maping": {}}, "/maping: extra inputs are not permitted"),
        ("5", "mapping.json: expected a mapping (a JSON object), got number"),
        ("[{}, []]", "mapping.json: /1: expected a mapping (a JSON object), got array"),
    ],
    ids=["json", "missing action", "trigger type", "unknown action", "unknown key", "number", "list"],
)
def test_a_wrong_file_is_one_clear_sentence_with_its_place(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_mappings(saved(tmp_path, content), destination)
    assert message in str(caught.value)
