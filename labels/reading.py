"""Reading a mailbox's labels from Gmail: when, by whom, and what of a reading that fails.

Gmail's history does not tell of what is done to labels themselves, so they are read every few
seconds, apart from the mirror's turns: a turn that fails for another reason must not hold them up,
nor may they hold up the mail. Colours cost a call each; the names come in one, and are taken even
when some colours could not be read.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from callcenter.gmail.client import GmailClient
from callcenter.gmail.errors import GmailError
from labels.actions.mirror import mirror_labels
from labels.models import Label, LabelKind, LabelReading
from mailboxes.gmail import client_for
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretUnreadable

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=10)
# A unit of the quota each: an account with many labels is read less often (600 units a minute).
_A_LABEL = timedelta(milliseconds=100)
_SOON = timedelta(seconds=2)
_IN_TROUBLE = timedelta(seconds=60)


def read(mailbox: Mailbox, client: GmailClient) -> LabelReading:
    """Read them now and store what came.

    Raises:
        GmailError: not even their names came.
    """
    read_at = database_time()
    labels, unread = client.read_labels()
    return mirror_labels(mailbox, labels, read_at=read_at, uncoloured=unread)


def read_now(mailbox_id: int) -> None:
    """What a worker does when it is woken: one reading; a failure is noted, and tried again soon.

    The account's own state is the mirror's business, which meets the same Gmail.
    """
    mailbox = Mailbox.objects.working().filter(pk=mailbox_id).first()
    if mailbox is None:
        return
    try:
        read(mailbox, client_for(mailbox, priority="mirror", cautious=_is_away(mailbox)))
    except (GmailError, SecretUnreadable) as error:
        log.info("Labels of mailbox %d could not be read: %s", mailbox_id, error)
        reason = error.reason if isinstance(error, GmailError) else "unreadable_token"
        LabelReading.objects.update_or_create(
            mailbox=mailbox, defaults={"trouble": reason[:40], "tried_at": timezone.now()}
        )


def _is_away(mailbox: Mailbox) -> bool:
    """Gmail has not answered for a while: one short attempt, and no worker for long."""
    since = mailbox.trouble_since
    return bool(mailbox.trouble) and since is not None and timezone.now() - since > _IN_TROUBLE


def due() -> list[int]:
    """The mailboxes whose labels are to be read now."""
    readings = LabelReading.objects.in_bulk()
    return [
        mailbox.pk
        for mailbox in Mailbox.objects.working()
        if _is_due(mailbox, readings.get(mailbox.pk))
    ]


def is_overdue(mailbox: Mailbox) -> bool:
    """Never read, or long since due: nobody but the caller seems to be at work."""
    return _is_due(mailbox, LabelReading.objects.filter(mailbox=mailbox).first(), times=3)


def _is_due(mailbox: Mailbox, reading: LabelReading | None, *, times: int = 1) -> bool:
    if reading is None or (reading.read_at is None and not reading.trouble):
        return True
    return timezone.now() - reading.tried_at >= _interval(mailbox, reading) * times


def _interval(mailbox: Mailbox, reading: LabelReading) -> timedelta:
    if reading.trouble and _is_away(mailbox):
        return _IN_TROUBLE
    if reading.trouble or reading.partial or reading.is_awaited:
        return _SOON
    number = Label.objects.filter(mailbox=mailbox, kind=LabelKind.USER).count()
    return max(EVERY, number * _A_LABEL)


@transaction.atomic
def ask(mailbox: Mailbox) -> None:
    """Have them read soon, for somebody who waits for it."""
    LabelReading.objects.update_or_create(mailbox=mailbox, defaults={"asked_at": Now()})


def database_time() -> datetime:
    """Now, by the clock that our own changes are stamped with."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found
