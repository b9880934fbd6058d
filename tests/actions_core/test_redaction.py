from __future__ import annotations

import base64
import json
import pickle
from urllib.parse import quote

import pytest

from actions_core import Redactor, Secret

SECRET = 'pä"ss/w?rd+1'


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"{SECRET}:".encode()).decode(),
    ],
    ids=["plain", "url", "json", "base64", "basic"],
)
def test_a_secret_is_found_in_every_encoding(form: str) -> None:
    assert Redactor([SECRET]).text(f"<{form}>") == "<[redacted]>"


def test_a_secret_that_is_part_of_another_leaves_nothing_behind() -> None:
    assert Redactor(["abc", "abcdef"]).text("abcdef abc") == "[redacted] [redacted]"


def test_an_empty_secret_redacts_nothing() -> None:
    assert Redactor([""]).text("text") == "text"


def test_values_are_redacted_at_any_depth_keys_included() -> None:
    assert Redactor(["k3y"]).value({"a": ["k3y", {"k3y": 1}], "n": 3}) == {
        "a": ["[redacted]", {"[redacted]": 1}],
        "n": 3,
    }


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Authorization", "Basic bWU6cHc=", "Basic [redacted]"),
        ("authorization", "rawkey", "[redacted]"),
        ("cookie", "session=1", "[redacted]"),
        ("x-source", "Segment", "Segment"),
        ("x-key", "k3y", "[redacted]"),
    ],
)
def test_headers_that_carry_credentials_show_only_their_scheme(name: str, value: str, shown: str) -> None:
    assert Redactor(["k3y"]).headers({name: value}) == {name: shown}


def test_a_secret_text_is_a_text_whose_repr_hides_it() -> None:
    secret = Secret("k3y")
    assert f"Basic {secret}" == "Basic k3y"
    assert "k3y" not in repr({"settings": [secret]})
    assert pickle.loads(pickle.dumps(secret)) == secret  # noqa: S301 - our own bytes
