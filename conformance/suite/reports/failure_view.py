"""A failure in HTML: what was promised and seen, the smallest case, and the requests with what is wrong marked."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from conformance.suite.failures import ClauseNote, Failure, reproduction
from conformance.suite.reports.markup import Markup, anchor, compact, join, link, pretty, tag


def failure_view(failure: Failure, heading: Markup) -> Markup:
    """Show a failure; the heading says what it is of."""
    again = [shlex.join(words) for words in reproduction(failure)]
    facts: list[tuple[str, Iterable[str]]] = [
        ("Documented", [_clause(clause) for clause in failure.clauses]),
        ("Rule", [failure.rule]),
        ("Expected", [tag("b", failure.expected)]),
        ("Observed", [tag("b", failure.observed)]),
        ("Differs", [failure.differs] if failure.differs is not None else []),
        ("Smallest case", [_case(failure)] if failure.case != {} else []),
        ("Requests", [_request(request, failure.marks) for request in failure.requests]),
        ("Likely", [failure.likely] if failure.likely is not None else []),
        ("Reproduce", [tag("pre", "\n".join(again), tabindex="0")] if again else []),
        ("Whole event", [_whole(failure)] if failure.delivered is not None else []),
    ]
    shown = [join(tag("dt", name), tag("dd", *told)) for name, told in facts if told]
    return tag("article", heading, tag("dl", *shown), class_=f"failure {failure.verdict}", id=anchor(f"f-{failure.id}"))


def _case(failure: Failure) -> Markup:
    size, first = len(compact(failure.case)), len(compact(failure.first))
    smaller = f"{size} characters, from {first} in {failure.tries} tries" if failure.tries else f"{size} characters"
    told = tag("p", f"{smaller}, phase {failure.phase}", class_="muted small")
    return join(tag("pre", pretty(failure.case), tabindex="0"), told)


def _clause(clause: ClauseNote) -> Markup:
    return tag("div", link(f"c-{clause.id}", clause.place, class_="mono"), tag("blockquote", clause.quote))


def _whole(failure: Failure) -> Markup:
    shown = failure.delivered
    if shown is None:
        return Markup("")
    parts: dict[str, Any] = {
        "event": shown.event, "mapping": shown.mapping, "settings": shown.settings, "answers": list(shown.answers),
    }  # fmt: skip
    return tag("details", tag("summary", "event, mapping and settings"), tag("pre", pretty(parts), tabindex="0"))


# --- requests --------------------------------------------------------------------------------------------------------


def _request(request: dict[str, Any], marks: Collection[str]) -> Markup:
    first = join(
        _if_marked(request["method"], marks, "/method"),
        " ",
        _if_marked(request["url"], marks, "/url", "/path", "/query"),
    )
    headers = [
        join("\n", _if_marked(f"{name}: {value}", marks, f"/headers/{name}"))
        for name, value in request["headers"].items()
    ]
    body = join("\n\n", *_body(request["body"], marks, "/body", 0)) if request["body"] not in ("", None) else ""
    return tag("pre", first, *headers, body, tabindex="0")


def _if_marked(text: str, marks: Collection[str], *pointers: str) -> Markup:
    wrong = any(mark == pointer or mark.startswith(f"{pointer}/") for mark in marks for pointer in pointers)
    return tag("mark", "▸", text) if wrong else join(text)


def _body(value: Any, marks: Collection[str], pointer: str, depth: int) -> Iterator[str]:
    """Yield the parts of a body, laid out; what stands at one of the marks is marked, with a sign before it."""
    if pointer in marks:
        yield tag("mark", "▸", "".join(_body(value, (), pointer, depth)))
        return
    if isinstance(value, dict) and value:
        items = [(_escape(key), compact(key) + ": ", inner) for key, inner in value.items()]
        brackets = "{}"
    elif isinstance(value, list) and value:
        items = [(str(index), "", inner) for index, inner in enumerate(value)]
        brackets = "[]"
    else:
        yield compact(value)
        return
    yield brackets[0]
    for at, (step, name, inner) in enumerate(items):
        yield f"{',' if at else ''}\n{'  ' * (depth + 1)}"
        here = f"{pointer}/{step}"
        if here in marks:
            yield tag("mark", "▸", name, "".join(_body(inner, (), here, depth + 1)))
        else:
            yield name
            yield from _body(inner, marks, here, depth + 1)
    yield f"\n{'  ' * depth}{brackets[1]}"


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
