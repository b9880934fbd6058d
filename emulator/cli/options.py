"""Options that several commands share, and the values they make."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from actions_core import (
    Destination,
    DestinationInstance,
    OAuthCredentials,
    Subscription,
    Transport,
    TransportName,
    load_catalog,
    open_transport,
    preset_subscriptions,
)
from actions_core.definitions import OAUTH_SCHEMES
from actions_core.errors import ConfigurationError, JSONSyntaxError
from actions_core.js import Object, loads
from actions_core.runtime import environment_variable
from actions_core.transport import DEFAULT_TRANSPORT, TRANSPORTS
from emulator.loopback import LoopbackTransport
from emulator.mappings import read_mappings

if TYPE_CHECKING:
    from emulator.partner import Fault

Command: TypeAlias = Callable[..., None]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@dataclass(frozen=True)
class Target:
    """A destination instance as the options describe it."""

    destination: Destination[Any]
    settings: Object = field(repr=False)
    subscriptions: list[Subscription] | None = None
    """None: the destination's presets."""
    mapping_file: Path | None = None
    tokens: OAuthCredentials | None = None
    """None: whatever the built-in partner takes."""

    def instance(self, transport: Transport, *, live: bool = False) -> DestinationInstance[Any]:
        """Open the instance; raises `ConfigurationError`."""
        if live and self.tokens is None and is_signed_in(self.destination):
            raise ConfigurationError(f"{self.destination.name} is signed in to: give its tokens with --oauth")
        try:
            return DestinationInstance(
                self.destination,
                self.settings,
                self.subscriptions,
                transport=transport,
                oauth=self.tokens or _BUILT_IN_TOKENS,
            )
        except ConfigurationError as error:
            if self.mapping_file is not None:
                error.add_note(f"of {self.mapping_file}")
            raise

    def require_mappings(self) -> None:
        """Refuse to begin where nothing could ever be sent."""
        subscriptions = preset_subscriptions(self.destination) if self.subscriptions is None else self.subscriptions
        if any(subscription.enabled for subscription in subscriptions):
            return
        if self.mapping_file is None:
            raise ConfigurationError(f"{self.destination.name} has no presets: give a mapping with --mapping FILE")
        raise ConfigurationError(f"{self.mapping_file} has no mapping that is enabled")


_BUILT_IN_TOKENS: Final = OAuthCredentials(
    access_token="built-in",  # noqa: S106 - nobody's
    refresh_token="built-in",  # noqa: S106 - likewise
    client_id="built-in",
    client_secret="built-in",  # noqa: S106 - likewise
)
_TOKEN_KEYS: Final = ("access_token", "refresh_token", "client_id", "client_secret", "refresh_token_url")


def is_signed_in(destination: Destination[Any]) -> bool:
    """Tell whether a destination has an OAuth scheme."""
    authentication = destination.authentication
    return authentication is not None and authentication.scheme in OAUTH_SCHEMES


def _gather_tokens(destination: Destination[Any], pairs: tuple[str, ...]) -> OAuthCredentials | None:
    """Collect OAuth tokens from the environment and options; None if none were given."""
    signed_in = is_signed_in(destination)
    tokens: dict[str, str] = {}
    for key in _TOKEN_KEYS if signed_in else ():
        value = os.environ.get(environment_variable(destination, key))
        if value:
            tokens[key] = value
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not signed_in:
            raise click.BadParameter(f"{destination.name} has no OAuth scheme", param_hint="--oauth")
        if not equals or key not in _TOKEN_KEYS:
            # The pair is not shown: it may be a secret without its key.
            raise click.BadParameter(f"expected KEY=VALUE with one of {', '.join(_TOKEN_KEYS)}", param_hint="--oauth")
        tokens[key] = value
    return OAuthCredentials(**tokens) if tokens else None


def destination_option(function: Command) -> Command:
    """Add `--destination`, as `name`."""
    return click.option(
        "-d",
        "--destination",
        "name",
        default="usermotion",
        envvar="ACTIONS_DESTINATION",
        show_default=True,
        help="Slug or name of an installed destination (see `actions list`).",
    )(function)


def target_options(function: Command, *, rehearsal: bool = False) -> Command:
    """Add what describes a destination instance; the command receives it as `target`.

    For a `rehearsal`, in which nothing is sent, a secret that is not given is replaced by its name.
    """

    @functools.wraps(function)
    def resolve(*, name: str, mapping_file: Path | None, **rest: Any) -> None:
        destination = load_catalog().find(name)
        given = (rest.pop("pairs"), rest.pop("settings_file"))
        settings = _gather_settings(destination, *given, stand_ins=rehearsal)
        subscriptions = None if mapping_file is None else read_mappings(mapping_file, destination)
        tokens = _gather_tokens(destination, rest.pop("tokens"))
        target = Target(destination, settings, subscriptions, mapping_file, tokens)
        target.require_mappings()
        function(target=target, **rest)

    return _decorate(
        resolve,
        destination_option,
        *_SETTINGS,
        click.option(
            "-m",
            "--mapping",
            "mapping_file",
            type=_FILE,
            help="JSON file with one mapping or a list: {partnerAction, trigger, mapping, name?, enabled?}. "
            "Default: the destination's presets.",
        ),
    )


def account_options(function: Command) -> Command:
    """Add the destination as an argument, and its settings; the command receives a `target` without mappings."""

    @functools.wraps(function)
    def resolve(*, destination: str, **rest: Any) -> None:
        found = load_catalog().find(destination)
        settings = _gather_settings(found, rest.pop("pairs"), rest.pop("settings_file"))
        tokens = _gather_tokens(found, rest.pop("tokens"))
        function(target=Target(found, settings, [], tokens=tokens), **rest)

    return _decorate(resolve, click.argument("destination"), *_SETTINGS)


