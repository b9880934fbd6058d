"""What happens to the values of one object: drop what is empty, wrap what should be a list, check and coerce.

The three steps and their order are the reference's. Values are never changed; what changes is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final, Literal, TypeAlias

from actions_core.contract import messages
from actions_core.contract.coercion import Kind, coercion, type_test
from actions_core.contract.conditions import Demand
from actions_core.contract.messages import Findings, Place
from actions_core.contract.rules import Rule
from actions_core.errors import FieldError
from actions_core.js import MISSING, Object

Mode: TypeAlias = Literal["single", "batch", "settings"]
"""Which empty values go: null and '' in "single"; in "batch" '' stays where a text may be; none in "settings"."""

Check: TypeAlias = Callable[[Any, Place, "str | int", Findings], Any]
"""From a value, the place of what holds it and its key there: the value for the payload."""

EXEMPT: Final = "dynamicAuthSettings"
"""The one key that is passed through as it is, though it is no field."""


@dataclass(frozen=True, slots=True)
class Node:
    """One field, compiled."""

    keeps_null: bool
    """Whether null may be a value; if not, it is dropped."""
    keeps_text: bool
    """Whether '' may be a value; if not, it is dropped like null."""
    right_type: type | None
    """The Python type all of whose values are right as they are; None if there is none."""
    check: Check
    tidy: Check | None = None
    """Drops what is empty inside a value that is not empty itself; None if nothing ever is."""
    is_list: bool = False
    """Whether the field is `multiple`."""

    def is_dropped(self, value: Any, *, single: bool) -> bool:
        """Tell whether a value of a payload's outermost object is empty."""
        if value == "":
            return single or not self.keeps_text
        return value is MISSING or (value is None and not self.keeps_null)

    def accepted(self, value: Any, key: str, findings: Findings) -> Any:
        """Carry out all steps for one value of a payload's outermost object."""
        new = value if self.tidy is None else self.tidy(value, None, key, findings)
        if self.is_list and new is not None and not isinstance(new, list):
            new = [new]
        return new if type(new) is self.right_type else self.check(new, None, key, findings)


def tidy_items(keep_text: bool) -> Check:
    """Compile what drops the empty items of a list; '' is one of them unless `keep_text`."""

    def tidy(value: Any, place: Place, key: str | int, findings: Findings) -> Any:
        if not isinstance(value, list):
            return value
        # Reference: empty items go, but what is empty inside an item stays and is then coerced: null to '', 0 or false.
        kept = [item for item in value if not _is_empty(item, keep_text)]
        if len(kept) == len(value):
            return value
        for at, item in enumerate(value):
            if _is_empty(item, keep_text):
                findings.note("dropped", ((place, key), at), item)
        return kept

    return tidy


def tidy_properties(shape: Shape) -> Check:
    """Compile what drops the empty properties of an object."""

    def tidy(value: Any, place: Place, key: str | int, findings: Findings) -> Any:
        return shape.tidy(value, (place, key), findings) if isinstance(value, dict) else value

    return tidy


def _is_empty(value: Any, keep_text: bool) -> bool:
    return value is None or value is MISSING or (not keep_text and value == "")


