"""Finds a target by what somebody types: an installed destination, a dotted module, a file of Python."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Final

from actions_core.errors import ConfigurationError
from actions_core.plugins import UnknownDestinationError
from conformance.suite.target import Named, Target, find_target, target_of

_PACKAGE: Final = "__init__.py"


def target_named(name: str, contract: Path | None = None) -> Target:
    """Find a target: `usermotion`, `mydest.plugin` or `mydest/plugin.py`.

    Raises `ConfigurationError` if there is none, and whatever is wrong with a plugin or a contract.
    """
    if name.endswith(".py") or "/" in name or "\\" in name:
        module = _from_file(Path(name))
    else:
        try:
            return find_target(name, contract)
        except UnknownDestinationError:
            imported = _import(name)
            if imported is None:
                raise
            module = imported
    named = Named(name, str(contract) if contract is not None else None)
    return replace(target_of(module, contract), named=named)


def _import(name: str) -> ModuleType | None:
    """Import a module, also from the current directory; None if there is none of that name."""
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # Only if it is the module itself, or a package above it, that is not there.
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            return None
        raise ConfigurationError(f"{name} cannot be imported: {error}") from error
    except Exception as error:
        raise ConfigurationError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _from_file(file: Path) -> ModuleType:
    """Import a file of Python or the folder of a package, by its dotted name if it is part of a package."""
    if file.is_dir():
        file = file / _PACKAGE
    if not file.is_file():
        raise ConfigurationError(f"{file}: there is no such file; expected a module with a destination")
    file = file.resolve()
    parts = [] if file.name == _PACKAGE else [file.stem]
    folder = file.parent
    while (folder / _PACKAGE).is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    if len(parts) > 1 or file.name == _PACKAGE:
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        module = _import(".".join(parts))
        if module is None or module.__file__ is None or Path(module.__file__).resolve() != file:
            raise ConfigurationError(f"{file} is hidden by another module of the name {'.'.join(parts)}")
        return module
    return _load(file)


def _load(file: Path) -> ModuleType:
    name = file.stem if file.stem not in sys.modules else f"{file.stem}_beside"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{file}: expected a file of Python, such as mydest.py")
    module = importlib.util.module_from_spec(spec)
    # Where type hints of dataclasses are looked up.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ConfigurationError(f"{file} cannot be imported: {type(error).__name__}: {error}") from error
    return module
