"""The checks of plugins among others: each mistake, of a plugin or of who loads it, is noticed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from actions_core import Destination, Subscription, hookimpl
from actions_core.errors import DefinitionError, Problem
from actions_core.plugins import Catalog, Plugin
from actions_core.runtime import DestinationInstance
from conformance.suite.checks import plugin
from conformance.suite.target import Target
from tests.conformance.suite.checks.trying import CLEAN, clean, failure, results, verdicts, with_platform

IDS = [check.id for check in plugin.CHECKS]
ABOUT_PLUGINS = [one for one in IDS if one != "plugin.schema.isolated"]


@pytest.mark.parametrize("check", IDS)
@pytest.mark.parametrize("name", CLEAN)
def test_clean_destinations_pass(name: str, check: str) -> None:
    assert verdicts(clean(name), check, budget="ci") == {"PASS"}


@pytest.mark.parametrize("check", ABOUT_PLUGINS)
def test_a_destination_without_its_plugin_has_nothing_to_try(check: str) -> None:
    (result,) = results(replace(clean("usermotion"), plugin=None), check)
    assert (result.verdict, result.reason) == ("N/A", "a destination without its plugin")


# --- the plugin ------------------------------------------------------------------------------------------------------


class WithRegistry:
    """Expects to be handed a registry."""

    @hookimpl
    def actions_destination(self, registry: list[Any]) -> Destination[Any]:
        registry.append(clean("usermotion").destination)
        return clean("usermotion").destination


class WithoutHooks:
    """Has forgotten the marker."""

    def actions_destination(self) -> Destination[Any]:
        return clean("usermotion").destination


class Misspelt:
    """Has one hook that does not exist."""

    @hookimpl
    def actions_destination(self) -> Destination[Any]:
        return clean("usermotion").destination

    @hookimpl
    def actions_extra_preset(self, destination: Destination[Any]) -> Sequence[Any]:
        return []


@pytest.mark.parametrize(
    ("wrong", "check", "told"),
    [
        (WithRegistry(), "plugin.hooks.valid", "registry"),
        (WithoutHooks(), "plugin.hooks.valid", "implements no hook"),
        (Misspelt(), "plugin.hooks.pending", "unknown hook 'actions_extra_preset'"),
    ],
)
def test_a_plugin_with_other_hooks_is_noticed(wrong: object, check: str, told: str) -> None:
    assert told in failure(replace(clean("usermotion"), plugin=wrong), check).reason


# --- who loads it ----------------------------------------------------------------------------------------------------

WithPlugin = Callable[[Catalog, Plugin], Catalog]


def loading(wrong: WithPlugin) -> Target:
    return with_platform(clean("usermotion"), with_plugin=wrong)


def takes_everything(catalog: Catalog, added: Plugin) -> Catalog:
    """Ignore what is wrong with a plugin."""
    try:
        return catalog.with_plugin(added)
    except DefinitionError:
        return Catalog((*catalog.plugins, added), catalog.destinations, catalog.origins)


def tells_nothing(catalog: Catalog, added: Plugin) -> Catalog:
    """Refuse without a word about whom."""
    try:
        return catalog.with_plugin(added)
    except DefinitionError:
        raise DefinitionError("something", [Problem("somewhere", "is wrong")]) from None


def crashes(catalog: Catalog, added: Plugin) -> Catalog:
    """Refuse by accident."""
    try:
        return catalog.with_plugin(added)
    except DefinitionError as error:
        raise KeyError(str(error)) from None


OUTSIDE = [
    "plugin.hooks.valid",
    "plugin.hooks.pending",
    "plugin.register.atomic",
    "plugin.register.twice",
    "plugin.name.collision",
    "plugin.slug.collision",
]


@pytest.mark.parametrize("wrong", [takes_everything, tells_nothing, crashes])
@pytest.mark.parametrize("check", OUTSIDE)
def test_plugins_that_are_not_refused_or_not_named_are_noticed(check: str, wrong: WithPlugin) -> None:
    failure(loading(wrong), check)


def keeps_what_was_refused(catalog: Catalog, added: Plugin) -> Catalog:
    """Register before looking, and change the catalog that it was given."""
    try:
        return catalog.with_plugin(added)
    except DefinitionError:
        assert isinstance(catalog.origins, dict)
        catalog.origins["actions-left-behind"] = added.name
        raise


def test_a_refused_plugin_that_leaves_something_behind_is_noticed() -> None:
    failure(loading(keeps_what_was_refused), "plugin.register.atomic")


def remembering() -> WithPlugin:
    """Give a loader that keeps every plugin for ever, refused ones as well."""
    known: list[Plugin] = []

    def with_plugin(catalog: Catalog, added: Plugin) -> Catalog:
        found = catalog.with_plugin(added)
        known.append(added)
        others = [one for one in known if one.name not in {plugin.name for plugin in found.plugins}]
        for one in others:
            found = found.with_plugin(one)
        return found

    return with_plugin


def test_a_plugin_that_stays_when_it_is_gone_is_noticed() -> None:
    failure(loading(remembering()), "plugin.unregister")


# --- its import ------------------------------------------------------------------------------------------------------


def importing(directory: Path, monkeypatch: pytest.MonkeyPatch, source: str) -> Target:
    (directory / "noisy_plugin.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(directory)
    return replace(clean("usermotion"), plugin=ModuleType("noisy_plugin"))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        pytest.param("print('loaded')", "prints 'loaded'", id="output"),
        pytest.param("import sys\nsys.stderr.write('loaded')", "prints 'loaded'", id="errors"),
        pytest.param(
            "import socket\ntry:\n    socket.create_connection(('partner.example', 443))\nexcept BaseException:\n    pass",
            "partner.example",
            id="network",
        ),
        pytest.param(
            "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()",
            "starts a thread",
            id="thread",
        ),
        pytest.param("import os\nos.environ['TOKEN'] = 'x'", "changes the environment", id="environment"),
        pytest.param("import logging\nlogging.basicConfig()", "sets up logging", id="logging"),
        pytest.param("import sys\nsys.path.append('/opt')", "changes sys.path", id="path"),
        pytest.param("import os\nos.chdir('/')", "changes the working directory", id="directory"),
        pytest.param("open(__file__ + '.log', 'w').close()", "to write", id="file"),
        pytest.param("import subprocess\nsubprocess.run(['true'])", "starts a process", id="process"),
        pytest.param("raise SystemExit(0)", "ends in SystemExit", id="exit"),
    ],
)
def test_an_import_that_does_something_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, told: str
) -> None:
    assert told in failure(importing(tmp_path, monkeypatch, source), "plugin.import.clean").reason


def test_an_import_that_does_nothing_else_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = importing(tmp_path, monkeypatch, "import json\nprices = json.loads('{}')\n")
    assert verdicts(target, "plugin.import.clean") == {"PASS"}
    assert "noisy_plugin" not in sys.modules


def test_a_plugin_without_a_name_cannot_be_imported() -> None:
    target = replace(clean("usermotion"), plugin=ModuleType("nowhere_to_be_found"))
    (result,) = results(target, "plugin.import.clean")
    assert (result.verdict, result.reason) == ("N/A", "nowhere_to_be_found cannot be imported by its name")


# --- its actions -----------------------------------------------------------------------------------------------------


def test_actions_of_one_title_that_share_a_contract_are_noticed() -> None:
    def by_title(
        destination: Destination[Any], settings: Any, subscriptions: Sequence[Subscription], **options: Any
    ) -> DestinationInstance[Any]:
        # Segment's own runtime keeps contracts by the action's title.
        first: dict[str, Any] = {}
        for one in subscriptions:
            action = destination.actions[one.action]
            first.setdefault(action.title, action.payload)
        actions = {
            slug: replace(action, payload=first.get(action.title, action.payload))
            for slug, action in destination.actions.items()
        }
        return DestinationInstance(replace(destination, actions=actions), settings, subscriptions, **options)

    failure(with_platform(clean("usermotion"), instance=by_title), "plugin.schema.isolated")