class Shape:
    """The properties of one object, compiled."""

    __slots__ = (
        "_checks",
        "_keeps_unknown",
        "_label",
        "_lists",
        "_order",
        "_right_types",
        "demands",
        "nodes",
        "required",
    )

    def __init__(
        self,
        nodes: dict[str, Node],
        *,
        label: str,
        required: Sequence[str],
        demands: Sequence[Demand],
        keeps_unknown: bool,
    ) -> None:
        self.nodes: Final = nodes
        self._label: Final = label
        self.required: Final = tuple(required)
        self.demands: Final = tuple(demands)
        self._keeps_unknown: Final = keeps_unknown
        self._checks: Final = tuple((key, node.right_type, node.check) for key, node in nodes.items())
        self._lists: Final = tuple(key for key, node in nodes.items() if node.is_list)
        self._right_types: Final = {key: node.right_type for key, node in nodes.items()}
        self._order: Final = {key: place for place, key in enumerate(nodes)}

    def checked(self, values: Object, mode: Mode, findings: Findings) -> Object:
        """Carry out every step for the root of a payload; the result is a new dict."""
        if mode != "settings" and findings.notes is None and not self.demands and EXEMPT not in values:
            return self._walked(values, findings, single=mode == "single")
        if mode == "settings":
            payload = {key: value for key, value in values.items() if value is not MISSING}
        else:
            payload = self._tidied_root(values, findings, single=mode == "single")
        exempt = payload.get(EXEMPT, MISSING)
        # Reference: at the top anything that is no list is wrapped; deeper, AJV wraps a scalar and refuses an object.
        for key in self._lists:
            value = payload.get(key)
            if value is not None and not isinstance(value, list):
                payload[key] = [value]
                findings.note("wrapped", (None, key), value, [value])
        if exempt is MISSING:
            return self.check(payload, None, findings, owned=True)
        checked = self.check(payload, None, findings, owned=True, exempt=EXEMPT)
        found = checked[EXEMPT] if EXEMPT in self.nodes else checked.pop(EXEMPT)
        checked[EXEMPT] = _exempted(exempt, found)
        return checked

    def _walked(self, values: Object, findings: Findings, *, single: bool) -> Object:
        """Carry out all steps in one walk over the values, which can be done where none depends on another's value."""
        payload: Object = {}
        errors: list[tuple[int, list[FieldError]]] = []
        nodes, right_types = self.nodes, self._right_types
        for key, value in values.items():
            if value and type(value) is right_types.get(key):
                payload[key] = value
                continue
            node = nodes.get(key)
            if node is None or node.is_dropped(value, single=single):
                continue
            payload[key] = node.accepted(value, key, findings)
            if findings.errors:
                errors.append((self._order[key], findings.errors.copy()))
                findings.errors.clear()
        for key in self.required:
            if key not in payload:
                findings.fail(None, self._label, messages.missing(key))
        for _, told in sorted(errors, key=itemgetter(0)):  # in the order of the fields, not of the values
            findings.errors.extend(told)
        return payload

    def _tidied_root(self, values: Object, findings: Findings, *, single: bool) -> Object:
        payload: Object = {}
        for key, value in values.items():
            node = self.nodes.get(key)
            if not value:
                if value is MISSING:
                    continue
                # Reference: '' is dropped from every field of a single event, but in a batch only where it is no text.
                if value == "" and (single or (node is not None and not node.keeps_text)):
                    findings.note("dropped", (None, key), value)
                    continue
                if value is None and node is not None and not node.keeps_null:
                    findings.note("dropped", (None, key), value)
                    continue
            tidy = None if node is None else node.tidy
            payload[key] = value if tidy is None else tidy(value, None, key, findings)
        return payload

    def tidy(self, value: Object, place: Place, findings: Findings) -> Object:
        """Drop what is empty from a nested object."""
        tidied = value
        for key, inner in value.items():
            if inner and type(inner) in _NEVER_EMPTY_INSIDE:
                continue
            node = self.nodes.get(key)
            new = inner
            if node is not None:
                if (inner is None and not node.keeps_null) or (inner == "" and not node.keeps_text):
                    findings.note("dropped", (place, key), inner)
                    new = MISSING
                elif node.tidy is not None:
                    new = node.tidy(inner, place, key, findings)
            if new is MISSING or new is not inner:
                tidied = dict(value) if tidied is value else tidied
                if new is MISSING:
                    del tidied[key]
                else:
                    tidied[key] = new
        return tidied

    def check(
        self, value: Object, place: Place, findings: Findings, *, owned: bool = False, exempt: str | None = None
    ) -> Object:
        """Check and coerce every property; a value that is not `owned` is copied before it changes."""
        for demand in self.demands:
            if demand.null_of(value):
                value, owned = value if owned else dict(value), True
                findings.note("coerced", (place, str(demand.nulled)), value[str(demand.nulled)], None)
                value[str(demand.nulled)] = None
            if demand.holds(value):
                demand.check(value, place, findings)
        for key in self.required:
            if value.get(key, MISSING) is MISSING:
                findings.fail(place, self._label, messages.missing(key))
        if not self._keeps_unknown and not value.keys() <= self.nodes.keys():
            value, owned = self._stripped(value, place, findings, exempt), True
        for key, right_type, check in self._checks:
            inner = value.get(key, MISSING)
            if inner is MISSING or type(inner) is right_type:
                continue
            new = check(inner, place, key, findings)
            if new is not inner:
                value, owned = value if owned else dict(value), True
                value[key] = new
        return value

    def _stripped(self, value: Object, place: Place, findings: Findings, exempt: str | None) -> Object:
        kept: Object = {}
        for key, inner in value.items():
            if key in self.nodes or key == exempt:
                kept[key] = inner
            else:
                findings.note("stripped", (place, key), inner)
        return kept


