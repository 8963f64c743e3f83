"""Holding the mirror against Gmail's own lists: after an expired history, every night, when asked.

messages.list names 500 mails for the price of one: first all of them, then those of each label, so
that labels, read and star are compared without reading one mail. A difference is only a suspicion
(lists lag, and mail comes and goes while they are read): each mail that differs is read again, and
only its own 404 says that it is gone. The mirror stays readable, and history goes on being followed
meanwhile. Each list's page is kept with the place where it stands, so that a killed worker goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Now

from activity.events import record
from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import NotFound, Refused
from labels import reading
from labels.models import Label
from mail.models import (
    Listed,
    Message,
    MessageLabel,
    Reason,
    Reconciliation,
    SyncPhase,
    SyncState,
    ToFetch,
)
from mail.sync.listing import ensure_empty
from mail.sync.queue import write_down_touched
from mailboxes.models import Mailbox

log = logging.getLogger(__name__)
ALL = "ids"
EVERY = timedelta(hours=20)
AT_THE_LATEST = timedelta(hours=36)
# Hours of the night, by the installation's clock, in which the daily comparison begins.
NIGHT = range(1, 5)
# More than this is bulk: open pages are not told mail by mail.
_TOLD = 1000
_AT_ONCE = 1000


def ask(mailbox: Mailbox, reason: Reason = Reason.ASKED) -> Reconciliation:
    """The running comparison of the mailbox, begun now if there was none."""
    running = Reconciliation.objects.filter(mailbox=mailbox, finished_at=None)
    try:
        with transaction.atomic():
            return running.first() or Reconciliation.objects.create(mailbox=mailbox, reason=reason)
    except IntegrityError:
        return running.get()


def running(mailbox: Mailbox) -> Reconciliation | None:
    return Reconciliation.objects.filter(mailbox=mailbox, finished_at=None).first()


def begin_again(mailbox: Mailbox, reason: Reason) -> None:
    """A comparison from the top, whatever was running; in the caller's transaction."""
    run = ask(mailbox, reason)
    _forget(run)
    Reconciliation.objects.filter(pk=run.pk).update(
        reason=reason,
        started_at=Now(),
        step=ALL,
        page_token="",
        listed=0,
        missing=0,
        surplus=0,
        differing=0,
    )
    record("sync.listing_again", mailbox_id=mailbox.pk)


def due_for_nightly(*, hour: int) -> QuerySet[Mailbox]:
    """Mailboxes whose last comparison is a night old."""
    latest = Reconciliation.objects.filter(mailbox=OuterRef("pk"))
    old_enough = EVERY if hour in NIGHT else AT_THE_LATEST
    followed = SyncState.objects.filter(mailbox=OuterRef("pk"), phase=SyncPhase.FOLLOWING)
    return Mailbox.objects.working().filter(
        # A first synchronisation that has just ended is one comparison itself.
        Exists(followed.filter(finished_at__lt=Now() - old_enough)),
        ~Exists(latest.filter(started_at__gte=Now() - old_enough)),
    )


def step(run: Reconciliation, client: GmailClient) -> bool:
    """One page of one list; False when the comparison has ended with it."""
    try:
        page = client.list_message_ids(
            run.page_token or None, label_ids=None if run.step == ALL else [run.step]
        )
    except (Refused, NotFound):
        if run.page_token:
            _begin_list_again(run)
            return True
        if run.step == ALL:
            raise
        # A label that was deleted meanwhile, or one that Gmail has no list of.
        log.info("mailbox %s: no list of label %s", run.mailbox_id, run.step)
        return _next_list(run)
    if run.step == ALL and not page.ids and not run.listed:
        ensure_empty(client)
    if run.step == ALL and page.next_page_token is None:
        # A label that was made while history was lost has a list too. One that is made from here on
        # comes by history, with the mails that bear it.
        reading.read(run.mailbox, client)
    with transaction.atomic():
        Listed.objects.bulk_create(
            Listed(reconciliation=run, gmail_id=gmail_id, thread_id=thread_id)
            for gmail_id, thread_id in page.ids
        )
        run.page_token = page.next_page_token or ""
        if run.step == ALL:
            run.listed += len(page.ids)
        run.save(update_fields=["page_token", "listed"])
        if page.next_page_token is not None:
            return True
        if run.step == ALL:
            _compare_ids(run)
        else:
            _compare_label(run)
        return _next_list(run)


