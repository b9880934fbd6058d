"""Sync Member: puts a person on a list, keeps what the list knows of them up to date, takes them off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import quote

from actions_core import (
    MISSING,
    Action,
    BatchInput,
    Context,
    DynamicChoice,
    DynamicChoices,
    ExecuteInput,
    Failure,
    HTTPError,
    InvalidAudienceMembershipError,
    MultiStatus,
    Object,
    Request,
    Response,
    Success,
    SyncMode,
    SyncModes,
    TimeoutError,  # noqa: A004 - the runtime's
    TransportError,
)
from destinations.roster.account import API, Settings, read_object
from destinations.roster.lists import EVERYONE, LIST_HOOK, list_choices, list_url, saved_list
from destinations.roster.member import Member

Operation: TypeAlias = Literal["add", "update", "upsert", "remove"]


_BY_SYNC_MODE: Final[Mapping[SyncMode, Operation]] = {
    "add": "add",
    "update": "update",
    "upsert": "upsert",
    "delete": "remove",
}


def operation_for(sync_mode: SyncMode | None, membership: bool | None) -> Operation:
    """Decide what to do about a member: the audience says it, or else the mapping's sync mode.

    Raises `InvalidAudienceMembershipError` if neither does.
    """
    if membership is False:
        return "remove"
    if sync_mode is not None and sync_mode in _BY_SYNC_MODE:
        return _BY_SYNC_MODE[sync_mode]
    if membership is True:
        return "upsert"
    raise InvalidAudienceMembershipError("The event does not say whether its user is in the audience.")


def list_for(member: Member, data: Context[Settings]) -> str:
    """Decide which list a member is for: the mapping's field, its hook, the audience, or everyone's."""
    return member.listId or saved_list(data) or member.externalAudienceId or EVERYONE


def change_for(member: Member, operation: Operation, data: Context[Settings]) -> Object:
    """Write what Roster is to do; to take a member off, it only has to know whom."""
    identifier = {"type": member.identifierType, "value": getattr(member, member.identifierType)}
    if operation == "remove":
        return {"operation": operation, "member": {"identifier": identifier}}
    consent = member.consent
    return {
        "operation": operation,
        "member": {
            "identifier": identifier,
            "firstName": member.firstName,
            "attributes": member.attributes,
            "consent": MISSING if consent is MISSING else {"status": consent.status, "givenAt": consent.givenAt},
            "tags": member.tags,
            "joinedAt": member.joinedAt,
            "expiresAfterDays": data.audience_settings.get("retentionDays", MISSING),
        },
    }


async def sync_member(request: Request, data: ExecuteInput[Member, Settings]) -> Response:
    """Change one member of a list."""
    member = data.payload
    operation = operation_for(data.sync_mode, data.audience_membership)
    return await request.post(f"{list_url(list_for(member, data))}/members", json=change_for(member, operation, data))


async def sync_members(request: Request, data: BatchInput[Member, Settings]) -> MultiStatus:
    """Change many members, with one request for each list; Roster tells what became of each."""
    answers = MultiStatus()
    by_list: dict[str, dict[int, Object]] = {}
    for index, (member, membership) in enumerate(zip(data.payloads, data.audience_membership, strict=True)):
        try:
            operation = operation_for(data.sync_mode, membership)
        except InvalidAudienceMembershipError as error:
            answers[index] = Failure(status=error.status, message=str(error), code=error.code)
            continue
        by_list.setdefault(list_for(member, data), {})[index] = change_for(member, operation, data)
    for list_id, changes in by_list.items():
        await _send_changes(request, list_id, changes, answers)
    return answers


async def _send_changes(request: Request, list_id: str, changes: Mapping[int, Object], answers: MultiStatus) -> None:
    """Send the changes of one list; what befalls the request befalls all of them, but not those of other lists."""
    try:
        response = await request.post(f"{list_url(list_id)}/members/batch", json={"operations": list(changes.values())})
    except (HTTPError, TimeoutError, TransportError) as error:
        if error.status == 401:
            raise  # a fresh access token may do, for the whole batch
        body = error.response.data if isinstance(error, HTTPError) else MISSING
        for index, change in changes.items():
            answers[index] = Failure(status=error.status, message=str(error), code=error.code, sent=change, body=body)
        return
    # Changes that Roster does not answer for get no answer here, which makes them failures.
    for (index, change), result in zip(changes.items(), read_object(response).get("results", []), strict=False):
        if 200 <= result["status"] < 300:
            answers[index] = Success(status=result["status"], sent=change, body=result)
        else:
            answers[index] = Failure(
                status=result["status"], message=result["error"]["message"], sent=change, body=result
            )


async def attribute_names(request: Request, data: ExecuteInput[Any, Settings]) -> DynamicChoices:
    """Offer Roster's attributes."""
    search = {"query": data.dynamic_field_context.query or ""}
    found = read_object(await request.get(f"{API}/attributes", search_params=search))
    return DynamicChoices(choices=[DynamicChoice(value=one["key"], label=one["key"]) for one in found["attributes"]])


async def attribute_values(request: Request, data: ExecuteInput[Any, Settings]) -> DynamicChoices:
    """Offer the usual values of the attribute that was chosen."""
    key = quote(data.dynamic_field_context.selected_key or "", safe="")
    found = read_object(await request.get(f"{API}/attributes/{key}/values"))
    return DynamicChoices(choices=[DynamicChoice(value=value, label=value) for value in found["values"]])


SYNC_MEMBER: Final[Action[Any, Settings]] = Action(
    title="Sync Member",
    description="Add a person to a list, update what it knows of them, or remove them from it",
    default_subscription='type = "identify"',
    payload=Member,
    perform=sync_member,
    perform_batch=sync_members,
    sync_modes=SyncModes(
        default="upsert",
        choices=("add", "update", "upsert", "delete", "mirror"),
        label="How to sync",
        description="What to do with the people of the events.",
    ),
    hooks={"onMappingSave": LIST_HOOK},
    dynamic_fields={
        "listId": list_choices,
        "attributes": {"__keys__": attribute_names, "__values__": attribute_values},
    },
)
