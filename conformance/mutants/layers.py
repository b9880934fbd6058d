"""A contract that knows less: the page alone, or the page with what the catalog adds, but without the wire.

With these one finds out what each source is good for: which mistakes are noticed by somebody who has only the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias

from actions_core.js import MISSING
from conformance.contracts import Contract, DocumentedAction, DocumentedField, DocumentedPreset, Layer
from conformance.contracts.triggers import event_slug_of

Knowledge: TypeAlias = Literal["page", "page and catalog", "everything"]
KNOWLEDGE: Final[Mapping[Knowledge, frozenset[Layer]]] = {
    "page": frozenset({"page"}),
    "page and catalog": frozenset({"page", "catalog"}),
    "everything": frozenset({"page", "catalog", "wire"}),
}


def contract_knowing(contract: Contract, knowledge: Knowledge) -> Contract:
    """Give a contract without what other layers have added to it."""
    layers = KNOWLEDGE[knowledge]
    if contract.layers <= layers:
        return contract
    return _Stripper(contract, layers).strip()


class _Stripper:
    def __init__(self, contract: Contract, layers: frozenset[Layer]) -> None:
        self.contract: Final = contract
        self.layers: Final = layers
        self.catalog: Final = "catalog" in layers
        # Where another source won, the page has said something else.
        self.page_says: Final = {
            one.clause: one.page
            for one in contract.conflicts
            if one.winner in ("annex", "catalog") and one.page is not MISSING
        }

    def strip(self) -> Contract:
        """Take away what the wire tells, and the catalog's part if that is to be unknown as well."""
        contract = self.contract
        clauses = {name: clause for name, clause in contract.clauses.items() if clause.layer in self.layers}
        without_wire = replace(
            contract,
            layers=contract.layers & self.layers,
            clauses=clauses,
            headers={},
            probe=None,
            golden=(),
            settings=None if contract.settings is None else tuple(map(self.field, contract.settings)),
            presets=None if contract.presets is None else tuple(map(self.preset, contract.presets)),
            actions=tuple(map(self.action, contract.actions)),
        )
        if self.catalog:
            return without_wire
        told = {
            name: self.stated(f"identity/{name}", getattr(contract, name)) for name in ("name", "owner", "maturity")
        }
        # A call that the catalog has struck out has no clause left.
        calls = tuple(call for call in contract.calls if f"identity/call/{call}" in clauses)
        return replace(without_wire, annex=None, catalog=None, conflicts=(), calls=calls, **told)

    def field(self, field: DocumentedField) -> DocumentedField:
        field = replace(field, sent="verbatim")
        if self.catalog:
            return field
        told = {name: self.stated(f"{field.id}/{name}", getattr(field, name)) for name in _COMPARED}
        return replace(field, key=None, details=None, **told)

    def action(self, action: DocumentedAction) -> DocumentedAction:
        fields = tuple(map(self.field, action.fields))
        action = replace(action, fields=fields, wire=None, batch_answer=None)
        if self.catalog:
            return action
        return replace(
            action,
            slug=None,
            description=self.stated(f"{action.id}/description", action.description),
            platform=self.stated(f"{action.id}/platform", action.platform),
            default_trigger=self.stated(f"{action.id}/trigger", action.default_trigger),
        )

    def preset(self, preset: DocumentedPreset) -> DocumentedPreset:
        if self.catalog:
            return preset
        shown = preset.trigger if preset.trigger is not None else f"on {preset.event_slug}"
        shown = self.stated(f"{preset.id}/trigger", shown)
        event_slug = event_slug_of(shown)
        return replace(
            preset,
            trigger=None if event_slug else shown,
            event_slug=event_slug,
            action=self.stated(f"{preset.id}/action", preset.action),
            mapping=None,
        )

    def stated(self, clause: str, value: Any) -> Any:
        """Give what the page says, where the annex may have said something else or more."""
        promise = self.contract.clauses.get(clause)
        if promise is not None and promise.layer not in self.layers:
            return None
        return self.page_says.get(clause, value)


_COMPARED: Final = ("required", "type", "description")
