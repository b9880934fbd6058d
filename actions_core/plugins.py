"""The destinations that are installed: loading plugins, checking them, finding one by name.

A catalog is a value: loading gives a complete one or raises, and `with_plugin` gives another, so a plugin that fails
leaves nothing behind. Nothing is cached and nothing is global.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

import pluggy

from actions_core import hookspecs
from actions_core.check import check_destination
from actions_core.definitions import AnyAction, Destination, Preset
from actions_core.errors import ConfigurationError, DefinitionError, Problem
from actions_core.hookspecs import PROJECT


@dataclass(frozen=True)
class Plugin:
    """A module or object with hook implementations, and where it came from."""

    name: str
    """Shown in errors and listings: the distribution with its version, or whatever an embedder says."""
    implementation: object


class UnknownDestinationError(ConfigurationError):
    """No installed destination has that name."""


@dataclass(frozen=True)
class Catalog:
    """The destinations of some plugins, checked, in the order of their slugs."""

    plugins: tuple[Plugin, ...]
    destinations: Mapping[str, Destination[Any]]
    origins: Mapping[str, str]
    """Slug to the name of the plugin that contributed the destination."""

    def find(self, name: str) -> Destination[Any]:
        """Find a destination by slug (`actions-usermotion`), its short form (`usermotion`) or its display name.

        Raises `UnknownDestinationError`, which lists what there is.
        """
        wanted = name.strip().casefold()
        if wanted in self.destinations:
            return self.destinations[wanted]
        for slug, destination in self.destinations.items():
            if wanted in (_short(slug), destination.name.casefold()):
                return destination
        known = [_short(slug) for slug in self.destinations]
        close = difflib.get_close_matches(wanted, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"installed: {', '.join(known) or 'none'}"
        raise UnknownDestinationError(f"there is no destination {name!r}; {hint}")

    def with_plugin(self, plugin: Plugin) -> Catalog:
        """Give a catalog with one more plugin; raises `DefinitionError` and leaves this one as it is."""
        return load_catalog([*self.plugins, plugin])


def load_catalog(plugins: Iterable[Plugin] | None = None) -> Catalog:
    """Load plugins, by default every one installed under the entry-point group `actions_core`.

    Raises `DefinitionError` that lists every mistake of every plugin: a hook that does not exist, two destinations
    with one slug (naming both plugins), a preset for an unknown action, a trigger that does not parse, and so on.
    """
    loaded = tuple(sorted(installed_plugins() if plugins is None else plugins, key=lambda plugin: plugin.name))
    problems: list[Problem] = []
    hooks = _Hooks(loaded, problems)
    destinations: dict[str, Destination[Any]] = {}
    origins: dict[str, str] = {}
    for plugin, contributed in hooks.answers("actions_destination"):
        if not isinstance(contributed, Destination):
            problems.append(Problem(plugin, f"actions_destination gave no Destination but {contributed!r}"))
        elif contributed.slug in origins:
            first = origins[contributed.slug]
            problems.append(Problem(contributed.slug, f"is contributed twice, by {first} and by {plugin}"))
        else:
            destinations[contributed.slug], origins[contributed.slug] = contributed, plugin
    for slug, destination in sorted(destinations.items()):
        place = f"{slug} ({origins[slug]})"
        if slug != _short(slug) and _short(slug) in destinations:
            problems.append(Problem(place, f"has the same short name as {_short(slug)} ({origins[_short(slug)]})"))
        try:
            destinations[slug] = hooks.extend(destination)
            found = check_destination(destinations[slug])
        except Exception as error:  # noqa: BLE001 - a definition may hold anything; what cannot even be checked is wrong
            found = [Problem("the definition", f"cannot be checked: {type(error).__name__}: {error}")]
        problems.extend(Problem(place, str(one)) for one in found)
    if problems:
        raise DefinitionError("the set of installed plugins", problems)
    return Catalog(loaded, dict(sorted(destinations.items())), origins)


def installed_plugins() -> list[Plugin]:
    """Import every plugin under the entry-point group; raises `DefinitionError` with all those that fail."""
    plugins: list[Plugin] = []
    problems: list[Problem] = []
    for entry in entry_points(group=PROJECT):
        name = _origin(entry)
        try:
            plugins.append(Plugin(name, entry.load()))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an import may raise anything; all are reported
            problems.append(Problem(name, f"cannot be imported from {entry.value}: {_told(error)}"))
    if problems:
        raise DefinitionError("the set of installed plugins", problems)
    return plugins


def _short(slug: str) -> str:
    return slug.removeprefix("actions-")


def _told(error: BaseException) -> str:
    """Write an exception on one line, with the place that it came from."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    message = " ".join(f"{type(error).__name__}: {error}".split())
    return f"{message} ({Path(frame.filename).name}:{frame.lineno})"


