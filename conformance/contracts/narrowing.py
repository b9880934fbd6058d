"""Whether a changed type or trigger refuses what was accepted before.

Types are compared by running values through the runtime's own validator. Triggers are compared by their structure, and
those that are about the call type alone by trying every type. What neither decides counts as different.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Literal, TypeAlias

from actions_core.contract import compile_contract
from actions_core.definitions import CALL_TYPES, CallType
from actions_core.errors import PayloadValidationError
from actions_core.fields import InputField
from actions_core.trigger import Condition, parse
from actions_core.trigger.compiler import compile_tree
from actions_core.trigger.nodes import Broken, Clause, Group, Path, clauses_of
from conformance.contracts.model import DocumentedType

TriggerChange: TypeAlias = Literal["the same", "wider", "narrower", "different"]

_SAMPLES: Final[tuple[Any, ...]] = (
    "text", "choice", "12", "1.5", "true", "2024-02-29", 12, 1.5, 0, True, {"key": 1}, ["choice"], ["a", "b"],
)  # fmt: skip
_TYPE: Final = Path(("type",))


def no_longer_accepted(old: DocumentedType, new: DocumentedType) -> Any | None:
    """Give a value that a field of the old type takes and one of the new type refuses; None if there is none.

    >>> no_longer_accepted("number", "integer"), no_longer_accepted("string", "text")
    ('1.5', None)
    """
    left = _accepted(new)
    return next((_SAMPLES[index] for index in _accepted(old) if index not in left), None)


@cache
def _accepted(type_: DocumentedType) -> tuple[int, ...]:
    match type_:
        case "select":
            # Which choices there are, no page tells: one of them stands for all.
            field = InputField(label="Field", type="string", choices=("choice",))
        case "array":
            field = InputField(label="Field", type="string", multiple=True)
        case _:
            field = InputField(label="Field", type=type_)
    validate = compile_contract({"field": field}).validate
    accepted: list[int] = []
    for index, value in enumerate(_SAMPLES):
        try:
            validate({"field": value})
        except PayloadValidationError:
            continue
        accepted.append(index)
    return tuple(accepted)


def trigger_change(old: str, new: str) -> TriggerChange:
    """Tell what has become of a trigger; raises `TriggerSyntaxError` for one that does not parse.

    >>> trigger_change('type = "track" and event = "A"', 'type = "track"')
    'wider'
    >>> trigger_change('type != "alias"', 'type = "track" or type = "page"')
    'narrower'
    """
    before, after = parse(old), parse(new)
    if before == after:
        return "the same"
    if any(isinstance(clause, Broken) for tree in (before, after) for clause in clauses_of(tree)):
        return "different"  # the reference throws there, whatever else would have matched
    match _implies(before, after), _implies(after, before):
        case True, True:
            return "the same"
        case True, False:
            return "wider"
        case False, True:
            return "narrower"
    return "different"


def types_of(trigger: str) -> frozenset[CallType] | None:
    """Give the call types that a trigger matches, if it is about nothing else."""
    return _types(parse(trigger))


def _types(tree: Condition) -> frozenset[CallType] | None:
    if any(not isinstance(clause, Clause) or clause.path != _TYPE for clause in clauses_of(tree)):
        return None
    holds = compile_tree(tree).holds
    return frozenset(call for call in CALL_TYPES if holds({"type": call}))


def _implies(one: Condition, other: Condition) -> bool:
    """Tell whether each event that fulfils one condition fulfils the other, as far as their structure shows it."""
    types, other_types = _types(one), _types(other)
    if one == other or (types is not None and other_types is not None and types <= other_types):
        return True
    match one, other:
        case Group("or", children), _:
            return all(_implies(child, other) for child in children)
        case _, Group("and", children):
            return all(_implies(one, child) for child in children)
    weaker = other.children if isinstance(other, Group) else ()
    stronger = one.children if isinstance(one, Group) else ()
    return any(_implies(one, child) for child in weaker) or any(_implies(child, other) for child in stronger)
