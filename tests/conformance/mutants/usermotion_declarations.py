"""What UserMotion's author could declare wrongly: 45 mistakes."""

from __future__ import annotations

from typing import Final

from actions_core import Preset, default_values, path
from actions_core.directives import coalesce, if_exists, template
from conformance.mutants.code import edit_body, value_of
from conformance.mutants.edit import (
    add_field,
    add_preset,
    both,
    drop_field,
    drop_preset,
    edit_action,
    edit_destination,
    edit_field,
    edit_preset,
    edit_setting,
)
from conformance.mutants.model import Mutant
from conformance.mutants.segment import limit_mappings
from destinations.usermotion.actions import ACTIONS

_EVENT = path("$.event")

_REQUIRED = (
    Mutant(
        "required/drop-identify-user-id",
        "User ID of Identify is optional",
        edit_field("identify", "userId", required=False),
    ),
    Mutant(
        "required/drop-identify-email", "Email of Identify is optional", edit_field("identify", "email", required=False)
    ),
    Mutant(
        "required/drop-group-id",
        "Group ID of Identify Company is optional",
        edit_field("group", "groupId", required=False),
    ),
    Mutant(
        "required/drop-event-name",
        "Event Name of Track is optional",
        edit_field("track", "eventName", required=False),
    ),
    Mutant(
        "required/add-identify-anonymous-id",
        "Anonymous ID of Identify is required",
        edit_field("identify", "anonymousId", required=True),
    ),
    Mutant(
        "required/add-group-user-id",
        "User ID of Identify Company is required",
        edit_field("group", "userId", required=True),
    ),
    Mutant(
        "required/add-track-properties",
        "Event Properties of Track are required",
        edit_field("track", "properties", required=True),
    ),
    Mutant("required/drop-api-key", "the API Key is optional", edit_setting("apiKey", required=False)),
)

_TYPE = (
    Mutant("type/api-key-string", "the API Key is no password", edit_setting("apiKey", type="string")),
    Mutant(
        "type/group-traits-string",
        "Traits of Identify Company are a text",
        edit_field("group", "traits", type="string"),
    ),
    Mutant(
        "type/identify-user-id-number",
        "User ID of Identify is a number",
        edit_field("identify", "userId", type="number"),
    ),
    Mutant(
        "type/track-context-string",
        "Context properties of Track are a text",
        edit_field("track", "context", type="string"),
    ),
    Mutant(
        "type/event-name-multiple", "Event Name of Track is a list", edit_field("track", "eventName", multiple=True)
    ),
)

_DEFAULT = (
    Mutant(
        "default/user-id-from-anonymous-id",
        "User ID of Identify comes from the anonymous ID",
        edit_field("identify", "userId", default=path("$.anonymousId")),
    ),
    Mutant(
        "default/group-id-from-context",
        "Group ID comes from the context",
        edit_field("group", "groupId", default=path("$.context.groupId")),
    ),
    Mutant(
        "default/group-id-from-traits",
        "Group ID comes from the traits",
        edit_field("group", "groupId", default=path("$.traits.id")),
    ),
    Mutant(
        "default/group-traits-from-properties",
        "Traits of Identify Company come from the properties",
        edit_field("group", "traits", default=path("$.properties")),
    ),
    Mutant(
        "default/properties-from-traits",
        "Event Properties come from the traits",
        edit_field("track", "properties", default=path("$.traits")),
    ),
    Mutant(
        "default/context-from-page",
        "only the page of the context is sent",
        edit_field("track", "context", default=path("$.context.page")),
    ),
    Mutant(
        "default/track-anonymous-id-from-user-id",
        "Anonymous ID of Track comes from the user ID",
        edit_field("track", "anonymousId", default=path("$.userId")),
    ),
    Mutant(
        "default/event-name-from-name",
        "Event Name comes from a page's name",
        edit_field("track", "eventName", default=if_exists(_EVENT, _EVENT, path("$.name"))),
    ),
    Mutant(
        "default/email-without-traits",
        "Email is only looked for in the event itself",
        edit_field("identify", "email", default=path("$.email")),
    ),
    Mutant(
        "default/email-without-fallback",
        "Email is only looked for in the traits",
        edit_field("identify", "email", default=path("$.traits.email")),
    ),
    Mutant(
        "default/email-order-swapped",
        "the event's own email wins over that of the traits",
        edit_field("identify", "email", default=coalesce("$.email", "$.traits.email")),
    ),
    Mutant(
        "default/event-name-page",
        "an event without a name is called page",
        edit_field("track", "eventName", default=if_exists(_EVENT, _EVENT, template("page"))),
    ),
    Mutant(
        "default/event-name-without-else",
        "an event without a name has no Event Name",
        edit_field("track", "eventName", default=if_exists(_EVENT, _EVENT)),
    ),
)

