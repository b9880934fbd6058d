"""Roster's lists: the one that a mapping is for, the one that an audience is kept in, and those to choose from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

from actions_core import (
    MISSING,
    Audience,
    Audiences,
    Choice,
    Condition,
    Conditions,
    Context,
    CreateAudienceInput,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Field,
    GetAudienceInput,
    HookResult,
    HTTPError,
    InputField,
    IntegrationError,
    MappingHook,
    Missing,
    Object,
    Request,
)
from destinations.roster.account import API, Settings, read_object

EVERYONE: Final = "everyone"
"""The list that every workspace has."""


def list_url(list_id: str) -> str:
    """Give the address of a list."""
    return f"{API}/lists/{quote(list_id, safe='')}"


async def list_choices(request: Request, data: ExecuteInput[Any, Settings]) -> DynamicChoices:
    """Offer the lists whose name has what was typed, a page at a time."""
    search = {"query": data.dynamic_field_context.query or "", "cursor": data.page or ""}
    try:
        found = read_object(await request.get(f"{API}/lists", search_params=search))
    except HTTPError as error:
        if error.status == 401:
            raise  # a fresh access token may do
        return DynamicChoices(error=f"Roster did not give its lists: {error}", error_code=str(error.status))
    return DynamicChoices(
        choices=[
            DynamicChoice(value=one["id"], label=one["name"], description=f"{one['memberCount']} members")
            for one in found["lists"]
        ],
        next_page=found["nextCursor"],
    )


# --- the list of a mapping -------------------------------------------------------------------------------------------

_CREATES: Final = Conditions(conditions=(Condition(field_key="operation", operator="is", value="create"),))
_PICKS: Final = Conditions(conditions=(Condition(field_key="operation", operator="is", value="existing"),))
_OPERATIONS: Final = (
    Choice(label="Create a new list", value="create"),
    Choice(label="Use a list that exists", value="existing"),
)


@dataclass(frozen=True, kw_only=True)
class ListChoice:
    """What the owner of a mapping says of its list."""

    operation: Annotated[str, Field("List", "Create a new list or use one that exists.", choices=_OPERATIONS)]
    listName: (
        Annotated[str, Field("List Name", "The name of the new list.", required=_CREATES, depends_on=_CREATES)]
        | Missing
    ) = MISSING
    listId: (
        Annotated[str, Field("Existing List", "The list to use.", required=_PICKS, depends_on=_PICKS, dynamic=True)]
        | Missing
    ) = MISSING


async def save_list(request: Request, data: ExecuteInput[Any, Settings]) -> HookResult:
    """Create the list of a mapping, or make sure that the one picked is there."""
    chosen = data.hook_inputs
    try:
        if chosen["operation"] == "create":
            response = await request.post(f"{API}/lists", json={"name": chosen["listName"]})
        else:
            response = await request.get(list_url(chosen["listId"]))
    except HTTPError as error:
        if error.status == 401:
            raise  # a fresh access token may do
        told = read_object(error.response).get("error", {})
        return HookResult(error=told.get("message", str(error)), error_code=told.get("code", error.code))
    found = read_object(response)
    return HookResult(
        saved_data={"listId": found["id"], "listName": found["name"]},
        success_message=f"Members are kept in the list {found['name']!r}.",
    )


LIST_HOOK: Final[MappingHook[Settings]] = MappingHook(
    label="Choose a list",
    description="When the mapping is saved, its list is created or looked up.",
    inputs=ListChoice,
    outputs={
        "listId": InputField(label="List ID", description="Roster's id of the list.", type="string"),
        "listName": InputField(label="List Name", description="The name of the list.", type="string"),
    },
    perform=save_list,
)


def saved_list(data: Context[Settings]) -> str | None:
    """Give the id of the list that the mapping hook has saved; None if the mapping has none."""
    found: str | None = data.hook_outputs.get("onMappingSave", {}).get("outputs", {}).get("listId")
    return found


# --- the list of an audience -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AudienceSettings:
    """What a customer chooses for each audience."""

    folder: Annotated[str, Field("Folder", "The folder in Roster that the list is put into.")] | Missing = MISSING
    retentionDays: (
        Annotated[float, Field("Retention", "How many days a member stays without an event.", minimum=1, maximum=365)]
        | Missing
    ) = MISSING


async def create_audience(request: Request, data: CreateAudienceInput[Settings]) -> Audience:
    """Create the list of an audience; the audience's name is the list's."""
    wanted: Object = {key: data.audience_settings.get(key, MISSING) for key in ("folder", "retentionDays")}
    response = await request.post(f"{API}/lists", json={"name": data.audience_name, **wanted})
    return Audience(external_id=read_object(response)["id"])


async def get_audience(request: Request, data: GetAudienceInput[Settings]) -> Audience:
    """Look the list of an audience up."""
    try:
        response = await request.get(list_url(data.external_id))
    except HTTPError as error:
        if error.status != 404:
            raise
        raise IntegrationError(f"Roster has no list {data.external_id!r}.", "AUDIENCE_NOT_FOUND", 404) from None
    return Audience(external_id=read_object(response)["id"])


AUDIENCES: Final[Audiences[Settings]] = Audiences(
    mode="synced", create=create_audience, get=get_audience, settings=AudienceSettings
)
