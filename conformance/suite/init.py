"""The beginning of a contract: an annex beside a page, and a test file of three lines.

What nobody has told is not guessed: labels whose keys are not known are listed as comments.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.contracts import Contract, DocumentedAction, DocumentedField
from conformance.contracts.binding import NARROWING
from conformance.suite.target import Target

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_HEAD: Final = """\
# The annex of {page}: what the page cannot say. See docs/contracts.md of segment-actions-emulator.
"""
_MORE: Final = """
# What else an annex may tell, each of which more checks can use:
#   default, multiple, choices, allow_null, format, minimum, maximum and properties of a field, as Segment's catalog
#   has them (not as the plugin has them: that would compare it with itself);
#   [actions.SLUG.wire] with method, url and body, [wire.headers] and [wire.probe]: the partner's requests, from its own
#   documentation;
#   [[golden]]: an event and the requests that it has to become.
"""


@dataclass(frozen=True)
class Beginning:
    """An annex to begin with."""

    text: str
    missing: tuple[str, ...]
    """What has to be filled in: settings, actions and fields by their labels."""


def begin_annex(contract: Contract, target: Target | None) -> Beginning:
    """Write an annex for a page; keys and slugs are those of the plugin, if there is one, by their labels."""
    keys = _Keys(target)
    lines = [*_settings(contract, keys), *(line for action in contract.actions for line in _action(action, keys))]
    text = _HEAD.format(page=Path(contract.file).name) + "\n".join(lines) + "\n" + _MORE
    return Beginning(text, tuple(keys.missing))


class _Keys:
    """The keys that a plugin has for what a page calls by labels, and what it has none for."""

    def __init__(self, target: Target | None) -> None:
        self.settings: Final[dict[str, str]] = {}
        self.slugs: Final[dict[str, str]] = {}
        self.fields: Final[dict[str, str]] = {}
        self.missing: Final[list[str]] = []
        self.untold: Final[dict[str, list[str]]] = {}
        """By field: the options of the plugin's that an entry has to tell, from the documentation."""
        if target is not None:
            self.settings.update({one.documented.id: one.key for one in target.bound.settings})
            self.slugs.update({one.documented.id: one.slug for one in target.actions})
            self.fields.update({field.documented.id: field.key for one in target.actions for field in one.fields})
            for field in (*target.bound.settings, *(field for one in target.actions for field in one.fields)):
                # What is a choice or a list by its type, the page has told.
                if field.documented.type not in ("select", "array"):
                    self.untold[field.documented.id] = [name for name in NARROWING if getattr(field.field, name)]

    def to_tell(self, field: DocumentedField) -> Iterator[str]:
        """Say in a comment what the entry of a field has to tell and the plugin must not."""
        if told := self.untold.get(field.id):
            yield f"# The plugin has {' and '.join(told)} here: add what the documentation says of it."


def _settings(contract: Contract, keys: _Keys) -> Iterator[str]:
    for setting in contract.settings or ():
        key = keys.settings.get(setting.id)
        if key is None:
            keys.missing.append(f"the setting {setting.label!r}")
        begin = "" if key is not None else "# "
        yield ""
        if key is None:
            yield "# Fill in the setting's key for KEY."
        yield from keys.to_tell(setting)
        yield f"{begin}[settings.{_key(key)}]"
        yield f"{begin}label = {_text(setting.label)}"


def _action(action: DocumentedAction, keys: _Keys) -> Iterator[str]:
    slug = keys.slugs.get(action.id)
    begin = "" if slug is not None else "# "
    yield ""
    if slug is None:
        keys.missing.append(f"the action {action.title!r}")
        yield "# Fill in the action's slug for KEY."
    yield f"{begin}[actions.{_key(slug)}]"
    yield f"{begin}title = {_text(action.title)}"
    if not action.fields:
        return
    yield ""
    yield f"{begin}[actions.{_key(slug)}.fields]"
    for field in action.fields:
        yield from keys.to_tell(field)
        yield _field(field, action, keys)


def _field(field: DocumentedField, action: DocumentedAction, keys: _Keys) -> str:
    key = keys.fields.get(field.id)
    if key is not None:
        return f"{_key(key)} = {{ label = {_text(field.label)} }}"
    keys.missing.append(f"the field {field.label!r} of {action.title!r}")
    return f"# KEY = {{ label = {_text(field.label)} }}"


def _key(key: str | None) -> str:
    if key is None:
        return "KEY"
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _text(text: str) -> str:
    """Write a basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def begin_tests(module: str, contract: str | None) -> str:
    """Write a test file for the plugin that a module is."""
    package, _, name = module.rpartition(".")
    imported = f"from {package} import {name}" if package else f"import {name}"
    title = "".join(part.capitalize() for part in re.split(r"[_\W]+", name))
    given = f", contract={json.dumps(contract)}" if contract is not None else ""
    suite = f"Test{title} = destination_suite({name}{given})"
    # The plugin is its author's own and the suite is not, so that linters want a blank line between.
    return f"from conformance import destination_suite\n\n{imported}\n\n{suite}\n"


def ledger(contract: Contract) -> Sequence[tuple[str, str, str, str]]:
    """List a contract's clauses: id, level, how it can be tested, and place with quote."""
    return [
        (one.id, one.level, one.testable, f"{Path(one.origin.file).name}:{one.origin.line}  {one.quote}")
        for one in contract.clauses.values()
    ]
