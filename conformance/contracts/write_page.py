"""Writes a destination's documentation page from its definition, in the dialect that `read_page` reads.

What the definition knows is written, and nothing else: where to find an API key is for a person to add. The page reads
back as a contract from which the definition differs in nothing that a page can show.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from actions_core.definitions import AnyAction, Destination, Platform, Preset
from actions_core.errors import ActionsError, Problem, TriggerSyntaxError
from actions_core.fields import InputField
from actions_core.rules.limits import MAX_MAPPINGS
from actions_core.trigger import parse
from conformance.contracts.escapes import block, cell, paragraph, plain
from conformance.contracts.markdown import one_line
from conformance.contracts.model import DocumentedType
from conformance.contracts.tables import FIELD_HEADER, PRESET_HEADER
from conformance.contracts.triggers import event_slug_of, same_trigger, trigger_of


class UnwritableError(ActionsError):
    """A definition that no page can say; `problems` tells each place of it, and why."""

    def __init__(self, subject: str, problems: Iterable[Problem]) -> None:
        self.problems: Final = tuple(problems)
        super().__init__("\n".join([f"no page can be written for {subject}:", *map(str, self.problems)]))


_SPEC: Final = "https://segment.com/docs/connections/spec"
_INTEGRATIONS_OBJECT: Final = "https://segment.com/docs/guides/filtering-data/#filtering-with-the-integrations-object"
_COMPONENTS: Final = "https://segment.com/docs/connections/destinations/actions/#components-of-a-destination-action"
_PLATFORMS: Final[dict[Platform, str]] = {"cloud": "Cloud", "web": "Web"}

_ENGAGE: Final = """\
Computed traits and audiences of [Engage](https://segment.com/docs/engage) come to this destination as a **user
property**.

For each user who joins or leaves an audience, Engage sends an
[identify](https://segment.com/docs/connections/spec/identify/) call. It has a trait that is called like the audience in
snake case; its value is true for one who joins and false for one who leaves. When somebody orders for the first time in
a month, for instance, the call says `order_completed_last_30days: true`, and once the order is older than that, another
one says `false`.

A new audience begins with one call for each of its members. After that there are calls only for users who join or
leave.

> \\[!NOTE]
>
> The first sync of a real-time audience may take six hours or more; after that, expect one every two to three hours."""
_ENGAGE_TRAITS: Final = """\
Computed traits of [Engage](https://segment.com/docs/engage) come to this destination as a **user property**, in an
[identify](https://segment.com/docs/connections/spec/identify/) call."""
"""For a destination that keeps audiences itself: they come to it in another way."""


def write_page(destination: Destination[Any]) -> str:
    """Write a destination's page.

    Hidden fields and actions get no row, nor do presets whose action has no section: `left_out` lists them. Raises
    `UnwritableError` with everything that the dialect has no form for.
    """
    problems = list(_unwritable(destination))
    if problems:
        raise UnwritableError(destination.slug or destination.name, problems)
    return "\n\n".join(_blocks(destination)) + "\n"


def left_out(destination: Destination[Any]) -> list[Problem]:
    """List the presets that a page has no row for, since it has no section about their action."""
    shown = _visible_presets(destination)
    return [
        Problem(
            f"presets[{index}]",
            f"{preset.name!r} has no row on the page: its action {preset.action!r} "
            f"{'is hidden' if preset.action in destination.actions else 'does not exist'}",
        )
        for index, preset in enumerate(destination.presets)
        if index not in shown
    ]


def _blocks(destination: Destination[Any]) -> Iterator[str]:
    name = plain(destination.name)
    settings = list(_visible(destination.settings_fields).values())
    actions = list(_visible_actions(destination).values())
    yield f"# {name} Destination"
    yield "## Destination Info"
    yield "\n".join(_info(destination))
    if destination.description.strip():
        yield paragraph(destination.description)
    yield "## Destination Settings"
    yield _fields(settings, of_settings=True) if settings else block(f"{name} has no settings.")
    yield from _presets(destination)
    yield "## Available Actions"
    yield f"A mapping combines a [trigger]({_COMPONENTS}) with one of these actions:"
    yield f"> \\[!NOTE]\n>\n> One instance of the destination has at most {MAX_MAPPINGS} mappings."
    yield "\n".join(_index(actions))
    for action in actions:
        yield from _action(action)
    if destination.engage:
        yield "## Engage"
        yield _ENGAGE if destination.audiences is None else _ENGAGE_TRAITS
    if settings:
        yield "## Settings"
        yield "The settings can be changed in Segment's app, without touching any code."
        yield _fields(settings, of_settings=True)


def _info(destination: Destination[Any]) -> Iterator[str]:
    calls = ", ".join(f"[{call.capitalize()}]({_SPEC}/{call})" for call in dict.fromkeys(destination.calls))
    yield f"* Accepts {calls} calls."
    yield f"* Refer to it as **{plain(destination.name)}** in the [Integrations object]({_INTEGRATIONS_OBJECT})."
    if destination.owner == "partner":
        yield "* This integration is **partner owned.**"
    if destination.maturity == "beta":
        yield "* This destination is **Beta.**"


def _presets(destination: Destination[Any]) -> Iterator[str]:
    shown = _visible_presets(destination)
    if destination.presets and not shown:
        return  # to say that there are none would be wrong
    yield "## Available Presets"
    name = plain(destination.name)
    if not shown:
        yield block(f"{name} has no presets.")
        return
    yield block(f"{name} has the following presets")
    rows = [
        (
            plain(preset.name),
            _as_text(f"on {preset.event_slug}" if preset.trigger is None else _shown(preset.trigger) or ""),
            plain(destination.actions[preset.action].title),
        )
        for preset in shown.values()
    ]
    yield _table(PRESET_HEADER, rows)


def _index(actions: Sequence[AnyAction[Any]]) -> Iterator[str]:
    anchors: dict[str, int] = {}
    for action in actions:
        title = plain(action.title)
        anchor = re.sub(r"[^\w -]", "", action.title.strip().lower()).replace(" ", "-")
        number = anchors[anchor] = anchors.get(anchor, -1) + 1
        # The text of a link has no brackets in this dialect.
        linked = f"[{title}](#{anchor}{f'-{number}' if number else ''})"
        yield f"* {block(title) if set(title) & set('[]') else linked}"


def _action(action: AnyAction[Any]) -> Iterator[str]:
    title = plain(action.title)
    yield f"### {title}"
    if action.description.strip():
        yield paragraph(action.description)
    trigger = action.default_subscription
    suggestion = "" if trigger is None else f" The default Trigger is `{_on_one_line(trigger)}`"
    yield block(f"{title} is a **{_PLATFORMS[action.platform]}** action.{suggestion}")
    yield _fields(_visible(action.fields).values(), of_settings=False)


def _fields(fields: Iterable[InputField], *, of_settings: bool) -> str:
    return _table(
        FIELD_HEADER,
        [
            (
                plain(field.label),
                cell(field.description),
                "Yes" if field.required is True else "No",
                _type_of_setting(field) if of_settings else field.type.upper(),
            )
            for field in fields
        ],
    )


def _type_of_setting(field: InputField) -> DocumentedType:
    if field.type == "string" and field.multiple:
        return "array"
    return "select" if field.type == "string" and field.choices is not None else field.type


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [header, ["-" * width for width in widths], *rows]
    return "\n".join(
        f"| {' | '.join(text.ljust(width) for text, width in zip(line, widths, strict=True))} |" for line in lines
    )


# --- what is shown ---------------------------------------------------------------------------------------------------


def _visible(fields: Mapping[str, InputField]) -> dict[str, InputField]:
    return {key: field for key, field in fields.items() if not field.unsafe_hidden}


def _visible_actions(destination: Destination[Any]) -> dict[str, AnyAction[Any]]:
    return {slug: action for slug, action in destination.actions.items() if not action.hidden}


def _visible_presets(destination: Destination[Any]) -> dict[int, Preset]:
    titled = _visible_actions(destination)
    return {index: preset for index, preset in enumerate(destination.presets) if preset.action in titled}


# --- triggers --------------------------------------------------------------------------------------------------------

_PIECE: Final = re.compile(r'("(?:[^"\\]|\\.)*"?)|([(\[])|([)\]])|([ \t\n]+or[ \t\n]+)|([ \t\n]+)', re.DOTALL)


def _shown(trigger: str) -> str | None:
    """Write a trigger as the table of presets shows it; None if read back it would be another one.

    >>> _shown('type = "track" or type = "page"')
    'Event type = "track", Event type = "page"'
    """
    alternatives = _alternatives(trigger)
    as_segment_does = ", ".join(re.sub(r"\Atype\b", "Event type", one) for one in alternatives)
    for shown in (as_segment_does, _on_one_line(trigger)):
        read = trigger_of(shown)
        if len(shown.splitlines()) == 1 and event_slug_of(shown) is None and _means_the_same(read, trigger):
            return shown
    return None


def _alternatives(trigger: str) -> list[str]:
    """Split a trigger at each "or" outside of brackets and quotes; blanks outside of quotes are made one."""
    alternatives, depth, end = [""], 0, 0
    for found in _PIECE.finditer(trigger):
        alternatives[-1] += trigger[end : found.start()]
        end = found.end()
        depth += (found[2] is not None) - (found[3] is not None)
        if found[4] and not depth:
            alternatives.append("")
        else:
            alternatives[-1] += f" {found[0].strip()} " if found[4] else " " if found[5] else found[0]
    alternatives[-1] += trigger[end:]
    return [one.strip() for one in alternatives]


def _on_one_line(trigger: str) -> str:
    return " or ".join(_alternatives(trigger))


def _means_the_same(read: str, trigger: str) -> bool:
    try:
        return same_trigger(read, trigger) and parse(read) == parse(trigger)
    except TriggerSyntaxError:
        return False


def _as_text(shown: str) -> str:
    """Write a shown trigger in a cell, blanks inside its quotes included."""
    return "".join(plain(piece) if piece.strip() else piece for piece in re.split(r"(\s+)", shown))


# --- what cannot be written ------------------------------------------------------------------------------------------


def _unwritable(destination: Destination[Any]) -> Iterator[Problem]:
    for place, text in _texts(destination):
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            yield Problem(place, f"has half of a character, which no file can hold: {text!r}")
    for place, text in _names(destination):
        if not text.strip():
            yield Problem(place, "is empty; on a page it is what a row or section is known by")
    if destination.name != one_line(destination.name):
        yield Problem("name", f"has white space that a page does not keep: {destination.name!r}")
    if not destination.calls:
        yield Problem("calls", "is empty; a page names at least one call")
    actions = _visible_actions(destination)
    if not actions:
        yield Problem("actions", "has none that is not hidden; a page is about at least one")
    for slug, action in actions.items():
        if action.default_subscription is not None:
            place = f"actions.{slug}.default_subscription"
            yield from _unwritable_trigger(action.default_subscription, place, of_preset=False)
    for index, preset in _visible_presets(destination).items():
        place = f"presets[{index}]"
        if preset.trigger is not None:
            yield from _unwritable_trigger(preset.trigger, f"{place}.trigger", of_preset=True)
        elif not re.fullmatch(r"\w+", preset.event_slug or ""):
            message = f"expected letters, digits and underscores, as there is no trigger; got {preset.event_slug!r}"
            yield Problem(f"{place}.event_slug", message)


def _unwritable_trigger(trigger: str, place: str, *, of_preset: bool) -> Iterator[Problem]:
    try:
        parse(trigger)
    except TriggerSyntaxError as error:
        yield Problem(place, f"{error} (at character {error.position} of {trigger!r})")
        return
    if len(_on_one_line(trigger).splitlines()) > 1:
        yield Problem(place, f"has a line break in quotes, which a page does not keep: {trigger!r}")
    elif not of_preset and "`" in trigger:
        yield Problem(place, f"has a backtick, which would end the code that a page shows it as: {trigger!r}")
    elif of_preset and _shown(trigger) is None:
        message = f"has a comma, or Event before a name, which mean something else in the table of presets: {trigger!r}"
        yield Problem(place, message)


def _names(destination: Destination[Any]) -> Iterator[tuple[str, str]]:
    """Yield what things are known by on a page, with its place."""
    yield "name", destination.name
    for key, field in _visible(destination.settings_fields).items():
        yield f"settings.{key}.label", field.label
    for slug, action in _visible_actions(destination).items():
        yield f"actions.{slug}.title", action.title
        for key, field in _visible(action.fields).items():
            yield f"actions.{slug}.fields.{key}.label", field.label
    for index, preset in _visible_presets(destination).items():
        yield f"presets[{index}].name", preset.name


def _texts(destination: Destination[Any]) -> Iterator[tuple[str, str]]:
    """Yield every text that a page has, with its place."""
    yield from _names(destination)
    yield "description", destination.description
    for key, field in _visible(destination.settings_fields).items():
        yield f"settings.{key}.description", field.description
    for slug, action in _visible_actions(destination).items():
        yield f"actions.{slug}.description", action.description
        yield f"actions.{slug}.default_subscription", action.default_subscription or ""
        for key, field in _visible(action.fields).items():
            yield f"actions.{slug}.fields.{key}.description", field.description
    for index, preset in _visible_presets(destination).items():
        yield f"presets[{index}].trigger", preset.trigger or preset.event_slug or ""