@dataclass(frozen=True)
class Route:
    """Where requests go: to the built-in partner, with the faults it was told to show, or to the real one."""

    live: bool
    faults: list[Fault]
    confirmed: bool
    transport: TransportName | None = None
    """Which HTTP client sends; None: the one of a plain install."""

    @property
    def partner(self) -> str:
        """The partner, for a sentence."""
        return "the partner" if self.live else "the built-in partner"

    def confirm(self, destination: Destination[Any]) -> None:
        """Make sure that somebody means it before anything leaves the machine."""
        if not self.live or self.confirmed:
            return
        if not sys.stdin.isatty():
            raise click.UsageError("--live sends real requests: add --yes to confirm (there is no terminal to ask)")
        click.confirm(
            f"This sends real requests to the partner behind {destination.name}. Continue?", abort=True, err=True
        )

    @asynccontextmanager
    async def address(self) -> AsyncIterator[str | None]:
        """Give where requests are to go: to the built-in partner, which runs as long as the block, or None."""
        if self.live:
            yield None
            return
        from emulator.partner import Partner  # noqa: PLC0415 - a web server, and many commands send nothing

        async with Partner(capacity=0) as partner:  # nobody looks at its requests
            for fault in self.faults:
                partner.add_fault(fault)
            yield partner.url
            for fault in partner.idle_faults:
                click.echo(f"note: the fault of {fault.endpoint} struck no request", err=True)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Transport]:
        """Give a transport; a built-in partner runs as long as the block."""
        async with self.address() as address:
            yield transport_to(address, self.transport)


def transport_to(address: str | None, name: TransportName | None) -> Transport:
    """Make what sends to the built-in partner's address, or with None to the internet."""
    if address is None:
        return open_transport(name)
    return LoopbackTransport(address, open_transport(name, trust_env=False))


def route_options(function: Command) -> Command:
    """Add `--live`, `--yes`, `--fault` and `--transport`; the command receives a `route`."""

    @functools.wraps(function)
    def resolve(
        *, live: bool, yes: bool, faults: tuple[str, ...], transport: TransportName | None, **rest: Any
    ) -> None:
        if live and faults:
            raise click.UsageError("--fault is about the built-in partner and cannot go with --live")
        from emulator.partner import Fault  # noqa: PLC0415 - see `Route.address`

        try:
            parsed = [Fault.parse(text) for text in faults]
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--fault") from None
        function(route=Route(live, parsed, yes, transport), **rest)

    return _decorate(
        resolve,
        click.option("--live", is_flag=True, help="Send to the real partner over the internet; asks first."),
        click.option("--yes", is_flag=True, help="Answer yes to the question that --live asks."),
        click.option(
            "--fault",
            "faults",
            multiple=True,
            metavar="TEXT",
            help='Let the built-in partner fail, e.g. "POST /v1/identify status=503 retry-after=2 count=3"; '
            "may be repeated.",
        ),
        click.option(
            "--transport",
            type=click.Choice(TRANSPORTS),
            help=f"The HTTP client that sends, to the built-in partner too: {DEFAULT_TRANSPORT} (the default) is many "
            "times faster, httpx tells a partner's own words for a status.",
        ),
    )


def json_option(function: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON for machines.")(function)


_SETTINGS = (
    click.option(
        "-s",
        "--setting",
        "pairs",
        multiple=True,
        metavar="KEY=VALUE",
        help="One setting; may be repeated. Beats --settings, which beats the environment (USERMOTION_API_KEY).",
    ),
    click.option("--settings", "settings_file", type=_FILE, help="JSON file with an object of settings."),
    click.option(
        "--oauth",
        "tokens",
        multiple=True,
        metavar="KEY=VALUE",
        help="For a destination that is signed in to: access_token, refresh_token, client_id or client_secret. Beats "
        "the environment (ROSTER_ACCESS_TOKEN). The built-in partner needs none.",
    ),
)


def _decorate(function: Command, *decorators: Callable[[Command], Command]) -> Command:
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def rehearsal_options(function: Command) -> Command:
    """Add the same as `target_options` for a command that sends nothing."""
    return target_options(function, rehearsal=True)


def _gather_settings(
    destination: Destination[Any], pairs: tuple[str, ...], settings_file: Path | None, *, stand_ins: bool = False
) -> Object:
    """Collect settings from the environment, a file and options, the last winning."""
    fields = destination.settings_fields
    settings: Object = {}
    for key in fields:
        value = os.environ.get(environment_variable(destination, key))
        if value:
            settings[key] = value
    if settings_file is not None:
        settings.update(_read_settings(settings_file))
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            # The pair is not shown: it may be a secret without its key.
            raise click.BadParameter("expected KEY=VALUE", param_hint="--setting")
        if key not in fields:
            known = ", ".join(fields) or "none"
            raise click.BadParameter(
                f"{destination.name} has no setting {key!r}; it has {known}", param_hint="--setting"
            )
        settings[key] = value
    if stand_ins:
        secret = (key for key, field in fields.items() if field.type == "password")
        settings = {**{key: f"<{key}>" for key in secret}, **settings}
    missing = [
        f"{field.label} ({key}): give --setting {key}=…, --settings FILE or the environment variable "
        f"{environment_variable(destination, key)}"
        for key, field in fields.items()
        if field.required is True and key not in settings
    ]
    if missing:
        raise ConfigurationError(f"{destination.name} needs {' and '.join(missing)}")
    return settings


def _read_settings(path: Path) -> Object:
    try:
        settings = loads(path.read_bytes())
    except JSONSyntaxError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from None
    if not isinstance(settings, dict):
        raise ConfigurationError(f"{path}: expected a JSON object of settings")
    return settings
