"""ToFetch -> Gmail -> our rows, in batches; one bad mail never stops the rest."""

from __future__ import annotations

import logging
import random
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from activity.events import record
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    NotFound,
    QuotaExceeded,
    Unavailable,
)
from mail.models import Message, SyncState, ToFetch
from mail.sync.apply import Account, apply
from mail.sync.queue import due

log = logging.getLogger(__name__)
BATCH = 50
_LONGEST_PAUSE = 600  # seconds


def fetch_some(account: Account, state: SyncState, client: GmailClient) -> tuple[int, bool]:
    """Read one batch; returns how many rows were dealt with and whether a label was unknown.

    Raises:
        AuthRevoked, QuotaExceeded, Unavailable: the batch as a whole was refused.
    """
    rows = {row.gmail_id: row for row in due(account.mailbox, BATCH)}
    if not rows:
        return 0, False
    strangers = False
    stored = 0
    for gmail_id, answer in client.get_messages(list(rows), format="full"):
        row = rows[gmail_id]
        if isinstance(answer, NotFound):
            _gone(account, row)
        elif isinstance(answer, (AuthRevoked, InsufficientPermission)):
            raise answer
        elif isinstance(answer, GmailError):
            _put_off(row, answer)
        else:
            strangers |= _take(account, row, answer)
            stored += 1
    SyncState.objects.filter(pk=state.pk).update(fetched=F("fetched") + stored)
    return len(rows), strangers


def _take(account: Account, row: ToFetch, resource: dict[str, Any]) -> bool:
    """Apply and strike off in one transaction. A mail that cannot be stored is put aside, named."""
    try:
        with transaction.atomic():
            strangers = apply(account, resource, news=row.is_news)
            row.delete()
            return strangers
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        # A mail that our own code cannot read: it stands in the list of those that could not be
        # imported, and the rest goes on.
        log.exception("Mail %s of mailbox %s could not be stored", row.gmail_id, row.mailbox_id)
        ToFetch.objects.filter(pk=row.pk).update(
            attempts=F("attempts") + 1,
            not_before=Now() + timedelta(hours=6),
            trouble="unreadable",
            trouble_detail=type(error).__name__,
        )
        return False


def _gone(account: Account, row: ToFetch) -> None:
    """Gmail has it no more: out of the lists; comments and history stay."""
    with transaction.atomic():
        message = Message.objects.filter(
            mailbox=account.mailbox, gmail_id=row.gmail_id, gone_at=None
        ).first()
        if message is not None:
            Message.objects.filter(pk=message.pk).update(gone_at=Now(), version=F("version") + 1)
            record(
                "mail.gone",
                mailbox_id=message.mailbox_id,
                message_id=message.pk,
                silent=not row.is_news,
                public_id=message.public_id,
            )
        row.delete()


def _put_off(row: ToFetch, error: GmailError) -> None:
    """Later again, ever less often; a permanent refusal stays visible under its reason."""
    pause = min(_LONGEST_PAUSE, 2.0 ** min(row.attempts, 9)) * random.uniform(0.75, 1.25)  # noqa: S311
    if isinstance(error, (QuotaExceeded, Unavailable)) and error.retry_after:
        pause = max(pause, error.retry_after)
    ToFetch.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        not_before=Now() + timedelta(seconds=pause),
        trouble=error.reason[:40],
        trouble_detail=error.message[:500],
    )