def _origin(entry: EntryPoint) -> str:
    distribution = f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown distribution"
    return f"{distribution} ({entry.name})"


class _Hooks:
    """pluggy, wrapped once with types: what each plugin answers to each hook, in the order of the plugins' names."""

    def __init__(self, plugins: tuple[Plugin, ...], problems: list[Problem]) -> None:
        self._problems: Final = problems
        self._plugins: Final[list[Plugin]] = []
        self._pluggy: Final = pluggy.PluginManager(PROJECT)
        self._pluggy.add_hookspecs(hookspecs)
        for plugin in plugins:
            self._register(plugin)

    def _register(self, plugin: Plugin) -> None:
        # pluggy keeps a plugin whose validation failed half-registered, so each is tried on a manager of its own first.
        trial = pluggy.PluginManager(PROJECT)
        trial.add_hookspecs(hookspecs)
        try:
            trial.register(plugin.implementation, plugin.name)
            trial.check_pending()
            hash(plugin.implementation)
            self._pluggy.register(plugin.implementation, plugin.name)
        except (pluggy.PluginValidationError, ValueError) as error:
            self._problems.append(Problem(plugin.name, str(error).replace("\n", " ")))
            return
        except TypeError as error:  # pluggy looks plugins up, so that each needs a hash
            self._problems.append(Problem(plugin.name, f"cannot be a plugin: {error}"))
            return
        if not trial.get_hookcallers(plugin.implementation):
            self._problems.append(Problem(plugin.name, "implements no hook; mark functions with @hookimpl"))
        self._plugins.append(plugin)

    def answers(self, hook: str, **arguments: object) -> Iterator[tuple[str, Any]]:
        """Yield each plugin's name with its answer; one that raises is a problem of that plugin."""
        for plugin in self._plugins:
            others = [other.implementation for other in self._plugins if other is not plugin]
            caller = self._pluggy.subset_hook_caller(hook, others)
            try:
                results = caller(**arguments)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything; all are reported
                self._problems.append(Problem(plugin.name, f"{hook} raised {_told(error)}"))
                continue
            implemented = any(found.plugin is plugin.implementation for found in caller.get_hookimpls())
            if implemented and not results:
                self._problems.append(Problem(plugin.name, f"{hook} gave nothing; is a return missing?"))
            for result in results:
                yield plugin.name, result

    def extend(self, destination: Destination[Any]) -> Destination[Any]:
        """Add other plugins' actions and presets to a destination."""
        actions: dict[str, AnyAction[Any]] = dict(destination.actions)
        for plugin, extra in self.answers("actions_extra_actions", destination=destination):
            if not (isinstance(extra, Mapping) and all(isinstance(action, AnyAction) for action in extra.values())):
                self._problems.append(
                    Problem(plugin, f"actions_extra_actions gave no mapping of Actions but {extra!r}")
                )
                continue
            for slug, action in extra.items():
                if slug in actions:
                    self._problems.append(Problem(plugin, f"{destination.slug} already has an action {slug!r}"))
                actions.setdefault(slug, action)
        extended = replace(destination, actions=actions)
        presets: list[Preset] = list(destination.presets)
        for plugin, more in self.answers("actions_extra_presets", destination=extended):
            if isinstance(more, Sequence) and all(isinstance(preset, Preset) for preset in more):
                presets.extend(more)
            else:
                self._problems.append(Problem(plugin, f"actions_extra_presets gave no list of Presets but {more!r}"))
        return replace(extended, presets=tuple(presets))
