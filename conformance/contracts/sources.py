"""Where the page of an installed destination is: in the file `page.md` beside its plugin's module."""

from __future__ import annotations

import inspect
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from actions_core.definitions import Destination
from actions_core.errors import ActionsError
from actions_core.plugins import Catalog, Plugin
from conformance.contracts.model import Contract
from conformance.contracts.page import read_page

PAGE: Final = "page.md"


class PageNotFoundError(ActionsError):
    """A destination whose plugin has no page."""


def find_page(catalog: Catalog, destination: Destination[Any]) -> tuple[str, str]:
    """Find the page of a destination of a catalog: its text, and the name of its file below the import path.

    The page is `page.md` in the directory of the module that the plugin is: for a package, in the package. Raises
    `PageNotFoundError`, which says where it should be.
    """
    origin = catalog.origins[destination.slug]
    plugin = next(one for one in catalog.plugins if one.name == origin)
    directory, place = _directory_of(plugin)
    file = directory / PAGE
    if not file.is_file():
        raise PageNotFoundError(f"{destination.slug} has no page; expected it at {place}{PAGE} ({file})")
    return file.read_text("utf-8"), f"{place}{PAGE}"


def contract_of(catalog: Catalog, destination: Destination[Any]) -> Contract:
    """Read the contract of a destination of a catalog; raises `PageNotFoundError` or `PageError`."""
    return read_page(*find_page(catalog, destination))


def _directory_of(plugin: Plugin) -> tuple[Traversable, str]:
    module = inspect.getmodule(plugin.implementation)
    if module is None or module.__spec__ is None or module.__file__ is None:
        raise PageNotFoundError(f"the plugin {plugin.name} is in no module of a file, beside which a page could be")
    # A package's parent is itself here; that of a module which is in no package is empty.
    package = module.__spec__.parent
    if package:
        return files(package), f"{package.replace('.', '/')}/"
    return Path(module.__file__).parent, ""
