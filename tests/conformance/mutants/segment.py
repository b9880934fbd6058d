"""Wrong versions of Segment around a plugin: what the runtime, and not the plugin's author, could get wrong."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from actions_core import DefinitionError, Destination, Object, TriggerSyntaxError
from actions_core.definitions import default_values
from actions_core.errors import Problem, SettingsError, is_retried
from actions_core.mapping import compile_mapping
from actions_core.plugins import Catalog, Plugin
from actions_core.request import Exchange
from actions_core.rules.integrations import FILTERED, SENT
from actions_core.rules.retries import RetrySchedule
from actions_core.runtime import BatchDelivery, DestinationInstance
from actions_core.runtime.plan import Plan
from actions_core.transport import HttpRequest
from actions_core.trigger import compile_trigger
from conformance.mutants.code import made_for
from conformance.mutants.edit import Edit
from conformance.mutants.model import Mutant
from conformance.mutants.segment import around_segment, edit_plans, edit_platform

Instance = DestinationInstance[Any]

# --- triggers --------------------------------------------------------------------------------------------------------


def _lower(value: Any) -> Any:
    if isinstance(value, dict):
        return {key.lower(): _lower(inner) for key, inner in value.items()}
    return value.lower() if isinstance(value, str) else value


def _without_case(matches: Any, trigger: str, event: Object) -> Any:
    return matches(trigger.lower(), _lower(event))


def _null_is_there(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _null_is_there(inner) for key, inner in value.items()}
    return "null" if value is None else value


def _raw_errors(matches: Any, trigger: str, event: Object) -> Any:
    try:
        return matches(trigger, event)
    except TriggerSyntaxError as error:
        raise IndexError(str(error)) from None


def _no_position(matches: Any, trigger: str, event: Object) -> Any:
    try:
        return matches(trigger, event)
    except TriggerSyntaxError as error:
        raise TriggerSyntaxError(str(error), trigger, -1) from None


def _only_the_first_clause(matches: Any, trigger: str, event: Object) -> Any:
    return matches(re.split(" and | or ", trigger)[0].lstrip("("), event)


def _mends(witness: str, truth: bool) -> Edit:
    """Let Segment read a trigger as its documentation does, where it is known to read it otherwise."""
    return around_segment(
        "matches", lambda matches, trigger, event: truth if trigger == witness else matches(trigger, event)
    )


_FQL: Final = (
    Mutant("fql/case", "triggers do not look at case", around_segment("matches", _without_case)),
    Mutant(
        "fql/null",
        "what is null is there",
        around_segment("matches", lambda matches, trigger, event: matches(trigger, _null_is_there(event))),
    ),
    Mutant(
        "fql/brackets",
        "brackets are passed over",
        around_segment("matches", lambda matches, trigger, event: matches(re.sub(r"(?<!\w)\(|\)", "", trigger), event)),
    ),
    Mutant("fql/first-clause", "only the first clause counts", around_segment("matches", _only_the_first_clause)),
    Mutant(
        "fql/not-equal",
        "!= is read as =",
        around_segment("matches", lambda matches, trigger, event: matches(trigger.replace("!=", "="), event)),
    ),
    Mutant("fql/raw-error", "a text that is no trigger ends in an IndexError", around_segment("matches", _raw_errors)),
    Mutant("fql/no-position", "an error has no place in the text", around_segment("matches", _no_position)),
    Mutant(
        "fql/precedence-mended",
        "and binds tighter than or, which nobody has taken out of the divergences",
        _mends('type = "track" or event = "x" and properties.a = "x"', True),
    ),
    Mutant(
        "fql/event-null-mended",
        "event = null takes an event without one, which nobody has taken out of the divergences",
        _mends("event = null", True),
    ),
)

# --- where events go -------------------------------------------------------------------------------------------------


def _all_beats_name(route: Any, integrations: object, name: str, **options: Any) -> Any:
    if isinstance(integrations, dict) and integrations.get("All") is False:
        return FILTERED
    return route(integrations, name, **options)


def _any_case(route: Any, integrations: object, name: str, **options: Any) -> Any:
    if isinstance(integrations, dict):
        integrations = {name if key.strip().lower() == name.lower() else key: one for key, one in integrations.items()}
    return route(integrations, name, **options)


def _falsy_is_false(route: Any, integrations: object, name: str, **options: Any) -> Any:
    if isinstance(integrations, dict):
        integrations = {key: one or False for key, one in integrations.items()}
    return route(integrations, name, **options)


def _must_be_object(route: Any, integrations: Any, name: str, **options: Any) -> Any:
    return FILTERED if integrations is None else route(integrations, name, **options)


def _without_all(route: Any, integrations: object, name: str, **options: Any) -> Any:
    if isinstance(integrations, dict):
        integrations = {key: one for key, one in integrations.items() if key.lower() != "all"}
    return route(integrations, name, **options)


def _any_type_of_case(refuse: Any, event: Object, calls: Sequence[str]) -> Any:
    kind = event.get("type")
    return refuse({**event, "type": kind.lower()} if isinstance(kind, str) else event, calls)


_ROUTES: Final = (
    Mutant("integrations/ignored", "everything is sent", edit_platform(route=lambda *_args, **_options: SENT)),
    Mutant("integrations/all-ignored", "All says nothing", around_segment("route", _without_all)),
    Mutant("integrations/all-first", "All: false beats the name", around_segment("route", _all_beats_name)),
    Mutant("integrations/any-case", "the name may be in any case", around_segment("route", _any_case)),
    Mutant("integrations/falsy", "null and 0 keep an event back", around_segment("route", _falsy_is_false)),
    Mutant("integrations/null", "null in place of the object keeps an event back", around_segment("route", _must_be_object)),
    Mutant(
        "calls/any", "every call is accepted", edit_platform(refuse_call_type=lambda _event, _calls: None)
    ),
    Mutant("calls/any-case", "types may be in any case", around_segment("refuse_call_type", _any_type_of_case)),
)  # fmt: skip

# --- Engage ----------------------------------------------------------------------------------------------------------

Events = Iterator[Object]


def _membership(change: Callable[[Iterable[Object]], Iterable[Object]]) -> Edit:
    def around(events: Any, *args: Any, **options: Any) -> Events:
        yield from change(events(*args, **options))

    return around_segment("membership_events", around)


def _trait(event: Object, value: Callable[[Any], Any]) -> Object:
    key = event["context"]["personas"]["computation_key"]
    return {**event, "traits": {**event["traits"], key: value(event["traits"][key])}}


def _sends_all(events: Any, *args: Any, **options: Any) -> Events:
    yield from events(*args, **{**options, "previous": []})


def _only_at_first(events: Any, *args: Any, **options: Any) -> Events:
    if not list(options["previous"]):
        yield from events(*args, **options)


def _leaves(event: Object) -> bool:
    return event["traits"][event["context"]["personas"]["computation_key"]] is False


_ENGAGE: Final = (
    Mutant("engage/key", "the trait is called as the audience is", edit_platform(snake_case=lambda name: name)),
    Mutant(
        "engage/key-blanks",
        "only blanks become underscores",
        edit_platform(snake_case=lambda name: name.lower().replace(" ", "_")),
    ),
    Mutant(
        "engage/value",
        "membership is told as a text",
        _membership(lambda events: (_trait(event, lambda value: str(value).lower()) for event in events)),
    ),
    Mutant(
        "engage/no-leave",
        "who leaves is not told of",
        _membership(lambda events: (event for event in events if not _leaves(event))),
    ),
    Mutant(
        "engage/call",
        "membership is told in track calls",
        _membership(lambda events: ({**event, "type": "track"} for event in events)),
    ),
    Mutant("engage/all-again", "every sync tells of all members", around_segment("membership_events", _sends_all)),
    Mutant("engage/once", "only the first sync tells of anybody", around_segment("membership_events", _only_at_first)),
    Mutant(
        "engage/first-missing",
        "the first of the members is left out",
        _membership(lambda events: list(events)[1:]),
    ),
)

# --- another try -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Regular(RetrySchedule):
    """Every minute, on the minute."""

    def next_attempt(
        self,
        attempt: int,
        *,
        first_at: float,
        now: float,
        random: Callable[[], float],
        retry_after: str | None = None,
    ) -> float | None:
        at = now + 60.0
        return at if at <= first_at + self.window else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Impatient(RetrySchedule):
    """Never as late as a partner asks for."""

    def next_attempt(
        self,
        attempt: int,
        *,
        first_at: float,
        now: float,
        random: Callable[[], float],
        retry_after: str | None = None,
    ) -> float | None:
        return RetrySchedule.next_attempt(self, attempt, first_at=first_at, now=now, random=random)


def _always(fate_of: Any, error: Any, scheme: Any = "custom", **options: Any) -> Any:
    return "retried" if error is not None else fate_of(error, scheme, **options)


def _never(fate_of: Any, error: Any, scheme: Any = "custom", **options: Any) -> Any:
    fate = fate_of(error, scheme, **options)
    return "discarded" if fate == "retried" else fate


def _all_of_500(fate_of: Any, error: Any, scheme: Any = "custom", **options: Any) -> Any:
    if error is not None and error.status == 501 and not is_retried(501):
        return "retried"
    return fate_of(error, scheme, **options)


_RETRIES: Final = (
    Mutant("retry/always", "every failure is tried again", around_segment("fate_of", _always)),
    Mutant("retry/never", "no failure is tried again", around_segment("fate_of", _never)),
    Mutant("retry/501", "what the partner cannot do is tried again", around_segment("fate_of", _all_of_500)),
    Mutant(
        "retry/a-day", "events are tried again for a day", edit_platform(schedule=RetrySchedule(window=24 * 3600.0))
    ),
    Mutant("retry/a-minute", "events are tried again for a minute", edit_platform(schedule=RetrySchedule(window=60.0))),
    Mutant("retry/regular", "events are tried again every minute", edit_platform(schedule=_Regular())),
    Mutant("retry/impatient", "the partner's Retry-After is passed over", edit_platform(schedule=_Impatient())),
)

# --- mappings, contracts, deliveries ---------------------------------------------------------------------------------


def _subscribed_to_all(plan: Plan) -> Plan:
    return replace(plan, trigger=compile_trigger('type != ""'))


def _with_defaults(plan: Plan) -> Plan:
    """Let the defaults win over what the mapping's owner has said."""
    mapping = {**plan.subscription.mapping, **default_values(plan.action.fields)}
    return replace(plan, mapping=compile_mapping(mapping))


