"""Mappings: the directives that turn an event into the values of an action's fields."""

from actions_core.mapping.mapping import CompiledMapping, compile_mapping
from actions_core.mapping.origins import Origin, Read
from actions_core.mapping.structure import MAX_DEPTH, ROOT_DIRECTIVE
from actions_core.mapping.traps import Finding, check_mapping, is_internal

__all__ = [
    "MAX_DEPTH",
    "ROOT_DIRECTIVE",
    "CompiledMapping",
    "Finding",
    "Origin",
    "Read",
    "check_mapping",
    "compile_mapping",
    "is_internal",
]
