"""Contracts: what a destination's documentation page promises, and whether its plugin declares the same.

    page.md ─ read_page ─┐
    contract.toml ───────┼→ Contract (what is promised, and a ledger of clauses) ─ bind → Bound, Findings
    └ destinations.yml ──┘

A contract is read from the page, its annex and the catalog that the annex may name, never from the code. Each promise
is a `Clause` with an id, its place and the words that make it. What a page does not say is None, which is not the same
as "no". See `docs/contracts.md`.
"""

from conformance.contracts.annex import AnnexError, read_annex
from conformance.contracts.binding import Bound, BoundAction, BoundField, BoundPreset, bind
from conformance.contracts.catalog import CatalogError
from conformance.contracts.findings import Finding
from conformance.contracts.model import (
    Clause,
    Conflict,
    Contract,
    Divergence,
    DocumentedAction,
    DocumentedField,
    DocumentedPreset,
    Engage,
    Golden,
    Layer,
    Level,
    Origin,
    Testable,
    WireRequest,
)
from conformance.contracts.page import PageError, read_page
from conformance.contracts.sources import PageNotFoundError, contract_of, find_page

__all__ = [
    "AnnexError",
    "Bound",
    "BoundAction",
    "BoundField",
    "BoundPreset",
    "CatalogError",
    "Clause",
    "Conflict",
    "Contract",
    "Divergence",
    "DocumentedAction",
    "DocumentedField",
    "DocumentedPreset",
    "Engage",
    "Finding",
    "Golden",
    "Layer",
    "Level",
    "Origin",
    "PageError",
    "PageNotFoundError",
    "Testable",
    "WireRequest",
    "bind",
    "contract_of",
    "find_page",
    "read_annex",
    "read_page",
]
