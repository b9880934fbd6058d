"""What the functions of any destination could do wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from actions_core.errors import HTTPError
from actions_core.request import Request
from conformance.contracts import BoundAction
from conformance.mutants import batches, mistakes
from conformance.mutants.code import Perform, around_check, edit_body
from conformance.mutants.edit import Edit
from conformance.mutants.model import Mutant
from conformance.suite.model import Source
from conformance.suite.target import Target


def code_mutants(target: Target) -> Iterator[Mutant]:
    """Make the mutants of what an author's functions do."""
    if target.secret_settings or target.signs_in:
        yield from _secrets()
    for action in target.cloud_actions:
        yield from _values(action)
        yield from _runs(action)
        if action.action.perform_batch is not None:
            yield from _batches(action)
    if target.destination.extend_request is not None:
        yield _mutant("state/first-options", "every instance sends as the first one", mistakes.keep_first_options())
    authentication = target.destination.authentication
    if authentication is not None and authentication.check is not None:
        yield from _check()


def _mutant(name: str, mistake: str, edit: Edit, told_by: Source = "runtime") -> Mutant:
    return Mutant(name, mistake, edit, told_by)


def _secrets() -> Iterator[Mutant]:
    yield _mutant("secret/in-url", "a secret is in the URL", mistakes.secret_in_url(), "wire")
    yield _mutant("secret/in-log", "a secret is logged", mistakes.secret_in_log())
    yield _mutant("secret/in-error", "the text of an error has a secret", mistakes.secret_in_errors())


def _values(action: BoundAction) -> Iterator[Mutant]:
    """Change values on their way, as far as the contract says that they arrive as they are."""
    slug = action.slug
    verbatim = [field for field in action.fields if field.documented.sent == "verbatim"]
    texts = [one for one in verbatim if one.facts.type == "string" and not (one.facts.choices or one.facts.format)]
    objects = [one for one in verbatim if one.facts.type == "object" and one.facts.properties is None]
    if texts:
        for name, mistake, change in _TEXTS:
            edit = mistakes.edit_texts(change, slug)
            yield _mutant(f"values/{slug}-{name}", f"{slug} sends texts {mistake}", edit, "page")
    if objects:
        yield from _objects(slug)


_TEXTS: Final[Sequence[tuple[str, str, Callable[[str], str]]]] = (
    ("lower-case", "in lower case", str.lower),
    ("strip", "without white space around them", str.strip),
    ("cut", "as 255 characters at most", lambda text: text[:255]),
    ("ascii", "without what is not ASCII", lambda text: text.encode("ascii", "ignore").decode()),
)


def _objects(slug: str) -> Iterator[Mutant]:
    for name, mistake, edit in (
        ("falsy", "what is empty, 0 or false", mistakes.keep_items(lambda _key, value: bool(value), slug)),
        ("false", "false", mistakes.keep_items(lambda _key, value: value is not False, slug)),
        ("null", "null", mistakes.keep_items(lambda _key, value: value is not None, slug)),
        (
            "underscored",
            "keys that begin with an underscore",
            mistakes.keep_items(lambda key, _value: not key.startswith("_"), slug),
        ),
    ):
        yield _mutant(f"values/{slug}-no-{name}", f"{slug} does not send {mistake}", edit, "page")
    yield _mutant(
        f"values/{slug}-lower-case-keys",
        f"{slug} sends keys in lower case",
        mistakes.edit_objects(lambda given: mistakes.map_keys(given, str.lower), slug),
        "page",
    )
    yield _mutant(
        f"values/{slug}-integers",
        f"{slug} sends integers as floats",
        edit_body(lambda body, _data: mistakes.map_integers(body, float), slug, write=json.dumps),
        "page",
    )
    yield _mutant(
        f"values/{slug}-booleans",
        f"{slug} sends true as 1",
        mistakes.edit_objects(
            lambda given: mistakes.map_leaves(given, lambda leaf: int(leaf) if isinstance(leaf, bool) else leaf), slug
        ),
        "page",
    )


def _runs(action: BoundAction) -> Iterator[Mutant]:
    slug = action.slug
    for name, mistake, edit in (
        ("http/{}-swallow", "takes every answer for success", mistakes.swallow_http_errors(slug)),
        ("http/{}-swallow-404", "takes 404 for success", mistakes.swallow(HTTPError, status=404, action=slug)),
        ("http/{}-429-given-up", "gives up when the partner is busy", mistakes.give_up_status(429, slug)),
        ("http/{}-400-retried", "asks for another try of what was wrong", mistakes.retry_status(400, slug)),
        ("http/{}-status-lost", "does not report the partner's status", mistakes.lose_status(slug)),
        ("http/{}-timeout", "takes no answer in time for success", mistakes.swallow_timeouts(slug)),
        ("http/{}-disconnect", "takes a broken connection for success", mistakes.swallow_disconnects(slug)),
        ("http/{}-retry", "tries again at once", mistakes.retry_inline(slug)),
        ("count/{}-twice", "sends everything twice", mistakes.send_twice(slug)),
        ("state/{}-event", "changes the event", mistakes.mark_event(slug)),
        ("state/{}-shared", "keeps what it sends in one place", mistakes.share_payload(slug)),
        ("state/{}-number", "numbers its requests", mistakes.number_requests(action=slug)),
        ("state/{}-random", "gives its requests random ids", mistakes.add_random_id(action=slug)),
    ):
        yield _mutant(name.format(slug), f"{slug} {mistake}", edit)


def _batches(action: BoundAction) -> Iterator[Mutant]:
    slug = action.slug
    yield _mutant(f"batch/{slug}-last", f"{slug} leaves out the last of a batch", batches.drop_last(slug))
    yield _mutant(f"batch/{slug}-reversed", f"{slug} sends batches backwards", batches.reverse(slug))
    yield _mutant(f"batch/{slug}-once", f"{slug} sends equal events of a batch once", batches.send_once(slug))
    if action.documented.batch_answer is not None:
        edit = batches.lose_failures(slug)
        yield _mutant(f"batch/{slug}-all-well", f"{slug} takes every answer of a batch for success", edit)


async def _forbidden_is_fine(perform: Perform, request: Request, data: Any) -> Any:
    try:
        return await perform(request, data)
    except HTTPError as error:
        if error.status != 403:
            raise
        return None


async def _ask_nobody(_perform: Perform, _request: Request, _data: Any) -> None:
    return None


def _check() -> Iterator[Mutant]:
    yield _mutant("auth/no-op", "all credentials pass the check", around_check(_ask_nobody), "wire")
    yield _mutant("auth/accepts-403", "credentials that may do nothing pass", around_check(_forbidden_is_fine), "wire")
