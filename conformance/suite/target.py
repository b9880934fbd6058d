"""What the suite is run on: a destination, the contract it is to keep, and Segment around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from actions_core.definitions import OAUTH_SCHEMES, Destination
from actions_core.errors import ConfigurationError
from actions_core.js import Object
from actions_core.plugins import Catalog, Plugin, load_catalog
from actions_core.testing import Answer, SentRequest
from conformance.contracts import Bound, BoundAction, BoundField, BoundPreset, Contract, Finding, Layer, bind
from conformance.contracts.annex import read_annex
from conformance.contracts.page import read_page
from conformance.contracts.sources import ANNEX, PAGE, contract_of, find_annex, find_directory, find_page
from conformance.suite.platform import SEGMENT, Platform
from conformance.suite.promoted import Promoted, read_promoted

Plugged: TypeAlias = Destination[Any] | ModuleType | object
"""A destination, or a plugin that contributes one."""


@dataclass(frozen=True)
class Named:
    """How somebody named a target."""

    name: str
    """A slug, a dotted module, or the file of one."""
    contract: str | None = None


@dataclass(frozen=True)
class Target:
    """A destination under test; a value, of which a mutant is another."""

    destination: Destination[Any]
    contract: Contract
    platform: Platform = SEGMENT
    settings: Object = field(default_factory=dict, repr=False)
    """What its owner gives instead of made-up settings."""
    plugin: object = field(default=None, repr=False)
    """The module or object that contributes it, where it came from one."""
    page: str = field(default="", repr=False)
    """The text of its page, for reports."""
    previous: Contract | None = field(default=None, repr=False)
    """An earlier contract, which this one must not break."""
    annex: str = field(default="", repr=False)
    """The text of its annex, for reports."""
    origin: str = ""
    """Where the plugin came from: the distribution with its version, or the name of a module."""
    vectors: tuple[Promoted, ...] = field(default=(), repr=False)
    """Failures of the past that later runs try again, from the folder `vectors` beside the page."""
    directory: Traversable | None = field(default=None, repr=False)
    """The folder of the page."""
    named: Named | None = None
    """How a command finds it again; None where it cannot."""
    answer: Callable[[SentRequest], Answer] | None = field(default=None, repr=False)
    """A partner that is content with everything, where 200 and an empty object is not what this one would say."""

    @cached_property
    def _bound(self) -> tuple[Bound, list[Finding]]:
        return bind(self.contract, self.destination)

    @property
    def bound(self) -> Bound:
        """The contract with the plugin's keys and slugs."""
        return self._bound[0]

    @property
    def findings(self) -> list[Finding]:
        """Where what is declared differs from what is documented."""
        return self._bound[1]

    @cached_property
    def findings_by_clause(self) -> Mapping[str, list[Finding]]:
        """The findings by the id of their clause."""
        found: dict[str, list[Finding]] = {}
        for one in self.findings:
            if one.clause is not None:
                found.setdefault(one.clause.id, []).append(one)
        return found

    @property
    def actions(self) -> tuple[BoundAction, ...]:
        """The documented actions that the plugin has."""
        return self.bound.actions

    @property
    def cloud_actions(self) -> tuple[BoundAction, ...]:
        """Those that run at Segment; web actions run in a browser, where nothing of this can look."""
        return tuple(one for one in self.actions if one.action.platform == "cloud")

    @property
    def presets(self) -> tuple[tuple[BoundPreset, BoundAction], ...]:
        """The documented presets that the plugin has, each with the action that the page names."""
        by_title = {action.documented.title: action for action in self.cloud_actions}
        return tuple(
            (preset, by_title[preset.documented.action])
            for preset in self.bound.presets
            if preset.documented.action in by_title
        )

    @property
    def signs_in(self) -> bool:
        """Whether it has tokens."""
        authentication = self.destination.authentication
        return authentication is not None and authentication.scheme in OAUTH_SCHEMES

    @property
    def secret_settings(self) -> tuple[BoundField, ...]:
        """The settings that are passwords, by the page or by what is declared."""
        return tuple(one for one in self.bound.settings if one.facts.type == "password" or one.field.type == "password")

    def knows(self, layer: Layer) -> bool:
        """Tell whether the contract has promises of a layer."""
        return layer in self.contract.layers

    def with_contract(self, contract: Contract) -> Target:
        """Give the same destination with another contract."""
        return replace(self, contract=contract)


def find_target(name: str, contract: Path | None = None, catalog: Catalog | None = None) -> Target:
    """Find an installed destination with its contract.

    `contract` is a page, or an annex beside its page; without one they are those that come with the plugin.
    """
    installed = catalog is None
    catalog = load_catalog() if catalog is None else catalog
    destination = catalog.find(name)
    origin = catalog.origins[destination.slug]
    plugin = next(one for one in catalog.plugins if one.name == origin)
    if contract is None:
        promised = contract_of(catalog, destination)
        page, _ = find_page(catalog, destination)
        annex, _ = find_annex(catalog, destination) or ("", "")
        directory = find_directory(catalog, destination)
    else:
        promised, page, annex = _read(contract)
        directory = contract.parent
    return Target(
        destination,
        promised,
        plugin=plugin.implementation,
        page=page,
        annex=annex,
        origin=origin,
        vectors=read_promoted(directory),
        directory=directory,
        named=Named(destination.slug, str(contract) if contract is not None else None) if installed else None,
    )


def target_of(plugged: Plugged, contract: str | Path | None = None) -> Target:
    """Make a target of a destination or of a plugin, a module for instance, which need not be installed."""
    if isinstance(plugged, Destination):
        if contract is None:
            raise ConfigurationError(f"{plugged.name}: say where its contract is, with contract='page.md'")
        promised, page, annex = _read(Path(contract))
        folder = Path(contract).parent
        return Target(plugged, promised, page=page, annex=annex, vectors=read_promoted(folder), directory=folder)
    plugin = Plugin(getattr(plugged, "__name__", type(plugged).__name__), plugged)
    catalog = load_catalog([plugin])
    if len(catalog.destinations) != 1:
        raise ConfigurationError(f"{plugin.name} contributes {len(catalog.destinations)} destinations; expected one")
    ((slug, _),) = catalog.destinations.items()
    found = find_target(slug, Path(contract) if contract is not None else None, catalog)
    if not isinstance(plugged, ModuleType):
        return found
    return replace(found, named=Named(plugged.__name__, str(contract) if contract is not None else None))


def read_contract(file: Path) -> Contract:
    """Read a contract from a page, with the annex beside it, or from an annex, with the page beside it.

    Raises `PageError`, `AnnexError`, `CatalogError`, or `ConfigurationError` if one of the files is not there.
    """
    return _read(file)[0]


def _read(file: Path) -> tuple[Contract, str, str]:
    """Read a contract, and give the texts of its page and of its annex, "" if there is none."""
    page = file.with_name(PAGE) if file.suffix == ".toml" else file
    annex = file if file.suffix == ".toml" else file.with_name(ANNEX)
    for wanted in {page, file}:
        if not wanted.is_file():
            raise ConfigurationError(f"{wanted}: there is no such file; expected the destination's page or its annex")
    text = page.read_text("utf-8")
    contract = read_page(text, str(page))
    if not annex.is_file():
        return contract, text, ""
    added = annex.read_text("utf-8")
    return read_annex(added, str(annex), contract, annex.parent), text, added
