"""A small page that uses the whole dialect, as Segment ships it, and the destination that keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from actions_core import MISSING, Action, Destination, ExecuteInput, Field, Missing, Object, Preset, Request

PAGE = r"""# Acme (Actions) Destination

## Destination Info

* Accepts [Page](/docs/segment/connections/spec/page), [Identify](/docs/segment/connections/spec/identify) calls.
* Refer to it as **Acme (Actions)** in the [Integrations object.](/docs/segment/guides/filtering-data/)
* This integration is **partner owned.** Please reach out to the partner's support for any issues.
* This destination is **Beta.**

## Getting started

1. Copy the **API key**.

## Destination Settings

| Field   | Description             | Required | Type     |
| ------- | ----------------------- | -------- | -------- |
| API Key | The key, in snake\_case | Yes      | password |

## Available Presets

Acme (Actions) has the following presets

| Preset Name  | Trigger                                       | Default Action |
| ------------ | --------------------------------------------- | -------------- |
| Save Users   | Event type = "identify", Event  type = "page" | Save User      |

## Available Actions

Build your own Mappings.

> \[!NOTE]
>
> Individual destination instances have support a maximum of 50 mappings.

* [Save User](#save-user-5)

### Save User

Create or update a user

Save User is a **Cloud** action. The default Trigger is `type = "identify"`

| Field   | Description                     | Required | Type   |
| ------- | ------------------------------- | -------- | ------ |
| User ID | A known user<br>or a person \| company | Yes | STRING |
| Traits  | What is known of them           | No       | OBJECT |

## Engage

You can send computed traits and audiences to this destination as a **user property**.

For user-property destinations, an [identify](/docs/segment/connections/spec/identify/) call is sent to the destination for each user being added and removed. The property name is the snake\_cased version of the audience name, with a true/false value to indicate membership. For example, Engage sends an Identify call with the property `order_completed_last_30days: true`.

When you first create an audience, Engage sends an Identify call for every user in that audience. Later audience syncs only send updates for users whose membership has changed since the last sync.

> \[!NOTE]
>
> Real-time audience syncs to Acme (Actions)  may take six or more hours for the initial sync to complete. Upon completion, a sync frequency of two to three hours is expected.

## Settings

| Field   | Description             | Required | Type     |
| ------- | ----------------------- | -------- | -------- |
| API Key | The key, in snake\_case | Yes      | password |
"""


def changed(old: str, new: str, count: int = -1) -> str:
    """Give the page with a text replaced, which must be there."""
    assert old in PAGE
    return PAGE.replace(old, new, count)


@dataclass(frozen=True, kw_only=True)
class Settings:
    apiKey: Annotated[str, Field("API Key", "The key, in snake_case", type="password")]


@dataclass(frozen=True, kw_only=True)
class User:
    userId: Annotated[str, Field("User ID", "A known user or a person | company")]
    traits: Annotated[Object, Field("Traits", "What is known of them")] | Missing = MISSING


async def save(request: Request, data: ExecuteInput[Any, Settings]) -> None:
    await request.post("https://api.acme.example/users")


ACTION: Action[Any, Settings] = Action(
    title="Save User",
    description="Create or update a user",
    default_subscription='type = "identify"',
    payload=User,
    perform=save,
)
ACME: Destination[Settings] = Destination(
    name="Acme (Actions)",
    slug="actions-acme",
    settings=Settings,
    actions={"saveUser": ACTION},
    presets=(Preset(name="Save Users", action="saveUser", trigger='type = "identify" or type = "page"'),),
    calls=("page", "identify"),
    owner="partner",
    maturity="beta",
    engage=True,
)
