"""A compiled mapping: from an event to values, and from an event to an account of where each value came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from actions_core.errors import MappingResolveError
from actions_core.holes import settle
from actions_core.js import MISSING, Object, object_keys, type_of
from actions_core.mapping.compiler import Compilation, Keep, Piece, Scope
from actions_core.mapping.directives import compile_apply
from actions_core.mapping.forms import Member
from actions_core.mapping.origins import Origin, Recorder
from actions_core.mapping.root import apply_root_directive, require_json, structure_error
from actions_core.mapping.structure import ROOT_DIRECTIVE, StructureCheck, directive_name, is_directive


class CompiledMapping:
    """A mapping made ready to be carried out for many events, by many threads at once; see `compile_mapping`."""

    __slots__ = ("_mapping", "_resolve", "_root", "members", "paths")

    paths: tuple[str, ...]
    """The event's paths that the mapping can read, such as `$.traits.email` and, below a list, `$.products[*].sku`;
    `$` if it reads the event as a whole or finds its path only while it runs."""
    members: Sequence[Member] | None
    """What each key of the values is made of; None if the mapping is itself a directive."""

    def __init__(self, mapping: Object) -> None:
        require_json(mapping)
        self._mapping = mapping
        self._root = apply_root_directive(mapping)
        check = StructureCheck()
        faults = check.faults(self._root)
        if faults:
            raise structure_error(faults, mapping)
        compilation = Compilation(check)
        piece = Scope(compilation).compile(self._root, Keep.NOTHING)
        self._resolve = piece.run
        self.members = piece.members
        self.paths = tuple(compilation.paths)

    def resolve(self, event: Object) -> Any:
        """Carry out every directive for one event and give the values, keys in JavaScript's order.

        The values share what they took from the event, so neither may be changed afterwards. A missing value is no key
        in an object and null in a list. The result is an object for every mapping but one that is itself a directive
        (or has a root directive), which may give any JSON value, or `MISSING`.

        Raises `MappingResolveError` when a directive cannot be carried out, or when the event is no object.
        """
        if not isinstance(event, dict):
            raise MappingResolveError(f"data must be an object, got {type_of(event)}")
        return self._resolve(event)

    def explain(self, event: Object) -> dict[str, Origin]:
        """Tell for each key of the mapping where its value comes from for this event, in the mapping's order.

        A directive that cannot be carried out is told in its key's `Origin.error`; the other keys are explained all
        the same. A mapping that is itself a directive has one entry, under that directive's name.

        Raises `MappingResolveError` when the event is no object.
        """
        if not isinstance(event, dict):
            raise MappingResolveError(f"data must be an object, got {type_of(event)}")
        mapping, root = self._mapping, self._root
        if root is mapping:
            if is_directive(mapping):
                return {directive_name(mapping): _explain(mapping, event)}
            return {key: _explain(mapping[key], event) for key in object_keys(mapping)}
        if not isinstance(root, dict) or "@transform" not in root:
            return {ROOT_DIRECTIVE: _explain(root, event)}
        # The rest of the mapping reads what the root's `apply` makes, so that is carried out first, and once.
        apply, members = root["@transform"]["apply"], root["@transform"]["mapping"]
        applied = _trace("@transform", event, lambda noting: compile_apply(apply, Scope(noting)))
        shown = settle(applied.value, keep_keys=False, keep_items=False, keep_items_below=False)
        origins = {ROOT_DIRECTIVE: replace(applied, value=shown)}
        for key in object_keys(members):
            origins[key] = applied if applied.error else _explain(members[key], applied.value, "@transform", holes=True)
        return origins


def _explain(part: Any, data: Any, base: str = "$", *, holes: bool = False) -> Origin:
    name = directive_name(part) if is_directive(part) else None
    return _trace(name, data, lambda noting: Scope(noting, base, holes).compile(part, Keep.NOTHING))


def _trace(name: str | None, data: Any, compile_part: Callable[[Compilation], Piece]) -> Origin:
    # The same compiling functions as for `resolve`, with a recorder that the pieces report to.
    recorder = Recorder()
    try:
        value = compile_part(Compilation(StructureCheck(), recorder)).run(data)
    except MappingResolveError as error:
        return recorder.origin(name, MISSING, str(error))
    return recorder.origin(name, value)


def compile_mapping(mapping: Object) -> CompiledMapping:
    """Compile a mapping: field keys to directives, constants, and objects and lists of them.

    Raises `MappingError` for a mapping that Segment refuses for every event; its message is Segment's (a sentence a
    line), its `problems` tell every fault with a JSON pointer. The mapping must not be changed afterwards.

    >>> compile_mapping({"id": {"@path": "$.userId"}}).resolve({"userId": "u1"})
    {'id': 'u1'}
    """
    return CompiledMapping(mapping)
