"""From the mapping that its owner wrote to the one that is checked and compiled: JSON only, root directive applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from actions_core.errors import MappingError, Problem
from actions_core.js import Object, object_keys, type_of, utf16_length
from actions_core.mapping.structure import MAX_DEPTH, ROOT_DIRECTIVE, Fault, pointer


def require_json(mapping: object) -> None:
    """Make sure that a mapping is an object, JSON all through, and nested at most `MAX_DEPTH` levels deep.

    Raises `MappingError` with every value that JSON cannot hold. The walk keeps its own stack: no depth overflows it.
    """
    if not isinstance(mapping, dict):
        message = f"a mapping should be an object but it is {type(mapping).__name__}."
        raise MappingError(message, [Problem("", message)])
    problems: list[Problem] = []
    stack: list[tuple[tuple[str, ...], Any]] = [((), mapping)]
    while stack:
        keys, value = stack.pop()
        if len(keys) >= MAX_DEPTH:
            message = f"a mapping may be nested {MAX_DEPTH} levels deep at most."
            raise MappingError(message, [Problem(pointer(keys), message)])
        members: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
        for key, member in members:
            here = (*keys, str(key))
            if isinstance(value, dict) and not isinstance(key, str):
                problems.append(Problem(pointer(here), f"has a key that is no text: {key!r}."))
            elif isinstance(member, (dict, list)):
                stack.append((here, member))
            elif not _is_json(member):
                problems.append(Problem(pointer(here), f"should be a JSON value but it is {type(member).__name__}."))
    if problems:
        raise MappingError("\n".join(f"{problem.place} {problem.message}" for problem in problems), problems)


def _is_json(value: object) -> bool:
    try:
        return type_of(value) != "undefined"
    except TypeError:
        return False


def apply_root_directive(mapping: Object) -> Any:
    """Give the mapping that Segment carries out: with a root directive, that directive around all the other keys.

    Raises `MappingError` for a root directive that is not one. The mapping itself is not changed.
    """
    if ROOT_DIRECTIVE not in mapping:
        return mapping
    root = mapping[ROOT_DIRECTIVE]
    # Reference: the root's value is taken apart as whatever it is, so a text counts its characters as directives.
    if root is None:
        raise _refused("Cannot convert undefined or null to object")
    names = _own_keys(root)
    if len(names) > 1:
        raise _refused("The root mapping must only have a single directive object")
    argument = (root[int(names[0])] if isinstance(root, (list, str)) else root[names[0]]) if names else None
    if not isinstance(argument, (dict, list)):
        raise _refused("The root directive must be an object")
    if isinstance(argument, list):  # a list takes no `mapping`, so the rest of the mapping is lost
        return root
    inner = {**argument, "mapping": {key: value for key, value in mapping.items() if key != ROOT_DIRECTIVE}}
    return [inner] if isinstance(root, list) else {names[0]: inner}


def _own_keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return object_keys(value)
    if isinstance(value, list):
        return [str(index) for index in range(len(value))]
    return [str(index) for index in range(utf16_length(value))] if isinstance(value, str) else []


def _refused(message: str) -> MappingError:
    return MappingError(message, [Problem(f"/{ROOT_DIRECTIVE}", message)])


_SELF: Final = f"/{ROOT_DIRECTIVE}"


def structure_error(faults: Iterable[Fault], mapping: Object) -> MappingError:
    """Tell every fault of a mapping: the message as Segment reports them, a sentence a line; `problems` for all."""
    found = list(faults)
    message = "\n".join(f"{fault.where} {fault.sentence}." for fault in found if fault.reported)
    return MappingError(message, [Problem(place_of(fault, mapping), f"{fault.sentence}.") for fault in found])


def place_of(fault: Fault, mapping: Object) -> str:
    """Turn a place in the mapping that is carried out into the place in the mapping as it was written."""
    if ROOT_DIRECTIVE not in mapping:
        return fault.place
    rest = fault.place.split("/", 3)  # "", the directive, "mapping", what is below it
    if len(rest) == 4 and rest[2] == "mapping":
        return "/" + rest[3]
    return _SELF + fault.place
