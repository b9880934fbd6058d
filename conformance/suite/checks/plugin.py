"""The plugin among others: how it is registered, what its import does, and whether its actions keep to themselves."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any, Final

from actions_core.definitions import Action, Destination, Subscription
from actions_core.errors import DefinitionError
from actions_core.fields import InputField
from actions_core.hookspecs import PROJECT, hookimpl
from actions_core.inputs import ExecuteInput
from actions_core.js import Object
from actions_core.plugins import Catalog, Plugin, load_catalog
from actions_core.request import Request
from conformance.suite.checks.subjects import actions, whole
from conformance.suite.lab import EVERY_EVENT, Lab, probe_event
from conformance.suite.model import Broken, Check, Judgement, Kept, NotApplicable, OnAction, Whole, check, once
from conformance.suite.target import Target
from conformance.suite.values import complete_inputs

OWN: Final = "the plugin 1.0"
OTHER: Final = "another plugin 2.0"
"""Names of plugins as errors have to tell them; in truth they are a distribution's."""


def _plugged(target: Target) -> Sequence[Whole] | NotApplicable:
    return NotApplicable("a destination without its plugin") if target.plugin is None else whole(target)


# --- plugins to go with it -------------------------------------------------------------------------------------------


async def _nothing(_request: Request, _data: ExecuteInput[Any, Any]) -> None:
    """Send nothing."""


_ANOTHER: Final = Destination[Any](
    name="Another Destination",
    slug="actions-another-destination",
    settings={},
    actions={"send": Action[Any, Any](title="Send", description="Send nothing.", payload={}, perform=_nothing)},
)


def _hooks(**hooks: Callable[..., Any]) -> ModuleType:
    """Make a plugin of hook implementations."""
    made = ModuleType("made_up_plugin")
    for name, function in hooks.items():
        setattr(made, name, function)
    return made


def _contributing(destination: Destination[Any]) -> ModuleType:
    def actions_destination() -> Destination[Any]:
        return destination

    return _hooks(actions_destination=hookimpl(actions_destination))


def _copy(plugin: object, **more: Callable[..., Any]) -> ModuleType:
    """Make a plugin with the hooks of another one, and more."""
    found = {name: getattr(plugin, name, None) for name in dir(plugin)}
    hooks = {name: one for name, one in found.items() if callable(one) and hasattr(one, f"{PROJECT}_impl")}
    return _hooks(**{**hooks, **more})


@hookimpl
def _with_registry(registry: object) -> object:
    """Stand for a hook that expects to be handed something to change."""
    return registry


def _add(lab: Lab, catalog: Catalog, name: str, implementation: object) -> Catalog | Exception:
    """Add a plugin to a catalog: the new catalog, or why there is none."""
    try:
        return lab.target.platform.with_plugin(catalog, Plugin(name, implementation))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return error


def _accepted(found: Catalog | Exception) -> Judgement:
    if isinstance(found, Exception):
        return Broken("a plugin that is accepted", _told(found))
    return Kept("inside")


def _refused(found: Catalog | Exception, *names: str) -> Judgement:
    """Judge what has to be a DefinitionError that names something."""
    expected = f"a DefinitionError that names {' and '.join(map(repr, names))}"
    if not isinstance(found, Exception):
        return Broken(expected, f"accepted: {', '.join(found.destinations)}")
    if not isinstance(found, DefinitionError) or not all(name in str(found) for name in names):
        return Broken(expected, _told(found))
    return Kept("outside")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


# --- hooks -----------------------------------------------------------------------------------------------------------


