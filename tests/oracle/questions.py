"""Generated questions for the vectors: from the strategies of the differential tests, seeded, in a fixed order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any, Final, Literal, TypeAlias, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from actions_core.js import Object, stringify
from conformance.vectors import Kind
from tests.actions_core.trigger import generated as triggers
from tests.oracle import test_liquid as liquid
from tests.oracle import test_mapping as mapping
from tests.oracle.test_contract import Generator

Outcome: TypeAlias = Literal["result", "match", "no match", "error"]

MAX_TRIGGER: Final = 200
"""How long a generated trigger may be, in characters."""
INHERITED: Final = "inherited function"
"""Why a question is left out: it names what every JavaScript object inherits, which this runtime chose not to find."""
_INHERITED_NAMES: Final = re.compile(r"constructor|toString|valueOf|hasOwnProperty|__proto__")

T = TypeVar("T")


def generated(kind: Kind) -> Iterator[Object | str]:
    """Yield generated questions of a kind; a text stands for one that is left out, and is the reason."""
    for question in _SOURCES[kind]():
        yield INHERITED if _INHERITED_NAMES.search(json.dumps(question)) else question


def drawn(strategy: st.SearchStrategy[T], count: int) -> list[T]:
    """Draw examples of a strategy, the same ones each time."""
    found: list[T] = []

    @seed(20)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


# --- one source per kind ---------------------------------------------------------------------------------------------


def _triggers() -> Iterator[Object]:
    texts = triggers.often(8, triggers.SENTENCES, triggers.damaged())
    for text, events in drawn(st.tuples(texts, st.lists(triggers.EVENTS, min_size=3, max_size=3)), 4000):
        if len(text) > MAX_TRIGGER:
            continue
        yield from ({"fql": text, "event": _trimmed(event, text, 2)} for event in events)


def _mappings() -> Iterator[Object]:
    for whole, events in drawn(st.tuples(mapping.mappings(), st.lists(mapping.EVENTS, min_size=2, max_size=2)), 4000):
        text = json.dumps(whole, ensure_ascii=False)
        yield from ({"mapping": whole, "event": _trimmed(event, text, 1)} for event in events)
    for template in drawn(liquid.templates(), 2000):
        yield {"mapping": {"text": {"@liquid": template}}, "event": _trimmed(liquid.EVENT, template, 1)}


def _trimmed(event: Any, text: str, levels: int) -> Any:
    """Take from an event the keys that the text does not name, so that what matters can be taken in at a glance."""
    if not levels or not isinstance(event, dict):
        return event
    return {
        key: _trimmed(value, text, levels - 1)
        for key, value in event.items()
        if re.search(rf"(?<![A-Za-z]){re.escape(key)}(?![A-Za-z])", text)
    }


def _contracts() -> Iterator[Object]:
    random = Random(20)  # noqa: S311 - the same questions each time
    for _ in range(9000):
        generator = Generator(random)
        fields = generator.fields(random.choice([0, 0, 1, 2]))
        mode = {"mode": "batch"} if random.random() < 0.2 else {}
        yield {"fields": fields, "payload": generator.values(fields), **mode}


def _actions() -> Iterator[Object]:
    random = Random(20)  # noqa: S311 - the same questions each time
    for _ in range(12000):
        generator = Generator(random)
        fields = generator.fields(random.choice([0, 1]))
        yield Wiring(random).question(fields, generator.values(fields))


_SOURCES: Final = {"trigger": _triggers, "mapping": _mappings, "contract": _contracts, "action": _actions}


class Wiring:
    """Draws a mapping and an event that give the fields of an action some values, in one of many ways each."""

    HOLDERS: Final = ("properties", "traits", "context")
    NAMES: Final = ("plan", "total", "items", "note", "size", "when", "name", "level", "extra")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._event: Object = {"type": random.choice(["track", "identify", "page"])}

    def question(self, fields: Object, values: Object) -> Object:
        """Wire every value to its field."""
        mapping = {key: self._part(value, fields.get(key, {})) for key, value in values.items()}
        return {"fields": fields, "mapping": mapping, "event": self._event}

    def _put(self, value: Any) -> str:
        """Give a value a place in the event, and its path without `$.`."""
        holder = self._random.choice(self.HOLDERS)
        held = self._event.setdefault(holder, {})
        name = next((name for name in self._random.sample(self.NAMES, 9) if name not in held), f"n{len(held)}")
        held[name] = value
        return f"{holder}.{name}"

    def _part(self, value: Any, field: Object) -> Any:
        way = self._random.randint(0, 25)
        if way < 9:
            return {"@path": f"$.{self._put(value)}"}
        if way < 12:
            return value
        if way < 13 and isinstance(field.get("properties"), dict):
            shape = {key: {"@path": f"$.{key}"} for key in field["properties"] if key and "." not in key}
            return {"@arrayPath": [f"$.{self._put(value)}", shape]}
        return self._directive(way, value)

    def _directive(self, way: int, value: Any) -> Object:
        path = self._put(value)
        read = {"@path": f"$.{path}"}
        match way:
            case 13:
                return {"@literal": value}
            case 14:
                return {"@template": f"{{{{{path}}}}}"}
            case 15:
                return {"@template": f"a{{{{ {path} }}}}-"}
            case 16:
                return {"@if": {"exists": {"@path": "$.userId"}, "then": "no", "else": read}}
            case 17:
                return {"@if": {"blank": read, "then": read, "else": "blank"}}
            case 18:
                return {"@case": {"operator": self._random.choice(["lower", "upper"]), "value": read}}
            case 19:
                return {"@replace": {"pattern": self._random.choice("a015"), "replacement": "x", "value": read}}
            case 20:
                return {"@json": {"mode": self._random.choice(["encode", "decode"]), "value": read}}
            case 21:
                self._event[path.partition(".")[0]][path.partition(".")[2]] = stringify(value)
                return {"@json": {"mode": "decode", "value": read}}
            case 22:
                return {"@merge": {"direction": "right", "objects": [{"a": 1, "b": None}, read]}}
            case 23:
                return {"@flatten": {"separator": ".", "value": read}}
            case 24:
                return {"@liquid": f"{{{{ {path} | default: '5' }}}}"}
            case 25:
                return {"@path": read}  # an error, unless the value is a text
            case _:
                return {"@excludeWhenNull": read}


# --- sorts of vectors ------------------------------------------------------------------------------------------------


def outcome_of(vector: Object) -> Outcome:
    """Name what a vector's answer is."""
    if "error" in vector:
        return "error"
    return "result" if "result" in vector else "match" if vector["match"] else "no match"


