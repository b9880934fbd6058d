"""What is wrong with a mapping, and what works otherwise than it looks: faults and traps, each with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from actions_core.errors import MappingError
from actions_core.js import MISSING, Object, stringify, trim, truthy, utf16_length
from actions_core.mapping.directives import MAX_LIQUID_LENGTH
from actions_core.mapping.liquid import load_template
from actions_core.mapping.root import apply_root_directive, place_of, require_json
from actions_core.mapping.structure import (
    MAX_PATTERN_LENGTH,
    MAX_REPLACEMENT_LENGTH,
    ROOT_DIRECTIVE,
    StructureCheck,
    directive_name,
    is_directive,
    pointer,
)

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the owner of a mapping should know."""

    place: str
    """A JSON pointer into the mapping; empty for the mapping as a whole."""
    severity: Severity
    """`error` if the mapping is refused, before any event; `warning` for what shows, if at all, when it runs."""
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.place or 'the mapping'}: {self.message}"


_INTERNAL_KEYS: Final = frozenset({"onMappingSave", "retlOnMappingSave"})
"""Keys that Segment itself puts into a mapping, beside those that begin with `__segment_internal_`."""

_Keys: TypeAlias = tuple[str, ...]
_Trap: TypeAlias = tuple[_Keys, str]


def check_mapping(mapping: Object, fields: Collection[str] | None = None) -> list[Finding]:
    """Find every fault and every known trap of a mapping.

    There is an `error` exactly when `compile_mapping` raises `MappingError`. `fields` are the keys of the action's
    fields; when they are given, a mapping key that is none of them is warned about.
    """
    try:
        require_json(mapping)
        root = apply_root_directive(mapping)
    except MappingError as error:
        return [Finding(problem.place, "error", problem.message) for problem in error.problems]
    faults = StructureCheck().faults(root)
    findings = [Finding(place_of(fault, mapping), "error", f"{fault.sentence}.") for fault in faults]
    if fields is not None and not is_directive(mapping):
        message = "This key is no field of the action, so it is removed."
        findings += [_warning((key,), message) for key in mapping if key not in fields and not is_internal(key)]
    try:
        findings += [_warning(keys, message) for keys, message in _walk(mapping, ())]
    except MappingError as error:  # a template without the library that reads it
        findings += [Finding(problem.place, "error", problem.message) for problem in error.problems]
    return findings


def is_internal(key: str) -> bool:
    """Tell whether a key of a mapping is Segment's own and no field: its sync mode, or what a hook has saved."""
    return key in _INTERNAL_KEYS or key.startswith("__segment_internal_")


def _warning(keys: _Keys, message: str) -> Finding:
    return Finding(pointer(keys), "warning", message)


def _walk(value: Any, keys: _Keys, *, seen: bool = True) -> Iterator[_Trap]:
    """Walk a part of a mapping; `seen` tells whether Segment's structural check looks into this list or object."""
    if not seen and isinstance(value, dict):
        for fault in StructureCheck().faults(value):
            inner = tuple(part.replace("~1", "/").replace("~0", "~") for part in fault.place.split("/")[1:])
            yield (*keys, *inner), f"This {fault.sentence}, which shows at run time only."
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*keys, str(index)), seen=False)
    elif isinstance(value, dict):
        if is_directive(value):
            name = directive_name(value)
            yield from _directive(name, value[name], (*keys, name))
        else:
            for key, member in value.items():
                yield from _walk(member, (*keys, key))


def _directive(name: str, argument: Any, keys: _Keys) -> Iterator[_Trap]:
    traps = _TRAPS.get(name)
    if traps is not None and isinstance(argument, (str, dict)) and not is_directive(argument):
        for place, message in traps(argument):
            yield (*keys, *place), message
    if isinstance(argument, list) and name == "@arrayPath":
        if argument and isinstance(argument[0], str):
            yield from (((*keys, "0"), message) for _, message in _path(argument[0]))
        for index, item in enumerate(argument[:2]):
            yield from _walk(item, (*keys, str(index)))
    elif name == "@merge" and isinstance(argument, dict) and isinstance(argument.get("objects"), list):
        for index, item in enumerate(argument["objects"]):
            yield from _walk(item, (*keys, "objects", str(index)))
    else:
        # Within a constant, an object is not looked into either.
        yield from _walk(argument, keys, seen=name not in ("@literal", "@excludeWhenNull") or is_directive(argument))


# --- one function per directive: its argument to places below it and what is to be known ------------------------------