def _begin_list_again(run: Reconciliation) -> None:
    with transaction.atomic():
        _forget(run)
        run.page_token = ""
        if run.step == ALL:
            run.listed = 0
        run.save(update_fields=["page_token", "listed"])


def _forget(run: Reconciliation) -> None:
    # Straight away: Django would read a million rows to delete them.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM mail_listed WHERE reconciliation_id = %s", [run.pk])


def _next_list(run: Reconciliation) -> bool:
    """On to the next label by id; False, with the comparison closed, after the last one."""
    with transaction.atomic():
        _forget(run)
        after = Label.objects.filter(mailbox=run.mailbox_id)
        if run.step != ALL:
            after = after.filter(gmail_id__gt=run.step)
        following = after.order_by("gmail_id").values_list("gmail_id", flat=True).first()
        run.page_token = ""
        if following is not None:
            run.step = following
            run.save(update_fields=["step", "page_token"])
            return True
        Reconciliation.objects.filter(pk=run.pk).update(finished_at=Now(), page_token="")
        run.refresh_from_db()
        record(
            "sync.reconciled",
            mailbox_id=run.mailbox_id,
            reason=run.reason,
            listed=run.listed,
            missing=run.missing,
            surplus=run.surplus,
            differing=run.differing,
        )
        return False


def _here(run: Reconciliation) -> QuerySet[Message]:
    """Ours that the list must have named: those that came since it was begun need not be in it."""
    return Message.objects.filter(
        mailbox=run.mailbox_id, gone_at=None, stored_at__lt=run.started_at
    )


def _waiting(run: Reconciliation) -> Exists:
    rows = ToFetch.objects.filter(mailbox=run.mailbox_id, gmail_id=OuterRef("gmail_id"))
    return Exists(rows)


def _named(run: Reconciliation) -> QuerySet[Listed]:
    return Listed.objects.filter(reconciliation=run)


def _compare_ids(run: Reconciliation) -> None:
    ours = Message.objects.filter(
        mailbox=run.mailbox_id, gone_at=None, gmail_id=OuterRef("gmail_id")
    )
    missing = _named(run).filter(~Exists(ours), ~_waiting(run))
    named = _named(run).filter(gmail_id=OuterRef("gmail_id"))
    surplus = _here(run).filter(~Exists(named), ~_waiting(run))
    run.missing = _read_again(run, missing.values_list("gmail_id", "thread_id").distinct())
    run.surplus = _read_again(run, surplus.values_list("gmail_id", "conversation__gmail_thread_id"))
    run.save(update_fields=["missing", "surplus"])


def _compare_label(run: Reconciliation) -> None:
    """Mails on one side of the label only, whichever side it is: two anti-joins, never an OR."""
    label = Label.objects.filter(mailbox=run.mailbox_id, gmail_id=run.step).first()
    if label is None:
        return
    labelled = Exists(MessageLabel.objects.filter(label=label, message=OuterRef("pk")))
    named = Exists(_named(run).filter(gmail_id=OuterRef("gmail_id")))
    ours = _here(run).filter(~_waiting(run))
    pairs = ("gmail_id", "conversation__gmail_thread_id")
    suspects = dict(ours.filter(named, ~labelled).values_list(*pairs))
    suspects |= dict(ours.filter(labelled, ~named).values_list(*pairs))
    found = _read_again(run, suspects.items())
    Reconciliation.objects.filter(pk=run.pk).update(differing=F("differing") + found)
    run.differing += found


def _read_again(run: Reconciliation, suspects: Iterable[tuple[str, str]]) -> int:
    """Have these mails (Gmail id, thread id) read; how many they were."""
    found = dict(suspects)
    is_news = len(found) <= _TOLD
    pairs = list(found.items())
    for start in range(0, len(pairs), _AT_ONCE):
        write_down_touched(
            run.mailbox,
            dict(pairs[start : start + _AT_ONCE]),
            is_news=is_news,
            reconciliation=run,
        )
    return len(pairs)
