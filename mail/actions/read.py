"""既読 and 未読 (M15). Reading is always possible: no lock is asked (M24b)."""

from __future__ import annotations

from django.db import transaction

from mail.access import ensure
from mail.actions.relabel import relabel
from mail.models import Message
from mailboxes.changes import LabelPatch
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def set_read(message: Message, user: User, *, read: bool) -> None:
    """Mark as read (what opening a mail does) or as unread, for everybody."""
    ensure(user, message, Operation.MAIL_LABEL)
    if read:
        relabel(message, user, "mail.read", LabelPatch.of(remove=["UNREAD"]))
    else:
        relabel(message, user, "mail.unread", LabelPatch.of(add=["UNREAD"]))
