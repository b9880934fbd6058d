"""A customer's settings: checked against the destination's contract, secrets wrapped."""

from __future__ import annotations

import re
from typing import Any

from actions_core.contract import compile_contract
from actions_core.definitions import Destination
from actions_core.errors import PayloadValidationError, SettingsError
from actions_core.inputs import SettingsT
from actions_core.js import Object, to_string
from actions_core.redaction import Secret
from actions_core.runtime.values import compile_builder


def check_settings(destination: Destination[Any], values: Object) -> Object:
    """Check settings against the destination's contract and give them coerced.

    Raises `SettingsError` with the reference's sentences. Reference: a required setting may be blank, and a setting
    that the destination does not know is ignored.
    """
    try:
        return compile_contract(destination.settings_fields).validate(values, mode="settings")
    except PayloadValidationError as error:
        raise SettingsError(str(error), error.errors) from None


def build_settings(destination: Destination[SettingsT], checked: Object) -> SettingsT:
    """Give checked settings as the author's functions receive them: secrets are texts whose repr hides them."""
    fields = destination.settings_fields
    secret = {
        key: Secret(value)
        for key, value in checked.items()
        if key in fields and fields[key].type == "password" and isinstance(value, str)
    }
    built: SettingsT = compile_builder(destination.settings)({**checked, **secret})
    return built


def secrets_of(destination: Destination[Any], values: Object) -> set[str]:
    """Give the secrets among some settings, and each behind any other setting as in Basic credentials."""
    fields = destination.settings_fields
    texts = {key: to_string(value) for key, value in values.items() if isinstance(value, (str, int, float, list))}
    secret = {text for key, text in texts.items() if key in fields and fields[key].type == "password" and text}
    return secret | {f"{name}:{one}" for one in secret for name in texts.values() if name and name != one}


def environment_variable(destination: Destination[Any], key: str) -> str:
    """Name the environment variable of a setting: `USERMOTION_API_KEY` for `apiKey` of `actions-usermotion`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    prefix = destination.slug.removeprefix("actions-")
    return re.sub(r"[^A-Z0-9]+", "_", f"{prefix}_{words}".upper())
