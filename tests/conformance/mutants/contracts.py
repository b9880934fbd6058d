"""What could be wrong with UserMotion beyond its fields and functions: its page, its annex, its module, its history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any, Final

from actions_core import path
from conformance.contracts import Conflict, Contract, DocumentedField
from conformance.mutants.code import edit_body, value_of
from conformance.mutants.edit import (
    Edit,
    add_setting,
    both,
    edit_action,
    edit_destination,
    edit_field,
    map_fields,
)
from conformance.mutants.model import Mutant
from conformance.suite.target import Target


def edit_contract(change: Callable[[Contract], Contract]) -> Edit:
    """Change what the page and the annex say."""
    return lambda target: target.with_contract(change(target.contract))


def _unlisted_conflict(contract: Contract) -> Contract:
    conflict = Conflict("setting/api-key/type", page="password", annex="string")
    return replace(contract, conflicts=(*contract.conflicts, conflict))


def _since_a_year_ago(change: Callable[[DocumentedField], DocumentedField]) -> Edit:
    """Compare with an earlier contract whose first field was otherwise."""

    def edit(target: Target) -> Target:
        first, *others = target.contract.actions
        fields = (change(first.fields[0]), *first.fields[1:])
        earlier = replace(target.contract, actions=(replace(first, fields=fields), *others))
        return replace(target, previous=earlier)

    return edit


def _renamed_key(fields: Any) -> Any:
    return {"group_id" if key == "groupId" else key: field for key, field in fields.items()}


def _noisy(target: Target) -> Target:
    with redirect_stdout(StringIO()):
        from tests.conformance.mutants import noisy  # noqa: PLC0415 - it says something when it is imported

    return replace(target, plugin=noisy)


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant("contract/conflict", "page and annex differ and nobody has decided it", edit_contract(_unlisted_conflict)),
    Mutant(
        "contract/type-changed",
        "a field has another type than in the contract before",
        _since_a_year_ago(lambda field: replace(field, type="object")),
    ),
    Mutant("declared/no-engage", "Engage cannot send to it", edit_destination(engage=False)),
    Mutant("declared/owner", "it is said to be Segment's own", edit_destination(owner="Segment")),
    Mutant(
        "declared/key",
        "a field has another key",
        both(
            map_fields("group", _renamed_key),
            edit_body(lambda body, data: {**body, "id": value_of(data.payload, "group_id")}, "group"),
        ),
    ),
    Mutant("declared/no-label", "a field has no label", edit_field("track", "context", label="")),
    Mutant(
        "declared/order",
        "the fields are in another order than on the page",
        map_fields("track", lambda fields: dict(reversed(list(fields.items())))),
    ),
    Mutant(
        "declared/setting",
        "there is a setting that nobody knows of",
        add_setting("region", label="Region", type="string"),
    ),
    Mutant(
        "declared/trigger",
        "the default trigger is one that Segment reads otherwise than it is written",
        edit_action("group", default_subscription='type = "group" or type = "identify" and event = "Joined"'),
    ),
    Mutant(
        "declared/choices", "a field has choices", edit_field("track", "eventName", choices=["Signed Up", "pageview"])
    ),
    Mutant("declared/format", "a field has a format", edit_field("identify", "email", format="email")),
    Mutant(
        "declared/default",
        "a field that has none gets a default from elsewhere",
        edit_field("group", "userId", default=path("$.context.userId")),
    ),
    Mutant("plugin/noisy", "its import says something", _noisy),
)
