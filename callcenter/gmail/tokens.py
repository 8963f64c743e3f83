"""Access tokens for one mailbox, refreshed once although many processes want one.

Storage and lock are the caller's: `load` and `save` reach its (encrypted) columns, `lock` lets one
process at a time refresh this mailbox. Whoever waited for the lock reads the store again and finds
the work done. A refresh token may be replaced by Google with any answer, so that the answer is
saved before its access token is used.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from . import auth
from .auth import Endpoints, OAuthClient, Tokens
from .errors import AuthRevoked, GmailError, Unavailable

# A token that is about to expire would do so on its way.
MARGIN = timedelta(seconds=90)


class StoredTokens:
    """A `TokenSource` over the caller's store.

    Args:
        client: the OAuth client, or how to get it (asked only when a refresh is needed).
        load: reads the tokens from the store, anew each time.
        save: stores what a refresh brought.
        lock: makes a context manager that only one process holds for this mailbox.
    """

    def __init__(
        self,
        client: OAuthClient | Callable[[], OAuthClient],
        *,
        load: Callable[[], Tokens],
        save: Callable[[Tokens], None],
        lock: Callable[[], AbstractContextManager[object]],
        endpoints: Endpoints = Endpoints(),  # noqa: B008 (frozen)
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = client
        self._load = load
        self._save = save
        self._lock = lock
        self._endpoints = endpoints
        self._clock = clock
        self._tokens: Tokens | None = None

    def access_token(self) -> str:
        """A token that lasts a while.

        Raises:
            AuthRevoked: Google refuses to refresh: connect again.
            Unavailable: Google's token endpoint does not answer.
        """
        if self._tokens is None:
            self._tokens = self._load()
        if not self._lasts(self._tokens):
            self._tokens = self._renewed(rejected=None)
        return self._tokens.access_token

    def replace(self, rejected: str) -> str:
        """Another token than `rejected`. Raises as `access_token`."""
        self._tokens = self._renewed(rejected=rejected)
        return self._tokens.access_token

    def _lasts(self, tokens: Tokens) -> bool:
        return tokens.valid_at(self._clock() + MARGIN)

    def _renewed(self, rejected: str | None) -> Tokens:
        with self._lock():
            stored = self._load()
            if stored.access_token != rejected and self._lasts(stored):
                return stored
            fresh = self._refresh(stored)
            self._save(fresh)
            return fresh

    def _refresh(self, stored: Tokens) -> Tokens:
        if not stored.refresh_token:
            raise AuthRevoked(
                "there is no permission to refresh", reason="no_refresh_token", method="token"
            )
        client = self._client if isinstance(self._client, OAuthClient) else self._client()
        try:
            return auth.refresh(
                client,
                stored.refresh_token,
                scopes=stored.scopes,
                endpoints=self._endpoints,
                now=self._clock(),
            )
        except auth.AuthError as error:
            raise as_gmail_error(error) from error


def as_gmail_error(error: auth.AuthError) -> GmailError:
    """What a failed refresh means to somebody who wanted mail."""
    if isinstance(error, auth.GoogleUnreachable):
        return Unavailable(error.detail, reason=error.code, method="token", reached=False)
    return AuthRevoked(error.detail or error.code, reason=error.code, method="token")
