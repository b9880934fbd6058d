"""What checks are about: the usual choices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from conformance.contracts import BoundAction, BoundField
from conformance.suite.model import NotApplicable, OnAction, OnField, OnPreset, OnSetting, Whole
from conformance.suite.target import Target


def whole(_target: Target) -> Sequence[Whole]:
    """Take the destination itself."""
    return (Whole(),)


def actions(target: Target) -> Sequence[OnAction] | NotApplicable:
    """Take every action that runs at Segment."""
    found = [OnAction(action) for action in target.cloud_actions]
    return found or NotApplicable("no action runs at Segment")


def batch_actions(target: Target) -> Sequence[OnAction] | NotApplicable:
    """Take every action that sends batches."""
    found = [OnAction(action) for action in target.cloud_actions if action.action.perform_batch is not None]
    return found or NotApplicable("no action declares perform_batch")


def fields_that(
    wanted: Callable[[BoundAction, BoundField], bool], otherwise: str
) -> Callable[[Target], Sequence[OnField] | NotApplicable]:
    """Take the fields of actions for which something holds; `otherwise` says why there are none."""

    def subjects(target: Target) -> Sequence[OnField] | NotApplicable:
        found = [
            OnField(action, field)
            for action in target.cloud_actions
            for field in action.fields
            if wanted(action, field)
        ]
        return found or NotApplicable(otherwise)

    return subjects


def settings_that(
    wanted: Callable[[BoundField], bool], otherwise: str
) -> Callable[[Target], Sequence[OnSetting] | NotApplicable]:
    """Take the settings for which something holds."""

    def subjects(target: Target) -> Sequence[OnSetting] | NotApplicable:
        return [OnSetting(field) for field in target.bound.settings if wanted(field)] or NotApplicable(otherwise)

    return subjects


def presets(target: Target) -> Sequence[OnPreset] | NotApplicable:
    """Take every preset with a trigger, whose action runs at Segment."""
    found = [OnPreset(preset, action) for preset, action in target.presets if preset.documented.trigger is not None]
    return found or NotApplicable("no preset has a trigger")


# --- fields by what becomes of them ---------------------------------------------------------------------------------


def is_free_text(_action: BoundAction, field: BoundField) -> bool:
    """Tell whether a field is any text, sent as it is."""
    facts = field.facts
    free = facts.choices is None and facts.format is None
    return field.documented.sent == "verbatim" and facts.type in ("string", "text") and free


def is_free_object(_action: BoundAction, field: BoundField) -> bool:
    """Tell whether a field is any object, sent as it is."""
    facts = field.facts
    return field.documented.sent == "verbatim" and facts.type == "object" and facts.properties is None
