"""@liquid: values as liquidjs treats them, and Segment's limits."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest

from actions_core.errors import MappingResolveError
from actions_core.mapping import compile_mapping
from actions_core.mapping.liquid import values

EVENT: dict[str, Any] = {
    "type": "track",
    "properties": {"plan": "Pro", "total": 10.0, "price": 2.5, "items": ["a", None, 1.0], "none": None, "on": True},
    "traits": {"email": "Ann@Example.com", "size": 9},
    "timestamp": "2024-02-29T23:05:09.078Z",
    "count": 3,
}


def render(template: str, event: Any = None) -> Any:
    return compile_mapping({"text": {"@liquid": template}}).resolve(EVENT if event is None else event)["text"]


def failure(template: str, event: Any = None) -> str:
    with pytest.raises(MappingResolveError) as caught:
        render(template, event)
    return str(caught.value)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("", ""),
        ("{{ traits.email | downcase }}", "ann@example.com"),
        ("{{ properties.total }} {{ properties.price }} {{ properties.on }}", "10 2.5 true"),
        ("{{ properties.items }}|{{ properties }}|{{ properties.none }}|{{ missing.x }}", "a1|[object Object]||"),
        (
            "{{ properties.items.size }} {{ properties.items[2] }} {{ properties.items.last }} {{ traits.size }}",
            "3 1 1 9",
        ),
        ("{{ event.properties.plan }}", ""),
        ("{% assign x = properties.total | plus: '2' %}{{ x | divided_by: 5 }}", "2.4"),
        ("{% if properties.plan == 'Pro' and count > 2 %}yes{% elsif count %}some{% else %}no{% endif %}", "yes"),
        ("{% unless properties.none %}none{% endunless %}", "none"),
        ("{% if properties.items contains 1 %}in{% endif %}{% if '' %}, '' is true{% endif %}", "in, '' is true"),
        ("{% if properties.none == nil %}nil{% endif %}{% if missing == blank %} blank{% endif %}", "nil blank"),
        ("{% if '10' > 9 %}as numbers{% endif %}", "as numbers"),
        ("{% capture x %}[{{ count }}]{% endcapture %}{{ x }}{{ x }}", "[3][3]"),
        ("{{ properties.items | join: '-' }} {{ 'a,b' | split: ',' | last }}", "a--1 b"),
        ("{{ missing | default: 'x' }}{{ false | default: 'y', allow_false: true }}", "xfalse"),
        ("{{ timestamp | date: '%Y-%m-%d %-l:%M %p' }}", "2024-02-29 11:05 PM"),
        ("{{ traits | json }}", '{"email":"Ann@Example.com","size":9}'),
        ("{{ count | nope: 5 }}", "3"),
        ("{{ count == 3 }} {{ -7 | modulo: 3 }} {{ 1 | divided_by: 0 }}", "true -1 Infinity"),
        ("{{- count -}}  x\n", "3x\n"),
        ("a{% break %}b", "a"),
        ("{% comment %}x{% endcomment %}{% raw %}{{ y }}{% endraw %}{% # note %}{% echo count %}", "{{ y }}3"),
        ("{{ 'QWI' | base64_decode }}{{ 'Ab' | base64_encode }}", "AbQWI="),
        ("{% if count | minus: 3 | default: false %}yes{% elsif traits.x | default: true %}else{% endif %}", "yes"),
        ("{% unless properties.plan | slice: 9 %}none{% else %}some{% endunless %}", "some"),
        (
            "{{ properties.plan | append: empty | replace: 'o', blank }}{% echo 'x' | append: empty %} {{ count | }}",
            "Prx 3",
        ),
        ("{{ 'a😀' | strip: 'a😀' }}{{ 'xax' | lstrip: 'x' }}", "😀ax"),
    ],
)
def test_a_template_is_rendered_as_liquidjs_does(template: str, text: str) -> None:
    assert render(template) == text


def test_counters_start_at_the_events_number_and_do_not_change_it() -> None:
    event = copy.deepcopy(EVENT)

    assert render("{% increment count %}{{ count }}{% decrement other %}", event) == "34-1"
    assert event == EVENT


@pytest.mark.parametrize("tag", ["case", "for", "include", "layout", "render", "tablerow"])
def test_a_disabled_tag_fails_with_its_place(tag: str) -> None:
    assert failure(f"x\n {{% {tag} a %}}") == f'tag "{tag}" is disabled, line:2, col:2'


@pytest.mark.parametrize("name", ["map", "sort", "reverse", "uniq", "where_exp", "newline_to_br", "type"])
def test_a_disabled_filter_fails_when_it_is_reached(name: str) -> None:
    assert failure(f"{{{{ count | {name} }}}}") == f'filter "{name}" is disabled, line:1, col:1'
    assert render(f"{{% if false %}}{{{{ count | {name} }}}}{{% endif %}}") == ""


def test_an_unknown_tag_fails() -> None:
    assert failure("{% nope %}") == 'tag "nope" not found, line:1, col:1'


def test_a_template_may_have_1000_characters_and_no_more() -> None:
    assert render("x" * 1000) == "x" * 1000
    assert failure("x" * 1001) == "liquid template values are limited to 1000 characters"


def test_a_template_that_doubles_a_text_again_and_again_meets_the_memory_limit() -> None:
    doubling = "{% assign a = a | append: a %}" * 30

    assert failure(doubling, {"a": "x" * 100}).startswith("memory alloc limit exceeded, line:1, col:")


def test_a_range_beyond_the_memory_limit_fails_before_it_is_made() -> None:
    assert failure("{{ (1..999999999) }}") == "memory alloc limit exceeded, line:1, col:1"


def test_a_template_that_takes_too_long_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "RENDER_SECONDS", -1)

    assert failure("{{ count }}") == "template render limit exceeded"


def test_blocks_nest_as_deep_as_a_template_is_long() -> None:
    assert render("{% if count %}" * 37 + "x" + "{% endif %}" * 37) == "x"


def test_a_template_nested_too_deeply_to_be_read_fails_with_a_sentence() -> None:
    assert failure("{{ " + "a[" * 330 + "0" + "]" * 330 + "}}") == "the template is nested too deeply"


# --- JSON and dates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("space", "text"),
    [
        ("1", '{\n "b": [\n  1,\n  {\n   "c": ":,{}"\n  },\n  [],\n  {}\n ]\n}'),
        ("'>'", '{\n>"b": [\n>>1,\n>>{\n>>>"c": ":,{}"\n>>},\n>>[],\n>>{}\n>]\n}'),
        ("0", '{"b":[1,{"c":":,{}"},[],{}]}'),
        ("true", '{"b":[1,{"c":":,{}"},[],{}]}'),
    ],
)
def test_json_is_written_over_several_lines_if_there_is_an_indent(space: str, text: str) -> None:
    assert render(f"{{{{ a | json: {space} }}}}", {"a": {"b": [1.0, {"c": ":,{}"}, [], {}]}}) == text


def test_an_indent_has_ten_characters_at_most() -> None:
    assert render("{{ a | json: 99 }}", {"a": [1]}) == f"[\n{' ' * 10}1\n]"
    assert render("{{ a | json: '123456789012' }}", {"a": [1]}) == "[\n12345678901\n]"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2024-02-29T23:05:09.078-05:00", "2024-03-01 04:05:09.078 1709265909"),
        ("Mon Jan 1 2020 10:00 GMT+2", "2020-01-01 08:00:00.000 1577865600"),
        ("1/2/2020 3:04 PM", "2020-01-02 15:04:00.000 1577977440"),
        ("June 31 2020", "2020-07-01 00:00:00.000 1593561600"),
        ("1700000000", "2023-11-14 22:13:20.000 1700000000"),
        ("1700000000000", "55840-11-08 22:13:20.000 1700000000000"),
        ("-000044-03-15", "-44-03-15 00:00:00.000 -63549360000"),
        (1.5, "1970-01-01 00:00:01.500 2"),
        (True, "1970-01-01 00:00:00.001 0"),
        (["2020"], "2020-01-01 00:00:00.000 1577836800"),
        (8_640_000_000_001, "8640000000001"),
        ("no date", "no date"),
        ({}, "[object Object]"),
        (None, ""),
    ],
    ids=str,
)
def test_a_date_is_what_javascript_takes_for_one(value: Any, text: str) -> None:
    assert render("{{ x | date: '%Y-%m-%d %H:%M:%S.%L %s' }}", {"x": value}) == text


def test_nanoseconds_are_the_milliseconds_padded() -> None:
    assert render("{{ timestamp | date: '%N %3N %1N' }}") == "780000000 780 7"


def test_dates_are_in_utc_whatever_the_zone_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert render("{{ '2024-02-29 10:00' | date: '%H %z %Z' }}") == "10 +0000 UTC"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("zone", ["'asia/tokyo'", "'PST'", "1440"])
def test_a_zone_is_a_name_of_the_iana_database_or_less_than_a_day(zone: str) -> None:
    assert render("{{ 0 | date: '%H %Z', 'Asia/Tokyo' }} {{ 0 | date: '%H %Z', -90 }}") == "09 Asia/Tokyo 01 +0130"
    assert failure(f"{{{{ 0 | date: '%H', {zone} }}}}").startswith("Invalid time zone specified: ")


def test_a_zone_of_the_nineteenth_century_is_written_in_whole_minutes() -> None:
    assert render("{{ -9999999999 | date: '%z', 'America/New_York' }}") == "-0456"


def test_the_weeks_of_the_first_century_are_counted_from_its_own_years() -> None:
    assert render("{{ '0005-01-01' | date: '%U' }} {{ '0000-12-31' | date: '%j' }}") == "00 366"


# --- what liquidjs does and what it does not -------------------------------------------------------------------------


def test_a_template_begins_at_the_event_itself() -> None:
    assert render("{{ properties.plan }}|{{ event.properties.plan }}") == "Pro|"


def test_an_unknown_filter_passes_its_value_through() -> None:
    assert render("{{ count | nope: 5 | plus: 1 }}") == "4"


def test_more_branches_after_an_else_are_refused_in_if_and_ignored_in_unless() -> None:
    assert failure("x{% if count %}1{% else %}2{% else %}3{% endif %}") == "duplicated else, line:1, col:2"
    assert failure("{% if count %}{% else %}{% elsif a %}{% endif %}").startswith("unexpected elsif after else")
    assert failure("{% if count %}{% else what %}{% endif %}").startswith('unexpected "what"')
    assert render("{% unless count %}1{% else what %}2{% elsif count %}3{% else %}4{% endunless %}") == "2"


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ a", "expected '}}', found end of file, line:2, col:1"),
        ("{{ | upcase }}", "expected a primitive expression, found pipe, line:2, col:1"),
        ("{% if a %}", "expected tag endif, found end of expression"),
        ("{% assign x %}", "expected '=', found end of expression"),
    ],
)
def test_broken_syntax_is_refused_in_words_of_our_own(template: str, words: str) -> None:
    assert failure(f"\n{template}") == words


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'it''s' }}",
        "{{ a b }}",
        "{{ 1.5.2 }}",
        "{{ a | foo: bar: }}",
        "{% cycle a | upcase %}",
        "{% if a and %}{% endif %}",
    ],
)
def test_broken_syntax_that_liquidjs_makes_something_of_is_refused(template: str) -> None:
    assert "expected " in failure(template)


def test_the_block_tag_is_unknown_since_there_are_no_layouts() -> None:
    assert failure("{% block x %}in{% endblock %}") == 'tag "block" not found, line:1, col:1'


def test_a_failure_within_a_liquid_tag_has_the_place_of_that_tag() -> None:
    assert failure("{% liquid\n echo count | map\n %}") == 'filter "map" is disabled, line:1, col:1'


def test_empty_in_a_list_is_a_blank_text() -> None:
    assert render("{{ properties.items | push: empty | json }}") == '["a",null,1,""]'


def test_rounding_to_half_a_digit_may_differ_in_the_last_place() -> None:
    assert float(render("{{ 2.345 | round: 2.5 }}")) == pytest.approx(2.3464100238449377, rel=1e-15)


def test_characters_beyond_latin_are_skipped_in_base64() -> None:
    assert render("{{ 'QİWI=' | base64_decode }}") == "Ab"


def test_a_counter_is_not_seen_by_other_keys_of_the_mapping() -> None:
    mapping = {"a": {"@liquid": "{% increment count %}"}, "b": {"@path": "$.count"}}
    assert compile_mapping(mapping).resolve({"count": 1}) == {"a": "1", "b": 1}
