"""Contracts from the reference's JSON, and what a payload or a failure of theirs looks like."""

from __future__ import annotations

from typing import Any

import pytest

from actions_core.contract import Contract, Mode, compile_contract
from actions_core.errors import DefinitionError, PayloadValidationError
from actions_core.fields import InputField


def contract(**fields: dict[str, Any]) -> Contract:
    return compile_contract({key: InputField.model_validate(field) for key, field in fields.items()})


def payload(field: dict[str, Any], value: Any, mode: Mode = "single") -> Any:
    """Give the whole payload of a contract with the one field `x`."""
    return contract(x=field).validate({"x": value}, mode=mode)


def sentences(field: dict[str, Any], value: Any, mode: Mode = "single") -> list[str]:
    """Give what is wrong with the value of the one field `x`."""
    return failures(contract(x=field), {"x": value}, mode)


def failures(compiled: Contract, values: dict[str, Any], mode: Mode = "single") -> list[str]:
    with pytest.raises(PayloadValidationError) as caught:
        compiled.validate(values, mode=mode)
    assert str(caught.value) == " ".join(error.message for error in caught.value.errors)
    return [error.message for error in caught.value.errors]


def refusal(**fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the place and the text of every mistake in a definition."""
    with pytest.raises(DefinitionError) as caught:
        contract(**fields)
    return [(problem.place, problem.message) for problem in caught.value.problems]
