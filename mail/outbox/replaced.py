"""A draft's message that we have just written over or deleted in Gmail: gone from here as well.

The mirror would find out within seconds. Until then 下書き would show the same draft twice, the
second time as one that was begun in Gmail.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from activity.events import record
from mail.models import Folder, Message


@transaction.atomic
def replaced(mailbox_id: int, gmail_id: str) -> None:
    """Gmail has said that this message of a draft is no more."""
    rows = Message.objects.filter(
        mailbox=mailbox_id, gmail_id=gmail_id, folder=Folder.DRAFT, gone_at=None
    )
    message = rows.select_for_update(no_key=True).first()
    if message is None:
        return
    rows.update(gone_at=Now(), version=F("version") + 1)
    record(
        "mail.gone",
        mailbox_id=mailbox_id,
        message_id=message.pk,
        silent=True,
        public_id=message.public_id,
    )
