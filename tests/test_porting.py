"""The page about porting names everything, ours exists, and its examples are a destination that works."""

from __future__ import annotations

import dataclasses
import importlib
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

import actions_core
from actions_core.testing import DestinationTester, create_event

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs/porting.md").read_text("utf-8")
KIT = ROOT / "tests/oracle/node_modules/@segment/actions-core/dist/cjs"
FILES = ["index.d.ts", *(f"destination-kit/{name}.d.ts" for name in ("action", "event-emitter-types", "fields-to-jsonschema", "index", "parse-settings", "types"))]  # fmt: skip


def rows() -> list[tuple[list[str], list[str], str]]:
    """Read the tables: their names, our names, the remarks."""
    table = PAGE.split("\n## Every name\n")[1]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:3] == "| `"]
    return [(re.findall("`([^`]+)`", there), re.findall("`([^`]+)`", here), remark) for there, here, remark in cells]


def exports(declarations: str) -> set[str]:
    """Read the names that a TypeScript declaration file exports."""
    lists = re.findall(r"export (?:type )?\{([^}]*)\}", declarations)
    names = {name.split(" as ")[-1].strip() for names in lists for name in names.split(",") if name.strip()}
    declared = r"export (?:declare )?(?:abstract )?(?:class|interface|type|function|const|enum) (\w+)"
    return names | set(re.findall(declared, declarations))


def resolve(name: str) -> Any:
    """Find `contract.Contract.validate` or `Preset.event_slug` below `actions_core`."""
    found: Any = actions_core
    for part in name.split("."):
        if isinstance(found, ModuleType) and not hasattr(found, part):
            found = importlib.import_module(f"{found.__name__}.{part}")
        elif isinstance(found, type) and not hasattr(found, part):
            fields = {field.name for field in dataclasses.fields(found)} if dataclasses.is_dataclass(found) else set()
            models = set(found.model_fields) if issubclass(found, BaseModel) else set()
            assert part in fields | models, f"{found.__name__} has no {part}"
        else:
            found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", sorted({name for _, here, _ in rows() for name in here}))
def test_every_name_of_ours_exists(name: str) -> None:
    resolve(name)


def test_a_name_of_theirs_without_one_of_ours_has_a_reason() -> None:
    assert [there for there, here, remark in rows() if not here and not remark] == []


def test_every_name_of_theirs_is_told_once() -> None:
    told = [name for there, _, _ in rows() for name in there]
    assert sorted(told) == sorted(set(told))


@pytest.mark.skipif(not KIT.is_dir(), reason="Segment's runtime is not installed: run `make oracle`")
def test_everything_that_the_package_exports_is_told_and_nothing_else() -> None:
    exported = set().union(*(exports((KIT / file).read_text("utf-8")) for file in FILES))
    assert {name for there, _, _ in rows() for name in there} == exported


@pytest.mark.skipif(not KIT.is_dir(), reason="Segment's runtime is not installed: run `make oracle`")
def test_the_page_is_about_all_of_the_destination_kit() -> None:
    assert {f"destination-kit/{path.name}" for path in KIT.glob("destination-kit/*.d.ts")} == set(FILES) - {
        "index.d.ts"
    }


def test_exports_are_read_in_every_form() -> None:
    text = "export { A, b as c, default as d } from './x';\nexport type { E } from './y';\nexport declare class F {}\nexport type G<T> = T;\nexport declare const h: 1;"
    assert exports(text) == {"A", "c", "d", "E", "F", "G", "h"}


# --- the examples ----------------------------------------------------------------------------------------------------


@pytest.fixture
def beam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Put the examples together and import them, as the one module that they are."""
    (tmp_path / "beam.py").write_text("\n\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "beam", raising=False)
    return importlib.import_module("beam")


def open_beam(beam: ModuleType) -> DestinationTester[Any]:
    return DestinationTester(beam.destination, settings={"region": "eu"})


def test_the_examples_test_passes(beam: ModuleType) -> None:
    beam.test_people_are_put_on_a_list()


def test_the_examples_errors_are_those_of_the_page(beam: ModuleType) -> None:
    run = open_beam(beam)
    codes = []
    for status in (404, 409, 500):
        run.respond(status)
        error = run.action("put", create_event("identify"), mapping={"listId": "vip"}, use_default_mappings=True).error
        assert error is not None
        codes.append(error.code)
    assert codes == ["NO_SUCH_LIST", "RETRYABLE_ERROR", "INTERNAL_SERVER_ERROR"]
    assert str(run.action("put", create_event("identify")).error) == "List is needed."


def test_the_examples_batch_has_a_status_for_each(beam: ModuleType) -> None:
    run = open_beam(beam)
    run.respond(json=[{"ok": True}, {"ok": False, "why": "no"}])
    result = run.batch("put", [create_event("identify"), create_event("identify")])
    assert [(status.status, status.message) for status in result.statuses] == [(200, None), (400, "no")]


def test_the_examples_dynamic_field_hook_audience_and_deletion_work(beam: ModuleType) -> None:
    run = open_beam(beam)
    run.respond(json=[{"id": "vip", "name": "VIP"}])
    assert run.dynamic_field("put", "listId").answer.choices[0].label == "VIP"
    run.respond(503)
    assert run.dynamic_field("put", "listId").answer.error == "The lists cannot be read."
    run.respond(json={"id": "vip"})
    assert run.hook("put", inputs={"name": "VIP"}).answer.saved_data == {"id": "vip"}
    run.respond(json={"id": "a1"})
    assert run.create_audience("VIP").answer == run.get_audience("a1").answer
    assert run.delete_user("u1").request.method == "DELETE"
    assert run.check_authentication().error is None


def test_the_examples_are_typed(beam: ModuleType) -> None:
    cache = str(ROOT / ".mypy_cache/third_party")
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "--cache-dir", cache, str(beam.__file__)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=Path(str(beam.__file__)).parent, check=False)
    assert found.returncode == 0, found.stdout