_OLD_IDENTIFY = {
    key: value for key, value in default_values(ACTIONS["identify"].fields).items() if key != "anonymousId"
}
_PRESETS = (
    Mutant(
        "presets/track-without-page",
        "page calls are not tracked",
        edit_preset("Track Analytics Event", trigger='type = "track"'),
    ),
    Mutant(
        "presets/track-and-screen",
        "screen calls are tracked as well",
        edit_preset("Track Analytics Event", trigger='type = "track" or type = "page" or type = "screen"'),
    ),
    Mutant(
        "presets/and-for-or",
        "an event would have to be of both types",
        edit_preset("Track Analytics Event", trigger='type = "track" and type = "page"'),
    ),
    Mutant(
        "presets/identify-on-track",
        "users are identified by track calls",
        edit_preset("Identify User", trigger='type = "track"'),
    ),
    Mutant(
        "presets/identify-negated",
        "users are identified by all but identify calls",
        edit_preset("Identify User", trigger='type != "identify"'),
    ),
    Mutant("presets/no-group", "companies have no preset", drop_preset("Identify Group")),
    Mutant(
        "presets/extra-alias",
        "there is a preset for alias calls",
        add_preset(Preset(name="Alias User", action="identify", trigger='type = "alias"')),
    ),
    Mutant(
        "presets/identify-runs-group",
        "the preset for users runs the action for companies",
        edit_preset("Identify User", action="group"),
    ),
    Mutant(
        "presets/stale-mapping",
        "the preset for users has a mapping from before there was an Anonymous ID",
        edit_preset("Identify User", mapping=_OLD_IDENTIFY),
    ),
    Mutant(
        "presets/wrong-default-trigger",
        "the default trigger of Identify Company is that of Identify",
        edit_action("group", default_subscription='type = "identify"'),
    ),
)

_TEXT = (
    Mutant("text/action-title", "an action has another title", edit_action("group", title="Identify Group")),
    Mutant("text/field-label", "a field has another label", edit_field("track", "context", label="Context Properties")),
    Mutant(
        "text/field-description",
        "a field has another description",
        edit_field("group", "groupId", description="The identifier of a company."),
    ),
    Mutant("text/field-removed", "a field is missing", drop_field("track", "context")),
    Mutant(
        "text/field-undocumented",
        "there is a field that nobody knows of",
        both(
            add_field("identify", "ip", label="IP", type="string", default=path("$.context.ip")),
            edit_body(lambda body, data: {**body, "ip": value_of(data.payload, "ip")}, "identify"),
        ),
    ),
    Mutant("text/name", "the Integrations object calls it otherwise", edit_destination(name="Usermotion (Actions)")),
    Mutant("text/limit-51", "an instance may have 51 mappings", limit_mappings(51)),
    Mutant("text/limit-49", "an instance may have only 49 mappings", limit_mappings(49)),
    Mutant(
        "text/calls-without-alias",
        "alias calls are not accepted",
        edit_destination(calls=("page", "group", "identify", "track")),
    ),
)

MUTANTS: Final = (*_REQUIRED, *_TYPE, *_DEFAULT, *_PRESETS, *_TEXT)
