"""Failures as files: readable, without secrets, with all that is needed to judge the case again.

    .actions/conformance/actions-mydest/failures/
        C-7f3a91c2.json            the failure
        C-7f3a91c2/event.json      the event, mapping and settings that show it, for commands that know no suite
        C-7f3a91c2/mapping.json

The name of a failure comes from the check, its subject, its clauses and the smallest case, so that the same failure
has the same name on every machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from actions_core.errors import ActionsError, ConfigurationError
from actions_core.js import Object, nests_deeper
from actions_core.plugins import load_catalog
from actions_core.testing import Answer
from conformance.suite.differing import differing
from conformance.suite.engine import Options, Result
from conformance.suite.lab import Lab, Profile
from conformance.suite.model import Phase
from conformance.suite.placeholders import Placeholders
from conformance.suite.places import Cause, Place, cause_of, clauses_of, common_cause, file_of
from conformance.suite.sent import Given, Number, Sent, shown_request, write
from conformance.suite.target import Target
from conformance.suite.values import expand

HOME: Final = Path(".actions")
"""What is kept between runs, below the current directory."""
DEEPEST: Final = 200
"""Levels of nesting up to which a case is stored; commands that read events take no more either."""
_LONGEST_TEXT: Final = 2000
_LONGEST_NUMBER: Final = 200
_DEEPEST_REQUEST: Final = 40
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_FILE: Final = "event.json", "mapping.json", "settings.json"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClauseNote(_Shape):
    """A promise that a failure breaks."""

    id: str
    file: str
    line: int
    quote: str

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}:{self.line}"


class Delivered(_Shape):
    """What the delivery that shows a failure began with, and what the partner said."""

    action: str
    trigger: str
    event: Any
    mapping: Any
    settings: Any
    answers: tuple[Any, ...] = ()
    """One for each request; what differs from 200 and an empty object."""


class Failure(_Shape):
    """A failure as it is stored. What is typed Any is JSON, which may hold texts that are no Unicode."""

    format: Literal[1] = 1
    id: str
    verdict: Literal["FAIL", "FLAKY", "INFO"]
    check: str
    subject: str
    rule: str
    level: Literal["MUST", "SHOULD", "INFO"]
    clauses: tuple[ClauseNote, ...]
    destination: str
    """Its slug."""
    name: str | None
    """By which a command finds it: a slug, a module or a file; None where none can."""
    contract: str | None
    settings: Any
    """What the destination's owner gave instead of made-up settings."""
    profile: Profile
    phase: Phase
    seed: int | None
    case: Any
    """The smallest."""
    first: Any
    """As it was found."""
    tries: int
    expected: str
    observed: str
    differs: str | None = None
    """Where two objects of JSON differ, if that is what was compared."""
    delivered: Delivered | None
    requests: tuple[Any, ...]
    marks: tuple[str, ...]
    likely: str | None
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Group:
    """Failures that most likely have one cause."""

    cause: Cause
    results: tuple[Result, ...]


def by_cause(target: Target, results: Sequence[Result]) -> list[Group]:
    """Group failures by what they are about and where they are likely to come from, in the order of the first ones."""
    groups: dict[tuple[str, Place | None], list[Result]] = {}
    shared = common_cause(target)
    everywhere = _failing_everywhere(target, results) if shared is not None else frozenset()
    for result in results:
        if result.verdict == "VACUOUS":
            # That nothing was tried has no cause in common with what was tried and failed.
            cause = Cause(f"{result.check.id} {result.subject}".strip(), None)
        elif shared is not None and result.check.id in everywhere:
            cause = Cause(f"every action, {result.check.group}", shared.place)
        else:
            cause = cause_of(target, result)
        # A failure about the destination as a whole, of which no place is known, has nothing to share but that.
        about = cause.about if cause.about or cause.place is not None else result.check.id
        groups.setdefault((about, cause.place), []).append(result)
    for about, place in [*groups]:
        # What is wrong with one field of an action shows in checks of the whole action too.
        parts = [part for part in groups if place is not None and part[1] == place and part[0].startswith(f"{about}.")]
        if about and len(parts) == 1:
            groups[parts[0]] += groups.pop((about, place))
    return [
        # First what MUST hold, and of that the one that shows most: a delivery says more than a comparison.
        Group(
            Cause(about, place),
            tuple(sorted(together, key=lambda one: (one.check.level != "MUST", not _shows_a_delivery(one)))),
        )
        for (about, place), together in groups.items()
    ]


