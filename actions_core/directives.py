"""Mapping directives as an author or a test writes them in Python: each function returns the plain JSON of one."""

from __future__ import annotations

from typing import Any

from actions_core.js import MISSING, Missing, Object


def path(where: str) -> Object:
    """Take the value at a path of the event: `path("$.traits.email")`."""
    return {"@path": where}


def template(text: str) -> Object:
    """Fill `{{path}}` placeholders: `template("Hello {{traits.name}}")`; note that paths in braces have no `$.`."""
    return {"@template": text}


def literal(value: Any) -> Object:
    """Use a constant."""
    return {"@literal": value}


def if_exists(value: Any, then: Any, otherwise: Any | Missing = MISSING) -> Object:
    """Take `then` if `value` is neither null nor missing, else `otherwise`."""
    branches = {"exists": value, "then": then}
    return {"@if": branches if otherwise is MISSING else {**branches, "else": otherwise}}


def coalesce(*places: str) -> Object:
    """Take the first path that is neither null nor missing: `coalesce("$.traits.email", "$.email")`."""
    first, *rest = map(path, places)
    return if_exists(first, first, coalesce(*places[1:]) if len(rest) > 1 else rest[0]) if rest else first
