from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest

from actions_core import (
    MISSING,
    Action,
    Authentication,
    Catalog,
    Condition,
    Conditions,
    DefinitionError,
    Destination,
    ExecuteInput,
    Field,
    Missing,
    Plugin,
    Preset,
    Request,
    UnknownDestinationError,
    hookimpl,
    load_catalog,
)


@dataclass(frozen=True, kw_only=True)
class NoSettings:
    pass


@dataclass(frozen=True, kw_only=True)
class Payload:
    name: Annotated[str, Field("Name", default={"@path": "$.event"})]


async def perform(request: Request, data: ExecuteInput[Payload, NoSettings]) -> None:
    await request.post("https://a.example/")


ACTION: Action[Any, Any] = Action(title="Send", description="", payload=Payload, perform=perform)
DESTINATION: Destination[Any] = Destination(
    name="Good (Actions)",
    slug="actions-good",
    settings=NoSettings,
    actions={"send": ACTION},
    presets=[Preset(name="All", action="send", trigger='type = "track"')],
)


def plugin(name: str, destination: Destination[Any] | None = None, **hooks: Any) -> Plugin:
    """Make a plugin that contributes a destination, or whatever hooks are given."""
    if destination is not None:
        hooks["actions_destination"] = lambda: destination
    return Plugin(name, type("Hooks", (), {hook: staticmethod(hookimpl(call)) for hook, call in hooks.items()})())


def problems(*plugins: Plugin) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_catalog(plugins)
    return [str(problem) for problem in caught.value.problems]


def test_destinations_are_listed_by_slug_whatever_the_order_of_the_plugins() -> None:
    other = replace(DESTINATION, slug="actions-another", name="Another")
    plugins = [plugin("b", DESTINATION), plugin("a", other)]
    assert list(load_catalog(plugins).destinations) == list(load_catalog(plugins[::-1]).destinations)
    assert list(load_catalog(plugins).destinations) == ["actions-another", "actions-good"]


def test_two_plugins_with_one_slug_are_one_error_that_names_both() -> None:
    assert problems(plugin("first 1.0", DESTINATION), plugin("second 2.0", DESTINATION)) == [
        "actions-good: is contributed twice, by first 1.0 and by second 2.0"
    ]


def test_a_misspelt_hook_is_an_error() -> None:
    (problem,) = problems(plugin("p", actions_destinatoin=lambda: DESTINATION))
    assert problem.startswith("p: unknown hook 'actions_destinatoin'")


def test_a_hook_that_asks_for_what_it_is_not_given_is_an_error() -> None:
    (problem,) = problems(plugin("p", actions_extra_presets=lambda registry: []))
    assert "registry" in problem


def test_a_plugin_without_hooks_is_an_error() -> None:
    assert problems(Plugin("p", object())) == ["p: implements no hook; mark functions with @hookimpl"]


def test_a_plugin_that_raises_is_an_error_of_that_plugin() -> None:
    def explode() -> Destination[Any]:
        raise RuntimeError("boom")

    (problem,) = problems(plugin("p", actions_destination=explode), plugin("q", DESTINATION))
    assert problem.startswith("p: actions_destination raised RuntimeError: boom (test_plugins.py:")


def test_what_is_no_destination_is_an_error() -> None:
    assert problems(plugin("p", actions_destination=lambda: "x")) == [
        "p: actions_destination gave no Destination but 'x'"
    ]


def test_a_plugin_that_fails_leaves_nothing_behind() -> None:
    catalog = load_catalog([plugin("good", DESTINATION)])
    broken = replace(DESTINATION, slug="actions-broken", presets=[Preset(name="X", action="no", trigger="type")])
    with pytest.raises(DefinitionError):
        catalog.with_plugin(plugin("broken", broken))
    assert list(catalog.destinations) == ["actions-good"]
    repaired = catalog.with_plugin(plugin("broken", replace(DESTINATION, slug="actions-broken")))
    assert list(repaired.destinations) == ["actions-broken", "actions-good"]


