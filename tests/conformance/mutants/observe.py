"""Looks at a destination from outside, without the suite: whatever a mutant does must show here."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from actions_core import ConfigurationError, DeliveryError, OAuthCredentials, Object, Subscription, write_metadata
from actions_core.definitions import mapping_of
from actions_core.js import stringify
from actions_core.runtime import DestinationInstance
from actions_core.testing import Answer, SentRequest
from actions_core.testing.partner import ScriptedPartner, sent_request
from conformance.suite.target import Target

Answering: TypeAlias = Callable[[SentRequest], Answer]


def content(_request: SentRequest) -> Answer:
    """Answer as a partner that is content with everything."""
    return Answer()


def always(answer: Answer) -> Answering:
    """Answer everything alike."""
    return lambda _request: answer


@dataclass(frozen=True, kw_only=True)
class Experiments:
    """What a destination is tried with."""

    settings: Object
    other_settings: Object
    oauth: OAuthCredentials | None = None
    events: Sequence[Object]
    """Go through the presets' mappings."""
    inputs: dict[str, Sequence[Object]]
    """By action: values for its fields."""
    answer: Answering = content
    """What the partner says when all is well."""


ANSWERS = (
    *(Answer(status=status) for status in (204, 400, 401, 403, 404, 409, 429, 500, 501, 503)),
    Answer(body="no JSON", headers={"content-type": "application/json"}),
    Answer(error="ETIMEDOUT"),
    Answer(error="ECONNRESET"),
)


def observe(target: Target, tried: Experiments) -> dict[str, str]:
    """Give what was seen in each experiment."""
    return dict(_declared(target)) | dict(asyncio.run(_Observer(target, tried).all()))


def _declared(target: Target) -> Iterator[tuple[str, str]]:
    yield "metadata", stringify(write_metadata(target.destination))
    yield "calls and name", repr((target.destination.name, target.destination.calls, target.destination.engage))
    yield "presets", repr(target.destination.presets)
    for count in (49, 50, 51):
        yield f"{count} mappings", _limit(target, count)


def _limit(target: Target, count: int) -> str:
    try:
        target.platform.check_mapping_count(count)
    except ConfigurationError as error:
        return str(error)
    return "as many as one may have"


