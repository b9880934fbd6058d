from __future__ import annotations

import time

import pytest

from conformance.contracts.markdown import (
    Block,
    Bullet,
    Heading,
    Paragraph,
    Table,
    one_line,
    read_blocks,
    unescape,
    without_links,
)


def blocks(*lines: str) -> list[Block]:
    return list(read_blocks("\n".join(lines)))


def cells(row: str) -> list[str]:
    (table,) = blocks(row)
    assert isinstance(table, Table)
    return list(table.header.texts())


def test_headings_have_levels_and_lines() -> None:
    assert blocks("# One #", "", r"### Two \& three") == [Heading(1, 1, "One"), Heading(3, 3, "Two & three")]


def test_a_sign_that_belongs_to_a_word_stays_in_the_heading() -> None:
    assert blocks("## C#", "## C# ##") == [Heading(1, 2, "C#"), Heading(2, 2, "C#")]


def test_the_lines_of_a_paragraph_are_joined() -> None:
    assert blocks("one", "two", "", "three") == [Paragraph(1, "one two"), Paragraph(4, "three")]


@pytest.mark.parametrize("sign", ["*", "-", "+"])
def test_an_item_of_a_list_goes_on_until_the_next(sign: str) -> None:
    assert blocks(f"{sign} one", "  and more", f"{sign} two") == [Bullet(1, "one and more"), Bullet(3, "two")]


def test_a_numbered_item_is_prose() -> None:
    assert blocks("1. one", "2. two") == [Paragraph(1, "1. one"), Paragraph(2, "2. two")]


def test_code_and_comments_are_left_out() -> None:
    assert blocks("````", "# a", "```", "| b |", "````", "<!-- # c", "# d -->", "<!-- e -->", "f") == [
        Paragraph(9, "f")
    ]


def test_a_note_is_what_it_says_without_its_mark() -> None:
    assert blocks(r"> \[!NOTE]", ">", "> Take care.", "", "> [!WARNING]", "> Do not.") == [
        Paragraph(3, "Take care."),
        Paragraph(6, "Do not."),
    ]


def test_a_table_has_a_header_and_rows_with_the_columns_of_their_cells() -> None:
    (table,) = blocks("| A |  B  |", "|:--|----:|", "| 1 | two |")
    assert isinstance(table, Table)
    assert table.header.texts() == ("A", "B")
    assert [row.texts() for row in table.rows] == [("1", "two")]
    assert [cell.column for cell in table.rows[0].cells] == [3, 7]
    assert table.rows[0].line == 3


def test_a_row_without_its_last_bar_is_whole() -> None:
    assert cells("| a | b") == ["a", "b"]


def test_a_table_without_dashes_keeps_all_its_rows() -> None:
    (table,) = blocks("| A |", "| 1 |")
    assert isinstance(table, Table)
    assert [row.texts() for row in table.rows] == [("1",)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (r"| a \| b | c |", ["a | b", "c"]),
        (r"| `a \| b` |", ["`a | b`"]),
        (r"| a<br>b<BR/>c<br /> |", ["a\nb\nc\n"]),
        (r"| a\_b `c\_d` \*e\* |", [r"a_b `c\_d` *e*"]),
        ("|  | b |", ["", "b"]),
        (r"| a\\ | b |", ["a\\", "b"]),
    ],
    ids=["escaped bar", "escaped bar in code", "line breaks", "escapes", "empty cell", "escaped backslash"],
)
def test_cells_are_unescaped(row: str, expected: list[str]) -> None:
    assert cells(row) == expected


def test_a_backslash_before_a_letter_is_itself() -> None:
    assert unescape(r"C:\temp") == r"C:\temp"


def test_links_leave_their_text() -> None:
    assert without_links("an [identify](/docs/x?a=b) call [to](#y) me") == "an identify call to me"


def test_blanks_are_made_one() -> None:
    assert one_line(" a \n b\t c ") == "a b c"


HOSTILE = ["`", "[", "\\", "|", "|-", "# ", "> ", "* ", "<br", "~~~\n", "[a](", "<!--\n", "| a |\n", " ", "- "]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("before", ["", "# a", "| "])
def test_long_nonsense_takes_no_long_time(hostile: str, before: str) -> None:
    text = before + hostile * 100_000 + "b"
    began = time.perf_counter()
    list(read_blocks(text))
    without_links(text)
    assert time.perf_counter() - began < 5
