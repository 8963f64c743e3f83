"""What history does not tell of and is therefore read every now and then: labels and senders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from callcenter.gmail.client import GmailClient
from labels import reading
from mail.models import SyncState
from mailboxes.actions.connect import replace_send_as
from mailboxes.models import Mailbox

SEND_AS_EVERY = timedelta(minutes=30)


def refresh_labels(mailbox: Mailbox, client: GmailClient, *, now: bool = False) -> None:
    """Before the first mail, and for a label that a mail bears and we do not know.

    Otherwise they are read apart from the mirror's turns: see labels.reading.
    """
    if now or reading.is_overdue(mailbox):
        reading.read(mailbox, client)


def refresh_send_as(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    if _is_due(state.send_as_read_at, SEND_AS_EVERY):
        replace_send_as(mailbox, tuple(client.send_as()))
        state.send_as_read_at = timezone.now()
        state.save(update_fields=["send_as_read_at"])


def _is_due(moment: datetime | None, every: timedelta) -> bool:
    return moment is None or timezone.now() - moment > every