_NEVER_EMPTY_INSIDE: Final = frozenset({str, int, float, bool})


def _exempted(original: Any, checked: Any) -> Any:
    """Give back what an exempt value was.

    Reference: its own type is left alone, but what is inside a list or an object has been coerced where it is.
    """
    if isinstance(original, dict) and isinstance(checked, list):
        return checked[0]
    return checked if isinstance(original, (dict, list)) and type(checked) is type(original) else original


# --- checks ----------------------------------------------------------------------------------------------------------


def scalar_check(kinds: tuple[Kind, ...], label: str, rules: Sequence[Rule]) -> Check:
    """Compile the check of a value that is no object with `properties` and no list: its type, then its rules."""
    is_right = type_test(kinds)
    coerce = coercion(kinds)
    fine: str | None = None

    def check(value: Any, place: Place, key: str | int, findings: Findings) -> Any:
        nonlocal fine
        if value is fine and fine is not None:
            return value  # what was found fine last, which is always so for a text that the mapping itself holds
        if not is_right(value):
            done, new = coerce(value)
            if done:
                findings.note("coerced", (place, key), value, new)
            else:
                findings.fail((place, key), label, messages.wrong_type(kinds, new))
            value = new
            for rule in rules:
                rule(value, (place, key), findings)
            return value
        known = len(findings.errors)
        for rule in rules:
            rule(value, (place, key), findings)
        if type(value) is str and len(findings.errors) == known:
            fine = value
        return value

    return check


def list_check(check_item: Check, right_type: type | None, label: str) -> Check:
    """Compile the check of a list; an item of `right_type` needs none."""
    coerce = coercion(["array"])

    def check(value: Any, place: Place, key: str | int, findings: Findings) -> Any:
        here = (place, key)
        if not isinstance(value, list):
            done, new = coerce(value)
            if not done:
                findings.fail(here, label, messages.wrong_type(["array"], value))
                return value
            findings.note("wrapped", here, value, new)
            value = new
        checked = value
        for at, item in enumerate(value):
            if type(item) is right_type:
                continue
            new = check_item(item, here, at, findings)
            if new is not item:
                checked = list(value) if checked is value else checked
                checked[at] = new
        return checked

    return check


def object_check(shape: Shape, label: str, rules: Sequence[Rule]) -> Check:
    """Compile the check of an object with `properties`."""

    def check(value: Any, place: Place, key: str | int, findings: Findings) -> Any:
        here = (place, key)
        for rule in rules:
            rule(value, here, findings)
        if isinstance(value, dict):
            return shape.check(value, here, findings)
        # Reference: for an object with `properties` the wrong type is told last.
        findings.fail(here, label, messages.wrong_type(["object"], value))
        return value

    return check
