"""One mailbox's turn: bounded work, one at a time, safe to call as often as one likes."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from activity.events import record
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    HistoryExpired,
    InsufficientPermission,
    QuotaExceeded,
)
from labels.actions.mirror import mirror_labels
from mail.models import SyncPhase, SyncState, ToFetch
from mail.sync import history, listing
from mail.sync.apply import Account
from mail.sync.fetch import fetch_some
from mail.sync.notes import tell_synced
from mailboxes.actions.connect import replace_send_as
from mailboxes.actions.keep import note_refused, note_trouble, note_well
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
TURN_SECONDS = 20.0
LABELS_EVERY = timedelta(minutes=2)
SEND_AS_EVERY = timedelta(minutes=30)
_LOCK_CLASS = 0x5C17


@contextmanager
def _alone(mailbox_id: int) -> Iterator[bool]:
    """Whether this is the only turn of the mailbox anywhere.

    A lock of the database session: it ends with a killed worker by itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, mailbox_id])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, mailbox_id])


def take_turn(mailbox_id: int, *, seconds: float = TURN_SECONDS) -> bool:
    """Bring the mirror forward; True when more is waiting.

    Whatever Gmail refuses is noted at the mailbox, where people see it, and tried again at the next
    turn.
    """
    with _alone(mailbox_id) as alone:
        mailbox = Mailbox.objects.working().filter(pk=mailbox_id).first()
        if not alone or mailbox is None:
            return False
        try:
            more = _work(mailbox, client_for(mailbox, priority="mirror"), seconds)
        except SecretUnreadable:
            note_trouble(mailbox, "unreadable_token")
        except (AuthRevoked, InsufficientPermission) as error:
            note_refused(mailbox, error.reason)
        except QuotaExceeded:
            note_trouble(mailbox, "quota")
        except GmailError as error:
            log.warning("Mailbox %s: %s", mailbox.pk, error)
            note_trouble(mailbox, "gmail_down")
        else:
            note_well(mailbox)
            return more
        return False


def _work(mailbox: Mailbox, client: GmailClient, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    state = SyncState.objects.filter(mailbox=mailbox).first() or listing.begin(mailbox, client)
    _refresh_labels(mailbox, state, client)
    _refresh_send_as(mailbox, state, client)
    try:
        history.follow(mailbox, state, client)
    except HistoryExpired:
        listing.begin_again(mailbox, state, client)
    Mailbox.objects.filter(pk=mailbox.pk).update(last_sync_at=Now())
    tell_synced(mailbox)
    while time.monotonic() < deadline:
        if state.phase == SyncPhase.LISTING:
            listing.list_page(mailbox, state, client)
            # The newest are read at once, before the listing goes on.
            if state.listed > 500 and state.phase == SyncPhase.LISTING:
                continue
        account = Account.of(mailbox, state)
        done, strangers = fetch_some(account, state, client)
        if strangers:
            _refresh_labels(mailbox, state, client, now=True)
        if not done and state.phase != SyncPhase.LISTING:
            _finish(mailbox, state)
            return False
    return True


def _finish(mailbox: Mailbox, state: SyncState) -> None:
    """The first listing is in when nothing untried is left; from here on changes are news."""
    if (
        state.phase == SyncPhase.FETCHING
        and not ToFetch.objects.filter(mailbox=mailbox, attempts=0).exists()
    ):
        state.phase = SyncPhase.FOLLOWING
        state.finished_at = timezone.now()
        state.save(update_fields=["phase", "finished_at"])
        record("sync.finished", mailbox_id=mailbox.pk)


def _is_due(moment: datetime | None, every: timedelta) -> bool:
    return moment is None or timezone.now() - moment > every


def _refresh_labels(
    mailbox: Mailbox, state: SyncState, client: GmailClient, *, now: bool = False
) -> None:
    """History does not tell of label edits: the labels are read every few minutes."""
    if now or _is_due(state.labels_read_at, LABELS_EVERY):
        mirror_labels(mailbox, client.list_labels())
        state.labels_read_at = timezone.now()
        state.save(update_fields=["labels_read_at"])


def _refresh_send_as(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    if _is_due(state.send_as_read_at, SEND_AS_EVERY):
        replace_send_as(mailbox, tuple(client.send_as()))
        state.send_as_read_at = timezone.now()
        state.save(update_fields=["send_as_read_at"])
