from __future__ import annotations

import time

import pytest

from actions_core.contract.formats import FORMATS

VALID = {
    "date": ["2020-02-29", "2000-02-29", "0000-01-01"],
    "time": ["10:00:00", "23:59:60", "10:00:00.123Z", "10:00:00z", "10:00:00+0530", "10:00:00-05"],
    "date-time": [
        "2020-01-01T10:00:00Z",
        "2020-01-01 10:00:00",
        "2020-01-01\u00a010:00:00",
        "2020-01-01\ufeff10:00:00",
    ],
    "uri": [
        "http://a.b/c?d#e",
        "urn:x:y",
        "http://[::1]:80/",
        "http://u:p@h:8080/%20?q=1",
        "mailto:a@b.c",
        "x://",
        "a:b",
    ],
    "uri-reference": ["", "/a", "//h", "#x", "?y", "a/b"],
    "uri-template": ["", "http://a/{b}", "{+x:3}", "{a,b*}", "{#x}", "a%20b", "é"],
    "email": ["a@b.co", "A.b+c@D-e.f.gh", "!#$%&'*+/=?^_`{|}~-@x.y"],
    "hostname": ["a", "a.b", "a.b.", "1.2", "a" * 63],
    "ipv4": ["1.2.3.4", "255.255.255.255", "01.002.3.4"],
    "ipv6": ["::", "::1", "1:2:3:4:5:6:7:8", "1::8", "::ffff:1.2.3.4", "1:2:3:4:5:6:7::", "FE80::"],
    "regex": ["a*b+?c{2,3}", "(?<n>a)\\k<n>", "[z-]", "]", "}", "a{,3}", "(?=a)*", "\\k<a>", "[\\d-x]", "\\u{61}"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "URN:UUID:123E4567-e89b-12d3-a456-426614174000"],
    "date-like": ["2020-01-01", "2020-01-01T10:00:00.123+02:00", "20200101", "1609459200", "-5"],
}

INVALID = {
    "date": ["2019-02-29", "1900-02-29", "2020-13-01", "2020-00-10", "2020-01-01\n", "２０２０-01-01", ""],
    "time": ["24:00:00", "10:60:00", "22:59:60", "10:00", "10:00:00\n", "10:00:00+5"],
    "date-time": ["2020-01-01", "2020-01-01T10:00:00 Z", "2020-01-01\x1c10:00:00", "2020-02-30T10:00:00Z"],
    "uri": ["", "a", "a:", "/a", "http://a b", 'http://"', "http://[::1", "http://é"],
    "uri-reference": ["a b", "\\", "http://[:::1]", "%zz"],
    "uri-template": ["{", "{}", "{a:0}", "{a:10000}", '"', "a b"],
    "email": ["a@b", "a..b@c.d", "a@-b.c", "a@b.c.", "ſ@b.co", "a@\u212a.com", "a@b.co\n", ""],
    "hostname": ["", "-a", "a-", "a..b", "a_b", "a" * 64, "a" * 63 + "." + ".".join(["b" * 63] * 3) + ".ccc"],
    "ipv4": ["256.1.1.1", "1.2.3", "1.2.3.4.5", "1.2.3.4\n", "١.2.3.4"],
    "ipv6": ["1::2::3", "12345::", "g::", "1:2:3:4:5:6:7", ":", "::1\n"],
    "regex": [
        "*",
        "a**",
        "(",
        "a)",
        "[",
        "[b-a]",
        "a{2,1}",
        "{1}",
        "\\",
        "(?<1>)",
        "(?<a>)(?<a>)",
        "(?<a>)\\k",
        "(?<=a)*",
    ],
    "uuid": [
        "123e4567-e89b-12d3-a456-42661417400",
        "123e4567e89b12d3a456426614174000",
        "123e4567-e89b-12d3-a456-426614174000\n",
    ],
    "date-like": ["", "x", "true", "NaN", "Infinity", "8640000000001", "2020-01-01T25:00:00Z"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in VALID for text in VALID[name]])
def test_text_has_the_format(name: str, text: str) -> None:
    assert FORMATS[name](text)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in INVALID for text in INVALID[name]])
def test_text_has_not_the_format(name: str, text: str) -> None:
    assert not FORMATS[name](text)


def test_ipv4_address_inside_an_ipv6_one_has_no_leading_zeros() -> None:
    """Reference: a plain one may have them."""
    assert FORMATS["ipv6"]("::1.2.3.4")
    assert not FORMATS["ipv6"]("::01.2.3.4")


def test_uri_reference_may_have_a_double_quote() -> None:
    """Reference: a URI may not."""
    assert FORMATS["uri-reference"]('http://"')


def test_offset_of_a_time_is_optional_and_not_checked() -> None:
    """Reference: RFC 3339 asks for an offset, of at most 23:59."""
    assert FORMATS["date-time"]("2020-01-01T10:00:00+99:99")


def test_pattern_that_ends_like_one_of_another_language_is_refused() -> None:
    r"""Reference: JavaScript would take \Z for a letter."""
    assert not FORMATS["regex"]("a\\Z")
    assert FORMATS["regex"]("\\Z")


def test_pattern_may_be_larger_than_an_engine_takes() -> None:
    assert FORMATS["regex"]("(" * 70_000 + ")" * 70_000)


@pytest.mark.parametrize("name", FORMATS)
def test_long_hostile_text_takes_no_time(name: str) -> None:
    units = ["a", "1", "a.", "a@", "%41", "1:", "[", "(", "{a,", "1/", "(?<a", "\\", "T", "😀"]
    texts = [start + unit * (20_000 // len(unit)) + "!" for unit in units for start in ("", "a@", "http://", "2020")]
    began = time.perf_counter()
    for text in texts:
        FORMATS[name](text)
    assert time.perf_counter() - began < 5
