"""Where a contract's sources are: `page.md`, and `contract.toml` if there is one, beside the plugin's module.

The annex may name a third one, a file of Segment's catalog.
"""

from __future__ import annotations

import inspect
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from actions_core.definitions import Destination
from actions_core.errors import ActionsError
from actions_core.plugins import Catalog, Plugin
from conformance.contracts.annex import read_annex
from conformance.contracts.model import Contract
from conformance.contracts.page import read_page

PAGE: Final = "page.md"
ANNEX: Final = "contract.toml"


class PageNotFoundError(ActionsError):
    """A destination whose plugin has no page."""


def find_page(catalog: Catalog, destination: Destination[Any]) -> tuple[str, str]:
    """Find the page of a destination of a catalog: its text, and the name of its file below the import path.

    The page is `page.md` in the directory of the module that the plugin is: for a package, in the package. Raises
    `PageNotFoundError`, which says where it should be.
    """
    directory, place = _directory_of(_plugin_of(catalog, destination))
    file = directory / PAGE
    if not file.is_file():
        raise PageNotFoundError(f"{destination.slug} has no page; expected it at {place}{PAGE} ({file})")
    return file.read_text("utf-8"), f"{place}{PAGE}"


def find_annex(catalog: Catalog, destination: Destination[Any]) -> tuple[str, str] | None:
    """Find the annex beside the page: its text and the name of its file; None if there is none."""
    directory, place = _directory_of(_plugin_of(catalog, destination))
    file = directory / ANNEX
    return (file.read_text("utf-8"), f"{place}{ANNEX}") if file.is_file() else None


def find_directory(catalog: Catalog, destination: Destination[Any]) -> Traversable:
    """Find where the page of a destination of a catalog is, or should be; raises `PageNotFoundError`."""
    return _directory_of(_plugin_of(catalog, destination))[0]


def contract_of(catalog: Catalog, destination: Destination[Any]) -> Contract:
    """Read the contract of a destination of a catalog: its page, and the annex beside it if there is one.

    Raises `PageNotFoundError`, `PageError`, `AnnexError` or `CatalogError`.
    """
    contract = read_page(*find_page(catalog, destination))
    annex = find_annex(catalog, destination)
    return contract if annex is None else read_annex(*annex, contract, find_directory(catalog, destination))


def _plugin_of(catalog: Catalog, destination: Destination[Any]) -> Plugin:
    origin = catalog.origins[destination.slug]
    return next(one for one in catalog.plugins if one.name == origin)


def _directory_of(plugin: Plugin) -> tuple[Traversable, str]:
    module = inspect.getmodule(plugin.implementation)
    if module is None or module.__spec__ is None or module.__file__ is None:
        raise PageNotFoundError(f"the plugin {plugin.name} is in no module of a file, beside which a page could be")
    # A package's parent is itself here; that of a module which is in no package is empty.
    package = module.__spec__.parent
    if package:
        return files(package), f"{package.replace('.', '/')}/"
    return Path(module.__file__).parent, ""
