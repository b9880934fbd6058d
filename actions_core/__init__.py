"""Segment's destination runtime in Python: define a destination, run events through it, explain what happens.

For authors: `Destination`, `Action`, `Preset`, `Field`, `Request`, `hookimpl` and the directives. For those who run
destinations: `load_catalog`, `DestinationInstance`, `Subscription`, `HttpxTransport`. Errors are at the end.
"""

from actions_core.definitions import (
    CALL_TYPES,
    Action,
    Authentication,
    CallType,
    Destination,
    ExecuteInput,
    Preset,
    Subscription,
    default_values,
    mapping_of,
    preset_subscriptions,
)
from actions_core.directives import coalesce, if_exists, literal, path, template
from actions_core.errors import (
    ActionsError,
    APIError,
    ConfigurationError,
    DefinitionError,
    DeliveryError,
    FieldError,
    HTTPError,
    IntegrationError,
    InvalidAudienceMembershipError,
    InvalidAuthenticationError,
    JSONSyntaxError,
    MappingError,
    MappingLimitError,
    MappingResolveError,
    PayloadValidationError,
    PerformError,
    Problem,
    RetryableError,
    SelfTimeoutError,
    SettingsError,
    TimeoutError,  # noqa: A004 - the reference's name
    TransportError,
    TriggerSyntaxError,
    UnknownActionError,
)
from actions_core.fields import Choice, Condition, Conditions, DateTime, Field, InputField
from actions_core.hookspecs import hookimpl
from actions_core.js import MISSING, Missing, Object
from actions_core.metadata import read_metadata, write_metadata
from actions_core.plugins import Catalog, Plugin, UnknownDestinationError, load_catalog
from actions_core.redaction import Redactor, Secret
from actions_core.request import Exchange, Request, RequestOptions, Response
from actions_core.runtime import Delivery, DestinationInstance, Explanation, Plan
from actions_core.transport import HttpRequest, HttpResponse, HttpxTransport, Transport

__all__ = [  # noqa: RUF022 - grouped by reader
    # authors
    "MISSING",
    "Action",
    "Authentication",
    "CallType",
    "CALL_TYPES",
    "Choice",
    "Condition",
    "Conditions",
    "DateTime",
    "Destination",
    "ExecuteInput",
    "Field",
    "InputField",
    "Missing",
    "Object",
    "Preset",
    "Request",
    "RequestOptions",
    "Response",
    "coalesce",
    "default_values",
    "hookimpl",
    "if_exists",
    "literal",
    "path",
    "template",
    # embedders
    "Catalog",
    "Delivery",
    "DestinationInstance",
    "Exchange",
    "Explanation",
    "HttpRequest",
    "HttpResponse",
    "HttpxTransport",
    "Plan",
    "Plugin",
    "Redactor",
    "Secret",
    "Subscription",
    "Transport",
    "load_catalog",
    "mapping_of",
    "preset_subscriptions",
    "read_metadata",
    "write_metadata",
    # errors
    "APIError",
    "ActionsError",
    "ConfigurationError",
    "DefinitionError",
    "DeliveryError",
    "FieldError",
    "HTTPError",
    "IntegrationError",
    "InvalidAudienceMembershipError",
    "InvalidAuthenticationError",
    "JSONSyntaxError",
    "MappingError",
    "MappingLimitError",
    "MappingResolveError",
    "PayloadValidationError",
    "PerformError",
    "Problem",
    "RetryableError",
    "SelfTimeoutError",
    "SettingsError",
    "TimeoutError",
    "TransportError",
    "TriggerSyntaxError",
    "UnknownActionError",
    "UnknownDestinationError",
]