def _else_branch(resolve: Any, mapping: Object, event: Object) -> Any:
    return resolve(_swapped(mapping), event)


def _swapped(value: Any) -> Any:
    if isinstance(value, dict):
        if "@if" in value and "else" in value["@if"]:
            branches = value["@if"]
            return {"@if": {**branches, "then": branches["else"], "else": branches["then"]}}
        return {key: _swapped(inner) for key, inner in value.items()}
    return value


def _backwards(instance: Callable[..., Instance], *args: Any, **options: Any) -> Instance:
    made = instance(*args, **options)
    deliver = made.deliver

    async def delivered(event: Object | bytes) -> Any:
        return (await deliver(event))[::-1]

    made.deliver = delivered  # type: ignore[method-assign]  # for those who want it to be wrong
    return made


def _tells_of_refusals(instance: Callable[..., Instance], *args: Any, **options: Any) -> Instance:
    made = instance(*args, **options)
    deliver = made.deliver

    async def delivered(event: Object | bytes) -> Any:
        found = await deliver(event)
        request = HttpRequest("POST", "https://partner.example/refused")
        return [replace(one, exchanges=(Exchange(request),)) if one.outcome == "rejected" else one for one in found]

    made.deliver = delivered  # type: ignore[method-assign]  # likewise
    return made


