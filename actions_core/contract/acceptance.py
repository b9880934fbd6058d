"""Mapping and contract as one function: the lines that take a mapping's values into a payload.

Nearly all payloads have nothing wrong with them. For those the values need not be made first and looked at afterwards:
each is looked at where it is made (see `mapping.forms`). Where one breaks the contract the function gives None, and the
event takes the long way through `Shape.checked`, which knows all errors, their words and their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from actions_core.contract.messages import Findings
from actions_core.contract.shape import EXEMPT, Node, Shape
from actions_core.js import MISSING

_BROKEN: Final = object()


class Acceptance:
    """Writes what takes values into the payload of a single event, or of one in a batch."""

    def __init__(self, shape: Shape, *, single: bool) -> None:
        self._shape: Final = shape
        self._single: Final = single
        self.values: Final[dict[str, Any]] = {"BROKEN": _BROKEN}
        """What names in the lines stand for."""

    def can_be_written(self, keys: Iterable[str]) -> bool:
        """Tell whether values with some keys can be taken one by one, and can be complete at all."""
        known = set(keys)
        return not self._shape.demands and EXEMPT not in known and known.issuperset(self._shape.required)

    def store(self, key: str, name: str, constant: Any = MISSING) -> Iterable[str]:
        """Write what takes in the value that a name has, which may be a constant; see `mapping.forms.Store`."""
        node = self._shape.nodes.get(key)
        if node is None:
            return  # no field
        accepts = _acceptor(key, node, single=self._single)
        # Not `==`, for which 1 is True.
        if constant is not MISSING and repr(accepts(constant)) == repr(constant):
            yield f"result[{key!r}] = {name}"
            return
        accept = f"accept{len(self.values)}"
        self.values[accept] = accepts
        if node.right_type is None:
            yield f"if {name} is not MISSING:"
        else:
            is_filled = f" and {name}" if node.right_type is str and self._single else ""
            yield f"if type({name}) is {node.right_type.__name__}{is_filled}:"
            yield f"    result[{key!r}] = {name}"
            yield f"elif {name} is not MISSING:"
        yield f"    accepted = {accept}({name})"
        yield "    if accepted is BROKEN:"
        yield "        return None"
        yield "    if accepted is not MISSING:"
        yield f"        result[{key!r}] = accepted"
        if key in self._shape.required:
            yield f"if {key!r} not in result:"
            yield "    return None"


def _acceptor(key: str, node: Node, *, single: bool) -> Callable[[Any], Any]:
    """Compile what gives a value as the payload has it; `MISSING` for an empty one, `_BROKEN` for a wrong one."""

    def accept(value: Any) -> Any:
        if node.is_dropped(value, single=single):
            return MISSING
        findings = Findings(None)
        accepted = node.accepted(value, key, findings)
        return _BROKEN if findings.errors else accepted

    return accept
