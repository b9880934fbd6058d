"""Reads a destination's documentation page, in the dialect in which Segment ships such pages."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actions_core.definitions import CALL_TYPES, CallType, Maturity, Owner, Platform
from actions_core.errors import ActionsError, Problem
from conformance.contracts.engage import read_engage
from conformance.contracts.ledger import Ledger
from conformance.contracts.markdown import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Table,
    one_line,
    read_blocks,
    unescape,
    without_links,
)
from conformance.contracts.model import (
    Contract,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Origin,
)
from conformance.contracts.tables import (
    FIELD_HEADER,
    check_trigger,
    read_fields,
    read_presets,
    require_agreement,
    table_of,
)


class PageError(ActionsError):
    """A page that is not in the dialect; `problems` tells every line and what was expected there."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file: Final = file
        self.problems: Final = tuple(problems)
        super().__init__("\n".join([f"{file} cannot be read as a contract:", *map(str, self.problems)]))


_INFO: Final = "Destination Info"
_SETTINGS: Final = "Destination Settings"
_PRESETS: Final = "Available Presets"
_ACTIONS: Final = "Available Actions"
_ENGAGE: Final = "Engage"
_SETTINGS_AGAIN: Final = "Settings"
_KNOWN: Final = (_INFO, _SETTINGS, _PRESETS, _ACTIONS, _ENGAGE, _SETTINGS_AGAIN)

_INFO_FORMS: Final = (
    "Accepts Page, … calls.",
    "Refer to it as **Name** in the Integrations object.",
    "This integration is **partner owned.**",
    "This destination is **Beta.**",
)
_LIMIT: Final = re.compile(r"\b(?:maximum of|at most) ([0-9]{1,9}) mappings\b")
_LINKED: Final = re.compile(r"\[([^\[\]]*)\]\(#[^()]*\)")
_PLATFORMS: Final[dict[str, Platform]] = {"Cloud": "cloud", "Web": "web"}
_ACTION: Final = re.compile(
    r"(?P<title>.+) is an? \*\*(?P<platform>\w+)\*\* action\.?(?: The default Trigger is:? `(?P<trigger>[^`]+)`\.?)?\Z"
)


@dataclass(frozen=True, slots=True)
class _Section:
    line: int
    heading: str
    blocks: list[Block]


def read_page(text: str, file: str) -> Contract:
    """Read a page's contract; `file` is what its lines are told under.

    Raises `PageError` with everything that is wrong: an unknown header of a table, a row of another length, a statement
    that is none of the dialect's, actions without a section, two tables that disagree, triggers that do not parse.
    Prose that promises nothing testable is passed over, and so are sections that the dialect does not know.
    """
    ledger = Ledger(file)
    blocks = list(read_blocks(text))
    title = _read_title(blocks, ledger)
    sections = _sections(blocks, ledger)
    identity = _read_info(sections.get(_INFO), ledger)
    settings = _read_settings(sections, ledger)
    presets = _read_presets(sections.get(_PRESETS), ledger)
    actions, limit = _read_actions(sections.get(_ACTIONS), ledger)
    engage = read_engage(sections[_ENGAGE].blocks, ledger) if _ENGAGE in sections else None
    titles = {action.title for action in actions}
    for preset in presets or ():
        if preset.action not in titles:
            line = ledger.clauses[f"{preset.id}/action"].origin.line
            ledger.problem(line, f"no section is about the action {preset.action!r}")
    if problems := ledger.problems():
        raise PageError(file, problems)
    clauses = dict(sorted(ledger.clauses.items(), key=lambda item: item[1].origin))
    told = {clause.origin.line for clause in clauses.values()}
    return Contract(
        file=file,
        title=title,
        **identity,
        settings=settings,
        presets=presets,
        actions=actions,
        mapping_limit=limit,
        engage=engage,
        clauses=clauses,
        asides=tuple(
            Origin(file, block.line)
            for block in blocks
            if isinstance(block, Table) and told.isdisjoint([block.line, *(row.line for row in block.rows)])
        ),
    )


def _read_title(blocks: list[Block], ledger: Ledger) -> str:
    headings = [block for block in blocks if isinstance(block, Heading) and block.level == 1]
    if not headings or not headings[0].text.endswith(" Destination"):
        ledger.problem(headings[0].line if headings else 1, "expected a heading '# Name Destination'")
        return ""
    for extra in headings[1:]:
        ledger.problem(extra.line, "a second heading of the page; expected one")
    ledger.add("identity/title", headings[0].line, f"# {headings[0].text}", "structural")
    return headings[0].text.removesuffix(" Destination")