def test_another_plugin_adds_actions_and_presets() -> None:
    extra = plugin(
        "extra",
        actions_extra_actions=lambda destination: {"more": ACTION} if destination.slug == "actions-good" else {},
        actions_extra_presets=lambda destination: [Preset(name="More", action="more", trigger='type = "page"')],
    )
    found = load_catalog([extra, plugin("good", DESTINATION)]).find("good")
    assert list(found.actions) == ["send", "more"]
    assert [preset.name for preset in found.presets] == ["All", "More"]


def test_an_extra_action_cannot_replace_one() -> None:
    extra = plugin("extra", actions_extra_actions=lambda destination: {"send": ACTION})
    assert problems(plugin("good", DESTINATION), extra) == ["extra: actions-good already has an action 'send'"]


def test_every_mistake_of_every_plugin_is_told_at_once_with_its_place() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Wrong:
        kind: Annotated[str, Field("Kind", type="strng")]

    one = replace(
        DESTINATION,
        presets=[
            Preset(name="A", action="nope", trigger='type = "track"'),
            Preset(name="B", action="send", trigger="((("),
            Preset(name="C", action="send", trigger='type = "track"', mapping={"nmae": "x", "name": {"@nope": 1}}),
        ],
    )
    two = replace(
        DESTINATION,
        slug="Two",
        actions={"send": replace(ACTION, payload=Wrong, default_subscription="(((")},
        presets=[],
    )
    found = problems(plugin("one", one), plugin("two", two))
    for place in (
        "Two (two): slug",
        "Two (two): actions.send: Wrong.kind.type",
        "Two (two): actions.send.default_subscription",
        "actions-good (one): presets[0] 'A'.action: there is no action 'nope'; the destination has send",
        "actions-good (one): presets[1] 'B'.trigger",
        "actions-good (one): presets[2] 'C'.mapping/name",
        "actions-good (one): presets[2] 'C'.mapping/nmae: is no field of the action; it has name",
    ):
        assert any(place in problem for problem in found), (place, found)


@pytest.mark.parametrize("name", ["actions-good", "good", "Good (Actions)", " GOOD "])
def test_a_destination_is_found_by_slug_short_slug_or_name(name: str) -> None:
    assert load_catalog([plugin("good", DESTINATION)]).find(name).slug == "actions-good"


def test_an_unknown_destination_is_told_with_the_nearest_one() -> None:
    catalog: Catalog = load_catalog([plugin("good", DESTINATION)])
    with pytest.raises(UnknownDestinationError, match="there is no destination 'goof'; did you mean good?"):
        catalog.find("goof")
    with pytest.raises(UnknownDestinationError, match="installed: good"):
        catalog.find("zzz")


def test_catalogs_share_nothing() -> None:
    assert load_catalog([plugin("good", DESTINATION)]).destinations
    assert not load_catalog([]).destinations


def test_a_destination_that_was_not_returned_is_told() -> None:
    (problem,) = problems(plugin("p", actions_destination=lambda: None))
    assert problem == "p: actions_destination gave nothing; is a return missing?"


def test_a_plugin_that_ends_the_program_is_an_error_of_that_plugin() -> None:
    def leave() -> None:
        raise SystemExit("I quit")

    (problem,) = problems(plugin("p", actions_destination=leave))
    assert problem.startswith("p: actions_destination raised SystemExit: I quit (test_plugins.py:")


@pytest.mark.parametrize(
    ("hook", "answer"),
    [
        ("actions_extra_actions", [ACTION]),
        ("actions_extra_actions", {"x": "y"}),
        ("actions_extra_presets", [None]),
        ("actions_extra_presets", 5),
    ],
    ids=["list of actions", "texts", "none", "number"],
)
def test_extras_of_another_kind_are_told(hook: str, answer: Any) -> None:
    (problem,) = problems(plugin("good", DESTINATION), plugin("odd", None, **{hook: lambda destination: answer}))
    assert problem.startswith(f"odd: {hook} gave no ")


def test_two_slugs_with_one_short_name_are_told() -> None:
    short = replace(DESTINATION, slug="good")
    (problem,) = problems(plugin("a", DESTINATION), plugin("b", short))
    assert problem == "actions-good (a): has the same short name as good (b)"


