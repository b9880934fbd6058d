"""A run as text: a line for each group of checks, a block for each cause of failures, and what it comes to."""

from __future__ import annotations

import hashlib
import json
import shlex
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Literal, TypeAlias

from actions_core.js import Object, stringify
from conformance.contracts import Divergence
from conformance.suite.drawing import draw, lay_out
from conformance.suite.engine import RED, Counted, Coverage, Options, Report, Result
from conformance.suite.failures import Failure, Group, by_cause, failure_of, plain, reproduction
from conformance.suite.lab import Lab
from conformance.suite.model import PHASES
from conformance.suite.placeholders import Placeholders
from conformance.suite.places import clauses_of, file_of, page_of
from conformance.suite.sent import at_key
from conformance.suite.target import Target

WIDTH: Final = 100
_INDENT: Final = 15
"""Columns before what a block tells; its names stand there."""
_LONGEST_QUOTE: Final = 160
_LONGEST_CASE: Final = 320
_LONGEST_EVENT: Final = 400
"""Characters of an event that is written as one paragraph."""
_MOST_LINES_OF_EVENT: Final = 60
_LONGEST_TEXT: Final = 600
_MOST_LISTED: Final = 6
_SHORTEST: Final = 20
"""Characters of what was observed that a line has room for, however long the rest is."""

Colour: TypeAlias = Literal["red", "green", "yellow", "faint", "bold"]
_GAPS: Final[dict[Coverage, str]] = {
    "inside": "only what they let through",
    "outside": "only what they keep out",
    "untested": "not tried",
}
_CODES: Final[dict[Colour, str]] = {"red": "31", "green": "32", "yellow": "33", "faint": "90", "bold": "1"}


@dataclass(frozen=True)
class Look:
    """How text looks; without colours by default. A word always says what a colour says."""

    colour: bool = False
    width: int = WIDTH

    def paint(self, text: str, colour: Colour) -> str:
        """Give a text its colour."""
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.colour else text


@dataclass(frozen=True)
class Told:
    """Failures of one cause, as they are told: the first in full, of the others the names."""

    group: Group
    failures: tuple[Failure | None, ...]
    """For each result of the group; None for one that has no case."""

    @property
    def lead(self) -> Result:
        """The failure that is told in full."""
        return self.group.results[0]

    @property
    def others(self) -> Iterator[tuple[Result, Failure | None]]:
        """The others."""
        yield from zip(self.group.results[1:], self.failures[1:], strict=True)


def tell(target: Target, options: Options, results: Sequence[Result]) -> list[Told]:
    """Prepare results for being told and stored: grouped by cause, without secrets."""
    with Lab(target, options.profile) as lab:
        return [
            Told(group, tuple(failure_of(lab, options, one, group.cause.place) for one in group.results))
            for group in by_cause(target, results)
        ]


def worth_telling(report: Report, *, strict: bool = False) -> list[Result]:
    """List the results that keep a run from being good: red ones, and checks that had nothing to try."""
    return [one for one in report.results if one.is_red(strict=strict) or is_vacuous(one, strict=strict)]


def is_vacuous(result: Result, *, strict: bool = False) -> bool:
    """Tell whether a result says that nothing was tried where something had to be."""
    return result.verdict == "VACUOUS" and (strict or result.check.level == "MUST")


# --- a whole run -----------------------------------------------------------------------------------------------------


def header(target: Target, options: Options, look: Look) -> str:
    """Write what is about to be run: versions, profile, page, seed."""
    page = hashlib.sha256(target.page.encode()).hexdigest()[:8]
    annex = " + annex" if target.contract.annex is not None else ""
    parts = [
        f"actions conformance {version('segment-actions-emulator')}",
        f"{target.destination.slug}{f' of {target.origin}' if target.origin else ''}",
        f"profile {options.profile}, budget {options.budget}",
        f"page {page_of(target)} (sha {page}…){annex}",
        "seed fixed" if options.seed is None else f"seed {options.seed}",
    ]
    return "\n".join(_filled(parts, look.width))


def groups(report: Report, look: Look, *, strict: bool = False) -> str:
    """Write a line for each group of checks: how many results, what was tried, what is not as it should be."""
    by_group: dict[str, list[Result]] = {}
    for result in report.results:
        by_group.setdefault(result.check.group, []).append(result)
    return "\n".join(_group(name, results, look, strict=strict) for name, results in by_group.items())


def _group(name: str, results: Sequence[Result], look: Look, *, strict: bool) -> str:
    tried = [f"{count} {phase}" for phase in PHASES if (count := sum(one.cases.get(phase, 0) for one in results))]
    deliveries = sum(one.deliveries for one in results)
    told = ", ".join(tried) or "nothing tried"
    if deliveries:
        told += f"; {sum(one.reached for one in results) / deliveries:.0%} of {deliveries} deliveries sent something"
    odd = Counter(one.counted_as(strict=strict) for one in results if one.verdict not in ("PASS", "N/A"))
    marks = "".join(
        f"  {look.paint(f'{count} {_WORDS.get(counted, counted)}', _colour(counted))}" for counted, count in odd.items()
    )
    return f"{name:<13}{len(results):>4}   {told}{marks}"


