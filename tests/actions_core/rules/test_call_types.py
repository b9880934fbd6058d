from __future__ import annotations

from typing import Any

import pytest

from actions_core import CALL_TYPES, CallType
from actions_core.rules.call_types import refuse_call_type
from destinations.usermotion import destination as usermotion
from tests.support import deliver


@pytest.mark.parametrize("call", CALL_TYPES)
def test_a_destination_that_accepts_every_call_refuses_none(call: CallType) -> None:
    assert refuse_call_type({"type": call}, CALL_TYPES) is None


def test_a_call_that_the_destination_does_not_list_is_refused() -> None:
    assert refuse_call_type({"type": "screen"}, ["identify", "track"]) == "UNSUPPORTED_EVENT_TYPE"


@pytest.mark.parametrize(
    "event",
    [{}, {"type": None}, {"type": "Track"}, {"type": ["track"]}, {"type": {}}, {"type": "import"}, {"type": 1}],
    ids=str,
)
def test_a_type_that_is_no_call_is_refused(event: dict[str, Any]) -> None:
    assert refuse_call_type(event, CALL_TYPES) == "UNSUPPORTED_EVENT_TYPE"


def test_usermotion_refuses_screen_calls() -> None:
    assert refuse_call_type({"type": "screen"}, usermotion.calls) == "UNSUPPORTED_EVENT_TYPE"


def test_usermotion_accepts_alias_calls_which_then_match_no_mapping() -> None:
    event = {"type": "alias", "userId": "u", "previousId": "p"}
    assert refuse_call_type(event, usermotion.calls) is None
    outcomes = [delivery.outcome for delivery in deliver(usermotion, event, settings={"apiKey": "k"})]
    assert outcomes == ["not subscribed"] * 3
