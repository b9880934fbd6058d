"""A customer's account at a partner: settings, tokens and connections, and running an author's functions with them."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from actions_core.answers import MultiStatus, RefreshedTokens
from actions_core.definitions import OAUTH_SCHEMES, Destination
from actions_core.errors import DeliveryError, HTTPError, InvalidAuthenticationError, PerformError
from actions_core.frozen import frozen
from actions_core.inputs import AuthTokens, Context, OAuthCredentials, RefreshInput, SettingsT
from actions_core.js import Object
from actions_core.redaction import Redactor
from actions_core.request import Exchange, MergedHeaders, Request, RequestOptions, Response
from actions_core.runtime.settings import build_settings, check_settings, secrets_of
from actions_core.transport import Transport

InputT = TypeVar("InputT", bound=Context[Any])
AnswerT = TypeVar("AnswerT")

_OWN_CODE: Final = Path(__file__).parents[1]

TokenListener = Callable[[RefreshedTokens], Awaitable[None]]


@frozen()
class Attempt(Generic[AnswerT]):
    """What came of running an author's function: its answer or an error, and every request that was sent."""

    answer: AnswerT | None = None
    error: DeliveryError | None = field(default=None, repr=False)
    exchanges: tuple[Exchange, ...] = ()

    def is_unauthorised(self, batch_size: int) -> bool:
        """Tell whether the partner no longer takes the access token, for all of a request or for a part of a batch.

        Reference: only of a batch is the answer looked at, and only at what it says of the batch's payloads.
        """
        if self.error is not None:
            return self.error.status == 401
        answer = self.answer
        if isinstance(answer, MultiStatus):
            answers = (answer[index] for index in range(min(batch_size, len(answer))))
            return any(one is not None and one.status == 401 for one in answers)
        return bool(batch_size) and isinstance(answer, (Response, HTTPError)) and answer.status == 401


