"""Every mutant of Roster is a mistake that loads and that somebody could notice; nothing here asks the suite."""

from __future__ import annotations

import asyncio
import copy
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from actions_core import ConfigurationError, Object, Subscription, default_values
from actions_core.check import check_destination
from actions_core.testing import Answer, SentRequest
from actions_core.testing.partner import ScriptedPartner, sent_request
from conformance.mutants.code import around_batch, before_perform, edit_body, edit_request, with_values
from conformance.mutants.edit import both, edit_field, edit_setting
from conformance.mutants.model import Mutant
from conformance.suite.target import Target, find_target
from emulator.partner import Roster
from emulator.partner.received import ReceivedRequest, read_json
from emulator.partner.roster import RosterList
from tests.conformance.mutants.observe import Experiments, observe
from tests.conformance.mutants.roster import MUTANTS
from tests.destinations.roster_account import TOKENS

MOMENT = "2026-01-15T10:00:00.250Z"
ADDRESS: Object = {"line1": "Main St 1", "postalCode": "10115", "country": "DE", "floor": 3}
ITEMS: list[Object] = [
    {"sku": "poster", "quantity": 1, "price": 2.5},
    {"sku": "mug", "quantity": 2},
    {"sku": "mug", "quantity": 2},
]
MEMBER: Object = {
    "identifierType": "email",
    "email": "mira@northlight.example",
    "phone": "+49 30 1",
    "userId": "u-1",
    "listId": "list/7 ä",
    "firstName": "Mira",
    "attributes": {"plan": "team"},
    "consent": {"status": "granted", "givenAt": MOMENT},
    "tags": ["vip"],
    "joinedAt": MOMENT,
    "enable_batching": True,
}
ORDER: Object = {
    "orderId": "o-1",
    "userId": "u-1",
    "total": 27.5,
    "currency": "EUR",
    "placedAt": MOMENT,
    "coupon": "WELCOME",
    "receiptUrl": "https://shop.example/r/1",
    "items": ITEMS,
    "delivery": "shipping",
    "address": ADDRESS,
}


def person(**changes: Any) -> Object:
    """Give an identify call; keys of `traits` and `context` are theirs."""
    traits = {"email": "mira@northlight.example", "firstName": "Mira", "plan": "team", "address": {"city": "Köln"}}
    return {"type": "identify", "userId": "u-1", "timestamp": MOMENT, "traits": traits, **changes}


def audience(entered: bool | None, **personas: Any) -> Object:
    """Give an identify call from an audience of Engage."""
    told = {"computation_class": "audience", "computation_key": "big_spenders", **personas}
    traits = {"email": "mira@northlight.example", "plan": "team", "big_spenders": entered}
    return person(traits=traits, context={"personas": told})


def content(request: SentRequest) -> Answer:
    """Answer as Roster does when all is well, without looking."""
    if request.url.endswith("/batch"):
        return Answer(json={"results": [{"status": 201} for _ in request.json["operations"]]})
    return Answer()


EXPERIMENTS = Experiments(
    settings={"workspace": "Acme"},
    other_settings={"workspace": "Other"},
    oauth=TOKENS,
    events=[
        person(),
        person(traits={}, context={"traits": {"email": "jo@trailboard.example", "phone": "+49 30 2"}}),
        audience(True, external_audience_id="list-7", audience_settings={"retentionDays": 30}),
        audience(False, external_audience_id="list-7"),
        {
            "type": "track",
            "event": "Order Completed",
            "timestamp": MOMENT,
            "receivedAt": "2026-01-15T11:00:00.250Z",
            "properties": {"order_id": "o-1", "total": 5.5, "currency": "EUR", "coupon": "A", "products": ITEMS},
        },
        {"type": "track", "event": "order completed", "properties": {"order_id": "o-1", "total": 5, "currency": "EUR"}},
    ],
    inputs={
        "syncMember": [
            MEMBER,
            {**MEMBER, "identifierType": "phone", "tags": "vip", "firstName": None, "joinedAt": 1768471200},
            {**MEMBER, "identifierType": "userId", "tags": ["a", "b"], "consent": {"status": "denied", "source": "x"}},
            *({**MEMBER, key: value} for key, value in (
                ("email", "no address"), ("joinedAt", "tomorrow"), ("consent", {"givenAt": MOMENT}),
                ("consent", {"status": "maybe"}), ("consent", {"status": "granted", "givenAt": "tomorrow"}),
                ("identifierType", "postcard"), ("firstName", ["Mira", "Jo"]),
            )),
            {"identifierType": "email"},
            {"identifierType": "phone"},
            {"identifierType": "phone", "phone": "+49 30 1"},
            {"identifierType": "userId", "userId": "u-1"},
        ],
        "logOrder": [
            ORDER,
            *({**ORDER, key: value} for key, value in (
                ("coupon", None), ("userId", None), ("currency", "CHF"), ("currency", "eur"), ("total", 5),
                ("total", 500), ("receiptUrl", "no URL"), ("items", [{"sku": "mug", "quantity": 1.5}]),
                ("items", [{"quantity": 1}]), ("items", []), ("address", {"line1": "Main St 1"}),
                ("delivery", "pigeon"), ("delivery", "pickup"),
            )),
            {"orderId": "o-2", "total": 1, "currency": "USD", "delivery": "pickup"},
            {"orderId": "o-2", "total": 1, "currency": "USD", "delivery": "shipping"},
        ],
    },
    answer=content,
)  # fmt: skip

