r"""Writes text so that a page shows it and `read_page` reads it back: backslashes where Markdown would see a mark.

Names, labels, titles and triggers are plain text. Descriptions are Markdown, as Segment's app shows them: their links,
code and emphasis stay, and only what the page's own structure would swallow is escaped.
"""

from __future__ import annotations

import re
from typing import Final

from conformance.contracts.markdown import one_line

_PLAIN: Final = re.compile(r"[\\`*_\[\]<|~]|(?<=\])\(|#(?=#*\Z)|&(?=#?\w+;)")
_LINE_END: Final = r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"
_PROSE: Final = re.compile(
    rf"""
      (?P<code>(?<!`)`[^`]+`(?!`))
    | (?P<address>\w+://[^\s<|`\\]+ | (?<=\])\([^()\s<|`\\]*\))
    | (?P<line>{_LINE_END})
    | (?P<mark>[\\`<] | (?<=[A-Za-z0-9])_(?=[A-Za-z0-9]) | \*(?=\*\ action))
    | (?P<bar>\|)
    """,
    re.VERBOSE,
)
"""The last of the marks is for the sentence "… is a **Cloud** action", which has a meaning of its own on a page."""
_BLOCK_START: Final = re.compile(r"(?=[#>|+-]|\*\s|~~~)|(?<=\[)(?=!)|(?<=\d)(?=[.)]\s)")
_BEFORE_START: Final = re.compile(r"\[|\d{1,9}|")


def plain(text: str) -> str:
    r"""Write text that is no Markdown, on one line.

    >>> print(plain("[beta] user_id"))
    \[beta\] user\_id
    """
    return _PLAIN.sub(r"\\\g<0>", one_line(text))


def cell(text: str) -> str:
    r"""Write Markdown as the cell of a table; a line break is `<br>` there.

    >>> print(cell("snake_case: `a_b`,\n[a | b](https://example.com/a_b)"))
    snake\_case: `a_b`,<br>[a \| b](https://example.com/a_b)
    """
    return _prose(text, in_cell=True)


def paragraph(text: str) -> str:
    r"""Write Markdown as a paragraph of its own.

    >>> print(paragraph("- not a list"))
    \- not a list
    """
    return block(_prose(text, in_cell=False))


def block(written: str) -> str:
    r"""Keep what is already written from being read as a heading, list, table, block of code or note.

    >>> print(block("1. Send is not the first item of a list."))
    1\. Send is not the first item of a list.
    """
    before = _BEFORE_START.match(written)
    start = before.end() if before else 0
    return f"{written[:start]}\\{written[start:]}" if _BLOCK_START.match(written, start) else written


def _prose(text: str, *, in_cell: bool) -> str:
    def replaced(found: re.Match[str]) -> str:
        match found.lastgroup:
            case "code":
                return _code(found[0], in_cell=in_cell)
            case "line":
                return "<br>"
            case "mark":
                return f"\\{found[0]}"
            case "bar" if in_cell:
                return "\\|"
        return found[0]

    return _PROSE.sub(replaced, text.strip())


def _code(code: str, *, in_cell: bool) -> str:
    """Write code in backticks, in which a backslash is itself and a line break is a blank."""
    on_one_line = re.sub(_LINE_END, " ", code)
    if not in_cell:
        return on_one_line
    # A cell ends at a bar even inside code, unless a backslash stands before it: there is no way to write the two.
    return plain(code) if "\\|" in code else on_one_line.replace("|", "\\|")
