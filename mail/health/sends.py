"""Mails sent in the last 24 hours, against what Google lets an account send in that time.

Google counts what people send in Gmail itself as well, and refuses everything for up to a day once
the limit is reached: https://support.google.com/a/answer/166852 (Workspace, 2,000) and
https://support.google.com/mail/answer/22839 (gmail.com, 500). It does not tell how many are left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q

from mail.models import Folder, Message, MessageLabel, Outgoing, OutgoingState
from mailboxes.models import Mailbox

WINDOW = timedelta(hours=24)
WORKSPACE = 2000
CONSUMER = 500
_CONSUMER_DOMAINS = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class Sends:
    """`last_day` counts mails sent here and in Gmail; `waiting` are to go out by themselves,
    `uncertain` wait for a person's decision."""

    last_day: int
    limit: int
    waiting: int
    uncertain: int

    @property
    def percent(self) -> int:
        return min(100, 100 * self.last_day // self.limit)


def limit_of(mailbox: Mailbox) -> int:
    """GMAIL_DAILY_SENDS, else what Google allows this kind of account."""
    if settings.GOOGLE.daily_sends is not None:
        return int(settings.GOOGLE.daily_sends)
    domain = mailbox.address.rpartition("@")[2].casefold()
    return CONSUMER if domain in _CONSUMER_DOMAINS else WORKSPACE


def of(mailbox: Mailbox, now: datetime) -> Sends:
    since = now - WINDOW
    outgoing = Outgoing.objects.filter(mailbox=mailbox)
    # Trashed and deleted mails were sent all the same.
    sent_label = MessageLabel.objects.filter(message=OuterRef("pk"), label__gmail_id="SENT")
    mirrored = Message.objects.filter(
        Q(folder=Folder.SENT) | Exists(sent_label), mailbox=mailbox, internal_date__gte=since
    )
    known = Message.objects.filter(mailbox=mailbox, gmail_id=OuterRef("sent_gmail_id"))
    # Ours that the mirror has not brought back yet; the others stand among the mirrored ones.
    unseen = outgoing.filter(~Exists(known), state=OutgoingState.SENT, sent_at__gte=since)
    return Sends(
        last_day=mirrored.count() + unseen.count(),
        limit=limit_of(mailbox),
        waiting=outgoing.filter(state__in=Outgoing.OPEN_STATES).count(),
        uncertain=outgoing.filter(state=OutgoingState.UNCERTAIN).count(),
    )