class Account(Generic[SettingsT]):
    """Runs an author's functions for one account; any number may run at once.

    For the OAuth schemes a 401 refreshes the access token and runs the function once more; all that meet a 401 with
    the same token share one refresh, its failure included, and none of them can cut it short.
    """

    def __init__(
        self,
        destination: Destination[SettingsT],
        settings: Object,
        transport: Transport,
        *,
        oauth: OAuthCredentials | None = None,
        on_token_refresh: TokenListener | None = None,
    ) -> None:
        """Check the settings; raises `SettingsError`."""
        checked = check_settings(destination, settings)
        self.settings: Final[SettingsT] = build_settings(destination, checked)
        self._destination: Final = destination
        self._transport: Final = transport
        self._headers: Final = MergedHeaders()
        self._no_options: Final = RequestOptions()
        authentication = destination.authentication
        self.signed_in: Final = authentication is not None and authentication.scheme in OAUTH_SCHEMES
        """Whether the account has tokens that can be refreshed, after which an author's function is run again."""
        self._credentials = oauth or OAuthCredentials()
        self.auth = _tokens(self._credentials)
        """The tokens as an author's functions see them."""
        self._on_token_refresh: Final = on_token_refresh
        self._refreshing: asyncio.Task[DeliveryError | None] | None = None
        self._refreshing_for: OAuthCredentials | None = None
        # As they were given and as the author sees them: a number or a list may have become text.
        self._secrets: Final = {*secrets_of(destination, settings), *secrets_of(destination, checked)}
        self._secrets.update(_secrets_in(self._credentials))
        self.redact = Redactor(self._secrets)
        """Hides the account's secrets, tokens included, those that have been replaced too."""

    async def aclose(self) -> None:
        """Let a refresh that is under way come to its end, for its tokens may be the only ones; close the transport."""
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing])
        await self._transport.aclose()

    def run(
        self,
        function: Callable[[Request, InputT], Awaitable[AnswerT]],
        make_input: Callable[[AuthTokens], InputT],
        *,
        transport: Transport | None = None,
        batch_size: int = 0,
        must_refresh: bool = True,
    ) -> Awaitable[Attempt[AnswerT]]:
        """Run an author's function; whatever it raises is the attempt's error.

        `make_input` is called for each try, so that none sees what an earlier one has done to its input. With a
        `transport` of its own nothing is refreshed: it is a rehearsal. `batch_size` is how many payloads the answer is
        about. A 401 of a destination that cannot refresh is a failed refresh, or itself unless it `must_refresh`.
        """
        if transport is not None or not self.signed_in:
            return self._try(function, make_input, transport or self._transport)
        return self._run_signed_in(function, make_input, batch_size, must_refresh)

    async def _run_signed_in(
        self,
        function: Callable[[Request, InputT], Awaitable[AnswerT]],
        make_input: Callable[[AuthTokens], InputT],
        batch_size: int,
        must_refresh: bool,
    ) -> Attempt[AnswerT]:
        credentials = self._credentials
        attempt = await self._try(function, make_input, self._transport)
        if not attempt.is_unauthorised(batch_size):
            return attempt
        authentication = self._destination.authentication
        if authentication is not None and authentication.refresh_access_token is None and not must_refresh:
            return attempt
        failure = await self._refreshed(credentials)
        if failure is not None:
            return replace(attempt, error=failure)
        again = await self._try(function, make_input, self._transport)
        return replace(again, exchanges=attempt.exchanges + again.exchanges)

    async def _try(
        self,
        function: Callable[[Request, InputT], Awaitable[AnswerT]],
        make_input: Callable[[AuthTokens], InputT],
        transport: Transport,
    ) -> Attempt[AnswerT]:
        exchanges: list[Exchange] = []
        try:
            data = make_input(self.auth)
            extend = self._destination.extend_request
            options = extend(data) if extend else self._no_options
            answer = await function(Request(transport, options, self.redact, exchanges, self._headers), data)
        except DeliveryError as error:
            return Attempt(error=error, exchanges=tuple(exchanges))
        except BaseException as error:
            task = asyncio.current_task()
            cancelled = isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling()
            if cancelled or isinstance(error, KeyboardInterrupt):
                raise
            return Attempt(error=self._perform_error(error), exchanges=tuple(exchanges))
        return Attempt(answer, exchanges=tuple(exchanges))

    def _perform_error(self, error: BaseException) -> PerformError:
        """Wrap what an author's function raised, with the line of theirs that it came from."""
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [frame for frame in frames if not Path(frame.filename).is_relative_to(_OWN_CODE)]
        frame = (theirs or frames)[-1]
        message = self.redact.text(f"{type(error).__name__}: {error}")
        wrapped = PerformError(message, f"{Path(frame.filename).name}:{frame.lineno}")
        wrapped.__cause__ = error
        return wrapped

    async def _refreshed(self, used: OAuthCredentials) -> DeliveryError | None:
        """Replace credentials that were refused, once for all who met them; gives the error if that fails."""
        if self._credentials is not used:
            return None
        if self._refreshing is None or self._refreshing_for is not used:
            self._refreshing_for = used
            self._refreshing = asyncio.create_task(self._refresh(used), name="refresh")
        # Shielded: whoever is cancelled while waiting leaves the refresh to the others.
        return await asyncio.shield(self._refreshing)

    async def _refresh(self, used: OAuthCredentials) -> DeliveryError | None:
        authentication = self._destination.authentication
        refresh = authentication.refresh_access_token if authentication else None
        if refresh is None:
            return InvalidAuthenticationError(_REFRESH_FAILED, "OAUTH_REFRESH_FAILED")
        attempt = await self._try(
            refresh, lambda auth: RefreshInput(settings=self.settings, auth=auth, credentials=used), self._transport
        )
        if attempt.error is not None:
            # What an author's code says here may quote a token that nobody knows yet, so only its kind is told.
            reason = str(attempt.error)
            if isinstance(attempt.error, PerformError):
                reason = f"{type(attempt.error.__cause__).__name__} ({attempt.error.place})"
            return _caused_by(attempt.error, f"{_REFRESH_FAILED}: {reason}")
        tokens: object = attempt.answer
        if tokens is None:
            return InvalidAuthenticationError(_REFRESH_FAILED, "OAUTH_REFRESH_FAILED")
        if not isinstance(tokens, RefreshedTokens):
            told = f"{_REFRESH_FAILED}: refresh_access_token gave no RefreshedTokens but a {type(tokens).__name__}"
            return InvalidAuthenticationError(told, "OAUTH_REFRESH_FAILED")
        self._credentials = replace(
            used, access_token=tokens.access_token, refresh_token=tokens.refresh_token or used.refresh_token
        )
        self.auth = _tokens(self._credentials)
        self._secrets.update(_secrets_in(self._credentials))
        self.redact = Redactor(self._secrets)
        if self._on_token_refresh is not None:
            try:
                await self._on_token_refresh(tokens)
            except Exception as error:  # noqa: BLE001 - whoever keeps the tokens has lost them, which must be told
                return _caused_by(error, f"The new tokens could not be kept: {type(error).__name__}")
        return None


_REFRESH_FAILED: Final = "Failed to refresh access token"


def _caused_by(error: BaseException, message: str) -> InvalidAuthenticationError:
    failure = InvalidAuthenticationError(message, "OAUTH_REFRESH_FAILED")
    failure.__cause__ = error
    return failure


def _tokens(credentials: OAuthCredentials) -> AuthTokens:
    return AuthTokens(
        access_token=credentials.access_token,
        refresh_token=credentials.refresh_token,
        refresh_token_url=credentials.refresh_token_url,
    )


def _secrets_in(credentials: OAuthCredentials) -> set[str]:
    held = (credentials.access_token, credentials.refresh_token, credentials.client_secret)
    return {secret for secret in held if secret}
