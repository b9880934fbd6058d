"""What any destination could send wrongly, from the requests that it sends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from actions_core.js import MISSING
from actions_core.testing import SentRequest
from actions_core.transport import HttpRequest
from conformance.contracts import BoundAction
from conformance.mutants.code import edit_body, edit_request, edit_url
from conformance.mutants.edit import Edit
from conformance.mutants.mistakes import with_key
from conformance.mutants.model import Mutant
from conformance.suite.lab import Lab
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs


def request_mutants(target: Target) -> Iterator[Mutant]:
    """Make the mutants of the requests that an event with all fields becomes."""
    with Lab(target) as lab:
        for action in target.cloud_actions:
            sent = lab.probe(action, complete_inputs(action)).requests
            for request in sent[:1]:
                yield from _requests(action, request)
                yield from _body(action, request)


def _requests(action: BoundAction, request: SentRequest) -> Iterator[Mutant]:
    slug = action.slug
    method = "PUT" if request.method != "PUT" else "POST"
    yield Mutant(
        f"wire/{slug}-method",
        f"{slug} sends with {method}",
        edit_request(lambda sent, _data: replace(sent, method=method), slug),
        "wire",
    )
    yield Mutant(
        f"wire/{slug}-path", f"{slug} sends to another path", edit_url(lambda url: _in_path(url, "/v0"), slug), "wire"
    )
    yield Mutant(
        f"wire/{slug}-host",
        f"{slug} sends to another host",
        edit_url(lambda url: url.replace("://", "://old.", 1), slug),
        "wire",
    )
    yield Mutant(
        f"wire/{slug}-http",
        f"{slug} sends without encryption",
        edit_url(lambda url: url.replace("https:", "http:", 1), slug),
        "runtime",
    )
    for name in request.headers:
        if name not in ("user-agent", "content-type") and not _is_given(name, action):
            yield Mutant(f"wire/{slug}-no-{name}", f"{slug} does not send {name}", _without_header(name, slug), "wire")
            yield Mutant(f"wire/{slug}-other-{name}", f"{slug} sends another {name}", _other_header(name, slug), "wire")


def _is_given(name: str, action: BoundAction) -> bool:
    """Tell whether a name is a key of an object that the event has given, and none that the destination has made."""
    objects = [value for value in complete_inputs(action).values() if isinstance(value, dict)]
    return any(name == key.lower() or name == key for given in objects for key in given)


def _in_path(url: str, folder: str) -> str:
    parts = urlsplit(url)
    return parts._replace(path=f"{folder}{parts.path}").geturl()


def _without_header(header: str, slug: str) -> Edit:
    def change(sent: HttpRequest, _data: Any) -> HttpRequest:
        return replace(sent, headers={name: value for name, value in sent.headers.items() if name != header})

    return edit_request(change, slug)


def _other_header(header: str, slug: str) -> Edit:
    def change(sent: HttpRequest, _data: Any) -> HttpRequest:
        changed = {name: f"x{value}" if name == header else value for name, value in sent.headers.items()}
        return replace(sent, headers=changed)

    return edit_request(change, slug)


# --- bodies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Leaf:
    keys: tuple[str, ...]
    value: Any

    @property
    def name(self) -> str:
        return ".".join(self.keys)


def _body(action: BoundAction, request: SentRequest) -> Iterator[Mutant]:
    """Drop, rename and swap what stands at the places that the destination has made."""
    if "json" not in request.headers.get("content-type", "") or not isinstance(request.json, dict):
        return
    slug = action.slug
    leaves = [leaf for leaf in _leaves(request.json, ()) if not _is_given(leaf.keys[-1], action)]
    for leaf in leaves:
        yield Mutant(
            f"lose/{slug}:{leaf.name}",
            f"{slug} does not send {leaf.name}",
            _drop(slug, leaf.keys),
            "wire",
        )
        yield Mutant(
            f"rename/{slug}:{leaf.name}",
            f"{slug} sends {leaf.name} under another name",
            _rename(slug, leaf.keys),
            "wire",
        )
    for one, other in pairwise(leaves):
        if type(one.value) is type(other.value) and one.value != other.value:
            yield Mutant(
                f"swap/{slug}:{one.name}:{other.name}",
                f"{slug} sends {one.name} and {other.name} in each other's place",
                _swap(slug, one.keys, other.keys),
                "wire",
            )
    yield Mutant(
        f"add/{slug}:version",
        f"{slug} sends a key that nobody knows of",
        edit_body(lambda body, _data: with_key(body, "version", 2), slug),
        "wire",
    )


def _leaves(value: Any, keys: tuple[str, ...]) -> Iterator[_Leaf]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, key))
    elif keys:
        yield _Leaf(keys, value)


def _at(body: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        body = body.get(key, MISSING) if isinstance(body, dict) else MISSING
    return body


def _put(body: Any, keys: Sequence[str], value: Any) -> Any:
    """Give a body with a value at a place; one that has no such place stays as it is."""
    if not isinstance(body, dict):
        return body
    key, *rest = keys
    if rest:
        return {**body, key: _put(body[key], rest, value)} if key in body else body
    return {**body, key: value}


def _drop(slug: str, keys: Sequence[str]) -> Edit:
    return edit_body(lambda body, _data: _put(body, keys, MISSING), slug)


def _rename(slug: str, keys: Sequence[str]) -> Edit:
    def change(body: Any, _data: Any) -> Any:
        value = _at(body, keys)
        if value is MISSING:
            return body
        return _put(_put(body, keys, MISSING), [*keys[:-1], f"{keys[-1]}_"], value)

    return edit_body(change, slug)


def _swap(slug: str, one: Sequence[str], other: Sequence[str]) -> Edit:
    def change(body: Any, _data: Any) -> Any:
        first, second = _at(body, one), _at(body, other)
        return _put(_put(body, one, second), other, first)

    return edit_body(change, slug)
