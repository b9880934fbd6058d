"""@liquid against liquidjs as Segment configures it: generated templates give the same text or the same words."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.client import Oracle
from tests.oracle.fuzzing import EXAMPLES, fuzz
from tests.oracle.test_contract_formats import ALPHABETS, SEEDS, near
from tests.oracle.test_mapping import ask, ours

EVENT = {
    "a": "Ab c-Ab",
    "b": "",
    "n": 5,
    "f": 2.75,
    "neg": -3.5,
    "numeric": "12.5",
    "yes": True,
    "no": False,
    "nothing": None,
    "list": ["x", None, "Yb", 3, ["z", 1.0]],
    "people": [{"name": "Ann", "age": 41, "in": {"x": 1}}, {"name": "Bo", "age": 7}, "text", None],
    "o": {"k": 1, "size": 9, "first": "eins"},
    "deep": {"er": {"key": "v", "é": 2}, "list": [{"id": 7}]},
    "when": "2024-02-29T23:05:09.078Z",
    "seconds": 1700000000,
    "html": "<p class='x'>Tom &amp; \"Jerry\"</p><script>1</script>\r\nend",
    "emoji": "é😀 ß\u00a0ok ",
    "url": "a b&c=ü/?#[]~!'()*%",
    "name": "k",
}


def pick(words: str) -> st.SearchStrategy[str]:
    """Choose one of several words, which semicolons separate."""
    return st.sampled_from(words.split("; "))


PATHS = st.sampled_from([*EVENT]) | pick(
    "missing; o.k; o.size; o.first; o['k']; o[name]; deep.er.key; deep.list[0].id; list[0]; list[-1]; "
    "list.size; list.first; list.last; list[9]; a.size; people[0].name; people.first.age; deep.er.size; "
    "n.size; list.length; deep.er; nothing.x; x; y; a[0]; deep['er']['key']"
)
CONSTANTS = pick(
    "1; -2; 0; 2.5; 3.0; 'Ab'; 'b'; ' '; ''; '-'; true; false; nil; null; empty; blank; '%Y-%m-%d'; \"12\"; "
    "'a\\nb'; '😀'; 'k'; (1..3)"
)
ARGUMENTS = st.one_of(PATHS, CONSTANTS)
OPERANDS = st.one_of(PATHS, CONSTANTS, CONSTANTS)
DATES = pick(
    "when; seconds; '2020-01-01'; '1999-12-31T10:00:00+02:30'; '1700000000'; a; nothing; "
    "'2024-03-10T01:02:03'; 'March 14, 2016'; 'Tue, 15 Nov 1994 08:12:31 GMT'; '2021'; f; 'x'; '2020-13-01'; "
    "'1/2/2020 3:04 PM'; 'Mon Jan 1 2020 10:00 GMT-5'; '1700000000000'; '+012345-06-07'; yes; list; 'June 31 2020'"
)
FORMATS = pick(
    "%Y-%m-%d; %A %a %B %b %d %e; %H:%M:%S.%L; %I %l %p %P %k; %j %U %W %u %w; %s %z %:z %Z; %y %C %q; %%; "
    "%-d/%-m %_d %05d %^a %#p %10N %N %3N; %c|%x|%X; %h %t%n %E %Ey %! x"
)
DATE_FILTERS = st.one_of(
    FORMATS.map(lambda pattern: f"date: '{pattern}'"),
    FORMATS.flatmap(
        lambda pattern: st.sampled_from([f"date: '{pattern}', {zone}" for zone in ("-90", "'Asia/Tokyo'")])
    ),
    st.sampled_from(["date", "date_to_xmlschema", "date_to_rfc822", "date_to_string", "date_to_long_string: 'ordinal'"])
    | st.sampled_from(["date_to_string: 'ordinal', 'US'"]),
)
FILTERS = pick(
    "abs; ceil; floor; round; downcase; upcase; capitalize; strip; lstrip; rstrip; strip_newlines; "
    "normalize_whitespace; number_of_words; escape; xml_escape; escape_once; strip_html; url_encode; "
    "cgi_escape; uri_escape; slugify; base64_encode; join; first; last; size; sum; compact; push: n; unshift: a; pop; shift; "
    "json; jsonify; inspect; raw; split; unknown_filter; to_integer; truncate; truncatewords"
)
WITH_ONE = pick(
    "at_least; at_most; divided_by; minus; modulo; plus; times; round: 2 | at_most; append; prepend; remove; "
    "remove_first; remove_last; split; join; default; truncate; truncatewords; slice; sum; "
    "where; strip; lstrip; rstrip; number_of_words; slugify; json; inspect"
)
WITH_TWO = st.sampled_from(
    ["replace", "replace_first", "replace_last", "truncate", "truncatewords", "slice", "where", "divided_by"]
)
DISABLED = st.sampled_from(
    ["map", "sort", "reverse", "uniq", "concat", "find", "group_by", "has", "newline_to_br", "type"]
)
COMPARISONS = st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "contains"])


class Templates:
    """Draws parts of one template."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def one_in(self, count: int) -> bool:
        return bool(self.draw(st.integers(1, count)) == count)

    def value(self) -> str:
        return str(self.draw(PATHS if not self.one_in(4) else CONSTANTS))

    def filter(self) -> str:
        kind = self.draw(st.integers(0, 11))
        if kind < 4:
            return str(self.draw(FILTERS))
        if kind < 9:
            return f"{self.draw(WITH_ONE)}: {self.draw(ARGUMENTS)}"
        if kind < 11:
            return f"{self.draw(WITH_TWO)}: {self.draw(ARGUMENTS)}, {self.draw(ARGUMENTS)}"
        return str(self.draw(DISABLED)) if self.one_in(4) else f"default: {self.draw(ARGUMENTS)}, allow_false: true"

    def filtered(self) -> str:
        if self.one_in(8):
            return f"{self.draw(DATES)} | {self.draw(DATE_FILTERS)}"
        return " | ".join([self.value(), *[self.filter() for _ in range(self.draw(st.integers(0, 3)))]])

    def condition(self) -> str:
        terms = []
        for _ in range(self.draw(st.integers(1, 3))):
            term = self.value() if self.one_in(3) else f"{self.value()} {self.draw(COMPARISONS)} {self.draw(OPERANDS)}"
            terms.append(term)
        joined = terms[0]
        for term in terms[1:]:
            joined += f" {self.draw(st.sampled_from(['and', 'or']))} {term}"
        return f"{joined} | {self.filter()}" if self.one_in(6) else joined

    def block(self, depth: int) -> str:
        return "".join(self.part(depth - 1) for _ in range(self.draw(st.integers(1, 2))))

    def part(self, depth: int) -> str:
        dash, kind = ("-" if self.one_in(6) else ""), self.draw(st.integers(0, 13 if depth > 0 else 8))
        if kind < 6:
            return f"{{{{{dash} {self.filtered()} {dash}}}}}"
        if kind < 7:
            return str(self.draw(st.sampled_from([" ", "text\n", "{ }", "{% raw %}{{ a }}{% endraw %}", "%}"])))
        if kind < 9:
            return f"{{%{dash} assign {self.draw(st.sampled_from('xy'))} = {self.filtered()} %}}"
        if kind < 11:
            tag = self.draw(st.sampled_from(["if", "unless"]))
            more = f"{{% elsif {self.condition()} %}}{self.block(depth)}" if self.one_in(3) else ""
            other = f"{{% else %}}{self.block(depth)}" if self.one_in(2) else ""
            return f"{{%{dash} {tag} {self.condition()} {dash}%}}{self.block(depth)}{more}{other}{{% end{tag} %}}"
        if kind < 12:
            return f"{{% capture {self.draw(st.sampled_from('xy'))} %}}{self.block(depth)}{{% endcapture %}}"
        return str(
            self.draw(
                pick(
                    "{% comment %}{{ a }}{% endcomment %}; {% # note %}; {% echo a %}; {% echo n | plus: blank %}; {% cycle 'p', n %}; "
                    "{% increment q %}; {% decrement q %}{{ q }}; {% liquid\n assign x = n\n echo x %}; "
                    "{% for i in list %}{% endfor %}; {% case a %}{% endcase %}; {% render 'x' %}; {% nope %}"
                )
            )
        )


