"""Frozen dataclasses that are made for every event.

A dataclass that is frozen sets each attribute by way of `object.__setattr__`, four times the cost of setting it. What a
delivery makes of them adds up to a fifth of its time, so these set their attributes in the instance's dictionary.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

ClassT = TypeVar("ClassT")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(*, kw_only: bool = False, late: str = "") -> Callable[[type[ClassT]], type[ClassT]]:
    """Make a class a dataclass that is frozen, as `dataclass(frozen=True)` does, and quick to make.

    The attribute `late` may be left to be worked out when it is first asked for; see `made`.
    """

    def decorate(cls: type[ClassT]) -> type[ClassT]:
        made = dataclass(frozen=True, kw_only=kw_only)(cls)
        setattr(made, "__init__", _quick_init(made))  # noqa: B010 - to assign it would be a mistake elsewhere
        if late:
            setattr(made, late, _Late(late))
            setattr(made, "__getstate__", _complete_state(late))  # noqa: B010 - likewise
        return made

    return decorate


def _quick_init(cls: type[Any]) -> Callable[..., None]:
    """Write `__init__` as `dataclass` does, but for how an attribute is set."""
    names: dict[str, Any] = {"_given": object()}
    by_place = ["self"]
    by_name: list[str] = []
    body = ["attributes = self.__dict__"]
    for one in fields(cls):
        parameter, value = one.name, one.name
        if one.default is not MISSING:
            names[f"_default_{one.name}"] = one.default
            parameter += f"=_default_{one.name}"
        elif one.default_factory is not MISSING:
            names[f"_make_{one.name}"] = one.default_factory
            parameter += "=_given"
            value = f"_make_{one.name}() if {one.name} is _given else {one.name}"
        (by_name if one.kw_only else by_place).append(parameter)
        body.append(f"attributes[{one.name!r}] = {value}")
    parameters = ", ".join([*by_place, *(["*", *by_name] if by_name else [])])
    lines = "\n    ".join(body)
    exec(f"def __init__({parameters}):\n    {lines}", names)  # noqa: S102 - only names of attributes are in it
    written: Callable[..., None] = names["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    written.__annotations__ = dict(cls.__init__.__annotations__)
    return written


class _Late:
    """An attribute that an instance may not have yet; where it has, Python does not ask here."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        if instance is None:
            raise AttributeError(self._name)  # as for any attribute without a default
        value = instance.__dict__[self._name] = instance.__dict__[f"_{self._name}"]()
        return value


def _complete_state(late: str) -> Callable[[Any], dict[str, Any]]:
    """Give what a copy or a pickle has of an instance: a late attribute itself, not what works it out."""

    def state(instance: Any) -> dict[str, Any]:
        getattr(instance, late)
        return {name: value for name, value in instance.__dict__.items() if name != f"_{late}"}

    return state


InstanceT = TypeVar("InstanceT")


def made(cls: type[InstanceT], attributes: dict[str, Any]) -> InstanceT:
    """Make an instance of a dataclass of its attributes, without calling its `__init__`.

    Those that have a default (not a factory) may be left out. Instead of a late attribute `x` there may be a function
    `_x` that works it out.
    """
    instance = cls.__new__(cls)
    instance.__dict__.update(attributes)
    return instance
