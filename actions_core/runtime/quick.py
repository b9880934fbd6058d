"""A plan's mapping and contract as one function, once it has been used often."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from actions_core.contract import Contract
from actions_core.js import MISSING, Object
from actions_core.mapping import CompiledMapping
from actions_core.mapping.forms import OFTEN, Copy, Form, Give, object_function

Function: TypeAlias = Callable[[Any], Object | None]


class Quick:
    """Makes the payloads of most events; see `contract.acceptance`."""

    __slots__ = ("_contract", "_function", "_mapping", "_single", "_times")

    def __init__(self, mapping: CompiledMapping, contract: Contract, *, single: bool) -> None:
        """Do nothing yet: to write the function takes as long as a thousand events, and most plans see fewer."""
        self._mapping: Final = mapping
        self._contract: Final = contract
        self._single: Final = single
        self._times = 0
        self._function: Function | None = None

    def payload_of(self, event: Object) -> Object | None:
        """Give the payload of an event, or None where mapping and contract have to be asked one after the other.

        Raises `MappingResolveError` and `RecursionError`, as the mapping does.
        """
        if self._function is None:
            self._times += 1
            if self._times < OFTEN:
                return None
            self._function = self._written()
        return self._function(event) if type(event) is dict else None

    def _written(self) -> Function:
        members, acceptance = self._mapping.members, self._contract.acceptance(single=self._single)
        if members is None or acceptance is None or not acceptance.can_be_written(key for key, _ in members):
            return lambda event: None

        def store(key: str, name: str, form: Form) -> Iterable[str]:
            constant = form.value if isinstance(form, Give) else form.items if isinstance(form, Copy) else MISSING
            return acceptance.store(key, name, constant)

        return object_function(members, store, acceptance.values)
