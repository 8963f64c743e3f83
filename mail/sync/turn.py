"""One mailbox's turn: bounded work, one at a time, safe to call as often as one likes.

Two lanes with workers of their own: `follow` reads history and what people wait for, and is over in
a moment; `backfill` does the first synchronisation and the comparisons, and follows history all the
while. So a mailbox that is being read in never keeps another one's news waiting.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from activity.events import record
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import (
    AuthRevoked,
    GmailError,
    InsufficientPermission,
    QuotaExceeded,
)
from mail import raw
from mail.models import SyncPhase, SyncState, ToFetch
from mail.sync import history, listing, reconcile, regular
from mail.sync.account import Account
from mail.sync.fetch import fetch_some
from mail.sync.notes import tell_synced
from mailboxes.actions.keep import note_refused, note_trouble, note_well
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
FOLLOW_SECONDS = 5.0
BACKFILL_SECONDS = 20.0
# While a backfill is at work, history is looked at this often.
LOOK_EVERY = 2.0
RAW_AT_ONCE = 10
_LOCK_CLASS = 0x5C17


class Lane(Enum):
    """Which workers take a turn."""

    FOLLOW = "follow"
    BACKFILL = "backfill"


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


def take_turn(
    mailbox_id: int, *, lane: Lane = Lane.BACKFILL, seconds: float | None = None
) -> Lane | None:
    """Bring the mirror forward; the lane in which more is waiting, if more is.

    Whatever Gmail refuses is noted at the mailbox, where people see it, and tried again at the next
    turn.
    """
    if seconds is None:
        seconds = FOLLOW_SECONDS if lane is Lane.FOLLOW else BACKFILL_SECONDS
    with _alone(mailbox_id) as alone:
        mailbox = Mailbox.objects.working().filter(pk=mailbox_id).first()
        if not alone or mailbox is None:
            return None
        try:
            # What did not answer the last time gets one short chance, and no worker for long.
            client = client_for(mailbox, priority="mirror", cautious=bool(mailbox.trouble))
            more = _Turn(mailbox, client, lane, seconds).work()
        except SecretUnreadable:
            note_trouble(mailbox, "unreadable_token")
        except (AuthRevoked, InsufficientPermission) as error:
            note_refused(mailbox, error.reason)
        except QuotaExceeded as error:
            # Our own budget is no trouble of the mailbox: agents' work went first.
            if error.reason != "local_budget":
                note_trouble(mailbox, "quota")
        except GmailError as error:
            log.warning("Mailbox %s: %s", mailbox.pk, error)
            note_trouble(mailbox, "gmail_down")
        else:
            note_well(mailbox)
            return more
        return None


class _Turn:
    """The work of one turn."""

    def __init__(self, mailbox: Mailbox, client: GmailClient, lane: Lane, seconds: float) -> None:
        self.mailbox, self.client, self.lane = mailbox, client, lane
        self.deadline = time.monotonic() + seconds
        self.state = SyncState.objects.filter(mailbox=mailbox).first() or listing.begin(
            mailbox, client
        )
        self.account = Account.of(mailbox, self.state)
        self.looked = float("-inf")

    def work(self) -> Lane | None:
        regular.refresh_labels(self.mailbox, self.client)
        regular.refresh_send_as(self.mailbox, self.state, self.client)
        while time.monotonic() < self.deadline:
            self._look()
            if not Mailbox.objects.working().filter(pk=self.mailbox.pk).exists():
                return None  # paused or disconnected meanwhile
            if self._fetch(urgent=True):
                continue
            if self.lane is Lane.FOLLOW and self._has_backfill():
                return Lane.BACKFILL
            if not self._backfill():
                return None
        return self.lane

    def _look(self) -> None:
        """Follow history, unless that was a moment ago."""
        if time.monotonic() - self.looked < LOOK_EVERY:
            return
        history.follow(self.mailbox, self.state, self.client)
        self.looked = time.monotonic()
        Mailbox.objects.filter(pk=self.mailbox.pk).update(last_sync_at=Now())
        tell_synced(self.mailbox)

    def _fetch(self, *, urgent: bool = False) -> int:
        done = fetch_some(self.account, self.state, self.client, urgent=urgent)
        if self.account.met_strangers:
            regular.refresh_labels(self.mailbox, self.client, now=True)
            self.account.forget_labels()
        if urgent:
            return done
        # What Gmail read wrongly is read from its own bytes, soon after and a few at a time.
        return done + raw.fetch_due(self.mailbox, self.client, RAW_AT_ONCE)

    def _has_backfill(self) -> bool:
        return (
            self.state.phase != SyncPhase.FOLLOWING or reconcile.running(self.mailbox) is not None
        )

    def _backfill(self) -> bool:
        """A piece of what nobody waits for; False when nothing is left to be done now."""
        if self.state.phase == SyncPhase.LISTING:
            if not self._newest_are_wanted() or not self._fetch():
                listing.list_page(self.mailbox, self.state, self.client)
            return True
        if (run := reconcile.running(self.mailbox)) is not None:
            reconcile.step(run, self.client)
            return True
        if self._fetch():
            return True
        self._finish()
        return False

    def _newest_are_wanted(self) -> bool:
        """With the first page listed, people get something to read before the listing goes on."""
        return bool(self.state.listed) and not self.state.fetched

    def _finish(self) -> None:
        """The first synchronisation has ended when nothing untried is left."""
        if (
            self.state.phase == SyncPhase.FETCHING
            and not ToFetch.objects.filter(mailbox=self.mailbox, attempts=0).exists()
        ):
            self.state.phase = SyncPhase.FOLLOWING
            self.state.finished_at = timezone.now()
            self.state.save(update_fields=["phase", "finished_at"])
            record("sync.finished", mailbox_id=self.mailbox.pk)
