from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any

import pytest

from actions_core import (
    Action,
    Catalog,
    DefinitionError,
    Destination,
    ExecuteInput,
    Field,
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

    assert problems(plugin("p", actions_destination=explode), plugin("q", DESTINATION)) == [
        "p: actions_destination raised RuntimeError: boom"
    ]


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
