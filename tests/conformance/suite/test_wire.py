"""The templates in which an annex describes requests."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.oracle.mapping import ABSENT
from conformance.suite.wire import TemplateError, fields_in, fill, fill_url

VALUES: dict[str, Any] = {"id": "a/b ü", "n": 1.5, "none": None, "list": [1], "traits": {"a": 1, "id": "t"}}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{n}", 1.5),
        ("{none}", None),
        ("{list}", [1]),
        ("n is {n}", "n is 1.5"),
        ({"id": "{id}", "other": "{other?}"}, {"id": "a/b ü"}),
        (["{n}", "{other?}"], [1.5]),
        ("key {other?}", ABSENT),
        ({"...": "{traits?}", "id": "{id}"}, {"a": 1, "id": "a/b ü"}),
        ({"...": "{other?}", "id": "{id}"}, {"id": "a/b ü"}),
        ("{other|[]}", []),
        ("{other|null}", None),
        ("{other|everyone}", "everyone"),
        ("{list|[]}", [1]),
        ("{none|[]}", None),
        (7, 7),
    ],
)
def test_a_template_is_filled_in(template: object, filled: object) -> None:
    assert fill(template, VALUES) == filled


def test_a_value_that_is_absent_needs_a_question_mark_or_a_bar() -> None:
    with pytest.raises(TemplateError, match=r"\{other\} has no value; write \{other\?\} if it may be absent"):
        fill({"a": "{other}"}, VALUES)


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://a.example/{id}/x", "https://a.example/a%2Fb%20%C3%BC/x"),
        ("https://a.example/{other|everyone}", "https://a.example/everyone"),
        ("{id}", "a/b ü"),
    ],
)
def test_values_in_a_url_are_encoded_unless_they_are_the_url(template: str, url: str) -> None:
    assert fill_url(template, VALUES) == url


def test_it_is_known_what_a_template_reads() -> None:
    assert fields_in({"...": "{traits?}", "a": ["{id} {other|[]}"], "n": 1}) == {"traits", "id", "other"}
