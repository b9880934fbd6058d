"""Tools that make mistakes in Segment around a plugin: each gives an `Edit`, as those of `conformance.mutants.edit` do.

around_segment("matches", lambda matches, trigger, event: not matches(trigger, event))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from actions_core.definitions import Destination, Subscription, preset_subscriptions
from actions_core.errors import MappingLimitError
from actions_core.js import Object
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.runtime import DestinationInstance
from actions_core.runtime.plan import Plan
from actions_core.runtime.values import compile_builder
from conformance.mutants.edit import Edit, both
from conformance.mutants.payloads import with_fields
from conformance.suite.target import Target


def edit_platform(**parts: Any) -> Edit:
    """Replace functions of `conformance.suite.platform.Platform`."""
    return lambda target: replace(target, platform=replace(target.platform, **parts))


def around_segment(part: str, around: Callable[..., Any]) -> Edit:
    """Call another function in place of one of Segment's; its first argument is the one that it stands for."""

    def edit(target: Target) -> Target:
        return edit_platform(**{part: partial(around, getattr(target.platform, part))})(target)

    return edit


def edit_plans(change: Callable[[Plan], Plan]) -> Edit:
    """Change the compiled mappings of every instance."""

    def around(instance: Callable[..., DestinationInstance[Any]], *args: Any, **options: Any) -> Any:
        made = instance(*args, **options)
        made._use([change(plan) for plan in made.plans])
        return made

    return around_segment("instance", around)


# --- mistakes --------------------------------------------------------------------------------------------------------


class _Unchecked:
    """A contract that keeps nothing out."""

    def validate(self, values: Any, mode: str = "event") -> Any:
        return values

    def acceptance(self, *, single: bool) -> None:
        """Have nothing written: all values are taken."""


def skip_validation() -> Edit:
    """Hand payloads over as the mapping makes them; what is missing is MISSING."""

    def unchecked(plan: Plan) -> Plan:
        fields = {key: field.model_copy(update={"required": False}) for key, field in plan.action.fields.items()}
        build = compile_builder(with_fields(plan.action.payload, fields))
        return replace(plan, contract=_Unchecked(), build=build, give=build)  # type: ignore[arg-type]  # it is no contract

    return edit_plans(unchecked)


def limit_mappings(most: int) -> Edit:
    """Let an instance have another number of mappings than 50."""

    def check(count: int) -> None:
        if count > most:
            raise MappingLimitError(f"an instance of a destination has at most {most} mappings, got {count}")

    def around(
        instance: Callable[..., DestinationInstance[Any]],
        destination: Destination[Any],
        settings: Object,
        subscriptions: Sequence[Subscription] | None = None,
        **options: Any,
    ) -> DestinationInstance[Any]:
        wanted = preset_subscriptions(destination) if subscriptions is None else subscriptions
        check(len(wanted))
        made = instance(destination, settings, wanted[:MAX_MAPPINGS], **options)
        more = [Plan.compile(destination, one) for one in wanted[MAX_MAPPINGS:] if one.enabled]
        made._use([*made.plans, *more])
        return made

    return both(around_segment("instance", around), edit_platform(check_mapping_count=check))