@check(
    "plugin.hooks.valid",
    subjects=_plugged,
    source="runtime",
    vectors=lambda _lab, _at: ({"hooks": "its own"}, {"hooks": "of another signature"}, {"hooks": "none"}),
)
def plugin_hooks_valid(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The plugin implements hooks as they are specified; one that implements them otherwise, or none, is refused."""
    match case.get("hooks"):
        case "its own":
            return _accepted(_add(lab, load_catalog([]), OWN, lab.target.plugin))
        case "of another signature":
            wrong = _copy(lab.target.plugin, actions_destination=_with_registry)
            return _refused(_add(lab, load_catalog([]), OWN, wrong), OWN, "registry")
        case "none":
            return _refused(_add(lab, load_catalog([]), OWN, _hooks()), OWN)
    return None


_MISSPELT: Final = "actions_destinatoin"


@check(
    "plugin.hooks.pending",
    subjects=_plugged,
    source="runtime",
    vectors=lambda _lab, _at: ({"hooks": "its own"}, {"hooks": "misspelt"}),
)
def plugin_hooks_pending(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """The plugin has no hook that does not exist; one that has, is refused with the hook's name."""
    match case.get("hooks"):
        case "its own":
            return _accepted(_add(lab, load_catalog([]), OWN, lab.target.plugin))
        case "misspelt":
            wrong = _copy(lab.target.plugin, **{_MISSPELT: hookimpl(lambda: None)})
            return _refused(_add(lab, load_catalog([]), OWN, wrong), OWN, _MISSPELT)
    return None


# --- registration ----------------------------------------------------------------------------------------------------


def _state(catalog: Catalog) -> list[Any]:
    """Give all that can be seen of a catalog, as plain values."""
    return [
        [plugin.name for plugin in catalog.plugins],
        {
            slug: [destination.name, list(destination.actions), [preset.name for preset in destination.presets]]
            for slug, destination in catalog.destinations.items()
        },
        dict(catalog.origins),
    ]


@check("plugin.register.atomic", subjects=_plugged, source="runtime", vectors=once)
def plugin_register_atomic(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A plugin that is refused leaves nothing behind: no destination, and no hook that is still asked."""
    if case:
        return None
    asked: list[str] = []

    def actions_extra_presets(destination: Destination[Any]) -> list[Any]:
        asked.append(destination.slug)
        return []

    wrong = _copy(
        lab.target.plugin,
        actions_extra_presets=hookimpl(actions_extra_presets),
        **{_MISSPELT: hookimpl(lambda: None)},
    )
    catalog = load_catalog([])
    before = _state(catalog)
    refused = _refused(_add(lab, catalog, OWN, wrong), OWN)
    if isinstance(refused, Broken):
        return refused
    if _state(catalog) != before:
        return Broken(f"the catalog as it was: {before}", f"{_state(catalog)}")
    asked.clear()
    later = _add(lab, catalog, OTHER, _contributing(_ANOTHER))
    if isinstance(later, Exception):
        return Broken("another plugin that is accepted afterwards", _told(later))
    if asked or list(later.destinations) != [_ANOTHER.slug]:
        left = "its hooks are still asked" if asked else f"there are {', '.join(later.destinations)}"
        return Broken("nothing left of the refused plugin", left)
    return Kept("outside")


@check("plugin.unregister", subjects=_plugged, source="runtime", vectors=once)
def plugin_unregister(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A catalog without the plugin is what it was before the plugin, whoever has used one with it meanwhile."""
    if case:
        return None
    empty = load_catalog([])
    without = _add(lab, empty, OTHER, _contributing(_ANOTHER))
    if isinstance(without, Exception):
        return Broken("another plugin that is accepted", _told(without))
    before = _state(without)
    together = _add(lab, without, OWN, lab.target.plugin)
    if isinstance(together, Exception):
        return Broken("the plugin accepted beside another one", _told(together))
    again = _add(lab, empty, OTHER, _contributing(_ANOTHER))
    if isinstance(again, Exception):
        return Broken("another plugin that is accepted again", _told(again))
    for one in (without, again):
        if _state(one) != before:
            return Broken(f"a catalog as before: {before}", f"{_state(one)}")
    return Kept()


def _with_own(lab: Lab) -> Catalog | None:
    found = _add(lab, load_catalog([]), OWN, lab.target.plugin)
    return found if isinstance(found, Catalog) else None


@check(
    "plugin.register.twice",
    subjects=_plugged,
    source="runtime",
    vectors=lambda _lab, _at: ({"name": OWN}, {"name": OTHER}),
)
def plugin_register_twice(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """A plugin that is registered twice, under one name or two, is an error that names them."""
    catalog, name = _with_own(lab), case.get("name")
    if catalog is None or name not in (OWN, OTHER):
        return None
    return _refused(_add(lab, catalog, name, lab.target.plugin), OWN, name)


@check("plugin.name.collision", subjects=_plugged, source="runtime", vectors=once)
def plugin_name_collision(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Two plugins of one name are an error that names them."""
    catalog = _with_own(lab)
    if case or catalog is None:
        return None
    return _refused(_add(lab, catalog, OWN, _contributing(_ANOTHER)), OWN)


def _rivals(_lab: Lab, _at: Whole) -> Iterable[Object]:
    return ({"slug": "the same"}, {"slug": "the same but for actions-"})


@check("plugin.slug.collision", subjects=_plugged, source="runtime", vectors=_rivals)
def plugin_slug_collision(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """Two destinations of one slug, or of one short name, are an error that names both plugins."""
    catalog = _with_own(lab)
    if catalog is None or not catalog.destinations:
        return None
    slug = next(iter(catalog.destinations))
    short = slug.removeprefix("actions-")
    other = {"the same": slug, "the same but for actions-": f"actions-{short}" if slug == short else short}
    wanted = other.get(str(case.get("slug")))
    if wanted is None:
        return None
    return _refused(_add(lab, catalog, OTHER, _contributing(replace(_ANOTHER, slug=wanted))), OWN, OTHER)


# --- its import ------------------------------------------------------------------------------------------------------


def _module_of(plugin: object) -> str:
    return plugin.__name__ if isinstance(plugin, ModuleType) else type(plugin).__module__


def _importable(target: Target) -> Sequence[Whole] | NotApplicable:
    if target.plugin is None:
        return _plugged(target)
    name = _module_of(target.plugin)
    try:
        found = name != "__main__" and importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        found = False
    return whole(target) if found else NotApplicable(f"{name} cannot be imported by its name")


_IMPORT: Final = """
import importlib, json, logging, os, sys, threading
name, sys.path[:] = json.loads(sys.argv[1])
import actions_core
from actions_core.testing import no_network
done = []
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if set(str(mode or "")) & set("wax+") or isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
            done.append(f"opens {path} to write")
    elif event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.fork"):
        done.append("starts a process")
def state():
    return {
        "changes the environment": dict(os.environ),
        "changes the working directory": os.getcwd(),
        "changes sys.path": list(sys.path),
        "sets up logging": [repr(one) for one in logging.getLogger().handlers] + [logging.getLogger().level],
        "starts a thread": [thread.name for thread in threading.enumerate()],
    }
before = state()
sys.addaudithook(watch)
try:
    with no_network():
        importlib.import_module(name)
except BaseException as error:
    done.append(f"ends in {type(error).__name__}: {error}")
told = [*done, *(what for what, value in state().items() if value != before[what])]
sys.stdout.flush()
print("\\n" + json.dumps(told), flush=True)
os._exit(0)
"""
"""Imports a module and tells what else that did, in the last line; `os._exit` so that no thread keeps it waiting."""


@check("plugin.import.clean", subjects=_importable, source="runtime", vectors=once)
def plugin_import_clean(lab: Lab, _at: Whole, case: Object) -> Judgement:
    """To import the plugin does nothing else: no network, output, file, thread, process, or change of global state."""
    if case:
        return None
    given = json.dumps([_module_of(lab.target.plugin), [path or os.getcwd() for path in sys.path]])
    # -B: what Python keeps of compiled modules is no file of the plugin's.
    child = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-B", "-c", _IMPORT, given], capture_output=True, text=True, timeout=60, check=False
    )
    output, _, last = child.stdout.rstrip("\n").rpartition("\n")
    if child.returncode != 0 or not last.startswith("["):
        return Broken("a plugin that can be imported", _short(child.stderr or child.stdout))
    told: list[str] = json.loads(last)
    printed = output.strip() or child.stderr.strip()
    if printed:
        told.append(f"prints {_short(printed)!r}")
    if told:
        return Broken("an import that does nothing else", lab.redact.text(", ".join(told)))
    return Kept()


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


# --- its actions -----------------------------------------------------------------------------------------------------

_EXTRA: Final = "made_up_field"


@check(
    "plugin.schema.isolated",
    subjects=actions,
    source="runtime",
    vectors=lambda _lab, _at: ({"first": "action"}, {"first": "twin"}),
)
def plugin_schema_isolated(lab: Lab, at: OnAction, case: Object) -> Judgement:
    """Each action has its own contract, also beside another one of the same title that requires more."""
    order = {"action": 1, "twin": -1}.get(str(case.get("first")))
    inputs, mapping = complete_inputs(at.action), lab.probe_mapping(at.action)
    if order is None or not lab.probe(at.action, inputs).delivered:
        return None
    extra = InputField(label="Made Up", description="Made up.", type="string", required=True)
    twin = replace(
        at.action.action, payload={**at.action.action.fields, _EXTRA: extra}, perform=_nothing, perform_batch=None
    )
    slug = f"{at.action.slug}Twin"
    actions_with_it = {**lab.target.destination.actions, slug: twin}
    target = replace(lab.target, destination=replace(lab.target.destination, actions=actions_with_it))
    mappings = [
        Subscription(name=one, action=one, trigger=EVERY_EVENT, mapping=mapping) for one in (at.action.slug, slug)
    ]
    with Lab(target, lab.profile) as other:
        own, twins = other.run_mappings(mappings[::order], probe_event(inputs))[::order]
    if not own.delivered:
        return Broken(f"delivered by {at.action.slug}, whose contract it keeps", own.told, own)
    if not twins.refused:
        return Broken(
            f"refused by another action called {twin.title!r}, which requires a field more", twins.told, twins
        )
    return Kept("outside")


CHECKS: Final[tuple[Check[Any], ...]] = (
    plugin_hooks_valid,
    plugin_hooks_pending,
    plugin_register_atomic,
    plugin_unregister,
    plugin_register_twice,
    plugin_name_collision,
    plugin_slug_collision,
    plugin_schema_isolated,
    plugin_import_clean,
)