_WORDS: Final[dict[Counted, str]] = {"ADVISED": "advised"}


def _colour(counted: Counted) -> Colour:
    if counted == "PASS":
        return "green"
    return "red" if counted in RED else "yellow"


def count_of(report: Report, told: Sequence[Told], *, strict: bool = False) -> str:
    """Tell how many results fail the run, of how many causes; beside them what was not tried or fails nothing."""
    red = len(report.red(strict=strict))
    causes = sum(any(result.is_red(strict=strict) for result in one.group.results) for one in told)
    vacuous = sum(is_vacuous(one, strict=strict) for one in report.results)
    advised = report.tally(strict=strict)["ADVISED"]
    parts = []
    if red:
        many = f"{red} result that fails" if red == 1 else f"{red} results that fail"
        parts.append(f"{causes} cause{'' if causes == 1 else 's'}, {many} the run")
    if vacuous:
        parts.append(f"{vacuous} had nothing to try")
    if advised:
        parts.append(f"{advised} advised (SHOULD)")
    return " · ".join(parts)


def not_tried(report: Report, *, strict: bool = False) -> Iterator[str]:
    """Write a line for what keeps a run from being proven without being a result: clauses, with `strict`, or all."""
    if not any(result.tried for result in report.results):
        yield "VACUOUS  nothing was tried"
    for clause in report.untested if strict else ():
        yield f"UNTRIED  {clause.id}  {file_of(report.target, clause)}:{clause.origin.line}"


def summary(report: Report, conclusion: str, look: Look, *, strict: bool = False) -> str:
    """Write what a run comes to: verdicts, clauses, and whether the destination conforms."""
    lines = [*_verdicts(report, look, strict=strict), *_clauses(report, look)]
    status = report.exit_status(strict=strict)
    colour: Colour = "green" if status == 0 else "red"
    ending = f"{look.paint(conclusion.upper(), colour)} ({report.options.profile}, "
    lines.append(f"{ending}{'MUST and SHOULD' if strict else 'MUST'}) in {report.seconds:.1f} s")
    return "\n".join(lines)


def _verdicts(report: Report, look: Look, *, strict: bool) -> list[str]:
    checks = {result.check.id for result in report.results}
    counts = report.tally(strict=strict)
    count = f"{len(checks)} check{'' if len(checks) == 1 else 's'}"
    parts = [f"{count}, {len(report.results)} with each of their subjects: {counts['PASS']} pass"]
    bad: tuple[Counted, ...] = ("FAIL", "STALE", "FLAKY", "ERROR", "TIMEOUT", "VACUOUS", "ADVISED")
    parts += [f"{counts[counted]} {counted.lower()}" for counted in bad if counts[counted]]
    if counts["DIVERGED"]:
        known = {id(one.divergence): one.divergence for one in report.results if one.divergence is not None}
        parts.append(f"{counts['DIVERGED']} diverged ({_listed([_divergence(one) for one in known.values()])})")
    if counts["N/A"]:
        reasons = list(dict.fromkeys(one.reason for one in report.results if one.verdict == "N/A"))
        parts.append(f"{counts['N/A']} n/a ({_listed(reasons, '; ', most=3)})")
    if counts["INFO"]:
        parts.append(f"{counts['INFO']} info")
    return _filled(parts, look.width)


def _divergence(divergence: Divergence) -> str:
    told = [divergence.check]
    if divergence.issue is not None:
        told.append(divergence.issue)
    if divergence.until is not None:
        told.append(f"until {divergence.until}")
    return ", ".join(told)


def _clauses(report: Report, look: Look) -> list[str]:
    # A clause that was found broken has been tried, even if no case of it went well.
    broken = {clause for one in report.results if one.found is not None for clause in one.clauses}
    coverage = {one: found for one, found in report.coverage().items() if found != "untested" or one not in broken}
    counts = Counter(coverage.values())
    testable = len(list(report.clauses)) - counts["external"]
    tried = f"clauses {testable - counts['untested']}/{testable} tried"
    parts = [tried, f"{counts['both']} on both sides", f"{counts['compared']} compared"]
    if not (report.options.only or report.options.subjects):
        for state, name in _GAPS.items():
            clauses = [one for one, found in coverage.items() if found == state]
            if clauses:
                parts.append(f"{name}: {_listed(clauses)}")
    return _filled(parts, look.width)


