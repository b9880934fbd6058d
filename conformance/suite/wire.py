"""Templates of requests, as annexes write them.

    url = "https://api.example/v1/lists/{listId}/members"
    body = { id = "{userId}", anonymousId = "{anonymousId?}", properties = { "..." = "{traits?}", email = "{email}" } }

`{key}` is the value of a field; a text that is nothing but one is the value itself, whatever its type. With `?` a field
that is absent leaves out the key, the item or the header; `{items|[]}` has what stands for an absent field, JSON or
text, behind the bar. `{settings.apiKey}` and `{auth.access_token}` are the account's. Under the key `...` an object's
keys go beside the others, which win. In a URL a value is percent-encoded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from actions_core.js import Object, to_string
from conformance.contracts.placeholders import PLACE, fields_in
from conformance.oracle.mapping import ABSENT

__all__ = ["TemplateError", "fields_in", "fill", "fill_url"]


class TemplateError(Exception):
    """A template that names what there is not."""


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """Fill in a template; raises `TemplateError` for a value that is absent and has no `?`."""
    if isinstance(template, str):
        return _text(template, values)
    if isinstance(template, list):
        return [value for value in (fill(one, values) for one in template) if value is not ABSENT]
    if not isinstance(template, dict):
        return template
    filled: Object = {}
    spread = fill(template["..."], values) if "..." in template else ABSENT
    if spread is not ABSENT and not isinstance(spread, dict):
        raise TemplateError(f'"..." is for objects, got {spread!r}')
    filled.update(spread if isinstance(spread, dict) else {})
    for key, inner in template.items():
        value = ABSENT if key == "..." else fill(inner, values)
        if value is not ABSENT:
            filled[key] = value
    return filled


def _text(template: str, values: Mapping[str, Any]) -> Any:
    only = PLACE.fullmatch(template)
    if only is not None:
        return _value(only, values)
    parts = [_value(found, values) for found in PLACE.finditer(template)]
    if ABSENT in parts:
        return ABSENT
    texts = iter(parts)
    return PLACE.sub(lambda _found: to_string(next(texts)), template)


def _value(found: re.Match[str], values: Mapping[str, Any]) -> Any:
    if found[1] in values:
        return values[found[1]]
    if found[2] == "?":
        return ABSENT
    if found[2]:
        return _json_or_text(found[2][1:])
    raise TemplateError(f"{found[0]} has no value; write {{{found[1]}?}} if it may be absent")


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def fill_url(template: str, values: Mapping[str, Any]) -> str:
    """Fill in a URL; a template that is one value is that URL."""
    only = PLACE.fullmatch(template)
    if only is not None:
        return to_string(_value(only, values))
    return PLACE.sub(lambda found: quote(to_string(_value(found, values)), safe="!'()*~"), template)
