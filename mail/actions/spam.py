"""迷惑メール and its 解除 (M15)."""

from __future__ import annotations

from django.db import transaction

from mail.actions.relabel import bring_back, held_for, put_aside
from mail.models import Folder, Message
from mailboxes.changes import LabelPatch
from permissions.models import User
from permissions.operations import Operation


@transaction.atomic
def report_spam(message: Message, user: User) -> None:
    """To 迷惑メール; Gmail learns from it.

    Raises:
        editlock.LockHeld: somebody else works on it.
        BeingSent: an answer to it is on its way.
        NotForThisMail: nobody sent it to us.
    """
    own = held_for(message, user, Operation.MAIL_TRASH, Folder.RECEIVED)
    patch = LabelPatch.of(add=["SPAM"], remove=["INBOX"])
    put_aside(message, user, own, Folder.SPAM, "mail.spam", patch)


@transaction.atomic
def release_spam(message: Message, user: User) -> None:
    """解除: it was none, and comes back with its status.

    Raises:
        editlock.LockHeld: somebody else works on it.
        NotForThisMail: it is no spam.
    """
    held_for(message, user, Operation.MAIL_TRASH, Folder.SPAM)
    bring_back(message, user, Folder.SPAM, "mail.not_spam")
