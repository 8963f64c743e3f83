"""A Gmail client for one of our mailboxes: its stored tokens, and its share of the budget."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

from django.conf import settings
from django.db.models.functions import Now
from redis.exceptions import LockError, RedisError

from callcenter.gmail import auth
from callcenter.gmail.calls import Retry
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import AuthRevoked, Unavailable
from callcenter.gmail.quota import Bucket, Budget, Priority
from callcenter.gmail.tokens import StoredTokens
from callcenter.redis import connection
from mailboxes.models import Mailbox, OAuthClient
from mailboxes.secrets import Secret

_PRIORITIES = {"agent": Priority.AGENT, "mirror": Priority.MIRROR}
# How long Gmail may be silent. The mirror asks again anyway, and a worker has other mailboxes.
_PATIENT_SECONDS = {"agent": 30.0, "mirror": 15.0}
_CAUTIOUS_SECONDS = 5.0
_CAUTION: dict[str, Any] = {"timeout": 10.0, "retry": Retry(attempts=1)}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def endpoints() -> auth.Endpoints:
    google = settings.GOOGLE
    return auth.Endpoints(
        auth_uri=google.auth_uri, token_uri=google.token_uri, revoke_uri=google.revoke_uri
    )


def oauth_client() -> auth.OAuthClient | None:
    """The installation's client with its secret in the clear; None before it is set."""
    row = OAuthClient.objects.first()
    if row is None:
        return None
    return auth.OAuthClient(client_id=row.client_id, client_secret=row.client_secret.reveal())


def _client() -> auth.OAuthClient:
    client = oauth_client()
    if client is None:
        raise AuthRevoked("no OAuth client is set", reason="no_client", method="token")
    return client


def _load(mailbox_id: int) -> auth.Tokens:
    row = Mailbox.objects.only("access_token", "access_expires_at", "refresh_token", "scopes").get(
        pk=mailbox_id
    )
    return auth.Tokens(
        access_token=row.access_token.reveal(),
        expires_at=row.access_expires_at or _LONG_AGO,
        refresh_token=row.refresh_token.reveal(),
        scopes=tuple(row.scopes.split()),
    )


def _save(mailbox_id: int, tokens: auth.Tokens) -> None:
    fields: dict[str, Any] = {
        "access_token": Secret.of(tokens.access_token),
        "access_expires_at": tokens.expires_at,
        "refresh_token": Secret.of(tokens.refresh_token),
        "refreshed_at": Now(),
    }
    if tokens.ends_at is not None:
        fields["grant_ends_at"] = tokens.ends_at
    Mailbox.objects.filter(pk=mailbox_id).update(**fields)


@contextmanager
def _one_refresh(mailbox_id: int) -> Iterator[None]:
    try:
        with connection().lock(f"token:{mailbox_id}", timeout=90, blocking_timeout=60):
            yield
    except (LockError, RedisError) as error:
        # The store of locks is away: nothing was asked of Google, and it may be tried again.
        raise Unavailable(str(error), reason="token_lock", method="token", reached=False) from error


def tokens_of(mailbox: Mailbox) -> StoredTokens:
    """The mailbox's access tokens, refreshed by one process at a time."""
    mailbox_id = mailbox.pk
    return StoredTokens(
        _client,
        load=lambda: _load(mailbox_id),
        save=lambda fresh: _save(mailbox_id, fresh),
        lock=lambda: _one_refresh(mailbox_id),
        endpoints=endpoints(),
    )


def refresh_now(mailbox: Mailbox) -> auth.Tokens:
    """A fresh access token from Google, stored, although the present one may still be good.

    Raises:
        AuthError: Google refuses. Unavailable: another process refreshes for too long.
    """
    with _one_refresh(mailbox.pk):
        stored = _load(mailbox.pk)
        client = _client()
        fresh = auth.refresh(
            client, stored.refresh_token, scopes=stored.scopes, endpoints=endpoints()
        )
        _save(mailbox.pk, fresh)
    return fresh


def bucket_of(mailbox: Mailbox) -> Bucket:
    """The units of this mailbox, which all processes share."""
    google = settings.GOOGLE
    return Bucket(connection(), str(mailbox.pk), Budget(google.units_per_minute, google.costs))


def client_for(
    mailbox: Mailbox, *, priority: Literal["agent", "mirror"], cautious: bool = False
) -> GmailClient:
    """Gmail for this mailbox; an agent's wish goes before the mirror's work.

    Args:
        cautious: one short attempt a call, for a mailbox that did not answer the last time.
    """
    return GmailClient(
        tokens_of(mailbox),
        api_root=settings.GOOGLE.api_root,
        quota=bucket_of(mailbox).for_priority(_PRIORITIES[priority]),
        **(_CAUTION if cautious else {}),
    )