SAVED: Object = {"onMappingSave": {"inputs": {}, "outputs": {"listId": "saved", "listName": "Saved"}}}
PICKED: Object = {**SAVED, "listId": {"@path": "$.list"}}
MORE = {"add": PICKED, "update": {}, "upsert": SAVED, "delete": {}, "mirror": PICKED, None: {}}
"""By sync mode: what else the mapping has."""
LISTS = ("list-7", "list/7 ä", "saved", "picked")
PEOPLE: tuple[Object, ...] = (
    person(),
    person(traits={"email": "jo@trailboard.example", "firstName": None, "tags": ["vip"]}),
    person(list="picked"),
    person(),
    person(traits={"email": "ed@trailboard.example"}, list="list/7 ä"),
    person(list="nowhere"),
    audience(True, external_audience_id="list-7", audience_settings={"retentionDays": 30}),
    audience(False, external_audience_id="list-7"),
    audience(None),
    {"type": "track", "event": "new", "context": {"traits": {"email": "kim@trailboard.example"}}},
    {"type": "track", "event": "deleted", "context": {"traits": {"email": "kim@trailboard.example"}}},
)


class Partner:
    """Roster's mock, in process; its access tokens are good for so many requests."""

    def __init__(self) -> None:
        self.roster = Roster(refresh_tokens=["first-r3fr3sh"])
        self.roster.lists.update({name: RosterList(name, name) for name in LISTS})
        self.silent = False

    def answer(self, request: SentRequest) -> Answer:
        """Answer as the mock does; when silent, with no word of the members."""
        url = urlsplit(request.url)
        json, problem = read_json(request.body)
        told = self.roster.api.respond(
            ReceivedRequest(
                request.method, url.hostname or "", unquote(url.path), url.query, request.headers, request.body,
                json, problem,
            )
        )  # fmt: skip
        body = b"{}" if self.silent and told.status == 207 else told.body
        return Answer(status=told.status, body=body, headers=dict(told.headers))


@cache
def clean() -> Target:
    return find_target("roster")


@cache
def seen_of_clean() -> dict[str, str]:
    return seen(clean())


def seen(target: Target) -> dict[str, str]:
    """Look at Roster as at any destination, and with a partner who remembers and whose tokens expire."""
    return observe(target, EXPERIMENTS) | asyncio.run(_with_partner(target))


async def _with_partner(target: Target) -> dict[str, str]:
    found: dict[str, str] = {}
    values = default_values(clean().destination.actions["syncMember"].fields)
    for mode, more in MORE.items():
        mapping = {**values, **more, **({} if mode is None else {"__segment_internal_sync_mode": mode})}
        subscription = Subscription(name="Members", action="syncMember", trigger="type != 1", mapping=mapping)
        for batch in (False, True):
            found[f"{mode} {batch}"] = await _story(target, subscription, batch=batch)
    return found


async def _story(target: Target, subscription: Subscription, *, batch: bool) -> str:
    """Send everybody, let the token expire, and send them again, the second time without an answer for each."""
    mock = Partner()
    partner = ScriptedPartner(mock.answer)
    told: list[object] = []
    try:
        instance = target.platform.instance(
            target.destination, {"workspace": "Acme"}, [subscription], transport=partner, oauth=TOKENS
        )
    except ConfigurationError as error:
        return str(error)
    async with instance:
        for silent in (False, True):
            mock.silent = silent
            events = [copy.deepcopy(event) for event in PEOPLE]
            if batch and target.destination.actions["syncMember"].perform_batch is not None:
                (delivery,) = await instance.deliver_batch(events)
                told.append([status.to_json() for status in delivery.statuses])
            else:
                for event in events:
                    (single,) = await instance.deliver(event)
                    told.append((single.outcome, str(single.error)))
            mock.roster.expire_tokens()
    sent = [(one.method, one.url, dict(one.headers), one.body) for one in map(sent_request, partner.received)]
    return repr((told, sent, [one.members for one in mock.roster.lists.values()]))


def test_no_two_mutants_have_one_name() -> None:
    assert len({mutant.id for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_loads(mutant: Mutant) -> None:
    assert check_destination(mutant.apply(clean()).destination) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.id)
def test_a_mutant_can_be_noticed(mutant: Mutant) -> None:
    expected, found = seen_of_clean(), seen(mutant.apply(clean()))
    assert {name for name in expected if found.get(name) != expected[name]}


def test_tools_that_change_nothing_cannot_be_noticed() -> None:
    changes_nothing = both(
        edit_field("syncMember", "consent.status", required=True),
        edit_setting("workspace", required=True),
        edit_request(lambda request, _data: request),
        edit_body(lambda body, _data: body),
        before_perform(with_values),
        around_batch(lambda perform, request, data: perform(request, data)),
    )
    assert seen(changes_nothing(clean())) == seen_of_clean()


def test_what_is_no_mutant_looks_the_same_every_time() -> None:
    assert seen(clean()) == seen_of_clean()
