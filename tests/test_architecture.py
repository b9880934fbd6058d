"""The rules of ARCHITECTURE.md that a program can check."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from actions_core.transport import TRANSPORTS

ROOT = Path(__file__).parent.parent
PACKAGES = ("actions_core", "destinations", "conformance", "emulator")

# From the ground up: a module may import from its own layer and from those before it.
CORE_LAYERS = (
    ("js", "errors", "v8_dates", "frozen", "holes", "encoding"),
    ("transport", "redaction", "directives", "fields"),
    ("request", "inputs", "answers"),
    ("definitions",),
    ("hookspecs", "trigger", "mapping", "contract", "rules"),
    ("check", "runtime", "metadata"),
    ("plugins", "testing"),
)
ALLOWED = {
    "actions_core": {"actions_core"},
    "destinations": {"destinations", "actions_core"},
    "conformance": {"conformance", "actions_core"},
    "emulator": {"emulator", "actions_core", "conformance"},
}


def modules(package: str) -> Iterator[Path]:
    return (path for path in sorted((ROOT / package).rglob("*.py")))


def imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports when it runs; what only a type checker imports does not count."""
    tree = ast.parse(path.read_text("utf-8"))
    checked_only = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if node in checked_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_lies_below_them(package: str) -> None:
    for path in modules(package):
        for name in imports(path):
            top = name.split(".")[0]
            assert top not in PACKAGES or top in ALLOWED[package], f"{path.relative_to(ROOT)} imports {name}"


def layer(module: str) -> int:
    (found,) = (index for index, names in enumerate(CORE_LAYERS) if module in names)
    return found


def test_modules_of_the_core_import_only_lower_layers() -> None:
    for path in modules("actions_core"):
        if path == ROOT / "actions_core/__init__.py":
            continue
        own = path.relative_to(ROOT / "actions_core").parts[0].removesuffix(".py")
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "actions_core" and parts[1] != own:
                assert layer(parts[1]) <= layer(own), f"{path.relative_to(ROOT)} imports {name}"


CLIENTS = {"httpx": "with_httpx.py", "pyreqwest": "with_pyreqwest.py"}


def test_only_its_own_transport_knows_an_http_client() -> None:
    for package in PACKAGES:
        for path in modules(package):
            for name in imports(path):
                own = CLIENTS.get(name.split(".")[0])
                assert own is None or path == ROOT / "actions_core/transport" / own, f"{path} imports {name}"


def test_every_transport_is_known_by_its_client() -> None:
    assert set(CLIENTS) == set(TRANSPORTS)