class _Observer:
    def __init__(self, target: Target, tried: Experiments) -> None:
        self.target = target
        self.tried = tried
        self.seen: list[tuple[str, str]] = []
        self.answer = tried.answer

    async def all(self) -> list[tuple[str, str]]:
        tried = self.tried
        for index, event in enumerate(tried.events):
            await self.presets(f"event {index}", [event], tried.settings)
        await self.presets("at the same time", tried.events, tried.settings)
        await self.presets("again", [*tried.events[:1], *tried.events[:1]], tried.settings)
        await self.presets("with other settings", tried.events[:1], tried.other_settings)
        for slug, inputs in tried.inputs.items():
            for index, values in enumerate(inputs):
                await self.probe(f"{slug} {index}", slug, values)
            for answer in ANSWERS:
                self.answer = always(answer)
                await self.probe(f"{slug} answered {answer.status} {answer.error} {answer.body!r}", slug, inputs[0])
            self.answer = tried.answer
            if self.target.destination.actions[slug].perform_batch is not None:
                await self.batches(slug, [*inputs, inputs[0]])
        for answer in ANSWERS:
            self.answer = always(answer)
            await self.check(f"credentials answered {answer.status} {answer.error}")
        for key in tried.settings:
            settings = {other: value for other, value in tried.settings.items() if other != key}
            await self.presets(f"without {key}", tried.events[:1], settings)
        return self.seen

    # --- one experiment each ---

    async def presets(self, name: str, events: Sequence[Object], settings: Object) -> None:
        destination = self.target.destination
        mappings = [
            Subscription(name=one.name, action=one.action, trigger=one.trigger, mapping=mapping_of(one, destination))
            for one in destination.presets
            if one.trigger is not None
        ]
        await self.deliver(name, events, mappings, settings)

    async def probe(self, name: str, slug: str, values: Object) -> None:
        event: Object = {"type": "track", "event": "Probe", "channel": "server", "properties": values}
        await self.deliver(name, [event], [self.probing(slug)], self.tried.settings)

    def probing(self, slug: str) -> Subscription:
        action = self.target.destination.actions[slug]
        mapping: Object = {key: {"@path": f"$.properties['{key}']"} for key in action.fields}
        if action.sync_modes is not None:
            mapping["__segment_internal_sync_mode"] = action.sync_modes.default
        return Subscription(name=slug, action=slug, trigger='type = "track"', mapping=mapping)

    async def deliver(
        self, name: str, events: Sequence[Object], mappings: list[Subscription], settings: Object
    ) -> None:
        partner = ScriptedPartner(self.answer)
        given = [copy.deepcopy(event) for event in events]
        with _Logged() as logged:
            try:
                instance = self.open(settings, mappings, partner)
            except ConfigurationError as error:
                self.seen.append((name, f"{type(error).__name__}: {error}"))
                return
            async with instance:
                found = await asyncio.gather(*(instance.deliver(event) for event in given))
                shown = [[(one.outcome, *_error(one.error)) for one in delivered] for delivered in found]
                self.note(name, shown, partner, given, logged, repr(instance.account.settings))

    async def batches(self, slug: str, inputs: Sequence[Object]) -> None:
        for status in (200, 400, 404):
            partner = ScriptedPartner(self.second_answered(status))
            events: list[Object] = [{"type": "track", "event": "Probe", "properties": values} for values in inputs]
            async with self.open(self.tried.settings, [self.probing(slug)], partner) as instance:
                (found,) = await self.target.platform.deliver_batch(instance, events)
                self.note(f"batch {slug} {status}", [one.to_json() for one in found.statuses], partner, events)

    async def check(self, name: str) -> None:
        partner = ScriptedPartner(self.answer)
        async with self.open(self.tried.settings, [], partner) as instance:
            try:
                await instance.check_authentication()
                told = "accepted"
            except DeliveryError as error:
                told = repr(_error(error))
        self.note(name, told, partner)

    # --- parts ---

    def open(
        self, settings: Object, mappings: list[Subscription], partner: ScriptedPartner
    ) -> DestinationInstance[Any]:
        return self.target.platform.instance(
            self.target.destination, copy.deepcopy(settings), mappings, transport=partner, oauth=self.tried.oauth
        )

    def second_answered(self, status: int) -> Answering:
        """Answer the second request with a status, and the others as when all is well."""
        requests: list[SentRequest] = []

        def answer(request: SentRequest) -> Answer:
            requests.append(request)
            return Answer(status=status) if len(requests) == 2 else self.answer(request)

        return answer

    def note(self, name: str, shown: object, partner: ScriptedPartner, *rest: object) -> None:
        sent = [
            (one.method, one.url, sorted(one.headers.items()), _plain(one.text))
            for one in map(sent_request, partner.received)
        ]
        self.seen.append((name, repr((shown, sent, rest))))


def _plain(body: str) -> str:
    """Write a body so that only what it says counts, not how."""
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return body  # a form, or nothing


def _error(error: DeliveryError | None) -> tuple[object, ...]:
    return () if error is None else (type(error).__name__, str(error), error.status, error.code, error.retryable)


class _Logged:
    """Collects what is logged, of every level."""

    def __enter__(self) -> list[str]:
        self.lines: list[str] = []
        self.handler = logging.Handler()
        self.handler.emit = lambda record: self.lines.append(record.getMessage())  # type: ignore[method-assign]
        self.level = logging.getLogger().level
        logging.getLogger().setLevel(logging.DEBUG)
        logging.getLogger().addHandler(self.handler)
        return self.lines

    def __exit__(self, *_exception: object) -> None:
        logging.getLogger().setLevel(self.level)
        logging.getLogger().removeHandler(self.handler)
