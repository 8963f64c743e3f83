"""ToFetch -> Gmail -> our rows, in batches; one bad mail never stops the rest."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

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
from mail.models import Message, SyncPhase, SyncState, ToFetch
from mail.sync.account import Account
from mail.sync.apply import apply, count_repaired
from mail.sync.plan import Plan, plan
from mail.sync.queue import due

# Rows of one round: two of Gmail's batches, stored in one transaction.
BATCH = 100
_LONGEST_PAUSE = 3600  # seconds


def fetch_some(
    account: Account, state: SyncState, client: GmailClient, *, urgent: bool = False
) -> int:
    """Read some mails, newest first; how many rows were dealt with.

    Args:
        urgent: only what people wait for, not what a listing left.

    Raises:
        AuthRevoked, QuotaExceeded, Unavailable: the batch as a whole was refused.
    """
    rows = due(account.mailbox, BATCH, urgent=urgent)
    if not rows:
        return 0
    began = time.monotonic()
    work = plan(account.mailbox, rows)
    stored = _fetch(account, work, client)
    state.fetched += stored
    fields: dict[str, Any] = {"fetched": F("fetched") + stored}
    if state.phase != SyncPhase.FOLLOWING and not urgent:
        fields["pace"] = state.pace = _slower_mean(state.pace, stored, time.monotonic() - began)
    SyncState.objects.filter(pk=state.pk).update(**fields)
    return len(work)


def _slower_mean(before: float, mails: int, seconds: float) -> float:
    now = mails / max(seconds, 1e-3)
    return now if not before else before * 0.95 + now * 0.05


def database_time() -> datetime:
    """Now, by the clock that our own changes are stamped with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found


def _fetch(account: Account, work: Plan, client: GmailClient) -> int:
    stored = 0
    if work.single:
        rows = {row.gmail_id: row for row in work.single}
        read_at = database_time()
        answers = client.get_messages(list(rows), format="full")
        stored += _take(account, ((rows[one], answer) for one, answer in answers), read_at)
    if work.together:
        read_at = database_time()
        threads = client.get_threads(list(work.together), format="full")
        stored += _take(account, _opened(work.together, threads), read_at)
    return stored


def _opened(
    together: Mapping[str, list[ToFetch]],
    threads: Iterable[tuple[str, dict[str, Any] | GmailError]],
) -> Iterator[tuple[ToFetch, dict[str, Any] | GmailError | None]]:
    """The mails that were wanted, out of the conversations that came; None for one that was not in.

    What else came along is left alone: it is stored, or has its own row, and its own time.
    """
    for thread_id, answer in threads:
        rows = together[thread_id]
        if isinstance(answer, NotFound):
            yield from ((row, None) for row in rows)
        elif isinstance(answer, GmailError):
            yield from ((row, answer) for row in rows)
        else:
            found = {one.get("id"): one for one in answer.get("messages") or ()}
            yield from ((row, found.get(row.gmail_id)) for row in rows)


def _take(
    account: Account,
    answers: Iterable[tuple[ToFetch, dict[str, Any] | GmailError | None]],
    read_at: datetime,
) -> int:
    resources: list[tuple[ToFetch, Mapping[str, Any]]] = []
    try:
        for row, answer in answers:
            if answer is None:
                # A conversation is not proof: only the mail's own 404 says that it is gone.
                ToFetch.objects.filter(pk=row.pk).update(alone=True)
            elif isinstance(answer, NotFound):
                _gone(account, row)
            elif isinstance(answer, (AuthRevoked, InsufficientPermission)):
                raise answer
            elif isinstance(answer, GmailError):
                _put_off(row, answer)
            else:
                resources.append((row, answer))
    finally:
        # What came before a refusal of the rest was paid for, and is kept.
        stored = apply(account, resources, read_at=read_at)
    return stored


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
            count_repaired([row])
        ToFetch.objects.filter(pk=row.pk).delete()


def _put_off(row: ToFetch, error: GmailError) -> None:
    """Later again, ever less often; a permanent refusal stays visible under its reason."""
    pause = min(_LONGEST_PAUSE, 2.0 ** min(row.attempts, 12)) * random.uniform(0.75, 1.25)  # noqa: S311
    if isinstance(error, (QuotaExceeded, Unavailable)) and error.retry_after:
        pause = max(pause, error.retry_after)
    ToFetch.objects.filter(pk=row.pk).update(
        attempts=F("attempts") + 1,
        not_before=Now() + timedelta(seconds=pause),
        trouble=error.reason[:40],
        trouble_detail=error.message[:500],
        trouble_since=Coalesce(F("trouble_since"), Now()),
    )
