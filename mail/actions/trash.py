"""ゴミ箱 and 復元 (M15)."""

from __future__ import annotations

from django.db import transaction

from mail.actions.relabel import bring_back, held_for, put_aside
from mail.models import Folder, Message
from mailboxes.changes import ChangeKind, LabelPatch
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def trash(message: Message, user: User) -> None:
    """To ゴミ箱, which Gmail empties after thirty days.

    Raises:
        editlock.LockHeld: somebody else works on it.
        BeingSent: an answer to it is on its way.
        NotForThisMail: a draft, or in the trash already.
    """
    own = held_for(message, user, Operation.MAIL_TRASH, Folder.RECEIVED, Folder.SENT, Folder.SPAM)
    patch = LabelPatch.of(add=["TRASH"], remove=["INBOX"])
    put_aside(message, user, own, Folder.TRASH, "mail.trashed", patch, kind=ChangeKind.TRASH)


@transaction.atomic
def restore(message: Message, user: User) -> None:
    """Back from the trash, with the labels and the status that it had.

    Raises:
        editlock.LockHeld: somebody else works on it.
        NotForThisMail: it is not in the trash.
    """
    held_for(message, user, Operation.MAIL_TRASH, Folder.TRASH)
    bring_back(message, user, Folder.TRASH, "mail.restored", kind=ChangeKind.UNTRASH)
