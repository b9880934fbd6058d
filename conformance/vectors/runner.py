"""Runs vectors through this runtime and compares the answers."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from actions_core.contract import compile_contract
from actions_core.errors import (
    ActionsError,
    DefinitionError,
    JSONSyntaxError,
    MappingError,
    MappingResolveError,
    PayloadValidationError,
    TriggerSyntaxError,
)
from actions_core.fields import InputField
from actions_core.js import MISSING, Object, loads, stringify, type_of
from actions_core.mapping import compile_mapping
from actions_core.trigger import compile_trigger
from conformance.vectors.compare import same_json, sentences

_GZIP: Final = b"\x1f\x8b"


class VectorError(ActionsError):
    """A vector, or a file of them, that is not of the documented form."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A vector whose answer differs."""

    index: int
    """Its position among all vectors of the run, from 0."""
    place: str
    """File and line."""
    expected: Any
    got: Any


def run_vectors(paths: Iterable[Path]) -> Iterator[Failure | None]:
    """Run the vectors of some files and yield, for each, None or its failure.

    Raises `VectorError` for a file that cannot be read and a vector that is not of the documented form.
    """
    index = 0
    for path in paths:
        for place, vector in _read(path):
            try:
                expected, got = run_vector(vector)
            except VectorError as error:
                raise VectorError(f"{place}: {error}") from None
            yield None if _agree(expected, got) else Failure(index, place, expected, got)
            index += 1


def _read(path: Path) -> Iterator[tuple[str, Any]]:
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise VectorError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            place = f"{path}:{number}"
            try:
                yield place, loads(line)
            except JSONSyntaxError as error:
                raise VectorError(f"{place}: is not JSON: {error}") from None


def run_vector(vector: Any) -> tuple[Object, Object]:
    """Give what a vector expects and what this runtime answers: `{"result": …}`, `{"match": …}` or `{"error": …}`.

    Raises `VectorError` for a vector that is not of the documented form.
    """
    if not isinstance(vector, dict):
        raise VectorError("expected a JSON object")
    answers = [key for key in ("result", "match", "error") if key in vector]
    if len(answers) != 1:
        raise VectorError("expected exactly one of result, match and error")
    keys = vector.keys()
    if {"fql", "event"} <= keys:
        got = _trigger(_text(vector, "fql"), vector["event"])
    elif {"fields", "payload"} <= keys:
        got = _contract(_fields(vector), _object(vector, "payload"), vector.get("mode", "single"))
    elif {"fields", "mapping", "event"} <= keys:
        got = _action(_fields(vector), _object(vector, "mapping"), vector["event"])
    elif {"mapping", "event"} <= keys:
        got = _mapping(_object(vector, "mapping"), vector["event"])
    else:
        raise VectorError(
            "its keys are those of no kind: expected mapping and event, fql and event, fields and payload, or fields, "
            "mapping and event"
        )
    return {answers[0]: vector[answers[0]]}, got


# --- one function per kind -------------------------------------------------------------------------------------------


def _trigger(text: str, event: Any) -> Object:
    try:
        return {"match": compile_trigger(text).matches(event)}
    except TriggerSyntaxError:
        return {"error": True}


def _mapping(mapping: Object, event: Any) -> Object:
    try:
        return {"result": _json(compile_mapping(mapping).resolve(event))}
    except (MappingError, MappingResolveError) as error:
        return {"error": {"message": str(error)}}


def _contract(fields: dict[str, InputField], payload: Object, mode: Any) -> Object:
    if mode not in ("single", "batch"):
        raise VectorError(f"mode: expected single or batch, got {mode!r}")
    try:
        return {"result": _json(compile_contract(fields).validate(payload, mode=mode))}
    except PayloadValidationError as error:
        errors = [{"path": one.path, "message": one.message} for one in error.errors]
        return {"error": {"message": str(error), "errors": errors}}
    except DefinitionError as error:
        return {"error": {"message": error.problems[0].message}}


def _action(fields: dict[str, InputField], mapping: Object, event: Any) -> Object:
    mapped = _mapping(mapping, event)
    if "error" in mapped:
        return mapped
    return _contract(fields, mapped["result"], "single")


def _json(value: Any) -> Any:
    """Give a value as it is after it has been written as JSON, which is how the reference's answers were kept."""
    return None if value is MISSING else loads(stringify(value))


# --- reading and comparing -------------------------------------------------------------------------------------------


def _text(vector: Object, key: str) -> str:
    value = vector[key]
    if not isinstance(value, str):
        raise VectorError(f"{key}: expected text, got {type_of(value)}")
    return value


def _object(vector: Object, key: str) -> Object:
    value = vector[key]
    if not isinstance(value, dict):
        raise VectorError(f"{key}: expected an object, got {type_of(value)}")
    return value


def _fields(vector: Object) -> dict[str, InputField]:
    fields: dict[str, InputField] = {}
    for key, field in _object(vector, "fields").items():
        try:
            fields[key] = InputField.model_validate(field)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, (key, *first["loc"])))
            raise VectorError(f"fields.{where}: {first['msg'].lower()}") from None
    return fields


def _agree(expected: Object, got: Object) -> bool:
    """Compare answers; of an error only what the vector tells counts, and stack traces never do."""
    wanted, found = expected.get("error"), got.get("error")
    if not isinstance(wanted, dict) or not isinstance(found, dict):
        return same_json(expected, got)
    if "message" in wanted and sentences(str(wanted["message"])) != found["message"]:
        return False
    if "errors" not in wanted:
        return True
    kept = [{key: one[key] for key in ("path", "message") if key in one} for one in wanted["errors"]]
    return same_json(kept, found.get("errors"))
