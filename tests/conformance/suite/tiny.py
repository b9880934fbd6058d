"""A destination with one setting and one action of two fields, and checks made by hand, to try the suite itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from actions_core import Destination, Field, Missing, Object, Preset, RequestOptions, path
from actions_core.definitions import Action
from actions_core.inputs import Context, ExecuteInput
from actions_core.js import MISSING
from actions_core.request import Request, Response
from conformance.contracts import Divergence, read_page
from conformance.suite.engine import Options, Report, Result, Session
from conformance.suite.lab import Lab
from conformance.suite.model import Check, Judgement, Kept, NotApplicable, Subject, Whole, check
from conformance.suite.target import Named, Target

PAGE = """\
# Tiny Destination

## Destination Info

- Accepts Track calls.
- Refer to it as **Tiny** in the Integrations object.

## Destination Settings

| Field   | Description  | Required | Type     |
| ------- | ------------ | -------- | -------- |
| API Key | Your secret. | Yes      | password |

## Available Presets

| Preset Name | Trigger               | Default Action |
| ----------- | --------------------- | -------------- |
| Send Event  | Event type = "track"  | Send           |

## Available Actions

- [Send](#send)

### Send

Sends it.

Send is a **Cloud** action. The default Trigger is `type = "track"`.

| Field   | Description     | Required | Type   |
| ------- | --------------- | -------- | ------ |
| User ID | Who it was.     | Yes      | STRING |
| Note    | What they said. | No       | STRING |
"""

PLUGIN = '''\
"""A destination in one file."""

from dataclasses import dataclass
from typing import Annotated

from actions_core import (
    MISSING, Action, Destination, Field, Missing, Preset, RequestOptions, hookimpl, path,
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    apiKey: Annotated[str, Field("API Key", "Your secret.", type="password")]


@dataclass(frozen=True, kw_only=True)
class Send:
    userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))]
    note: Annotated[str, Field("Note", "What they said.", default=path("$.properties.note"))] | Missing = MISSING


async def send(request, data):
    return await request.post("https://tiny.example/send", json={"id": data.payload.userId, "note": data.payload.note})


@hookimpl
def actions_destination():
    return Destination(
        name="Tiny",
        slug="actions-tiny",
        settings=Settings,
        calls=("track",),
        owner="Segment",
        extend_request=lambda data: RequestOptions(headers={"authorization": f"Bearer {data.settings.apiKey}"}),
        actions={"send": Action(
            title="Send", description="Sends it.", payload=Send, perform=send, default_subscription='type = "track"',
        )},
        presets=(Preset(name="Send Event", action="send", trigger='type = "track"'),),
    )
'''
"""The same as a plugin's file."""


def write_plugin(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the plugin and its page into a folder; gives the plugin's file."""
    folder.mkdir(parents=True, exist_ok=True)
    source = PLUGIN
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    (folder / "page.md").write_text(PAGE, "utf-8")
    file = folder / "tiny_plugin.py"
    file.write_text(source, "utf-8")
    return file


@dataclass(frozen=True, kw_only=True)
class Settings:
    apiKey: Annotated[str, Field("API Key", "Your secret.", type="password")]


@dataclass(frozen=True, kw_only=True)
class Send:
    userId: Annotated[str, Field("User ID", "Who it was.", default=path("$.userId"))]
    note: Annotated[str, Field("Note", "What they said.", default=path("$.properties.note"))] | Missing = MISSING


async def send(request: Request, data: ExecuteInput[Send, Settings]) -> Response:
    return await request.post("https://tiny.example/send", json={"id": data.payload.userId, "note": data.payload.note})


def common(data: Context[Settings]) -> RequestOptions:
    return RequestOptions(headers={"authorization": f"Bearer {data.settings.apiKey}"})


destination: Destination[Settings] = Destination(
    name="Tiny",
    slug="actions-tiny",
    settings=Settings,
    calls=("track",),
    owner="Segment",
    extend_request=common,
    actions={
        "send": Action(
            title="Send", description="Sends it.", payload=Send, perform=send, default_subscription='type = "track"'
        )
    },
    presets=(Preset(name="Send Event", action="send", trigger='type = "track"'),),
)


def target(**changes: Any) -> Target:
    """Give the tiny destination as a target; `changes` are of the contract."""
    contract = replace(read_page(PAGE, "tiny/page.md"), **changes)
    return Target(destination, contract, page=PAGE, named=Named("tiny_plugin.py"))


def sending(perform: Callable[[Request, ExecuteInput[Any, Any]], Any]) -> Target:
    """Give the tiny destination with another way to send."""
    tiny = target()
    action = replace(destination.actions["send"], perform=perform)
    return replace(tiny, destination=replace(destination, actions={"send": action}))


Judge = Callable[[Lab, Subject, Object], Judgement]


def kept(_lab: Lab, _subject: Subject, _case: Object) -> Judgement:
    return Kept("inside")


def checking(judge: Judge = kept, *cases: Object, name: str = "made.up", **options: Any) -> Check[Any]:
    """Make a check of a judge and its fixed cases."""
    given: dict[str, Any] = {
        "subjects": lambda _target: (Whole(),),
        "source": "runtime",
        "vectors": (lambda _lab, _subject: cases) if cases else None,
        **options,
    }
    made = check(name, **given)(judge)
    return replace(made, statement="What was made up holds.")


def none_of(_target: Target) -> NotApplicable:
    return NotApplicable("there is nothing of the kind")


def run(*checks: Check[Any], on: Target | None = None, **options: Any) -> Report:
    """Run some checks."""
    return Session(on or target(), checks, Options(**options)).run()


def result_of(*checks: Check[Any], on: Target | None = None, **options: Any) -> Result:
    """Run some checks that have one result."""
    (result,) = run(*checks, on=on, **options).results
    return result


def diverging(*divergences: Divergence) -> Target:
    """Give the tiny destination with promises that are known not to be kept."""
    return target(divergences=divergences)


def verdicts(report: Report) -> Sequence[tuple[str, str]]:
    return [(result.check.id, result.verdict) for result in report.results]
