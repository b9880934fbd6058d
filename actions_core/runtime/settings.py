"""A customer's settings: checked against the destination's contract, secrets wrapped."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from actions_core.contract import compile_contract
from actions_core.definitions import Destination
from actions_core.errors import PayloadValidationError, SettingsError
from actions_core.js import Object
from actions_core.redaction import Redactor, Secret
from actions_core.runtime.values import compile_builder

SettingsT = TypeVar("SettingsT")


def settings_from(destination: Destination[SettingsT], values: Object) -> SettingsT:
    """Check settings and give the value that the author's functions receive.

    Raises `SettingsError` with the reference's sentences. Reference: a required setting may be blank, and a setting
    that the destination does not know is ignored.
    """
    fields = destination.settings_fields
    try:
        checked = compile_contract(fields).validate(values, mode="settings")
    except PayloadValidationError as error:
        raise SettingsError(str(error), error.errors) from None
    secret = {
        key: Secret(value)
        for key, value in checked.items()
        if key in fields and fields[key].type == "password" and isinstance(value, str)
    }
    built: SettingsT = compile_builder(destination.settings)({**checked, **secret})
    return built


def redactor_of(destination: Destination[Any], values: Object) -> Redactor:
    """Give what hides the secrets among some settings, checked or not."""
    fields = destination.settings_fields
    texts = (str(value) for key, value in values.items() if key not in fields or fields[key].type == "password")
    return Redactor(texts)


def environment_variable(destination: Destination[Any], key: str) -> str:
    """Name the environment variable of a setting: `USERMOTION_API_KEY` for `apiKey` of `actions-usermotion`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    prefix = destination.slug.removeprefix("actions-")
    return re.sub(r"[^A-Z0-9]+", "_", f"{prefix}_{words}".upper())
