"""Where in a plugin a promise is likely to be broken, and where on disk its page is."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from actions_core.definitions import AnyAction
from actions_core.errors import PayloadValidationError
from conformance.contracts import Clause
from conformance.suite.engine import Result
from conformance.suite.model import (
    Broken,
    Check,
    NotApplicable,
    OnAction,
    OnClause,
    OnField,
    OnPreset,
    OnSetting,
    Subject,
)
from conformance.suite.target import Target


@dataclass(frozen=True)
class Place:
    """A line of a plugin's source."""

    file: str
    line: int
    what: str
    """What stands there, such as `the declaration of identify.email`."""

    def __str__(self) -> str:
        return f"{self.what} ({self.file}:{self.line})"


@dataclass(frozen=True)
class Cause:
    """What failures of one bug have in common."""

    about: str
    """The subject, by the name that checks of events have for it; "" where a place is enough."""
    place: Place | None


def subject_named(check: Check[Any], target: Target, name: str) -> Subject | None:
    """Find a subject of a check; None if the target has none of that name."""
    subjects = check.subjects(target)
    if isinstance(subjects, NotApplicable):
        return None
    return next((subject for subject in subjects if subject.name == name), None)


def cause_of(target: Target, result: Result) -> Cause:
    """Tell what a failure is about and where it is likely to come from; those of one bug have the same cause."""
    subject = subject_named(result.check, target, result.subject)
    about = _about(target, subject) if isinstance(subject, OnClause) else subject
    name = result.subject if about is None else about.name
    broken = result.found.broken if result.found is not None else None
    marks = broken.marks if broken is not None else ()
    common = common_cause(target)
    if common is not None and marks and all(mark.startswith("/headers/") for mark in marks):
        # Headers are most often what every request has in common, whichever action sends it.
        return common
    # What was sent is wrong, rather than that it was.
    is_wire = bool(marks) or (broken is not None and _is_meant_to_be_sent(broken))
    place = _place(target, result, about, is_wire=is_wire)
    if isinstance(about, OnAction) and result.check.group in _PARTNERS_ANSWERS:
        # What is made of the partner's answer is another matter than what the partner is told.
        name = f"{name}, the partner's answers"
    return Cause(name, place)


_PARTNERS_ANSWERS: Final = frozenset({"http", "error", "retry", "concurrency", "lifecycle"})


def common_cause(target: Target) -> Cause | None:
    """Give the cause that all actions share: what every request has in common; None if there is nothing."""
    place = function_place(target.destination.extend_request, "what every request has in common")
    return None if place is None else Cause("", place)


def _is_meant_to_be_sent(broken: Broken) -> bool:
    return broken.sent is not None and broken.sent.delivered and PayloadValidationError.__name__ not in broken.expected


def _place(target: Target, result: Result, about: Subject | None, *, is_wire: bool) -> Place | None:
    if isinstance(about, OnField):
        declared = field_place(about.action.action.payload, about.field.key, about.name)
        return _perform(about.action.action, about.action.slug) or declared if is_wire else declared
    if isinstance(about, OnAction):
        return _perform(about.action.action, about.action.slug)
    if isinstance(about, OnSetting):
        return field_place(target.destination.settings, about.field.key, f"the setting {about.name}")
    if isinstance(about, OnPreset):
        name = about.preset.preset.name
        return text_place(_modules(target), name, f"the preset {name!r}")
    if result.check.group == "auth" and target.destination.authentication is not None:
        return function_place(target.destination.authentication.check, "the check of the credentials")
    return None


def _about(target: Target, subject: OnClause) -> Subject | None:
    """Find what a clause is about."""
    clause = subject.clause
    for action in target.actions:
        for field in action.fields:
            if clause.startswith(f"{field.documented.id}/"):
                return OnField(action, field)
        if clause.startswith(f"{action.documented.id}/"):
            return OnAction(action)
    for setting in target.bound.settings:
        if clause.startswith(f"{setting.documented.id}/"):
            return OnSetting(setting)
    for preset, action in target.presets:
        if clause.startswith(f"{preset.documented.id}/"):
            return OnPreset(preset, action)
    return None


def _perform(action: AnyAction[Any], slug: str) -> Place | None:
    return function_place(action.perform, f"perform of {slug}")


def function_place(function: Callable[..., Any] | None, what: str) -> Place | None:
    """Find where a function is written; None if it is in no file."""
    while isinstance(function, functools.partial):
        function = function.func
    return None if function is None else _source_place(inspect.unwrap(function), what)


def field_place(declared: object, key: str, what: str) -> Place | None:
    """Find where a dataclass declares an attribute; None if it is no dataclass of a file."""
    for owner in declared.__mro__ if isinstance(declared, type) else ():
        if key not in vars(owner).get("__annotations__", {}):
            continue
        place = _source_place(owner, f"the declaration of {what}")
        if place is None:
            return None
        source, first = inspect.getsourcelines(owner)
        for node in ast.walk(ast.parse(textwrap.dedent("".join(source)))):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == key:
                return Place(place.file, first + node.lineno - 1, place.what)
    return None


def text_place(modules: Iterable[ModuleType], text: str, what: str) -> Place | None:
    """Find where one of some modules has a text as a literal; None if none has."""
    for module in modules:
        try:
            source = inspect.getsource(module)
        except (OSError, TypeError):
            continue  # made without a file
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and node.value == text:
                return Place(shown_path(Path(inspect.getfile(module))), node.lineno, what)
    return None


def _source_place(thing: Any, what: str) -> Place | None:
    try:
        file = inspect.getsourcefile(thing)
        _, line = inspect.getsourcelines(thing)
    except (OSError, TypeError):
        return None  # made at run time, or built in
    return None if file is None else Place(shown_path(Path(file)), line, what)


def _modules(target: Target) -> list[ModuleType]:
    module = inspect.getmodule(target.plugin)
    return [module] if module is not None else []


# --- the page --------------------------------------------------------------------------------------------------------


def clauses_of(target: Target, result: Result) -> list[Clause]:
    """List the promises that a result is about."""
    return [target.contract.clauses[one] for one in result.clauses if one in target.contract.clauses]


def file_of(target: Target, clause: Clause) -> str:
    """Give the file of a clause from where the reader is; as the contract names it if nobody knows where it is."""
    return _shown(target, clause.origin.file)


def page_of(target: Target) -> str:
    """Give the file of the page likewise."""
    return _shown(target, target.contract.file)


def _shown(target: Target, file: str) -> str:
    beside = target.directory / Path(file).name if target.directory is not None else None
    if not isinstance(beside, Path) or not beside.resolve().is_relative_to(Path.cwd()):
        return file
    return shown_path(beside)


def shown_path(path: Path) -> str:
    """Write a path from the current directory on, if it is below it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)
