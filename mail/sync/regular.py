"""What history does not tell of and is therefore read every now and then: labels and senders."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from callcenter.gmail.client import GmailClient
from labels.actions.mirror import mirror_labels
from labels.models import Label
from mail.models import SyncState
from mailboxes.actions.connect import replace_send_as
from mailboxes.models import Mailbox

SEND_AS_EVERY = timedelta(minutes=30)
LABELS_EVERY = timedelta(seconds=20)
# Reading the labels costs a unit each: an account with many of them is read less often.
_A_LABEL = timedelta(milliseconds=400)


def refresh_labels(
    mailbox: Mailbox, state: SyncState, client: GmailClient, *, now: bool = False
) -> None:
    if not now:
        number = Label.objects.filter(mailbox=mailbox).count()
        if not _is_due(state.labels_read_at, max(LABELS_EVERY, number * _A_LABEL)):
            return
    mirror_labels(mailbox, client.list_labels())
    state.labels_read_at = timezone.now()
    state.save(update_fields=["labels_read_at"])


def refresh_send_as(mailbox: Mailbox, state: SyncState, client: GmailClient) -> None:
    if _is_due(state.send_as_read_at, SEND_AS_EVERY):
        replace_send_as(mailbox, tuple(client.send_as()))
        state.send_as_read_at = timezone.now()
        state.save(update_fields=["send_as_read_at"])


def _is_due(moment: datetime | None, every: timedelta) -> bool:
    return moment is None or timezone.now() - moment > every