def _listed(texts: Sequence[str], between: str = ", ", most: int = _MOST_LISTED) -> str:
    shown = between.join(texts[:most])
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


def _filled(parts: Iterable[str], width: int) -> list[str]:
    return textwrap.wrap(" · ".join(map(plain, parts)), width, subsequent_indent="  ", break_on_hyphens=False)


# --- failures --------------------------------------------------------------------------------------------------------


def block(told: Told, target: Target, look: Look) -> str:
    """Write all that there is to say of failures of one cause."""
    lead, failure = told.lead, told.failures[0]
    lines = [_title(lead, failure, look), *_documented(lead, target), *_row("rule", lead.check.statement, look)]
    if failure is None:
        with Lab(target) as lab:
            lines += _row("observed", Placeholders.of(lab).text(lead.reason), look)
        if lead.divergence is not None:
            lines += _row(
                "divergence", f"{target.contract.annex or 'of Segment'}: {_divergence(lead.divergence)}", look
            )
    else:
        lines += _case(failure, told, look)
    if told.group.cause.place is not None and not _is_compared(lead):
        lines += _row("likely", _likely(told, target), look)
    others = [f"{named(one)}{f' {its.id}' if its is not None else ''}" for one, its in told.others]
    if others:
        lines += _row("same cause", _listed(others), look)
    if failure is not None:
        commands = [line for words in reproduction(failure) for line in command_lines(words, look.width - _INDENT)]
        lines += [f"{'  reproduce' if not index else '':<{_INDENT}}{line}" for index, line in enumerate(commands)]
    return "\n".join(lines)


def named(result: Result) -> str:
    """Name a check and its subject."""
    return f"{result.check.id} [{result.subject}]" if result.subject else result.check.id


def _title(result: Result, failure: Failure | None, look: Look) -> str:
    title = f"{result.verdict:<4}  {plain(named(result))}"
    id = failure.id if failure is not None else ""  # noqa: A001 - that is what it is
    gap = max(2, look.width - len(title) - len(id))
    painted = look.paint(result.verdict, _colour(result.verdict)) + look.paint(title[len(result.verdict) :], "bold")
    return f"{painted}{' ' * gap}{id}" if id else painted


def _documented(result: Result, target: Target) -> list[str]:
    clauses = clauses_of(target, result)
    if not clauses:
        return [f"{'  documented':<{_INDENT}}for every destination, by Segment's runtime"]
    first = clauses[0]
    place = f"{file_of(target, first)}:{first.origin.line}"
    quote = plain(_shortened(first.quote, _LONGEST_QUOTE))
    more = f" (and {len(clauses) - 1} more)" if len(clauses) > 1 else ""
    return _row("documented", f'{place}   "{quote}"{more}', Look())


def _is_compared(result: Result) -> bool:
    """Tell whether a declaration was compared: what was observed says all, and no case has anything to add."""
    return result.check.group == "contract" and result.found is not None


def _observed(told: Told, result: Result, observed: str) -> str:
    place = told.group.cause.place
    return f"{observed} ({place.file}:{place.line})" if _is_compared(result) and place is not None else observed


def _event(failure: Failure, event: Object, mapping: Any, look: Look) -> list[str]:
    """Write an event so that nothing that matters is cut."""
    text = plain(json.dumps(event, ensure_ascii=False))
    if len(text) <= _LONGEST_EVENT:
        return _row("event", text, look)
    field = mapping.get(failure.subject.rpartition(".")[2]) if isinstance(mapping, dict) else None
    marks = [
        "/" + path.removeprefix("$.").replace(".", "/") for path in at_key(field, "@path") if isinstance(path, str)
    ]
    lines = lay_out(event, marks, look.width - _INDENT, _MOST_LINES_OF_EVENT)
    return [f"{'  event' if not index else '':<{_INDENT}}{line}" for index, line in enumerate(lines)]


def _case(failure: Failure, told: Told, look: Look) -> Iterator[str]:
    result = told.lead
    found = result.found
    assert found is not None  # noqa: S101 - for the type checker: there is a failure only of what was found
    origin = f"phase {failure.phase}"
    if failure.first != failure.case:
        origin = f"from {len(stringify(failure.first))} characters in {failure.tries} tries, {origin}"
    if not _is_compared(result):
        yield from _row("smallest", f"{_json(failure.case)}   ({origin})", look)
    if failure.delivered is not None and isinstance(failure.delivered.event, dict):
        yield from _event(failure, failure.delivered.event, failure.delivered.mapping, look)
    yield from _row("expected", _shortened(failure.expected, _LONGEST_TEXT), look)
    observed = _shortened(failure.observed, _LONGEST_TEXT)
    if failure.verdict == "FLAKY":
        observed = f"{observed}; {result.reason}"
    yield from _row("observed", _observed(told, result, observed), look)
    if failure.differs is not None:
        yield from _row("differs", failure.differs, look)
    for request in failure.requests:
        yield from (f"      {line}" for line in draw(request, failure.marks, look.width - 6))


