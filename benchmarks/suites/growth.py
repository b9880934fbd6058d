"""How cost grows with what causes it: curves, and the slope that each has where both axes are logarithmic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import log
from statistics import linear_regression
from typing import Any, Final, TypeAlias

from actions_core import Object
from benchmarks import corpus
from benchmarks.ab import Run, Side, compare, start, take_turns, warmed
from benchmarks.accounts import presets, usermotion_account, webhook_account
from benchmarks.corpus import Size
from benchmarks.results import Figure, Row, ratio

_WARM: Final = 20_000
"""Things that are done before anything is timed: events times what grows."""
_SAMPLE: Final = 50_000
"""Microseconds that one side of a round should take."""
_SIZES: Final[dict[int, Size]] = {1_000: "1k", 3_500: "4k", 16_000: "16k", 64_000: "64k", 500_000: "500k"}

Make: TypeAlias = Callable[[Run, int], Object]
"""Describe the work of a size."""


@dataclass(frozen=True)
class Curve:
    """One thing that grows, everything else being equal."""

    name: str
    sizes: Sequence[int]
    make: Make = field(repr=False)
    reference_up_to: int = 1_000_000
    """Beyond this size the reference takes seconds for an event; 0 if it does not do the like at all."""
    least_warm: int = 200
    """Steps that both sides do at least before anything is timed."""
    against_floor: bool = False
    """Whether to compare with the JSON of the same events, too."""


def rows(run: Run) -> Iterator[Row]:
    """Measure each curve: a row for each size, and one for the curve as a whole."""
    for curve in CURVES:
        yield from _rows_of(run, curve)


def _rows_of(run: Run, curve: Curve) -> Iterator[Row]:
    sizes = curve.sizes[: 2 if run.quick else None]
    works = {size: curve.make(run, size) for size in sizes}
    of: dict[str, list[int]] = {"ours": list(sizes)}
    others: list[Side] = []
    if run.reference and curve.reference_up_to:
        of["reference"] = [size for size in sizes if size <= curve.reference_up_to]
        others.append(Side("reference", "reference", _together(works[size] for size in of["reference"])))
    if curve.against_floor:
        of["floor"] = list(sizes)
        floors = ({**work, "work": "path floor"} for work in works.values())
        others.append(Side("floor", "ours", _together(floors)))
    with ExitStack() as stack:
        peers = start(stack, [*others, Side("ours", "ours", _together(works.values()))])
        compared = 0
        if "reference" in of and of["reference"] == of["ours"]:
            compared = compare(f"growth, {curve.name}", {name: peers[name] for name in ("reference", "ours")})
        found: dict[str, dict[int, Figure]] = {name: {} for name in peers}
        for index, size in enumerate(sizes):
            taking_part = {name: peer for name, peer in peers.items() if size in of[name]}
            requests: dict[str, Object] = {}
            for name, peer in taking_part.items():
                warm = {"part": index, "count": max(curve.least_warm, _WARM // size)}
                length = peer.lengths[index]
                requests[name] = {**warm, "count": warmed(peer, warm, length=length, quick=run.quick, sample=_SAMPLE)}
            for name, told in take_turns(taking_part, requests, run.rounds).items():
                each = tuple(one["cpu_us"] / requests[name]["count"] for one in told)
                found[name][size] = Figure(name, "µs", each)
            yield Row("growth", f"{curve.name}: {size:,}", tuple(_point(found, size)), compared, "cost of a step")
    yield Row("growth", curve.name, tuple(_whole(found)), compared, "slopes")


def _together(works: Any) -> Object:
    return {"work": "parts", "parts": list(works)}


def _point(found: dict[str, dict[int, Figure]], size: int) -> Iterator[Figure]:
    here = {name: figures[size] for name, figures in found.items() if size in figures}
    ours = here.pop("ours")
    yield from (*here.values(), ours)
    yield Figure("ours, ms", "ms", tuple(value / 1000 for value in ours.rounds), shown=False)
    if "reference" in here:
        yield ratio("reference / ours", here["reference"], ours)
    if "floor" in here:
        yield ratio("ours / floor", ours, here["floor"])


def _whole(found: dict[str, dict[int, Figure]]) -> Iterator[Figure]:
    for name, figures in found.items():
        if len(figures) > 1:
            sizes = [log(size) for size in figures]
            costs = zip(*(figure.rounds for figure in figures.values()), strict=True)
            slopes = (
                linear_regression(sizes, [log(cost) for cost in costs_of_a_round]).slope for costs_of_a_round in costs
            )
            yield Figure(f"{name}, slope", "", tuple(slopes))
    (least, first), *_, (most, last) = found["ours"].items()
    yield ratio(f"{most} / {least}", last, first, shown=False)


# --- the curves ------------------------------------------------------------------------------------------------------


def _track(**more: Any) -> Object:
    return {"type": "track", "event": "Order Completed", "userId": "u1", "anonymousId": "a1", **more}


def _mapping(run: Run, name: str, event: Object, mapping: Object) -> Object:
    return {
        "work": "mapping",
        "corpus": run.events(name, [event]),
        "routes": [{"action": "send", "trigger": None, "mapping": mapping}],
    }


def _subscriptions(trigger: Callable[[int], str]) -> Make:
    def make(run: Run, size: int) -> Object:
        (track,) = (preset for preset in presets() if preset["action"] == "track")
        chosen = [{**track, "name": f"Track {index}", "trigger": trigger(index)} for index in range(size)]
        event = next(event for event in corpus.events("1k", 100) if event["type"] == "track")
        return {
            "work": "path",
            "corpus": run.events("subscriptions", [event]),
            "parse": False,
            "alone": False,
            **usermotion_account(),
            "subscriptions": chosen,
        }

    return make


def _properties(size: int) -> Object:
    return _track(properties={f"field_{index}": f"value {index}" for index in range(size)})


def _paths(size: int) -> Object:
    return {f"field_{index}": {"@path": f"$.properties.field_{index}"} for index in range(size)}


def _fields(run: Run, size: int) -> Object:
    fields = {key: {"label": key, "description": "", "type": "string"} for key in _paths(size)}
    work = _mapping(run, f"fields-{size}", _properties(size), _paths(size))
    return {**work, "work": "contract", "fields": fields}


def _errors(run: Run, size: int) -> Object:
    fields = {key: {"label": key, "description": "", "type": "string", "required": True} for key in _paths(size)}
    return {**_mapping(run, "errors", _track(), {}), "work": "contract", "fields": fields}


def _flattened(run: Run, name: str, properties: Object) -> Object:
    mapping = {"data": {"@flatten": {"value": {"@path": "$.properties"}, "separator": "."}}}
    return _mapping(run, name, _track(properties=properties), mapping)


def _nested(size: int) -> Object:
    inner: Object = {"value": "end"}
    for _ in range(size):
        inner = {"inner": inner}
    return inner


def _conditional(size: int) -> Object:
    inner: Any = {"@path": "$.event"}
    for _ in range(size):
        inner = {"@if": {"exists": {"@path": "$.userId"}, "then": inner, "else": "none"}}
    return {"name": inner}


def _conditions(run: Run, size: int) -> Object:
    trigger = " and ".join(f'properties.field_{index} = "value {index}"' for index in range(size))
    return {"work": "trigger", "corpus": run.events(f"fields-{size}", [_properties(size)]), "triggers": [trigger]}


def _items(run: Run, size: int) -> Object:
    products = [{"product_id": f"p{index}", "price": index / 4, "name": "Käse"} for index in range(size)]
    each = {"id": {"@path": "$.product_id"}, "price": {"@path": "$.price"}}
    mapping = {"items": {"@arrayPath": ["$.properties.products", each]}}
    return _mapping(run, f"items-{size}", _track(properties={"products": products}), mapping)


def _placeholders(run: Run, size: int) -> Object:
    text = " ".join(f"{{{{properties.field_{index}}}}}" for index in range(size))
    return _mapping(run, f"fields-{size}", _properties(size), {"text": {"@template": text}})


def _batch(run: Run, size: int) -> Object:
    most = str(corpus.write(run.folder, "1k", 10 if run.quick else 10_000))
    return {"work": "batch", "corpus": most, "size": size, **webhook_account()}


def _bytes(run: Run, size: int) -> Object:
    return {"work": "path", "corpus": run.corpus(_SIZES[size]), "parse": True, "alone": False, **usermotion_account()}


_OTHERS: Final = ("identify", "group", "page", "screen")

CURVES: Final = (
    Curve(
        "mappings of other calls", (1, 5, 10, 25, 50), _subscriptions(lambda index: f'type = "{_OTHERS[index % 4]}"')
    ),
    Curve(
        "mappings of other events",
        (1, 5, 10, 25, 50),
        _subscriptions(lambda index: f'type = "track" and event = "Something else {index}"'),
    ),
    Curve("mappings, all matching", (1, 5, 10, 25, 50), _subscriptions(lambda _: 'type = "track"')),
    Curve(
        "fields",
        (5, 20, 50, 100, 200),
        lambda run, size: _mapping(run, f"fields-{size}", _properties(size), _paths(size)),
    ),
    Curve("fields of a contract", (5, 20, 50, 100, 200), _fields),
    Curve("bytes of an event", tuple(_SIZES), _bytes, against_floor=True),
    Curve(
        "@flatten, keys",
        (10, 100, 1_000, 10_000),
        lambda run, size: _flattened(run, f"fields-{size}", _properties(size)["properties"]),
        reference_up_to=1_000,
        least_warm=5,
    ),
    Curve("@flatten, depth", (5, 20, 50, 150), lambda run, size: _flattened(run, f"depth-{size}", _nested(size))),
    Curve(
        "@if, nested",
        (1, 3, 6, 10, 14),
        lambda run, size: _mapping(run, "nothing", _track(), _conditional(size)),
        reference_up_to=10,
    ),
    Curve(
        "@if, compiling",
        (1, 3, 6, 10, 14),
        lambda run, size: {"work": "compiling", "mappings": [_conditional(size)]},
        reference_up_to=0,
    ),
    Curve("conditions", (1, 5, 20, 100), _conditions),
    Curve("@arrayPath, items", (1, 10, 100, 1_000, 10_000), _items, least_warm=20),
    Curve("events of a batch", (1, 10, 100, 1_000, 10_000), _batch, least_warm=5),
    Curve(
        "depth of an object",
        (10, 50, 100, 190),
        lambda run, size: _mapping(
            run, f"depth-{size}", _track(properties=_nested(size)), {"data": {"@path": "$.properties"}}
        ),
    ),
    Curve("placeholders", (1, 10, 50, 200), _placeholders),
    Curve("errors", (1, 10, 50, 200), _errors),
)