def not_async(request: Request, data: ExecuteInput[Payload, NoSettings]) -> None:
    """Looks like a perform, but is not one."""


async def too_few(request: Request) -> None:
    """Takes no input."""


@dataclass(frozen=True, kw_only=True)
class Bounds:
    size: Annotated[float, Field("Size", minimum=5, maximum=1)]
    other: (
        Annotated[
            str, Field("Other", required=Conditions(conditions=(Condition(field_key="nope", operator="is", value=1),)))
        ]
        | Missing
    ) = MISSING


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"calls": ("trak",)}, "calls: expected one of identify, track, page, screen, group, alias, got 'trak'"),
        ({"mode": "clowd"}, "mode: expected one of cloud, device, warehouse, got 'clowd'"),
        ({"name": " "}, "name: expected a text"),
        ({"slug": "A B"}, "slug: expected lower-case words joined by hyphens, got 'A B'"),
        ({"presets": None}, "the definition: cannot be checked: TypeError"),
        ({"actions": {}, "presets": ()}, "actions: expected at least one action"),
        ({"extend_request": 7}, "extend_request: expected a function, got 7"),
        ({"extend_request": lambda: None}, "extend_request: is called with 1 argument: too many positional arguments"),
        ({"authentication": Authentication(scheme="x")}, "authentication.scheme: expected one of custom, basic"),  # type: ignore[arg-type] # the mistake under test
        ({"authentication": Authentication(check=5)}, "authentication.check: expected a function, got 5"),  # type: ignore[arg-type] # likewise
        ({"actions": {"A B": ACTION}, "presets": ()}, "actions.A B: expected a slug"),
        ({"actions": {"send": replace(ACTION, title="")}}, "actions.send.title: expected a text"),
        ({"actions": {"send": replace(ACTION, platform="x")}}, "actions.send.platform: expected one of cloud, web"),  # type: ignore[arg-type] # likewise
        ({"actions": {"send": replace(ACTION, perform=not_async)}}, "actions.send.perform: expected an async function"),  # type: ignore[arg-type] # likewise
        ({"actions": {"send": replace(ACTION, perform=too_few)}}, "actions.send.perform: is called with 2 arguments"),  # type: ignore[arg-type] # likewise
        ({"actions": {"send": replace(ACTION, payload=Bounds)}}, "actions.send.fields.size: minimum 5 is above maximum 1"),
        ({"actions": {"send": replace(ACTION, payload=Bounds)}}, "actions.send.fields.other.required: is about 'nope', which is no field"),
        ({"presets": [Preset(name="A", action="send", trigger='type = "x"')] * 2}, "presets: 2 of them are called 'A'"),
        ({"presets": [Preset(name=f"{n}", action="send", trigger='type = "x"') for n in range(51)]}, "presets: an instance has at most 50 mappings, got 51"),
        ({"presets": [Preset(name="A", action="send", trigger=None)]}, "expected a trigger, or an event_slug"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_work_is_found_when_it_is_loaded(change: dict[str, Any], problem: str) -> None:
    found = problems(plugin("p", replace(DESTINATION, **change)))
    assert any(problem in one for one in found), found


def test_one_wrong_field_hides_no_other_mistake() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Half:
        wrong: Annotated[set[str], Field("Wrong")]
        name: Annotated[str, Field("Name", default={"@nope": 1})]

    found = problems(plugin("p", replace(DESTINATION, actions={"send": replace(ACTION, payload=Half)})))
    assert len(found) == 2, found


def test_a_plugin_without_a_hash_is_refused_with_its_name() -> None:
    class Unhashable:
        __hash__ = None  # type: ignore[assignment] # as a dataclass that is not frozen

        @hookimpl
        def actions_destination(self) -> None:
            raise AssertionError("it is not asked")

    with pytest.raises(DefinitionError, match=r"acme 1\.0: cannot be a plugin: unhashable type"):
        load_catalog([Plugin("acme 1.0", Unhashable())])
