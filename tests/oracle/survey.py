"""`python -m tests.oracle.survey`: what the definitions of Segment's own destinations get wrong, in numbers.

Each destination of Segment's npm package that loads is read as its `metadata.json` would be, put on a page by
`write_page`, and compared with that page. What is printed are the tables of `docs/catalog-findings.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias

import click

from actions_core import MISSING, Destination, InputField, Object, PayloadValidationError, read_metadata
from actions_core.check import check_destination
from actions_core.contract import compile_contract
from actions_core.definitions import AnyAction, Preset
from actions_core.errors import Problem, TriggerSyntaxError
from actions_core.js import stringify
from actions_core.mapping import check_mapping
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.trigger import lint
from conformance.contracts import Contract, Finding, bind, read_page
from conformance.contracts.escapes import cell
from conformance.contracts.markdown import one_line
from conformance.contracts.write_page import left_out, write_page
from tests.oracle.client import Oracle, unavailable

Destinations: TypeAlias = Mapping[str, Destination[Object]]
"""By their names in the package."""
Problems: TypeAlias = Iterable[str]
"""What is wrong with a destination: a place, and a word about it where the place does not say enough."""

EXAMPLES: Final = 3


def read_destinations(oracle: Oracle) -> dict[str, Destination[Object]]:
    """Read the definitions of all destinations that load."""
    names = oracle.ask("destinations")["result"]
    return {name: read_metadata(oracle.ask("definition", name=name)["result"]) for name in names}


# --- pages -----------------------------------------------------------------------------------------------------------


def round_trip(destination: Destination[Object]) -> tuple[Contract, list[Finding]]:
    """Write a destination's page and read it back: the contract, and what the definition says otherwise."""
    contract = read_page(write_page(destination), f"the page of {destination.slug}")
    return contract, bind(contract, destination)[1]


def is_true(finding: Finding, destination: Destination[Object]) -> bool:
    """Tell a mistake of the definition, which no page can repeat, from one of the page."""
    if finding.place in {problem.place for problem in left_out(destination)}:
        return True
    titles = {action.title for action in destination.actions.values() if action.title != one_line(action.title)}
    return finding.place.endswith(".action") and any(repr(title) in finding.message for title in titles)


# --- mistakes --------------------------------------------------------------------------------------------------------


def _visible(fields: Mapping[str, InputField]) -> dict[str, InputField]:
    return {key: field for key, field in fields.items() if not field.unsafe_hidden}


def _actions(destination: Destination[Object]) -> Iterator[tuple[str, AnyAction[Object]]]:
    return ((slug, action) for slug, action in destination.actions.items() if not action.hidden)


def _presets(destination: Destination[Object]) -> Iterator[tuple[str, Preset]]:
    return ((f"preset {preset.name!r}", preset) for preset in destination.presets)


def _more_than_once(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(map(one_line, names)).items() if count > 1]


_PARSING: Final = "(at character "
"""What every message about a trigger that does not parse has."""


def _refused(destination: Destination[Object], words: str) -> Problems:
    """List what `check_destination` refuses with some words."""
    return [_short(problem) for problem in check_destination(destination) if words in problem.message]


def _short(problem: Problem) -> str:
    """Drop the list of what there would have been."""
    return f"{problem.place}: {problem.message.partition(';')[0]}"


def _refused_otherwise(destination: Destination[Object]) -> Problems:
    known = ("there is no action", "which is no field", "is no field of the action", _PARSING)
    return [_short(one) for one in check_destination(destination) if not any(word in one.message for word in known)]


def _hidden_preset(destination: Destination[Object]) -> Problems:
    hidden = {slug for slug, action in destination.actions.items() if action.hidden}
    return [f"{place}: {preset.action}" for place, preset in _presets(destination) if preset.action in hidden]


def _triggers(destination: Destination[Object]) -> Iterator[tuple[str, str]]:
    for slug, action in _actions(destination):
        if action.default_subscription is not None:
            yield slug, action.default_subscription
    for place, preset in _presets(destination):
        if preset.trigger is not None:
            yield place, preset.trigger


def _odd_triggers(destination: Destination[Object]) -> Problems:
    for place, trigger in _triggers(destination):
        try:
            cautions = lint(trigger)
        except TriggerSyntaxError:
            continue  # a kind of its own
        if cautions:
            yield f"{place}: `{one_line(trigger)}`"


def _unmapped(destination: Destination[Object], *, automatic: bool) -> Problems:
    for place, preset in _presets(destination):
        action = destination.actions.get(preset.action)
        for key, field in action.fields.items() if action else ():
            left_to_the_owner = key not in (preset.mapping or {}) and field.required is True
            if left_to_the_owner and (preset.event_slug is None) is automatic:
                yield f"{place}: {preset.action}.{key}"


def _warned_mappings(destination: Destination[Object]) -> Problems:
    for place, preset in _presets(destination):
        action = destination.actions.get(preset.action)
        for finding in check_mapping(preset.mapping or {}, action.fields) if action else ():
            if finding.severity == "warning":
                yield f"{place}{finding.place}"


def _double_labels(destination: Destination[Object]) -> Problems:
    contracts = [
        ("settings", destination.settings_fields),
        *((slug, one.fields) for slug, one in _actions(destination)),
    ]
    for place, fields in contracts:
        for label in _more_than_once(field.label for field in _visible(fields).values()):
            keys = [key for key, field in fields.items() if one_line(field.label) == label]
            yield f"{place}: {' and '.join(keys)} are both {label!r}"