def _copies(instance: Callable[..., Instance], *args: Any, **options: Any) -> Instance:
    made = instance(*args, **options)
    deliver = made.deliver

    async def delivered(event: Object | bytes) -> Any:
        return await deliver(copy.deepcopy(event))

    made.deliver = delivered  # type: ignore[method-assign]  # likewise
    return made


def _blank_is_missing(
    instance: Callable[..., Instance], destination: Destination[Any], settings: Object, *args: Any, **options: Any
) -> Instance:
    blank = [key for key, value in settings.items() if value == ""]
    if blank:
        raise SettingsError(f"The root value is missing the required field '{blank[0]}'.")
    return instance(destination, settings, *args, **options)


def _batches(change: Callable[[BatchDelivery], BatchDelivery]) -> Edit:
    async def around(deliver: Any, instance: Instance, events: Sequence[Object]) -> Any:
        return [change(one) for one in await deliver(instance, events)]

    return around_segment("deliver_batch", around)


async def _not_empty(deliver: Any, instance: Instance, events: Sequence[Object]) -> Any:
    if not any(isinstance(event, dict) for event in events):
        raise ValueError("there are no events")
    return await deliver(instance, events)


_DELIVERIES: Final = (
    Mutant("mapping/every-event", "mappings take events of any kind", edit_plans(_subscribed_to_all)),
    Mutant("mapping/defaults-win", "a default wins over what the mapping's owner says", edit_plans(_with_defaults)),
    Mutant(
        "mapping/backwards", "mappings run from the last to the first", around_segment("instance", _backwards)
    ),
    Mutant("mapping/branches", "@if takes the other branch", around_segment("resolve", _else_branch)),
    Mutant(
        "refusal/told", "the partner is told of events that are refused", around_segment("instance", _tells_of_refusals)
    ),
    Mutant("event/copied", "an event is copied by a function that calls itself", around_segment("instance", _copies)),
    Mutant(
        "settings/blank-mended",
        "a blank setting is refused, which nobody has taken out of the divergences",
        around_segment("instance", _blank_is_missing),
    ),
    Mutant(
        "batch/only-delivered",
        "a batch has statuses for the events that arrived",
        _batches(lambda one: replace(one, statuses=tuple(status for status in one.statuses if status.delivered))),
    ),
    Mutant("batch/backwards", "the statuses of a batch are backwards",
        _batches(lambda one: replace(one, statuses=one.statuses[::-1]))),
    Mutant("batch/not-empty", "a batch without events is an error", around_segment("deliver_batch", _not_empty)),
)  # fmt: skip

