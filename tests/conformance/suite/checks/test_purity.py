"""The checks of what a delivery may not touch: each mistake is noticed."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core import Request
from tests.conformance.suite.checks.trying import CLEAN, Perform, clean, failure, performing, verdicts


@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_leave_events_as_they_were(name: str) -> None:
    assert verdicts(clean(name), "event.immutable") == {"PASS"}


async def marking_the_payload(perform: Perform, request: Request, data: Any) -> Any:
    answer = await perform(request, data)
    # Copied by the runtime for most events, and given away for some: nothing an author can rely on.
    data.payload.traits["processed"] = True
    return answer


async def marking_the_event(perform: Perform, request: Request, data: Any) -> Any:
    data.raw_data["processed"] = True
    return await perform(request, data)


@pytest.mark.parametrize("wrong", [marking_the_payload, marking_the_event])
def test_a_destination_that_changes_an_event_is_noticed(wrong: Any) -> None:
    result = failure(performing(clean("usermotion"), wrong), "event.immutable")
    assert result.found is not None
    assert "processed" in result.found.broken.observed