def _failing_everywhere(target: Target, results: Sequence[Result]) -> frozenset[str]:
    """List the checks that every action fails alike, of several: the same was expected of each."""
    slugs = {action.slug for action in target.cloud_actions}
    failing: dict[tuple[str, str], set[str]] = {}
    for result in results:
        if result.found is not None:
            failing.setdefault((result.check.id, result.found.broken.expected), set()).add(result.subject)
    return frozenset(check for (check, _), subjects in failing.items() if len(slugs) > 1 and subjects == slugs)


def _shows_a_delivery(result: Result) -> bool:
    return result.found is not None and result.found.broken.sent is not None


# --- making them -----------------------------------------------------------------------------------------------------


def failure_id(result: Result, placeholders: Placeholders) -> str:
    """Give the name of a failure."""
    assert result.found is not None  # noqa: S101 - for the type checker: only these have a case
    case = placeholders.value(result.found.case)
    text = write([result.check.id, result.subject, sorted(result.clauses), case])
    return f"C-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def failure_of(lab: Lab, options: Options, result: Result, place: Place | None = None) -> Failure | None:
    """Make what is stored of a result; None for one that has no case."""
    found = result.found
    if found is None or result.verdict not in ("FAIL", "FLAKY", "INFO"):
        return None
    # What no file can hold cannot be judged again from one.
    again = target_name(lab.target) if not (_is_deep(found.case) or _is_deep(found.first)) else None
    target = lab.target
    hide = Placeholders.of(lab)
    broken = found.broken
    sent = broken.sent
    # Before what is long is cut: it is then that this is needed.
    differs = differing(broken.expected, broken.observed)
    return Failure(
        id=failure_id(result, hide),
        verdict=result.verdict,
        check=result.check.id,
        subject=result.subject,
        rule=result.check.statement,
        level=result.check.level,
        clauses=tuple(
            ClauseNote(id=one.id, file=file_of(target, one), line=one.origin.line, quote=plain(hide.text(one.quote)))
            for one in clauses_of(target, result)
        ),
        destination=target.destination.slug,
        name=again,
        contract=None if target.named is None else target.named.contract,
        settings=hide.value(target.settings),
        profile=options.profile,
        phase=found.phase,
        seed=options.seed,
        case=hide.value(found.case if again is not None else _cut(found.case)),
        first=hide.value(found.first if again is not None else _cut(found.first)),
        tries=found.tries,
        expected=plain(_cut(hide.text(broken.expected))),
        observed=plain(_cut(hide.text(broken.observed))),
        differs=None if differs is None else plain(_cut(hide.text(differs))),
        delivered=None if sent is None or sent.given is None else _delivered(sent.given, hide),
        requests=requests_of(sent, hide),
        marks=broken.marks,
        likely=None if place is None else str(place),
        versions={
            "segment-actions-emulator": version("segment-actions-emulator"),
            "python": sys.version.split()[0],
            "plugin": target.origin,
        },
    )


def target_name(target: Target) -> str | None:
    """Give the name by which a command finds a target and tries it in the same way; None if none can."""
    return None if target.named is None or target.answer is not None else target.named.name


def _is_deep(value: Any) -> bool:
    return isinstance(value, (dict, list)) and nests_deeper(value, DEEPEST)


