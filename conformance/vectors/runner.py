"""Runs vectors through this runtime and compares the answers."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

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

Kind: TypeAlias = Literal["trigger", "contract", "action", "mapping"]
"""What a vector asks about."""

# In the order in which they are looked for: an action has all the keys of a mapping.
_KEYS: Final[dict[Kind, frozenset[str]]] = {
    "trigger": frozenset({"fql", "event"}),
    "contract": frozenset({"fields", "payload"}),
    "action": frozenset({"fields", "mapping", "event"}),
    "mapping": frozenset({"mapping", "event"}),
}
_GZIP: Final = b"\x1f\x8b"
_MAX_DEPTH: Final = 200


class VectorError(ActionsError):
    """A vector, or a file of them, that is not of the documented form."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A vector whose answer differs."""

    index: int
    """Its position among all vectors of the run, from 0."""
    place: str
    """File and line."""
    expected: Object
    got: Object


def run_vectors(paths: Iterable[Path]) -> Iterator[Failure | None]:
    """Run the vectors of some files and yield, for each, None or its failure.

    Raises `VectorError` for a file that cannot be read or has no vector, and for a vector that is not of the documented
    form; its message begins with the file and the line.
    """
    index = 0
    for path in paths:
        for place, vector in read_vectors(path):
            try:
                expected, got = run_vector(vector)
                agree = _agree(expected, got)
            except VectorError as error:
                raise VectorError(f"{place}: {error}") from None
            yield None if agree else Failure(index, place, expected, got)
            index += 1


def read_vectors(path: Path) -> Iterator[tuple[str, Any]]:
    """Read a file of vectors, plain or gzipped, and yield each with its place (file and line); blank lines are skipped.

    Raises `VectorError` for a file that cannot be read or has no vector, and for a line that is not JSON.
    """
    try:
        content = path.read_bytes()
        if content.startswith(_GZIP):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise VectorError(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    lines = [(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    if not lines:
        raise VectorError(f"{path}: has no vector")
    for number, line in lines:
        place = f"{path}:{number}"
        try:
            yield place, loads(line)
        except JSONSyntaxError as error:
            raise VectorError(f"{place}: is not JSON: {error}") from None


def kind_of(vector: Any) -> Kind:
    """Tell a vector's kind by its keys.

    Raises `VectorError` if it is of none.
    """
    if not isinstance(vector, dict):
        raise VectorError(f"expected a JSON object, got {type_of(vector)}")
    for kind, keys in _KEYS.items():
        if keys <= vector.keys():
            return kind
    raise VectorError(
        "its keys are those of no kind: expected mapping and event, fql and event, fields and payload, or fields, "
        "mapping and event"
    )


def run_vector(vector: Any) -> tuple[Object, Object]:
    """Give what a vector expects and what this runtime answers: `{"result": …}`, `{"match": …}` or `{"error": …}`.

    Raises `VectorError` for a vector that is not of the documented form.
    """
    kind = kind_of(vector)
    _require_shallow(vector, "it")
    expected = _expected(vector, kind)
    match kind:
        case "trigger":
            return expected, _trigger(_text(vector, "fql"), _object(vector, "event"))
        case "contract":
            return expected, _contract(_fields(vector), vector["payload"], vector.get("mode", "single"))
        case "action":
            return expected, _action(_fields(vector), _object(vector, "mapping"), vector["event"])
        case "mapping":
            return expected, _mapping(_object(vector, "mapping"), vector["event"])


# --- one function per kind -------------------------------------------------------------------------------------------


def _trigger(text: str, event: Object) -> Object:
    try:
        return {"match": compile_trigger(text).matches(event)}
    except TriggerSyntaxError:
        return {"error": True}


def _mapping(mapping: Object, event: Any) -> Object:
    try:
        return {"result": _as_json(compile_mapping(mapping).resolve(event))}
    except (MappingError, MappingResolveError) as error:
        return {"error": {"message": str(error)}}


def _contract(fields: dict[str, InputField], values: Any, mode: Any) -> Object:
    if mode not in ("single", "batch"):
        raise VectorError(f"mode: expected single or batch, got {mode!r}")
    try:
        return {"result": _as_json(compile_contract(fields).validate(values, mode=mode))}
    except PayloadValidationError as error:
        errors = [{"path": one.path, "message": one.message} for one in error.errors]
        return {"error": {"message": str(error), "errors": errors}}
    except DefinitionError as error:
        return {"error": {"message": error.problems[0].message}}


def _action(fields: dict[str, InputField], mapping: Object, event: Any) -> Object:
    try:
        values = compile_mapping(mapping).resolve(event)
    except (MappingError, MappingResolveError) as error:
        return {"error": {"message": str(error)}}
    return _contract(fields, values, "single")


def _as_json(value: Any) -> Any:
    """Give a value as it is once it has been written as JSON, which is how the reference's answers were kept.

    No value at all, which a mapping that is one directive may give, is null.
    """
    _require_shallow(value, "its answer")
    return None if value is MISSING else loads(stringify(value))


# --- reading and comparing -------------------------------------------------------------------------------------------


def _require_shallow(value: Any, subject: str) -> None:
    """Refuse what is nested so deeply that it could not be written; nothing in an event's life is."""
    level = [value]
    for _ in range(_MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise VectorError(f"{subject} is nested more than {_MAX_DEPTH} levels deep")


def _expected(vector: Object, kind: Kind) -> Object:
    """Take the answer out of a vector, once it is of the documented form."""
    answer = "match" if kind == "trigger" else "result"
    found = [key for key in (answer, "error") if key in vector]
    if len(found) != 1:
        raise VectorError(f"expected either {answer} or error")
    value = vector[found[0]]
    if found == ["match"] and not isinstance(value, bool):
        raise VectorError(f"match: expected true or false, got {type_of(value)}")
    if found == ["error"] and value is not True:
        if kind == "trigger" or not isinstance(value, dict):
            words = "true" if kind == "trigger" else "true or an object"
            raise VectorError(f"error: expected {words}, got {type_of(value)}")
        _text(value, "message", "error.message")
        errors = value.get("errors", [])
        if not isinstance(errors, list) or not all(isinstance(one, dict) for one in errors):
            raise VectorError("error.errors: expected a list of objects")
    return {found[0]: value}


def _text(holder: Object, key: str, place: str | None = None) -> str:
    value = holder.get(key, MISSING)
    if not isinstance(value, str):
        raise VectorError(f"{place or key}: expected text, got {type_of(value)}")
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
    if "error" not in expected or "error" not in got:
        return same_json(expected, got)
    wanted, found = expected["error"], got["error"]
    if wanted is True:
        return True
    if found["message"] not in (wanted["message"], sentences(wanted["message"])):
        return False
    if "errors" not in wanted:
        return True
    kept = [{key: one[key] for key in ("path", "message") if key in one} for one in wanted["errors"]]
    return same_json(kept, found.get("errors"))
