"""Vectors of a destination's own: failures of the past that were kept, so that every later run tries them again.

They are JSON files in the folder `vectors` beside the page; `actions conformance promote` writes them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from actions_core.errors import ConfigurationError
from actions_core.js import Object

FOLDER: Final = "vectors"


@dataclass(frozen=True)
class Promoted:
    """A case that one check has to try on one subject."""

    check: str
    subject: str
    case: Object
    file: str
    """Where it came from, for errors."""


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    check: str
    subject: str
    clause: str | None = None
    """Only for readers, as are those that follow; which clauses a case tries is the check's affair."""
    rule: str = ""
    expected: str = ""
    source: str = ""
    case: Any
    """Not typed as an object, because pydantic refuses half an emoji in a key, and a case may be about one."""


def read_promoted(directory: Traversable) -> tuple[Promoted, ...]:
    """Read the vectors in the folder `vectors` of a directory, in the order of their names; none if there is no folder.

    Raises `ConfigurationError` for a file that is none.
    """
    folder = directory / FOLDER
    if not folder.is_dir():
        return ()
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name)
    return tuple(_read(file) for file in files)


def _read(file: Traversable) -> Promoted:
    try:
        read = _Shape.model_validate(json.loads(file.read_text("utf-8")))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors())
        raise ConfigurationError(f"{file}: expected a vector of the conformance suite: {told}") from None
    except ValueError as error:
        raise ConfigurationError(f"{file} is not JSON: {error}") from None
    if not isinstance(read.case, dict):
        raise ConfigurationError(f"{file}: case: expected an object")
    return Promoted(read.check, read.subject, read.case, str(file))
