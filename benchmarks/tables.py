"""Results as tables: plain text for a terminal, Markdown for the documentation, JSON for programs."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from actions_core import Object
from benchmarks.peers import HERE
from benchmarks.results import TIMES, Figure, Row
from benchmarks.targets import Verdict

_PACKAGES: Final = ("orjson", "httpx", "pyreqwest", "aiohttp", "uvloop", "pydantic")


def machine() -> Object:
    """Describe where and with what the measuring is done."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": _output("node", "--version"),
        "commit": _output("git", "describe", "--always", "--dirty"),
        "packages": {name: found for name in _PACKAGES if (found := _version(name)) is not None},
    }


def _processor() -> str:
    """Name the processor, where the system tells; else its architecture."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _output(*command: str) -> str | None:
    """Give what a command prints; None where it is not installed or has nothing to say."""
    if shutil.which(command[0]) is None:
        return None
    found = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    return found.stdout.strip() or None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _value(figure: Figure) -> str:
    return f"{_number(figure.median)}{'x' if figure.unit == TIMES else f' {figure.unit}'.rstrip()}"


def _number(value: float) -> str:
    """Write a number with three digits that mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def text(rows: Sequence[Row], verdicts: Sequence[Verdict]) -> str:
    """Write a table for each suite, median and spread in each cell, and one of the targets."""
    tables: dict[str, list[Row]] = {}
    for row in rows:
        tables.setdefault(f"{row.suite}: {row.table}" if row.table else row.suite, []).append(row)
    parts = [f"### {title}\n\n{_row_table(chosen)}" for title, chosen in tables.items()]
    if verdicts:
        parts.append(f"### targets\n\n{_target_table(verdicts)}")
    return "\n\n".join(parts)


def markdown(rows: Sequence[Row], verdicts: Sequence[Verdict], machine: Object, load: Sequence[float]) -> str:
    """Write the same for the documentation, with the machine."""
    return f"{_where(machine, load)}\n\n{text(rows, verdicts)}\n"


def _where(machine: Object, load: Sequence[float]) -> str:
    packages = ", ".join(f"{name} {found}" for name, found in machine["packages"].items())
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; Python {machine['python']}, "
        f"Node.js {machine['node'] or 'none'}, {packages}; commit {machine['commit']}; "
        f"load {load[0]:.1f} before, {load[1]:.1f} after."
    )


def _target_table(verdicts: Sequence[Verdict]) -> str:
    lines = []
    for one in verdicts:
        met = "not measured" if one.figure is None else "met" if one.is_met else "missed"
        lines.append([one.target.work, one.target.bound, "" if one.figure is None else _value(one.figure), met])
    return _table(["work", "target", "measured", ""], lines)


def _row_table(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(figure.name for row in rows for figure in row.figures if figure.shown))
    lines = []
    for row in rows:
        cells = (row.figure(name) for name in names)
        lines.append([row.name, *("" if cell is None else _cell(cell) for cell in cells)])
    return _table(["", *names], lines)


def _table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Write a table that can be read as it stands, and as Markdown."""
    widths = [max(map(len, column)) for column in zip(header, *lines, strict=True)]
    bar = [width * "-" for width in widths]
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in (header, bar, *lines))
    return "\n".join(f"| {' | '.join(line)} |" for line in padded)


def _cell(figure: Figure) -> str:
    low, high = min(figure.rounds), max(figure.rounds)
    spread = "" if len(figure.rounds) == 1 else f" ({_number(low)}…{_number(high)})"
    return f"{_value(figure)}{spread}"


def to_json(rows: Sequence[Row], verdicts: Sequence[Verdict], machine: Object, load: Sequence[float]) -> Object:
    """Give everything: the machine, every round of every figure, and what became of the targets."""
    return {
        "machine": machine,
        "load": {"before": load[0], "after": load[1]},
        "rows": [row.to_json() for row in rows],
        "targets": [verdict.to_json() for verdict in verdicts],
    }


def fill(page: Path, what: str, tables: str) -> None:
    """Put tables between the marks that a page has for them, or into a file of their own if there is no page yet.

    Raises `ValueError` for a page without the marks.
    """
    if page.exists():
        before, after = around(page, what)
        tables = f"{before}\n\n{tables}\n{after}"
    page.write_text(tables, "utf-8")


def around(page: Path, what: str) -> tuple[str, str]:
    """Give what a page has before and after the place of some tables, the marks included; raises `ValueError`."""
    begin, end = f"<!-- {what}: begin -->", f"<!-- {what}: end -->"
    before, first, rest = page.read_text("utf-8").partition(begin)
    _, second, after = rest.partition(end)
    if not first or not second:
        raise ValueError(f"{page}: expected the lines {begin} and {end}, between which the tables go")
    return f"{before}{begin}", f"{end}{after}"