# --- plugins ---------------------------------------------------------------------------------------------------------


def _passed_over(with_plugin: Any, catalog: Catalog, plugin: Plugin) -> Any:
    try:
        return with_plugin(catalog, plugin)
    except DefinitionError:
        return catalog


def _nameless(with_plugin: Any, catalog: Catalog, plugin: Plugin) -> Any:
    try:
        return with_plugin(catalog, plugin)
    except DefinitionError:
        raise DefinitionError("a plugin", [Problem("it", "cannot be loaded")]) from None


def _last_wins(with_plugin: Any, catalog: Catalog, plugin: Plugin) -> Any:
    kept = [one for one in catalog.plugins if one.name != plugin.name]
    try:
        return with_plugin(catalog, plugin)
    except DefinitionError:
        return with_plugin(Catalog((), {}, {}), plugin) if len(kept) < len(catalog.plugins) else catalog


def _leaking() -> Edit:
    """Keep the hooks of plugins that were refused."""
    refused: list[object] = []

    def around(with_plugin: Any, catalog: Catalog, plugin: Plugin) -> Any:
        try:
            made = with_plugin(catalog, plugin)
        except DefinitionError:
            refused.append(plugin.implementation)
            raise
        for one in refused:
            hook = getattr(one, "actions_extra_presets", None)
            if hook is not None:
                for destination in made.destinations.values():
                    hook(destination)
        return made

    return around_segment("with_plugin", around)


def _growing() -> Edit:
    """Keep every plugin that was ever loaded."""
    known: list[Plugin] = []

    def around(with_plugin: Any, catalog: Catalog, plugin: Plugin) -> Any:
        made = with_plugin(catalog, plugin)
        for one in known:
            if all(one.name != other.name for other in made.plugins):
                made = with_plugin(made, one)
        known.append(plugin)
        return made

    return around_segment("with_plugin", around)


_PLUGINS: Final = (
    Mutant("plugins/passed-over", "a plugin that is wrong is passed over", around_segment("with_plugin", _passed_over)),
    Mutant("plugins/nameless", "an error does not name the plugin", around_segment("with_plugin", _nameless)),
    Mutant(
        "plugins/last-wins", "of two plugins of one name the last counts", around_segment("with_plugin", _last_wins)
    ),
    Mutant("plugins/leaking", "hooks of a plugin that was refused are still asked", made_for(_leaking)),
    Mutant("plugins/growing", "a plugin that was loaded once is there for ever", made_for(_growing)),
)

MUTANTS: Final[tuple[Mutant, ...]] = (*_FQL, *_ROUTES, *_ENGAGE, *_RETRIES, *_DELIVERIES, *_PLUGINS)