@st.composite
def templates(draw: Callable[[st.SearchStrategy[Any]], Any]) -> str:
    parts = Templates(draw)
    return "".join(parts.part(2) for _ in range(draw(st.integers(1, 4))))


def test_generated_templates_render_as_segments(oracle: Oracle) -> None:
    """Varies the template: outputs, filter chains, conditions, assigned and captured variables, refused tags."""

    @fuzz
    @given(templates().filter(lambda template: len(template) <= 1000))
    def check(template: str) -> None:
        mapping = {"text": {"@liquid": template}}
        assert ours(mapping, EVENT) == ask(oracle, mapping, EVENT)

    check()


def test_texts_are_read_as_segments_dates(oracle: Oracle) -> None:
    """Varies texts near dates of every spelling, numbers of seconds of any age, and the zone they are shown in."""
    alphabet = "".join(sorted(set("".join(SEEDS["date-like"]) + ALPHABETS["date-like"])))
    written = "%Y-%m-%d %H:%M:%S.%L %s %y %C %A %B %-d%q %I %p %x %X %z"
    zones = ["", ", 'Asia/Tokyo'", ", 'America/New_York'", ", -90", ", 0"]

    @settings(fuzz, max_examples=max(1, EXAMPLES // 10))
    @given(st.randoms(use_true_random=True))
    def check(random: Random) -> None:
        event: dict[str, Any] = {f"t{at}": near(SEEDS["date-like"], alphabet, random) for at in range(10)}
        # From 1901 on, that is: before, zones are not whole minutes away from Greenwich.
        event |= {f"s{at}": random.randint(-2_100_000_000, 10 ** random.randint(9, 13)) for at in range(5)}
        mapping = {
            key: {"@liquid": f"{{{{ {key} | date: '{written}'{random.choice(zones) if key[0] == 's' else ''} }}}}"}
            for key in event
        }
        assert ours(mapping, event) == ask(oracle, mapping, event)

    check()
