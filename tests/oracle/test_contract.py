"""Field contracts against Segment's own runtime: the same payload, or the same errors in the same words and order."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from actions_core.contract import Contract, Mode, Note, compile_contract
from actions_core.contract.formats import FORMATS
from actions_core.errors import DefinitionError, PayloadValidationError
from actions_core.fields import InputField
from actions_core.js import MISSING, Object, stringify
from actions_core.mapping.forms import Call, Form, object_function
from tests.oracle.client import Oracle
from tests.oracle.fuzzing import fuzz


def answer_of_reference(oracle: Oracle, declared: Object, values: Object, mode: Mode) -> Any:
    if mode == "settings":
        answer = oracle.ask("settings", fields=declared, settings=values)
    else:
        answer = oracle.ask("contract", fields=declared, payload=values, batch=mode == "batch")
    if "result" in answer:
        return stringify(answer["result"])
    error = answer["error"]
    if error["name"] != "AggregateAjvError":
        return "definition refused"
    return error["message"], [(found["path"], found["message"]) for found in error["errors"]]


def answer_of_ours(declared: Object, values: Object, mode: Mode) -> Any:
    try:
        contract = compile_contract({key: InputField.model_validate(inner) for key, inner in declared.items()})
    except DefinitionError:
        return "definition refused"
    # Step by step, and in the one walk that is enough where nobody wants to know what was done to a value.
    answer = validated(contract, values, mode, notes=[])
    assert validated(contract, values, mode) == answer
    # And in the function that is written for a mapping with these values, which gives up where there is any error.
    written = accepted(contract, values, mode) if mode != "settings" else None
    assert written in (None, answer) if isinstance(answer, str) else written is None
    return answer


def accepted(contract: Contract, values: Object, mode: Mode) -> str | None:
    acceptance = contract.acceptance(single=mode == "single")
    if acceptance is None or not acceptance.can_be_written(values):
        return None

    def giving(value: Any) -> Call:
        return Call(lambda _: value)

    members = [(key, giving(value)) for key, value in values.items()]
    payloads = []
    for constant in (False, True):

        def store(key: str, name: str, _form: Form, constant: bool = constant) -> Iterable[str]:
            return acceptance.store(key, name, values[key] if constant else MISSING)

        payload = object_function(members, store, acceptance.values)({})
        payloads.append(None if payload is None else stringify(payload))
    assert payloads[0] == payloads[1]
    return payloads[0]


def validated(contract: Contract, values: Object, mode: Mode, notes: list[Note] | None = None) -> Any:
    try:
        return stringify(contract.validate(values, mode=mode, notes=notes))
    except PayloadValidationError as error:
        return str(error), [(found.path, found.message) for found in error.errors]


# --- fields and values -----------------------------------------------------------------------------------------------

KEYS = ["a", "b", "c", "d", "a.b", "a/b", "~x", "0", "10", "", "é", "dynamicAuthSettings"]
TYPES = ["string", "text", "password", "number", "integer", "datetime", "boolean", "object"]
LABELS = ["", "a label", "Étiquette", "ßx", "😀", "x/y ~ 'q' \"z\""]
NUMBERS = [0, 1, -1, 2, 5, 5.5, -0.0, 1e21, 1e-7, 0.1, 1e300, 2**53, 2**53 + 1, -(2**60), 123456789012345680000]
TEXTS = [
    "", " ", "x", "y", "abc", "true", "false", "True", "0", "1", "-0", "5.0", "5.5", "1e3", "0x10", "0X1f", "0b11", "0o7",
    "Infinity", "-Infinity", "NaN", "1_000", "1e400", "+1", ".5", "5.", "\ufeff1", "\u001c1", " 12\n", "١", "null", "{}",
    "[]", "😀", "ab\u0000", "a@b.co", "2020-01-01", "2020-01-01T10:00:00Z", "10:00:00", "Mon Jan 1 2020", "June 2020",
    "1609459200", "1609459200000", "9999999999999999", "http://a.b/c", "/a", "{b}", "localhost", "1.2.3.4", "::1", "(",
    "a*", "123e4567-e89b-12d3-a456-426614174000",
]  # fmt: skip
SCALARS: list[Any] = [*NUMBERS, *TEXTS, True, False, None]
CONDITION_VALUES: list[Any] = ["", "x", "y", 0, 1, 5, True, False, None, ["x"], [], {}, {"a": "x"}, {"a": [1, None]}]
CONDITION_KEYS = [*KEYS[:6], "a.a", "a.b.c", "b.a", "c.0", "d."]
CHOICES: list[Any] = [
    "x",
    "y",
    "",
    "5",
    "true",
    "é",
    *({"label": "l", "value": v} for v in ("z", 0, 1, 5.5, True, False)),
]
FIELD_FORMATS = [*(name for name in FORMATS if name != "date-like"), "password", "text"]
EMPTY: list[Any] = ["", None, [], {}, [None], [""], [0], [False], 0, False]


class Generator:
    """Fields of every kind, and values aimed at them: right, nearly right, empty, wrong.

    Hypothesis gives the randomness and shrinks by making it simpler; strategies built from each drawn field would take
    longer than asking the reference does.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def _maybe(self, chance: float) -> bool:
        return self._random.random() < chance

    def _one(self, options: list[Any]) -> Any:
        return self._random.choice(options)

    def conditions(self) -> Object:
        count = self._one([1, 1, 1, 1, 2, 2, 3]) if self._maybe(0.98) else 0
        found = []
        for _ in range(count):
            operator = self._one(["is", "is_not"]) if self._maybe(0.97) else "isnt"
            condition: Object = {"fieldKey": self._one(CONDITION_KEYS), "operator": operator}
            if self._maybe(0.7):
                condition["value"] = self._one(CONDITION_VALUES)
            found.append(condition)
        return {"conditions": found, **({"match": self._one(["any", "all"])} if self._maybe(0.6) else {})}

    def field(self, depth: int) -> Object:
        options: dict[str, tuple[float, Any]] = {
            "label": (0.5, lambda: self._one(LABELS)),
            "required": (0.55, lambda: self.conditions() if self._maybe(0.45) else self._maybe(0.85)),
            "multiple": (0.3, lambda: self._maybe(0.8)),
            "allowNull": (0.3, lambda: self._maybe(0.8)),
            "choices": (0.15, lambda: self._random.sample(CHOICES, self._random.randint(1, 3))),
            "format": (0.25, lambda: self._one(FIELD_FORMATS)),
            "minimum": (0.2, lambda: self._one([0, 1, 2, 5]) if self._maybe(0.95) else self._one([5.5, -1])),
            "maximum": (0.2, lambda: self._one([0, 1, 2, 5, 7, 1e21])),
            "default": (0.1, lambda: self._one(CONDITION_VALUES)),
            "properties": (0.6 if depth else 0, lambda: self.fields(depth - 1)),
            "additionalProperties": (0.3, lambda: self._maybe(0.7)),
        }
        field: Object = {"type": self._one([*TYPES, *["object"] * 4] if depth else TYPES)}
        field |= {name: make() for name, (chance, make) in options.items() if self._maybe(chance)}
        if "choices" in field and self._maybe(0.03):
            field["choices"] = self._one([[], ["x", "x"]])
        return field

    def fields(self, depth: int) -> Object:
        keys = KEYS if self._maybe(0.5) else KEYS[:4]
        return {key: self.field(depth) for key in self._random.sample(keys, self._random.randint(0, 4))}

    def anything(self, depth: int = 2) -> Any:
        if depth and self._maybe(0.3):
            inner = [self.anything(depth - 1) for _ in range(self._random.randint(0, 3))]
            return inner if self._maybe(0.5) else dict(zip(self._random.sample(KEYS, len(inner)), inner, strict=True))
        return self._one(SCALARS)

    def value(self, field: Object, *, in_list: bool = False) -> Any:
        if not in_list and self._maybe(0.35 if field.get("multiple") else 0.12):
            return [self.value(field, in_list=True) for _ in range(self._one([0, 1, 1, 2, 3]))]
        if self._maybe(0.4):
            return self._one([*EMPTY, *CONDITION_VALUES]) if self._maybe(0.5) else self.anything()
        if field.get("choices") and self._maybe(0.5):
            choice = self._one(field["choices"])
            return choice["value"] if isinstance(choice, dict) else choice
        match field["type"]:
            case "object" if "properties" in field and self._maybe(0.85):
                return self.values(field["properties"])
            case "object":
                return {key: self._one(SCALARS) for key in self._random.sample(KEYS, self._random.randint(0, 3))}
            case "number" | "integer":
                return self._one(NUMBERS)
            case "boolean":
                return self._maybe(0.5)
            case _:
                return self._one(TEXTS)

    def values(self, fields: Object) -> Object:
        extra = self._random.sample(KEYS, self._random.randint(0, 2)) if self._maybe(0.3) else []
        values = {key: self.anything() for key in extra}
        values |= {key: self.value(field) for key, field in fields.items() if self._maybe(0.8)}
        return values


def test_contract_gives_the_payload_or_the_errors_of_the_reference(oracle: Oracle) -> None:
    """Varies the fields (every option, odd keys and labels, objects nested to depth 3), values aimed at them, the mode."""

    @fuzz
    @given(st.randoms(use_true_random=True), st.sampled_from(["single", "batch", "settings"]))
    def compare(random: Random, mode: Mode) -> None:
        generator = Generator(random)
        declared = generator.fields(3)
        values = generator.values(declared)
        before = stringify(values)
        ours = answer_of_ours(declared, values, mode)
        assert stringify(values) == before, "the values were changed"
        assert ours == answer_of_reference(oracle, declared, values, mode), f"\n{stringify(declared)}\n{before}"

    compare()
