"""@liquid: values as liquidjs treats them, and Segment's limits."""

from __future__ import annotations

import copy
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
