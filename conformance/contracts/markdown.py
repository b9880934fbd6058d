"""As much of Markdown as documentation pages of destinations use: headings, paragraphs, lists and tables, with lines.

Source: CommonMark 0.31 for headings, code and backslash escapes, GitHub's dialect for tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, of level 1 to 6."""

    line: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of prose joined by a blank: as written, escapes and links included."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """An item of a list without numbers."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, unescaped and stripped, and the column of its first character."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    line: int
    cells: tuple[Cell, ...]
    quote: str
    """The row as written, with runs of blanks made one."""

    def texts(self) -> tuple[str, ...]:
        """Give the cells' texts."""
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header and the rows under the line of dashes."""

    line: int
    header: Row
    rows: tuple[Row, ...]


Block: TypeAlias = Heading | Paragraph | Bullet | Table

_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*)")
_BULLET: Final = re.compile(r"[*+-][ \t]+(.*)")
_NUMBERED: Final = re.compile(r"[0-9]{1,9}[.)][ \t]")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})")
_QUOTED: Final = re.compile(r">[ \t]?")
_NOTE: Final = re.compile(r"\\?\[![A-Z]+\\?\]\Z")
_DASHES: Final = re.compile(r"\|?(?:[ \t]*:?-+:?[ \t]*\|)*(?:[ \t]*:?-+:?[ \t]*)?\Z")
_ESCAPE: Final = re.compile(r"(`[^`]*`)|\\([!-/:-@\[-`{-~])|<br[ \t]*/?>", re.IGNORECASE)
_LINK: Final = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


def unescape(text: str) -> str:
    r"""Take the backslash from escaped punctuation and make `<br>` a line break; code in backticks stays as it is.

    >>> print(unescape(r"snake\_cased `a\_b`"))
    snake_cased `a\_b`
    """

    def replaced(found: re.Match[str]) -> str:
        code, char = found.groups()
        return code or char or "\n"

    return _ESCAPE.sub(replaced, text)


def without_links(text: str) -> str:
    """Keep the texts of links and drop where they lead."""
    return _LINK.sub(r"\1", text)


def one_line(text: str) -> str:
    """Write every run of white space as one blank."""
    return " ".join(text.split())


def read_blocks(text: str) -> Iterator[Block]:
    """Split a page into its blocks; code blocks and HTML comments are left out, and block quotes are what they quote.

    A line that begins with a bar is a row of a table. A table without its line of dashes has a header only.
    """
    lines = list(_readable_lines(text))
    at = 0
    while at < len(lines):
        line, content = lines[at]
        if not content:
            at += 1
        elif heading := _HEADING.match(content):
            yield Heading(line, len(heading[1]), unescape(_without_closing_signs(heading[2])))
            at += 1
        elif content.startswith("|"):
            end = _end_of_table(lines, at)
            dashes = at + 1 < end and _DASHES.match(lines[at + 1][1])
            rows = tuple(_row(*one) for one in lines[at + (2 if dashes else 1) : end])
            yield Table(line, _row(line, content), rows)
            at = end
        else:
            end = _end_of_prose(lines, at)
            whole = " ".join(one for _, one in lines[at:end])
            bullet = _BULLET.match(whole)
            yield Bullet(line, bullet[1]) if bullet else Paragraph(line, whole)
            at = end


def _readable_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, stripped; one of code, of a comment or with a note's mark is blank."""
    fence: str | None = None
    comment = False
    for line, raw in enumerate(text.splitlines(), 1):
        content = raw.strip()
        opening = _FENCE.match(content)
        if fence is not None:
            # The end has at least as many signs as the beginning, and nothing else.
            fence = None if content.startswith(fence) and not content.strip(fence[0]) else fence
            content = ""
        elif comment or content.startswith("<!--"):
            comment = "-->" not in content
            content = ""
        elif opening:
            fence, content = opening[1], ""
        content = _QUOTED.sub("", content, count=1) if content.startswith(">") else content
        yield line, "" if _NOTE.match(content) else content


def _without_closing_signs(heading: str) -> str:
    """Drop the signs that a heading may end with, which have a blank before them."""
    text = heading.rstrip("#")
    return text.rstrip() if not text or text[-1] in " \t" else heading


def _end_of_table(lines: list[tuple[int, str]], at: int) -> int:
    while at < len(lines) and lines[at][1].startswith("|"):
        at += 1
    return at


def _end_of_prose(lines: list[tuple[int, str]], at: int) -> int:
    at += 1
    while at < len(lines):
        content = lines[at][1]
        if (
            not content
            or content.startswith("|")
            or any(pattern.match(content) for pattern in (_HEADING, _BULLET, _NUMBERED))
        ):
            break
        at += 1
    return at


def _row(line: int, content: str) -> Row:
    """Split a row at the bars that are not escaped, those inside code included."""
    cells: list[Cell] = []
    start = 1
    for bar in re.finditer(r"\\.|(\|)", content):
        if bar[1] is not None and bar.start() > 0:
            cells.append(_cell(content, start, bar.start()))
            start = bar.end()
    if content[start:].strip():
        cells.append(_cell(content, start, len(content)))
    return Row(line, tuple(cells), one_line(content))


def _cell(content: str, start: int, stop: int) -> Cell:
    raw = content[start:stop]
    column = start + len(raw) - len(raw.lstrip()) + 1
    return Cell(unescape(raw.strip().replace("\\|", "|")), column)