def _defaults(destination: Destination[Object]) -> Iterator[tuple[str, InputField]]:
    """Yield the fields whose default is a value and not a directive."""
    contracts = [
        ("settings", destination.settings_fields),
        *((slug, one.fields) for slug, one in _actions(destination)),
    ]
    for place, fields in contracts:
        for key, field in fields.items():
            if field.default is not MISSING and '"@' not in stringify(field.default):
                yield f"{place}.{key}", field


def _wrong_choices(destination: Destination[Object]) -> Problems:
    for place, field in _defaults(destination):
        choices = field.choice_values()
        if choices is not None and not field.multiple and field.default not in choices:
            yield f"{place}: {field.default!r} is none of {', '.join(map(str, choices))}"


def _wrong_defaults(destination: Destination[Object]) -> Problems:
    for place, field in _defaults(destination):
        plain = field.model_copy(update={"required": False, "choices": None})
        try:
            compile_contract({"value": plain}).validate({"value": field.default})
        except PayloadValidationError:
            yield f"{place}: {field.default!r} is no {field.type}"


def _silent(destination: Destination[Object]) -> Problems:
    yield from (f"settings.{key}" for key, one in _visible(destination.settings_fields).items() if not one.description)
    for slug, action in _actions(destination):
        yield from (f"{slug}.{key}" for key, one in _visible(action.fields).items() if not one.description.strip())


KINDS: Final[dict[str, Callable[[Destination[Object]], Problems]]] = {
    "a preset for an action that does not exist": lambda one: _refused(one, "there is no action"),
    "a condition about a field that does not exist": lambda one: _refused(one, "which is no field"),
    "a mapping with a key that the action lacks": lambda one: _refused(one, "is no field of the action"),
    "a trigger that does not parse": lambda one: _refused(one, _PARSING),
    "anything else that `check_destination` refuses": _refused_otherwise,
    f"more than {MAX_MAPPINGS} presets": lambda one: (
        [f"{len(one.presets)} presets"] if len(one.presets) > MAX_MAPPINGS else []
    ),
    "a preset that leaves out a required field": lambda one: _unmapped(one, automatic=True),
    "… and one that an event of Segment's own products sets up": lambda one: _unmapped(one, automatic=False),
    "a preset for a hidden action": _hidden_preset,
    "a preset's mapping that works otherwise than it looks": _warned_mappings,
    "a trigger that Segment's documentation does not know, or reads otherwise": _odd_triggers,
    "a default that is none of the choices": _wrong_choices,
    "a default of another type than the field": _wrong_defaults,
    "two actions with one title": lambda one: _more_than_once(action.title for _, action in _actions(one)),
    "two fields of one action, or settings, with one label": _double_labels,
    "several presets with one name": lambda one: _more_than_once(preset.name for preset in one.presets),
    "a title with white space at an end": lambda one: (
        [f"{slug}: {action.title!r}" for slug, action in _actions(one) if action.title != action.title.strip()]
    ),
    "a field or setting without a description": _silent,
    "an action without a default trigger": lambda one: (
        [slug for slug, action in _actions(one) if action.default_subscription is None]
    ),
    "an action without a field that is shown": lambda one: (
        [slug for slug, action in _actions(one) if not _visible(action.fields)]
    ),
}
"""What may be wrong with a definition, what breaks something first, and what is only bare or ambiguous last."""


# --- the tables ------------------------------------------------------------------------------------------------------


def tables(destinations: Destinations) -> str:
    """Write the numbers and the findings as Markdown."""
    return f"{_numbers(destinations)}\n\n{_findings(destinations)}\n"


def _numbers(destinations: Destinations) -> str:
    every = list(destinations.values())
    actions = [action for one in every for action in one.actions.values()]
    fields = [field for action in actions for field in action.fields.values()]
    trips = {name: round_trip(one) for name, one in destinations.items()}
    agreeing = sum(not findings for _, findings in trips.values())
    true = sum(is_true(finding, destinations[name]) for name, (_, findings) in trips.items() for finding in findings)
    rows = [
        ("destinations that load", len(every)),
        ("actions", len(actions)),
        ("… of them hidden", sum(action.hidden for action in actions)),
        ("fields", len(fields)),
        ("… of them hidden", sum(field.unsafe_hidden for field in fields)),
        ("settings", sum(len(one.settings_fields) for one in every)),
        ("presets", sum(len(one.presets) for one in every)),
        ("pages written and read back", len(trips)),
        ("… that the definition differs from in nothing", agreeing),
        ("clauses on them", sum(len(contract.clauses) for contract, _ in trips.values())),
        ("differences", sum(len(findings) for _, findings in trips.values())),
        ("… that are mistakes of the definition", true),
    ]
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {count:,} |" for name, count in rows)])


def _findings(destinations: Destinations) -> str:
    rows = []
    for kind, find in KINDS.items():
        count = 0
        examples: dict[str, str] = {}  # one of each destination
        for name, destination in destinations.items():
            found = list(find(destination))
            count += len(found)
            examples.update({name: found[0]} if found else {})
        shown = "<br>".join(f"{name}: {cell(problem)}" for name, problem in list(examples.items())[:EXAMPLES])
        rows.append(f"| {kind} | {count} | {len(examples)} | {shown} |")
    return "\n".join(["| what | findings | destinations | examples |", "|---|---:|---:|---|", *rows])


@click.command()
def main() -> None:
    """Print the tables of docs/catalog-findings.md."""
    reason = unavailable()
    if reason is not None:
        raise click.UsageError(reason)
    with Oracle() as oracle:
        click.echo(tables(read_destinations(oracle)), nl=False)


if __name__ == "__main__":
    main()
