"""What an account can do besides delivering events: fill dynamic fields, run mapping hooks, keep audiences, delete.

Each is one call of an author's function, checked before and turned into a result or a `DeliveryError` afterwards.
Sources: `executeDynamicField`, `executeHook`, `createAudience`, `getAudience` and `onDelete` of the reference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from actions_core.answers import Audience, DynamicChoices, HookResult
from actions_core.contract import compile_contract
from actions_core.definitions import AnyAction, CreateAudience, Destination, DynamicField, GetAudience
from actions_core.errors import IntegrationError
from actions_core.inputs import (
    CreateAudienceInput,
    DeletionPayload,
    DynamicFieldContext,
    ExecuteInput,
    GetAudienceInput,
    HookType,
    SettingsT,
)
from actions_core.js import Missing, Object
from actions_core.runtime.account import Account, Attempt

AnswerT = TypeVar("AnswerT")

# Reference: a dot does not match an end of line, the paths are not anchored, and empty keys are skipped.
_ANY: Final = r"([^\n\r\u2028\u2029]*)"
_ARRAY_POSITION: Final = re.compile(rf"{_ANY}\.\[(\d+)\]\.{_ANY}", re.ASCII)
_PROPERTY: Final = re.compile(rf"{_ANY}\.{_ANY}")


def _answer(attempt: Attempt[AnswerT]) -> AnswerT | None:
    if attempt.error is not None:
        raise attempt.error
    return attempt.answer


async def dynamic_choices(
    account: Account[SettingsT],
    action: AnyAction[SettingsT],
    field: str,
    *,
    payload: Object,
    query: str | None,
    page: str | None,
    hook_inputs: Object,
) -> DynamicChoices:
    """Ask for what a dynamic field offers.

    `field` is a field's key, `products.[0].sku` for a property in a list, `traits.plan` for one of an object, whose
    unknown properties are asked of `__values__`. A field without a function answers with the reference's error 404.
    """
    function, context = _find(action.dynamic_fields, field, query)
    return await _ask(account, function, field, context, payload=payload, page=page, hook_inputs=hook_inputs)


async def hook_choices(
    account: Account[SettingsT],
    action: AnyAction[SettingsT],
    kind: HookType,
    field: str,
    *,
    query: str | None,
    page: str | None,
    hook_inputs: Object,
) -> DynamicChoices:
    """Ask for what a dynamic input of a mapping hook offers; answers as `dynamic_choices`."""
    hook = action.hooks.get(kind)
    function = None if hook is None else hook.dynamic_fields.get(field)
    context = DynamicFieldContext(query=query)
    return await _ask(account, function, field, context, payload={}, page=page, hook_inputs=hook_inputs)


async def _ask(
    account: Account[SettingsT],
    function: DynamicField[SettingsT] | None,
    field: str,
    context: DynamicFieldContext,
    *,
    payload: Object,
    page: str | None,
    hook_inputs: Object,
) -> DynamicChoices:
    if function is None:
        return DynamicChoices(error=f"No dynamic field named {field} found.", error_code="404", next_page="")
    attempt = await account.run(
        function,
        lambda auth: ExecuteInput(
            payload=dict(payload),
            settings=account.settings,
            auth=auth,
            page=page,
            hook_inputs=hook_inputs,
            dynamic_field_context=context,
        ),
        must_refresh=False,
    )
    return _answer(attempt) or DynamicChoices()


def _find(
    functions: Mapping[str, Any], field: str, query: str | None
) -> tuple[DynamicField[Any] | None, DynamicFieldContext]:
    context = DynamicFieldContext(query=query)
    path = field
    if found := _ARRAY_POSITION.search(field):
        path = f"{found[1]}.{found[3]}"
        context = DynamicFieldContext(query=query, selected_array_index=int(found[2]))
    elif found := _PROPERTY.search(field):
        inner = functions.get(found[1])
        if isinstance(inner, Mapping) and found[2] not in inner:
            context = DynamicFieldContext(query=query, selected_key=found[2])
            path = f"{found[1]}.__values__"
    function: Any = functions
    for key in filter(None, path.split(".")):
        function = function.get(key) if isinstance(function, Mapping) else None
    return (None if isinstance(function, Mapping) else function), context


async def run_hook(
    account: Account[SettingsT],
    action: AnyAction[SettingsT],
    kind: HookType,
    inputs: Object,
    *,
    payload: Object,
    hook_outputs: Object,
    audience_settings: Object,
) -> HookResult:
    """Run a mapping hook with what the mapping's owner entered.

    Raises `IntegrationError` (501) for a hook that the action does not have, `PayloadValidationError` for inputs that
    break its contract, and whatever `DeliveryError` the hook itself ends in.
    """
    if not action.hooks:
        raise IntegrationError("This action does not support any hooks.", "NotImplemented", 501)
    hook = action.hooks.get(kind)
    if hook is None:
        raise IntegrationError(f"Missing implementation for hook: {kind}.", "NotImplemented", 501)
    checked = compile_contract(hook.input_fields).validate(inputs, mode="settings") if hook.input_fields else inputs
    attempt = await account.run(
        hook.perform,
        lambda auth: ExecuteInput(
            payload=dict(payload),
            settings=account.settings,
            auth=auth,
            hook_inputs=dict(checked),
            hook_outputs=dict(hook_outputs),
            audience_settings=dict(audience_settings),
        ),
        must_refresh=False,
    )
    return _answer(attempt) or HookResult()


async def create_audience(
    account: Account[SettingsT],
    destination: Destination[SettingsT],
    name: str,
    *,
    audience_settings: Object,
    personas: Object,
) -> Audience:
    """Make an audience at the partner.

    Raises `IntegrationError` (501) for a destination that keeps none, `PayloadValidationError` for audience settings
    that break their contract, and whatever `DeliveryError` the author's function ends in.
    """
    create, _ = _audience_functions(destination, "createAudience")
    checked = _audience_settings(destination, audience_settings)
    attempt = await account.run(
        create,
        lambda auth: CreateAudienceInput(
            settings=account.settings,
            auth=auth,
            audience_name=name,
            audience_settings=dict(checked),
            personas=dict(personas),
        ),
    )
    return _audience(_answer(attempt), "createAudience")


async def get_audience(
    account: Account[SettingsT], destination: Destination[SettingsT], external_id: str, *, audience_settings: Object
) -> Audience:
    """Look an audience up at the partner; raises as `create_audience`."""
    _, get = _audience_functions(destination, "getAudience")
    attempt = await account.run(
        get,
        lambda auth: GetAudienceInput(
            settings=account.settings,
            auth=auth,
            external_id=external_id,
            audience_settings=dict(audience_settings),
        ),
    )
    return _audience(_answer(attempt), "getAudience")


def _audience_functions(
    destination: Destination[SettingsT], operation: str
) -> tuple[CreateAudience[SettingsT], GetAudience[SettingsT]]:
    """Give what makes and what looks up an audience; a destination that has only one of them has neither."""
    audiences = destination.audiences
    if audiences is None or audiences.create is None or audiences.get is None:
        raise IntegrationError(f"Unexpected call to {operation}", "NotImplemented", 501)
    return audiences.create, audiences.get


def _audience_settings(destination: Destination[Any], values: Object) -> Object:
    fields = destination.audiences.fields if destination.audiences else {}
    # Reference: audience settings are checked only if there are any.
    return compile_contract(fields).validate(values, mode="settings") if values else values


def _audience(answer: Audience | None, operation: str) -> Audience:
    if answer is None:
        raise IntegrationError(f"{operation} gave no audience", "UNKNOWN_ERROR", 500)
    return answer


async def delete_user(
    account: Account[SettingsT],
    destination: Destination[SettingsT],
    user_id: str | Missing,
    anonymous_id: str | Missing,
) -> object:
    """Delete a user's data at the partner.

    Raises `IntegrationError` (501) for a destination that cannot, and whatever `DeliveryError` the author's function
    ends in.
    """
    if destination.on_delete is None:
        raise IntegrationError(f"{destination.name} does not support deletion.", "NotImplemented", 501)
    payload = DeletionPayload(user_id=user_id, anonymous_id=anonymous_id)
    attempt = await account.run(
        destination.on_delete,
        lambda auth: ExecuteInput(payload=payload, settings=account.settings, auth=auth),
    )
    return _answer(attempt)
