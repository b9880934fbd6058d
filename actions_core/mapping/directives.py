"""The thirteen directives, one function each: a directive's argument to a compiled piece.

Where an argument has the wrong shape although the structural check let it pass (it does not look everywhere), the
piece fails when an event gets to it, with Segment's own sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from actions_core import js
from actions_core.errors import JSONSyntaxError, MappingError, MappingResolveError
from actions_core.holes import settle
from actions_core.js import MISSING, Object, to_string, truthy, type_of, utf16_length
from actions_core.mapping.compiler import Keep, Piece, Scope, constant, fails
from actions_core.mapping.forms import Choose, Form, Give
from actions_core.mapping.liquid import load_template
from actions_core.mapping.paths import describe_path, strip_root
from actions_core.mapping.root import apply_root_directive, structure_error
from actions_core.mapping.structure import MAX_PATTERN_LENGTH, MAX_REPLACEMENT_LENGTH
from actions_core.mapping.templates import compile_template, render
from actions_core.mapping.values import flatten, spread, without_nulls

Directive: TypeAlias = Callable[[Any, Scope, Keep], Piece]

MAX_LIQUID_LENGTH: Final = 1000
"""The longest @liquid template, in UTF-16 units."""


def _path(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if isinstance(argument, str):
        return scope.path(strip_root(argument), keep)
    where = scope.text(argument, "@path")
    scope.note_path(scope.base)  # only the event tells which of its paths this will be

    def read(data: Any) -> Any:
        value = scope.record(strip_root(where(data)))(data)
        return _settle(value, keep) if scope.holes else value

    return Piece(read, scope.holes)


def _template(argument: Any, scope: Scope, _keep: Keep) -> Piece:
    if isinstance(argument, str):
        return Piece(compile_template(argument, scope), form=None if "{{" in argument else Give(argument))
    text = scope.text(argument, "@template")
    scope.note_path(scope.base)
    return Piece(lambda data: render(text(data), data, scope.record))


def _settle(value: Any, keep: Keep) -> Any:
    return settle(value, keep_keys=keep.keys, keep_items=keep.items, keep_items_below=keep.below.items)


def _literal(argument: Any, scope: Scope, keep: Keep) -> Piece:
    # Reference: a constant that holds directives has them carried out.
    return scope.compile(argument, keep)


def _if(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@if requires an object with an "exists" key')
    # Reference: a falsy constant to be tested counts as none, although its test would have an answer.
    if not truthy(argument.get("exists")) and not truthy(argument.get("blank")):
        return fails('@if requires an "exists" key or a "blank" key')
    name = "exists" if "exists" in argument else "blank"
    test = scope.deciding().compile(argument[name], Keep.NOTHING)
    decide = test.run
    holds = _exists if name == "exists" else _is_not_blank
    then = scope.compile(argument.get("then", MISSING), keep)
    # Reference: an `else` of "", 0, false or null is as if there were none.
    fallback = argument["else"] if truthy(argument.get("else")) else MISSING
    otherwise = scope.compile(fallback, keep)
    take = scope.chooses(f"@if: {name}", then.run)
    leave = scope.chooses("@if: nothing" if fallback is MISSING else "@if: else", otherwise.run)

    def run(data: Any) -> Any:
        return take(data) if holds(decide(data)) else leave(data)

    form: Form | None = None
    if name == "exists" and scope.compilation.recorder is None:
        form = Choose(test.known_form, then.known_form, otherwise.known_form, run)
    return Piece(run, then.holes or otherwise.holes, form)


def _exists(value: Any) -> bool:
    return value is not None and value is not MISSING


def _is_not_blank(value: Any) -> bool:
    # Reference: `blank` takes the `then` branch for what is not blank. Blank are null and what == '' in JavaScript.
    return value is not None and value is not MISSING and not js.equals_empty_text(value)


def _case(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@case requires an object with a "operator" key')
    operator = argument.get("operator")
    if not truthy(operator):
        return fails('@case requires a "operator" key')
    # Reference: a value of "", 0, false or null is as if there were none, and the key is left out; so in @replace.
    if not truthy(argument.get("value")):
        return Piece(constant(MISSING))
    value = scope.compile(argument["value"], keep)

    def run(data: Any) -> Any:
        text = value.run(data)
        # Reference: what is no text passes unchanged, even if the operator is one that does not exist.
        if not isinstance(text, str):
            return text
        if operator == "lower":
            return text.lower()
        if operator == "upper":
            return text.upper()
        raise MappingResolveError('operator key should have a value of "lower" or "upper"')

    return Piece(run, value.holes)


def _replace(argument: Any, scope: Scope, _keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@replace requires an object with a "pattern" key')
    if not truthy(argument.get("pattern")):
        return fails('@replace requires a "pattern" key')
    if not truthy(argument.get("value")):
        return Piece(constant(MISSING))
    value = scope.compile(argument["value"], Keep.NOTHING).run
    swaps = [(argument["pattern"], _default(argument, "replacement", ""))]
    every, ignore_case = _default(argument, "global", True), _default(argument, "ignorecase", False)
    usable = all(isinstance(text, str) for text in swaps[0]) and isinstance(every, bool)
    # Reference: the check does not look at the second pair. One that is too long fails, one that is no text is ignored.
    second = argument.get("pattern2"), _default(argument, "replacement2", "")
    if second[0] and all(isinstance(text, str) for text in second):
        swaps.append(second)

    def run(data: Any) -> str:
        text = value(data)
        if isinstance(text, (bool, int, float)):
            text = to_string(text)
        # Reference: what is neither text, number nor boolean becomes the empty text.
        if not (usable and isinstance(ignore_case, bool) and isinstance(text, str)):
            return ""
        for pattern, replacement in swaps:
            text = _swap(text, pattern, replacement, every=every, ignore_case=ignore_case)
        return text

    return Piece(run)


def _default(argument: Object, key: str, value: Any) -> Any:
    found = argument.get(key)
    return value if found is None else found


def _swap(text: str, pattern: str, replacement: str, *, every: bool, ignore_case: bool) -> str:
    # Reference: the sentences say "less than" for limits that are reached only beyond them.
    if utf16_length(pattern) > MAX_PATTERN_LENGTH:
        raise MappingResolveError(f'@replace requires a "pattern" less than {MAX_PATTERN_LENGTH} characters')
    if utf16_length(replacement) > MAX_REPLACEMENT_LENGTH:
        raise MappingResolveError(f'@replace requires a "replacement" less than {MAX_REPLACEMENT_LENGTH} characters')
    # Reference: `$&`, `$$`, `` $` `` and `$'` in a replacement stand for something else, as everywhere in JavaScript.
    try:
        return js.replace_text(text, pattern, replacement, every=every, ignore_case=ignore_case)
    except OverflowError as error:
        raise MappingResolveError(str(error)) from None


def _array_path(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, list):
        return fails(f"@arrayPath expected array, got {type_of(argument)}")
    path, shape = (*argument, MISSING, MISSING)[:2]
    shaped = isinstance(shape, dict) and bool(shape)
    keep_root = Keep.ALL if shaped else keep
    base = "@arrayPath"
    if isinstance(path, str):
        root = scope.path(strip_root(path), keep_root)
        base = describe_path(strip_root(path), scope.base)
    else:
        root = scope.compile(path, keep_root)
    if not shaped:
        return root
    item = scope.reading(f"{base}[*]", holes=root.holes).compile(shape, keep.below)
    blank = MISSING if keep.items else None

    def run(data: Any) -> Any:
        found = root.run(data)
        if isinstance(found, dict):  # Reference: a single object is a list of one
            found = [found]
        elif not isinstance(found, list):
            return found
        items: list[Any] = []
        for member in found:
            value = item.run(member)
            items.append(blank if value is MISSING else value)
        return items

    return Piece(run, keep.items or item.holes)


def _flatten(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@flatten requires an object with a "separator" key')
    if not truthy(argument.get("separator")):
        return fails('@flatten requires a "separator" key')
    separator = scope.compile(argument["separator"], Keep.NOTHING).run
    value = scope.compile(argument.get("value", MISSING), Keep.ALL)
    into_lists = not truthy(argument.get("omitArrays"))

    def run(data: Any) -> Object:
        text = separator(data)
        if not isinstance(text, str):
            raise MappingResolveError("@flatten requires a string separator")
        flat = flatten(value.run(data), text, into_lists=into_lists)
        return _settle(flat, keep) if value.holes or MISSING in flat.values() else flat

    return Piece(run, keep.keys or (value.holes and keep.items))


def _json(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@json requires an object with a "value" key')
    mode = argument.get("mode")
    if not truthy(mode):
        return fails('@json requires a "mode" key')
    # Reference: a falsy constant counts as none, so 0 and "" cannot be encoded.
    if not truthy(argument.get("value")):
        return fails('@json requires a "value" key')
    value = scope.compile(argument["value"], Keep.NOTHING if mode == "encode" else keep)

    def encode(data: Any) -> Any:
        found = value.run(data)
        try:
            return MISSING if found is MISSING else js.stringify(found)
        except RecursionError:
            raise MappingResolveError("@json: the value is nested too deeply to be encoded") from None

    def decode(data: Any) -> Any:
        found = value.run(data)
        if not isinstance(found, str):
            return found
        try:
            return js.loads(found)
        except JSONSyntaxError as error:
            if isinstance(error.__context__, RecursionError):
                raise MappingResolveError("@json: the text is nested too deeply to be decoded") from None
            return found  # Reference: text that is no JSON stays as it is

    def ignore(data: Any) -> Any:
        # Reference: the check takes "Encode" for "encode", this does not; any other mode gives nothing.
        value.run(data)
        return MISSING

    return Piece(
        {"encode": encode, "decode": decode}.get(mode, ignore) if isinstance(mode, str) else ignore, value.holes
    )


def _merge(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@merge requires an object with an "objects" key and a "direction" key')
    # Reference: the check takes a @merge without a direction.
    if not truthy(argument.get("direction")):
        return fails('@merge requires a "direction" key')
    direction = scope.compile(argument["direction"], Keep.NOTHING).run
    objects = argument.get("objects")
    if not isinstance(objects, list):
        wrong = f"@merge: expected opts.array, got {type_of(objects)}"
        message = wrong if truthy(objects) else '@merge requires a "objects" key'
        return fails(message, first=direction)
    pieces = [scope.compile(operand, keep.operand) for operand in objects]
    runs = [piece.run for piece in pieces]

    def run(data: Any) -> Object:
        leftward = direction(data) == "left"  # Reference: anything else is right, even "LEFT", which the check takes
        operands: list[Any] = []
        for operand in runs:
            operands.append(operand(data))  # noqa: PERF401 - a comprehension is one more frame for each nested @merge
        result: Object = {}
        for operand in reversed(operands) if leftward else operands:
            spread(result, operand)
        if keep.keys or MISSING not in result.values():
            return result
        return {key: value for key, value in result.items() if value is not MISSING}

    return Piece(run, keep.keys or any(piece.holes for piece in pieces))


def compile_apply(apply: Object, scope: Scope) -> Piece:
    """Compile what a @transform applies first: a mapping of its own, checked anew, with its own root directive."""
    try:
        mapping = apply_root_directive(apply)
        faults = scope.compilation.check.faults(mapping)
        if faults:
            raise structure_error(faults, apply)
    except MappingError as error:
        piece = fails(str(error))
    else:
        piece = scope.compile(mapping, Keep.ITEMS)

    def run(data: Any) -> Any:
        if data is MISSING:
            data = {}
        elif not isinstance(data, dict):
            raise MappingResolveError(f"data must be an object, got {type_of(data)}")
        return piece.run(data)

    return Piece(run, piece.holes)


def _transform(argument: Any, scope: Scope, keep: Keep) -> Piece:
    if not isinstance(argument, dict):
        return fails('@transform requires an object with an "apply" key and a "mapping" key')
    if not truthy(argument.get("mapping")):
        return fails('@transform requires a "mapping" key')
    apply = argument.get("apply")
    if not truthy(apply):
        return fails('@transform requires a "apply" key')
    if not isinstance(apply, dict):
        return fails('@transform "apply" key should be an object')
    first = compile_apply(apply, scope)
    then = scope.reading("@transform", holes=first.holes).compile(argument["mapping"], keep)

    def run(data: Any) -> Any:
        return then.run(first.run(data))

    return Piece(run, then.holes)


def _exclude_when_null(argument: Any, scope: Scope, keep: Keep) -> Piece:
    value = scope.compile(argument, keep)

    def run(data: Any) -> Any:
        found = value.run(data)
        if found is None:
            return MISSING
        return without_nulls(found, keep_keys=keep.keys, keep_keys_below=keep.below.keys)

    return Piece(run, keep.keys or value.holes)


def _liquid(argument: Any, scope: Scope, _keep: Keep) -> Piece:
    if not isinstance(argument, str):
        return fails("liquid template value must be a string")
    if utf16_length(argument) > MAX_LIQUID_LENGTH:
        return fails(f"liquid template values are limited to {MAX_LIQUID_LENGTH} characters")
    if not argument:
        return Piece(constant(""))
    return Piece(load_template(argument, scope.noting).render)


DIRECTIVES: Final[dict[str, Directive]] = {
    "@if": _if,
    "@case": _case,
    "@replace": _replace,
    "@arrayPath": _array_path,
    "@path": _path,
    "@template": _template,
    "@literal": _literal,
    "@flatten": _flatten,
    "@json": _json,
    "@merge": _merge,
    "@transform": _transform,
    "@excludeWhenNull": _exclude_when_null,
    "@liquid": _liquid,
}