def _sections(blocks: list[Block], ledger: Ledger) -> dict[str, _Section]:
    """Split the page at its headings of level 2; others than those of the dialect are left out."""
    sections: dict[str, _Section] = {}
    for section in _split(blocks, 2):
        heading = section.heading
        if heading not in _KNOWN:
            if close := difflib.get_close_matches(heading, _KNOWN, n=1, cutoff=0.85):
                ledger.problem(section.line, f"unknown section {heading!r}; did you mean {close[0]!r}?")
        elif heading in sections:
            ledger.problem(section.line, f"a second section {heading!r}; the first is in line {sections[heading].line}")
        else:
            sections[heading] = section
    return sections


def _split(blocks: Iterable[Block], level: int) -> list[_Section]:
    """Split at the headings of one level; what stands before the first of them, or after a higher one, is left out."""
    sections: list[_Section] = []
    current: _Section | None = None
    for block in blocks:
        if isinstance(block, Heading) and block.level <= level:
            current = _Section(block.line, block.text, []) if block.level == level else None
            if current is not None:
                sections.append(current)
        elif current is not None:
            current.blocks.append(block)
    return sections


# --- who the destination is ------------------------------------------------------------------------------------------


def _read_info(section: _Section | None, ledger: Ledger) -> Mapping[str, Any]:
    """Read the list of Destination Info: `name`, `calls`, `owner` and `maturity`."""
    told: dict[str, Any] = {"name": "", "calls": (), "owner": None, "maturity": None}
    if section is None:
        ledger.problem(1, f"expected a section '## {_INFO}'")
        return told
    seen: set[str] = set()
    for block in section.blocks:
        if not isinstance(block, Bullet):
            continue
        statement = one_line(unescape(without_links(block.text)))
        for key, (pattern, read) in _INFO_STATEMENTS.items():
            if (found := pattern.match(statement)) is None:
                continue
            if key in seen:
                ledger.problem(block.line, f"said twice: {statement}")
                break
            seen.add(key)
            told[key] = read(found, block.line, statement, ledger)
            break
        else:
            ledger.problem(block.line, f"expected one of {'; '.join(_INFO_FORMS)}; got {statement!r}")
    for key, form in zip(("calls", "name"), _INFO_FORMS, strict=False):
        if key not in seen:
            ledger.problem(section.line, f"expected a line '* {form}'")
    return told


def _read_calls(found: re.Match[str], line: int, statement: str, ledger: Ledger) -> tuple[CallType, ...]:
    calls: list[CallType] = []
    for name in re.split(r", and |, | and ", found[1]):
        call = next((one for one in CALL_TYPES if one == name.lower()), None)
        if call is None or call in calls:
            ledger.problem(line, f"expected each of {', '.join(CALL_TYPES)} at most once, got {name!r}")
        else:
            calls.append(call)
            ledger.add(f"identity/call/{call}", line, statement, "auto")
    return tuple(calls)


def _read_name(found: re.Match[str], line: int, statement: str, ledger: Ledger) -> str:
    ledger.add("identity/name", line, statement, "auto")
    return found[1]


def _read_owner(_found: re.Match[str], line: int, statement: str, ledger: Ledger) -> Owner:
    ledger.add("identity/owner", line, statement, "structural")
    return "partner"


def _read_maturity(_found: re.Match[str], line: int, statement: str, ledger: Ledger) -> Maturity:
    ledger.add("identity/maturity", line, statement, "structural")
    return "beta"


_StatementReader = Callable[[re.Match[str], int, str, Ledger], Any]
_INFO_STATEMENTS: Final[dict[str, tuple[re.Pattern[str], _StatementReader]]] = {
    "calls": (re.compile(r"Accepts (.+?) calls?\b"), _read_calls),
    "name": (re.compile(r"Refer to it as \*\*(.+?)\*\* in the Integrations object\b"), _read_name),
    "owner": (re.compile(r"This integration is \*\*partner owned\.?\*\*"), _read_owner),
    "maturity": (re.compile(r"This destination is \*\*Beta\.?\*\*"), _read_maturity),
}


# --- settings and presets --------------------------------------------------------------------------------------------


def _read_settings(sections: Mapping[str, _Section], ledger: Ledger) -> tuple[DocumentedField, ...] | None:
    """Read the settings, which a page may list twice."""
    found = [sections[heading] for heading in (_SETTINGS, _SETTINGS_AGAIN) if heading in sections]
    if not found:
        return None
    tables = [table for section in found if (table := table_of(section.blocks, ledger)) is not None]
    if not tables:
        return _read_none(found[0], "settings", ledger)
    fields = read_fields(tables[0], "setting", ledger, of="settings")
    if len(tables) > 1:
        require_agreement(tables[0], tables[1], ledger)
    return fields