def requests_of(sent: Sent | None, hide: Placeholders) -> tuple[Object, ...]:
    """Give the requests of a delivery as they may be shown: without secrets, long texts cut."""
    return () if sent is None else tuple(_cut(hide.request(shown_request(one))) for one in sent.requests)


def _delivered(given: Given, hide: Placeholders) -> Delivered | None:
    if _is_deep(given.event) or _is_deep(given.subscription.mapping):
        return None
    return Delivered(
        action=given.subscription.action,
        trigger=given.subscription.trigger,
        event=hide.value(given.event),
        mapping=hide.value(given.subscription.mapping),
        settings=hide.value(given.settings),
        answers=tuple(hide.value(_answer(answer)) for answer in given.answers),
    )


def _answer(answer: Answer) -> Object:
    if answer.error is not None:
        return {"error": answer.error}
    told: Object = {} if answer.status == 200 else {"status": answer.status}
    if answer.headers:
        told["headers"] = dict(answer.headers)
    if answer.body is not None:
        text = answer.body if isinstance(answer.body, str) else answer.body.decode("utf-8", "replace")
        told["body"] = _cut(text)
    elif answer.json != {}:
        told["json"] = _cut(answer.json)
    return told


def _cut(value: Any, depth: int = 0) -> Any:
    """Copy a JSON value for people to read: long texts and deep parts cut, numbers as JSON has them."""
    if isinstance(value, Number):
        number = json.loads(value) if len(value) < _LONGEST_NUMBER else math.nan
        return number if math.isfinite(number) else str(value)
    if isinstance(value, str):
        return value if len(value) <= _LONGEST_TEXT else f"{value[:_LONGEST_TEXT]}… ({len(value)} characters)"
    if isinstance(value, (dict, list)) and depth >= _DEEPEST_REQUEST:
        return "…"
    if isinstance(value, dict):
        return {key: _cut(item, depth + 1) for key, item in value.items()}
    return [_cut(item, depth + 1) for item in value] if isinstance(value, list) else value


_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Write text that came from outside: what a terminal would carry out, and what is no Unicode, is spelt out."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


# --- storing them ----------------------------------------------------------------------------------------------------


def folder_of(slug: str, home: Path = HOME) -> Path:
    """Give the folder of a destination's failures."""
    return home / "conformance" / slug / "failures"


