"""Every mutant of the webhook is a mistake that loads and that somebody could notice; nothing here asks the suite."""

from __future__ import annotations

import asyncio
import copy
from functools import cache
from typing import Any

import pytest

from actions_core import ConfigurationError, Object, Subscription
from actions_core.check import check_destination
from actions_core.testing.partner import ScriptedPartner, sent_request
from conformance.mutants.model import Mutant
from conformance.suite.target import Target, find_target
from tests.conformance.mutants.observe import Experiments, content, observe
from tests.conformance.mutants.webhook import MUTANTS

URL = "https://hooks.example.com/in?source=segment"
EVENT: Object = {
    "type": "track",
    "event": "Signed Up",
    "messageId": "m-1",
    "properties": {"b": 1, "a": [None, "ü"], "none": None},
}
EXPERIMENTS = Experiments(
    settings={"sharedSecret": "sh4red-One"},
    other_settings={"sharedSecret": "sh4red-Two"},
    events=[EVENT],
    inputs={
        "send": [
            {"url": URL, "method": "POST", "data": {"b": 1, "a": [None, "ü"], "none": None}, "batch_size": 7},
            {"url": URL, "method": "PUT", "data": {}, "headers": {"X-Name": "MiXed", "x-n": 1, "X-B": True}},
            {"url": URL, "method": "PATCH", "headers": {"X-Tag": "a", "x-tag": "b", "Content-Type": "text/plain"}},
            {"url": URL, "method": "POST", "data": {}, "headers": {"Content-Type": "text/plain"}},
            {"url": "HTTPS://Hooks.Example.com:443/a/../in", "method": "POST", "data": {"n": 1.5}},
            {"url": "ftp://hooks.example.com/in", "method": "POST"},
            {"url": "no URL", "method": "POST"},
            {"url": URL, "method": "DELETE"},
            {"url": URL, "method": "POST", "batch_size": "many"},
        ]
    },
)
MAPPINGS: tuple[Object, ...] = (
    {"url": URL, "method": "POST", "data": {"@path": "$."}},
    {"url": URL, "method": "PATCH", "data": {"@path": "$.properties"}, "batch_size": 2},
    {"url": URL, "method": "POST", "data": {"@path": "$.nothing"}},
)


@cache
def clean() -> Target:
    return find_target("webhook")


@cache
def seen_of_clean() -> dict[str, str]:
    return seen(clean())


def seen(target: Target) -> dict[str, str]:
    """Look at a webhook as at any destination, and through mappings with and without a secret."""
    return observe(target, EXPERIMENTS) | asyncio.run(_through_mappings(target))


async def _through_mappings(target: Target) -> dict[str, str]:
    found: dict[str, str] = {}
    for index, mapping in enumerate(MAPPINGS):
        subscription = Subscription(name="Hook", action="send", trigger='type = "track"', mapping=mapping)
        for secret in ("sh4red-One", "", None):
            partner = ScriptedPartner(content)
            settings: Any = {} if secret is None else {"sharedSecret": secret}
            try:
                instance = target.platform.instance(target.destination, settings, [subscription], transport=partner)
            except ConfigurationError as error:
                found[f"mapping {index} {secret}"] = str(error)
                continue
            async with instance:
                events: list[Object] = [copy.deepcopy(EVENT), {"type": "track"}, copy.deepcopy(EVENT)]
                await instance.deliver(events[0])
                (batch,) = await instance.deliver_batch(events)
            sent = [sent_request(one) for one in partner.received]
            told = [(one.method, one.url, dict(one.headers), one.body) for one in sent]
            found[f"mapping {index} {secret}"] = repr((told, [status.to_json() for status in batch.statuses]))
    return found


def test_no_two_mutants_have_one_name() -> None:
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_loads(mutant: Mutant) -> None:
    assert check_destination(mutant.apply(clean()).destination) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_can_be_noticed(mutant: Mutant) -> None:
    expected, found = seen_of_clean(), seen(mutant.apply(clean()))
    assert {name for name in expected if found.get(name) != expected[name]}


def test_what_is_no_mutant_looks_the_same_every_time() -> None:
    assert seen(clean()) == seen_of_clean()
