from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actions_core import Plugin, hookimpl, load_catalog
from conformance.contracts import PageNotFoundError, contract_of, find_page
from tests.conformance.contracts.pages import ACME, PAGE

MODULE = """
from actions_core import hookimpl
from tests.conformance.contracts.pages import ACME

@hookimpl
def actions_destination():
    return ACME
"""


@pytest.mark.parametrize(
    ("module", "page"),
    [
        ("single", "page.md"),
        ("{}", "{}/page.md"),
        ("{}.deep", "{}/page.md"),
        ("{}.inner", "{}/inner/page.md"),
    ],
    ids=["a module", "a package", "a module of a package", "a package of a package"],
)
def test_a_page_is_beside_the_module_of_its_plugin(
    module: str, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"acme_of_{tmp_path.name}"  # each case has its own, since Python keeps what it has imported
    module, page = (f"{package}_{module}" if module == "single" else module.format(package)), page.format(package)
    (tmp_path / package / "inner").mkdir(parents=True)
    for file in (f"{package}_single.py", *(f"{package}/{name}.py" for name in ("__init__", "deep", "inner/__init__"))):
        (tmp_path / file).write_text(MODULE, "utf-8")
    (tmp_path / page).write_text(PAGE, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    catalog = load_catalog([Plugin("acme", importlib.import_module(module))])
    assert find_page(catalog, catalog.find("acme")) == (PAGE, page)
    assert contract_of(catalog, catalog.find("acme")).file == page


class Hooks:
    @hookimpl
    def actions_destination(self) -> Any:
        return ACME


def test_a_plugin_that_is_an_object_has_its_page_beside_its_class() -> None:
    catalog = load_catalog([Plugin("acme", Hooks())])
    expected = "actions-acme has no page; expected it at tests/conformance/contracts/page.md"
    with pytest.raises(PageNotFoundError, match=expected):
        find_page(catalog, ACME)


def test_a_plugin_of_no_file_can_have_no_page() -> None:
    made = type("Made", (), {"actions_destination": staticmethod(hookimpl(lambda: ACME)), "__module__": "nowhere"})
    catalog = load_catalog([Plugin("acme", made())])
    with pytest.raises(PageNotFoundError, match="the plugin acme is in no module of a file"):
        find_page(catalog, ACME)


def test_each_destination_has_the_page_of_its_own_plugin() -> None:
    catalog = load_catalog()
    for slug, destination in catalog.destinations.items():
        assert find_page(catalog, destination)[1] == f"destinations/{slug.removeprefix('actions-')}/page.md"


def test_a_destination_that_another_plugin_extends_keeps_its_page() -> None:
    catalog = load_catalog()
    changed = replace(catalog.find("usermotion"), actions={})
    assert find_page(catalog, changed)[1] == "destinations/usermotion/page.md"
