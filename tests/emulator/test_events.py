from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.events import MalformedEvent, NumberedEvent, read_events


def read(text: str | bytes) -> list[tuple[str, Any]]:
    """Give each place with its event, or with the message of what is none."""
    stream = io.BytesIO(text.encode() if isinstance(text, str) else text)
    return [
        (found.place, found.event if isinstance(found, NumberedEvent) else found.message)
        for found in read_events(stream)
    ]


def test_one_event_per_line_with_blank_lines_skipped() -> None:
    assert read('{"a":1}\n\n  \r\n{"a":2}\r\n{"a":3}') == [
        ("line 1", {"a": 1}),
        ("line 4", {"a": 2}),
        ("line 5", {"a": 3}),
    ]


def test_leading_blank_lines_and_a_byte_order_mark_do_no_harm() -> None:
    assert read(b'\xef\xbb\xbf\n\n{"a":1}\n') == [("line 3", {"a": 1})]


def test_an_empty_file_has_no_events() -> None:
    assert read("") == read("\n \n") == []


def test_a_malformed_line_is_told_with_its_number_and_costs_only_itself() -> None:
    assert read('{"a":1}\n{"a":\n[1]\n\xff\n{"a":2}'.encode("latin-1")) == [
        ("line 1", {"a": 1}),
        ("line 2", "is not JSON: expecting value at line 2 column 1"),
        ("line 3", "is not an event: expected a JSON object, got array"),
        ("line 4", "is not JSON: byte 0 is not UTF-8"),
        ("line 5", {"a": 2}),
    ]


def test_an_array_is_read_item_by_item_however_it_is_laid_out() -> None:
    compact = '[{"a":"]},{"},{"b":[[],{}]},{"c":"\\\\\\""}]'
    spread = '\n [\n  {"a": "]},{"},\n  {"b": [[], {}]},\n  {"c": "\\\\\\""}\n]\n'
    expected = [("item 1", {"a": "]},{"}), ("item 2", {"b": [[], {}]}), ("item 3", {"c": '\\"'})]
    assert read(compact) == read(spread) == expected


def test_an_empty_array_has_no_events() -> None:
    assert read("[]") == read(" [ \n ] ") == []


def test_a_malformed_item_costs_only_itself() -> None:
    assert read('[{"a":1}, {"a":}, 5, {"a":2}]') == [
        ("item 1", {"a": 1}),
        ("item 2", "is not JSON: expecting value at column 7"),
        ("item 3", "is not an event: expected a JSON object, got number"),
        ("item 4", {"a": 2}),
    ]


def test_an_array_that_is_not_closed_is_told() -> None:
    assert read('[{"a":1}, {"a":2}')[-1] == (
        "item 2",
        "is not JSON: the array is not closed: it ends after '{\"a\":2}'",
    )


def test_text_after_an_array_is_told() -> None:
    assert read('[{"a":1}]\n{"b":2}')[-1] == (
        "item 2",
        "is not JSON: there is more after the end of the array: '{\"b\":2}'",
    )


def test_a_comma_without_an_item_behind_it_is_told() -> None:
    assert read('[{"a":1},]')[-1] == ("item 2", "is not JSON: expecting value at column 1")


def test_a_carriage_return_inside_a_line_ends_no_line() -> None:
    assert read('{"a":1,\r"b":2}\n{"a":\r2}') == [("line 1", {"a": 1, "b": 2}), ("line 2", {"a": 2})]


def test_an_event_that_nobody_can_mean_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read('{"a":' * 201 + "1" + "}" * 201 + '\n{"b":1}') == [
        ("line 1", "is not JSON: nested more than 200 levels deep"),
        ("line 2", {"b": 1}),
    ]
    monkeypatch.setattr("emulator.events.MAX_LINE", 100_000)
    assert read('{"a":1}\n"' + "x" * 250_000 + '"\n{"b":1}') == [
        ("line 1", {"a": 1}),
        ("line 2", "is not JSON: the line is longer than 0 MiB"),
        ("line 3", {"b": 1}),
    ]


def test_pretty_printed_events_are_read_one_after_the_other() -> None:
    assert read('{\n  "a": {"b": "}"}\n}\n{\n  "a": 2\n}\n') == [
        ("event 1", {"a": {"b": "}"}}),
        ("event 2", {"a": 2}),
    ]


def test_a_pretty_printed_event_that_is_not_closed_is_told() -> None:
    assert read('{\n"a": 1')[0][1].startswith("is not JSON:")


EVENTS = st.lists(
    st.dictionaries(
        st.text(),
        st.recursive(st.integers(-(2**53) + 1, 2**53 - 1) | st.text(), st.lists),
        max_size=4,
    )
)


@given(EVENTS, st.sampled_from(["lines", "array", "pretty array"]), st.booleans())
@settings(derandomize=True, database=None)
def test_any_events_are_read_back_in_every_form(events: list[Any], form: str, ascii_only: bool) -> None:
    """Varies the events (texts with quotes, brackets and escapes, nested lists), the file's form and its escaping."""
    if form == "lines":
        text = "\n".join(json.dumps(event, ensure_ascii=ascii_only) for event in events)
    else:
        text = json.dumps(events, ensure_ascii=ascii_only, indent=None if form == "array" else 2)
    stream = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    assert [found.event for found in read_events(stream) if isinstance(found, NumberedEvent)] == events


class Chunky(io.BytesIO):
    """A stream that gives one byte at a time, as a slow pipe might."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1)


def test_items_may_be_cut_anywhere_by_the_stream() -> None:
    text = json.dumps([{"a": 'x"\\,]', "b": ["é😀"]}, {"c": {}}], ensure_ascii=False)
    assert [
        found.event for found in read_events(Chunky(b"[\n" + text[1:].encode())) if isinstance(found, NumberedEvent)
    ] == [
        {"a": 'x"\\,]', "b": ["é😀"]},
        {"c": {}},
    ]


def test_a_line_longer_than_what_is_read_at_once_is_one_event() -> None:
    event = {"a": "x" * 200_000}
    assert read(json.dumps(event) + "\n" + json.dumps(event)) == [("line 1", event), ("line 2", event)]


def test_events_are_read_only_when_they_are_asked_for() -> None:
    stream = io.BytesIO(b'{"a":1}\n' * 100_000)
    reading = read_events(stream)
    next(reading)
    assert stream.tell() < 100_000


def test_numbers_count_malformed_lines_too() -> None:
    found = list(read_events(io.BytesIO(b'{"a":1}\nx\n{"a":2}\n')))
    assert [one.number for one in found] == [1, 2, 3]
    assert isinstance(found[1], MalformedEvent)
