"""The tables of a page: settings, an action's fields, presets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, cast

from actions_core.errors import TriggerSyntaxError
from actions_core.fields import FIELD_TYPES
from actions_core.trigger import compile_trigger
from conformance.contracts.ledger import Ledger
from conformance.contracts.markdown import Block, Heading, Row, Table
from conformance.contracts.model import DocumentedField, DocumentedPreset, DocumentedType, Testable
from conformance.contracts.triggers import event_slug_of, trigger_of

FIELD_HEADER: Final = ("Field", "Description", "Required", "Type")
PRESET_HEADER: Final = ("Preset Name", "Trigger", "Default Action")

_SETTING_TYPES: Final = (*FIELD_TYPES, "select", "array")
_REQUIRED: Final = {"Yes": True, "No": False}


def table_of(blocks: Iterable[Block], ledger: Ledger) -> Table | None:
    """Find the one table of a section; what stands below a further heading is prose for readers."""
    found: list[Table] = []
    for block in blocks:
        if isinstance(block, Heading):
            break
        if isinstance(block, Table):
            found.append(block)
    for extra in found[1:]:
        ledger.problem(extra.line, "a second table; expected one")
    return found[0] if found else None


def read_fields(
    table: Table, place: str, ledger: Ledger, *, of: Literal["settings", "action"]
) -> tuple[DocumentedField, ...]:
    """Read a table of fields and enter its clauses: label, description, required and type of each row."""
    types = _SETTING_TYPES if of == "settings" else FIELD_TYPES
    fields: list[DocumentedField] = []
    for row in _rows(table, FIELD_HEADER, ledger):
        label, description, required, type_ = row.cells
        kind = type_.text.lower()
        if not label.text:
            ledger.problem(row.line, "the field has no label")
        if required.text not in _REQUIRED:
            ledger.problem(row.line, f"expected Yes or No under Required, got {required.text!r}")
        if kind not in types:
            ledger.problem(row.line, f"expected one of {', '.join(types)} under Type, got {type_.text!r}")
        id_ = ledger.subject(place, label.text)
        ledger.add_cell(f"{id_}/label", row, label, "structural")
        ledger.add_cell(f"{id_}/description", row, description, "structural")
        ledger.add_cell(f"{id_}/required", row, required, "auto")
        ledger.add_cell(f"{id_}/type", row, type_, "auto")
        fields.append(
            DocumentedField(
                id_, label.text, description.text, _REQUIRED.get(required.text, False), cast("DocumentedType", kind)
            )
        )
    return tuple(fields)


def read_presets(table: Table, ledger: Ledger) -> tuple[DocumentedPreset, ...]:
    """Read the table of presets and enter its clauses: name, trigger and action of each row."""
    presets: list[DocumentedPreset] = []
    for row in _rows(table, PRESET_HEADER, ledger):
        name, shown, action = row.cells
        event_slug = event_slug_of(shown.text)
        trigger = None if event_slug else trigger_of(shown.text)
        if trigger is not None:
            check_trigger(trigger, row.line, ledger)
        id_ = ledger.subject("preset", name.text)
        ledger.add_cell(f"{id_}/name", row, name, "structural")
        # Segment's own products set such a preset up, which nothing here can have them do.
        testable: Testable = "structural" if event_slug else "auto"
        ledger.add_cell(f"{id_}/trigger", row, shown, testable)
        ledger.add_cell(f"{id_}/action", row, action, testable)
        presets.append(DocumentedPreset(id_, name.text, trigger, event_slug, action.text))
    return tuple(presets)


def check_trigger(trigger: str, line: int, ledger: Ledger) -> None:
    """Note a trigger that does not parse as a problem."""
    try:
        compile_trigger(trigger)
    except TriggerSyntaxError as error:
        ledger.problem(line, f"the trigger {trigger!r} does not parse: {error}")


def require_agreement(first: Table, second: Table, ledger: Ledger) -> None:
    """Enter the clause that both tables of settings say the same, or note where they differ."""
    ledger.add("settings/second-table", second.line, second.header.quote, "structural")
    if second.header.texts() != first.header.texts():
        ledger.problem(second.line, f"differs from the header in line {first.line}: {second.header.quote}")
    for one, other in zip(first.rows, second.rows, strict=False):
        if one.texts() != other.texts():
            ledger.problem(
                other.line, f"differs from the settings in line {one.line}: {other.quote} is not {one.quote}"
            )
    longer, count = (first, len(second.rows)) if len(first.rows) > len(second.rows) else (second, len(first.rows))
    for row in longer.rows[count:]:
        ledger.problem(row.line, f"this row is in one of the two tables of settings only: {row.quote}")


def _rows(table: Table, header: tuple[str, ...], ledger: Ledger) -> Iterator[Row]:
    """Yield the rows that have as many cells as the header, once the header is the one wanted."""
    shown = f"| {' | '.join(header)} |"
    got = table.header.texts()
    if got != header:
        unknown = [name for name in got if name not in header]
        told = f"does not know the column {unknown[0]!r}" if unknown else "is incomplete or in another order"
        ledger.problem(table.line, f"the header {told}; expected {shown}")
        return
    for row in table.rows:
        if len(row.cells) == len(header):
            yield row
        else:
            ledger.problem(row.line, f"the row has {len(row.cells)} cells; expected {len(header)}: {shown}")