def store(failure: Failure, home: Path = HOME) -> Path:
    """Write a failure, and beside it the files that other commands need; gives the failure's file."""
    folder = folder_of(failure.destination, home)
    folder.mkdir(parents=True, exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        _write(ignore, "# Made by `actions conformance`: what the last runs have found.\n*\n")
    for name, value in _companions(failure).items():
        (folder / failure.id).mkdir(exist_ok=True)
        _write(folder / failure.id / name, pretty(value))
    file = folder / f"{failure.id}.json"
    _write(file, pretty(failure.model_dump()))
    return file


def _companions(failure: Failure) -> dict[str, Any]:
    shows = failure.delivered
    if shows is None or not isinstance(event := _expanded(shows.event), dict):
        return {}
    settings = {key: value for key, value in shows.settings.items() if not _holds_placeholder(value)}
    mapping = {
        "name": failure.id,
        "partnerAction": shows.action,
        "trigger": shows.trigger,
        "mapping": shows.mapping,
    }
    files: dict[str, Any] = {"event.json": event, "mapping.json": mapping}
    return {**files, "settings.json": settings} if settings else files


def _expanded(event: Any) -> Any:
    """Give an event as it was sent; None if that is nothing that a file can hold."""
    try:
        event = expand(event)
        json.dumps(event, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return None if _is_deep(event) else event


def _holds_placeholder(value: Any) -> bool:
    return isinstance(value, str) and "${" in value


def pretty(value: Any) -> str:
    """Write a JSON value over several lines."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _write(file: Path, text: str) -> None:
    """Write a file such that nobody ever sees half of it."""
    scratch = file.with_name(f".{file.name}.{os.getpid()}")
    scratch.write_text(text, "utf-8")
    scratch.replace(file)


def stored(home: Path = HOME) -> Iterator[Path]:
    """Yield the files of all stored failures, in order."""
    yield from sorted(home.glob("conformance/*/failures/C-*.json"))


def find(wanted: str, home: Path = HOME) -> Path:
    """Find the file of a failure by its name, or by the beginning of it; raises `ConfigurationError`."""
    found = [file for file in stored(home) if file.stem.casefold().startswith(wanted.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigurationError(f"{wanted} begins the names of {', '.join(file.stem for file in found)}")
    known = ", ".join(file.stem for file in stored(home)) or "none"
    raise ConfigurationError(f"there is no failure {wanted} below {home}; stored there: {known}")


def load(file: Path) -> Failure:
    """Read a stored failure; raises `ConfigurationError`."""
    try:
        failure = Failure.model_validate(json.loads(file.read_text("utf-8")))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in error.errors())
        raise ConfigurationError(f"{file}: expected a failure of the conformance suite: {told}") from None
    except ValueError as error:
        raise ConfigurationError(f"{file} is not JSON: {error}") from None
    if not isinstance(failure.case, dict):
        raise ConfigurationError(f"{file}: case: expected an object")
    return failure


def remove(file: Path) -> None:
    """Delete a stored failure and what is beside it."""
    file.unlink(missing_ok=True)
    beside = file.with_suffix("")
    for name in _FILE:
        (beside / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not there, or somebody has put something of theirs into it
        beside.rmdir()


# --- doing it again --------------------------------------------------------------------------------------------------


def reproduction(failure: Failure, home: Path = HOME) -> list[list[str]]:
    """Give the commands that show a failure again, as words: by the suite, and by what knows nothing of it."""
    commands = []
    if failure.name is not None:
        commands.append(["actions", "conformance", "replay", failure.id])
    if not _is_installed(failure):
        return commands
    slug = failure.destination
    beside = folder_of(slug, home) / failure.id
    if _companions(failure):
        shows = failure.delivered
        assert shows is not None  # noqa: S101 - for the type checker: without it there are no companions
        faults = list(_faults(shows.answers))
        words = ["-d", slug, str(beside / "event.json"), "-m", str(beside / "mapping.json")]
        if "settings.json" in _companions(failure):
            words += ["--settings", str(beside / "settings.json")]
        secret = [key for key, value in shows.settings.items() if _holds_placeholder(value)]
        made_up = [word for key in secret for word in ("-s", f"{key}=made-up-{key}")]
        commands.append(["actions", "deliver", *words, *made_up, *faults] if faults else ["actions", "explain", *words])
    elif failure.check.startswith("auth."):
        commands.append(["actions", "check-auth", slug])
    elif failure.check.startswith("contract."):
        commands.append(["actions", "inspect", slug])
    return commands


def _faults(answers: Sequence[Object]) -> Iterator[str]:
    """Yield the options that make the built-in partner answer as the one in the failure did, if it was not content."""
    for answer in answers:
        match answer:
            case {"error": "ETIMEDOUT"}:
                yield from ("--fault", "* hang count=1")
            case {"error": _}:
                yield from ("--fault", "* reset count=1")
            case {"status": int() as status}:
                after = {key.lower(): value for key, value in answer.get("headers", {}).items()}.get("retry-after")
                later = f" {shlex.quote(f'retry-after={after}')}" if after else ""
                yield from ("--fault", f"* status={status}{later} count=1")


def _is_installed(failure: Failure) -> bool:
    """Tell whether commands that take the names of installed destinations find this one, and not one of its name."""
    if failure.name == failure.destination:
        return True
    try:
        catalog = load_catalog()
    except ActionsError:
        return False  # another plugin cannot be used, so that no other command works either
    origin = catalog.origins.get(failure.destination)
    plugin = next((one.implementation for one in catalog.plugins if one.name == origin), None)
    return plugin is not None and failure.name == getattr(plugin, "__name__", None)