def _read_presets(section: _Section | None, ledger: Ledger) -> tuple[DocumentedPreset, ...] | None:
    if section is None:
        return None
    table = table_of(section.blocks, ledger)
    return read_presets(table, ledger) if table is not None else _read_none(section, "presets", ledger)


def _read_none(section: _Section, things: str, ledger: Ledger) -> tuple[()]:
    """Read the sentence that there are no settings or no presets, where no table is."""
    for block in section.blocks:
        if isinstance(block, Paragraph) and re.search(rf"\bhas no {things}\b", block.text):
            ledger.add(f"{things}/none", block.line, unescape(block.text), "structural")
            return ()
    ledger.problem(section.line, f"the section {section.heading!r} needs a table, or a sentence '… has no {things}.'")
    return ()


# --- actions ---------------------------------------------------------------------------------------------------------


def _read_actions(section: _Section | None, ledger: Ledger) -> tuple[tuple[DocumentedAction, ...], int | None]:
    """Read the actions and the limit of mappings, which stands above them."""
    if section is None:
        ledger.problem(1, f"expected a section '## {_ACTIONS}'")
        return (), None
    described = _split(section.blocks, 3)
    limit: int | None = None
    listed: set[str] = set()
    unlisted = Counter(one.heading for one in described)
    for block in section.blocks:
        if isinstance(block, Heading):
            break
        if isinstance(block, Paragraph) and (found := _LIMIT.search(block.text)) and limit is None:
            limit = int(found[1])
            ledger.add("limit/mappings", block.line, unescape(block.text), "auto")
        elif isinstance(block, Bullet):
            # Where the link leads is of no account: Segment's anchors have numbers that no heading has.
            linked = _LINKED.match(block.text)
            title = unescape(linked[1] if linked else block.text).strip()
            listed.add(title)
            ledger.add(ledger.subject("index", title), block.line, block.text, "structural")
            unlisted[title] -= 1
            if unlisted[title] < 0:
                ledger.problem(block.line, f"no section '### {title}' is there for this action of the list")
    for one in described:
        if one.heading not in listed:
            ledger.problem(one.line, f"the list of actions has no {one.heading!r}")
    if not described:
        ledger.problem(section.line, "expected a section '### Title' for each action")
    return tuple(_read_action(one, ledger) for one in described), limit


def _read_action(section: _Section, ledger: Ledger) -> DocumentedAction:
    title = section.heading
    id_ = ledger.subject("action", title)
    ledger.add(f"{id_}/title", section.line, f"### {title}", "structural")
    description: str | None = None
    platform: Platform | None = None
    trigger: str | None = None
    for block in section.blocks:
        if isinstance(block, Heading):
            break
        if not isinstance(block, Paragraph):
            continue
        found = _ACTION.match(block.text)
        if found is not None and platform is None:
            platform, trigger = _read_kind(found, block, title, id_, ledger)
        elif description is None and platform is None:
            description = unescape(block.text)
            ledger.add(f"{id_}/description", block.line, description, "structural")
    if platform is None:
        form = f"{title} is a **Cloud** action. The default Trigger is `…`"
        ledger.problem(section.line, f"expected a sentence '{form}' below this heading")
    table = table_of(section.blocks, ledger)
    if table is None:
        ledger.problem(section.line, f"expected a table | {' | '.join(FIELD_HEADER)} | below this heading")
    fields = read_fields(table, f"{id_}/field", ledger, of="action") if table is not None else ()
    return DocumentedAction(id_, title, description, platform or "cloud", trigger, fields)


def _read_kind(
    found: re.Match[str], block: Paragraph, title: str, id_: str, ledger: Ledger
) -> tuple[Platform, str | None]:
    """Read the sentence about an action's platform and trigger."""
    if unescape(found["title"]) != title:
        ledger.problem(block.line, f"is about {found['title']!r}, below the heading {title!r}")
    platform = _PLATFORMS.get(found["platform"])
    if platform is None:
        ledger.problem(block.line, f"expected one of {', '.join(_PLATFORMS)}, got {found['platform']!r}")
    ledger.add(f"{id_}/platform", block.line, block.text, "structural")
    trigger: str | None = found["trigger"]
    if trigger is not None:
        check_trigger(trigger, block.line, ledger)
        ledger.add(f"{id_}/trigger", block.line, block.text, "structural")
    return platform or "cloud", trigger