def _if(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    exists, blank = argument.get("exists", MISSING), argument.get("blank", MISSING)
    if not truthy(exists) and not truthy(blank):
        if exists is MISSING and blank is MISSING:
            yield (), 'There is neither "exists" nor "blank", so the directive fails for every event.'
        else:
            tested = "exists" if exists is not MISSING else "blank"
            yield (tested,), f"The constant {stringify(argument[tested])} counts as no test: it fails for every event."
    if blank is not MISSING:
        message = 'It is ignored, because there is an "exists" too.'
        inverted = 'It works the other way round: "then" is taken when the value is not blank.'
        yield ("blank",), inverted if exists is MISSING else message
    if "else" in argument and not truthy(argument["else"]):
        yield ("else",), f"A falsy constant such as {stringify(argument['else'])} is dropped here: the key is left out."


def _case(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    operator = argument.get("operator")
    if not truthy(operator):
        yield (), 'There is no "operator", so the directive fails for every event.'
    elif operator not in ("lower", "upper"):
        yield ("operator",), 'Only "lower" and "upper" work: any other operator fails for every text.'
    if not truthy(argument.get("value")):
        yield (), 'There is no "value", so the key is left out.'


_DOLLAR: Final = re.compile(r"\$[$&`']")


def _replace(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    if argument.get("value") == "":
        yield ("value",), "An empty constant counts as none, so the key is left out."
    for key, limit in (("pattern2", MAX_PATTERN_LENGTH), ("replacement2", MAX_REPLACEMENT_LENGTH)):
        text = argument.get(key)
        if isinstance(text, str) and utf16_length(text) > limit:
            yield (key,), f"It has more than {limit} characters, so the directive fails for every text."
        elif text is not None and not isinstance(text, str):
            yield (key,), "It is no text, so the second replacement does not take place."
    for key in ("replacement", "replacement2"):
        if isinstance(argument.get(key), str) and _DOLLAR.search(argument[key]):
            yield (key,), "A dollar sign here is JavaScript's: $$, $&, $` and $' stand for something else."


_QUOTED_DOT: Final = re.compile(r"""\[(["'])[^"'\]]*\.[^"'\]]*\1\]""")


def _path(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, str):
        return
    if argument == "$" or argument.startswith("$["):
        yield (), 'Without a dot after it, "$" is a key of that name; "$." is the whole event.'
    elif "$." in argument and not argument.startswith("$."):
        yield (), 'The first "$." of a path is taken out wherever it stands.'
    if _QUOTED_DOT.search(argument):
        yield (), "A dot separates keys even between quotes, so a key that contains one cannot be reached."


_PLACEHOLDER: Final = re.compile(r"\{\{\{?([^{}]*)\}\}")


def _template(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, str):
        return
    for found in dict.fromkeys(_PLACEHOLDER.findall(argument)):
        path = trim(found)
        if path.startswith("$."):
            yield (), f"{{{{{path}}}}} gives an empty text: a path in braces has no $. before it."
        elif found and path in ("", "."):
            yield (), 'An empty placeholder is filled with "[object Object]".'


def _flatten(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    if not truthy(argument.get("separator")):
        yield (), 'There is no "separator", so the directive fails for every event.'
    if "value" in argument and not isinstance(argument["value"], (dict, list)):
        yield ("value",), 'A value that is neither object nor list gets the key "".'


def _json(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    if "value" in argument and not truthy(argument["value"]):
        yield ("value",), "A falsy constant counts as none, so the directive fails for every event."
    mode = argument.get("mode")
    if isinstance(mode, str) and mode not in ("encode", "decode"):
        yield ("mode",), 'Only "encode" and "decode" in lower case do anything: the key is left out.'


_TEXT_MAKERS: Final = ("@template", "@replace", "@liquid")


def _merge(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, dict):
        return
    direction = argument.get("direction")
    if not truthy(direction):
        yield (), 'There is no "direction", so the directive fails for every event.'
    elif isinstance(direction, str) and direction not in ("left", "right"):
        yield ("direction",), 'Only "left" in lower case is left: anything else is right.'
    objects = argument.get("objects")
    for index, operand in enumerate(objects if isinstance(objects, list) else ()):
        if is_directive(operand) and directive_name(operand) in _TEXT_MAKERS:
            yield ("objects", str(index)), "A text is merged character by character, under the keys 0, 1, 2 and so on."


def _transform(argument: Any) -> Iterator[_Trap]:
    apply = argument.get("apply") if isinstance(argument, dict) else None
    if isinstance(apply, dict) and ROOT_DIRECTIVE in apply:
        try:
            faults = StructureCheck().faults(apply_root_directive(apply))
        except MappingError as error:
            yield ("apply",), f"{str(error).rstrip('.')}, so the directive fails for every event."
        else:
            for fault in faults:
                yield ("apply",), f"{fault.where} {fault.sentence}, which shows at run time only."


def _liquid(argument: Any) -> Iterator[_Trap]:
    if not isinstance(argument, str):
        return
    if utf16_length(argument) > MAX_LIQUID_LENGTH:
        yield (), f"The template has more than {MAX_LIQUID_LENGTH} characters, so it fails for every event."
        return
    paths: list[str] = []

    def watch(path: str, evaluate: Any) -> Any:
        paths.append(path)
        return evaluate

    template = load_template(argument, watch)
    if template.failure:
        yield (), f"The template fails for every event: {template.failure}."
    for name in sorted(template.disabled_filters):
        yield (), f'The filter "{name}" is disabled, so it fails for every event that gets to it.'
    for name in sorted(template.unknown_filters):
        yield (), f'There is no filter "{name}": the value passes through unchanged.'
    for path in dict.fromkeys(path for path in paths if path.startswith(".event.")):
        yield (), f"{path[1:]} is empty for most events: a template begins at the event itself, so write {path[7:]}."


_TRAPS: Final[dict[str, Callable[[Any], Iterator[_Trap]]]] = {
    "@if": _if,
    "@case": _case,
    "@replace": _replace,
    "@path": _path,
    "@template": _template,
    "@flatten": _flatten,
    "@json": _json,
    "@merge": _merge,
    "@transform": _transform,
    "@liquid": _liquid,
}