def _likely(told: Told, target: Target) -> str:
    """Tell what is wrong with a declaration, if that is known, and where it is."""
    place = told.group.cause.place
    for clause in clauses_of(target, told.lead):
        for finding in target.findings_by_clause.get(clause.id, ()):
            assert place is not None  # noqa: S101 - for the type checker: the caller has looked
            return f"{finding.place} {finding.message} ({place.file}:{place.line})"
    return str(place)


def _row(name: str, text: str, look: Look) -> list[str]:
    """Write what a block tells under one name, each line within the width."""
    lines = textwrap.wrap(
        plain(" ".join(text.split("\n"))), look.width - _INDENT, break_on_hyphens=False, drop_whitespace=True
    )
    return [f"{f'  {name}' if not index else '':<{_INDENT}}{line}" for index, line in enumerate(lines or [""])]


def _json(value: Any) -> str:
    """Write a JSON value on one line that can be broken between its parts."""
    return _shortened(plain(json.dumps(value, ensure_ascii=False)), _LONGEST_CASE)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def command_lines(words: Sequence[str], width: int) -> list[str]:
    """Write a command for a shell, over several lines if it is long, so that it can be pasted as it stands."""
    parts: list[str] = []
    for word in words:
        # An option stays with its value.
        if parts and parts[-1].startswith("-") and " " not in parts[-1]:
            parts[-1] += f" {shlex.quote(word)}"
        else:
            parts.append(shlex.quote(word))
    lines = [""]
    for part in parts:
        if lines[-1].strip() and len(lines[-1]) + len(part) + 3 > width:
            lines.append("  ")
        lines[-1] += part if not lines[-1].strip() else f" {part}"
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def brief(told: Told, target: Target, width: int | None = WIDTH) -> Iterator[str]:
    """Write one line for each failure of a cause; without a width, as for a file, however long it is."""
    for result, failure in zip(told.group.results, told.failures, strict=True):
        clauses = clauses_of(target, result)
        place = f"  {file_of(target, clauses[0])}:{clauses[0].origin.line}" if clauses else ""
        observed = failure.observed if failure is not None else plain(result.reason)
        name = f"  {failure.id}" if failure is not None else ""
        title = f"{result.verdict:<4}  {plain(named(result))}{place}  "
        text = _one_line(observed)
        if width is not None:
            text = _shortened(text, max(_SHORTEST, width - len(title) - len(name)))
        yield f"{title}{text}{name}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def remarks(report: Report, look: Look, *, strict: bool = False) -> list[str]:
    """Write a line for each result that is worth a thought but fails nothing: what SHOULD hold, what is only told."""
    with Lab(report.target, report.options.profile) as lab:
        hide = Placeholders.of(lab)
    lines = []
    for one in report.results:
        if one.verdict == "INFO" or (one.is_red(strict=True) and not one.is_red(strict=strict)):
            word = "info" if one.verdict == "INFO" else "should"
            text = _shortened(f"{named(one)}  {_one_line(plain(hide.text(one.reason)))}", look.width - 8)
            lines.append(f"{look.paint(f'{word:<8}', 'yellow')}{text}")
        elif one.verdict == "VACUOUS" and not is_vacuous(one, strict=strict):
            lines.append(
                f"{look.paint('vacuous ', 'yellow')}{_shortened(f'{named(one)}  {one.reason}', look.width - 8)}"
            )
    return lines


# --- annotations of GitHub -------------------------------------------------------------------------------------------


def github(told: Told, target: Target) -> Iterator[str]:
    """Write failures of one cause as GitHub's annotations, on the lines of the documentation."""
    for result, failure in zip(told.group.results, told.failures, strict=True):
        clauses = clauses_of(target, result)
        place = {"file": file_of(target, clauses[0]), "line": str(clauses[0].origin.line)} if clauses else {}
        properties = {**place, "title": f"{result.verdict} {named(result)}"}
        told_of = [result.check.statement]
        if failure is None:
            told_of.append(result.reason)
        else:
            told_of += [
                f"expected: {failure.expected}",
                f"observed: {_observed(told, result, failure.observed)}",
                f"case: {failure.id}",
            ]
        if told.group.cause.place is not None and not _is_compared(result):
            told_of.append(f"likely: {_likely(told, target)}")
        shown = ",".join(f"{key}={_escaped(value, ',:')}" for key, value in properties.items())
        yield f"::error {shown}::{_escaped(plain(chr(10).join(told_of)))}"


def _escaped(text: str, more: str = "") -> str:
    """Escape what ends a workflow command of GitHub's, or one of its properties."""
    return "".join(f"%{ord(char):02X}" if char in f"%\r\n{more}" else char for char in text)
