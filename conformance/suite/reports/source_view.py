"""Shows a page or an annex line by line, with each clause marked where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from conformance.contracts.markdown import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Row,
    Table,
    one_line,
    read_blocks,
    unescape,
    without_links,
)
from conformance.suite.reports.document import ClauseFacts
from conformance.suite.reports.markup import Markup, anchor, join, link, tag
from conformance.suite.reports.states import RANK, SIGNS

_INLINE: Final = re.compile(r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`")


def page_view(text: str, clauses: Iterable[ClauseFacts]) -> Markup:
    """Show a page in Markdown: headings, prose and tables, with line numbers; what is none of them as it stands."""
    by_line = _by_line(clauses)
    parts: list[Markup] = []
    lines = text.splitlines()
    shown: set[int] = set()
    done = 0
    for block in read_blocks(text):
        parts += _raw_lines(lines, done + 1, block.line)
        parts.append(_block(block, lines, by_line))
        shown.update([block.line, *(row.line for row in block.rows)] if isinstance(block, Table) else [block.line])
        done = _last_line(block, lines)
    parts += _raw_lines(lines, done + 1, len(lines) + 1)
    elsewhere = [clause for line, found in by_line.items() if line not in shown for clause in found]
    return join(*parts, list_view(elsewhere))


def annex_view(text: str, clauses: Iterable[ClauseFacts]) -> Markup:
    """Show an annex as it stands; a clause marks its whole line."""
    by_line = _by_line(clauses)
    return join(*(_line(number, _marked(line, by_line.get(number, [])), "toml") for number, line in _numbered(text)))


def list_view(clauses: Iterable[ClauseFacts]) -> Markup:
    """Show clauses alone, where the text of their file is not at hand."""
    return join(
        *(_line(clause.origin.line, _marked(clause.quote, [clause]), "toml") for clause in clauses),
    )


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    return enumerate(text.splitlines(), 1)


def _by_line(clauses: Iterable[ClauseFacts]) -> dict[int, list[ClauseFacts]]:
    found: dict[int, list[ClauseFacts]] = {}
    for clause in clauses:
        found.setdefault(clause.origin.line, []).append(clause)
    return found


# --- blocks ----------------------------------------------------------------------------------------------------------


def _block(block: Block, lines: Sequence[str], by_line: dict[int, list[ClauseFacts]]) -> Markup:
    clauses = by_line.get(block.line, [])
    quoted = " quoted" if lines[block.line - 1].lstrip().startswith(">") else ""
    match block:
        case Heading():
            return _line(block.line, _marked(block.text, clauses), f"heading h{block.level}")
        case Bullet():
            return _line(block.line, _marked(_plain(block.text), clauses), f"bullet{quoted}")
        case Paragraph():
            return _line(block.line, _marked(_plain(block.text), clauses), f"prose{quoted}")
        case Table():
            return _table(block, by_line)


def _plain(text: str) -> str:
    return one_line(unescape(without_links(text)))


def _last_line(block: Block, lines: Sequence[str]) -> int:
    """Find the line on which a block ends."""
    if isinstance(block, Heading):
        return block.line
    if isinstance(block, Table):
        # Below the header, the line of dashes is told by no row.
        return block.rows[-1].line if block.rows else block.line
    last, length = block.line, len(_content(lines[block.line - 1]))
    marker = len(_content(lines[block.line - 1])) - len(block.text) if isinstance(block, Bullet) else 0
    while last < len(lines) and length < len(block.text) + max(marker, 0):
        length += 1 + len(_content(lines[last]))
        last += 1
    return last


def _content(line: str) -> str:
    return re.sub(r"^>[ \t]?", "", line.strip())


def _table(table: Table, by_line: dict[int, list[ClauseFacts]]) -> Markup:
    head = _row(table.header, by_line.get(table.line, []), "th")
    body = [_row(row, by_line.get(row.line, []), "td") for row in table.rows]
    whole = tag("table", tag("thead", head), tag("tbody", *body))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=f"The table in line {table.line}")


def _row(row: Row, clauses: Sequence[ClauseFacts], kind: str) -> Markup:
    columns = {cell.column for cell in row.cells}
    # What stands in no cell is about the whole row.
    whole = [clause for clause in clauses if clause.origin.column not in columns]
    cells = [
        tag(
            kind,
            _marked(
                cell.text, [one for one in clauses if one.origin.column == cell.column] + (whole if at == 0 else [])
            ),
        )
        for at, cell in enumerate(row.cells)
    ]
    return tag("tr", tag("td", str(row.line), class_="number"), *cells)


def _raw_lines(lines: Sequence[str], first: int, end: int) -> list[Markup]:
    """Show the lines from one to before another as they stand, but for blank ones and the dashes of tables."""
    return [
        _line(number, tag("span", lines[number - 1]), "raw")
        for number in range(first, end)
        if lines[number - 1].strip() and not re.fullmatch(r"[\s|:>-]+", lines[number - 1])
    ]


def _line(number: int, content: Markup, kind: str) -> Markup:
    return tag(
        "div", tag("span", str(number), class_="number"), tag("div", content, class_="text"), class_=f"line {kind}"
    )


# --- clauses in a text -----------------------------------------------------------------------------------------------


@dataclass
class _Piece:
    """A part of a text, and the clauses that it makes."""

    text: str
    clauses: list[ClauseFacts]


def _marked(text: str, clauses: Sequence[ClauseFacts]) -> Markup:
    """Mark the parts of a text that clauses quote; a clause whose quote is not in it marks all of it."""
    spans: list[tuple[int, int, ClauseFacts]] = []
    for clause in clauses:
        start = text.find(clause.quote)
        spans.append((start, start + len(clause.quote), clause) if start >= 0 else (0, len(text), clause))
    return join(*(_shown(piece) for piece in _pieces(text, spans)))


def _pieces(text: str, spans: Sequence[tuple[int, int, ClauseFacts]]) -> Iterator[_Piece]:
    """Cut a text wherever a clause begins or ends; each clause is told in the first of its pieces."""
    cuts = sorted({0, len(text), *(start for start, _, _ in spans), *(end for _, end, _ in spans)})
    if len(cuts) == 1:
        yield _Piece(text, [clause for _, _, clause in spans])
        return
    for start, end in pairwise(cuts):
        yield _Piece(text[start:end], [clause for at, _, clause in spans if at == start])


def _shown(piece: _Piece) -> Markup:
    text = _inline(piece.text) if piece.text else Markup("&nbsp;")
    if not piece.clauses:
        return text
    if len(piece.clauses) == 1:
        (clause,) = piece.clauses
        return _mark(clause, text)
    worst = min(piece.clauses, key=lambda clause: RANK[clause.state])
    marks = join(*(_mark(clause) for clause in piece.clauses))
    return tag("span", text, marks, class_=f"clause {worst.state}")


def _mark(clause: ClauseFacts, text: Markup | None = None) -> Markup:
    """Link a clause's text, or its sign alone, to what is told of the clause."""
    sign = SIGNS[clause.state]
    checks = ", ".join({one.check: None for one in clause.results}) or "no check"
    return link(
        f"c-{clause.id}",
        text or "",
        tag("span", sign.mark, class_="mark", role="img", aria_label=sign.word),
        class_=f"{'alone' if text is None else 'clause'} {clause.state}",
        id=anchor(f"p-{clause.id}"),
        title=f"{clause.id}\n{sign.word}: {sign.meaning}\n{checks}",
        aria_label=f"{clause.id}: {sign.word}" if text is None else None,
    )


def _inline(text: str) -> Markup:
    """Show bold text and code as such."""
    parts: list[Markup | str] = []
    last = 0
    for found in _INLINE.finditer(text):
        parts.append(text[last : found.start()])
        parts.append(tag("b", found["bold"]) if found["bold"] else tag("code", found["code"]))
        last = found.end()
    return join(*parts, text[last:])