def signature(vector: Object) -> tuple[str, ...]:
    """Describe what is particular about a vector; of several alike one is enough."""
    if "fql" in vector:
        text = re.sub(r"\b(properties|traits|context)[.\\\w]*", "object", _skeleton(vector["fql"]))
        return (re.sub(r"\b(type|event|name|userId)\b", "text", " ".join(text.split())),)
    told = vector["error"]["message"] if "error" in vector else _shape(vector["result"], 2)
    about = [] if "fields" not in vector else sorted(set(_options(vector["fields"])))
    directives = sorted(set(re.findall(r'"(@\w+)"', json.dumps(vector.get("mapping")))))
    words = sorted(set(re.findall(r"\| (\w+)|\{% (\w+)", json.dumps(vector.get("mapping")))))
    return (_skeleton(told), *about, *directives, *("".join(word) for word in words))


def _options(fields: Object) -> Iterator[str]:
    for field in fields.values():
        yield field["type"]
        yield from (option for option in field if option not in ("type", "label", "default"))
        yield from _options(field.get("properties", {}))


def _skeleton(text: str) -> str:
    """Take from a sentence what varies within a sort: quoted words, digits, places."""
    return re.sub(r"[0-9.]+", "0", re.sub(r"""(["'])[^"']*\1|/\S*""", '""', text))


def _shape(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(_shape(inner, depth - 1) for inner in value.values()) + "}" if depth else "{}"
    if isinstance(value, list):
        return "[" + ",".join(_shape(inner, depth - 1) for inner in value) + "]" if depth else "[]"
    return type(value).__name__
