"""Frozen dataclasses that are quick to make are frozen dataclasses."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from actions_core.frozen import frozen, made


@frozen()
class Plain:
    name: str
    size: int = 1
    tags: list[str] = field(default_factory=list, kw_only=True)


@frozen(kw_only=True, late="body")
class Late(Plain):
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Ordinary:
    name: str
    size: int = 1
    tags: list[str] = field(default_factory=list, kw_only=True)


def test_what_is_given_by_place_and_by_name_is_what_an_ordinary_one_has() -> None:
    for one in (Plain("a"), Plain("a", 2), Plain(name="a", tags=["x"]), replace(Plain("a"), size=3)):
        assert vars(one) == vars(Ordinary(one.name, one.size, tags=one.tags))
    assert repr(Plain("a")) == "Plain(name='a', size=1, tags=[])"
    assert Plain("a") == Plain("a") != Plain("b")
    assert Plain("a").tags is not Plain("a").tags


def test_a_mistake_in_the_parameters_is_told_as_for_an_ordinary_one() -> None:
    with pytest.raises(TypeError, match=r"Plain\.__init__\(\) missing 1 required positional argument: 'name'"):
        Plain()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Plain("a", colour="red")  # type: ignore[call-arg]


def test_attributes_cannot_be_set() -> None:
    with pytest.raises(FrozenInstanceError):
        Plain("a").size = 2  # type: ignore[misc]


def test_a_late_attribute_is_worked_out_once_and_only_if_somebody_asks() -> None:
    asked = 0

    def read() -> bytes:
        nonlocal asked
        asked += 1
        return b"body"

    one = made(Late, {"name": "a", "tags": [], "_body": read})
    assert (one.name, one.size, asked) == ("a", 1, 0)
    assert (one.body, one.body, asked) == (b"body", b"body", 1)
    assert replace(one, size=2) == Late(name="a", size=2, tags=[], body=b"body")
    assert [one.name for one in fields(Late)] == ["name", "size", "tags", "body"]
    assert not hasattr(Late, "body")


def test_a_late_attribute_is_complete_in_a_copy_and_in_a_pickle() -> None:
    one = made(Late, {"name": "a", "tags": ["x"], "_body": lambda: b"body"})
    for other in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):  # noqa: S301 - made above
        assert other == one
        assert vars(other) == {"name": "a", "tags": ["x"], "body": b"body"}
